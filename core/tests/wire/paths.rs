//! Stages, base paths, and paths that nobody may normalise.

use crate::{decode, event, event_with, path_key, try_decode};
use lambda_api::event::{DecodeOptions, Source};
use serde_json::{Value, json};

fn path(event: &Value, options: &DecodeOptions) -> String {
    try_decode(event, options).unwrap().uri().path().to_owned()
}

fn staged(path: &str, stage: &str, domain: Option<&str>) -> Value {
    event_with(
        Source::HttpApi,
        json!({"rawPath": path, "requestContext": {"stage": stage, "domainName": domain}}),
    )
}

const EXECUTE_API: Option<&str> = Some("abc123.execute-api.eu-west-1.amazonaws.com");
const CUSTOM: Option<&str> = Some("api.example.com");

#[test]
fn the_stage_is_stripped_from_raw_path_only_where_the_gateway_put_it() {
    for (raw, stage, domain, expected) in [
        ("/prod/orders", "prod", EXECUTE_API, "/orders"),
        ("/prod/orders", "prod", None, "/orders"),
        (
            "/prod/orders",
            "prod",
            Some("ABC.Execute-Api.eu-west-1.amazonaws.com"),
            "/orders",
        ),
        ("/prod/orders", "prod", CUSTOM, "/prod/orders"),
        ("/prod/orders", "$default", EXECUTE_API, "/prod/orders"),
        (
            "/production/orders",
            "prod",
            EXECUTE_API,
            "/production/orders",
        ),
        ("/orders/prod", "prod", EXECUTE_API, "/orders/prod"),
        ("/prod/prod/orders", "prod", EXECUTE_API, "/prod/orders"),
    ] {
        let found = path(&staged(raw, stage, domain), &DecodeOptions::default());
        assert_eq!(found, expected, "{raw} {stage} {domain:?}");
    }
}

#[test]
fn stripping_all_of_a_path_leaves_a_slash() {
    for raw in ["/prod", "/prod/"] {
        assert_eq!(
            path(&staged(raw, "prod", EXECUTE_API), &DecodeOptions::default()),
            "/"
        );
    }
}

#[test]
fn the_path_of_a_rest_api_never_has_the_stage() {
    let event = event_with(
        Source::RestApi,
        json!({"path": "/prod/orders",
            "requestContext": {"stage": "prod", "domainName": EXECUTE_API}}),
    );
    assert_eq!(path(&event, &DecodeOptions::default()), "/prod/orders");
}

#[test]
fn the_path_of_an_http_api_has_the_stage_in_payload_format_1_too() {
    for (resource, domain, expected) in [
        ("/orders", EXECUTE_API, "/orders"),
        ("$default", EXECUTE_API, "/orders"),
        ("/orders", CUSTOM, "/prod/orders"),
    ] {
        let event = event_with(
            Source::HttpApiV1,
            json!({"resource": resource, "path": "/prod/orders",
                "requestContext": {"stage": "prod", "domainName": domain}}),
        );
        assert_eq!(path(&event, &DecodeOptions::default()), expected);
    }
}

#[test]
fn one_setting_overrides_the_stage_rule() {
    let always = DecodeOptions {
        strip_stage: Some(true),
        ..DecodeOptions::default()
    };
    let never = DecodeOptions {
        strip_stage: Some(false),
        ..DecodeOptions::default()
    };
    assert_eq!(path(&staged("/prod/x", "prod", CUSTOM), &always), "/x");
    assert_eq!(path(&staged("/x", "prod", CUSTOM), &always), "/x");
    assert_eq!(
        path(&staged("/$default/x", "$default", CUSTOM), &always),
        "/$default/x"
    );
    assert_eq!(
        path(&staged("/prod/x", "prod", EXECUTE_API), &never),
        "/prod/x"
    );
    let rest = event_with(
        Source::RestApi,
        json!({"path": "/prod/x", "requestContext": {"stage": "prod"}}),
    );
    assert_eq!(path(&rest, &always), "/x");
}

#[test]
fn the_base_path_is_stripped_where_it_is_there() {
    for base_path in ["v1", "/v1", "/v1/"] {
        let options = DecodeOptions {
            base_path: Some(base_path.to_owned()),
            ..DecodeOptions::default()
        };
        for source in Source::ALL {
            for (raw, expected) in [
                ("/v1/orders", "/orders"),
                ("/v1", "/"),
                ("/v10/orders", "/v10/orders"),
                ("/orders", "/orders"),
            ] {
                let mut event = event(source);
                event[path_key(source)] = json!(raw);
                assert_eq!(path(&event, &options), expected, "{source} {raw}");
            }
        }
        let staged = staged("/prod/v1/orders", "prod", EXECUTE_API);
        assert_eq!(path(&staged, &options), "/orders");
    }
}

#[test]
fn dots_slashes_and_escapes_of_a_path_are_never_resolved() {
    for raw in [
        "/a/../b",
        "/a/%2e%2e/b",
        "/./a",
        "//a//b",
        "/a%2Fb",
        "/a%00b",
        "/%E4%zz%",
        "/a;b=c",
        "/a/",
    ] {
        for source in Source::ALL {
            let mut event = event(source);
            event[path_key(source)] = json!(raw);
            assert_eq!(decode(&event).uri().path(), raw, "{source}");
        }
    }
}

#[test]
fn a_stage_is_not_stripped_through_dots() {
    for raw in [
        "/x/../prod/orders",
        "/./prod/orders",
        "//prod/orders",
        "/pro%64/orders",
    ] {
        assert_eq!(
            path(&staged(raw, "prod", EXECUTE_API), &DecodeOptions::default()),
            raw
        );
    }
}
