//! The path of an event as received, and the public URL that it belongs to.

use super::{
    Source, detect,
    shared::Shared,
    uri::{Form, Stripped, encoded},
};
use http::uri::Authority;
use std::ops::Range;

/// The path that a gateway sent, and the prefix that was removed to get the path of the request.
#[derive(Default)]
pub(crate) struct Received {
    path: Shared,
    form: Form,
    /// The length of the prefix that is not part of the request's path.
    taken: usize,
    /// The position of the stage in that prefix.
    stage: Option<Range<usize>>,
}

/// What a gateway states about the URL that was called.
#[derive(Clone, Copy)]
pub(crate) struct Called<'a> {
    pub(crate) source: Source,
    pub(crate) domain: Option<&'a str>,
    pub(crate) stage: Option<&'a str>,
    /// `requestContext.path`: at a REST API, the path of the URL that the client called.
    pub(crate) path: Option<&'a str>,
}

impl Received {
    pub(super) fn new(path: Shared, form: Form, stripped: &Stripped<'_>) -> Self {
        Self {
            path,
            form,
            taken: stripped.taken,
            stage: stripped.stage.clone(),
        }
    }

    /// The path of a request that does not come from an event.
    pub(crate) fn without_event(path: &str) -> Self {
        Self {
            path: Shared::copy(path),
            ..Self::default()
        }
    }

    pub(crate) fn path(&self) -> &str {
        self.path.as_str()
    }

    /// Returns what precedes the path of the request in the URL that the client called, encoded as
    /// in a URI.
    pub(crate) fn prefix(&self, called: Called<'_>) -> String {
        let path = self.path();
        let (taken, own) = path.split_at_checked(self.taken).unwrap_or((path, ""));
        let is_custom = called.domain.is_some_and(|domain| !is_gateways(domain));
        let prefix = match called.source {
            Source::RestApi => match called.path.and_then(|whole| before(whole, own)) {
                Some(before) => before.to_owned(),
                None => match called.stage.filter(|stage| is_segment(stage)) {
                    Some(stage) if !is_custom => format!("/{stage}{taken}"),
                    _ => taken.to_owned(),
                },
            },
            // With a custom domain, the stage in the path comes from the gateway and not from the
            // client.
            Source::HttpApi | Source::HttpApiV1 if is_custom => match &self.stage {
                Some(stage) => [taken.get(..stage.start), taken.get(stage.end..)]
                    .into_iter()
                    .flatten()
                    .collect(),
                None => taken.to_owned(),
            },
            _ => taken.to_owned(),
        };
        encoded(&prefix, self.form).into_owned()
    }
}

/// Returns the part of a path before `own`, its end. A link must not begin with two slashes: the
/// text after them would be a host.
fn before<'w>(whole: &'w str, own: &str) -> Option<&'w str> {
    let before = match own {
        "" | "/" => whole,
        own => whole.strip_suffix(own)?,
    };
    let before = before.trim_end_matches('/');
    let is_path = before.is_empty() || before.starts_with('/') && !before.starts_with("//");
    is_path.then_some(before)
}

fn is_segment(stage: &str) -> bool {
    !stage.is_empty() && !stage.contains('/')
}

/// The URL of a domain: `http` on this machine, where no gateway terminates TLS.
pub(crate) fn origin(domain: &str) -> Option<String> {
    let authority: Authority = domain.parse().ok()?;
    if domain.contains('@') {
        return None;
    }
    let is_here = matches!(authority.host(), "localhost" | "127.0.0.1" | "[::1]");
    let scheme = if is_here { "http" } else { "https" };
    Some(format!("{scheme}://{domain}"))
}

/// Whether API Gateway assigned this domain, on which every path begins with the named stage.
pub(super) fn is_gateways(domain: &str) -> bool {
    detect::contains(domain, ".execute-api.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rest_base_path_is_found_in_the_whole_path() {
        for (whole, own, expected) in [
            ("/prod/orders", "/orders", Some("/prod")),
            ("/prod/", "/", Some("/prod")),
            ("/prod", "/", Some("/prod")),
            ("/v1", "", Some("/v1")),
            ("/", "/", Some("")),
            ("/orders", "/orders", Some("")),
            ("/prod/a b", "/a%20b", None),
            ("prod/orders", "/orders", None),
            ("//evil.example/orders", "/orders", None),
        ] {
            assert_eq!(before(whole, own), expected, "{whole} {own}");
        }
    }

    #[test]
    fn an_origin_is_https_but_on_this_machine() {
        for (domain, expected) in [
            ("api.example.com", Some("https://api.example.com")),
            ("localhost", Some("http://localhost")),
            ("127.0.0.1:9000", Some("http://127.0.0.1:9000")),
            (
                "localhost.example.com",
                Some("https://localhost.example.com"),
            ),
            ("user@example.com", None),
            ("example.com/path", None),
            ("a b", None),
            ("", None),
        ] {
            assert_eq!(origin(domain).as_deref(), expected, "{domain}");
        }
    }
}
