//! From a photo to its thumbnail.

use image::{ImageError, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// The longer side of a thumbnail, in pixels.
pub(crate) const SIDE: u32 = 128;

/// Whether something begins as an image that [`of`] can read.
pub(crate) fn is_image(photo: &[u8]) -> bool {
    matches!(
        image::guess_format(photo),
        Ok(ImageFormat::Png | ImageFormat::Jpeg)
    )
}

/// The thumbnail as PNG.
///
/// A few bytes can claim to be an image of many gigabytes, so its size is limited.
pub(crate) fn of(photo: &[u8]) -> Result<Vec<u8>, ImageError> {
    let mut reader = ImageReader::new(Cursor::new(photo)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(10_000);
    limits.max_image_height = Some(10_000);
    limits.max_alloc = Some(256 << 20);
    reader.limits(limits);
    let photo = reader.decode()?;
    // Small photos are not enlarged.
    let side = SIDE.min(photo.width().max(photo.height()));
    let mut png = Cursor::new(Vec::new());
    let thumbnail = photo.thumbnail(side, side).into_rgba8();
    thumbnail.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}
