use lambda_api::{authorizer, authorizer::Allow};

/// An authorizer.
#[authorizer(per_route)]
async fn authorize() -> Allow {
    Allow::all_routes("alice")
}

fn main() {}
