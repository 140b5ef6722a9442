//! Thumbnails: an upload through the API goes to S3, and the event of the object makes the thumbnail.
//!
//! One program has both ends. The client does not wait for the thumbnail: the upload is a 202 with the place where
//! it will be.

mod name;
mod photos;
#[cfg(test)]
mod tests;
mod thumbnail;

use bytes::Bytes;
use lambda_api::{
    Api, Error, State, api_handler, env, event_handler, events,
    events::{Meta, S3},
    response::{Accepted, Location},
    routes,
};
use name::Name;
use photos::{Kind, PhotoError, Photos};

/// Upload a photo, as PNG or JPEG. Its thumbnail is at the `location` a moment later.
#[api_handler(PUT "/photos/{name}")]
async fn upload(
    name: Name,
    State(photos): State<Photos>,
    photo: Bytes,
) -> Result<(Location, Accepted<()>), PhotoError> {
    if !thumbnail::is_image(&photo) {
        return Err(PhotoError::NotAnImage);
    }
    photos.put(Kind::Upload, &name, photo).await?;
    Ok((download::path(name).into(), Accepted(())))
}

/// Download the thumbnail of a photo, as PNG.
#[api_handler(GET "/thumbnails/{name}")]
async fn download(
    name: Name,
    State(photos): State<Photos>,
) -> Result<([(&'static str, &'static str); 1], Bytes), PhotoError> {
    let thumbnail = photos.get(Kind::Thumbnail, &name).await?;
    Ok(([("content-type", "image/png")], thumbnail))
}

/// Make the thumbnail of a photo that was uploaded.
///
/// S3 may report an object twice; the second thumbnail replaces an equal one.
#[event_handler(s3(from = env("PHOTOS_BUCKET")))]
async fn shrink(Meta(object): Meta<S3>, State(photos): State<Photos>) -> Result<(), Error> {
    // Thumbnails are objects of the bucket, too: without this check, each would lead to another.
    let Some(name) = Kind::Upload
        .name(object.key())
        .filter(|_| object.is_created())
    else {
        return Ok(());
    };
    let photo = photos.get(Kind::Upload, &name).await?;
    // Decoding would keep everything else from running.
    let made = tokio::task::spawn_blocking(move || thumbnail::of(&photo)).await??;
    photos.put(Kind::Thumbnail, &name, made.into()).await?;
    Ok(())
}

fn api() -> Api {
    Api::new()
        .routes(routes![upload, download])
        .events(events![shrink])
}

#[lambda_api::main]
fn main() -> Api {
    api().state_with(Photos::connect)
}
