use lambda_api::routes;

mod orders {
    pub(crate) async fn list() -> String {
        String::new()
    }
}

fn main() {
    let _ = routes![orders::list];
}
