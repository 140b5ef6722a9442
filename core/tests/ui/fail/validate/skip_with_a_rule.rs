use lambda_api::Validate;

#[derive(Validate)]
struct Order {
    #[garde(skip, ascii)]
    sku: String,
}

fn main() {}
