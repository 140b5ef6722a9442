//! The docs page of the local server, at `/_docs`, with a bar that makes tokens for it.
//!
//! Requests of the page go to this server, whatever servers the program names. The bar is there where
//! `token` makes tokens that this server accepts. Only the page itself gets one: not pages of other
//! origins, even if they may call the API. The address that the terminal shows has a key, without which there
//! are no tokens: other users of the machine and clients of a tunnel can send what a page sends.

use super::{
    log,
    token::{Issuers, Wanted},
};
use crate::{
    Api, Json, Problem, Response,
    api::written,
    docs::{Docs, Document, escaped},
    openapi::{OpenApi, Server},
    response::IntoResponse,
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt::Write as _};

/// The path of the page.
pub(super) const PATH: &str = "/_docs";

/// The path of the bar's requests below the page.
pub(super) const TOKEN: &str = "/token";

/// The header with the key of the page.
const KEY: &str = "x-docs-key";

pub(super) struct LocalDocs {
    docs: Docs,
    /// `None` if this server accepts no tokens of its own.
    issuers: Option<Issuers>,
}

/// The request of the bar.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    authenticator: String,
    subject: String,
    scopes: Vec<String>,
    groups: Vec<String>,
}

/// The response to it.
#[derive(Serialize)]
struct Made {
    token: String,
    /// How long it is valid, in seconds.
    expires_in: u64,
    warning: Option<String>,
}

impl LocalDocs {
    /// The page for an Api. `issuers` are those whose tokens this server accepts.
    ///
    /// # Errors
    /// If a route of the program has the path, or the document cannot be written.
    pub(super) fn new(api: &Api, issuers: Option<Issuers>) -> Result<Self, String> {
        let taken = api.table().into_iter().find(|route| {
            let mut segments = route.path.split(['/', ' ']).skip(1);
            Some(PATH) == segments.next().map(|first| format!("/{first}")).as_deref()
        });
        if let Some(route) = taken {
            return Err(format!(
                "note: no docs page at `{PATH}`, which is the path of {} ({})",
                route.handler, route.location
            ));
        }
        let mut document = api.openapi().map_err(|errors| {
            format!("warning: no docs page at `{PATH}`: the document cannot be written\n{errors}")
        })?;
        document.servers = vec![Server::new("/")];
        let issuers = issuers.filter(|issuers| issuers.names().next().is_some());
        let bar = issuers.as_ref().map(|issuers| bar(issuers, &document));
        let own = Document::default();
        own.set(move || Ok(written(document)));
        let mut docs = Docs::new(PATH, own);
        if let Some(bar) = bar {
            docs = docs.with_bar(bar);
        }
        Ok(Self { docs, issuers })
    }

    /// What is behind the path in the address of the page. A browser sends no fragment to a server, so the
    /// page has it from the developer alone.
    pub(super) fn fragment(&self) -> String {
        let password = self.issuers.as_ref().map(Issuers::password);
        password.map_or_else(String::new, |password| format!("#key={password}"))
    }

    /// The path below the page, if the request is for the page.
    pub(super) fn file(path: &str) -> Option<&str> {
        let file = path.strip_prefix(PATH)?;
        (file.is_empty() || file.starts_with('/')).then_some(file)
    }

    /// A file of the page.
    ///
    /// # Errors
    /// If there is no such file, or it cannot be sent.
    pub(super) fn respond(
        &self,
        method: &Method,
        headers: &HeaderMap,
        file: &str,
        query: Option<&str>,
    ) -> Result<Response, Problem> {
        self.docs.respond(method, headers, file, query, "")
    }

    /// A token for the page.
    ///
    /// # Errors
    /// If this server accepts no tokens, or the request is not one for a token.
    pub(super) async fn token(&self, request: &Request<Bytes>) -> Result<Response, Problem> {
        let Some(issuers) = &self.issuers else {
            return Err(crate::error::framework::not_found());
        };
        if request.method() != Method::POST {
            let allow = HeaderValue::from_static("POST");
            return Err(crate::error::framework::method_not_allowed(allow));
        }
        let key = request.headers().get(KEY);
        if !key.is_some_and(|key| issuers.is_password(key.as_bytes())) {
            return Err(Problem::new(StatusCode::FORBIDDEN, "docs_key").with_detail(
                "the page needs a key for tokens: open it at the address that `serve` printed, \
                 with what is behind the `#`",
            ));
        }
        let media_type = request.headers().get(CONTENT_TYPE);
        if media_type.is_none_or(|media_type| media_type != "application/json") {
            let problem =
                Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type");
            return Err(problem.with_detail("expected `content-type` to be application/json"));
        }
        let invalid = |detail: String| {
            Problem::new(StatusCode::BAD_REQUEST, "invalid_token_request").with_detail(detail)
        };
        let asked: Asked =
            serde_json::from_slice(request.body()).map_err(|error| invalid(error.to_string()))?;
        if asked.subject.is_empty() {
            return Err(invalid("a token needs a subject".to_owned()));
        }
        let authenticator = asked.authenticator;
        if !issuers.names().any(|name| name == authenticator) {
            return Err(invalid(format!(
                "no authenticator {authenticator:?} of this program takes tokens of the page, which may be \
                 that of an earlier program: load it again"
            )));
        }
        let wanted = Wanted::new(
            asked.subject,
            asked.scopes,
            asked.groups,
            authenticator.clone(),
        );
        let issued = issuers.issue(&wanted).await;
        let issued = issued.map_err(|failure| invalid(failure.0))?;
        log::line(&made(&wanted, &authenticator));
        let made = Made {
            token: issued.token,
            expires_in: wanted.lifetime.as_secs(),
            warning: issued.warning,
        };
        let mut response = Json(made).into_response();
        let never = HeaderValue::from_static("no-store");
        response.headers_mut().insert(CACHE_CONTROL, never);
        Ok(response)
    }
}

/// The line in the terminal for a token that was made: one that the developer has not asked for is seen.
fn made(wanted: &Wanted, authenticator: &str) -> String {
    let mut line = format!(
        "docs page: a token of `{authenticator}` for `{}`",
        wanted.subject
    );
    for (what, names) in [("groups", &wanted.groups), ("scopes", &wanted.scopes)] {
        if !names.is_empty() {
            let _ = write!(line, ", {what} `{}`", names.join("`, `"));
        }
    }
    log::Printable(&line).to_string()
}

/// The bar above the page. It has the names of each authenticator's security schemes in the document.
fn bar(issuers: &Issuers, document: &OpenApi) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in issuers.names() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let schemes: BTreeMap<_, _> = names
        .iter()
        .map(|name| (*name, document.schemes_of(name)))
        .collect();
    let schemes = escaped(&serde_json::json!(schemes).to_string());
    let names: Vec<_> = names.into_iter().map(escaped).collect();
    let authenticator = match names.as_slice() {
        [name] => format!("<input type=\"hidden\" name=\"authenticator\" value=\"{name}\">\n"),
        names => {
            let mut options = String::new();
            for name in names {
                let _ = write!(options, "<option>{name}</option>");
            }
            format!(
                "<label>Authenticator <select name=\"authenticator\">{options}</select></label>\n"
            )
        }
    };
    format!(
        "<div class=\"token-strip\">\n\
         <form id=\"token\" class=\"token-bar\" autocomplete=\"off\" data-url=\"{PATH}{TOKEN}\" \
         data-schemes=\"{schemes}\">\n\
         <p>A token for calls on this machine, as <code>cargo run -- token</code> prints it. No deployed \
         program accepts it.</p>\n\
         {authenticator}\
         <label>Subject <input name=\"subject\" value=\"alice\" required></label>\n\
         <label class=\"wide\">Scopes <input name=\"scopes\"></label>\n\
         <label class=\"wide\">Groups <input name=\"groups\"></label>\n\
         <button>Authorize</button>\n\
         <output name=\"result\" role=\"status\"></output>\n\
         </form>\n\
         </div>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_line_in_the_terminal() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        for (subject, scopes, groups, expected) in [
            (
                "alice",
                &[][..],
                &[][..],
                "docs page: a token of `jwt` for `alice`",
            ),
            (
                "root",
                &["a", "b"],
                &["admins"],
                "docs page: a token of `jwt` for `root`, groups `admins`, scopes `a`, `b`",
            ),
            (
                "a\nb",
                &[],
                &[],
                "docs page: a token of `jwt` for `a\\u{a}b`",
            ),
        ] {
            let wanted = Wanted::new(
                subject.to_owned(),
                names(scopes),
                names(groups),
                "jwt".to_owned(),
            );
            assert_eq!(made(&wanted, "jwt"), expected);
        }
    }
}
