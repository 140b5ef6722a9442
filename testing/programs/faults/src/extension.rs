//! A part of the program that wants to hear of its end: an internal extension, by hand.
//!
//! Lambda sends SIGTERM only to a process that has registered one.

use lambda_api::BoxError;
use std::env;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    signal::unix::{SignalKind, signal},
};

/// Registers, and reacts to SIGTERM: by ending, or not at all when `is_deaf`.
pub(crate) async fn register(is_deaf: bool) -> Result<(), BoxError> {
    // Caught from here on, so that none is missed.
    let mut terminate = signal(SignalKind::terminate())?;
    let body = r#"{"events": []}"#;
    let registered = call(
        &format!(
            "POST /2020-01-01/extension/register HTTP/1.1\r\nlambda-extension-name: faults\r\n\
         connection: close\r\ncontent-length: {}\r\n",
            body.len()
        ),
        body,
    )
    .await?;
    let id = registered
        .lines()
        .find_map(|line| line.strip_prefix("lambda-extension-identifier: "))
        .ok_or("the extension was not registered")?
        .to_owned();
    let next = format!(
        "GET /2020-01-01/extension/event/next HTTP/1.1\r\nlambda-extension-identifier: {id}\r\n"
    );
    tokio::spawn(async move { call(&next, "").await });
    tokio::spawn(async move {
        loop {
            terminate.recv().await;
            println!("SIGTERM received");
            if !is_deaf {
                std::process::exit(0);
            }
        }
    });
    Ok(())
}

/// Makes one call to the Extensions API.
async fn call(head: &str, body: &str) -> Result<String, BoxError> {
    let api = env::var("AWS_LAMBDA_RUNTIME_API")?;
    let mut stream = TcpStream::connect(&api).await?;
    stream
        .write_all(format!("{head}host: {api}\r\n\r\n{body}").as_bytes())
        .await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    Ok(response)
}
