use http::HeaderMap;
use lambda_api::{Api, Request, Response, middleware::{Next, from_fn}};

async fn look(headers: &HeaderMap, request: Request, next: Next) -> Response {
    let _ = headers;
    next.run(request).await
}

fn main() {
    let _ = Api::new().layer(from_fn(look));
}
