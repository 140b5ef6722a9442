use lambda_api::{Api, Request, Response, middleware::{Next, from_fn}};

async fn look(next: Next, request: Request) -> Response {
    next.run(request).await
}

fn main() {
    let _ = Api::new().layer(from_fn(look));
}
