use lambda_api::{Identity, Request, api_handler};
use std::rc::Rc;

async fn own(_: &Identity, _: &Request) -> bool {
    let yes = Rc::new(true);
    std::future::ready(()).await;
    *yes
}

#[api_handler(GET "/users/{user}", guard = own)]
async fn profile(user: String) -> String {
    user
}

fn main() {}
