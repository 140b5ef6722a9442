use lambda_api::Validate;
use serde::Deserialize;

#[derive(Deserialize, Validate)]
#[serde(from = "String")]
struct Order {
    #[garde(length(min = 1))]
    sku: String,
}

impl From<String> for Order {
    fn from(sku: String) -> Self {
        Self { sku }
    }
}

fn main() {}
