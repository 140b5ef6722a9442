//! The extension without which Lambda sends no SIGTERM.
//!
//! It asks for no events, and waits for the first one for ever. `lambda_runtime` has the like behind
//! a feature; but its wait for the signal ends with a panic of the hook, it takes as long as the hook
//! does, writes lines of its own, and panics where no extension can be registered, as with some
//! emulators.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>.

use super::call::{Address, Head};
use std::{io, time::Duration};
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(1);

/// How often the wait is begun anew: its connection does not survive a snapshot.
const ATTEMPTS: u32 = 3;

/// Registers the extension, before the first invocation is asked for.
pub(super) async fn register() {
    let registered = match Address::here() {
        Some(address) => try_register(address).await,
        None => Err(io::Error::other("AWS_LAMBDA_RUNTIME_API is no address")),
    };
    if let Err(error) = registered {
        let error = error.to_string();
        tracing::warn!(
            target: "lambda_api",
            error,
            "the shutdown hooks may not run: Lambda could not be told that there are some"
        );
    }
}

async fn try_register(address: Address) -> io::Result<()> {
    let headers =
        "lambda-extension-name: lambda-api-shutdown\r\ncontent-type: application/json\r\n";
    let path = "/2020-01-01/extension/register";
    let call = address.call("POST", path, headers, r#"{"events":[]}"#);
    let head = timeout(PATIENCE, call).await??;
    let id = identifier(&head)?;
    tokio::spawn(wait(address, id));
    Ok(())
}

fn identifier(head: &Head) -> io::Result<String> {
    if !head.is_success() {
        let message = format!("the answer is {}", head.status());
        return Err(io::Error::other(message));
    }
    let id = head.header("lambda-extension-identifier");
    id.map(str::to_owned)
        .ok_or_else(|| io::Error::other("the answer has no identifier"))
}

/// Says that the extension is ready, without which the start would not end.
async fn wait(address: Address, id: String) {
    let headers = format!("lambda-extension-identifier: {id}\r\n");
    for _ in 0..ATTEMPTS {
        let path = "/2020-01-01/extension/event/next";
        let _ = address.call("GET", path, &headers, "").await;
        sleep(Duration::from_millis(100)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::{super::call::tests::lambda, *};

    #[tokio::test]
    async fn an_extension_without_events_is_registered() {
        let answer = "HTTP/1.1 200 OK\r\nLambda-Extension-Identifier: id-1\r\n\r\n{}";
        let (address, task) = lambda(answer).await;
        try_register(address).await.unwrap();
        let request = task.await.unwrap();
        assert!(
            request.starts_with("POST /2020-01-01/extension/register HTTP/1.1\r\n"),
            "{request}"
        );
        assert!(request.contains("\r\nlambda-extension-name: "), "{request}");
        assert!(request.ends_with("\r\n\r\n{\"events\":[]}"), "{request}");
    }

    #[tokio::test]
    async fn where_none_can_be_registered_there_is_a_reason() {
        for (answer, reason) in [
            ("HTTP/1.1 404 Not Found\r\n\r\n", "the answer is 404"),
            ("HTTP/1.1 200 OK\r\n\r\n", "the answer has no identifier"),
        ] {
            let (address, _task) = lambda(answer).await;
            let error = try_register(address).await.unwrap_err();
            assert_eq!(error.to_string(), reason);
        }
    }
}
