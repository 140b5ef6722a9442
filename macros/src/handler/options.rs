//! What stands in the attribute: `GET "/orders/{id}", public, scopes("a b"), timeout = "3s"`, also
//! `GET | POST "/a" | "/b"` and `fallback`.

use super::{
    access::{Access, Rule},
    timeout::Timeout,
};
use crate::{faults::Faults, krate::Krate, similar::similar};
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{Ident, LitStr, Token, ext::IdentExt, parse::ParseStream, parse::Parser};

const METHODS: [&str; 8] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY",
];
const OPTIONS: [&str; 7] = [
    "public",
    "scopes",
    "groups",
    "guard",
    "authenticator",
    "timeout",
    "crate",
];
const EXAMPLE: &str = "`#[api_handler(GET \"/orders/{id}\")]`";
const NO_PATH: &str =
    "after the method comes the path, a string literal: `#[api_handler(GET \"/orders/{id}\")]`";
/// Instead of method and path.
const FALLBACK: &str = "fallback";
const SEVERAL: &str = "all methods stand before all paths: `GET | POST \"/a\" | \"/b\"`";
const LIST: &str = "`public`, `scopes(\"..\")`, `groups(\"..\")`, `guard = path`, \
                    `authenticator = \"..\"`, `timeout = \"3s\"` or `crate = path`";

/// The options of one handler, as far as they could be read.
#[derive(Default)]
pub(crate) struct Options {
    /// None, of a fallback.
    pub(crate) methods: Vec<String>,
    pub(crate) paths: Vec<LitStr>,
    pub(crate) fallback: bool,
    pub(crate) access: Access,
    pub(crate) timeout: Option<Timeout>,
    pub(crate) krate: Krate,
}

impl Options {
    pub(crate) fn read(tokens: TokenStream, faults: &mut Faults) -> Self {
        let mut options = Self::default();
        let result = (|input: ParseStream<'_>| options.parse(input, faults)).parse2(tokens);
        faults.keep(result);
        options
    }

    fn parse(&mut self, input: ParseStream<'_>, faults: &mut Faults) -> syn::Result<()> {
        if is_fallback(input) {
            self.parse_fallback(input, faults)?;
        } else {
            self.parse_methods(input, faults)?;
            self.parse_paths(input, faults)?;
        }
        while !input.is_empty() {
            if !input.peek(Token![,]) {
                return Err(input.error(format!("expected `,` and an option: {LIST}")));
            }
            input.parse::<Token![,]>()?;
            if !input.is_empty() {
                self.parse_option(input, faults)?;
            }
        }
        Ok(())
    }

    fn parse_fallback(&mut self, input: ParseStream<'_>, faults: &mut Faults) -> syn::Result<()> {
        let name = input.call(Ident::parse_any)?;
        self.fallback = true;
        if name != FALLBACK {
            faults.add(name.span(), format!("write `{FALLBACK}`"));
        }
        if input.peek(LitStr) || input.peek(Token![|]) {
            return Err(input.error(
                "a fallback answers every method and every path that no route has: it names none",
            ));
        }
        Ok(())
    }

    fn parse_methods(&mut self, input: ParseStream<'_>, faults: &mut Faults) -> syn::Result<()> {
        loop {
            let method = self.parse_method(input, faults)?;
            if input.is_empty() {
                return Err(syn::Error::new(method.span(), NO_PATH));
            }
            if !input.peek(Token![|]) {
                return Ok(());
            }
            input.parse::<Token![|]>()?;
        }
    }

    fn parse_method(&mut self, input: ParseStream<'_>, faults: &mut Faults) -> syn::Result<Ident> {
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
            faults.add(
                method.span(),
                format!("`{method}` is no method of an API: {advice}"),
            );
        } else if self.methods.contains(&name) {
            faults.add(method.span(), format!("`{name}` is named twice"));
        } else if let Some(other) = self.methods.first()
            && (name == "ANY" || other == "ANY")
        {
            faults.add(
                method.span(),
                "`ANY` is every method: no other one stands beside it",
            );
        }
        self.methods.push(name);
        Ok(method)
    }

    fn parse_paths(&mut self, input: ParseStream<'_>, faults: &mut Faults) -> syn::Result<()> {
        self.refuse_listed_methods(input)?;
        if input.peek(Token![,]) && input.peek2(LitStr) {
            let comma: Token![,] = input.parse()?;
            faults.add(
                comma.spans[0],
                format!("no comma between the method and the path: {EXAMPLE}"),
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
                    "expected another path, a string literal: {SEVERAL}"
                )));
            }
            self.paths.push(input.parse()?);
        }
        Ok(())
    }

    /// Refuses `GET, POST "/a"`, and the like with another separator.
    fn refuse_listed_methods(&self, input: ParseStream<'_>) -> syn::Result<()> {
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
        let message = format!("several methods are written `{first} | {second} {path:?}`");
        Err(syn::Error::new(second.span(), message))
    }

    fn parse_option(&mut self, input: ParseStream<'_>, faults: &mut Faults) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("expected an option: {LIST}")));
        }
        let name = input.call(Ident::parse_any)?;
        match name.to_string().as_str() {
            "public" => {
                self.access.set_public(name.span(), faults);
                if !input.is_empty() && !input.peek(Token![,]) {
                    return Err(input.error("`public` takes no value"));
                }
            }
            "scopes" => {
                let rule = Rule::parse(&name, input, faults)?;
                self.access.set_scopes(rule, faults);
            }
            "groups" => {
                let rule = Rule::parse(&name, input, faults)?;
                self.access.set_groups(rule, faults);
            }
            "guard" => self.access.parse_guard(&name, input, faults)?,
            "authenticator" => self.access.parse_authenticator(&name, input, faults)?,
            "timeout" => {
                if self.timeout.is_some() {
                    faults.add(name.span(), "`timeout` is given twice");
                }
                self.timeout = Some(Timeout::parse(&name, input, faults)?);
            }
            "crate" => {
                if self.krate.is_set() {
                    faults.add(name.span(), "`crate` is given twice");
                }
                self.krate = Krate::parse_value(input)?;
            }
            other => {
                let meant = match similar(other, OPTIONS) {
                    Some(meant) => format!("; did you mean `{meant}`?"),
                    None => String::new(),
                };
                faults.add(
                    name.span(),
                    format!("unknown option `{other}`: expected {LIST}{meant}"),
                );
                skip_value(input)?;
            }
        }
        Ok(())
    }
}

/// Whether a fallback is meant, misspelt or not.
fn is_fallback(input: ParseStream<'_>) -> bool {
    let name = input.fork().call(Ident::parse_any);
    name.is_ok_and(|name| similar(&name.to_string(), [FALLBACK]).is_some())
}

/// Goes on behind an option that nobody knows, to find what else is wrong.
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
        let mut faults = Faults::default();
        let tokens = text.parse().expect("tokens");
        let options = Options::read(tokens, &mut faults);
        (options, faults.messages())
    }

    #[test]
    fn all_options_are_read() {
        let (options, faults) = read(
            r#"GET "/a", scopes("a b", "c"), groups(any("x", "y")), guard = own::check,
                authenticator = "staff", timeout = "1500ms", crate = my::api,"#,
        );
        assert_eq!(faults, [""; 0]);
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
    fn several_methods_and_paths_are_read() {
        let (options, faults) = read(r#"GET | POST "/a" | "/b" | "/{c}", public"#);
        assert_eq!(faults, [""; 0]);
        assert_eq!(options.methods, ["GET", "POST"]);
        let paths: Vec<_> = options.paths.iter().map(LitStr::value).collect();
        assert_eq!(paths, ["/a", "/b", "/{c}"]);
        assert!(options.access.public && !options.fallback);
    }

    #[test]
    fn a_fallback_has_options_and_no_method_or_path() {
        let (options, faults) = read(r#"fallback, public, timeout = "1s""#);
        assert_eq!(faults, [""; 0]);
        assert!(options.fallback && options.access.public && options.timeout.is_some());
        assert!(options.methods.is_empty() && options.paths.is_empty());
    }

    #[test]
    fn each_mistake_has_its_message() {
        for (text, expected) in [
            (r#"fallback "/a""#, "it names none"),
            ("fallback | GET", "it names none"),
            ("fallback public", "expected `,` and an option"),
            ("falback", "write `fallback`"),
            (r#"GET | GET "/a""#, "`GET` is named twice"),
            (r#"GET | ANY "/a""#, "`ANY` is every method"),
            (r#"ANY | GET "/a""#, "`ANY` is every method"),
            (r#"GET | "/a""#, "write the method before the path"),
            (r#"GET | get "/a""#, "write `GET`"),
            (
                r#"GET "/a" | POST "/b""#,
                "all methods stand before all paths",
            ),
            (r#"GET "/a" |"#, "all methods stand before all paths"),
            (r#"GET "/a" "/b""#, "expected `,` and an option"),
            ("", "write the method and the path"),
            (r#""/a""#, "write the method before the path: `GET \"/a\"`"),
            (r#"get "/a""#, "write `GET`"),
            (r#"FETCH "/a""#, "write one of GET, POST"),
            (r#"GET, "/a""#, "no comma between"),
            (
                r#"GET, POST "/a""#,
                "several methods are written `GET | POST \"/a\"`",
            ),
            (r#"GET POST "/a""#, "several methods are written"),
            (r#"GET / POST "/a""#, "several methods are written"),
            ("GET", "after the method comes the path"),
            ("GET /a", "after the method comes the path"),
            (r#"GET "/a" public"#, "expected `,` and an option"),
            (r#"GET "/a", publik"#, "did you mean `public`?"),
            (r#"GET "/a", public = true"#, "`public` takes no value"),
            (r#"GET "/a", public, public"#, "`public` is given twice"),
            (
                r#"GET "/a", public, scopes("a")"#,
                "`public` lets everybody in",
            ),
            (
                r#"GET "/a", groups("a"), public"#,
                "`public` lets everybody in",
            ),
            (
                r#"GET "/a", scopes("a"), scopes("b")"#,
                "`scopes` is given twice",
            ),
            (
                r#"GET "/a", public, guard = a"#,
                "`public` lets everybody in",
            ),
            (
                r#"GET "/a", guard = a, guard = b"#,
                "`guard` is given twice",
            ),
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
            (r#"GET "/a", authenticator = """#, "names no authenticator"),
            (r#"GET "/a", scopes = "a""#, "write `scopes(\"..\")`"),
            (r#"GET "/a", scopes()"#, "names no scope"),
            (r#"GET "/a", scopes("")"#, "names no scope"),
            (r#"GET "/a", scopes(any())"#, "names no scope"),
            (r#"GET "/a", scopes("a", "a")"#, "`a` is named twice"),
            (
                r#"GET "/a", scopes(any("a b"))"#,
                "one name in each literal",
            ),
            (
                r#"GET "/a", scopes(any("a"), "b")"#,
                "`any(..)` stands alone",
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
            (r#"GET "/a", timeout = "3 sec""#, "write `s`, `ms` or `m`"),
            (r#"GET "/a", timeout = "0s""#, "no time at all"),
            (r#"GET "/a", timeout = "16m""#, "15 minutes"),
            (r#"GET "/a", timeout = "901s""#, "15 minutes"),
            (
                r#"GET "/a", timeout = "99999999999999999999s""#,
                "15 minutes",
            ),
            (
                r#"GET "/a", timeout = "1s", timeout = "2s""#,
                "`timeout` is given twice",
            ),
            (r#"GET "/a", crate"#, "expected `crate = path`"),
            (
                r#"GET "/a", crate = a, crate = b"#,
                "`crate` is given twice",
            ),
        ] {
            let (_, faults) = read(text);
            assert!(
                matches!(&faults[..], [one] if one.contains(expected)),
                "{text}: {faults:?}"
            );
        }
    }

    #[test]
    fn the_options_behind_an_unknown_one_are_read_too() {
        let (options, faults) = read(r#"GET "/a", auth(none), publik = 1, scopes("a")"#);
        assert_eq!(faults.len(), 2);
        assert!(options.access.scopes.is_some());
    }
}
