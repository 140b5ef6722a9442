//! Which requests the gateway takes for its own.
//!
//! Every page in the developer's browser can send requests to loopback. One whose name was rebound
//! to 127.0.0.1 shows by its `host`; one of another origin by `origin` or `sec-fetch-site`, which
//! pages cannot set themselves.

use http::{
    HeaderMap, HeaderValue, Uri,
    header::{HOST, ORIGIN},
    uri::Authority,
};

/// The addresses of the gateway.
#[derive(Clone, Debug)]
pub(super) struct Own {
    hosts: Vec<String>,
}

/// Why a request is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    /// The code of the problem.
    pub(super) code: &'static str,
    /// For the client and the log.
    pub(super) detail: String,
}

impl Own {
    pub(super) fn new(port: u16) -> Self {
        let names = ["127.0.0.1", "localhost", "[::1]"];
        let mut hosts: Vec<String> = names.iter().map(|name| format!("{name}:{port}")).collect();
        if port == 80 {
            hosts.extend(names.map(str::to_owned));
        }
        Self { hosts }
    }

    /// # Errors
    /// When the request was not sent to this address, or by a page of another origin.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Foreign> {
        self.check_host(uri, headers)?;
        self.check_origin(headers)?;
        check_fetch_site(headers)
    }

    fn check_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Foreign> {
        let mut named = headers.get_all(HOST).iter().map(HeaderValue::as_bytes);
        let is_own = match (named.next(), named.next()) {
            (Some(host), None) => self.has_host(host),
            _ => false,
        };
        // A request line may name a host as well.
        let authority = uri.authority().map(Authority::as_str);
        if is_own && authority.is_none_or(|authority| self.has_host(authority.as_bytes())) {
            return Ok(());
        }
        Err(Foreign {
            code: "foreign_host",
            detail: format!("expected `host` to be {}", self.hosts.join(" or ")),
        })
    }

    fn check_origin(&self, headers: &HeaderMap) -> Result<(), Foreign> {
        let is_own = headers.get_all(ORIGIN).iter().all(|origin| {
            let host = origin.as_bytes().strip_prefix(b"http://");
            host.is_some_and(|host| self.has_host(host))
        });
        if is_own {
            return Ok(());
        }
        Err(Foreign {
            code: "foreign_origin",
            detail:
                "expected `origin` to be the address of this server, or absent: pages of other \
                     origins cannot reach it"
                    .to_owned(),
        })
    }

    fn has_host(&self, host: &[u8]) -> bool {
        self.hosts
            .iter()
            .any(|own| own.as_bytes().eq_ignore_ascii_case(host))
    }
}

fn check_fetch_site(headers: &HeaderMap) -> Result<(), Foreign> {
    let is_own = headers
        .get_all("sec-fetch-site")
        .iter()
        .all(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    if is_own {
        return Ok(());
    }
    Err(Foreign {
        code: "cross_site",
        detail: "expected `sec-fetch-site` to be same-origin or none: pages of other origins \
                 cannot reach this server"
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(port: u16, uri: &str, headers: &[(&str, &str)]) -> Option<&'static str> {
        let mut request = http::Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let checked = Own::new(port).check(&parts.uri, &parts.headers);
        checked.err().map(|foreign| foreign.code)
    }

    #[test]
    fn only_its_own_host_is_answered() {
        for (port, host, expected) in [
            (9000, "127.0.0.1:9000", None),
            (9000, "localhost:9000", None),
            (9000, "LocalHost:9000", None),
            (9000, "[::1]:9000", None),
            (9000, "localhost", Some("foreign_host")),
            (9000, "localhost:9001", Some("foreign_host")),
            (9000, "localhost.evil.example:9000", Some("foreign_host")),
            (9000, "evil.example", Some("foreign_host")),
            (9000, "127.0.0.2:9000", Some("foreign_host")),
            (9000, "", Some("foreign_host")),
            (80, "localhost", None),
            (80, "127.0.0.1:80", None),
        ] {
            assert_eq!(check(port, "/", &[("host", host)]), expected, "{host}");
        }
    }

    #[test]
    fn a_request_names_exactly_one_host() {
        assert_eq!(check(9000, "/", &[]), Some("foreign_host"));
        let twice = [("host", "localhost:9000"), ("host", "localhost:9000")];
        assert_eq!(check(9000, "/", &twice), Some("foreign_host"));
        let host = [("host", "localhost:9000")];
        assert_eq!(check(9000, "http://localhost:9000/", &host), None);
        assert_eq!(
            check(9000, "http://evil.example/", &host),
            Some("foreign_host")
        );
    }

    #[test]
    fn only_its_own_origin_is_answered() {
        for (origin, expected) in [
            ("http://localhost:9000", None),
            ("http://127.0.0.1:9000", None),
            ("http://localhost:5173", Some("foreign_origin")),
            ("https://localhost:9000", Some("foreign_origin")),
            ("https://evil.example", Some("foreign_origin")),
            ("null", Some("foreign_origin")),
            ("", Some("foreign_origin")),
        ] {
            let headers = [("host", "localhost:9000"), ("origin", origin)];
            assert_eq!(check(9000, "/", &headers), expected, "{origin}");
        }
    }

    #[test]
    fn a_fetch_of_another_site_is_refused() {
        for (site, expected) in [
            ("same-origin", None),
            ("none", None),
            ("same-site", Some("cross_site")),
            ("cross-site", Some("cross_site")),
            ("anything", Some("cross_site")),
        ] {
            let headers = [("host", "localhost:9000"), ("sec-fetch-site", site)];
            assert_eq!(check(9000, "/", &headers), expected, "{site}");
        }
    }
}
