//! The API on axum, as an HTTP server at `PORT`.

use std::{io, net::Ipv4Addr};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> io::Result<()> {
    let port = std::env::var("PORT")
        .ok()
        .and_then(|port| port.parse().ok());
    let address = (Ipv4Addr::UNSPECIFIED, port.unwrap_or(0));
    let listener = TcpListener::bind(address).await?;
    axum::serve(listener, benches::apis::axum::router()).await
}
