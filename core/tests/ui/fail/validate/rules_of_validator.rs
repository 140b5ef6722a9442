use lambda_api::Validate;

#[derive(Validate)]
struct Order {
    #[validate(range(min = 1))]
    quantity: u32,
}

fn main() {}
