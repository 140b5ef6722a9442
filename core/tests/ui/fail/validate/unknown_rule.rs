use lambda_api::Validate;

#[derive(Validate)]
struct Order {
    #[garde(lenght(max = 40))]
    sku: String,
}

fn main() {}
