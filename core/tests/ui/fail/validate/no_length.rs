use lambda_api::Validate;

#[derive(Validate)]
struct Order {
    #[garde(length(min = 1))]
    quantity: u32,
}

fn main() {}
