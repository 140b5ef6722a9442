use lambda_api::{authorizer::Allow, http::Method};

fn allow(user: &str) -> Allow {
    Allow::new(user).route(Method::GET, format!("/users/{user}/*"))
}

fn main() {
    let _ = allow("alice");
}
