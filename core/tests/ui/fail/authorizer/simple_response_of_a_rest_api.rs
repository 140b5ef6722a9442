use lambda_api::{authorizer, authorizer::Allow};

/// An authorizer.
#[authorizer(token, simple)]
async fn authorize() -> Allow {
    Allow::all_routes("alice")
}

fn main() {}
