use lambda_api::Validate;

#[derive(Validate)]
struct Order {
    #[garde(pattern("[a-z"))]
    sku: String,
}

fn main() {}
