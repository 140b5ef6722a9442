use lambda_api::Validate;

#[derive(Validate)]
struct Account {
    #[garde(matches(pasword))]
    again: String,
    password: String,
}

fn main() {}
