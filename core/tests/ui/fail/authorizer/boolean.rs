use lambda_api::authorizer;

/// An authorizer.
#[authorizer]
async fn authorize() -> bool {
    true
}

fn main() {}
