//! Checks whether browsers would accept a cookie.

use super::{SameSite, SetCookie};

/// The limit of browsers for name and value together, in bytes.
const MAX_LEN: usize = 4096;

impl SetCookie {
    /// Validates the cookie. The error is for the log.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let rules = [
            (is_token(&self.name), "its name is not a token of RFC 9110"),
            (
                self.name.len().saturating_add(self.value.len()) <= MAX_LEN,
                "its name and encoded value have more than 4096 bytes",
            ),
            (
                self.domain.as_deref().is_none_or(is_domain),
                "its domain is not a host name",
            ),
            (
                is_path(&self.path),
                "its path does not begin with `/`, or has a character that is not allowed",
            ),
            (
                self.secure || self.same_site != SameSite::None,
                "`SameSite=None` needs `Secure`",
            ),
            (
                self.secure || !self.partitioned,
                "`Partitioned` needs `Secure`",
            ),
            (
                self.secure || !self.has_prefix("__Secure-"),
                "the prefix `__Secure-` needs `Secure`",
            ),
            (
                self.is_bound_to_host() || !self.has_prefix("__Host-"),
                "the prefix `__Host-` needs `Secure`, `Path=/` and no `Domain`",
            ),
        ];
        match rules.iter().find(|(kept, _)| !kept) {
            Some((_, broken)) => Err(broken),
            None => Ok(()),
        }
    }

    /// Browsers compare these prefixes case-insensitively.
    fn has_prefix(&self, prefix: &str) -> bool {
        self.name
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    }

    fn is_bound_to_host(&self) -> bool {
        self.secure && self.domain.is_none() && self.path == "/"
    }
}

fn is_token(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_part)
}

fn is_domain(domain: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    // Browsers ignore one leading dot.
    let labels = domain.strip_prefix('.').unwrap_or(domain).split('.');
    domain.len() <= 253
        && labels
            .into_iter()
            .all(|label| (1..=63).contains(&label.len()) && label.bytes().all(is_part))
}

fn is_path(path: &str) -> bool {
    let is_part = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b';';
    path.starts_with('/') && path.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> SetCookie {
        SetCookie::new("__Host-a", "b")
    }

    #[test]
    fn cookies_that_browsers_keep_are_accepted() {
        let table = [
            SetCookie::new("a", ""),
            SetCookie::new("session.id", "b").domain(".example.com"),
            SetCookie::new("a", "b".repeat(4095)),
            SetCookie::new("__Secure-a", "b")
                .domain("example.com")
                .path("/a"),
            SetCookie::new("plain", "b").secure(false),
            host(),
            SetCookie::remove("__Host-a"),
        ];
        for cookie in table {
            assert_eq!(cookie.check(), Ok(()), "{cookie:?}");
        }
    }

    #[test]
    fn invalid_cookies_are_rejected_with_the_broken_rule() {
        let cookie = |name: &'static str| SetCookie::new(name, "b");
        let table = [
            (cookie(""), "name"),
            (cookie("a b"), "name"),
            (cookie("a=b"), "name"),
            (cookie("a;b"), "name"),
            (cookie("a\r\nx"), "name"),
            (cookie("ä"), "name"),
            (SetCookie::new("a", "b".repeat(4096)), "4096"),
            (cookie("a").domain(""), "domain"),
            (cookie("a").domain("example.com; Path=/"), "domain"),
            (cookie("a").domain("example..com"), "domain"),
            (cookie("a").path("orders"), "path"),
            (cookie("a").path("/; Domain=example.com"), "path"),
            (cookie("a").path("/\r\n"), "path"),
            (
                cookie("a").same_site(SameSite::None).secure(false),
                "SameSite",
            ),
            (cookie("a").partitioned().secure(false), "Partitioned"),
            (cookie("__Secure-a").secure(false), "__Secure-"),
            (cookie("__secure-a").secure(false), "__Secure-"),
            (host().secure(false), "__Host-"),
            (host().domain("example.com"), "__Host-"),
            (host().path("/orders"), "__Host-"),
            (cookie("__HOST-a").path("/orders"), "__Host-"),
        ];
        for (cookie, rule) in table {
            let error = cookie.check().expect_err(rule);
            assert!(error.contains(rule), "{error} for {cookie:?}");
        }
    }
}
