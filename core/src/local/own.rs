//! Which requests the gateway takes for its own.
//!
//! Every page in the developer's browser can send requests to loopback. One whose name was rebound
//! to 127.0.0.1 shows by its `host`; one of another origin by `origin` or `sec-fetch-site`, which
//! pages cannot set themselves.

use crate::middleware::{Origin, OriginRule, check_host, is_loopback, split_port};
use http::{
    HeaderMap, HeaderValue, Uri,
    header::{HOST, ORIGIN},
    uri::Authority,
};
use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
};

/// How much of a header's value the terminal shows.
const SHOWN: usize = 100;

/// The addresses of the gateway, and the pages that may call it.
#[derive(Clone, Debug)]
pub(super) struct Own {
    hosts: Vec<Host>,
    /// Those that are let in besides the pages of the gateway itself.
    origins: Vec<String>,
    /// Whether pages of this machine are, at any port.
    loopback: bool,
}

/// A name under which the gateway is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    /// In lower case; an IPv6 address in its brackets.
    name: String,
    port: Port,
    /// Whether TLS may end in front of it, as at a tunnel.
    tls: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Port {
    /// This one; `host` may leave it out when it is the default one.
    This(u16),
    Any,
}

/// Why a request is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    /// The code of the problem.
    pub(super) code: &'static str,
    /// For the client.
    pub(super) detail: &'static str,
    /// For the terminal: what came, and what lets it in.
    pub(super) why: String,
}

impl Host {
    /// Reads what `--host` names: a name or an address, with a port or for any.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let (name, port) = split_port(&lower);
        let expected = |why: &'static str| {
            format!(
                "`--host` needs a name such as `my-laptop.local` or `192.168.1.5:9000`, found {text:?}: {why}"
            )
        };
        if lower.contains("://") {
            return Err(expected("expected the name alone, without `https://`"));
        }
        check_host(name).map_err(expected)?;
        let port = match port {
            None => Port::Any,
            Some(port) => match port.parse() {
                Ok(number) if number > 0 && !port.starts_with('+') => Port::This(number),
                _ => return Err(expected("expected a port from 1 to 65535")),
            },
        };
        Ok(Self {
            name: name.to_owned(),
            port,
            tls: true,
        })
    }

    fn plain(name: impl Into<String>, port: Port) -> Self {
        Self {
            name: name.into(),
            port,
            tls: false,
        }
    }

    /// Whether a `host` header, or the authority of an origin, names it.
    fn is(&self, authority: &[u8], default_port: u16) -> bool {
        let Ok(authority) = std::str::from_utf8(authority) else {
            return false;
        };
        let (name, port) = split_port(authority);
        let port = match port {
            None => Some(default_port),
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
            Some(_) => None,
        };
        let is_port = |port| match self.port {
            Port::This(own) => own == port,
            Port::Any => true,
        };
        self.name.eq_ignore_ascii_case(name) && port.is_some_and(is_port)
    }

    fn is_origin(&self, origin: &[u8]) -> bool {
        if let Some(authority) = origin.strip_prefix(b"http://") {
            return self.is(authority, 80);
        }
        let authority = origin.strip_prefix(b"https://").filter(|_| self.tls);
        authority.is_some_and(|authority| self.is(authority, 443))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Port::This(port) => write!(f, "{}:{port}", self.name),
            Port::Any => f.write_str(&self.name),
        }
    }
}

impl Own {
    /// The gateway at this address: reached by its loopback names, and by the address itself.
    pub(super) fn new(address: SocketAddr) -> Self {
        let port = Port::This(address.port());
        let mut hosts: Vec<Host> = ["127.0.0.1", "localhost", "[::1]"]
            .map(|name| Host::plain(name, port))
            .into();
        let ip = address.ip();
        let is_known = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()].contains(&ip);
        if !ip.is_unspecified() && !is_known {
            let name = if ip.is_ipv6() {
                format!("[{ip}]")
            } else {
                ip.to_string()
            };
            hosts.push(Host::plain(name, port));
        }
        Self {
            hosts,
            origins: Vec::new(),
            loopback: false,
        }
    }

    /// Answers under these names, too.
    pub(super) fn named(mut self, hosts: Vec<Host>) -> Self {
        self.hosts.extend(hosts);
        self
    }

    /// Lets in pages of these origins, and with `loopback` those of this machine at any port.
    ///
    /// A development server forwards requests with its own `host`, or with ours: the loopback
    /// addresses of such pages are let in as hosts. Names that a stranger could rebind are not.
    pub(super) fn open_to(mut self, origins: Vec<String>, loopback: bool) -> Self {
        for origin in &origins {
            if let Some(page) = Origin::loopback(origin) {
                let (name, port) = split_port(page.authority());
                let default = if origin.starts_with("https:") {
                    443
                } else {
                    80
                };
                let port = port.map_or(Some(default), |port| port.parse().ok());
                let port = port.map(|port| Host::plain(name, Port::This(port)));
                self.hosts.extend(port);
            }
        }
        self.origins.extend(origins);
        self.loopback |= loopback;
        self
    }

    /// # Errors
    /// When the request was not sent to this address, or by a page of another origin that is not
    /// let in.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Foreign> {
        self.check_host(uri, headers)?;
        if self.check_origin(headers)? {
            return Ok(());
        }
        check_fetch_site(headers)
    }

    fn check_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Foreign> {
        let mut named = headers.get_all(HOST).iter().map(HeaderValue::as_bytes);
        let host = match (named.next(), named.next()) {
            (Some(host), None) => host,
            (named, _) => {
                let found = if named.is_some() { "several" } else { "none" };
                return Err(self.foreign_host(&format!("expected one `host`, found {found}"), b""));
            }
        };
        // A request line may name a host as well.
        let line = uri
            .authority()
            .map(|authority| Authority::as_str(authority).as_bytes());
        let foreign = [Some(host), line]
            .into_iter()
            .flatten()
            .find(|host| !self.has_host(host));
        match foreign {
            None => Ok(()),
            Some(host) => Err(self.foreign_host("", host)),
        }
    }

    fn foreign_host(&self, why: &str, host: &[u8]) -> Foreign {
        let known: Vec<String> = self.hosts.iter().map(ToString::to_string).collect();
        let known = known.join(", ");
        let why = if why.is_empty() {
            let host = shown(host);
            let advice = match Host::parse(&host) {
                Ok(_) => format!("; if that is you, start with `--host {host}`"),
                Err(_) => String::new(),
            };
            format!("`host` is {host:?}, and this server is {known}{advice}")
        } else {
            why.to_owned()
        };
        Foreign {
            code: "foreign_host",
            detail: "expected `host` to be an address of this server",
            why,
        }
    }

    /// Whether a page says its origin, and is let in for it.
    fn check_origin(&self, headers: &HeaderMap) -> Result<bool, Foreign> {
        let mut let_in = false;
        for origin in headers.get_all(ORIGIN) {
            let origin = origin.as_bytes();
            if self.has_origin(origin) {
                let_in = true;
            } else if !self.hosts.iter().any(|host| host.is_origin(origin)) {
                return Err(foreign_origin(origin));
            }
        }
        Ok(let_in)
    }

    fn has_host(&self, host: &[u8]) -> bool {
        let is = |own: &Host| own.is(host, 80) || (own.tls && own.is(host, 443));
        self.hosts.iter().any(is) || (self.loopback && is_loopback_host(host))
    }

    fn has_origin(&self, origin: &[u8]) -> bool {
        self.origins.iter().any(|known| known.as_bytes() == origin)
            || (self.loopback
                && std::str::from_utf8(origin).is_ok_and(|text| Origin::loopback(text).is_some()))
    }
}

/// A loopback name or address, at any port.
fn is_loopback_host(host: &[u8]) -> bool {
    let Ok(host) = std::str::from_utf8(host) else {
        return false;
    };
    let (name, port) = split_port(host);
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    is_port && check_host(name).is_ok() && is_loopback(name)
}

fn foreign_origin(origin: &[u8]) -> Foreign {
    let origin = shown(origin);
    let advice = match OriginRule::exact(&origin) {
        Ok(origin) => format!(
            ": name it in `Cors::allow_origins`, or start with `--allow-origin {origin}`, if it is \
             yours"
        ),
        Err(_) => String::new(),
    };
    Foreign {
        code: "foreign_origin",
        detail: "expected `origin` to be the address of this server, or one that is let in",
        why: format!("pages of {origin:?} are not let in{advice}"),
    }
}

fn check_fetch_site(headers: &HeaderMap) -> Result<(), Foreign> {
    let mut sites = headers.get_all("sec-fetch-site").iter();
    let foreign = sites.find(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"));
    let Some(site) = foreign else {
        return Ok(());
    };
    Err(Foreign {
        code: "cross_site",
        detail: "expected `sec-fetch-site` to be same-origin or none where no `origin` is let in",
        why: format!(
            "`sec-fetch-site` is {:?}: a link, an image or a form of a page of another origin, \
             which does not say whose it is",
            shown(site.as_bytes())
        ),
    })
}

/// A part of what a header says.
fn shown(value: &[u8]) -> String {
    let value = value.get(..SHOWN).unwrap_or(value);
    String::from_utf8_lossy(value).into_owned()
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
        let checked = own(port).check(&parts.uri, &parts.headers);
        checked.err().map(|foreign| foreign.code)
    }

    fn own(port: u16) -> Own {
        Own::new((Ipv4Addr::LOCALHOST, port).into())
    }

    /// Why a request is refused that has these headers.
    fn refused(own: &Own, headers: &[(&'static str, &str)]) -> Option<Foreign> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        own.check(&Uri::from_static("/"), &map).err()
    }

    fn code(own: &Own, headers: &[(&'static str, &str)]) -> Option<&'static str> {
        refused(own, headers).map(|foreign| foreign.code)
    }

    const HERE: (&str, &str) = ("host", "localhost:9000");

    #[test]
    fn an_origin_that_is_named_is_let_in_from_any_site() {
        let own = own(9000).open_to(
            vec![
                "http://localhost:5173".to_owned(),
                "https://app.example.com".to_owned(),
            ],
            false,
        );
        for (origin, expected) in [
            ("http://localhost:5173", None),
            ("https://app.example.com", None),
            ("http://localhost:9000", Some("cross_site")),
            ("http://localhost:5174", Some("foreign_origin")),
            ("http://127.0.0.1:5173", Some("foreign_origin")),
            ("https://localhost:5173", Some("foreign_origin")),
            ("https://app.example.com:444", Some("foreign_origin")),
            ("https://app.example.com.evil", Some("foreign_origin")),
            ("https://evil.example", Some("foreign_origin")),
            ("null", Some("foreign_origin")),
        ] {
            for site in ["same-site", "cross-site"] {
                let headers = [HERE, ("origin", origin), ("sec-fetch-site", site)];
                assert_eq!(code(&own, &headers), expected, "{origin} {site}");
            }
        }
        // A page that does not say whose it is.
        let headers = [HERE, ("sec-fetch-site", "same-site")];
        assert_eq!(code(&own, &headers), Some("cross_site"));
        // Two origins are let in only together.
        let both = [
            HERE,
            ("origin", "http://localhost:5173"),
            ("origin", "https://evil.example"),
        ];
        assert_eq!(code(&own, &both), Some("foreign_origin"));
    }

    #[test]
    fn a_proxy_of_a_page_that_is_named_may_keep_its_host() {
        let origins = ["http://localhost:5173", "https://app.example.com"];
        let own = own(9000).open_to(origins.map(str::to_owned).into(), false);
        for (host, expected) in [
            ("localhost:5173", None),
            ("localhost:9000", None),
            ("localhost:5174", Some("foreign_host")),
            ("127.0.0.1:5173", Some("foreign_host")),
            // Its name can be rebound.
            ("app.example.com", Some("foreign_host")),
            ("app.example.com:443", Some("foreign_host")),
        ] {
            let get = [("host", host), ("sec-fetch-site", "same-origin")];
            assert_eq!(code(&own, &get), expected, "{host}");
            let post = [
                ("host", host),
                ("origin", "http://localhost:5173"),
                ("sec-fetch-site", "same-origin"),
            ];
            assert_eq!(code(&own, &post), expected, "{host}");
        }
    }

    #[test]
    fn any_origin_means_this_machine_at_any_port() {
        let own = own(9000).open_to(Vec::new(), true);
        for (origin, expected) in [
            ("http://localhost:5173", None),
            ("https://localhost:3000", None),
            ("http://127.0.0.1:5173", None),
            ("http://[::1]:5173", None),
            ("http://shop.localhost:5173", None),
            ("http://192.168.1.5:5173", Some("foreign_origin")),
            ("http://localhost.evil.example", Some("foreign_origin")),
            ("https://evil.example", Some("foreign_origin")),
            ("null", Some("foreign_origin")),
        ] {
            let headers = [HERE, ("origin", origin), ("sec-fetch-site", "cross-site")];
            assert_eq!(code(&own, &headers), expected, "{origin}");
        }
        for (host, expected) in [
            ("localhost:5173", None),
            ("127.0.0.1:3000", None),
            ("evil.example:9000", Some("foreign_host")),
            ("localhost:x", Some("foreign_host")),
            ("localhost.evil.example", Some("foreign_host")),
        ] {
            assert_eq!(code(&own, &[("host", host)]), expected, "{host}");
        }
    }

    #[test]
    fn a_name_that_is_given_is_an_address_of_the_server() {
        let hosts = ["tunnel.example", "MyLaptop.local:9000", "[FD00::5]"].map(Host::parse);
        let own = own(9000).named(hosts.into_iter().collect::<Result<_, _>>().unwrap());
        for (host, expected) in [
            ("tunnel.example", None),
            ("Tunnel.Example", None),
            ("tunnel.example:8080", None),
            ("mylaptop.local:9000", None),
            ("mylaptop.local:9001", Some("foreign_host")),
            ("mylaptop.local", Some("foreign_host")),
            ("[fd00::5]:9000", None),
            ("tunnel.example.evil", Some("foreign_host")),
            ("a.tunnel.example", Some("foreign_host")),
            ("tunnel.example:", Some("foreign_host")),
            ("tunnel.example:x", Some("foreign_host")),
            ("u@tunnel.example", Some("foreign_host")),
        ] {
            assert_eq!(code(&own, &[("host", host)]), expected, "{host}");
        }
        for (origin, expected) in [
            ("https://tunnel.example", None),
            ("http://tunnel.example:9000", None),
            ("http://mylaptop.local:9000", None),
            ("https://localhost:9000", Some("foreign_origin")),
            ("https://other.example", Some("foreign_origin")),
        ] {
            let headers = [("host", "tunnel.example"), ("origin", origin)];
            assert_eq!(code(&own, &headers), expected, "{origin}");
        }
    }

    #[test]
    fn a_host_that_is_none_is_no_option() {
        for text in [
            "",
            "*",
            "https://tunnel.example",
            "tunnel.example/",
            "tunnel.example:0",
            "tunnel.example:65536",
            "tunnel.example:+1",
            "a b",
            "b\u{fc}cher.example",
            "[::1",
            "1.2.3",
        ] {
            assert!(Host::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_that_is_bound_is_its_own() {
        let lan: SocketAddr = "192.168.1.5:9000".parse().unwrap();
        let own = Own::new(lan);
        assert_eq!(code(&own, &[("host", "192.168.1.5:9000")]), None);
        assert_eq!(code(&own, &[("host", "localhost:9000")]), None);
        let all = Own::new("0.0.0.0:9000".parse().unwrap());
        for host in ["0.0.0.0:9000", "192.168.1.5:9000"] {
            assert_eq!(code(&all, &[("host", host)]), Some("foreign_host"));
        }
    }

    #[test]
    fn the_reason_says_what_came_and_what_lets_it_in() {
        let own = own(9000);
        for (headers, expected) in [
            (
                vec![HERE, ("origin", "http://localhost:5173")],
                "pages of \"http://localhost:5173\" are not let in: name it in \
                 `Cors::allow_origins`, or start with `--allow-origin http://localhost:5173`, if \
                 it is yours",
            ),
            (
                vec![HERE, ("origin", "null")],
                "pages of \"null\" are not let in",
            ),
            (
                vec![("host", "my-laptop.local:9000")],
                "`host` is \"my-laptop.local:9000\", and this server is 127.0.0.1:9000, \
                 localhost:9000, [::1]:9000; if that is you, start with `--host \
                 my-laptop.local:9000`",
            ),
            (vec![], "expected one `host`, found none"),
            (
                vec![HERE, ("sec-fetch-site", "cross-site")],
                "`sec-fetch-site` is \"cross-site\": a link, an image or a form of a page of \
                 another origin, which does not say whose it is",
            ),
        ] {
            let foreign = refused(&own, &headers).unwrap();
            assert_eq!(foreign.why, expected);
            assert!(!foreign.detail.contains("5173"), "{}", foreign.detail);
        }
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
