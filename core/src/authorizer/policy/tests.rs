use super::*;
use crate::{authorizer::PathPattern, log::capture};
use proptest::prelude::*;
use serde_json::{Value, json};

const STAGE: &str = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/prod/";

const CACHED: ResponseOptions = ResponseOptions {
    simple: false,
    per_request: false,
};
const PER_REQUEST: ResponseOptions = ResponseOptions {
    per_request: true,
    ..CACHED
};
const SIMPLE: ResponseOptions = ResponseOptions {
    simple: true,
    ..CACHED
};
const SIMPLE_PER_REQUEST: ResponseOptions = ResponseOptions {
    simple: true,
    per_request: true,
};

fn token(arn: &str) -> AuthorizerRequest {
    let event = json!({"type": "TOKEN", "authorizationToken": "abc", "methodArn": arn});
    AuthorizerRequest::from_json(&event.to_string()).unwrap()
}

fn http(method_and_path: &str) -> AuthorizerRequest {
    let arn = format!("{STAGE}{method_and_path}");
    let event = json!({"type": "REQUEST", "version": "2.0", "routeArn": arn});
    AuthorizerRequest::from_json(&event.to_string()).unwrap()
}

fn websocket() -> AuthorizerRequest {
    let event = json!({"type": "REQUEST", "methodArn": format!("{STAGE}$connect"),
        "requestContext": {"connectionId": "c"}});
    AuthorizerRequest::from_json(&event.to_string()).unwrap()
}

fn written(
    decision: impl Into<Decision>,
    request: &AuthorizerRequest,
    options: ResponseOptions,
) -> Result<Value, Error> {
    let json = respond(&decision.into(), request, options)?;
    Ok(serde_json::from_slice(&json).unwrap())
}

fn error(
    decision: impl Into<Decision>,
    request: &AuthorizerRequest,
    options: ResponseOptions,
) -> String {
    written(decision, request, options).unwrap_err().to_string()
}

/// Whether API Gateway lets a request pass. It is written from the rules of IAM, one character at a time, and shares
/// nothing with the code that writes policies: `*` is any text, `?` any character, a `Deny` wins, and nothing is
/// allowed by default.
fn gateway_allows(response: &Value, arn: &str) -> bool {
    fn glob(pattern: &[char], text: &[char]) -> bool {
        let mut ends = vec![false; text.len() + 1];
        ends[0] = true;
        for token in pattern {
            let before = ends.clone();
            for at in 0..=text.len() {
                ends[at] = match token {
                    '*' => before[..=at].contains(&true),
                    '?' => at > 0 && before[at - 1],
                    c => at > 0 && before[at - 1] && text[at - 1] == *c,
                };
            }
        }
        ends[text.len()]
    }
    let arn: Vec<char> = arn.chars().collect();
    let document = &response["policyDocument"];
    assert_eq!(document["Version"], "2012-10-17");
    let of = |effect: &str| {
        let statements = document["Statement"].as_array().unwrap().iter();
        statements
            .filter(|statement| {
                statement["Effect"] == effect && statement["Action"] == "execute-api:Invoke"
            })
            .flat_map(|statement| statement["Resource"].as_array().unwrap())
            .any(|resource| {
                let pattern: Vec<char> = resource.as_str().unwrap().chars().collect();
                glob(&pattern, &arn)
            })
    };
    of("Allow") && !of("Deny")
}

#[test]
fn a_response_over_8_kb_is_a_warning() {
    for (length, warnings) in [(100, 0), (9_000, 1)] {
        let allow = Allow::all_routes("alice").context("note", "x".repeat(length));
        let records = capture(|| {
            respond(&allow.into(), &token(&format!("{STAGE}GET/")), CACHED).unwrap();
        });
        let found = records.iter().filter(|record| record["level"] == "WARN");
        assert_eq!(found.count(), warnings, "{records:?}");
    }
}

#[test]
fn a_policy_has_exactly_these_members() {
    let request = token(&format!("{STAGE}GET/orders/7"));
    let allow = Allow::new("alice")
        .route(Method::GET, "/orders/*")
        .route(Method::GET, "/orders/*")
        .context("tenant", "north")
        .context("level", 3)
        .context("admin", false)
        .usage_identifier_key("key");
    assert_eq!(
        written(allow, &request, CACHED).unwrap(),
        json!({
            "principalId": "alice",
            "policyDocument": {"Version": "2012-10-17", "Statement": [{
                "Action": "execute-api:Invoke", "Effect": "Allow", "Resource": [format!("{STAGE}GET/orders/*")],
            }]},
            "context": {"tenant": "north", "level": 3, "admin": false},
            "usageIdentifierKey": "key",
        })
    );
    // The only member that payload format 2.0 hands over.
    for (allow, sub) in [
        (Allow::all_routes("alice"), "alice"),
        (Allow::all_routes("alice").context("sub", "a-1"), "a-1"),
    ] {
        let response = written(allow, &http("GET/"), CACHED).unwrap();
        assert_eq!(response["context"], json!({"sub": sub}));
    }
    assert_eq!(
        written(Deny::new("alice"), &request, CACHED).unwrap(),
        json!({
            "principalId": "alice",
            "policyDocument": {"Version": "2012-10-17", "Statement": [{
                "Action": "execute-api:Invoke", "Effect": "Deny", "Resource": [format!("{STAGE}*")],
            }]},
        })
    );
}

#[test]
fn partition_and_account_are_those_of_the_request() {
    let stage = "arn:aws-us-gov:execute-api:us-gov-west-1:210987654321:x/$default/";
    let request = token(&format!("{stage}GET/"));
    for (allow, resource) in [
        (Allow::all_routes("a"), format!("{stage}*")),
        (
            Allow::new("a").route(Method::GET, "/"),
            format!("{stage}GET/"),
        ),
    ] {
        let response = written(allow, &request, CACHED).unwrap();
        assert_eq!(
            response["policyDocument"]["Statement"][0]["Resource"],
            json!([resource])
        );
    }
}

#[test]
fn an_allow_without_routes_denies() {
    let request = token(&format!("{STAGE}GET/"));
    let response = written(Allow::new("alice"), &request, CACHED).unwrap();
    assert_eq!(response["policyDocument"]["Statement"][0]["Effect"], "Deny");
    assert!(!gateway_allows(&response, request.arn().as_str()));
}

#[test]
fn a_policy_of_one_route_must_not_be_cached() {
    let request = token(&format!("{STAGE}GET/orders/7"));
    let this = || Allow::this_route_only("alice");
    assert!(error(this(), &request, CACHED).contains("needs `#[authorizer(per_request)]`"));
    let response = written(this(), &request, PER_REQUEST).unwrap();
    assert!(gateway_allows(&response, &format!("{STAGE}GET/orders/7")));
    assert!(!gateway_allows(&response, &format!("{STAGE}GET/orders/8")));
}

#[test]
fn a_simple_response_about_routes_must_not_be_cached() {
    let request = http("GET/orders/7");
    let routes = || Allow::new("a").route(Method::GET, "/orders/*");
    for allow in [
        routes(),
        Allow::this_route_only("alice"),
        Allow::new("alice"),
    ] {
        assert!(
            error(allow, &request, SIMPLE).contains("needs `#[authorizer(simple, per_request)]`")
        );
    }
    for (decision, request, options, expected) in [
        (
            Allow::all_routes("a").context("n", 1).into(),
            http("GET/"),
            SIMPLE,
            json!({"isAuthorized": true, "context": {"n": 1, "sub": "a"}}),
        ),
        (
            Decision::from(Deny::new("a")),
            http("GET/"),
            SIMPLE,
            json!({"isAuthorized": false}),
        ),
        (
            routes().into(),
            http("GET/orders/7"),
            SIMPLE_PER_REQUEST,
            json!({"isAuthorized": true, "context": {"sub": "a"}}),
        ),
        (
            routes().into(),
            http("POST/orders/7"),
            SIMPLE_PER_REQUEST,
            json!({"isAuthorized": false}),
        ),
        (
            routes().into(),
            http("GET/orders"),
            SIMPLE_PER_REQUEST,
            json!({"isAuthorized": false}),
        ),
        (
            Allow::new("a").into(),
            http("GET/orders"),
            SIMPLE_PER_REQUEST,
            json!({"isAuthorized": false}),
        ),
        (
            Allow::this_route_only("a").into(),
            http("GET/*"),
            SIMPLE_PER_REQUEST,
            json!({"isAuthorized": true, "context": {"sub": "a"}}),
        ),
    ] {
        assert_eq!(written(decision, &request, options).unwrap(), expected);
    }
}

#[test]
fn only_format_2_0_has_simple_responses() {
    for request in [token(&format!("{STAGE}GET/")), websocket()] {
        let response = written(Allow::all_routes("a"), &request, SIMPLE).unwrap();
        assert!(gateway_allows(&response, request.arn().as_str()));
        assert_eq!(response.get("isAuthorized"), None);
    }
}

#[test]
fn a_websocket_api_has_no_methods() {
    let routes = Allow::new("a").route(Method::GET, "/*");
    assert!(error(routes, &websocket(), CACHED).contains("for a WebSocket API"));
    let response = written(Allow::this_route_only("a"), &websocket(), PER_REQUEST).unwrap();
    assert_eq!(
        response["policyDocument"]["Statement"][0]["Resource"],
        json!([format!("{STAGE}$connect")])
    );
}

#[test]
fn what_a_policy_cannot_say_is_an_error() {
    let request = token(&format!("{STAGE}GET/orders/7"));
    let of = |pattern: PathPattern| Allow::new("a").route(Method::GET, pattern);
    let odd = Method::from_bytes(b"G*T").unwrap();
    for (allow, message) in [
        (Allow::all_routes(""), "the principal is empty"),
        (of("/a?".into()), "the pattern `/a?` has the segment `a?`"),
        (
            Allow::new("a").route(odd, "/"),
            "`G*T` is not a method of API Gateway",
        ),
        (
            Allow::all_routes("a").context("claims", "x"),
            "the context has `claims`",
        ),
        (
            of(PathPattern::new("/{a}").value("a", "x".repeat(512))),
            "a resource of the policy has 571 characters",
        ),
        (
            of(PathPattern::new("/{a}").value("a", "s3cret*")),
            "the value of `{a}`",
        ),
    ] {
        let error = error(allow, &request, CACHED);
        assert!(
            error.starts_with(message) && !error.contains("s3cret"),
            "{error}"
        );
    }
    for path in ["orders/*", "orders/?", "${aws:username}"] {
        let request = token(&format!("{STAGE}GET/{path}"));
        assert!(
            error(Allow::this_route_only("a"), &request, PER_REQUEST)
                .contains("would read as a pattern")
        );
    }
    let any_stage = token("arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/*/GET/");
    assert!(error(Allow::all_routes("a"), &any_stage, CACHED).contains("has the stage `*`"));
    assert!(written(Deny::new("a"), &any_stage, CACHED).is_ok());
}

#[test]
fn a_wildcard_in_a_method_would_match_paths() {
    let request = token(&format!("{STAGE}GET/orders"));
    let response = written(Allow::new("a").any_method("/orders"), &request, CACHED).unwrap();
    for (resource, expected) in [
        ("DELETE/orders", true),
        ("GET/orders", true),
        ("GET/admin/orders", false),
        ("TRACE/orders", false),
    ] {
        assert_eq!(
            gateway_allows(&response, &format!("{STAGE}{resource}")),
            expected,
            "{resource}"
        );
    }
}

/// One segment of a pattern: its text, and what it stands for.
#[derive(Clone, Debug)]
enum Segment {
    Text(&'static str),
    Any,
    Value(String),
}

/// Whether a path is one that was asked for: the meaning of patterns, by segments instead of characters.
fn asked_for(segments: &[Segment], path: &[&str]) -> bool {
    match segments {
        [] => path.is_empty(),
        [Segment::Any, rest @ ..] => (1..=path.len()).any(|taken| asked_for(rest, &path[taken..])),
        [one, rest @ ..] => {
            let expected = match one {
                Segment::Text(text) => *text,
                Segment::Value(value) => value,
                Segment::Any => unreachable!(),
            };
            path.first() == Some(&expected) && asked_for(rest, &path[1..])
        }
    }
}

/// The pattern of these segments. The names of values are `{0}`, `{1}`, ...
fn pattern_of(segments: &[Segment]) -> PathPattern {
    let names = ["0", "1", "2", "3"];
    let mut text = String::new();
    for (segment, name) in segments.iter().zip(names) {
        text.push('/');
        match segment {
            Segment::Text(part) => text.push_str(part),
            Segment::Any => text.push('*'),
            Segment::Value(_) => text.push_str(&format!("{{{name}}}")),
        }
    }
    // A test may leak: patterns are texts of the program.
    let mut pattern = PathPattern::new(String::leak(text));
    for (segment, name) in segments.iter().zip(names) {
        if let Segment::Value(value) = segment {
            pattern = pattern.value(name, value);
        }
    }
    pattern
}

const PARTS: [&str; 12] = [
    "a", "b", "ab", "a%2Fb", "%2A", "A", "a:b", "a.b", "~", "a@b", "a=b", "GET",
];

fn segment() -> impl Strategy<Value = Segment> {
    prop_oneof![
        3 => prop::sample::select(&PARTS[..]).prop_map(Segment::Text),
        2 => Just(Segment::Any),
        2 => prop_oneof![
            prop::sample::select(&PARTS[..]).prop_map(str::to_owned),
            r"[ab*?$%/{}.:]{0,3}",
        ]
        .prop_map(Segment::Value),
    ]
}

fn method() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        &[
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
        ][..],
    )
}

/// Paths near the patterns: of the same parts, with characters that mean something in policies.
fn path() -> impl Strategy<Value = Vec<String>> {
    let part = prop_oneof![
        5 => prop::sample::select(&PARTS[..]).prop_map(str::to_owned),
        2 => r"[ab*?$%{}.:]{0,3}",
        1 => Just("*".to_owned()),
        1 => Just(String::new()),
    ];
    prop::collection::vec(part, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn allowed_is_exactly_what_was_asked_for(
        routes in prop::collection::vec((method(), prop::collection::vec(segment(), 1..4)), 0..4),
        any in prop::option::of(prop::collection::vec(segment(), 1..4)),
        requested in method(),
        path in path(),
        stage in prop::sample::select(&["prod", "$default", "test", "GET"][..]),
    ) {
        let in_stage = |stage: &str| format!("arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/{stage}/");
        let request = token(&format!("{}GET/", in_stage("prod")));
        let mut allow = Allow::new("alice");
        for (method, segments) in &routes {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            allow = allow.route(method, pattern_of(segments));
        }
        if let Some(segments) = &any {
            allow = allow.any_method(pattern_of(segments));
        }
        let Ok(response) = written(allow.clone(), &request, CACHED) else {
            // Then it is for a value that a policy cannot contain, which denies.
            let all = routes.iter().map(|(_, segments)| segments).chain(&any);
            let is_odd = |value: &str| {
                matches!(value, "" | "." | "..") || value.contains(['*', '?', '$', '%', '/', '{', '}'])
            };
            let has_odd = all.flatten().any(|one| matches!(one, Segment::Value(value) if is_odd(value)));
            prop_assert!(has_odd);
            return Ok(());
        };
        let segments: Vec<&str> = path.iter().map(String::as_str).collect();
        let listed = routes.iter().any(|(method, route)| *method == requested && asked_for(route, &segments));
        let by_any = requested != "TRACE" && any.as_ref().is_some_and(|route| asked_for(route, &segments));
        let expected = listed || by_any;
        let behind = format!("{requested}/{}", path.join("/"));
        let arn = format!("{}{behind}", in_stage(stage));
        prop_assert_eq!(gateway_allows(&response, &arn), expected && stage == "prod", "{}", arn);
        // A simple response decides the same.
        let simple = written(allow, &http(&behind), SIMPLE_PER_REQUEST).unwrap();
        prop_assert_eq!(&simple["isAuthorized"], expected);
    }

    #[test]
    fn this_route_is_that_route_alone(
        own in (method(), path()),
        other in (method(), path()),
    ) {
        let of = |(method, path): &(&str, Vec<String>)| format!("{STAGE}{method}/{}", path.join("/"));
        let request = token(&of(&own));
        if let Ok(response) = written(Allow::this_route_only("alice"), &request, PER_REQUEST) {
            prop_assert!(gateway_allows(&response, &of(&own)));
            prop_assert_eq!(gateway_allows(&response, &of(&other)), of(&own) == of(&other));
        } else {
            prop_assert!(of(&own).contains(['*', '?', '$']));
        }
    }

    #[test]
    fn all_routes_are_those_of_one_stage(request in (method(), path()), stage in "prod|test|prod2|pro") {
        let response = written(Allow::all_routes("alice"), &token(&format!("{STAGE}GET/")), CACHED).unwrap();
        let denied = written(Deny::new("alice"), &token(&format!("{STAGE}GET/")), CACHED).unwrap();
        let (method, path) = request;
        let arn = format!("arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/{stage}/{method}/{}", path.join("/"));
        prop_assert_eq!(gateway_allows(&response, &arn), stage == "prod");
        prop_assert!(!gateway_allows(&denied, &arn));
    }
}

#[test]
fn a_large_response_is_one_warning() {
    let request = token(&format!("{STAGE}GET/"));
    for (length, expected) in [(2, 0), (40, 1)] {
        let allow = (0..length).fold(Allow::new("alice"), |allow, number| {
            let pattern =
                PathPattern::new("/{a}/*").value("a", format!("{number}-{}", "x".repeat(200)));
            allow.route(Method::GET, pattern)
        });
        let mut bytes = 0;
        let records = capture(|| bytes = respond(&allow.into(), &request, CACHED).unwrap().len());
        assert_eq!(records.len(), expected, "{records:?}");
        for record in records {
            assert_eq!(
                (&record["level"], &record["bytes"]),
                (&json!("WARN"), &json!(bytes))
            );
            assert_eq!(record["limit"], 8192);
        }
    }
}
