//! Parses the attribute's arguments: `GET "/orders/{id}", public, scopes("a b"), timeout = "3s"`, also
//! `GET | POST "/a" | "/b"` and `fallback`.

use super::{
    access::{Access, Rule},
    document::{self, DocumentOptions},
    timeout::Timeout,
};
use crate::{error_store::ErrorStore, krate::Krate, suggest::similar};
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{Ident, LitStr, Token, ext::IdentExt, parse::ParseStream, parse::Parser};

const METHODS: [&str; 8] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY",
];
const OPTIONS: [&str; 15] = [
    "public",
    "scopes",
    "groups",
    "guard",
    "authenticator",
    "timeout",
    "operation_id",
    "summary",
    "tag",
    "deprecated",
    "hidden",
    "returns",
    "response",
    "example",
    "crate",
];
const EXAMPLE: &str = "`#[api_handler(GET \"/orders/{id}\")]`";
const NO_PATH: &str =
    "expected a path as a string literal after the method: `#[api_handler(GET \"/orders/{id}\")]`";
/// Replaces method and path.
const FALLBACK: &str = "fallback";
const SEVERAL: &str = "write all methods before all paths: `GET | POST \"/a\" | \"/b\"`";
const LIST: &str = "`public`, `scopes(\"..\")`, `groups(\"..\")`, `guard = path`, \
                    `authenticator = \"..\"`, `timeout = \"3s\"`, `operation_id = \"..\"`, \
                    `summary = \"..\"`, `tag = \"..\"`, `deprecated`, `hidden`, `returns = Type`, \
                    `response(404, Type, \"..\")`, `example = path` or `crate = path`";

/// The options of a handler that could be parsed.
#[derive(Default)]
pub(crate) struct Options {
    /// Empty for a fallback.
    pub(crate) methods: Vec<String>,
    pub(crate) paths: Vec<LitStr>,
    pub(crate) fallback: bool,
    pub(crate) access: Access,
    pub(crate) timeout: Option<Timeout>,
    pub(crate) document: DocumentOptions,
    pub(crate) krate: Krate,
}

impl Options {
    pub(crate) fn read(tokens: TokenStream, errors: &mut ErrorStore) -> Self {
        let mut options = Self::default();
        let result = (|input: ParseStream<'_>| options.parse(input, errors)).parse2(tokens);
        errors.keep(result);
        options
    }

    fn parse(&mut self, input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<()> {
        if is_fallback(input) {
            self.parse_fallback(input, errors)?;
        } else {
            self.parse_methods(input, errors)?;
            self.parse_paths(input, errors)?;
        }
        while !input.is_empty() {
            if !input.peek(Token![,]) {
                return Err(input.error(format!("expected `,` and an option: {LIST}")));
            }
            input.parse::<Token![,]>()?;
            if !input.is_empty() {
                self.parse_option(input, errors)?;
            }
        }
        Ok(())
    }

    fn parse_fallback(
        &mut self,
        input: ParseStream<'_>,
        errors: &mut ErrorStore,
    ) -> syn::Result<()> {
        let name = input.call(Ident::parse_any)?;
        self.fallback = true;
        if name != FALLBACK {
            errors.add(name.span(), format!("write `{FALLBACK}`"));
        }
        if input.peek(LitStr) || input.peek(Token![|]) {
            return Err(input.error("`fallback` takes no method and no path"));
        }
        Ok(())
    }

    fn parse_methods(
        &mut self,
        input: ParseStream<'_>,
        errors: &mut ErrorStore,
    ) -> syn::Result<()> {
        loop {
            let method = self.parse_method(input, errors)?;
            if input.is_empty() {
                return Err(syn::Error::new(method.span(), NO_PATH));
            }
            if !input.peek(Token![|]) {
                return Ok(());
            }
            input.parse::<Token![|]>()?;
        }
    }

    fn parse_method(
        &mut self,
        input: ParseStream<'_>,
        errors: &mut ErrorStore,
    ) -> syn::Result<Ident> {
        if input.is_empty() {
            let message = format!("write the method and the path: {EXAMPLE}");
            return Err(syn::Error::new(Span::call_site(), message));
        }
        if input.peek(LitStr) {
            let path: LitStr = input.parse()?;
            let message = format!("write the method before the path: `GET {:?}`", path.value());
            return Err(syn::Error::new(path.span(), message));
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("expected a method and a path: {EXAMPLE}")));
        }
        let method = input.call(Ident::parse_any)?;
        let name = method.to_string();
        if !METHODS.contains(&name.as_str()) {
            let advice = match similar(&name, METHODS) {
                Some(meant) => format!("write `{meant}`"),
                None => format!("write one of {}", METHODS.join(", ")),
            };
            errors.add(
                method.span(),
                format!("`{method}` is not a supported HTTP method: {advice}"),
            );
        } else if self.methods.contains(&name) {
            errors.add(method.span(), format!("`{name}` is repeated"));
        } else if let Some(other) = self.methods.first()
            && (name == "ANY" || other == "ANY")
        {
            errors.add(method.span(), "`ANY` cannot be combined with other methods");
        }
        self.methods.push(name);
        Ok(method)
    }

    fn parse_paths(&mut self, input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<()> {
        self.reject_listed_methods(input)?;
        if input.peek(Token![,]) && input.peek2(LitStr) {
            let comma: Token![,] = input.parse()?;
            errors.add(
                comma.spans[0],
                format!("unexpected `,` between the method and the path: {EXAMPLE}"),
            );
        }
        if !input.peek(LitStr) {
            return Err(input.error(NO_PATH));
        }
        self.paths.push(input.parse()?);
        while input.peek(Token![|]) {
            input.parse::<Token![|]>()?;
            if !input.peek(LitStr) {
                return Err(input.error(format!(
                    "expected another path as a string literal: {SEVERAL}"
                )));
            }
            self.paths.push(input.parse()?);
        }
        Ok(())
    }

    /// Rejects `GET, POST "/a"` and other separators.
    fn reject_listed_methods(&self, input: ParseStream<'_>) -> syn::Result<()> {
        let ahead = input.fork();
        if !ahead.peek(Ident::peek_any) {
            ahead.parse::<TokenTree>().ok();
        }
        let second = ahead.call(Ident::parse_any).ok();
        let Some(second) = second.filter(|second| METHODS.iter().any(|known| second == known))
        else {
            return Ok(());
        };
        let first = self.methods.last().map_or("GET", String::as_str);
        let path = match ahead.parse::<LitStr>() {
            Ok(path) => path.value(),
            Err(_) => "/orders".to_owned(),
        };
        let message = format!("separate several methods with `|`: `{first} | {second} {path:?}`");
        Err(syn::Error::new(second.span(), message))
    }

    fn parse_option(&mut self, input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("expected an option: {LIST}")));
        }
        let name = input.call(Ident::parse_any)?;
        match name.to_string().as_str() {
            "public" => {
                self.access.set_public(name.span(), errors);
                if !input.is_empty() && !input.peek(Token![,]) {
                    return Err(input.error("`public` takes no value"));
                }
            }
            "scopes" => {
                let rule = Rule::parse(&name, input, errors)?;
                self.access.set_scopes(rule, errors);
            }
            "groups" => {
                let rule = Rule::parse(&name, input, errors)?;
                self.access.set_groups(rule, errors);
            }
            "guard" => self.access.parse_guard(&name, input, errors)?,
            "authenticator" => self.access.parse_authenticator(&name, input, errors)?,
            "timeout" => {
                if self.timeout.is_some() {
                    errors.add(name.span(), "`timeout` is repeated");
                }
                self.timeout = Some(Timeout::parse(&name, input, errors)?);
            }
            "crate" => {
                if self.krate.is_set() {
                    errors.add(name.span(), "`crate` is repeated");
                }
                self.krate = Krate::parse_value(input)?;
            }
            word if document::NAMES.contains(&word) => {
                self.document.parse(&name, input, errors)?;
            }
            other => {
                let meant = match similar(other, OPTIONS) {
                    Some(meant) => format!("; did you mean `{meant}`?"),
                    None => String::new(),
                };
                errors.add(
                    name.span(),
                    format!("unknown option `{other}`: expected {LIST}{meant}"),
                );
                skip_value(input)?;
            }
        }
        Ok(())
    }
}

/// Whether the input begins with `fallback` or a misspelling of it.
fn is_fallback(input: ParseStream<'_>) -> bool {
    let name = input.fork().call(Ident::parse_any);
    name.is_ok_and(|name| similar(&name.to_string(), [FALLBACK]).is_some())
}

/// Skips the value of an unknown option, to find further errors.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Options, Vec<String>) {
        let mut errors = ErrorStore::default();
        let tokens = text.parse().expect("tokens");
        let options = Options::read(tokens, &mut errors);
        (options, errors.messages())
    }

    #[test]
    fn all_options_are_read() {
        let (options, errors) = read(
            r#"GET "/a", scopes("a b", "c"), groups(any("x", "y")), guard = own::check,
                authenticator = "staff", timeout = "1500ms", crate = my::api,"#,
        );
        assert_eq!(errors, [""; 0]);
        assert_eq!(options.methods, ["GET"]);
        assert_eq!(options.paths[0].value(), "/a");
        let scopes = options.access.scopes.expect("scopes");
        assert_eq!(
            (scopes.any, scopes.names),
            (false, vec!["a".into(), "b".into(), "c".into()])
        );
        let groups = options.access.groups.expect("groups");
        assert_eq!(
            (groups.any, groups.names),
            (true, vec!["x".into(), "y".into()])
        );
        assert!(options.access.guard.is_some());
        let authenticator = options.access.authenticator.expect("an authenticator");
        assert_eq!(authenticator.value(), "staff");
        assert_eq!(options.timeout.expect("a timeout").millis, 1500);
        assert!(options.krate.is_set());
    }

    #[test]
    fn the_options_of_the_document_are_read() {
        let (options, errors) = read(
            r#"GET "/a", operation_id = "getA", summary = "Gets a", tag = "a", tag = "b", hidden,
                deprecated, returns = Json<A<'a>>, response(404, "none"), example = self::a,
                response(409, Json<B>, "taken",),"#,
        );
        assert_eq!(errors, [""; 0]);
        let document = options.document;
        assert_eq!(document.operation_id.as_deref(), Some("getA"));
        assert_eq!(document.summary.as_deref(), Some("Gets a"));
        assert_eq!(document.tags, ["a", "b"]);
        assert!(document.hidden && document.deprecated);
        assert!(document.returns.is_some() && document.example.is_some());
        let responses = document.responses.iter();
        let responses = responses.map(|one| (one.status, one.ty.is_some(), one.text.as_str()));
        assert_eq!(
            responses.collect::<Vec<_>>(),
            [(404, false, "none"), (409, true, "taken")]
        );
    }

    #[test]
    fn several_methods_and_paths_are_read() {
        let (options, errors) = read(r#"GET | POST "/a" | "/b" | "/{c}", public"#);
        assert_eq!(errors, [""; 0]);
        assert_eq!(options.methods, ["GET", "POST"]);
        let paths: Vec<_> = options.paths.iter().map(LitStr::value).collect();
        assert_eq!(paths, ["/a", "/b", "/{c}"]);
        assert!(options.access.public && !options.fallback);
    }

    #[test]
    fn a_fallback_has_options_and_no_method_or_path() {
        let (options, errors) = read(r#"fallback, public, timeout = "1s""#);
        assert_eq!(errors, [""; 0]);
        assert!(options.fallback && options.access.public && options.timeout.is_some());
        assert!(options.methods.is_empty() && options.paths.is_empty());
    }

    #[test]
    fn each_mistake_has_its_message() {
        for (text, expected) in [
            (r#"fallback "/a""#, "takes no method and no path"),
            ("fallback | GET", "takes no method and no path"),
            ("fallback public", "expected `,` and an option"),
            ("falback", "write `fallback`"),
            (r#"GET | GET "/a""#, "`GET` is repeated"),
            (r#"GET | ANY "/a""#, "`ANY` cannot be combined"),
            (r#"ANY | GET "/a""#, "`ANY` cannot be combined"),
            (r#"GET | "/a""#, "write the method before the path"),
            (r#"GET | get "/a""#, "write `GET`"),
            (
                r#"GET "/a" | POST "/b""#,
                "write all methods before all paths",
            ),
            (r#"GET "/a" |"#, "write all methods before all paths"),
            (r#"GET "/a" "/b""#, "expected `,` and an option"),
            ("", "write the method and the path"),
            (r#""/a""#, "write the method before the path: `GET \"/a\"`"),
            (r#"get "/a""#, "write `GET`"),
            (r#"FETCH "/a""#, "write one of GET, POST"),
            (r#"GET, "/a""#, "unexpected `,` between"),
            (
                r#"GET, POST "/a""#,
                "separate several methods with `|`: `GET | POST \"/a\"`",
            ),
            (r#"GET POST "/a""#, "separate several methods"),
            (r#"GET / POST "/a""#, "separate several methods"),
            ("GET", "expected a path as a string literal"),
            ("GET /a", "expected a path as a string literal"),
            (r#"GET "/a" public"#, "expected `,` and an option"),
            (r#"GET "/a", publik"#, "did you mean `public`?"),
            (r#"GET "/a", public = true"#, "`public` takes no value"),
            (r#"GET "/a", public, public"#, "`public` is repeated"),
            (
                r#"GET "/a", public, scopes("a")"#,
                "`public` cannot be combined with an access rule",
            ),
            (
                r#"GET "/a", groups("a"), public"#,
                "`public` cannot be combined with an access rule",
            ),
            (
                r#"GET "/a", scopes("a"), scopes("b")"#,
                "`scopes` is repeated",
            ),
            (
                r#"GET "/a", public, guard = a"#,
                "`public` cannot be combined with an access rule",
            ),
            (r#"GET "/a", guard = a, guard = b"#, "`guard` is repeated"),
            (r#"GET "/a", guard"#, "write `guard = path::to::function`"),
            (
                r#"GET "/a", guard("a")"#,
                "write `guard = path::to::function`",
            ),
            (
                r#"GET "/a", guard = || true"#,
                "write `guard = path::to::function`",
            ),
            (
                r#"GET "/a", authenticator"#,
                "write `authenticator = \"..\"`",
            ),
            (r#"GET "/a", authenticator = staff"#, "a string literal"),
            (r#"GET "/a", authenticator = """#, "name is empty"),
            (r#"GET "/a", scopes = "a""#, "write `scopes(\"..\")`"),
            (r#"GET "/a", scopes()"#, "at least one scope"),
            (r#"GET "/a", scopes("")"#, "at least one scope"),
            (r#"GET "/a", scopes(any())"#, "at least one scope"),
            (r#"GET "/a", scopes("a", "a")"#, "`a` is repeated"),
            (r#"GET "/a", scopes(any("a b"))"#, "one name per literal"),
            (
                r#"GET "/a", scopes(any("a"), "b")"#,
                "`any(..)` cannot be combined with other names",
            ),
            (
                r#"GET "/a", scopes("a", any("b"))"#,
                "expected a string literal",
            ),
            (r#"GET "/a", scopes(one("b"))"#, "expected a string literal"),
            (r#"GET "/a", timeout"#, "write `timeout = \"3s\"`"),
            (r#"GET "/a", timeout("3s")"#, "write `timeout = \"3s\"`"),
            (r#"GET "/a", timeout = 3"#, "a string literal"),
            (r#"GET "/a", timeout = """#, "a whole number and a unit"),
            (r#"GET "/a", timeout = "3""#, "a whole number and a unit"),
            (r#"GET "/a", timeout = "s""#, "a whole number and a unit"),
            (r#"GET "/a", timeout = "-3s""#, "a whole number and a unit"),
            (r#"GET "/a", timeout = "1.5s""#, "a whole number and a unit"),
            (
                r#"GET "/a", timeout = "3 sec""#,
                "expected `ms`, `s` or `m`",
            ),
            (r#"GET "/a", timeout = "0s""#, "greater than zero"),
            (r#"GET "/a", timeout = "16m""#, "15 minutes"),
            (r#"GET "/a", timeout = "901s""#, "15 minutes"),
            (
                r#"GET "/a", timeout = "99999999999999999999s""#,
                "15 minutes",
            ),
            (
                r#"GET "/a", timeout = "1s", timeout = "2s""#,
                "`timeout` is repeated",
            ),
            (r#"GET "/a", sumary = "a""#, "did you mean `summary`?"),
            (r#"GET "/a", tags = "a""#, "did you mean `tag`?"),
            (r#"GET "/a", operation_id"#, "write `operation_id = \"..\"`"),
            (r#"GET "/a", operation_id = a"#, "a string literal"),
            (
                r#"GET "/a", operation_id = """#,
                "text of `operation_id` is empty",
            ),
            (r#"GET "/a", operation_id = "a b""#, "has letters, digits"),
            (
                r#"GET "/a", operation_id = "a", operation_id = "b""#,
                "`operation_id` is repeated",
            ),
            (r#"GET "/a", summary("a")"#, "write `summary = \"..\"`"),
            (r#"GET "/a", summary = "a\nb""#, "a summary is one line"),
            (
                r#"GET "/a", summary = "a", summary = "b""#,
                "`summary` is repeated",
            ),
            (r#"GET "/a", tag = " ""#, "text of `tag` is empty"),
            (r#"GET "/a", tag = "a", tag = "a""#, "`a` is repeated"),
            (r#"GET "/a", hidden = true"#, "`hidden` takes no value"),
            (r#"GET "/a", hidden, hidden"#, "`hidden` is repeated"),
            (
                r#"GET "/a", deprecated("a")"#,
                "`deprecated` takes no value",
            ),
            (r#"GET "/a", returns"#, "write `returns = Type`"),
            (r#"GET "/a", returns = "a""#, "write `returns = Type`"),
            (r#"GET "/a", returns = impl A"#, "name the type"),
            (
                r#"GET "/a", returns = A, returns = B"#,
                "`returns` is repeated",
            ),
            (
                r#"GET "/a", response = 404"#,
                "write `response(404, \"..\")`",
            ),
            (r#"GET "/a", response()"#, "expected a status"),
            (r#"GET "/a", response("a")"#, "expected a status"),
            (r#"GET "/a", response(99, "a")"#, "expected 200 to 599"),
            (r#"GET "/a", response(404)"#, "expected `,`"),
            (
                r#"GET "/a", response(404, "")"#,
                "text of `response` is empty",
            ),
            (r#"GET "/a", response(404, A)"#, "expected `,`"),
            (
                r#"GET "/a", response(404, A, 7)"#,
                "a text as a string literal",
            ),
            (r#"GET "/a", response(404, "a", A)"#, "unexpected tokens"),
            (r#"GET "/a", response(404, impl A, "a")"#, "name the type"),
            (
                r#"GET "/a", response(404, "a"), response(404, A, "b")"#,
                "the response 404 is repeated",
            ),
            (
                r#"GET "/a", example"#,
                "write `example = path::to::constant`",
            ),
            (
                r#"GET "/a", example = 7"#,
                "write `example = path::to::constant`",
            ),
            (r#"GET "/a", example = a()"#, "without calling it"),
            (
                r#"GET "/a", example = a + b"#,
                "write `example = path::to::constant`",
            ),
            (
                r#"GET "/a", example = a, example = b"#,
                "`example` is repeated",
            ),
            (r#"GET "/a", crate"#, "expected `crate = path`"),
            (r#"GET "/a", crate = a, crate = b"#, "`crate` is repeated"),
        ] {
            let (_, errors) = read(text);
            assert!(
                matches!(&errors[..], [one] if one.contains(expected)),
                "{text}: {errors:?}"
            );
        }
    }

    #[test]
    fn the_options_behind_an_unknown_one_are_read_too() {
        let (options, errors) = read(r#"GET "/a", auth(none), publik = 1, scopes("a")"#);
        assert_eq!(errors.len(), 2);
        assert!(options.access.scopes.is_some());
    }
}
