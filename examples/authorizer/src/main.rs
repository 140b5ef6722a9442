//! A Lambda authorizer of API Gateway.
//!
//! It decides for the REST, HTTP and WebSocket APIs of a shop who may call them, by tokens of a Cognito user pool.
//! The functions of those APIs read who the caller is from the context of the decision.
//!
//! ```console
//! $ cargo run -p authorizer -- invoke examples/authorizer/token.json
//! ```

#[cfg(test)]
mod tests;

use lambda_api::{
    Api, Claims,
    auth::Cognito,
    authorizer,
    authorizer::{Allow, PathPattern},
    env, events,
    http::Method,
};
use serde::Deserialize;

/// The claims of an access token.
#[derive(Deserialize)]
struct User {
    sub: String,
    #[serde(default, rename = "cognito:groups")]
    groups: Vec<String>,
}

impl User {
    fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|name| name == group)
    }
}

/// Lists what a caller may call.
///
/// It depends on the token alone, so the gateway may cache it.
#[authorizer]
async fn authorize(Claims(user): Claims<User>) -> Allow {
    if user.is_in("admins") {
        return Allow::all_routes(user.sub).context("admin", true);
    }
    // The id comes from the caller, so it is a value: a `*` in it would be an error.
    let own = PathPattern::new("/users/{user}/*").value("user", &user.sub);
    Allow::new(user.sub)
        .any_method(own)
        .route(Method::GET, "/products")
        .route(Method::GET, "/products/*")
        .context("admin", false)
}

fn api() -> Api {
    let pool = env("COGNITO_POOL").locally("eu-west-1_local");
    let client = env("COGNITO_CLIENT").locally("local");
    Api::new()
        .authenticate(Cognito::user_pool(pool).client(client))
        .events(events![authorize])
}

#[lambda_api::main]
fn main() -> Api {
    api()
}
