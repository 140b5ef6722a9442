use lambda_api::routes;

mod orders {
    #[lambda_api::api_handler(GET "/orders")]
    async fn list() -> String {
        String::new()
    }
}

fn main() {
    let _ = routes![orders::list];
}
