//! `invoke`: one event in, one response out.

use super::{
    context::Contexts,
    handle::Handle,
    log::{self, Printable},
    option::{doubled_option, unexpected},
    output::Failure,
    stream::{self, Streamed},
};
use crate::{
    Invocation, LambdaContext,
    event::{DecodeOptions, EventResponse, Source, decode},
    events::watched,
};
use bytes::Bytes;
use http_body_util::BodyExt;
use std::io::{self, Read};

/// What to handle.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) file: String,
    /// Whether the source streams responses.
    pub(super) stream: bool,
}

/// Parses the arguments after `invoke`.
pub(super) fn parse(arguments: &[&str]) -> Result<Wanted, String> {
    let (mut file, mut stream) = (None, false);
    for argument in arguments {
        match *argument {
            "--stream" if stream => return Err(doubled_option("--stream")),
            "--stream" => stream = true,
            name if file.is_none() && (name == "-" || !name.starts_with('-')) => {
                file = Some(name.to_owned());
            }
            other => return Err(unexpected("invoke", other)),
        }
    }
    match file {
        Some(file) => Ok(Wanted { file, stream }),
        None => Err("`invoke` needs a file with an event, or `-` for standard input".to_owned()),
    }
}

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

/// The buffered response to an event. `file` is for messages.
pub(super) async fn invoke(
    event: Bytes,
    file: &str,
    handle: impl Handle,
) -> Result<Vec<u8>, Failure> {
    let lambda = Contexts::default().of(&event);
    match handled(event, lambda, file, handle).await? {
        EventResponse::Buffered(response) => Ok(response),
        EventResponse::Stream(_) => Err(failure(file, "expected a buffered response")),
    }
}

/// Handles an event, and says on standard error what took it.
async fn handled(
    event: Bytes,
    lambda: LambdaContext,
    file: &str,
    handle: impl Handle,
) -> Result<EventResponse, Failure> {
    let (response, seen) = watched(handle.handle(event, lambda)).await;
    if let Some(taken) = seen.taken {
        log::line(&format!("taken by {taken}"));
    }
    response.map_err(|error| failure(file, &format!("{}: {error}", error.error_type())))
}

/// The source of an event, if it can stream.
pub(super) fn streaming_source(event: &Bytes, file: &str) -> Result<Option<Source>, Failure> {
    let decoded = decode(
        event.clone(),
        LambdaContext::default(),
        &DecodeOptions::default(),
    );
    let source = match decoded {
        Ok(request) => Invocation::of(&request).source(),
        Err(error) => {
            let parts = error.into_parts();
            let (invocation, ..) = parts.map_err(|error| failure(file, &error.to_string()))?;
            invocation.source()
        }
    };
    match source {
        Some(source) if source.stream_limit().is_none() => Err(failure(
            file,
            &format!(
                "`--stream` needs the event of a source that can stream responses, url or rest, found \
                 source `{source}`"
            ),
        )),
        source => Ok(source),
    }
}

/// Writes the response to an event while it is made: the head as a line of JSON, an empty line, and the
/// body. Each part is written at once.
pub(super) async fn stream(
    event: Bytes,
    (file, source): (&str, Option<Source>),
    handle: impl Handle,
    mut write: impl FnMut(&[&[u8]]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let lambda = Contexts::default().lasting(stream::LONGEST).of(&event);
    let response = handled(event, lambda, file, handle).await?;
    let (EventResponse::Stream(body), Some(source)) = (response, source) else {
        return Err(failure(file, "expected a streamed response"));
    };
    let read = stream::read(source, body).await;
    let Streamed { json, mut body, .. } = read.map_err(|why| failure(file, &why.to_string()))?;
    write(&[&json, b"\n\n"])?;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Failure(error.to_string()))?;
        if let Ok(data) = frame.into_data() {
            write(&[&data])?;
        }
    }
    Ok(())
}

fn failure(file: &str, why: &str) -> Failure {
    Failure(format!("{}: {}", name(file), Printable(why)))
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
    use crate::{Api, Body, Request, local::handle::handler};
    use std::io::Error;

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
            (
                "-",
                "standard input: UnsupportedEvent: the event is not from an HTTP source",
            ),
            (
                "sqs.json",
                "sqs.json: UnsupportedEvent: the event is not from an HTTP source",
            ),
        ] {
            let decode = |event: Bytes, lambda: LambdaContext| async {
                let decoded = decode(event, lambda, &DecodeOptions::default());
                decoded.map_err(|error| error.into_parts().map(drop).unwrap_err())?;
                Ok(Vec::new())
            };
            let event = Bytes::from_static(br#"{"Records": []}"#);
            let Failure(text) = invoke(event, file, decode).await.unwrap_err();
            assert!(text.starts_with(expected), "{text}");
            assert!(text.ends_with("found `Records`"), "{text}");
        }
    }

    #[test]
    fn arguments_are_a_file_and_stream() {
        for (arguments, expected) in [
            (&["-"][..], Ok(("-", false))),
            (&["--stream", "-"], Ok(("-", true))),
            (&["a.json", "--stream"], Ok(("a.json", true))),
            (
                &["--stream"],
                Err("`invoke` needs a file with an event, or `-` for standard input"),
            ),
            (
                &[],
                Err("`invoke` needs a file with an event, or `-` for standard input"),
            ),
            (&["a", "b"], Err("`invoke` does not know \"b\"")),
            (&["--json"], Err("`invoke` does not know \"--json\"")),
            (&["a", "--json"], Err("`invoke` does not know \"--json\"")),
            (
                &["--stream", "a", "--stream"],
                Err("`--stream` is given twice"),
            ),
        ] {
            let expected = match expected {
                Ok((file, stream)) => Ok(Wanted {
                    file: file.to_owned(),
                    stream,
                }),
                Err(error) => Err(error.to_owned()),
            };
            assert_eq!(parse(arguments), expected, "{arguments:?}");
        }
    }

    const URL: &str = r#"{"version": "2.0", "rawPath": "/", "requestContext": {
        "domainName": "abc.lambda-url.eu-west-1.on.aws", "http": {"method": "GET"}}}"#;

    /// What is written for the event of a function URL, and whether it failed.
    async fn streamed(parts: &'static [Result<&'static str, ()>]) -> (Vec<String>, Option<String>) {
        let body = async |_: Request| {
            let parts = parts
                .iter()
                .map(|it| it.map_err(|()| Error::other("the cause")));
            Body::from_stream(futures_util::stream::iter(parts))
        };
        let event = Bytes::from_static(URL.as_bytes());
        let source = streaming_source(&event, "-").unwrap();
        let api = Api::new().fallback(body).stream_on(source);
        let app = api.build().await.unwrap();
        let mut written = Vec::new();
        let done = stream(event, ("-", source), handler(app), |parts| {
            written.push(String::from_utf8(parts.concat()).unwrap());
            Ok(())
        });
        let failed = done.await.err().map(|Failure(text)| text);
        (written, failed)
    }

    const HEAD: &str = "{\"statusCode\":200,\"headers\":{\"content-type\":\"application/octet-stream\"},\"cookies\":[]}\n\n";

    #[tokio::test]
    async fn a_stream_is_written_in_its_parts() {
        let (written, failed) = streamed(&[Ok("one"), Ok("two")]).await;
        assert_eq!(written, [HEAD, "one", "two"]);
        assert_eq!(failed, None);
    }

    #[tokio::test]
    async fn a_stream_that_ends_early_is_a_failure() {
        let (written, failed) = streamed(&[Ok("one"), Err(())]).await;
        assert_eq!(written, [HEAD, "one"]);
        let expected = "the response ended early; the log has the reason";
        assert_eq!(failed.as_deref(), Some(expected));
    }

    #[test]
    fn only_events_of_streaming_sources_are_streamed() {
        let event =
            r#"{"version": "2.0", "rawPath": "/", "requestContext": {"http": {"method": "GET"}}}"#;
        let Failure(text) = streaming_source(&event.into(), "a.json").unwrap_err();
        assert_eq!(
            text,
            "a.json: `--stream` needs the event of a source that can stream responses, url or rest, \
             found source `http`"
        );
        let event = Bytes::from_static(br#"{"Records": []}"#);
        let Failure(text) = streaming_source(&event, "-").unwrap_err();
        assert!(
            text.starts_with("standard input: the event is not"),
            "{text}"
        );
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
