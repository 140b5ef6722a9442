use lambda_api::Validate;

#[derive(Validate)]
struct Order {
    #[garde(required)]
    sku: String,
}

fn main() {}
