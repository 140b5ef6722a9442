use lambda_api::Validate;

#[derive(Validate)]
struct Order {
    #[garde(length(equal = 3, max = 4))]
    sku: String,
}

fn main() {}
