//! The HTTP side of the server.

use super::{
    body::ServerResponse,
    control::Control,
    documents::{Document, Documents},
    fault::What,
};
use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE, LOCATION},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{fmt, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// The connection is to be reset.
#[derive(Debug)]
struct Reset;

impl fmt::Display for Reset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is reset")
    }
}

impl std::error::Error for Reset {}

/// Serves until it is dropped, and its connections with it.
pub(super) async fn run(listener: TcpListener, documents: Documents, control: Arc<Control>) {
    let documents = Arc::new(documents);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, documents.clone(), control.clone()));
                }
                // Mostly out of file descriptors: trying again at once would not help.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
}

async fn connection(stream: TcpStream, documents: Arc<Documents>, control: Arc<Control>) {
    // Small responses would wait for an acknowledgement otherwise.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let (documents, control) = (documents.clone(), control.clone());
        // Boxed, since only what can be moved can be polled without shutting down.
        Box::pin(async move { respond(&request, &documents, &control).await })
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let ended = std::future::poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
    let reset = ended.is_err_and(|error| {
        std::error::Error::source(&error).is_some_and(<dyn std::error::Error>::is::<Reset>)
    });
    if reset {
        // Closing a socket that does not linger resets the connection.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

async fn respond(
    request: &Request<Incoming>,
    documents: &Documents,
    control: &Control,
) -> Result<Response<ServerResponse>, Reset> {
    let path = request.uri().path();
    let relative = documents.relative(path);
    let (what, delay) = control.next(relative.unwrap_or(path));
    control.count(path);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    control.released().await;
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = text(StatusCode::METHOD_NOT_ALLOWED);
        let allowed = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(ALLOW, allowed);
        return Ok(response);
    }
    Ok(match what {
        What::Reset => return Err(Reset),
        What::Status(status) => text(status),
        What::Redirect(url) => redirect(url),
        What::Content {
            content_type,
            content,
        } => response(content_type, ServerResponse::new(content)),
        What::Nothing | What::Huge { .. } | What::Truncated => {
            match relative.and_then(|path| documents.get(path)) {
                Some(document) => good(document, &what, control),
                None => text(StatusCode::NOT_FOUND),
            }
        }
    })
}

/// The right document, though perhaps in a wrong length.
fn good(document: Document, what: &What, control: &Control) -> Response<ServerResponse> {
    let Document {
        content_type,
        content,
    } = document;
    let body = match *what {
        What::Huge { length, declared } => ServerResponse::huge(content, length, declared),
        What::Truncated => ServerResponse::truncated(content),
        _ => ServerResponse::new(content),
    };
    let mut response = response(content_type, body);
    response.headers_mut().extend(control.headers());
    response
}

fn text(status: StatusCode) -> Response<ServerResponse> {
    let reason = status.canonical_reason().unwrap_or("no reason");
    let mut response = response("text/plain", ServerResponse::new(reason));
    *response.status_mut() = status;
    response
}

fn redirect(url: HeaderValue) -> Response<ServerResponse> {
    let mut response = text(StatusCode::FOUND);
    response.headers_mut().insert(LOCATION, url);
    response
}

fn response(content_type: &'static str, body: ServerResponse) -> Response<ServerResponse> {
    let mut response = Response::new(body);
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
