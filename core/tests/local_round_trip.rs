//! Requests and responses survive the conversion to events and back, shown with examples. The same
//! is tested for arbitrary requests in `testing/tests/round_trip.rs`.

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use lambda_api::{
    Body, LambdaContext,
    event::{self, DecodeOptions, Source, emulate},
};

fn through(
    source: Source,
    request: &Request<Bytes>,
    gateway: &emulate::GatewayContext,
) -> Request<Body> {
    let event = emulate::event(source, request, gateway).to_string();
    match event::decode(
        event.clone().into(),
        LambdaContext::default(),
        &DecodeOptions::default(),
    ) {
        Ok(request) => request,
        Err(error) => panic!("{source} encoded an event that is rejected: {error}\n{event}"),
    }
}

fn sent_back(source: Source, response: Response<&[u8]>) -> Response<Bytes> {
    let (parts, body) = response.into_parts();
    let encoded = event::encode(source, &parts, body);
    match emulate::parse_response(source, &encoded) {
        Ok(response) => response,
        Err(error) => panic!(
            "{source} rejects the response: {error}\n{}",
            String::from_utf8_lossy(&encoded)
        ),
    }
}

fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    let values = headers.get_all(name).iter();
    values.map(|value| value.to_str().unwrap()).collect()
}

fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    let pairs = form_urlencoded::parse(query.unwrap_or("").as_bytes());
    pairs.into_owned().collect()
}

/// Whether a source sends only one value per name.
fn carries_one_value(source: Source) -> bool {
    matches!(source, Source::Alb)
}

fn joins(source: Source) -> bool {
    matches!(
        source,
        Source::HttpApi | Source::FunctionUrl | Source::LatticeV1
    )
}

#[test]
fn a_request_arrives_as_it_was_sent() {
    for source in Source::ALL {
        let request = Request::post("/orders/7?b=1&a=x%20y%26&a=%C3%BC&empty=")
            .header("content-type", "application/json")
            .header("x-tag", "one")
            .header("x-tag", "two")
            .header("cookie", "c=1; d=2")
            .header("user-agent", "test")
            .body(Bytes::from_static(br#"{"sku":"tea"}"#))
            .unwrap();
        let arrived = through(source, &request, &emulate::GatewayContext::new());
        assert_eq!(arrived.method(), "POST", "{source}");
        assert_eq!(arrived.uri().path(), "/orders/7", "{source}");
        assert_eq!(arrived.body().bytes(), br#"{"sku":"tea"}"#, "{source}");
        let headers = arrived.headers();
        assert_eq!(values(headers, "cookie"), ["c=1; d=2"], "{source}");
        assert_eq!(values(headers, "user-agent"), ["test"], "{source}");
        assert_eq!(
            values(headers, "x-forwarded-for"),
            ["192.0.2.1"],
            "{source}"
        );
        let tags: &[&str] = if carries_one_value(source) {
            &["two"]
        } else if joins(source) {
            &["one,two"]
        } else {
            &["one", "two"]
        };
        assert_eq!(values(headers, "x-tag"), tags, "{source}");

        // Sources that send names in a map may reorder them; the values of a name keep their order.
        let mut query = pairs(arrived.uri().query());
        query.sort_by(|(a, _), (b, _)| a.cmp(b));
        let last_only = matches!(source, Source::Alb | Source::LatticeV1);
        let expected: &[(&str, &str)] = if last_only {
            &[("a", "ü"), ("b", "1"), ("empty", "")]
        } else {
            &[("a", "x y&"), ("a", "ü"), ("b", "1"), ("empty", "")]
        };
        let query: Vec<(&str, &str)> = query.iter().map(|(a, b)| (&**a, &**b)).collect();
        assert_eq!(query, expected, "{source}");
    }
}

#[test]
fn the_source_and_its_facts_are_recognised() {
    let request = Request::get("/").body(Bytes::new()).unwrap();
    let gateway = emulate::GatewayContext::new()
        .source_ip("198.51.100.7")
        .request_id("r-1")
        .stage_variable("table", "orders");
    for source in Source::ALL {
        let arrived = through(source, &request, &gateway);
        let invocation = arrived
            .extensions()
            .get::<lambda_api::Invocation>()
            .unwrap();
        assert_eq!(invocation.source(), Some(source));
        let ip = invocation.source_ip().map(ToString::to_string);
        assert_eq!(ip.as_deref(), Some("198.51.100.7"), "{source}");
        let is_gateway = !matches!(
            source,
            Source::Alb | Source::AlbMultiValue | Source::LatticeV1 | Source::LatticeV2
        );
        if is_gateway {
            assert_eq!(invocation.request_id(), Some("r-1"), "{source}");
        }
    }
}

#[test]
fn the_stage_is_not_part_of_the_path() {
    let request = Request::get("/dev/orders").body(Bytes::new()).unwrap();
    for source in Source::ALL {
        for domain in [None, Some("api.example.com")] {
            let mut gateway = emulate::GatewayContext::new().stage("dev");
            if let Some(domain) = domain {
                gateway = gateway.domain(domain);
            }
            let arrived = through(source, &request, &gateway);
            assert_eq!(arrived.uri().path(), "/dev/orders", "{source} {domain:?}");
        }
    }
}

#[test]
fn a_path_stays_encoded_but_at_an_http_api() {
    for (path, at_http_api) in [
        ("/J%C3%BCrgen%20K", "/J%C3%BCrgen%20K"),
        ("/a%2Fb", "/a/b"),
        ("/a%23b", "/a%23b"),
        ("/%2E%2E/x", "/../x"),
        ("/a%2520b", "/a%2520b"),
        ("/100%25", "/100%25"),
        ("/a%3Fb", "/a"),
    ] {
        let request = Request::get(path).body(Bytes::new()).unwrap();
        for source in Source::ALL {
            let expected = match source {
                Source::HttpApi | Source::HttpApiV1 => at_http_api,
                _ => path,
            };
            let arrived = through(source, &request, &emulate::GatewayContext::new());
            assert_eq!(arrived.uri().path(), expected, "{source}");
        }
    }
}

#[test]
fn a_response_reaches_the_client_as_it_was_made() {
    for source in Source::ALL {
        let response = Response::builder()
            .status(201)
            .header("content-type", "application/json")
            .header("location", "/orders/7")
            .header("vary", "accept")
            .header("vary", "origin")
            .header("set-cookie", "a=1; HttpOnly")
            .header("set-cookie", "b=2")
            .body(&b"{}"[..])
            .unwrap();
        let received = sent_back(source, response);
        assert_eq!(received.status(), 201, "{source}");
        assert_eq!(received.body(), "{}", "{source}");
        let headers = received.headers();
        assert_eq!(
            values(headers, "content-type"),
            ["application/json"],
            "{source}"
        );
        assert_eq!(values(headers, "location"), ["/orders/7"], "{source}");
        let cookies = values(headers, "set-cookie");
        assert_eq!(cookies, ["a=1; HttpOnly", "b=2"], "{source}");
        assert_eq!(
            values(headers, "vary").join(", "),
            "accept, origin",
            "{source}"
        );
    }
}

#[test]
fn a_challenge_is_renamed_by_a_rest_api_alone() {
    for source in Source::ALL {
        let response = Response::builder()
            .status(401)
            .header("www-authenticate", "Bearer")
            .body(&b""[..])
            .unwrap();
        let received = sent_back(source, response);
        let name = match source {
            Source::RestApi => "x-amzn-remapped-www-authenticate",
            _ => "www-authenticate",
        };
        assert_eq!(values(received.headers(), name), ["Bearer"], "{source}");
    }
}
