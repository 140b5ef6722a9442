use lambda_api::Validate;

#[derive(Validate)]
struct Order {
    #[garde(length(bytes, max = 4))]
    sku: String,
}

fn main() {}
