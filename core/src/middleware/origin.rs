//! Origins of pages: valid spellings, and the rules that match them.

#[cfg(any(debug_assertions, feature = "local"))]
use std::net::IpAddr;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A rule that allows origins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OriginRule {
    /// A single origin: `https://app.example.com`.
    Exact(String),
    /// All subdomains: `https://*.example.com` is stored as `https://`, and `.example.com` with the
    /// port.
    SubDomains { before: String, after: String },
}

impl OriginRule {
    /// Parses a rule: an origin as browsers send it, or one whose first label is `*`.
    ///
    /// Another spelling of an origin (RFC 6454, section 6.2; in upper case, with the default port)
    /// is an error, since it would never match.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let origin = Origin::split(text)?;
        match origin.host.strip_prefix("*.") {
            Some(domain) => {
                check_domain(domain)?;
                let length = text.len() - origin.after_scheme.len();
                let (before, after) = text.split_at(length);
                Ok(Self::SubDomains {
                    before: before.to_owned(),
                    after: after.trim_start_matches('*').to_owned(),
                })
            }
            None => {
                check_host(origin.host)?;
                Ok(Self::Exact(text.to_owned()))
            }
        }
    }

    /// Parses an origin without a wildcard.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn exact(text: &str) -> Result<String, &'static str> {
        match Self::parse(text)? {
            Self::Exact(origin) => Ok(origin),
            Self::SubDomains { .. } => Err("expected one origin, without a wildcard"),
        }
    }

    /// Whether the rule allows the value of an `origin` header.
    pub(crate) fn matches(&self, origin: &[u8]) -> bool {
        match self {
            Self::Exact(known) => known.as_bytes() == origin,
            Self::SubDomains { before, after } => {
                let labels = origin
                    .strip_prefix(before.as_bytes())
                    .and_then(|rest| rest.strip_suffix(after.as_bytes()));
                // Labels contain no `.`, `:`, `/` or `@`, so only whole labels match here.
                labels.is_some_and(|labels| {
                    labels.len() <= MAX_NAME && labels.split(|byte| *byte == b'.').all(is_label)
                })
            }
        }
    }
}

/// The maximum length of a name, in bytes (RFC 1035, section 2.3.4).
const MAX_NAME: usize = 253;

/// The parts of an origin.
pub(crate) struct Origin<'a> {
    #[cfg(any(debug_assertions, feature = "local"))]
    scheme: &'a str,
    /// Host and port.
    after_scheme: &'a str,
    host: &'a str,
}

impl<'a> Origin<'a> {
    /// Splits an origin; the host is not validated.
    fn split(text: &'a str) -> Result<Self, &'static str> {
        let Some((scheme, after_scheme)) = text.split_once("://") else {
            return Err("expected `https://` and a host");
        };
        if scheme.is_empty() || after_scheme.is_empty() {
            return Err("expected a scheme and a host");
        }
        if !text.is_ascii() {
            return Err("browsers send names in punycode, as in `xn--bcher-kva.example`");
        }
        if after_scheme.contains(['/', '?', '#', '@', '\\']) {
            return Err("expected only host and port: no user, no path, no trailing `/`");
        }
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err("browsers send it in lower case");
        }
        let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        if !scheme.starts_with(|letter: char| letter.is_ascii_lowercase())
            || !scheme.bytes().all(is_scheme)
        {
            return Err("expected a scheme and a host");
        }
        let (host, port) = split_port(after_scheme);
        if let Some(port) = port {
            check_port(scheme, port)?;
        }
        Ok(Self {
            #[cfg(any(debug_assertions, feature = "local"))]
            scheme,
            after_scheme,
            host,
        })
    }

    /// An origin of HTTP or HTTPS on this machine: `localhost`, a name below it, or a loopback
    /// address, at any port. Browsers only resolve such names to this machine (RFC 6761, section
    /// 6.3).
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn loopback(text: &'a str) -> Option<Self> {
        let origin = Self::split(text).ok()?;
        let is_web = matches!(origin.scheme, "http" | "https");
        (is_web && check_host(origin.host).is_ok() && is_loopback(origin.host)).then_some(origin)
    }

    /// Host and port, as in a `host` header.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn authority(&self) -> &'a str {
        self.after_scheme
    }
}

/// Splits off the port; IPv6 addresses are in brackets.
pub(crate) fn split_port(authority: &str) -> (&str, Option<&str>) {
    let host_end = authority.rfind(']').map_or(0, |end| end + 1);
    match authority.get(host_end..).and_then(|rest| rest.find(':')) {
        Some(at) => {
            let (host, port) = authority.split_at(host_end + at);
            (host, port.get(1..))
        }
        None => (authority, None),
    }
}

fn check_port(scheme: &str, port: &str) -> Result<(), &'static str> {
    if port.starts_with('0') || port.parse::<u16>().is_err() || port.starts_with('+') {
        return Err("expected a port from 1 to 65535");
    }
    if let ("http", "80") | ("https", "443") = (scheme, port) {
        return Err("browsers leave out the default port of a scheme");
    }
    Ok(())
}

/// Checks that a name or an address is spelt as browsers send it.
pub(crate) fn check_host(host: &str) -> Result<(), &'static str> {
    if let Some(inside) = host.strip_prefix('[') {
        let address = inside
            .strip_suffix(']')
            .and_then(|text| text.parse::<Ipv6Addr>().ok());
        return match address {
            Some(address) if format!("[{address}]") == host => Ok(()),
            _ => Err("expected an IPv6 address in its short form between the brackets"),
        };
    }
    if host.contains('*') {
        return Err("a wildcard matches whole subdomains: `https://*.example.com`");
    }
    if host.len() > MAX_NAME || !host.as_bytes().split(|byte| *byte == b'.').all(is_label) {
        return Err("expected a host of letters, digits, `-` and `_`, with `.` between its labels");
    }
    if ends_in_number(host) && host.parse::<Ipv4Addr>().is_err() {
        return Err("expected an IPv4 address of four numbers");
    }
    Ok(())
}

/// Checks the domain after `*.`, which must be one that a single owner can have. Public suffixes of
/// two labels are not known here.
fn check_domain(domain: &str) -> Result<(), &'static str> {
    check_host(domain)?;
    if ends_in_number(domain) || domain.starts_with('[') {
        return Err("an IP address has no subdomains");
    }
    if domain.contains('.') || domain == "localhost" {
        Ok(())
    } else {
        Err("a wildcard requires a domain of at least two labels: `https://*.example.com`")
    }
}

fn is_label(label: &[u8]) -> bool {
    let is_letter = |byte: &u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
    };
    (1..=63).contains(&label.len()) && label.iter().all(is_letter)
}

/// Browsers parse such a host as an IPv4 address (WHATWG URL, 3.5, "ends in a number").
fn ends_in_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_hexadecimal = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    last.bytes().all(|byte| byte.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(is_hexadecimal)
}

/// Whether a host without port is a name or an address of this machine.
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) fn is_loopback(host: &str) -> bool {
    let unbracketed = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let address = match unbracketed {
        Some(inside) => inside.parse().ok().map(IpAddr::V6),
        None => host.parse().ok().map(IpAddr::V4),
    };
    match address {
        Some(address) => address.is_loopback(),
        None => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for good in [
            "https://a.example",
            "https://a.example:80",
            "https://a.example:8443",
            "http://localhost:5173",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
            "https://xn--bcher-kva.example",
            "capacitor://localhost",
            "chrome-extension://abcdefghijklmnop",
        ] {
            let exact = OriginRule::Exact(good.to_owned());
            assert_eq!(OriginRule::parse(good), Ok(exact), "{good}");
        }
    }

    #[test]
    fn invalid_origins_are_rejected() {
        for bad in [
            "",
            "*",
            "null",
            "a.example",
            "https://",
            "://a.example",
            "1https://a.example",
            "https://a.example/",
            "https://a.example/path",
            "https://a.example?q",
            "https://a.example#f",
            "https://a.example\\",
            "https://u@a.example",
            "https://u:p@a.example",
            "https://a.example, https://b.example",
            "https://a.example https://b.example",
            "https://a.example\r\nx: y",
            "HTTPS://a.example",
            "https://A.example",
            "https://b\u{fc}cher.example",
            "https://a.example.",
            "https://.a.example",
            "https://a..example",
            "https://a.example:443",
            "http://a.example:80",
            "https://a.example:",
            "https://a.example:0",
            "https://a.example:0443",
            "https://a.example:+1",
            "https://a.example:65536",
            "https://a.example:x",
            "https://127.1",
            "https://0x7f000001",
            "https://2130706433",
            "https://[::1",
            "https://[::1]x",
            "https://[0:0:0:0:0:0:0:1]",
            "https://::1",
        ] {
            assert!(OriginRule::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_wildcard_is_the_whole_first_label_of_a_domain() {
        for good in [
            "https://*.example.com",
            "https://*.shop.example.com:8443",
            "http://*.localhost:5173",
        ] {
            let rule = OriginRule::parse(good);
            assert!(matches!(rule, Ok(OriginRule::SubDomains { .. })), "{good}");
        }
        for bad in [
            "https://*",
            "https://*:8443",
            "https://*.",
            "https://*.com",
            "https://*example.com",
            "https://a*.example.com",
            "https://a.*.example.com",
            "https://*.*.example.com",
            "https://**.example.com",
            "https://example.*",
            "https://*.example.com:*",
            "*://a.example.com",
            "*.example.com",
            "https://*.127.0.0.1",
            "https://*.[::1]",
            "https://*.[::ffff:1.2.3.4]",
            "https://*.example.com/",
            "https://*.example.com:443",
        ] {
            assert!(OriginRule::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_wildcard_matches_whole_labels_and_nothing_else() {
        let rule = OriginRule::parse("https://*.example.com").unwrap();
        let with_port = OriginRule::parse("https://*.example.com:8443").unwrap();
        for (origin, expected) in [
            ("https://a.example.com", true),
            ("https://a.b.example.com", true),
            ("https://xn--bcher-kva.example.com", true),
            ("https://example.com", false),
            ("https://.example.com", false),
            ("https://a..example.com", false),
            ("https://evilexample.com", false),
            ("https://a.example.com.evil", false),
            ("https://a.example.com.", false),
            ("https://a.example.com:444", false),
            ("https://a.example.com:443", false),
            ("http://a.example.com", false),
            ("https://A.example.com", false),
            ("https://evil.com/.example.com", false),
            ("https://evil.com#.example.com", false),
            ("https://evil.com:1.example.com", false),
            ("https://u@a.example.com", false),
            ("https://evil com.example.com", false),
            ("https://evil\0.example.com", false),
            ("https://*.example.com", false),
            ("https://https://a.example.com", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(rule.matches(origin.as_bytes()), expected, "{origin}");
            let other = format!("{origin}:8443");
            assert_eq!(with_port.matches(other.as_bytes()), expected, "{other}");
            assert!(!with_port.matches(origin.as_bytes()), "{origin}");
        }
        let long = format!("https://{}.example.com", "a.".repeat(200));
        assert!(!rule.matches(long.as_bytes()));
        assert!(!rule.matches("https://b\u{fc}cher.example.com".as_bytes()));
        assert!(!rule.matches(b"https://\xff.example.com"));
    }

    #[cfg(any(debug_assertions, feature = "local"))]
    #[test]
    fn loopback_is_what_browsers_find_on_this_machine() {
        for (origin, expected) in [
            ("http://localhost:5173", true),
            ("https://localhost", true),
            ("http://app.localhost:3000", true),
            ("http://127.0.0.1:5173", true),
            ("http://127.1.2.3", true),
            ("http://[::1]:5173", true),
            ("http://0.0.0.0:5173", false),
            ("http://192.168.1.5:5173", false),
            ("http://localhost.evil.example", false),
            ("http://127.0.0.1.evil.example", false),
            ("http://evillocalhost", false),
            ("http://localhost.", false),
            ("http://localhost:80", false),
            ("http://localhost@evil.example", false),
            ("http://localhost:5173/", false),
            ("capacitor://localhost", false),
            ("https://app.example.com", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(Origin::loopback(origin).is_some(), expected, "{origin}");
        }
    }
}
