use lambda_api::api_handler;

struct Session;

#[api_handler(GET "/orders")]
async fn orders(#[query] page: Option<u32>, session: Session) -> String {
    let _ = (page, session);
    String::new()
}

fn main() {}
