//! An API with authenticated callers, which denies access unless a route allows it.
//!
//! People sign in at a Cognito user pool and send its token. Other programs of the same AWS account
//! call `/internal` with their IAM role, which API Gateway checks. A page at `https://app.example.com`
//! can call the API from a browser. `template.yaml` and `template-rest.yaml` deploy it.
//!
//! ```console
//! $ cargo run -p secured -- routes
//! $ export COGNITO_POOL=eu-west-1_abc123 COGNITO_CLIENT=app-client-id
//! $ cargo run -p secured -- serve --as iam:arn:aws:iam::123456789012:role/reports
//! $ curl -i localhost:9000/internal
//! $ curl -i localhost:9000/me -H "authorization: Bearer $TOKEN"
//! ```

#[cfg(test)]
mod tests;

use lambda_api::{
    Api, Claims, Cors, Created, Identity, IntoResponse, Json, Operation, Response, api_handler,
    auth::{Cognito, gateway::Iam},
    env,
    http::StatusCode,
    routes,
    template::{UserPool, UserPoolClient},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Health check.
#[api_handler(GET "/health", public)]
async fn health() -> &'static str {
    "ok"
}

/// A pixel, in place of a picture.
const LOGO: &[u8; 43] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\
    \x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// An image, with its media type for the document.
struct Gif(&'static [u8]);

impl IntoResponse for Gif {
    fn into_response(self) -> Response {
        ([("content-type", "image/gif")], self.0).into_response()
    }

    fn describe(operation: &mut Operation) {
        operation.response(StatusCode::OK, Some("image/gif"));
    }
}

/// The logo of the service.
#[api_handler(GET "/logo", public)]
async fn logo() -> Gif {
    Gif(LOGO)
}

/// The caller.
#[derive(Serialize, JsonSchema)]
struct Me {
    subject: String,
    scopes: Vec<String>,
    groups: Vec<String>,
}

/// Describes the caller.
#[api_handler(GET "/me", authenticator = "cognito")]
async fn me(identity: Identity) -> Json<Me> {
    Json(Me {
        subject: identity.subject().to_owned(),
        scopes: identity.scopes().map(str::to_owned).collect(),
        groups: identity.groups().map(str::to_owned).collect(),
    })
}

/// For administrators.
#[api_handler(GET "/admin", authenticator = "cognito", groups("admins"))]
async fn admin() -> &'static str {
    "welcome, administrator"
}

/// The part of a token that an order needs.
#[derive(Deserialize)]
struct Customer {
    sub: String,
}

#[derive(Serialize, JsonSchema)]
struct Order {
    customer: String,
}

/// Place an order.
#[api_handler(POST "/orders", authenticator = "cognito", scopes("orders/write"))]
async fn place_order(Claims(customer): Claims<Customer>) -> Created<Json<Order>> {
    Created(Json(Order {
        customer: customer.sub,
    }))
}

/// For other programs of this AWS account.
#[api_handler(GET "/internal", authenticator = "iam")]
async fn internal(identity: Identity) -> String {
    format!("hello, {}", identity.subject())
}

/// The description of the API. Its settings are read when it is built, so `routes` and `template` need none.
fn api() -> Api {
    let cognito = Cognito::user_pool(env("COGNITO_POOL")).client(env("COGNITO_CLIENT"));
    #[cfg(any(debug_assertions, feature = "loopback-keys"))]
    let cognito = with_local_keys(cognito);
    Api::new()
        .authenticate(cognito)
        // On Lambda, the APIs whose ids `LAMBDA_API_IDS` has; locally, the one that `serve --as` emulates.
        .authenticate(Iam::from_this_api())
        .cors(Cors::new().allow_origins(["https://app.example.com"]))
        // The template creates these, and sets the variables to their ids.
        .resource(UserPool::new("Pool").env("COGNITO_POOL"))
        .resource(UserPoolClient::new("PoolClient", "Pool").env("COGNITO_CLIENT"))
        .routes(routes![health, me, admin, place_order, internal, logo])
}

/// A debug build may fetch the keys from an emulator of Cognito on the same machine. A release build does
/// so only with the feature `loopback-keys`, which no deployed program has.
#[cfg(any(debug_assertions, feature = "loopback-keys"))]
fn with_local_keys(cognito: Cognito) -> Cognito {
    match std::env::var("JWKS_URL") {
        Ok(url) => cognito.jwks_url(url).allow_loopback_http(),
        Err(_) => cognito,
    }
}

#[lambda_api::main]
fn main() -> Api {
    api()
}
