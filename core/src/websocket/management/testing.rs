//! A server on loopback that does what a test tells it.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// Status and body of a response, by the number of the request, from 0.
type Respond = dyn Fn(usize) -> (u16, String) + Send + Sync;

pub(super) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request<Bytes>>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start(
        respond: impl Fn(usize) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Arc::new(respond), false).await
    }

    /// Closes a kept connection when its second request arrives, without a response.
    pub(super) async fn forgetful(
        respond: impl Fn(usize) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Arc::new(respond), true).await
    }

    async fn listen(respond: Arc<Respond>, forgetful: bool) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, respond.clone(), seen.clone(), forgetful));
            }
        });
        Self {
            address,
            requests,
            task,
        }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn requests(&self) -> Vec<Request<Bytes>> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    stream: tokio::net::TcpStream,
    respond: Arc<Respond>,
    requests: Arc<Mutex<Vec<Request<Bytes>>>>,
    forgetful: bool,
) {
    let handled = Arc::new(Mutex::new(0));
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let (respond, requests, handled) = (respond.clone(), requests.clone(), handled.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let count = {
                let mut handled = handled.lock().unwrap();
                *handled += 1;
                if forgetful && *handled > 1 {
                    return Err("the connection is closed");
                }
                let mut requests = requests.lock().unwrap();
                requests.push(Request::from_parts(parts, body));
                requests.len() - 1
            };
            let (status, body) = respond(count);
            let mut response = Response::new(Full::new(Bytes::from(body)));
            *response.status_mut() = status.try_into().unwrap();
            Ok::<_, &'static str>(response)
        }
    });
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
