//! Parser for the text of `--as`.

use super::{Iam, LocalCaller};
use crate::auth::gateway::IamIdentity;
use serde_json::{Map, Value};

/// The kinds of callers.
pub(super) const KINDS: [Kind; 6] = [
    Kind {
        names: &["iam"],
        needs: "the ARN of an IAM user, or of the session of a role",
        example: "iam:arn:aws:iam::123456789012:user/alice",
        read: iam,
    },
    Kind {
        names: &["cognito"],
        needs: "the subject of a token, and its claims",
        example: "cognito:alice,groups=admins,scopes=orders/read,email=alice@example.com",
        read: |text| Ok(LocalCaller::Cognito(claims(text)?.into())),
    },
    Kind {
        names: &["jwt"],
        needs: "the subject of a token, and its claims",
        example: "jwt:alice,scope=orders/read,email=alice@example.com",
        read: jwt,
    },
    Kind {
        names: &["lambda"],
        needs: "the principal and the context of a Lambda authorizer",
        example: "lambda:alice,plan=gold",
        read: lambda,
    },
    Kind {
        names: &["certificate", "mtls"],
        needs: "the subject of a client certificate",
        example: "certificate:CN=till-7",
        read: certificate,
    },
    Kind {
        names: &["api-key"],
        needs: "the id of an API key",
        example: "api-key:a1b2c3d4e5",
        read: api_key,
    },
];

pub(super) struct Kind {
    names: &'static [&'static str],
    needs: &'static str,
    pub(super) example: &'static str,
    /// The error is what was found instead.
    read: fn(&str) -> Result<LocalCaller, String>,
}

impl LocalCaller {
    /// Parses the value of `--as`. The error says what was expected, with an example.
    pub(in super::super) fn parse(text: &str) -> Result<Self, String> {
        let named = text.split_once(':').and_then(|(name, rest)| {
            let kind = KINDS.iter().find(|kind| kind.names.contains(&name))?;
            Some((name, kind, rest))
        });
        let Some((name, kind, rest)) = named else {
            let examples = KINDS.map(|kind| format!("`{}`", kind.example)).join(", ");
            return Err(format!(
                "`--as` needs a caller of one of these kinds: {examples}; found {text:?}"
            ));
        };
        (kind.read)(rest).map_err(|found| {
            format!(
                "`--as {name}:` needs {}, such as `{}`; found {found}",
                kind.needs, kind.example
            )
        })
    }
}

/// An ARN may contain `,` and `=`: only these names are options after it.
fn iam(text: &str) -> Result<LocalCaller, String> {
    let mut iam = Iam::default();
    let mut arn = text;
    while let Some((before, option)) = arn.rsplit_once(',')
        && let Some((name, value)) = option.split_once('=')
    {
        let slot = match name {
            "organization" => &mut iam.organization,
            "access-key" => &mut iam.access_key,
            "cognito-identity" => &mut iam.cognito_identity,
            _ => break,
        };
        if value.is_empty() {
            return Err(format!("`{name}=` without a value"));
        }
        if slot.replace(value.to_owned()).is_some() {
            return Err(format!("`{name}` twice"));
        }
        arn = before;
    }
    let caller = IamIdentity::new(arn.to_owned());
    if caller.is_none_or(|caller| caller.account().len() != 12) {
        return Err(format!("{arn:?}"));
    }
    arn.clone_into(&mut iam.arn);
    Ok(LocalCaller::Iam(iam))
}

fn jwt(text: &str) -> Result<LocalCaller, String> {
    let claims = claims(text)?;
    let scopes = scopes(&claims);
    let claims = claims.into();
    Ok(LocalCaller::Jwt { claims, scopes })
}

fn claims(text: &str) -> Result<Map<String, Value>, String> {
    let (subject, mut claims) = members(text, add_claim)?;
    if claims.insert("sub".to_owned(), subject.into()).is_some() {
        return Err("`sub` twice: the subject is what comes first".to_owned());
    }
    Ok(claims)
}

fn lambda(text: &str) -> Result<LocalCaller, String> {
    let (principal, context) = members(text, add)?;
    let context = context.into();
    Ok(LocalCaller::Lambda { principal, context })
}

/// A subject contains `,` and `=`.
fn certificate(text: &str) -> Result<LocalCaller, String> {
    let pair = text.split_once('=');
    if !pair.is_some_and(|(name, value)| !name.is_empty() && !value.is_empty()) {
        return Err(format!("{text:?}"));
    }
    let subject = text.to_owned();
    Ok(LocalCaller::Certificate { subject })
}

fn api_key(text: &str) -> Result<LocalCaller, String> {
    if text.is_empty() || text.contains([',', '=']) {
        return Err(format!("{text:?}"));
    }
    let id = text.to_owned();
    Ok(LocalCaller::ApiKey { id })
}

/// Reads `alice,email=a@example.com` or `alice,{"level": 3}`. `add` adds a pair to the members; an
/// object is taken as it is.
fn members(
    text: &str,
    add: fn(&mut Map<String, Value>, &str, &str),
) -> Result<(String, Map<String, Value>), String> {
    let (name, rest) = match text.split_once(',') {
        Some((name, rest)) => (name, Some(rest.trim_start())),
        None => (text, None),
    };
    if name.is_empty() {
        return Err("no name".to_owned());
    }
    let mut members = Map::new();
    match rest {
        None => {}
        Some(json) if json.starts_with('{') => {
            members =
                serde_json::from_str(json).map_err(|error| format!("invalid JSON: {error}"))?;
        }
        Some(pairs) => {
            for pair in pairs.split(',') {
                match pair.split_once('=') {
                    Some((name, value)) if !name.is_empty() => add(&mut members, name, value),
                    _ => return Err(format!("{pair:?} without a name and `=`")),
                }
            }
        }
    }
    Ok((name.to_owned(), members))
}

/// Adds a string. Repeated names become a list.
fn add(members: &mut Map<String, Value>, name: &str, value: &str) {
    let value = Value::from(value);
    match members.get_mut(name) {
        None => {
            members.insert(name.to_owned(), value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

/// Adds a claim in the form that tokens have.
fn add_claim(claims: &mut Map<String, Value>, name: &str, value: &str) {
    match name {
        // A list even if there is one group.
        "groups" | "cognito:groups" => {
            let groups = claims
                .entry("cognito:groups")
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(groups) = groups {
                groups.push(value.into());
            }
        }
        "scope" | "scopes" => match claims.get_mut("scope") {
            Some(Value::String(scopes)) => scopes.extend([" ", value]),
            _ => add(claims, "scope", value),
        },
        "exp" | "iat" if !claims.contains_key(name) => {
            let seconds = value.parse::<u64>().map(Value::from);
            claims.insert(name.to_owned(), seconds.unwrap_or_else(|_| value.into()));
        }
        _ => add(claims, name, value),
    }
}

/// The scopes as the JWT authorizer reads them: in `scope`, separated by spaces, or in `scp`.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>.
pub(in super::super) fn scopes(claims: &Map<String, Value>) -> Vec<String> {
    match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(values)) => {
            let texts = values.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}
