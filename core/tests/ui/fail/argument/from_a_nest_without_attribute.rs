use lambda_api::{Api, api_handler, routes};

// `tenant` comes from the nest's prefix: the attribute has to say so, `#[path] tenant: u64`.
#[api_handler(GET "/orders/{id}")]
async fn order(tenant: u64, id: u64) -> String {
    format!("{tenant}/{id}")
}

fn main() {
    let _ = Api::new().nest("/tenants/{tenant}", Api::new().routes(routes![order]));
}
