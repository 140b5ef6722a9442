//! An API with authenticated callers, which denies access unless a route allows it.
//!
//! People sign in at a Cognito user pool and send its token. Other programs of the same AWS account
//! call `/internal` with their IAM role, which API Gateway checks.
//!
//! ```console
//! $ export COGNITO_POOL=eu-west-1_abc123 COGNITO_CLIENT=app-client-id
//! $ cargo run -p secured -- routes
//! $ cargo run -p secured -- serve --as iam:arn:aws:iam::123456789012:role/reports
//! $ curl -i localhost:9000/internal
//! $ curl -i localhost:9000/me -H "authorization: Bearer $TOKEN"
//! ```

mod settings;
#[cfg(test)]
mod tests;

use http::StatusCode;
use lambda_api::{
    Api, Claims, Identity, Json, api_handler,
    auth::{Cognito, gateway::Iam},
    routes,
};
use serde::{Deserialize, Serialize};
use settings::{MissingSetting, Settings};

/// Health check.
#[api_handler(GET "/health", public)]
async fn health() -> &'static str {
    "ok"
}

/// Whoever calls, as the API knows them.
#[derive(Serialize)]
struct Me {
    subject: String,
    scopes: Vec<String>,
    groups: Vec<String>,
}

/// Who calls.
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

#[derive(Serialize)]
struct Order {
    customer: String,
}

/// Place an order.
#[api_handler(POST "/orders", authenticator = "cognito", scopes("orders/write"))]
async fn place_order(Claims(customer): Claims<Customer>) -> (StatusCode, Json<Order>) {
    let order = Order {
        customer: customer.sub,
    };
    (StatusCode::CREATED, Json(order))
}

/// For other programs of this AWS account.
#[api_handler(GET "/internal", authenticator = "iam")]
async fn internal(identity: Identity) -> String {
    format!("hello, {}", identity.subject())
}

/// What this API is; nothing is fetched for it.
fn api(settings: &Settings) -> Api {
    let mut cognito = Cognito::user_pool(&*settings.pool).client(&*settings.client);
    if let Some(url) = &settings.jwks_url {
        cognito = cognito.jwks_url(&**url);
    }
    // A debug build may fetch keys without TLS, from an issuer on the same machine.
    #[cfg(debug_assertions)]
    {
        cognito = cognito.allow_loopback_http();
    }
    let iam = if settings.api_id.is_none() && cfg!(debug_assertions) {
        // There is no gateway on a developer's machine.
        Iam::from_any_api()
    } else {
        // `build()` fails without an id: anyone with permission to invoke the function could otherwise
        // claim any identity.
        Iam::from_apis(settings.api_id.clone())
    };
    Api::new()
        .authenticate(cognito)
        .authenticate(iam)
        .routes(routes![health, me, admin, place_order, internal])
}

#[lambda_api::main]
fn main() -> Result<Api, MissingSetting> {
    Ok(api(&Settings::from_environment()?))
}
