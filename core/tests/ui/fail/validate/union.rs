use lambda_api::Validate;

#[derive(Validate)]
union Order {
    a: u32,
    b: u64,
}

fn main() {}
