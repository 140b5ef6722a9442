//! Events of any request.

use super::requests::requests;
use crate::EventBuilder;
use lambda_api::event::{
    Source,
    emulate::{Caller, ClientCertificate, GatewayContext},
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::json;
use std::time::{Duration, UNIX_EPOCH};

/// Any event of a source: of any request, from any stage and domain, with or without a caller that
/// the source has checked.
///
/// ```
/// use lambda_api::{Invocation, event::Source};
/// use lambda_api_testing::strategies;
/// use proptest::prelude::*;
///
/// proptest!(|(event in strategies::events(Source::RestApi))| {
///     prop_assert_eq!(event.to_invocation().source(), Some(Source::RestApi));
/// });
/// ```
pub fn events(source: Source) -> impl Strategy<Value = EventBuilder> {
    (requests(), gateway()).prop_map(move |(request, gateway)| {
        EventBuilder::new(source)
            .request(request)
            .gateway(|_| gateway)
    })
}

/// What a gateway reports besides the request: stage, domain, ids, time, callers.
fn gateway() -> impl Strategy<Value = GatewayContext> {
    let names = || "[a-zA-Z0-9_-]{1,8}";
    let domain = select(
        &[
            "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
            "api.example.com",
        ][..],
    );
    let route = select(&["/", "/{proxy+}", "/{a}", "/{a}/{b+}", "$default"][..]);
    let ip = select(&["198.51.100.7", "2001:db8::7"][..]);
    (
        option::of(prop_oneof![Just("$default".to_owned()), names().boxed()]),
        option::weighted(0.3, names()),
        vec((names(), "\\PC{0,8}"), 0..3),
        option::of(route),
        option::of(ip),
        0_u64..4_102_444_800_000,
        vec(callers(), 0..3),
        option::of(domain),
    )
        .prop_map(
            |(stage, base_path, variables, route, ip, millis, callers, domain)| {
                let mut gateway =
                    GatewayContext::new().time(UNIX_EPOCH + Duration::from_millis(millis));
                if let Some(stage) = stage {
                    gateway = gateway.stage(stage);
                }
                if let Some(base_path) = base_path {
                    gateway = gateway.base_path(base_path);
                }
                if let Some(domain) = domain {
                    gateway = gateway.domain(domain);
                }
                if let Some(route) = route {
                    gateway = gateway.route(route);
                }
                if let Some(ip) = ip {
                    gateway = gateway.source_ip(ip);
                }
                for (name, value) in variables {
                    gateway = gateway.stage_variable(name, value);
                }
                callers.into_iter().fold(gateway, GatewayContext::caller)
            },
        )
}

/// Callers of every kind; those that a source does not know are not in its events.
fn callers() -> impl Strategy<Value = Caller> {
    "[a-z]{1,8}".prop_flat_map(|name| {
        let claims = json!({"sub": name, "exp": 1_583_798_639, "groups": ["a", "b"]});
        select(vec![
            Caller::iam(format!("arn:aws:iam::123456789012:user/{name}")),
            Caller::cognito(claims.clone()),
            Caller::jwt(claims, ["read", "write"]),
            Caller::lambda(name.clone(), json!({"level": 3, "admin": false})),
            Caller::api_key(name.clone()),
            ClientCertificate::new(format!("CN={name}")).into(),
        ])
    })
}
