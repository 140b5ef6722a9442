//! Responses whose bodies are streams: what they write, and how they are collected.

#![allow(missing_docs, reason = "handlers of tests")]

mod collected;
mod downloads;
mod events;
mod json;
mod streamed;

use futures_util::{Stream, stream};
use lambda_api::{IntoResponse, Response};
use std::{convert::Infallible, io};

/// A stream of these items, without an error.
pub(crate) fn all<T: Send>(
    items: impl IntoIterator<Item = T, IntoIter: Send> + Send,
) -> impl Stream<Item = Result<T, Infallible>> + Send {
    stream::iter(items.into_iter().map(Ok))
}

/// A stream that fails after these items.
pub(crate) fn broken<T: Send + 'static>(
    items: impl IntoIterator<Item = T, IntoIter: Send + 'static>,
) -> impl Stream<Item = io::Result<T>> + Send {
    let lost = std::iter::once_with(|| Err(io::Error::other("the secret")));
    stream::iter(items.into_iter().map(Ok).chain(lost))
}

/// The content type and the whole body of a response.
pub(crate) async fn read(response: impl IntoResponse) -> (String, Vec<u8>) {
    let (parts, body) = response.into_response().into_parts();
    let content_type = parts.headers["content-type"].to_str().unwrap().to_owned();
    (content_type, body.collect().await.unwrap().to_vec())
}

pub(crate) fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    let value = response.headers().get(name)?;
    Some(value.to_str().unwrap())
}
