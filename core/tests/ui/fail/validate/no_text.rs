use lambda_api::Validate;

#[derive(Validate)]
struct Order {
    #[garde(email)]
    quantity: u32,
}

fn main() {}
