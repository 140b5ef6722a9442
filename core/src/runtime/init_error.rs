//! Tells Lambda why a function does not start.
//!
//! Without it, Lambda knows no more than that the process has ended. `lambda_runtime` posts such
//! errors only where it takes snapshots, so this is a call of our own.

use http::Uri;
use serde_json::json;
use std::{io, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// How long the end of the process waits for Lambda. The log has the reason already.
const PATIENCE: Duration = Duration::from_secs(1);

/// Posts an error to [`/init/error`], and waits until Lambda has taken it.
///
/// [`/init/error`]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror
pub(super) async fn report(error_type: &str, message: &str) {
    let Ok(api) = std::env::var("AWS_LAMBDA_RUNTIME_API") else {
        return;
    };
    let posted = match timeout(PATIENCE, post(&api, error_type, message)).await {
        Ok(posted) => posted,
        Err(elapsed) => Err(elapsed.into()),
    };
    if let Err(error) = posted {
        let error = error.to_string();
        tracing::warn!(target: "lambda_api", error, "the init error could not be reported to Lambda");
    }
}

async fn post(api: &str, error_type: &str, message: &str) -> io::Result<()> {
    let (address, path) = address_and_path(api)
        .ok_or_else(|| io::Error::other("AWS_LAMBDA_RUNTIME_API is no address"))?;
    let body = json!({"errorType": error_type, "errorMessage": message, "stackTrace": []});
    let body = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         lambda-runtime-function-error-type: Runtime.{error_type}\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    // Whatever the answer is, it comes after the error was read.
    match stream.read(&mut [0; 64]).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

/// Where to post to. Lambda names host and port; emulators put a path behind them.
fn address_and_path(api: &str) -> Option<(String, String)> {
    let uri: Uri = match api.strip_prefix("http://") {
        Some(_) => api.parse(),
        None if api.contains("://") => return None,
        None => format!("http://{api}").parse(),
    }
    .ok()?;
    let host = uri.host()?;
    let port = uri.port_u16().unwrap_or(80);
    let base = uri.path().trim_end_matches('/');
    let path = format!("{base}/2018-06-01/runtime/init/error");
    Some((format!("{host}:{port}"), path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[test]
    fn the_address_may_have_a_scheme_and_a_path() {
        let path = "/2018-06-01/runtime/init/error";
        for (api, address, base) in [
            ("127.0.0.1:9001", "127.0.0.1:9001", ""),
            ("sandbox", "sandbox:80", ""),
            ("http://[::1]:9000/.rt/hello", "[::1]:9000", "/.rt/hello"),
            ("127.0.0.1:9000/hello/", "127.0.0.1:9000", "/hello"),
        ] {
            let expected = (address.to_owned(), format!("{base}{path}"));
            assert_eq!(address_and_path(api), Some(expected), "{api}");
        }
        for api in ["", "https://a", "a b", "a:b:c", "127.0.0.1:1\r\nx: y"] {
            assert_eq!(address_and_path(api), None, "{api:?}");
        }
    }

    #[tokio::test]
    async fn an_error_is_posted_with_its_type_and_message() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = listener.local_addr().unwrap().to_string();
        let lambda = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = String::new();
            while !request.ends_with('}') {
                let mut part = [0; 1024];
                let length = stream.read(&mut part).await.unwrap();
                request.push_str(std::str::from_utf8(&part[..length]).unwrap());
            }
            stream
                .write_all(b"HTTP/1.1 202 Accepted\r\n\r\n")
                .await
                .unwrap();
            request
        });
        post(&api, "MainFailed", "no \"table\"\nis named")
            .await
            .unwrap();
        let request = lambda.await.unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("POST /2018-06-01/runtime/init/error HTTP/1.1\r\n"),
            "{head}"
        );
        assert!(
            head.contains("lambda-runtime-function-error-type: Runtime.MainFailed\r\n"),
            "{head}"
        );
        assert!(
            head.contains(&format!("content-length: {}\r\n", body.len())),
            "{head}"
        );
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["errorType"], "MainFailed");
        assert_eq!(body["errorMessage"], "no \"table\"\nis named");
    }
}
