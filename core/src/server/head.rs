//! The head of a request, as the application gets it: a path, and one valid `host`.

use crate::{Problem, error::framework, path_normalization};
use http::{
    HeaderValue, Method, Uri, Version,
    header::HOST,
    request::Parts,
    uri::{Authority, PathAndQuery, Scheme},
};

/// Turns the target of a request into a path (RFC 9112, section 3.2; RFC 9113, section 8.3.1).
///
/// Returns the path as the client wrote it, if that was an unusual spelling.
pub(super) fn settle(head: &mut Parts) -> Result<Option<String>, Problem> {
    if head.method == Method::CONNECT {
        return Err(malformed("the method CONNECT is not supported"));
    }
    if head.uri.path() == "*" {
        return Err(malformed(
            "the target of the request is `*`, but a path was expected",
        ));
    }
    let authority = head.uri.authority().cloned();
    if let Some(authority) = &authority {
        let scheme = head.uri.scheme();
        if scheme.is_some_and(|scheme| *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS) {
            return Err(malformed(
                "the scheme of the request target is neither http nor https",
            ));
        }
        if !is_host(authority.as_str().as_bytes()) {
            return Err(malformed("the host of the request target is invalid"));
        }
    }
    settle_host(head, authority.as_ref())?;
    if authority.is_some() || head.uri.scheme().is_some() {
        let path = head.uri.path_and_query().cloned();
        head.uri = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    }
    if !head.uri.path().starts_with('/') {
        return Err(malformed("the target of the request is not a path"));
    }
    let Some(normal) = path_normalization::normal_uri(&head.uri) else {
        return Ok(None);
    };
    let written = head.uri.path().to_owned();
    head.uri = normal;
    Ok(Some(written))
}

/// Leaves one `host`, which is that of the target if it has one.
fn settle_host(head: &mut Parts, authority: Option<&Authority>) -> Result<(), Problem> {
    let mut hosts = head.headers.get_all(HOST).iter();
    let host = hosts.next();
    if hosts.next().is_some() {
        return Err(malformed("the request has more than one `host` header"));
    }
    match (host, authority) {
        (Some(host), _) if !is_host(host.as_bytes()) => {
            Err(malformed("the header `host` is invalid"))
        }
        (Some(host), Some(authority)) => {
            let authority = authority.as_str().as_bytes();
            if host.as_bytes().eq_ignore_ascii_case(authority) {
                Ok(())
            } else {
                Err(malformed(
                    "the header `host` and the target of the request differ",
                ))
            }
        }
        (Some(_), None) => Ok(()),
        (None, Some(authority)) if head.version == Version::HTTP_2 => {
            let host = HeaderValue::from_str(authority.as_str())
                .map_err(|_| malformed("the host of the request target is invalid"))?;
            head.headers.insert(HOST, host);
            Ok(())
        }
        (None, _) if head.version <= Version::HTTP_10 => Ok(()),
        (None, _) => Err(malformed("the header `host` is missing")),
    }
}

/// Whether the text has only the letters of a host with a port (RFC 3986, section 3.2.2).
fn is_host(text: &[u8]) -> bool {
    let is_allowed = |byte: &u8| match byte {
        b'-' | b'.' | b'_' | b'~' | b':' | b'[' | b']' | b'%' => true,
        b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' => true,
        byte => byte.is_ascii_alphanumeric(),
    };
    !text.is_empty() && text.iter().all(is_allowed)
}

fn malformed(detail: &'static str) -> Problem {
    framework::malformed_request(detail.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(
        method: &str,
        target: &str,
        version: Version,
        hosts: &[&str],
    ) -> Result<(Parts, Option<String>), String> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(target)
            .version(version);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let (mut head, ()) = request.body(()).unwrap().into_parts();
        match settle(&mut head) {
            Ok(written) => Ok((head, written)),
            Err(problem) => {
                assert_eq!(problem.status(), 400);
                Err(problem.detail().unwrap().to_owned())
            }
        }
    }

    #[test]
    fn the_target_becomes_a_path_and_one_host() {
        let table = [
            (
                "/a?b",
                Version::HTTP_11,
                &["a.example"][..],
                "/a?b",
                Some("a.example"),
            ),
            ("/a", Version::HTTP_10, &[], "/a", None),
            (
                "http://a.example/a?b",
                Version::HTTP_11,
                &["A.example"],
                "/a?b",
                Some("A.example"),
            ),
            (
                "http://a.example",
                Version::HTTP_11,
                &["a.example"],
                "/",
                Some("a.example"),
            ),
            (
                "http://a.example:81/a",
                Version::HTTP_2,
                &[],
                "/a",
                Some("a.example:81"),
            ),
            ("/a", Version::HTTP_2, &["[::1]:80"], "/a", Some("[::1]:80")),
        ];
        for (target, version, hosts, uri, host) in table {
            let (head, written) = settled("GET", target, version, hosts).expect(target);
            assert_eq!(head.uri, uri);
            assert_eq!(
                head.headers.get(HOST).map(|host| host.to_str().unwrap()),
                host
            );
            assert_eq!(written, None);
        }
    }

    #[test]
    fn an_unusual_spelling_is_normalized_and_kept() {
        let (head, written) = settled("GET", "/%61?%61", Version::HTTP_11, &["a"]).unwrap();
        assert_eq!(head.uri, "/a?%61");
        assert_eq!(written.as_deref(), Some("/%61"));
    }

    #[test]
    fn an_invalid_target_or_host_says_what_is_wrong() {
        let http1 = Version::HTTP_11;
        let table = [
            (
                "CONNECT",
                "a.example:80",
                http1,
                &["a"][..],
                "CONNECT is not supported",
            ),
            ("OPTIONS", "*", http1, &["a"], "is `*`"),
            ("GET", "/", http1, &[], "`host` is missing"),
            ("GET", "/", Version::HTTP_2, &[], "`host` is missing"),
            ("GET", "/", http1, &["a", "a"], "more than one `host`"),
            ("GET", "/", http1, &[""], "`host` is invalid"),
            ("GET", "/", http1, &["a@b"], "`host` is invalid"),
            ("GET", "/", http1, &["a/b"], "`host` is invalid"),
            ("GET", "http://b/", http1, &["a"], "differ"),
            ("GET", "http://b/", Version::HTTP_2, &["a"], "differ"),
            ("GET", "http://a@b/", http1, &["b"], "target is invalid"),
            ("GET", "ftp://a/", http1, &["a"], "neither http nor https"),
        ];
        for (method, target, version, hosts, why) in table {
            let error = settled(method, target, version, hosts).expect_err(target);
            assert!(error.contains(why), "{target} {hosts:?}: {error}");
        }
    }
}
