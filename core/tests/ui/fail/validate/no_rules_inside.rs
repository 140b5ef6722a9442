use lambda_api::Validate;

struct Item;

#[derive(Validate)]
struct Order {
    #[garde(dive)]
    items: Vec<Item>,
}

fn main() {}
