//! Where keys may be fetched from.

use http::{
    Uri,
    uri::{Authority, PathAndQuery, Scheme},
};
use rustls::pki_types::{IpAddr, ServerName};
use std::{fmt, net::Ipv6Addr};

/// Longer URLs are rejected.
const MAX_LENGTH: usize = 2048;

/// A URL that keys may be fetched from: https, or http to this machine if that is allowed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Url {
    uri: Uri,
    plain: bool,
}

/// Why a text is not such a URL. The messages do not repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UrlError {
    #[error("the URL is longer than 2048 characters")]
    TooLong,
    #[error("the URL is malformed")]
    Malformed,
    #[error("the URL does not begin with `https://`")]
    NotHttps,
    #[error("the URL is http, which is allowed to loopback only")]
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
    /// Accepts https only.
    pub(crate) fn parse(text: &str) -> Result<Self, UrlError> {
        Self::new(text, false)
    }

    /// Accepts https, and http to loopback: `localhost`, 127.0.0.0/8 and ::1.
    pub(crate) fn parse_loopback_allowed(text: &str) -> Result<Self, UrlError> {
        Self::new(text, true)
    }

    /// A URL in the document of this one. It may be on loopback if this one is.
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
        let uri = text.parse::<Uri>().map_err(|_| UrlError::Malformed)?;
        let plain = match uri.scheme().map(Scheme::as_str) {
            Some("https") => false,
            Some("http") if loopback => true,
            _ => return Err(UrlError::NotHttps),
        };
        let authority = uri.authority().ok_or(UrlError::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(UrlError::UserInformation);
        }
        let host = host(authority.host())?;
        if plain && !is_loopback(&host) {
            return Err(UrlError::NotLoopback);
        }
        check_port(authority)?;
        Ok(Self { uri, plain })
    }

    /// Where the metadata of an issuer are: appended to its path, as in
    /// [OpenID Connect Discovery](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationRequest).
    /// A query stays behind the path.
    pub(super) fn metadata(&self) -> Result<Self, UrlError> {
        let path = self.uri.path();
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut text = format!("{path}/.well-known/openid-configuration");
        if let Some(query) = self.uri.query() {
            text.push('?');
            text.push_str(query);
        }
        let mut parts = self.uri.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(text).map_err(|_| UrlError::Malformed)?);
        Ok(Self {
            uri: Uri::from_parts(parts).map_err(|_| UrlError::Malformed)?,
            plain: self.plain,
        })
    }

    /// Whether it is http to this machine.
    pub(super) fn is_plain(&self) -> bool {
        self.plain
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }
}

/// Shows nothing: a URL may hold a secret.
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

/// Checks the port, if there is one. `Uri` accepts a port that is not a number.
fn check_port(authority: &Authority) -> Result<(), UrlError> {
    let rest = authority.as_str().strip_prefix(authority.host());
    match rest.ok_or(UrlError::Malformed)?.split_once(':') {
        None => Ok(()),
        Some(("", port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            match port.parse::<u16>() {
                Ok(0) | Err(_) => Err(UrlError::Port),
                Ok(_) => Ok(()),
            }
        }
        Some(_) => Err(UrlError::Port),
    }
}

#[cfg(test)]
mod tests {
    use super::{Url, UrlError};

    fn parts(url: &Url) -> (&str, u16, &str, bool) {
        let uri = url.uri();
        let port = uri.port_u16().unwrap_or(if url.plain { 80 } else { 443 });
        let path = uri.path_and_query().unwrap().as_str();
        (uri.authority().unwrap().as_str(), port, path, url.plain)
    }

    #[test]
    fn https_is_accepted_from_anywhere() {
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
    fn http_is_for_loopback_and_only_if_allowed() {
        for host in ["localhost", "LocalHost", "127.0.0.1", "127.9.8.7", "[::1]"] {
            let text = format!("http://{host}:4000/keys");
            assert_eq!(Url::parse(&text), Err(UrlError::NotHttps), "{host}");
            let url = Url::parse_loopback_allowed(&text).unwrap();
            assert!(url.plain);
            assert_eq!(url.uri().port_u16(), Some(4000));
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
    fn other_texts_are_rejected() {
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
    fn only_loopback_can_lead_to_loopback() {
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
