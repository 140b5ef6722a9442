//! Stages, base paths, and paths that must not be normalized.

use crate::{decode, event, event_with, invocation, path_key, try_decode};
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
fn an_http_api_has_its_stage_in_the_path_on_every_domain() {
    for (raw, stage, expected) in [
        ("/prod/orders", "prod", "/orders"),
        ("/prod/orders", "$default", "/prod/orders"),
        ("/production/orders", "prod", "/production/orders"),
        ("/orders/prod", "prod", "/orders/prod"),
        ("/prod/prod/orders", "prod", "/prod/orders"),
        ("/prod//orders", "prod", "//orders"),
        ("/orders", "prod", "/orders"),
        ("/Prod/orders", "prod", "/Prod/orders"),
    ] {
        for domain in [EXECUTE_API, CUSTOM, Some("localhost"), None] {
            let event = staged(raw, stage, domain);
            let found = path(&event, &DecodeOptions::default());
            assert_eq!(found, expected, "{raw} {stage} {domain:?}");
            // Payload format 1.0 does the same for every route.
            for resource in ["/orders", "$default"] {
                let event = event_with(
                    Source::HttpApiV1,
                    json!({"resource": resource, "path": raw,
                        "requestContext": {"stage": stage, "domainName": domain}}),
                );
                let found = path(&event, &DecodeOptions::default());
                assert_eq!(found, expected, "1.0 {raw} {stage} {domain:?}");
            }
        }
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
    for domain in [EXECUTE_API, CUSTOM] {
        let event = event_with(
            Source::RestApi,
            json!({"path": "/prod/orders",
                "requestContext": {"stage": "prod", "domainName": domain}}),
        );
        assert_eq!(path(&event, &DecodeOptions::default()), "/prod/orders");
    }
}

#[test]
fn one_setting_overrides_the_stage_rule() {
    let always = DecodeOptions::default().strip_stage(true);
    let never = DecodeOptions::default().strip_stage(false);
    assert_eq!(path(&staged("/prod/x", "prod", CUSTOM), &always), "/x");
    assert_eq!(path(&staged("/x", "prod", CUSTOM), &always), "/x");
    assert_eq!(
        path(&staged("/$default/x", "$default", CUSTOM), &always),
        "/$default/x"
    );
    for domain in [EXECUTE_API, CUSTOM] {
        let event = staged("/prod/x", "prod", domain);
        assert_eq!(path(&event, &never), "/prod/x");
    }
    let rest = event_with(
        Source::RestApi,
        json!({"path": "/prod/x", "requestContext": {"stage": "prod"}}),
    );
    assert_eq!(path(&rest, &always), "/x");
    assert_eq!(path(&rest, &never), "/prod/x");
}

#[test]
fn the_base_path_is_stripped_where_it_is_there() {
    for base_path in ["v1", "/v1", "/v1/"] {
        let options = DecodeOptions::default().base_path(base_path);
        for source in Source::ALL {
            for (raw, expected) in [
                ("/v1/orders", "/orders"),
                ("/v1", "/"),
                ("/v10/orders", "/v10/orders"),
                ("/orders", "/orders"),
                ("/v1/v1/orders", "/v1/orders"),
            ] {
                let mut event = event(source);
                event[path_key(source)] = json!(raw);
                assert_eq!(path(&event, &options), expected, "{source} {raw}");
            }
        }
    }
}

#[test]
fn base_paths_come_off_before_and_after_the_stage() {
    let options = DecodeOptions::default()
        .base_path("/v1")
        .base_path("/shop/v2")
        .base_path("/a%20b");
    for (raw, expected) in [
        ("/prod/v1/orders", "/orders"),
        ("/v1/prod/orders", "/orders"),
        ("/shop/v2/prod/orders", "/orders"),
        ("/prod/shop/v2", "/"),
        ("/shop/v2/v1/prod/orders", "/orders"),
        ("/a b/prod/orders", "/orders"),
        ("/v1/prod/v1/prod/orders", "/v1/prod/orders"),
        ("/shop/prod/orders", "/shop/prod/orders"),
    ] {
        for domain in [EXECUTE_API, CUSTOM] {
            let found = path(&staged(raw, "prod", domain), &options);
            assert_eq!(found, expected, "{raw} {domain:?}");
        }
    }
}

#[test]
fn dots_slashes_and_escapes_of_a_path_are_never_resolved() {
    for (raw, decoded) in [
        ("/a/../b", "/a/../b"),
        ("/a/%2E%2E/b", "/a/%252E%252E/b"),
        ("/./a", "/./a"),
        ("//a//b", "//a//b"),
        ("/a%2Fb", "/a%252Fb"),
        ("/a%00b", "/a%2500b"),
        ("/%E4%zz%", "/%25E4%25zz%25"),
        ("/a;b=c", "/a;b=c"),
        ("/a/", "/a/"),
    ] {
        for source in Source::ALL {
            let mut event = event(source);
            event[path_key(source)] = json!(raw);
            let expected = if is_decoded(source) { decoded } else { raw };
            assert_eq!(decode(&event).uri().path(), expected, "{source}");
        }
    }
}

/// Whether the source decodes the path, as an HTTP API does with both payload formats.
fn is_decoded(source: Source) -> bool {
    matches!(source, Source::HttpApi | Source::HttpApiV1)
}

#[test]
fn equivalent_spellings_of_a_path_arrive_as_one() {
    for (raw, expected) in [
        ("/%7Ealice", "/~alice"),
        ("/%61%2d%5F", "/a-_"),
        ("/caf%c3%a9", "/caf%C3%A9"),
        ("/a%2fb", "/a%2Fb"),
        ("/%2e%2e/%2e", "/%2E%2E/%2E"),
        ("/%21%2b", "/%21%2B"),
        ("/%zz%61%", "/%zza%"),
        ("/%2561", "/%2561"),
        ("/%%36%31", "/%%361"),
    ] {
        for source in Source::ALL
            .into_iter()
            .filter(|source| !is_decoded(*source))
        {
            let mut event = event(source);
            event[path_key(source)] = json!(raw);
            let request = decode(&event);
            assert_eq!(request.uri().path(), expected, "{source}");
            assert_eq!(invocation(&request).raw_path(), Some(raw), "{source}");
        }
    }
}

#[test]
fn a_query_keeps_its_spelling() {
    for source in [Source::HttpApi, Source::FunctionUrl] {
        let query = "%61=%7e&b=%c3%a9";
        let request = decode(&event_with(source, json!({"rawQueryString": query})));
        assert_eq!(request.uri().query(), Some(query), "{source}");
    }
}

#[test]
fn every_percent_sign_of_a_decoded_path_is_text() {
    for (raw, expected) in [
        ("/hello/a%20b", "/hello/a%2520b"),
        ("/foo%bar", "/foo%25bar"),
        ("/100%", "/100%25"),
        ("/a#b", "/a%23b"),
        ("/a b/caf\u{e9}", "/a%20b/caf%C3%A9"),
        ("/%2e%2e/x", "/%252e%252e/x"),
    ] {
        for source in [Source::HttpApi, Source::HttpApiV1] {
            for domain in [EXECUTE_API, CUSTOM, None] {
                let mut event =
                    event_with(source, json!({"requestContext": {"domainName": domain}}));
                event[path_key(source)] = json!(raw);
                let request = decode(&event);
                assert_eq!(request.uri().path(), expected, "{source} {domain:?}");
                assert_eq!(invocation(&request).raw_path(), Some(raw), "{source}");
            }
        }
    }
}

#[test]
fn the_emulator_of_cargo_lambda_sends_paths_undecoded() {
    for (source, domain, expected) in [
        (Source::HttpApi, "localhost", "/a%2Fb%20c"),
        (Source::HttpApi, "LOCALHOST", "/a%252fb%2520c"),
        (Source::HttpApi, "localhost:9000", "/a%252fb%2520c"),
        (Source::HttpApi, "x.localhost", "/a%252fb%2520c"),
        (Source::HttpApiV1, "localhost", "/a%252fb%2520c"),
    ] {
        let mut event = event_with(source, json!({"requestContext": {"domainName": domain}}));
        event[path_key(source)] = json!("/a%2fb%20c");
        assert_eq!(decode(&event).uri().path(), expected, "{source} {domain}");
    }
}

#[test]
fn a_stage_is_not_stripped_through_dots() {
    for (raw, expected) in [
        ("/x/../prod/orders", "/x/../prod/orders"),
        ("/./prod/orders", "/./prod/orders"),
        ("//prod/orders", "//prod/orders"),
        // Not a stage: the gateway has already decoded this text once.
        ("/pro%64/orders", "/pro%2564/orders"),
    ] {
        assert_eq!(
            path(&staged(raw, "prod", EXECUTE_API), &DecodeOptions::default()),
            expected
        );
    }
    // Escapes cannot be used either: the stage is removed before they are decoded.
    let options = DecodeOptions::default().base_path("/v1").strip_stage(true);
    let event = event_with(
        Source::RestApi,
        json!({"path": "/%761/%70rod/x", "requestContext": {"stage": "prod"}}),
    );
    assert_eq!(path(&event, &options), "/v1/prod/x");
}

/// The base URL of clients, by source, domain, stage, path of the event and path of its context.
#[test]
fn an_invocation_knows_what_clients_write_before_the_path() {
    let options = DecodeOptions::default().base_path("/v1");
    let gateway = "https://abc123.execute-api.eu-west-1.amazonaws.com";
    let custom = "https://api.example.com";
    for (source, domain, stage, raw, context, prefix, url) in [
        (
            Source::RestApi,
            EXECUTE_API,
            "prod",
            "/x",
            Some("/prod/x"),
            "/prod",
            gateway,
        ),
        (
            Source::RestApi,
            EXECUTE_API,
            "prod",
            "/x",
            None,
            "/prod",
            gateway,
        ),
        (
            Source::RestApi,
            EXECUTE_API,
            "prod",
            "/",
            Some("/prod"),
            "/prod",
            gateway,
        ),
        (
            Source::RestApi,
            CUSTOM,
            "prod",
            "/x",
            Some("/x"),
            "",
            custom,
        ),
        (Source::RestApi, CUSTOM, "prod", "/x", None, "", custom),
        (
            Source::RestApi,
            CUSTOM,
            "prod",
            "/v1/x",
            Some("/v1/x"),
            "/v1",
            custom,
        ),
        (
            Source::RestApi,
            CUSTOM,
            "prod",
            "/v1",
            Some("/v1"),
            "/v1",
            custom,
        ),
        // The path of the mapping is not part of the path of the event.
        (
            Source::RestApi,
            CUSTOM,
            "prod",
            "/x",
            Some("/base/x"),
            "/base",
            custom,
        ),
        (
            Source::RestApi,
            CUSTOM,
            "prod",
            "/x",
            Some("//evil.example/x"),
            "",
            custom,
        ),
        (
            Source::HttpApi,
            EXECUTE_API,
            "prod",
            "/prod/x",
            None,
            "/prod",
            gateway,
        ),
        (
            Source::HttpApi,
            EXECUTE_API,
            "$default",
            "/x",
            None,
            "",
            gateway,
        ),
        (
            Source::HttpApi,
            EXECUTE_API,
            "prod",
            "/prod/v1/x",
            None,
            "/prod/v1",
            gateway,
        ),
        (Source::HttpApi, CUSTOM, "prod", "/prod/x", None, "", custom),
        (
            Source::HttpApi,
            CUSTOM,
            "prod",
            "/prod/v1/x",
            None,
            "/v1",
            custom,
        ),
        (
            Source::HttpApi,
            CUSTOM,
            "prod",
            "/v1/prod/x",
            None,
            "/v1",
            custom,
        ),
        (
            Source::HttpApiV1,
            EXECUTE_API,
            "prod",
            "/prod/x",
            Some("/prod/x"),
            "/prod",
            gateway,
        ),
        (
            Source::HttpApiV1,
            CUSTOM,
            "prod",
            "/prod/v1/x",
            Some("/prod/v1/x"),
            "/v1",
            custom,
        ),
    ] {
        let mut event = event_with(
            source,
            json!({"requestContext": {"stage": stage, "domainName": domain, "path": context},
                "headers": {"host": "evil.example", "x-forwarded-host": "evil.example"}}),
        );
        event[path_key(source)] = json!(raw);
        let request = try_decode(&event, &options).unwrap();
        let invocation = invocation(&request);
        assert_eq!(invocation.path_prefix(), prefix, "{event}");
        let url = format!("{url}{prefix}");
        assert_eq!(invocation.public_url(), Some(url.as_str()), "{event}");
    }
    for source in [
        Source::Alb,
        Source::AlbMultiValue,
        Source::LatticeV1,
        Source::LatticeV2,
    ] {
        let mut event = event_with(source, json!({"headers": {"host": "evil.example"}}));
        event[path_key(source)] = json!("/v1/x");
        let request = try_decode(&event, &options).unwrap();
        assert_eq!(invocation(&request).path_prefix(), "/v1", "{source}");
        assert_eq!(invocation(&request).public_url(), None, "{source}");
    }
}
