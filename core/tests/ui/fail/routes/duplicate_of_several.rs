use lambda_api::{api_handler, routes};

#[api_handler(GET | PUT "/orders/{id}" | "/old/{id}")]
async fn order(id: u64) -> String {
    id.to_string()
}

#[api_handler(DELETE | PUT "/new" | "/old/{name}")]
async fn old(name: Option<String>) -> String {
    name.unwrap_or_default()
}

fn main() {
    let _ = routes![order, old];
}
