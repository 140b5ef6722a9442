//! `invoke`: one event in, one reply out.

use super::{Failure, Handle, context::Contexts, log::Printable};
use crate::event::DecodeError;
use bytes::Bytes;
use std::io::{self, Read};

/// The event in a file, or on standard input when the file is `-`.
pub(super) fn read(file: &str) -> Result<Bytes, Failure> {
    let read = if file == "-" {
        let mut event = Vec::new();
        io::stdin().lock().read_to_end(&mut event).map(|_| event)
    } else {
        std::fs::read(file)
    };
    read.map(Bytes::from)
        .map_err(|error| Failure(format!("{} cannot be read: {error}", name(file))))
}

/// The reply to an event; `file` is where it came from, for messages.
pub(super) async fn invoke(
    event: Bytes,
    file: &str,
    handle: impl Handle,
) -> Result<Vec<u8>, Failure> {
    let reply = handle.handle(event, Contexts::default().next()).await;
    reply.map_err(|error| match error {
        DecodeError::NotHttp(text) => Failure(format!(
            "{} is no event of an HTTP source: {}",
            name(file),
            Printable(&text)
        )),
        DecodeError::Malformed { detail, .. } => Failure(format!(
            "{} is no event that can be answered: {}",
            name(file),
            Printable(&detail)
        )),
    })
}

fn name(file: &str) -> &str {
    match file {
        "-" => "standard input",
        file => file,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LambdaContext;

    #[tokio::test]
    async fn the_reply_is_the_one_of_the_handler() {
        let echo = |event: Bytes, lambda: LambdaContext| async move {
            assert_eq!(lambda.request_id.len(), 36);
            Ok(event.to_vec())
        };
        let reply = invoke(Bytes::from_static(b"{}"), "-", echo).await.unwrap();
        assert_eq!(reply, b"{}");
    }

    #[tokio::test]
    async fn an_event_of_another_source_is_named() {
        for (file, expected) in [
            (
                "-",
                "standard input is no event of an HTTP source: found `a\\u{a}b`",
            ),
            (
                "sqs.json",
                "sqs.json is no event of an HTTP source: found `a\\u{a}b`",
            ),
        ] {
            let refuse = |_: Bytes, _: LambdaContext| async {
                Err(DecodeError::NotHttp("found `a\nb`".to_owned()))
            };
            let Failure(text) = invoke(Bytes::new(), file, refuse).await.unwrap_err();
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let Failure(text) = read("no/such/event.json").unwrap_err();
        assert!(
            text.starts_with("no/such/event.json cannot be read: "),
            "{text}"
        );
    }
}
