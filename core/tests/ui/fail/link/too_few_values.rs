use lambda_api::{api_handler, response::Redirect};

#[api_handler(GET "/orders/{order}/lines/{line}")]
async fn get_line(order: u64, line: u8) -> String {
    format!("{order} {line}")
}

#[api_handler(GET "/last-line")]
async fn last_line() -> Redirect {
    Redirect::to(get_line::path(7))
}

fn main() {}
