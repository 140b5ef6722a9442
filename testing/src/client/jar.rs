//! The cookies that a client keeps between its requests.

use super::{
    cookie::ReceivedCookie,
    target::{Origin, Target},
};
use std::{net::IpAddr, time::SystemTime};

#[derive(Debug, Default)]
pub(super) struct Jar(Vec<Kept>);

#[derive(Debug)]
struct Kept {
    name: String,
    value: String,
    /// In lower case.
    domain: String,
    /// Whether only this very host gets the cookie.
    host_only: bool,
    path: String,
    secure: bool,
    expires: Option<SystemTime>,
}

impl Jar {
    /// Keeps a cookie that a response sets, or forgets the one that it removes.
    pub(super) fn store(
        &mut self,
        cookie: &ReceivedCookie,
        origin: &Origin,
        target: &Target,
        now: SystemTime,
    ) {
        let Some(kept) = kept(cookie, origin, target, now) else {
            return;
        };
        let same = |other: &Kept| {
            (&other.name, &other.domain, &other.path) == (&kept.name, &kept.domain, &kept.path)
        };
        let over = cookie.is_removed();
        match self.0.iter().position(same) {
            Some(at) if over => drop(self.0.remove(at)),
            Some(at) => {
                if let Some(known) = self.0.get_mut(at) {
                    *known = kept;
                }
            }
            None if over => {}
            None => self.0.push(kept),
        }
    }

    /// Names and values of the cookies that go with a request: those of longer paths first, and of
    /// these the older ones.
    pub(super) fn matching(
        &self,
        origin: &Origin,
        path: &str,
        now: SystemTime,
    ) -> Vec<(String, String)> {
        let mut found: Vec<&Kept> = self.0.iter().filter(|kept| kept.is_live(now)).collect();
        found.retain(|kept| {
            kept.fits_host(origin.host_name())
                && path_matches(path, &kept.path)
                && (origin.is_secure() || !kept.secure)
        });
        found.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        found
            .into_iter()
            .map(|kept| (kept.name.clone(), kept.value.clone()))
            .collect()
    }

    /// The value of a cookie, wherever it would be sent to.
    pub(super) fn value(&self, name: &str, now: SystemTime) -> Option<String> {
        self.0
            .iter()
            .find(|kept| kept.name == name && kept.is_live(now))
            .map(|kept| kept.value.clone())
    }
}

impl Kept {
    fn is_live(&self, now: SystemTime) -> bool {
        self.expires.is_none_or(|at| at > now)
    }

    fn fits_host(&self, host: &str) -> bool {
        if self.host_only {
            host == self.domain
        } else {
            domain_matches(host, &self.domain)
        }
    }
}

/// What a browser would keep of a cookie; `None` when it would not keep it at all.
fn kept(
    cookie: &ReceivedCookie,
    origin: &Origin,
    target: &Target,
    now: SystemTime,
) -> Option<Kept> {
    let host = origin.host_name();
    let domain = cookie
        .attribute("domain")
        .map(|domain| domain.strip_prefix('.').unwrap_or(domain))
        .filter(|domain| !domain.is_empty())
        .map(str::to_ascii_lowercase);
    if domain
        .as_deref()
        .is_some_and(|domain| !domain_matches(host, domain))
    {
        return None;
    }
    let path = cookie
        .attribute("path")
        .filter(|path| path.starts_with('/'));
    let secure = cookie.attribute("secure").is_some();
    let prefixed = |prefix: &str| {
        let start = cookie.name().get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let rejected = secure && !origin.is_secure()
        || prefixed("__Secure-") && !secure
        || prefixed("__Host-") && (!secure || domain.is_some() || path != Some("/"));
    if rejected {
        return None;
    }
    Some(Kept {
        name: cookie.name().to_owned(),
        value: cookie.raw_value().to_owned(),
        host_only: domain.is_none(),
        domain: domain.unwrap_or_else(|| host.to_owned()),
        path: path.map_or_else(|| folder(&target.path), str::to_owned),
        secure,
        expires: cookie.expires(now),
    })
}

/// RFC 6265, section 5.1.3.
fn domain_matches(host: &str, domain: &str) -> bool {
    host == domain
        || host.parse::<IpAddr>().is_err()
            && host
                .strip_suffix(domain)
                .is_some_and(|sub| sub.ends_with('.'))
}

/// RFC 6265, section 5.1.4.
fn path_matches(path: &str, known: &str) -> bool {
    path.strip_prefix(known)
        .is_some_and(|rest| rest.is_empty() || known.ends_with('/') || rest.starts_with('/'))
}

/// The path of a cookie that names none (RFC 6265, section 5.1.4).
fn folder(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder.to_owned(),
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const NOW: Duration = Duration::from_secs(1_000_000_000);

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + NOW
    }

    fn split(url: &str) -> (Origin, Target) {
        let target = Target::parse(url).unwrap();
        (target.origin.clone().unwrap(), target)
    }

    fn jar(url: &str, headers: &[&str]) -> Jar {
        let mut jar = Jar::default();
        let (origin, target) = split(url);
        for header in headers {
            let cookie = ReceivedCookie::parse(header, now()).unwrap();
            jar.store(&cookie, &origin, &target, now());
        }
        jar
    }

    fn sent(jar: &Jar, url: &str, at: SystemTime) -> String {
        let (origin, target) = split(url);
        let cookies = jar.matching(&origin, &target.path, at);
        let pairs = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_cookie_goes_where_its_domain_and_path_say() {
        let set = "https://api.example.com/orders/7";
        for (header, url, goes) in [
            ("a=1", "https://api.example.com/orders", true),
            ("a=1", "https://api.example.com/orders/8/items", true),
            ("a=1", "https://api.example.com/", false),
            ("a=1", "https://api.example.com/ordersx", false),
            ("a=1; Path=/", "https://api.example.com/x", true),
            (
                "a=1; Path=/orders/",
                "https://api.example.com/orders",
                false,
            ),
            ("a=1; Path=x", "https://api.example.com/orders", true),
            ("a=1; Path=/", "https://sub.api.example.com/", false),
            ("a=1; Path=/", "https://example.com/", false),
            (
                "a=1; Path=/; Domain=api.example.com",
                "https://sub.api.example.com/",
                true,
            ),
            (
                "a=1; Path=/; Domain=.Example.com",
                "https://example.com/",
                true,
            ),
            (
                "a=1; Path=/; Domain=example.com",
                "https://badexample.com/",
                false,
            ),
            ("a=1; Path=/; Domain=other.com", "https://other.com/", false),
            (
                "a=1; Path=/; Domain=other.com",
                "https://api.example.com/",
                false,
            ),
        ] {
            let sent = sent(&jar(set, &[header]), url, now());
            assert_eq!(sent == "a=1", goes, "{header} to {url}: {sent:?}");
        }
    }

    #[test]
    fn a_secure_cookie_needs_https_both_ways() {
        let jar_of = |url| jar(url, &["a=1; Path=/; Secure", "b=2; Path=/"]);
        let secure = jar_of("https://example.com/");
        assert_eq!(sent(&secure, "https://example.com/", now()), "a=1; b=2");
        assert_eq!(sent(&secure, "http://example.com/", now()), "b=2");
        let plain = jar_of("http://example.com/");
        assert_eq!(sent(&plain, "https://example.com/", now()), "b=2");
    }

    #[test]
    fn a_prefix_of_the_name_is_kept_to() {
        let jar = jar(
            "https://example.com/",
            &[
                "__Secure-a=1",
                "__Host-b=1; Secure",
                "__Host-c=1; Secure; Path=/; Domain=example.com",
                "__Secure-d=1; Secure",
                "__Host-e=1; Secure; Path=/",
            ],
        );
        let url = "https://example.com/";
        assert_eq!(sent(&jar, url, now()), "__Secure-d=1; __Host-e=1");
    }

    #[test]
    fn a_cookie_ends_and_can_be_replaced_or_removed() {
        let url = "https://example.com/";
        let kept = jar(url, &["a=1; Max-Age=60", "b=2", "a=3; Max-Age=60"]);
        assert_eq!(sent(&kept, url, now()), "a=3; b=2");
        let later = now() + Duration::from_secs(60);
        assert_eq!(sent(&kept, url, later), "b=2");
        assert_eq!(kept.value("a", now()).as_deref(), Some("3"));
        assert_eq!(kept.value("a", later), None);
        let removed = jar(url, &["a=1", "b=2", "a=; Max-Age=0", "c=; Max-Age=0"]);
        assert_eq!(sent(&removed, url, now()), "b=2");
    }

    #[test]
    fn longer_paths_go_first() {
        let url = "https://example.com/a/b/c";
        let jar = jar(url, &["w=1; Path=/", "x=2; Path=/a/b", "y=3; Path=/"]);
        assert_eq!(sent(&jar, url, now()), "x=2; w=1; y=3");
    }
}
