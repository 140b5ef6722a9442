//! Where a request goes: a path, or a whole URL.

use crate::encoding::encode_uri;
use std::fmt;

/// Scheme and host, with the port where it is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) scheme: String,
    pub(super) host: String,
}

impl Origin {
    pub(super) fn is_secure(&self) -> bool {
        self.scheme == "https"
    }

    /// The host without its port.
    pub(super) fn host_name(&self) -> &str {
        self.split().0
    }

    pub(super) fn port(&self) -> u16 {
        let default = if self.is_secure() { 443 } else { 80 };
        self.split().1.unwrap_or(default)
    }

    fn split(&self) -> (&str, Option<u16>) {
        match self.host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, port.parse().ok()),
            _ => (&self.host, None),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)
    }
}

/// A path with its query, and the origin where a URL named one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) origin: Option<Origin>,
    pub(super) path: String,
    pub(super) query: Option<String>,
}

impl Target {
    /// Reads `/path?query` or `https://host/path?query`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (origin, rest) = if text.starts_with('/') {
            (None, text)
        } else {
            let (origin, rest) = absolute(text).ok_or_else(|| {
                format!(
                    "expected a path that begins with `/`, or a URL that begins with `https://`, \
                     found {text:?}"
                )
            })?;
            (Some(origin), rest)
        };
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(encode_uri(query))),
            None => (rest, None),
        };
        let path = match encode_uri(path) {
            path if path.is_empty() => "/".to_owned(),
            path => path,
        };
        let target = Self {
            origin,
            path,
            query,
        };
        match target.to_string().parse::<http::uri::PathAndQuery>() {
            Ok(_) => Ok(target),
            Err(error) => Err(format!(
                "expected the path of a request, found {text:?}: {error}"
            )),
        }
    }

    /// Adds a query parameter, encoded as a form does.
    pub(super) fn push_query(&mut self, name: &str, value: &str) {
        let known = self.query.take().unwrap_or_default();
        let mut query = form_urlencoded::Serializer::for_suffix(known, 0);
        query.append_pair(name, value);
        self.query = Some(query.finish());
    }

    /// What a `location` header means that came in response to this target at `origin`
    /// ([RFC 3986, section 5.2](https://www.rfc-editor.org/rfc/rfc3986#section-5.2)), a URL.
    pub(super) fn resolve(&self, origin: &Origin, location: &str) -> Result<Self, String> {
        let location = location.split('#').next().unwrap_or_default();
        if absolute(location).is_some() {
            return Self::parse(location);
        }
        if location.starts_with("//") {
            return Self::parse(&format!("{}:{location}", origin.scheme));
        }
        let (path, query) = match location.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (location, None),
        };
        let (path, query) = if path.is_empty() {
            (self.path.clone(), query.or(self.query.as_deref()))
        } else if path.starts_with('/') {
            (without_dots(path), query)
        } else {
            let folder = self.path.rfind('/').map_or("/", |at| &self.path[..=at]);
            (without_dots(&format!("{folder}{path}")), query)
        };
        let resolved = match query {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        Ok(Self {
            origin: Some(origin.clone()),
            ..Self::parse(&resolved)?
        })
    }

    /// The target of the URL: with what clients write before the paths of the API.
    pub(super) fn behind(&self, prefix: &str) -> Self {
        match self.origin {
            Some(_) => self.clone(),
            None => Self {
                path: format!("{prefix}{}", self.path),
                ..self.clone()
            },
        }
    }

    /// The path that the API knows, of this one of a URL; `None` when it is outside of the API.
    pub(super) fn within(&self, prefix: &str) -> Option<String> {
        match self.path.strip_prefix(prefix)? {
            "" => Some("/".to_owned()),
            path if path.starts_with('/') => Some(path.to_owned()),
            _ => None,
        }
    }
}

/// The path with its query, as the request line has it.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        match &self.query {
            Some(query) => write!(f, "?{query}"),
            None => Ok(()),
        }
    }
}

/// The origin of a URL, and the path and query behind it.
fn absolute(text: &str) -> Option<(Origin, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    if scheme != "https" && scheme != "http" {
        return None;
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, rest) = rest.split_at_checked(end)?;
    let default = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(default).unwrap_or(host);
    let host = host.to_ascii_lowercase();
    host.parse::<http::uri::Authority>().ok()?;
    Some((Origin { scheme, host }, rest))
}

/// A path without `.` and `..` (RFC 3986, section 5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        Origin {
            scheme: "https".to_owned(),
            host: "api.example.com".to_owned(),
        }
    }

    #[test]
    fn a_path_may_have_a_query() {
        let target = Target::parse("/orders/a b?tag=x y&n=1").unwrap();
        assert_eq!(target.to_string(), "/orders/a%20b?tag=x%20y&n=1");
        assert_eq!(target.origin, None);
    }

    #[test]
    fn a_url_names_the_origin_too() {
        for (url, origin, path) in [
            ("https://api.example.com", "https://api.example.com", "/"),
            (
                "HTTPS://API.example.com:443/a?b=1",
                "https://api.example.com",
                "/a?b=1",
            ),
            ("http://localhost:9000/?x", "http://localhost:9000", "/?x"),
            ("http://example.com:80?x", "http://example.com", "/?x"),
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!(target.origin.clone().unwrap().to_string(), origin, "{url}");
            assert_eq!(target.to_string(), path, "{url}");
        }
    }

    #[test]
    fn an_invalid_target_is_rejected() {
        for text in ["", "orders", "?a=1", "ftp://example.com/", "https:///x"] {
            let error = Target::parse(text).unwrap_err();
            assert!(
                error.starts_with("expected a path that begins with `/`"),
                "{error}"
            );
            assert!(error.ends_with(&format!("found {text:?}")), "{error}");
        }
    }

    #[test]
    fn parameters_are_added_behind_those_of_the_path() {
        let mut target = Target::parse("/orders?a=1").unwrap();
        target.push_query("tag", "fragile & heavy");
        target.push_query("tag", "é");
        assert_eq!(
            target.to_string(),
            "/orders?a=1&tag=fragile+%26+heavy&tag=%C3%A9"
        );
        let mut target = Target::parse("/orders").unwrap();
        target.push_query("a", "");
        assert_eq!(target.to_string(), "/orders?a=");
    }

    #[test]
    fn a_location_is_resolved_against_the_request() {
        let target = Target::parse("/orders/7/items?page=2").unwrap();
        for (location, expected) in [
            ("/orders/8", "/orders/8"),
            ("/a/../b/./c", "/b/c"),
            ("/a/..", "/"),
            ("8", "/orders/7/8"),
            ("./8?x=1", "/orders/7/8?x=1"),
            ("../8#part", "/orders/8"),
            ("../../../8", "/8"),
            ("?page=3", "/orders/7/items?page=3"),
            ("#part", "/orders/7/items?page=2"),
            ("https://api.example.com/x?y", "/x?y"),
            ("https://api.example.com:443", "/"),
            ("//api.example.com/x", "/x"),
        ] {
            let resolved = target.resolve(&origin(), location).unwrap();
            assert_eq!(resolved.to_string(), expected, "{location}");
            assert_eq!(resolved.origin, Some(origin()), "{location}");
        }
        for (location, expected) in [
            ("https://other.example/x", "https://other.example"),
            ("http://api.example.com/x", "http://api.example.com"),
            ("//other.example/x", "https://other.example"),
        ] {
            let resolved = target.resolve(&origin(), location).unwrap();
            assert_eq!(resolved.origin.unwrap().to_string(), expected, "{location}");
            assert_eq!(resolved.path, "/x", "{location}");
        }
    }

    #[test]
    fn a_path_of_a_url_is_within_the_api_behind_its_prefix() {
        for (prefix, path, expected) in [
            ("", "/orders", Some("/orders")),
            ("/prod", "/prod/orders", Some("/orders")),
            ("/prod", "/prod", Some("/")),
            ("/prod", "/prod/", Some("/")),
            ("/prod", "/orders", None),
            ("/prod", "/production", None),
        ] {
            let target = Target::parse(path).unwrap();
            assert_eq!(
                target.within(prefix).as_deref(),
                expected,
                "{prefix} {path}"
            );
        }
    }

    #[test]
    fn an_origin_knows_its_port() {
        for (host, name, port) in [
            ("example.com", "example.com", 443),
            ("example.com:8443", "example.com", 8443),
            ("[::1]", "[::1]", 443),
            ("[::1]:9000", "[::1]", 9000),
        ] {
            let origin = Origin {
                scheme: "https".to_owned(),
                host: host.to_owned(),
            };
            assert_eq!((origin.host_name(), origin.port()), (name, port), "{host}");
        }
    }
}
