//! Paths in API Gateway's syntax: `/orders/{id}`, `/files/{path+}`.

use std::ops::Range;

/// A parsed path literal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RoutePath {
    pub(crate) text: String,
    pub(crate) params: Vec<Param>,
    /// The path without parameter names: `/orders/{}`, `/files/{+}`.
    pub(crate) key: String,
}

/// One `{name}` or `{name+}`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Param {
    pub(crate) name: String,
    /// The byte range of the name in the path.
    pub(crate) range: Range<usize>,
}

/// An error in a path, with its byte range.
#[derive(Debug)]
pub(crate) struct PathError {
    range: Range<usize>,
    message: String,
}

impl PathError {
    fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            range,
            message: message.into(),
        }
    }

    /// The message with the marked path.
    pub(crate) fn describe(&self, path: &str) -> String {
        format!("{}{}", self.message, caret(path, &self.range))
    }
}

/// The path on a line of its own, with the range underlined on the next: stable Rust has no span for
/// a part of a literal.
pub(crate) fn caret(path: &str, range: &Range<usize>) -> String {
    let width = |range: Range<usize>| path.get(range).map_or(0, |part| part.chars().count());
    let before = " ".repeat(width(0..range.start));
    let under = "^".repeat(width(range.clone()).max(1));
    format!("\n\n    {path}\n    {before}{under}")
}

impl RoutePath {
    pub(crate) fn parse(text: &str) -> Result<Self, PathError> {
        let Some(rest) = text.strip_prefix('/') else {
            let message = format!("a path must begin with `/`: write `/{text}`");
            return Err(PathError::new(0..0, message));
        };
        let mut path = Self {
            text: text.to_owned(),
            params: Vec::new(),
            key: String::new(),
        };
        let mut start = 1;
        let mut segments = rest.split('/').peekable();
        while let Some(segment) = segments.next() {
            let range = start..start + segment.len();
            start = range.end + 1;
            path.key.push('/');
            path.segment(segment, &range, segments.peek().is_none())?;
        }
        Ok(path)
    }

    /// Whether the path has a parameter of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.params.iter().any(|param| param.name == name)
    }

    fn segment(
        &mut self,
        segment: &str,
        range: &Range<usize>,
        last: bool,
    ) -> Result<(), PathError> {
        if segment.is_empty() {
            return if last {
                Ok(())
            } else {
                let message = "empty path segment: remove one `/`";
                Err(PathError::new(range.start - 1..range.start + 1, message))
            };
        }
        match segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        {
            Some(inner) if !inner.contains(['{', '}']) => self.param(inner, range, last),
            _ => {
                check_literal(segment, range)?;
                self.key.push_str(segment);
                Ok(())
            }
        }
    }

    fn param(&mut self, inner: &str, range: &Range<usize>, last: bool) -> Result<(), PathError> {
        let (name, greedy) = match inner.strip_suffix('+') {
            Some(name) => (name, true),
            None => (inner, false),
        };
        let within = range.start + 1..range.start + 1 + name.len();
        if let Some(rest) = name.strip_prefix('*') {
            let message = format!("write a greedy parameter as `{{{rest}+}}`");
            return Err(PathError::new(range.clone(), message));
        }
        if let Some(message) = invalid_name(name) {
            let shown = if name.is_empty() { range } else { &within };
            return Err(PathError::new(shown.clone(), message));
        }
        if greedy && !last {
            let message = format!("`{{{name}+}}` must be the last segment");
            return Err(PathError::new(range.clone(), message));
        }
        if self.has(name) {
            let message = format!("the path has two parameters named `{name}`");
            return Err(PathError::new(within, message));
        }
        self.key.push_str(if greedy { "{+}" } else { "{}" });
        self.params.push(Param {
            name: name.to_owned(),
            range: within,
        });
        Ok(())
    }
}

/// The reason why a name is invalid for a path parameter.
pub(crate) fn invalid_name(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("a path parameter requires a name: `{name}`");
    }
    let bad = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    name.contains(bad)
        .then_some("a parameter's name can contain only letters, digits, `_`, `-` and `.`")
}

fn check_literal(segment: &str, range: &Range<usize>) -> Result<(), PathError> {
    let at = |index: usize, len: usize| range.start + index..range.start + index + len;
    if let Some(name) = segment.strip_prefix(':') {
        let message = format!("write a parameter as `{{{name}}}`");
        return Err(PathError::new(range.clone(), message));
    }
    for (index, c) in segment.char_indices() {
        let message = match c {
            '{' if !segment.contains('}') => "`{` without `}`",
            '}' if !segment.contains('{') => "`}` without `{`",
            '{' | '}' => "a parameter must be a whole segment, such as `/{name}/`",
            '*' => "write a greedy parameter as `{rest+}`",
            '?' => "the path contains a query: use `#[query]` arguments",
            '#' => "the path contains a fragment, which is never sent to a server",
            c if is_path_char(c) => continue,
            _ => "this character is not valid in a path: percent-encode it",
        };
        return Err(PathError::new(at(index, c.len_utf8()), message));
    }
    Ok(())
}

/// Whether RFC 3986 (section 3.3) allows a character in a segment.
fn is_path_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~%!$&'()+,;=:@".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_api_gateway_are_read() {
        for (text, key, names) in [
            ("/", "/", &[][..]),
            ("/orders", "/orders", &[]),
            ("/orders/", "/orders/", &[]),
            ("/orders/{id}", "/orders/{}", &["id"]),
            ("/{a-b}/x/{c.d}/", "/{}/x/{}/", &["a-b", "c.d"]),
            ("/files/{path+}", "/files/{+}", &["path"]),
            ("/{proxy+}", "/{+}", &["proxy"]),
            ("/a%20b/~x/c:d/@me", "/a%20b/~x/c:d/@me", &[]),
        ] {
            let path = RoutePath::parse(text).expect(text);
            assert_eq!(path.key, key);
            let found: Vec<_> = path.params.iter().map(|p| p.name.as_str()).collect();
            assert_eq!(found, names);
            for param in &path.params {
                assert_eq!(&text[param.range.clone()], param.name);
            }
        }
    }

    #[test]
    fn every_other_syntax_is_rejected_with_what_to_write() {
        for (text, expected, marked) in [
            ("", "must begin with `/`", "^"),
            ("orders", "write `/orders`", "^"),
            ("/a//b", "empty path segment", "  ^^"),
            ("//", "empty path segment", "^^"),
            ("/{id", "`{` without `}`", " ^"),
            ("/id}", "`}` without `{`", "   ^"),
            ("/{id}.json", "a whole segment", " ^"),
            ("/{a}-{b}", "a whole segment", " ^"),
            ("/{}", "requires a name", " ^^"),
            ("/{+}", "requires a name", " ^^^"),
            ("/{a b}", "letters, digits", "  ^^^"),
            ("/{id:[0-9]}", "letters, digits", "  ^^^^^^^^"),
            ("/{*rest}", "as `{rest+}`", " ^^^^^^^"),
            ("/files/*", "as `{rest+}`", "       ^"),
            ("/orders/:id", "as `{id}`", "        ^^^"),
            ("/{all+}/x", "must be the last", " ^^^^^^"),
            ("/{all+}/", "must be the last", " ^^^^^^"),
            ("/{id}/x/{id}", "two parameters named `id`", "         ^^"),
            ("/a?b=c", "`#[query]`", "  ^"),
            ("/a#b", "a fragment", "  ^"),
            ("/straße", "percent-encode it", "     ^"),
            ("/é ", "percent-encode it", " ^"),
            ("/a b", "percent-encode it", "  ^"),
        ] {
            let message = RoutePath::parse(text).expect_err(text).describe(text);
            assert!(message.contains(expected), "{text}: {message}");
            let line = message.lines().last().unwrap_or_default();
            assert_eq!(line, format!("    {marked}"), "{message}");
        }
    }
}
