//! The headers of a request as sources send them, including those that the source adds.

use super::{
    caller,
    incoming::Incoming,
    query::{Groups, push},
};
use crate::event::Source;
use http::{
    HeaderValue,
    header::{CONTENT_LENGTH, COOKIE, TRANSFER_ENCODING},
};
use std::borrow::Cow;

/// Returns all headers in lower case, with their values in order, and those that the source adds.
pub(super) fn received(incoming: &Incoming<'_>) -> Groups {
    let mut groups = Groups::new();
    let headers = incoming.request.headers();
    for (name, value) in headers {
        if passes(incoming.source, name.as_str()) {
            push(&mut groups, name.as_str(), text(value));
        }
    }
    join_cookies(&mut groups);
    add(&mut groups, "host", || incoming.domain.clone());
    let (proto, port) = incoming.gateway.forwarded_as();
    append_client(&mut groups, incoming.gateway.client_ip());
    add(&mut groups, "x-forwarded-port", || port.to_string());
    add(&mut groups, "x-forwarded-proto", || proto.to_owned());
    match incoming.source {
        Source::LatticeV1 | Source::LatticeV2 => {}
        Source::FunctionUrl => {
            add(&mut groups, "x-amzn-trace-id", || incoming.trace_id());
            add(&mut groups, "x-amzn-tls-version", || "TLSv1.3".to_owned());
            add(&mut groups, "x-amzn-tls-cipher-suite", || {
                "TLS_AES_128_GCM_SHA256".to_owned()
            });
        }
        _ => add(&mut groups, "x-amzn-trace-id", || incoming.trace_id()),
    }
    add_length(&mut groups, incoming);
    caller::headers(incoming, &mut groups);
    groups
}

/// In HTTP/2 a client may split its cookies into several headers. An intermediary must join them
/// (RFC 9113, section 8.2.3).
fn join_cookies(groups: &mut Groups) {
    for (name, values) in groups {
        if name == COOKIE.as_str() {
            *values = vec![values.join("; ")];
        }
    }
}

/// Capitalizes the header names that API Gateway capitalizes.
pub(super) fn in_capitals(groups: Groups) -> Groups {
    groups
        .into_iter()
        .map(|(name, values)| (capitals(&name).into_owned(), values))
        .collect()
}

/// Returns the cookies of a request one by one.
pub(super) fn cookies(incoming: &Incoming<'_>) -> Vec<String> {
    let mut cookies = Vec::new();
    for value in incoming.request.headers().get_all(COOKIE) {
        let value = text(value);
        let pairs = value.split(';').map(str::trim);
        cookies.extend(pairs.filter(|pair| !pair.is_empty()).map(str::to_owned));
    }
    cookies
}

/// Returns a header value as text. Invalid UTF-8 is read as Latin-1, so that no byte is lost.
pub(super) fn text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}

/// Whether the source forwards a header of the client. Hop-by-hop headers are not forwarded, except
/// `connection` by a load balancer.
fn passes(source: Source, name: &str) -> bool {
    match name {
        "connection" => matches!(source, Source::Alb | Source::AlbMultiValue),
        "content-length" => source != Source::RestApi,
        "keep-alive" | "proxy-connection" | "te" | "trailer" | "transfer-encoding" | "upgrade" => {
            false
        }
        _ => true,
    }
}

fn add(groups: &mut Groups, name: &str, value: impl FnOnce() -> String) {
    if !groups.iter().any(|(known, _)| known == name) {
        groups.push((name.to_owned(), vec![value()]));
    }
}

fn append_client(groups: &mut Groups, ip: &str) {
    let Some((_, values)) = groups
        .iter_mut()
        .find(|(known, _)| known == "x-forwarded-for")
    else {
        groups.push(("x-forwarded-for".to_owned(), vec![ip.to_owned()]));
        return;
    };
    values.push(ip.to_owned());
    *values = vec![values.join(", ")];
}

/// Adds the length of the body. It is known before the function is called, even if the client did
/// not send it.
fn add_length(groups: &mut Groups, incoming: &Incoming<'_>) {
    let length = incoming.request.body().len();
    let headers = incoming.request.headers();
    let chunked = headers.contains_key(TRANSFER_ENCODING) && !headers.contains_key(CONTENT_LENGTH);
    let always = matches!(incoming.source, Source::HttpApi | Source::HttpApiV1);
    if incoming.source != Source::RestApi && (length > 0 || chunked || always) {
        add(groups, "content-length", || length.to_string());
    }
}

fn capitals(name: &str) -> Cow<'_, str> {
    match name {
        "accept" | "accept-encoding" | "accept-language" | "authorization" | "content-length"
        | "content-type" | "cookie" | "host" | "referer" | "user-agent" | "via"
        | "x-amzn-trace-id" | "x-forwarded-for" | "x-forwarded-port" | "x-forwarded-proto" => {
            let mut start = true;
            let capital = |letter: char| {
                let written = if start {
                    letter.to_ascii_uppercase()
                } else {
                    letter
                };
                start = letter == '-';
                written
            };
            Cow::Owned(name.chars().map(capital).collect())
        }
        _ => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{gateway, request};
    use super::*;
    use bytes::Bytes;

    fn received_by(source: Source, headers: &[(&str, &[u8])], body: &'static str) -> Groups {
        let mut request = request("POST", "/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::from_static(body.as_bytes())).unwrap();
        let gateway = gateway();
        received(&Incoming::new(source, &request, &gateway))
    }

    fn value(groups: &Groups, name: &str) -> Option<String> {
        let (_, values) = groups.iter().find(|(known, _)| known == name)?;
        Some(values.join("|"))
    }

    #[test]
    fn repeated_headers_keep_their_order() {
        let groups = received_by(
            Source::Alb,
            &[("x-a", b"1"), ("x-b", b"2"), ("x-a", b"3")],
            "",
        );
        assert_eq!(value(&groups, "x-a").as_deref(), Some("1|3"));
        assert_eq!(value(&groups, "x-b").as_deref(), Some("2"));
    }

    #[test]
    fn forwarded_headers_come_from_the_source() {
        let groups = received_by(Source::HttpApi, &[], "");
        for (name, expected) in [
            ("host", "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-port", "443"),
            ("x-forwarded-proto", "https"),
            ("content-length", "0"),
        ] {
            assert_eq!(value(&groups, name).as_deref(), Some(expected), "{name}");
        }
        let trace = value(&groups, "x-amzn-trace-id").unwrap();
        assert!(trace.starts_with("Root=1-5e5ffe45-"), "{trace}");
        assert_eq!(trace.len(), 40, "{trace}");
    }

    #[test]
    fn the_client_is_appended_to_those_it_came_through() {
        let groups = received_by(
            Source::Alb,
            &[
                ("x-forwarded-for", b"10.0.0.1"),
                ("x-forwarded-for", b"10.0.0.2"),
            ],
            "",
        );
        assert_eq!(
            value(&groups, "x-forwarded-for").as_deref(),
            Some("10.0.0.1, 10.0.0.2, 192.0.2.1")
        );
    }

    #[test]
    fn a_header_that_the_client_sent_is_not_replaced() {
        let groups = received_by(
            Source::HttpApi,
            &[
                ("host", b"localhost:9000"),
                ("x-forwarded-proto", b"https,http"),
            ],
            "",
        );
        assert_eq!(value(&groups, "host").as_deref(), Some("localhost:9000"));
        assert_eq!(
            value(&groups, "x-forwarded-proto").as_deref(),
            Some("https,http")
        );
    }

    #[test]
    fn headers_of_the_connection_stay_behind() {
        let sent: &[(&str, &[u8])] = &[
            ("connection", b"keep-alive"),
            ("transfer-encoding", b"chunked"),
        ];
        for source in Source::ALL {
            let groups = received_by(source, sent, "body");
            let alb = matches!(source, Source::Alb | Source::AlbMultiValue);
            assert_eq!(value(&groups, "connection").is_some(), alb, "{source}");
            assert_eq!(value(&groups, "transfer-encoding"), None, "{source}");
            let length = (source != Source::RestApi).then_some("4");
            assert_eq!(
                value(&groups, "content-length").as_deref(),
                length,
                "{source}"
            );
        }
    }

    #[test]
    fn invalid_utf8_is_read_as_latin_1() {
        let groups = received_by(
            Source::Alb,
            &[("x-a", b"caf\xe9"), ("x-b", "é".as_bytes())],
            "",
        );
        assert_eq!(value(&groups, "x-a").as_deref(), Some("café"));
        assert_eq!(value(&groups, "x-b").as_deref(), Some("é"));
    }

    #[test]
    fn cookies_in_several_headers_are_put_together() {
        for source in Source::ALL {
            let groups = received_by(source, &[("cookie", b"a=1"), ("cookie", b"b=2; c=3")], "");
            assert_eq!(
                value(&groups, "cookie").as_deref(),
                Some("a=1; b=2; c=3"),
                "{source}"
            );
        }
    }

    #[test]
    fn cookies_are_taken_apart() {
        let request = request("GET", "/")
            .header("cookie", "a=1; b=2;;")
            .header("cookie", "c=x=y")
            .body(Bytes::new())
            .unwrap();
        let gateway = gateway();
        let incoming = Incoming::new(Source::HttpApi, &request, &gateway);
        assert_eq!(cookies(&incoming), ["a=1", "b=2", "c=x=y"]);
    }

    #[test]
    fn api_gateway_writes_the_names_it_knows_in_capitals() {
        for (name, expected) in [
            ("x-forwarded-for", "X-Forwarded-For"),
            ("user-agent", "User-Agent"),
            ("x-tenant", "x-tenant"),
            ("cache-control", "cache-control"),
        ] {
            assert_eq!(capitals(name), expected);
        }
    }
}
