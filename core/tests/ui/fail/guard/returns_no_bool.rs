use lambda_api::{Identity, Request, api_handler};

fn level(_: &Identity, _: &Request) -> u32 {
    3
}

#[api_handler(GET "/users/{user}", guard = level)]
async fn profile(user: String) -> String {
    user
}

fn main() {}
