use lambda_api::Validate;

#[derive(Validate)]
struct Order {
    #[garde(range(min = 1))]
    sku: String,
}

fn main() {}
