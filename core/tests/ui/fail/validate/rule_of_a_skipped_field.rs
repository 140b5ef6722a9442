use lambda_api::Validate;
use serde::Deserialize;

#[derive(Deserialize, Validate)]
struct Order {
    #[serde(skip)]
    #[garde(range(min = 1))]
    quantity: u32,
}

fn main() {}
