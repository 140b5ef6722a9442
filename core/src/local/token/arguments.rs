//! The options of `token`.

use super::super::option::{doubled_option, option, unexpected, value};
use serde_json::{Map, Value};
use std::time::Duration;

/// The default lifetime of a token.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The longest lifetime of a token.
const MAX_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Claims that are set by options, or that change what a token is valid for.
const OWN: [&str; 8] = [
    "iss",
    "sub",
    "aud",
    "client_id",
    "token_use",
    "iat",
    "nbf",
    "exp",
];

/// The contents of a token.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(
    not(all(debug_assertions, feature = "jwt")),
    allow(dead_code, reason = "no token is made")
)]
pub(crate) struct Wanted {
    pub(crate) subject: String,
    pub(crate) groups: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) lifetime: Duration,
    pub(crate) issuer: Option<String>,
    pub(crate) client: Option<String>,
}

#[cfg(feature = "docs")]
impl Wanted {
    /// A token of an authenticator, as the docs page asks for it.
    pub(in super::super) fn new(
        subject: String,
        scopes: Vec<String>,
        groups: Vec<String>,
        authenticator: String,
    ) -> Self {
        Self {
            subject,
            groups,
            scopes,
            claims: Map::new(),
            lifetime: LIFETIME,
            issuer: Some(authenticator),
            client: None,
        }
    }
}

/// Parses the arguments after `token`.
pub(in super::super) fn parse(mut arguments: &[&str]) -> Result<Wanted, String> {
    let (mut subject, mut lifetime, mut issuer, mut client) = (None, None, None, None);
    let (mut groups, mut scopes, mut claims) = (Vec::new(), Vec::new(), Map::new());
    while let [argument, rest @ ..] = arguments {
        if !argument.starts_with('-') && subject.is_none() {
            subject = Some((*argument).to_owned());
            arguments = rest;
            continue;
        }
        let (name, inline) = option(argument);
        let names = [
            "--groups",
            "--scopes",
            "--claim",
            "--expires-in",
            "--issuer",
            "--client",
        ];
        if !names.contains(&name) {
            return Err(unexpected("token", argument));
        }
        let (value, rest) = value(name, inline, rest)?;
        let doubled = match name {
            "--groups" => {
                groups.extend(names_in(name, value)?);
                false
            }
            "--scopes" => {
                scopes.extend(names_in(name, value)?);
                false
            }
            "--claim" => {
                let (claim, value) = parse_claim(value)?;
                claims.insert(claim, value).is_some()
            }
            "--expires-in" => lifetime.replace(parse_lifetime(value)?).is_some(),
            "--issuer" => issuer.replace(not_empty(name, value)?).is_some(),
            _ => client.replace(not_empty(name, value)?).is_some(),
        };
        if doubled {
            return Err(doubled_option(name));
        }
        arguments = rest;
    }
    let subject = subject.filter(|subject| !subject.is_empty());
    Ok(Wanted {
        subject: subject.ok_or("`token` needs a subject")?,
        groups,
        scopes,
        claims,
        lifetime: lifetime.unwrap_or(LIFETIME),
        issuer,
        client,
    })
}

/// Names, separated by commas or spaces.
fn names_in(option: &str, text: &str) -> Result<Vec<String>, String> {
    let names = text.split([',', ' ']).filter(|name| !name.is_empty());
    let names: Vec<String> = names.map(str::to_owned).collect();
    if names.is_empty() {
        return Err(format!("`{option}` needs a name, found {text:?}"));
    }
    Ok(names)
}

fn not_empty(option: &str, text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err(format!("`{option}` needs a value, found \"\""));
    }
    Ok(text.to_owned())
}

/// A claim whose value is JSON, or a text.
fn parse_claim(text: &str) -> Result<(String, Value), String> {
    let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
        return Err(format!(
            "`--claim` needs a name and a value, as in tenant=blue, found {text:?}"
        ));
    };
    if OWN.contains(&name) {
        return Err(format!(
            "`--claim` cannot set `{name}`, which the token has anyway"
        ));
    }
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((name.to_owned(), value))
}

fn parse_lifetime(text: &str) -> Result<Duration, String> {
    let unit = match text.chars().next_back() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 60 * 60,
        _ => 0,
    };
    let digits = text.get(..text.len().saturating_sub(1)).unwrap_or_default();
    let number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.then(|| digits.parse::<u64>().ok()).flatten();
    let seconds = number
        .filter(|_| unit > 0)
        .map(|number| number.saturating_mul(unit));
    let Some(seconds) = seconds else {
        return Err(format!(
            "`--expires-in` needs a time such as 90s, 30m or 8h, found {text:?}"
        ));
    };
    let lifetime = Duration::from_secs(seconds);
    if lifetime.is_zero() || lifetime > MAX_LIFETIME {
        return Err(format!(
            "`--expires-in` needs 1 second to 7 days, found {text:?}"
        ));
    }
    Ok(lifetime)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_is_described_by_options_in_any_order() {
        let line = [
            "--groups",
            "admins,staff",
            "alice",
            "--scopes=orders/read orders/write",
            "--claim",
            "tenant=blue",
            "--claim=level=3",
            "--groups",
            "more",
            "--expires-in",
            "90m",
            "--issuer",
            "https://id.example.com",
            "--client=web",
        ];
        let Value::Object(claims) = json!({"tenant": "blue", "level": 3}) else {
            unreachable!("it is an object");
        };
        let expected = Wanted {
            subject: "alice".to_owned(),
            groups: ["admins", "staff", "more"].map(str::to_owned).into(),
            scopes: ["orders/read", "orders/write"].map(str::to_owned).into(),
            claims,
            lifetime: Duration::from_secs(90 * 60),
            issuer: Some("https://id.example.com".to_owned()),
            client: Some("web".to_owned()),
        };
        assert_eq!(parse(&line), Ok(expected));
    }

    #[test]
    fn a_subject_is_enough() {
        let wanted = parse(&["alice"]).unwrap();
        assert_eq!(wanted.lifetime, LIFETIME);
        assert!(wanted.groups.is_empty() && wanted.claims.is_empty());
        assert!(parse(&[""]).is_err());
    }
}
