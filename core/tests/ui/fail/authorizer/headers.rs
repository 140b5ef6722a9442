use lambda_api::{authorizer, authorizer::Allow, http::HeaderMap};

#[authorizer]
async fn authorize(headers: HeaderMap) -> Allow {
    Allow::all_routes(format!("{headers:?}"))
}

fn main() {}
