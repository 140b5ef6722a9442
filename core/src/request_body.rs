//! Collects the body of a request from a connection, within limits of size and time.

use crate::{BoxError, Problem};
use bytes::{Bytes, BytesMut};
use http::{
    StatusCode,
    header::{CONNECTION, HeaderValue},
};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::{pin::pin, time::Duration};
use tokio::time::{Instant, timeout_at};

/// How long a body may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Until its next data.
    pub(crate) next: Duration,
    /// Until its end.
    pub(crate) whole: Option<Duration>,
}

/// Why a body was not collected. The rest of it has not been read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It has, or announces, more bytes than the limit.
    TooLarge,
    /// There was no data for this time.
    Stalled(Duration),
    /// It had not ended after this time.
    TooSlow(Duration),
    /// The connection failed, or the body is not framed as HTTP requires.
    Incomplete,
}

/// Collects a body of at most `limit` bytes.
pub(crate) async fn collect<B>(body: B, limit: usize, patience: Patience) -> Result<Bytes, Unread>
where
    B: Body<Data = Bytes> + Send,
    B::Error: Into<BoxError>,
{
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    // A body with a length above the limit is not read.
    if body.size_hint().lower() > limit as u64 {
        return Err(Unread::TooLarge);
    }
    let mut body = pin!(Limited::new(body, limit));
    let started = Instant::now();
    let end = patience
        .whole
        .and_then(|whole| Some((started.checked_add(whole)?, whole)));
    let mut first = Bytes::new();
    let mut gathered = BytesMut::new();
    loop {
        let next = Instant::now() + patience.next;
        let (until, late) = match end {
            Some((end, whole)) if end <= next => (end, Unread::TooSlow(whole)),
            _ => (next, Unread::Stalled(patience.next)),
        };
        let frame = match timeout_at(until, body.frame()).await {
            Ok(Some(frame)) => frame,
            Ok(None) if gathered.is_empty() => return Ok(first),
            Ok(None) => return Ok(gathered.freeze()),
            Err(_) => return Err(late),
        };
        let data = match frame.map(http_body::Frame::into_data) {
            Ok(Ok(data)) => data,
            // Trailers.
            Ok(Err(_)) => continue,
            Err(error) if error.is::<LengthLimitError>() => return Err(Unread::TooLarge),
            Err(_) => return Err(Unread::Incomplete),
        };
        // Most bodies are one piece, which is not copied.
        if first.is_empty() && gathered.is_empty() {
            first = data;
        } else {
            if gathered.is_empty() {
                gathered.extend_from_slice(&first);
            }
            gathered.extend_from_slice(&data);
        }
    }
}

impl Unread {
    /// The response to the request. `too_large` is that to a body which is too large.
    ///
    /// The connection cannot be used again (RFC 9112, section 9.3).
    pub(crate) fn problem(self, too_large: impl FnOnce() -> Problem) -> Problem {
        let late = |detail| {
            // RFC 9110, section 15.5.9.
            Problem::new(StatusCode::REQUEST_TIMEOUT, "request_timeout").with_detail(detail)
        };
        let mut problem = match self {
            Self::TooLarge => too_large(),
            Self::Stalled(time) => late(format!(
                "no data of the request body for {} s",
                time.as_secs_f64()
            )),
            Self::TooSlow(time) => late(format!(
                "the request body has not ended after {} s",
                time.as_secs_f64()
            )),
            Self::Incomplete => Problem::new(StatusCode::BAD_REQUEST, "unreadable_body")
                .with_detail("the request body is incomplete"),
        };
        let close = HeaderValue::from_static("close");
        problem.headers_mut().insert(CONNECTION, close);
        problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{StreamExt, stream};
    use http_body_util::StreamBody;
    use std::io;

    type Frames = Vec<Result<&'static str, u64>>;

    /// The outcome of a body of text and of seconds without data.
    async fn outcome(frames: Frames, limit: usize) -> Result<Bytes, Unread> {
        let frames = stream::iter(frames).filter_map(|frame| async move {
            match frame {
                Ok(text) => Some(Ok::<_, io::Error>(http_body::Frame::data(text.into()))),
                Err(0) => Some(Err(io::Error::other("reset"))),
                Err(seconds) => {
                    tokio::time::sleep(Duration::from_secs(seconds)).await;
                    None
                }
            }
        });
        let patience = Patience {
            next: Duration::from_secs(3),
            whole: Some(Duration::from_secs(7)),
        };
        collect(StreamBody::new(Box::pin(frames)), limit, patience).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_is_collected_whatever_its_pieces() {
        let table: [(Frames, &str); 4] = [
            (vec![], ""),
            (vec![Ok(""), Ok("one")], "one"),
            (vec![Ok("one"), Ok(""), Ok("two")], "onetwo"),
            (vec![Ok("a"), Err(2), Ok("b"), Err(2), Ok("c")], "abc"),
        ];
        for (frames, text) in table {
            assert_eq!(outcome(frames, 6).await.unwrap(), text);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_has_limits_of_size_and_time() {
        let table: [(Frames, u16, &str); 4] = [
            (vec![Ok("123"), Ok("4567")], 413, "too large"),
            (
                vec![Ok("1"), Err(4)],
                408,
                "no data of the request body for 3 s",
            ),
            (
                vec![Err(2), Ok("1"), Err(2), Ok("2"), Err(2), Ok("3"), Err(2)],
                408,
                "the request body has not ended after 7 s",
            ),
            (vec![Ok("1"), Err(0)], 400, "the request body is incomplete"),
        ];
        for (frames, status, detail) in table {
            let too_large =
                || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "a").with_detail("too large");
            let problem = outcome(frames, 6).await.unwrap_err().problem(too_large);
            assert_eq!(problem.status(), status);
            assert_eq!(problem.detail(), Some(detail));
            assert_eq!(problem.headers()[CONNECTION], "close");
        }
    }
}
