use lambda_api::Validate;

#[derive(Validate)]
struct Order {
    #[garde(range(min = 10, max = 1))]
    quantity: u32,
}

fn main() {}
