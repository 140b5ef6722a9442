use lambda_api::Validate;

#[derive(Validate)]
struct Order {
    #[garde(length())]
    sku: String,
}

fn main() {}
