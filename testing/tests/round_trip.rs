//! The round trip law: a request that is made into an event and decoded again is the same request,
//! and a response that is encoded and read by its source is the same response, for every source; except
//! for what `strategies::lossy` and `strategies::lossy_response` say.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use lambda_api::{
    LambdaContext,
    event::{self, DecodeOptions, Source, emulate},
};
use lambda_api_testing::strategies;
use lambda_api_testing_internal::strategies as internal;
use proptest::prelude::*;

const IP: &str = "203.0.113.77";

/// Everything of a request that the law is about, fit for comparing.
#[derive(Debug, PartialEq)]
struct Seen {
    method: String,
    path: String,
    query: Vec<String>,
    headers: Vec<(String, Vec<Bytes>)>,
    body: Bytes,
}

impl Seen {
    fn of(request: &Request<Bytes>) -> Self {
        Self {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: query(request.uri().query().unwrap_or_default()),
            headers: listed(request.headers()),
            body: request.body().clone(),
        }
    }
}

/// The parameters; names in any order, the values of a name in theirs.
fn query(query: &str) -> Vec<String> {
    let mut parameters: Vec<_> = query.split('&').map(str::to_owned).collect();
    let name = |parameter: &String| parameter.split('=').next().unwrap_or("").to_owned();
    parameters.sort_by_key(name);
    parameters
}

/// Names and values; as bytes, since a value may hide itself from a failure's message.
fn listed(headers: &HeaderMap) -> Vec<(String, Vec<Bytes>)> {
    let mut listed: Vec<_> = headers
        .keys()
        .map(|name| {
            let values = headers.get_all(name).iter();
            let values = values.map(|value| Bytes::copy_from_slice(value.as_bytes()));
            (name.to_string(), values.collect())
        })
        .collect();
    listed.sort_by(|(a, _), (b, _)| a.cmp(b));
    listed
}

fn through(
    source: Source,
    request: &Request<Bytes>,
    gateway: &emulate::GatewayContext,
    options: &DecodeOptions,
) -> Request<Bytes> {
    let event = emulate::event(source, request, gateway).to_string();
    match event::decode(event.clone().into(), LambdaContext::default(), options) {
        Ok(request) => request.map(|body| body.to_bytes()),
        Err(error) => panic!("{source} sent an event that is rejected: {error}\n{event}"),
    }
}

/// What the source has added to the headers of a request goes again: names that the client did not
/// send, and the address at the end of `x-forwarded-for`.
fn without_additions(sent: &HeaderMap, mut arrived: Request<Bytes>) -> Request<Bytes> {
    for name in [
        "host",
        "x-forwarded-port",
        "x-forwarded-proto",
        "x-amzn-trace-id",
        "x-amzn-tls-version",
        "x-amzn-tls-cipher-suite",
        "content-length",
    ] {
        if !sent.contains_key(name) {
            arrived.headers_mut().remove(name);
        }
    }
    let hops = arrived.headers_mut().remove("x-forwarded-for").unwrap();
    let hops = String::from_utf8(hops.as_bytes().to_vec()).unwrap();
    let before = hops.strip_suffix(IP).unwrap();
    if let Some(before) = before.strip_suffix(", ") {
        let before = HeaderValue::try_from(before).unwrap();
        arrived.headers_mut().insert("x-forwarded-for", before);
    }
    arrived
}

#[test]
fn a_source_adds_only_the_documented_headers() {
    for source in Source::ALL {
        let mut expected = vec![
            "host",
            "x-forwarded-for",
            "x-forwarded-port",
            "x-forwarded-proto",
        ];
        if !matches!(source, Source::LatticeV1 | Source::LatticeV2) {
            expected.push("x-amzn-trace-id");
        }
        if source == Source::FunctionUrl {
            expected.extend(["x-amzn-tls-version", "x-amzn-tls-cipher-suite"]);
        }
        for body in ["", "hi"] {
            let mut expected = expected.clone();
            let http_api = matches!(source, Source::HttpApi | Source::HttpApiV1);
            if http_api || (source != Source::RestApi && !body.is_empty()) {
                expected.push("content-length");
            }
            expected.sort_unstable();
            let request = Request::new(Bytes::from(body));
            let gateway = emulate::GatewayContext::new();
            let arrived = through(source, &request, &gateway, &DecodeOptions::default());
            let names: Vec<_> = listed(arrived.headers())
                .into_iter()
                .map(|(name, _)| name)
                .collect();
            assert_eq!(names, expected, "{source}");
        }
    }
}

fn sent_back(source: Source, response: &Response<Bytes>) -> Response<Bytes> {
    let (parts, body) = response.clone().into_parts();
    let encoded = event::encode(source, &parts, &body);
    match emulate::parse_response(source, &encoded) {
        Ok(response) => response,
        Err(error) => panic!(
            "{source} cannot read the response: {error}\n{}",
            String::from_utf8_lossy(&encoded)
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn any_request_arrives_as_far_as_the_source_can_carry_it(
        (source, request) in (strategies::sources(), strategies::requests()),
    ) {
        let gateway = emulate::GatewayContext::new().source_ip(IP);
        let arrived = through(source, &request, &gateway, &DecodeOptions::default());
        let arrived = without_additions(request.headers(), arrived);
        let expected = internal::lossy(source, &request);
        prop_assert_eq!(Seen::of(&arrived), Seen::of(&expected), "{}", source);
    }

    #[test]
    fn a_request_that_the_source_can_carry_arrives_unchanged(
        (source, request) in strategies::sources()
            .prop_flat_map(|source| (Just(source), internal::requests_of(source))),
    ) {
        let gateway = emulate::GatewayContext::new().source_ip(IP);
        let arrived = through(source, &request, &gateway, &DecodeOptions::default());
        let arrived = without_additions(request.headers(), arrived);
        prop_assert_eq!(arrived.uri(), request.uri(), "{}", source);
        prop_assert_eq!(Seen::of(&arrived), Seen::of(&request), "{}", source);
    }

    #[test]
    fn stage_and_base_path_are_not_part_of_the_path(
        source in strategies::sources(),
        request in strategies::requests(),
        stage in prop::option::of("[a-z]{1,4}"),
        custom in any::<bool>(),
        base_path in prop::option::of("/[a-z]{1,4}"),
    ) {
        let mut gateway = emulate::GatewayContext::new().source_ip(IP);
        if let Some(stage) = stage {
            gateway = gateway.stage(stage);
        }
        if custom {
            gateway = gateway.domain("api.example.com");
        }
        if let Some(base_path) = &base_path {
            gateway = gateway.base_path(base_path.as_str());
        }
        let options = base_path.into_iter().fold(DecodeOptions::default(), DecodeOptions::base_path);
        let arrived = through(source, &request, &gateway, &options);
        let expected = internal::lossy(source, &request);
        prop_assert_eq!(arrived.uri().path(), expected.uri().path(), "{}", source);
    }

    #[test]
    fn responses_round_trip_on_every_source(
        (source, response) in (strategies::sources(), internal::responses()),
    ) {
        let received = sent_back(source, &response);
        let expected = internal::lossy_response(source, &response);
        prop_assert_eq!(received.status(), expected.status());
        prop_assert_eq!(listed(received.headers()), listed(expected.headers()), "{}", source);
        prop_assert_eq!(received.body(), expected.body());
    }

    #[test]
    fn a_representable_response_is_received_unchanged(
        (source, response) in strategies::sources()
            .prop_flat_map(|source| (Just(source), internal::responses_of(source))),
    ) {
        let received = sent_back(source, &response);
        prop_assert_eq!(received.status(), response.status());
        prop_assert_eq!(listed(received.headers()), listed(response.headers()), "{}", source);
        prop_assert_eq!(received.body(), response.body());
    }
}
