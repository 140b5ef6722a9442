//! Where keys may be fetched from.

use http::{
    Uri,
    uri::{Authority, PathAndQuery},
};
use rustls::pki_types::{IpAddr, ServerName};
use std::{fmt, net::Ipv6Addr};

/// Longer URLs are refused.
const MAX_LENGTH: usize = 2048;

/// A URL that keys may be fetched from: https, or http to this machine where that was asked for.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Url {
    authority: Authority,
    path: PathAndQuery,
    host: ServerName<'static>,
    port: u16,
    plain: bool,
}

/// Why a text is no such URL. The texts do not repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UrlError {
    #[error("the URL is longer than 2048 characters")]
    TooLong,
    #[error("the URL is malformed")]
    Malformed,
    #[error("the URL does not begin with `https://`")]
    NotHttps,
    #[error("the URL is http, which is for loopback alone")]
    NotLoopback,
    #[error("the URL has user information")]
    UserInformation,
    #[error("the URL has a fragment")]
    Fragment,
    #[error("the host of the URL is neither a DNS name nor an IP address")]
    Host,
    #[error("the port of the URL is not a number from 1 to 65535")]
    Port,
}

impl Url {
    /// Takes https alone.
    pub(crate) fn parse(text: &str) -> Result<Self, UrlError> {
        Self::new(text, false)
    }

    /// Takes https, and http to loopback: `localhost`, 127.0.0.0/8 and ::1.
    pub(crate) fn parse_loopback_allowed(text: &str) -> Result<Self, UrlError> {
        Self::new(text, true)
    }

    /// A URL that this one has led to. It may be on loopback when this one is.
    pub(super) fn follow(&self, text: &str) -> Result<Self, UrlError> {
        Self::new(text, self.plain)
    }

    fn new(text: &str, loopback: bool) -> Result<Self, UrlError> {
        if text.len() > MAX_LENGTH {
            return Err(UrlError::TooLong);
        }
        if text.contains('#') {
            return Err(UrlError::Fragment);
        }
        // What RFC 3986 has no place for; `Uri` is more lenient.
        let allowed = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
        if !text.bytes().all(allowed) {
            return Err(UrlError::Malformed);
        }
        let parts = text
            .parse::<Uri>()
            .map_err(|_| UrlError::Malformed)?
            .into_parts();
        let plain = match parts.scheme.as_ref().map(http::uri::Scheme::as_str) {
            Some("https") => false,
            Some("http") if loopback => true,
            _ => return Err(UrlError::NotHttps),
        };
        let authority = parts.authority.ok_or(UrlError::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(UrlError::UserInformation);
        }
        let host = host(authority.host())?;
        if plain && !is_loopback(&host) {
            return Err(UrlError::NotLoopback);
        }
        Ok(Self {
            port: port(&authority)?.unwrap_or(if plain { 80 } else { 443 }),
            path: parts
                .path_and_query
                .unwrap_or(PathAndQuery::from_static("/")),
            authority,
            host,
            plain,
        })
    }

    /// Where the metadata of an issuer are: appended to its path, as in
    /// [OpenID Connect Discovery](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationRequest).
    /// A query stays behind the path.
    pub(super) fn metadata(&self) -> Result<Self, UrlError> {
        let path = self.path.path();
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut text = format!("{path}/.well-known/openid-configuration");
        if let Some(query) = self.path.query() {
            text.push('?');
            text.push_str(query);
        }
        let path = PathAndQuery::try_from(text).map_err(|_| UrlError::Malformed)?;
        Ok(Self {
            path,
            ..self.clone()
        })
    }

    /// Whether it is http, and so on loopback.
    pub(super) fn is_plain(&self) -> bool {
        self.plain
    }

    /// What a certificate has to be for.
    pub(super) fn host(&self) -> &ServerName<'static> {
        &self.host
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The value of the header `host`.
    pub(super) fn authority(&self) -> &str {
        self.authority.as_str()
    }

    pub(super) fn path(&self) -> &PathAndQuery {
        &self.path
    }
}

/// Says nothing: a URL has no place in a log.
impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Url(..)")
    }
}

fn host(text: &str) -> Result<ServerName<'static>, UrlError> {
    let v6 = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    if let Some(v6) = v6 {
        let address: Ipv6Addr = v6.parse().map_err(|_| UrlError::Host)?;
        return Ok(ServerName::IpAddress(IpAddr::V6(address.into())));
    }
    match ServerName::try_from(text) {
        Ok(name) if !text.ends_with('.') => Ok(name.to_owned()),
        _ => Err(UrlError::Host),
    }
}

fn is_loopback(host: &ServerName<'_>) -> bool {
    match host {
        ServerName::DnsName(name) => name.as_ref().eq_ignore_ascii_case("localhost"),
        ServerName::IpAddress(address) => std::net::IpAddr::from(*address).is_loopback(),
        _ => false,
    }
}

/// The port, if there is one. `Uri` would pass over a port that is no number.
fn port(authority: &Authority) -> Result<Option<u16>, UrlError> {
    let text = authority.as_str();
    let Some(rest) = text.strip_prefix(authority.host()) else {
        return Err(UrlError::Malformed);
    };
    if rest.is_empty() {
        return Ok(None);
    }
    let port = rest.strip_prefix(':').ok_or(UrlError::Port)?;
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(UrlError::Port);
    }
    match port.parse() {
        Ok(0) | Err(_) => Err(UrlError::Port),
        Ok(port) => Ok(Some(port)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Url, UrlError};

    fn parts(url: &Url) -> (&str, u16, &str, bool) {
        (url.authority(), url.port(), url.path().as_str(), url.plain)
    }

    #[test]
    fn https_is_taken_from_anywhere() {
        for (text, expected) in [
            (
                "https://id.example.com",
                ("id.example.com", 443, "/", false),
            ),
            (
                "HTTPS://id.example.com/keys?set=1",
                ("id.example.com", 443, "/keys?set=1", false),
            ),
            (
                "https://id.example.com:8443/",
                ("id.example.com:8443", 8443, "/", false),
            ),
            (
                "https://[2001:db8::1]:8443/k",
                ("[2001:db8::1]:8443", 8443, "/k", false),
            ),
            (
                "https://192.0.2.1/%7Ekeys",
                ("192.0.2.1", 443, "/%7Ekeys", false),
            ),
        ] {
            for parse in [Url::parse, Url::parse_loopback_allowed] {
                assert_eq!(parts(&parse(text).unwrap()), expected, "{text}");
            }
        }
    }

    #[test]
    fn http_is_for_loopback_and_only_where_it_was_asked_for() {
        for host in ["localhost", "LocalHost", "127.0.0.1", "127.9.8.7", "[::1]"] {
            let text = format!("http://{host}:4000/keys");
            assert_eq!(Url::parse(&text), Err(UrlError::NotHttps), "{host}");
            let url = Url::parse_loopback_allowed(&text).unwrap();
            assert!(url.is_plain());
            assert_eq!(url.port(), 4000);
        }
        for host in [
            "id.example.com",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "192.0.2.1",
            "0.0.0.0",
            "[::ffff:127.0.0.1]",
            "[::]",
        ] {
            let text = format!("http://{host}/keys");
            let url = Url::parse_loopback_allowed(&text);
            assert_eq!(url, Err(UrlError::NotLoopback), "{host}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let long = format!("https://id.example.com/{}", "a".repeat(2048));
        for (text, expected) in [
            ("", UrlError::Malformed),
            ("/keys", UrlError::NotHttps),
            ("id.example.com", UrlError::NotHttps),
            ("*", UrlError::NotHttps),
            ("ftp://id.example.com/", UrlError::NotHttps),
            ("file:///etc/passwd", UrlError::Malformed),
            ("https:/id.example.com", UrlError::Malformed),
            ("https://", UrlError::Malformed),
            ("https://id.example.com/a b", UrlError::Malformed),
            ("https://id.example.com/\r\nhost: a", UrlError::Malformed),
            ("https://id.example.com/ä", UrlError::Malformed),
            ("https://id.example.com/{kid}", UrlError::Malformed),
            ("https://id.example.com\\@a", UrlError::Malformed),
            ("https://id.example.com/#keys", UrlError::Fragment),
            (
                "https://id.example.com@a.example",
                UrlError::UserInformation,
            ),
            ("https://:@id.example.com", UrlError::UserInformation),
            ("https://id.example.com:", UrlError::Port),
            ("https://id.example.com:0/", UrlError::Port),
            ("https://id.example.com:65536/", UrlError::Port),
            ("https://id.example.com:+443/", UrlError::Port),
            ("https://id.example.com./", UrlError::Host),
            ("https://a..b/", UrlError::Host),
            ("https://-a/", UrlError::Host),
            ("https://127.1/", UrlError::Host),
            ("https://2130706433/", UrlError::Host),
            ("https://[::1/", UrlError::Malformed),
            ("https://[fe80::1%25eth0]/", UrlError::Host),
            ("https://a%62.example/", UrlError::Malformed),
            (&long, UrlError::TooLong),
        ] {
            for parse in [Url::parse, Url::parse_loopback_allowed] {
                assert_eq!(parse(text), Err(expected), "{text}");
            }
        }
    }

    #[test]
    fn metadata_are_below_the_path_of_the_issuer() {
        for (issuer, expected) in [
            ("https://a.example", "/.well-known/openid-configuration"),
            ("https://a.example/", "/.well-known/openid-configuration"),
            (
                "https://a.example/one/two",
                "/one/two/.well-known/openid-configuration",
            ),
            (
                "https://a.example/one/?p=2",
                "/one/.well-known/openid-configuration?p=2",
            ),
        ] {
            let url = Url::parse(issuer).unwrap().metadata().unwrap();
            assert_eq!(parts(&url), ("a.example", 443, expected, false), "{issuer}");
        }
    }

    #[test]
    fn an_issuer_elsewhere_cannot_lead_to_loopback_over_http() {
        let here = Url::parse_loopback_allowed("http://127.0.0.1:1/").unwrap();
        let elsewhere = Url::parse_loopback_allowed("https://a.example/").unwrap();
        assert!(here.follow("http://localhost:2/keys").is_ok());
        assert!(here.follow("https://a.example/keys").is_ok());
        let led = elsewhere.follow("http://localhost:2/keys");
        assert_eq!(led, Err(UrlError::NotHttps));
        assert_eq!(
            here.follow("http://a.example/keys"),
            Err(UrlError::NotLoopback)
        );
    }

    #[test]
    fn a_log_does_not_show_it() {
        let url = Url::parse("https://a.example/keys").unwrap();
        assert_eq!(format!("{url:?}"), "Url(..)");
    }
}
