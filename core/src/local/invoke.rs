//! `invoke`: one event in, one response out.

use super::{context::Contexts, handle::Handle, log::Printable, output::Failure};
use bytes::Bytes;
use std::io::{self, Read};

/// The event in a file, or on standard input if the file is `-`.
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

/// The response to an event. `file` is for messages.
pub(super) async fn invoke(
    event: Bytes,
    file: &str,
    handle: impl Handle,
) -> Result<Vec<u8>, Failure> {
    let lambda = Contexts::default().of(&event);
    let response = handle.handle(event, lambda).await;
    response.map_err(|error| {
        let why = error.to_string();
        Failure(format!("{}: {}", name(file), Printable(&why)))
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
    use crate::{
        LambdaContext,
        event::{DecodeOptions, decode},
    };

    #[tokio::test]
    async fn the_response_is_the_one_of_the_handler() {
        let echo = |event: Bytes, lambda: LambdaContext| async move {
            assert_eq!(lambda.request_id.len(), 36);
            Ok(event.to_vec())
        };
        let response = invoke(Bytes::from_static(b"{}"), "-", echo).await.unwrap();
        assert_eq!(response, b"{}");
    }

    #[tokio::test]
    async fn invoke_has_an_id_of_lambdas_for_each_event() {
        let id = async |event: &'static str| {
            let handle =
                |_: Bytes, lambda: LambdaContext| async move { Ok(lambda.request_id.into_bytes()) };
            invoke(event.into(), "-", handle).await.unwrap()
        };
        assert_eq!(id("{}").await, id("{}").await);
        assert_ne!(id("{}").await, id("[]").await);
    }

    #[tokio::test]
    async fn an_event_of_another_source_is_named() {
        for (file, expected) in [
            ("-", "standard input: the event is not from an HTTP source"),
            ("sqs.json", "sqs.json: the event is not from an HTTP source"),
        ] {
            let decode = |event: Bytes, lambda: LambdaContext| async {
                decode(event, lambda, &DecodeOptions::default()).map(|_| Vec::new())
            };
            let event = Bytes::from_static(br#"{"Records": []}"#);
            let Failure(text) = invoke(event, file, decode).await.unwrap_err();
            assert!(text.starts_with(expected), "{text}");
            assert!(text.ends_with("found `Records`"), "{text}");
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
