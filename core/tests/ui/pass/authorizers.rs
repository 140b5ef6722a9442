//! Each option, argument and value of an authorizer.

use lambda_api::{
    Api, Claims, Error, Identity, LambdaContext, State, authorizer,
    authorizer::{Allow, AuthorizerRequest, Decision, Deny, Unauthorized},
    env, events,
    events::Event,
};

#[authorizer]
async fn all(request: &AuthorizerRequest) -> Allow {
    Allow::this_route_only(request.arn().account())
}

#[authorizer(token, api = env("API_ID"), per_request)]
async fn token(request: AuthorizerRequest, _: State<u32>, _: &Event) -> Result<Allow, Unauthorized> {
    drop(request);
    Err(Unauthorized)
}

#[authorizer(http, websocket, request, simple, api = "a1b2c3", crate = lambda_api)]
fn not_async(_: LambdaContext) -> Deny {
    Deny::new("alice")
}

#[authorizer(api = String::from("other"))]
async fn claims(Claims(user): Claims<String>, _: Identity, _: Option<Identity>) -> Result<Decision, Error> {
    let parsed: u32 = user.parse()?;
    Ok(Allow::all_routes("alice").context("id", parsed).into())
}

#[authorizer]
async fn denies() -> Result<Allow, Deny> {
    Err(Deny::new("alice"))
}

fn main() {
    let _ = Api::new().events(events![all, token, not_async, claims, denies]);
}
