//! Patterns of paths in policies.

use std::borrow::Cow;

/// Pattern of the paths that an [`Allow`](super::Allow) allows.
///
/// It is a text of the program, in which `*` stands for any text, *slashes included*, as in the policies of API
/// Gateway: `/orders/*` allows `/orders/7` and `/orders/7/items`, and not `/orders`. `*` must be a whole segment.
/// A `{name}` is replaced by a [value](PathPattern::value), which may come from the caller.
///
/// ```
/// use lambda_api::{authorizer::{Allow, PathPattern}, http::Method};
///
/// # let user = "alice";
/// let own = PathPattern::new("/users/{user}/*").value("user", user);
/// let allow = Allow::new("alice").route(Method::GET, "/orders/*").route(Method::GET, own);
/// ```
///
/// A pattern is `&'static str` on purpose: with `format!("/users/{user}/*")`, a caller whose id is `*` would get the
/// data of all.
///
/// # Errors
/// A response with an invalid pattern is an error of the authorizer, which denies the request. A pattern is invalid if:
///
/// - it does not begin with `/`, or has an empty, `.` or `..` segment;
/// - it has `?`, `$`, or a `*` beside other characters;
/// - it has a `{name}` without a value, or a value without its `{name}`;
/// - a value is empty, `.` or `..`, or has other characters than letters, digits and `-._~!&'()+,;=:@`. A client may
///   write them in several ways, and a policy has no way to write `*` and `?` themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct PathPattern {
    text: &'static str,
    values: Vec<(&'static str, Result<String, PatternError>)>,
}

/// Why a pattern or a path cannot be part of a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PatternError {
    #[error("the pattern `{0}` does not begin with `/`")]
    NoSlash(&'static str),
    #[error(
        "the pattern `{pattern}` has the segment `{segment}`, expected text, `{{name}}` or `*`"
    )]
    Segment {
        pattern: &'static str,
        segment: &'static str,
    },
    #[error("the pattern `{pattern}` has no value for `{{{name}}}`")]
    NoValue {
        pattern: &'static str,
        name: &'static str,
    },
    #[error("the pattern `{pattern}` has no `{{{name}}}`")]
    NoName {
        pattern: &'static str,
        name: &'static str,
    },
    // Neither shows the value.
    #[error("the value has the character {0:?}, which a policy cannot contain exactly")]
    Character(char),
    #[error("the value is empty, `.` or `..`")]
    Dots,
    #[error("the value of `{{{name}}}` in the pattern `{pattern}` is invalid: {problem}")]
    Value {
        pattern: &'static str,
        name: &'static str,
        problem: Box<PatternError>,
    },
    #[error(
        "the path of the request has the character {0:?}, which a policy would read as a pattern"
    )]
    Path(char),
}

impl PathPattern {
    /// A pattern, checked when the response is written.
    pub fn new(pattern: &'static str) -> Self {
        Self {
            text: pattern,
            values: Vec::new(),
        }
    }

    /// Sets the value of `{name}`, which may come from the caller: it matches only itself.
    pub fn value(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let value = value.as_ref();
        let checked = check(value).map(|()| value.to_owned());
        self.values.retain(|(known, _)| *known != name);
        self.values.push((name, checked));
        self
    }

    /// The path with its values and wildcards, without the first slash.
    pub(super) fn resolve(&self) -> Result<String, PatternError> {
        let pattern = self.text;
        let rest = pattern
            .strip_prefix('/')
            .ok_or(PatternError::NoSlash(pattern))?;
        let mut resolved = String::with_capacity(rest.len());
        let mut segments = rest.split('/').peekable();
        while let Some(segment) = segments.next() {
            let text = match name(segment) {
                Some(name) => self.value_of(name)?,
                // The root, and a slash at the end.
                None if segment.is_empty() && segments.peek().is_none() => segment,
                None if segment == "*" => segment,
                None if is_text(segment) => segment,
                None => return Err(PatternError::Segment { pattern, segment }),
            };
            resolved.push_str(text);
            if segments.peek().is_some() {
                resolved.push('/');
            }
        }
        let has_name = |name: &str| {
            rest.split('/')
                .any(|segment| self::name(segment) == Some(name))
        };
        let unused = self.values.iter().find(|(name, _)| !has_name(name));
        match unused {
            Some((name, _)) => Err(PatternError::NoName { pattern, name }),
            None => Ok(resolved),
        }
    }

    fn value_of(&self, name: &'static str) -> Result<&str, PatternError> {
        let pattern = self.text;
        let value = self.values.iter().find(|(known, _)| *known == name);
        match value {
            Some((_, Ok(value))) => Ok(value),
            Some((_, Err(problem))) => Err(PatternError::Value {
                pattern,
                name,
                problem: Box::new(problem.clone()),
            }),
            None => Err(PatternError::NoValue { pattern, name }),
        }
    }
}

impl From<&'static str> for PathPattern {
    fn from(pattern: &'static str) -> Self {
        Self::new(pattern)
    }
}

/// The name in `{name}`.
fn name(segment: &'static str) -> Option<&'static str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (!name.is_empty() && name.bytes().all(is_name)).then_some(name)
}

/// Characters that mean themselves in a path and in a policy: `pchar` of RFC 3986 without `*`, `$` and `%`.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~!&'()+,;=:@".contains(c)
}

fn is_dots(segment: &str) -> bool {
    matches!(segment, "" | "." | "..")
}

/// Whether a segment of a pattern is text, in which characters may be encoded as clients send them.
fn is_text(segment: &str) -> bool {
    let mut pieces = segment.split('%');
    let first = pieces.next().unwrap_or_default();
    let is_encoded = |piece: &str| {
        let digits = piece.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    !is_dots(segment)
        && first.chars().all(is_plain)
        && pieces.all(|piece| is_encoded(piece) && piece.chars().all(is_plain))
}

fn check(value: &str) -> Result<(), PatternError> {
    if let Some(c) = value.chars().find(|c| !is_plain(*c)) {
        return Err(PatternError::Character(c));
    }
    match is_dots(value) {
        true => Err(PatternError::Dots),
        false => Ok(()),
    }
}

/// The text of an ARN behind its stage, which comes from the request, as a resource that matches only itself.
pub(super) fn exactly(text: &str) -> Result<Cow<'_, str>, PatternError> {
    // `$default` and `$connect` are no variables; `${..}` would be one.
    let dollar = text.contains("${").then_some('$');
    let wildcard = text
        .chars()
        .find(|c| matches!(c, '*' | '?') || c.is_control());
    match wildcard.or(dollar) {
        Some(c) => Err(PatternError::Path(c)),
        None => Ok(Cow::Borrowed(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wildcard::matches;
    use proptest::prelude::*;

    #[test]
    fn patterns_are_resolved_with_their_values() {
        for (pattern, expected) in [
            (PathPattern::new("/"), ""),
            (PathPattern::new("/*"), "*"),
            (PathPattern::new("/orders"), "orders"),
            (PathPattern::new("/orders/"), "orders/"),
            (PathPattern::new("/orders/*/items"), "orders/*/items"),
            (PathPattern::new("/a%20b/%2A"), "a%20b/%2A"),
            (
                PathPattern::new("/users/{user}/*").value("user", "a@b.c"),
                "users/a@b.c/*",
            ),
            (
                PathPattern::new("/{a}/{b}").value("b", "2").value("a", "1"),
                "1/2",
            ),
            (
                PathPattern::new("/{a}/{a}").value("a", "0").value("a", "1"),
                "1/1",
            ),
        ] {
            assert_eq!(pattern.resolve().as_deref(), Ok(expected), "{pattern:?}");
        }
    }

    #[test]
    fn invalid_patterns_are_errors() {
        for text in [
            "/a*", "/*a", "/**", "/a?", "/a?b=c", "/$a", "/${a}", "//", "//a", "/a//b", "/./a",
            "/a/..", "/%", "/%2", "/%zz", "/{}", "/{a+}", "/x{a}", "/a b", "/\u{e9}", "/a\n",
        ] {
            let error = PathPattern::new(text).resolve().unwrap_err();
            assert!(
                matches!(error, PatternError::Segment { .. }),
                "{text}: {error}"
            );
        }
        for (pattern, message) in [
            (
                PathPattern::new("orders"),
                "the pattern `orders` does not begin with `/`",
            ),
            (
                PathPattern::new("/{a}"),
                "the pattern `/{a}` has no value for `{a}`",
            ),
            (
                PathPattern::new("/a").value("a", "1"),
                "the pattern `/a` has no `{a}`",
            ),
            (
                PathPattern::new("/{a}/{a}").value("a", "1").value("b", "1"),
                "the pattern `/{a}/{a}` has no `{b}`",
            ),
            (
                PathPattern::new("/{a}").value("a", ".."),
                "the value of `{a}` in the pattern `/{a}` is invalid: the value is empty, `.` or `..`",
            ),
        ] {
            assert_eq!(pattern.resolve().unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn values_that_could_mean_more_are_errors() {
        for value in [
            "*", "a*", "?", "$", "${*}", "a/b", "%2F", "a b", "", ".", "..", "\u{e9}", "a\n",
            "{a}", "a\\b", "#",
        ] {
            let pattern = PathPattern::new("/{a}").value("a", value);
            let error = pattern.resolve().unwrap_err();
            assert!(matches!(error, PatternError::Value { .. }), "{value}");
        }
    }

    #[test]
    fn the_path_of_a_request_is_no_pattern() {
        for (path, expected) in [
            ("GET/orders/7", None),
            ("GET/", None),
            ("$connect", None),
            ("GET/a:b/{id}/$x", None),
            ("GET/orders/*", Some('*')),
            ("GET/order?", Some('?')),
            ("GET/${aws:username}", Some('$')),
            ("GET/a\u{0}", Some('\u{0}')),
        ] {
            assert_eq!(
                exactly(path).err(),
                expected.map(PatternError::Path),
                "{path}"
            );
        }
    }

    #[test]
    fn a_star_matches_slashes() {
        for (pattern, text, expected) in [
            ("GET/orders/*", "GET/orders/7", true),
            ("GET/orders/*", "GET/orders/7/items", true),
            ("GET/orders/*", "GET/orders/", true),
            ("GET/orders/*", "GET/orders", false),
            ("GET/a/*/c", "GET/a/c", false),
            ("GET/a/*/c", "GET/a/b/b/c", true),
            ("GET/a/*/b/*/c", "GET/a/x/b/c", false),
            ("GET/a/*/b/*/c", "GET/a/x/b/y/c", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    proptest! {
        #[test]
        fn a_value_matches_only_itself(value in r"[a-c*?$./%@-]{0,4}", path in r"[a-c*?$./%@-]{0,6}") {
            let pattern = PathPattern::new("/u/{id}").value("id", &value);
            if let Ok(resolved) = pattern.resolve() {
                let path = format!("u/{path}");
                prop_assert_eq!(matches(&resolved, &path), path == format!("u/{value}"));
            }
        }
    }
}
