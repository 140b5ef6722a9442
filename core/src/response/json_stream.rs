//! JSON whose values come from a stream: as an array, and as lines.

use super::{
    encoded::{Encode, encoded},
    media_type::{JSON, JSON_LINES},
    plain::ok,
};
use crate::{Body, Error, IntoResponse, Response, describe::Operation};
use bytes::Bytes;
use futures_core::TryStream;
use http::StatusCode;
use serde::Serialize;
use std::{fmt, marker::PhantomData};

/// A JSON array whose items come from a stream: `application/json`.
///
/// ```
/// use futures_util::stream;
/// use lambda_api::{api_handler, response::JsonArray};
/// use std::io;
///
/// #[api_handler(GET "/orders")]
/// async fn list_orders() -> JsonArray<u64> {
///     JsonArray::new(stream::iter([Ok::<_, io::Error>(7), Ok(8)]))
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # use lambda_api::IntoResponse;
/// # let body = list_orders().await.into_response().into_body();
/// # assert_eq!(body.collect().await.unwrap(), "[7,8]");
/// # }
/// ```
///
/// Each item is serialised when it comes, so the items are never in memory together. Through a source that
/// [streams](crate::guide::streaming) the array is not, either; for others, the body [is collected](Body#streams).
/// An error of the stream, or an item that cannot be serialised, ends the body with an error, which is logged: the
/// client gets a 500, or an array without its end if parts of it were sent before.
pub struct JsonArray<T> {
    body: Body,
    items: PhantomData<fn() -> T>,
}

/// JSON values from a stream, one in each line: `application/x-ndjson`.
///
/// ```
/// use futures_util::stream;
/// use lambda_api::{api_handler, response::JsonLines};
/// use std::io;
///
/// #[api_handler(GET "/orders.ndjson")]
/// async fn export_orders() -> JsonLines<u64> {
///     JsonLines::new(stream::iter([Ok::<_, io::Error>(7), Ok(8)]))
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # use lambda_api::IntoResponse;
/// # let body = export_orders().await.into_response().into_body();
/// # assert_eq!(body.collect().await.unwrap(), "7\n8\n");
/// # }
/// ```
///
/// The format is that of [ndjson] and of [JSON Lines], which is the same. The media type is the one
/// of ndjson; neither has a registered one. Each line ends with a line feed, the last one too.
///
/// As with [`JsonArray`], an error of the stream or of an item ends the body. After parts of it were sent, the client
/// only sees that the response ends early, so consider a last line that says so.
///
/// In an OpenAPI document, the content is a string, with the schema of an item as `x-item-schema`: OpenAPI 3.1
/// has no keyword for it.
///
/// [ndjson]: https://github.com/ndjson/ndjson-spec#33-mediatype-and-file-extensions
/// [JSON Lines]: https://jsonlines.org
pub struct JsonLines<T> {
    body: Body,
    items: PhantomData<fn() -> T>,
}

macro_rules! json {
    ($name:ident, $encode:expr, $media_type:expr) => {
        impl<T> $name<T> {
            /// Creates the response.
            #[must_use]
            pub fn new<S>(items: S) -> Self
            where
                S: TryStream<Ok = T, Error: Into<Error>> + Send + 'static,
                T: Serialize,
            {
                Self {
                    body: encoded(items, $encode),
                    items: PhantomData,
                }
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.body).finish()
            }
        }

        impl<T> IntoResponse for $name<T> {
            fn into_response(self) -> Response {
                ok($media_type, self.body)
            }

            fn describe(operation: &mut Operation) {
                operation.response(StatusCode::OK, Some($media_type));
            }
        }
    };
}
json!(JsonArray, Array { is_begun: false }, JSON);
json!(JsonLines, Lines, JSON_LINES);

struct Array {
    is_begun: bool,
}

impl<T: Serialize> Encode<T> for Array {
    fn item(&mut self, item: T) -> Result<Bytes, Error> {
        let before = if self.is_begun { b',' } else { b'[' };
        self.is_begun = true;
        let mut text = vec![before];
        write(&mut text, &item)?;
        Ok(text.into())
    }

    fn end(&mut self) -> Option<Bytes> {
        let rest: &[u8] = if self.is_begun { b"]" } else { b"[]" };
        Some(Bytes::from_static(rest))
    }
}

struct Lines;

impl<T: Serialize> Encode<T> for Lines {
    fn item(&mut self, item: T) -> Result<Bytes, Error> {
        let mut text = Vec::new();
        write(&mut text, &item)?;
        // A `RawValue` may have line breaks. In JSON they are white space between tokens: those of
        // strings are escaped (RFC 8259, sections 2 and 7).
        for byte in &mut text {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        text.push(b'\n');
        Ok(text.into())
    }
}

fn write(text: &mut Vec<u8>, item: &impl Serialize) -> Result<(), Error> {
    serde_json::to_writer(text, item).map_err(|error| {
        Error::new(error).context("an item of the response cannot be serialised as JSON")
    })
}
