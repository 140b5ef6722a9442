//! Guard against requests of foreign pages.
//!
//! Every page in the developer's browser can send requests to loopback. A page whose name was rebound
//! to 127.0.0.1 is recognised by `host`; a page of another origin by `origin` or `sec-fetch-site`,
//! which pages cannot set themselves.

use crate::middleware::{Origin, OriginRule, check_host, is_loopback, split_port};
use http::{
    HeaderMap, HeaderValue, Uri,
    header::{HOST, ORIGIN},
};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

/// The number of bytes of a header that are shown.
const SHOWN: usize = 100;

/// The addresses of the server, and the origins of pages that may call it.
#[derive(Clone, Debug)]
pub(super) struct HostGuard {
    hosts: Vec<Host>,
    /// How many of the hosts are the addresses of the server itself. They come first.
    #[cfg(feature = "docs")]
    own: usize,
    /// Origins of other pages that are allowed.
    origins: Vec<String>,
    /// Whether pages of this machine are allowed, at any port.
    loopback: bool,
}

/// A name or address of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    /// In lowercase; an IPv6 address in brackets.
    name: String,
    /// `None` for any port.
    port: Option<u16>,
    /// Whether TLS may be terminated in front of the server, as by a tunnel.
    tls: bool,
}

/// Rejection of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    /// The code of the problem.
    pub(super) code: &'static str,
    /// For the client.
    pub(super) detail: &'static str,
    /// For the terminal: what was received, and how to allow it.
    pub(super) why: String,
}

impl Host {
    /// Parses the value of `--host`: a name or an address, with a port or for any port.
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
        let port = port.map(|port| number(port).filter(|number| *number > 0));
        if port == Some(None) {
            return Err(expected("expected a port from 1 to 65535"));
        }
        Ok(Self {
            name: name.to_owned(),
            port: port.flatten(),
            tls: true,
        })
    }

    fn plain(name: impl Into<String>, port: u16) -> Self {
        Self {
            name: name.into(),
            port: Some(port),
            tls: false,
        }
    }

    /// Whether a `host` header, or the authority of an origin, names this host.
    fn is(&self, authority: &str, default_port: u16) -> bool {
        let (name, port) = split_port(authority);
        let port = port.map_or(Some(default_port), number);
        self.name.eq_ignore_ascii_case(name)
            && port.is_some_and(|port| self.port.is_none_or(|own| own == port))
    }

    fn is_origin(&self, origin: &str) -> bool {
        match origin.split_once("://") {
            Some(("http", authority)) => self.is(authority, 80),
            Some(("https", authority)) => self.tls && self.is(authority, 443),
            _ => false,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// The number of a port, without a sign.
fn number(port: &str) -> Option<u16> {
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| port.parse().ok()).flatten()
}

impl HostGuard {
    /// The server at this address: its hosts are the loopback names, and the address itself.
    pub(super) fn new(address: SocketAddr) -> Self {
        let mut names = ["127.0.0.1", "localhost", "[::1]"]
            .map(str::to_owned)
            .to_vec();
        let ip = address.ip();
        let is_known = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()].contains(&ip);
        if !ip.is_unspecified() && !is_known {
            names.push(if ip.is_ipv6() {
                format!("[{ip}]")
            } else {
                ip.to_string()
            });
        }
        #[cfg(feature = "docs")]
        let own = names.len();
        let hosts = names.into_iter();
        Self {
            #[cfg(feature = "docs")]
            own,
            hosts: hosts
                .map(|name| Host::plain(name, address.port()))
                .collect(),
            origins: Vec::new(),
            loopback: false,
        }
    }

    /// Adds hosts.
    pub(super) fn add_hosts(mut self, hosts: Vec<Host>) -> Self {
        self.hosts.extend(hosts);
        self
    }

    /// Allows pages of these origins, and with `loopback` those of this machine at any port.
    ///
    /// A development server forwards requests with its own `host` or with ours, so the loopback
    /// addresses of such pages become hosts. Names that someone else could rebind do not.
    pub(super) fn allow_origins(mut self, origins: Vec<String>, loopback: bool) -> Self {
        for origin in &origins {
            if let Some(page) = Origin::loopback(origin) {
                let (name, port) = split_port(page.authority());
                let default = if origin.starts_with("https:") {
                    443
                } else {
                    80
                };
                let port = port.map_or(Some(default), number);
                self.hosts.extend(port.map(|port| Host::plain(name, port)));
            }
        }
        self.origins.extend(origins);
        self.loopback |= loopback;
        self
    }

    /// # Errors
    /// If the request was not sent to this server, or by a page of an origin that is not allowed.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Foreign> {
        self.check_host(uri, headers)?;
        if self.check_origin(headers)? {
            return Ok(());
        }
        check_fetch_site(headers)
    }

    /// Checks that a request comes from a page of this server, which is more than that the page may call
    /// the API: no page of an allowed origin, nor one behind a development server or a tunnel. A tunnel
    /// can replace `host`, and its clients choose their `origin`.
    ///
    /// # Errors
    /// If the request does not say that it does, or was forwarded.
    #[cfg(feature = "docs")]
    pub(super) fn check_own_page(&self, headers: &HeaderMap) -> Result<(), Foreign> {
        if let Some(name) = headers.keys().find(|name| is_of_proxy(name.as_str())) {
            return Err(Foreign {
                code: "forwarded",
                detail: "expected a request that no proxy has forwarded",
                why: format!(
                    "only a page that is opened at the address of this server gets a token, found the \
                     header `{name}` of a proxy or a tunnel"
                ),
            });
        }
        let origins: Vec<_> = headers.get_all(ORIGIN).iter().collect();
        let own = self.hosts.iter().take(self.own);
        let host = headers.get(HOST).map(HeaderValue::as_bytes);
        let is_own = match origins.as_slice() {
            [origin] => origin.to_str().is_ok_and(|origin| {
                own.clone().any(|host| host.is_origin(origin))
                    && origin.split_once("://").map(|(_, host)| host.as_bytes()) == host
            }),
            _ => false,
        };
        if is_own {
            return check_fetch_site(headers);
        }
        let shown: Vec<_> = origins.iter().map(|one| shown(one.as_bytes())).collect();
        Err(Foreign {
            code: "foreign_origin",
            detail: "expected `origin` to be the address of this server",
            why: format!(
                "only the docs page of this server gets a token, found the origins {shown:?}"
            ),
        })
    }

    /// Checks that a request comes from a program on this machine, and not from a browser or a proxy: no page
    /// may do it, also none of this server or of an allowed origin.
    ///
    /// # Errors
    /// If it comes from elsewhere.
    pub(super) fn check_tool(headers: &HeaderMap, client: IpAddr) -> Result<(), Foreign> {
        if !client.to_canonical().is_loopback() {
            return Err(Foreign {
                code: "foreign_client",
                detail: "expected a client on the machine of this server",
                why: format!("the client is {client}"),
            });
        }
        if let Some(name) = headers.keys().find(|name| is_of_proxy(name.as_str())) {
            return Err(Foreign {
                code: "forwarded",
                detail: "expected a request that no proxy has forwarded",
                why: format!("found the header `{name}` of a proxy or a tunnel"),
            });
        }
        if let Some(name) = headers.keys().find(|name| is_of_browser(name.as_str())) {
            return Err(Foreign {
                code: "from_browser",
                detail: "expected a request of a program, not of a browser",
                why: format!("found the header `{name}` of a browser"),
            });
        }
        Ok(())
    }

    fn check_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Foreign> {
        let foreign = |why| Foreign {
            code: "foreign_host",
            detail: "expected `host` to be an address of this server",
            why,
        };
        let hosts: Vec<&HeaderValue> = headers.get_all(HOST).iter().collect();
        let &[host] = hosts.as_slice() else {
            let found = if hosts.is_empty() { "none" } else { "several" };
            return Err(foreign(format!("expected one `host`, found {found}")));
        };
        // The request line may have a host as well.
        let line = uri.authority().map(|line| line.as_str().as_bytes());
        for host in [Some(host.as_bytes()), line].into_iter().flatten() {
            if !std::str::from_utf8(host).is_ok_and(|host| self.has_host(host)) {
                let host = shown(host);
                let known: Vec<String> = self.hosts.iter().map(ToString::to_string).collect();
                let known = known.join(", ");
                let advice = match Host::parse(&host) {
                    Ok(_) => format!("; if that is you, start with `--host {host}`"),
                    Err(_) => String::new(),
                };
                return Err(foreign(format!(
                    "`host` is {host:?}, and this server is {known}{advice}"
                )));
            }
        }
        Ok(())
    }

    /// Whether a page names its origin and is allowed.
    fn check_origin(&self, headers: &HeaderMap) -> Result<bool, Foreign> {
        let mut is_allowed = false;
        for origin in headers.get_all(ORIGIN) {
            let text = std::str::from_utf8(origin.as_bytes()).unwrap_or_default();
            if self.has_origin(text) {
                is_allowed = true;
            } else if !self.hosts.iter().any(|host| host.is_origin(text)) {
                return Err(foreign_origin(origin.as_bytes()));
            }
        }
        Ok(is_allowed)
    }

    fn has_host(&self, host: &str) -> bool {
        let is = |own: &Host| own.is(host, 80) || (own.tls && own.is(host, 443));
        self.hosts.iter().any(is) || (self.loopback && is_loopback_host(host))
    }

    fn has_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|known| known == origin)
            || (self.loopback && Origin::loopback(origin).is_some())
    }
}

/// Whether a proxy or a tunnel adds this header to a request.
fn is_of_proxy(name: &str) -> bool {
    matches!(name, "forwarded" | "via" | "x-real-ip")
        || name.starts_with("x-forwarded-")
        || name.starts_with("cf-")
}

/// Whether browsers add this header to the requests of pages, which cannot remove it.
fn is_of_browser(name: &str) -> bool {
    name == "origin" || name == "referer" || name.starts_with("sec-")
}

/// A loopback name or address, at any port.
fn is_loopback_host(host: &str) -> bool {
    let (name, port) = split_port(host);
    port.is_none_or(|port| number(port).is_some()) && check_host(name).is_ok() && is_loopback(name)
}

fn foreign_origin(origin: &[u8]) -> Foreign {
    let origin = shown(origin);
    let advice = match OriginRule::exact(&origin) {
        Ok(origin) => format!(
            ": if it is yours, add it to `Cors::allow_origins`, or start with `--allow-origin {origin}`"
        ),
        Err(_) => String::new(),
    };
    Foreign {
        code: "foreign_origin",
        detail: "expected `origin` to be the address of this server, or an allowed origin",
        why: format!("pages of {origin:?} are not allowed{advice}"),
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
        detail: "expected `sec-fetch-site` to be same-origin or none without an allowed `origin`",
        why: format!(
            "`sec-fetch-site` is {:?}: a link, an image or a form on a page of another origin, which \
             the request does not name",
            shown(site.as_bytes())
        ),
    })
}

/// The start of a header.
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

    fn own(port: u16) -> HostGuard {
        HostGuard::new((Ipv4Addr::LOCALHOST, port).into())
    }

    /// The rejection of a request with these headers.
    fn rejected(own: &HostGuard, headers: &[(&'static str, &str)]) -> Option<Foreign> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        own.check(&Uri::from_static("/"), &map).err()
    }

    fn code(own: &HostGuard, headers: &[(&'static str, &str)]) -> Option<&'static str> {
        rejected(own, headers).map(|foreign| foreign.code)
    }

    const HERE: (&str, &str) = ("host", "localhost:9000");

    #[test]
    fn tools_are_on_this_machine() {
        for (client, expected) in [
            ("127.0.0.1", None),
            ("127.7.7.7", None),
            ("::1", None),
            ("::ffff:127.0.0.1", None),
            ("192.168.1.5", Some("foreign_client")),
            ("::ffff:10.0.0.1", Some("foreign_client")),
            ("fe80::1", Some("foreign_client")),
        ] {
            let checked = HostGuard::check_tool(&HeaderMap::new(), client.parse().unwrap());
            let code = checked.err().map(|foreign| foreign.code);
            assert_eq!(code, expected, "{client}");
        }
    }

    #[test]
    fn listed_origins_are_allowed_from_any_site() {
        let own = own(9000).allow_origins(
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
        // Without an `origin`.
        let headers = [HERE, ("sec-fetch-site", "same-site")];
        assert_eq!(code(&own, &headers), Some("cross_site"));
        // Every origin must be allowed.
        let both = [
            HERE,
            ("origin", "http://localhost:5173"),
            ("origin", "https://evil.example"),
        ];
        assert_eq!(code(&own, &both), Some("foreign_origin"));
    }

    #[test]
    fn proxies_of_listed_origins_may_keep_their_host() {
        let origins = ["http://localhost:5173", "https://app.example.com"];
        let own = own(9000).allow_origins(origins.map(str::to_owned).into(), false);
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
    fn any_origin_means_loopback_at_any_port() {
        let own = own(9000).allow_origins(Vec::new(), true);
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
    fn added_hosts_are_addresses_of_the_server() {
        let hosts = ["tunnel.example", "MyLaptop.local:9000", "[FD00::5]"].map(Host::parse);
        let own = own(9000).add_hosts(hosts.into_iter().collect::<Result<_, _>>().unwrap());
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
    fn invalid_hosts_are_rejected() {
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
    fn the_bound_address_is_a_host() {
        let lan: SocketAddr = "192.168.1.5:9000".parse().unwrap();
        let own = HostGuard::new(lan);
        assert_eq!(code(&own, &[("host", "192.168.1.5:9000")]), None);
        assert_eq!(code(&own, &[("host", "localhost:9000")]), None);
        let all = HostGuard::new("0.0.0.0:9000".parse().unwrap());
        for host in ["0.0.0.0:9000", "192.168.1.5:9000"] {
            assert_eq!(code(&all, &[("host", host)]), Some("foreign_host"));
        }
    }

    #[test]
    fn the_reason_says_what_was_received_and_how_to_allow_it() {
        let own = own(9000);
        for (headers, expected) in [
            (
                vec![HERE, ("origin", "http://localhost:5173")],
                "pages of \"http://localhost:5173\" are not allowed: if it is yours, add it to \
                 `Cors::allow_origins`, or start with `--allow-origin http://localhost:5173`",
            ),
            (
                vec![HERE, ("origin", "null")],
                "pages of \"null\" are not allowed",
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
                "`sec-fetch-site` is \"cross-site\": a link, an image or a form on a page of \
                 another origin, which the request does not name",
            ),
        ] {
            let foreign = rejected(&own, &headers).unwrap();
            assert_eq!(foreign.why, expected);
            assert!(!foreign.detail.contains("5173"), "{}", foreign.detail);
        }
    }

    #[test]
    fn other_hosts_are_rejected() {
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
    fn requests_need_exactly_one_host() {
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
    fn other_origins_are_rejected() {
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
    fn a_fetch_of_another_site_is_rejected() {
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
