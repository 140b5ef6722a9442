use lambda_api::api_handler;

#[api_handler(GET "/users/{user}", guard = own)]
async fn profile(user: String) -> String {
    user
}

fn main() {}
