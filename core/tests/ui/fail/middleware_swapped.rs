use lambda_api::{Api, Next, Request, Response, from_fn};

async fn look(next: Next, request: Request) -> Response {
    next.run(request).await
}

fn main() {
    let _ = Api::new().layer(from_fn(look));
}
