use lambda_api::{Identity, api_handler};

mod rules {
    use super::Identity;

    pub fn own(_: &Identity) -> bool {
        true
    }
}

#[api_handler(GET "/users/{user}", guard = rules::own)]
async fn profile(user: String) -> String {
    user
}

fn main() {}
