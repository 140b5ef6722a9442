use lambda_api::{
    authorizer,
    authorizer::Allow,
    events::{Meta, Sqs},
};

/// An authorizer.
#[authorizer]
async fn authorize(_: Meta<Sqs>) -> Allow {
    Allow::all_routes("alice")
}

fn main() {}
