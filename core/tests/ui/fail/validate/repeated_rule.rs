use lambda_api::Validate;

#[derive(Validate)]
struct Order {
    #[garde(range(min = 1), range(max = 2))]
    quantity: u32,
}

fn main() {}
