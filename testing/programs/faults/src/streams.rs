//! Bodies that always have a next frame.

use bytes::Bytes;
use http_body::Frame;
use lambda_api::{Body, Response, api_handler};
use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

struct Endless {
    busy: bool,
}

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.busy {
            std::thread::sleep(Duration::from_millis(20));
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::new()))))
    }
}

/// A response of endless empty frames, which come at once, or take their time when it is `busy`.
#[api_handler(GET "/frames/{kind}")]
pub(crate) async fn frames(kind: String) -> Response {
    let busy = kind == "busy";
    Response::new(Body::new(Endless { busy }))
}
