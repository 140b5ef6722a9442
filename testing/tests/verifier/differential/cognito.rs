//! Tokens of a user pool.

use super::{Case, Cases, Stricter};
use crate::verifiers::{CLIENT, POOL, Verifier, cognito};
use lambda_api_testing::TestIssuer;
use lambda_api_testing_internal::{IssuerExt as _, TokenExt as _};
use serde_json::json;

pub(super) fn access() -> Vec<Case> {
    let mut cases = Cases::new(Verifier::CognitoAccess);
    let issuer = cognito();
    let token = || issuer.token("alice");
    cases.accepted("access token", token());
    cases.accepted("access token with groups", token().groups(["admins"]));
    cases.accepted(
        "access token with scopes",
        token().scopes("orders/write a/b"),
    );
    cases.rejected("an id token for an access token", token().id_token());
    // The one says `aud`, the other `client_id`; neither stands in for the other.
    let with_aud = token().without("client_id").claim("aud", CLIENT);
    cases.rejected("access token with aud for client_id", with_aud);
    cases.accepted(
        "access token with another aud",
        token().claim("aud", "another"),
    );
    cases.rejected("access token with an odd aud", token().claim("aud", 1));
    for client in odd_clients() {
        let name = format!("client_id {client}");
        cases.rejected(name, token().claim("client_id", client));
    }
    cases.accepted("one group", token().claim("cognito:groups", "admins"));
    cases.rejected("no client_id", token().without("client_id"));
    let groups = [
        json!([1]),
        json!(["admins", 1]),
        json!({}),
        json!(null),
        json!(1),
    ];
    for groups in groups {
        let name = format!("cognito:groups {groups}");
        let token = token().claim("cognito:groups", groups);
        cases.accepted(name, token);
    }
    common(&mut cases, &issuer, "access");
    cases.list
}

pub(super) fn id() -> Vec<Case> {
    let mut cases = Cases::new(Verifier::CognitoId);
    let issuer = cognito();
    let token = || issuer.token("alice").id_token();
    cases.accepted("id token", token());
    cases.accepted("id token with groups", token().groups(["admins"]));
    cases.rejected("an access token for an id token", issuer.token("alice"));
    let with_client = token().without("aud").claim("client_id", CLIENT);
    cases.rejected("id token with client_id for aud", with_client);
    cases.accepted(
        "id token with another client_id",
        token().claim("client_id", "another"),
    );
    for client in odd_clients() {
        let name = format!("aud of an id token {client}");
        cases.rejected(name, token().claim("aud", client));
    }
    cases.rejected("id token without aud", token().without("aud"));
    common(&mut cases, &issuer, "id");
    cases.list
}

/// What `client_id` and the `aud` of an ID token may not be: they are one string.
fn odd_clients() -> [serde_json::Value; 13] {
    [
        json!([CLIENT]),
        json!([CLIENT, "another"]),
        json!([CLIENT, 1]),
        json!(""),
        json!("another"),
        json!("APP-CLIENT-ID"),
        json!("app-client-id "),
        json!("app-client-id,another"),
        json!([]),
        json!(["another"]),
        json!({"client": CLIENT}),
        json!(null),
        json!(1),
    ]
}

fn common(cases: &mut Cases, issuer: &TestIssuer, usage: &str) {
    let token = || match usage {
        "id" => issuer.token("alice").id_token(),
        _ => issuer.token("alice"),
    };
    for value in [
        json!(""),
        json!("refresh"),
        json!("ACCESS"),
        json!("ID"),
        json!("access id"),
        json!(["access", "id"]),
        json!([usage]),
        json!(null),
        json!(1),
        json!({}),
    ] {
        let name = format!("{usage}: token_use {value}");
        cases.rejected(name, token().claim("token_use", value));
    }
    cases.rejected(
        format!("{usage}: no token_use"),
        token().without("token_use"),
    );
    let updated = issuer.updated_issuer_url().expect("a pool has one");
    cases.accepted(
        format!("{usage}: the other issuer of the pool"),
        token().issuer(updated),
    );
    for iss in [
        format!("https://cognito-idp.eu-west-1.amazonaws.com/{POOL}/"),
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_ABC123".to_owned(),
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other".to_owned(),
        format!("https://cognito-idp.eu-west-2.amazonaws.com/{POOL}"),
        format!("https://cognito-idp.eu-west-1.amazonaws.com.cn/{POOL}"),
        format!("https://cognito-idp.eu-west-1.amazonaws.com.attacker.example/{POOL}"),
        format!("http://cognito-idp.eu-west-1.amazonaws.com/{POOL}"),
        format!("https://issuer-cognito-idp.eu-west-1.amazonaws.com/{POOL}/"),
        "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other".to_owned(),
        format!("https://issuer-cognito-idp.eu-west-2.amazonaws.com/{POOL}"),
        POOL.to_owned(),
    ] {
        let name = format!("{usage}: iss {iss}");
        cases.rejected(name, token().issuer(iss));
    }
    cases.rejected(format!("{usage}: no iss"), token().without("iss"));
    cases.rejected(format!("{usage}: expired"), token().expired());
    cases.rejected(format!("{usage}: unsigned"), token().unsigned());
    cases.rejected(format!("{usage}: tampered"), token().tampered());
    cases.rejected(format!("{usage}: wrong key"), token().wrong_key());
    cases.rejected(format!("{usage}: unknown key"), token().unknown_key());
    let forged = token().hs256_with_public_key();
    cases.rejected(format!("{usage}: HS256 with the public key"), forged);
    let endless = token().without("exp");
    cases.stricter(Stricter::NoExpiry, format!("{usage}: no exp"), endless);
    let critical = token().header("crit", json!(["exp"]));
    cases.stricter(Stricter::Critical, format!("{usage}: crit"), critical);
}
