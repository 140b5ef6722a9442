//! The text of `--as`.

use super::{
    Iam, LocalCaller,
    members::{Members, Rest, members, texts},
};
use crate::auth::gateway::IamIdentity;
use serde_json::{Map, Value};

/// What there is, with an example of each.
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
        read: cognito,
    },
    Kind {
        names: &["jwt"],
        needs: "the subject of a token, and its claims",
        example: "jwt:alice,scope=orders/read,email=alice@example.com",
        read: jwt,
    },
    Kind {
        names: &["lambda"],
        needs: "the principal that a Lambda authorizer names, and what else it says",
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
    /// The error is what was found.
    read: fn(&str) -> Result<LocalCaller, String>,
}

pub(super) fn parse(text: &str) -> Result<LocalCaller, String> {
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

/// The names of users and sessions may have `,` and `=` in them, so that only these few names count
/// as what follows the ARN.
fn iam(text: &str) -> Result<LocalCaller, String> {
    let mut iam = Iam::default();
    let mut arn = text;
    while let Some((before, (name, value))) = arn
        .rsplit_once(',')
        .and_then(|(before, last)| Some((before, last.split_once('=')?)))
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
    if !is_identity(arn) {
        return Err(format!("{arn:?}"));
    }
    arn.clone_into(&mut iam.arn);
    Ok(LocalCaller::Iam(iam))
}

/// Whether an authenticator can read this ARN, and the account in it is one.
fn is_identity(arn: &str) -> bool {
    let account = arn.split(':').nth(4).unwrap_or_default();
    account.len() == 12 && IamIdentity::new(arn.to_owned()).is_some()
}

fn cognito(text: &str) -> Result<LocalCaller, String> {
    Ok(LocalCaller::cognito(claims(text)?.into()))
}

fn jwt(text: &str) -> Result<LocalCaller, String> {
    let claims = claims(text)?;
    let scopes = scopes(&claims);
    Ok(LocalCaller::jwt(claims.into(), scopes))
}

/// The claims of a token; an object is taken as it is.
fn claims(text: &str) -> Result<Map<String, Value>, String> {
    let Members { name, rest } = members(text)?;
    let mut claims = match rest {
        Rest::Object(claims) => claims,
        Rest::Pairs(pairs) => named_claims(pairs),
    };
    if claims.insert("sub".to_owned(), name.into()).is_some() {
        return Err("`sub` twice: the subject is what comes first".to_owned());
    }
    Ok(claims)
}

fn named_claims(pairs: Vec<(String, String)>) -> Map<String, Value> {
    let mut claims = Map::new();
    let (mut groups, mut scopes, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for (name, value) in pairs {
        match name.as_str() {
            "groups" | "cognito:groups" => groups.push(Value::String(value)),
            "scope" | "scopes" => scopes.push(value),
            _ => others.push((name, value)),
        }
    }
    // A list even when there is one: that is how tokens have it.
    if !groups.is_empty() {
        claims.insert("cognito:groups".to_owned(), groups.into());
    }
    if !scopes.is_empty() {
        claims.insert("scope".to_owned(), scopes.join(" ").into());
    }
    claims.extend(texts(others));
    // Gateways treat these two as what they are in a token: numbers.
    for name in ["exp", "iat"] {
        if let Some(value) = claims.get_mut(name)
            && let Some(seconds) = value.as_str().and_then(|text| text.parse::<u64>().ok())
        {
            *value = seconds.into();
        }
    }
    claims
}

/// As the JWT authorizer finds them: in `scope`, separated by spaces, or in `scp`.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>.
pub(in super::super) fn scopes(claims: &Map<String, Value>) -> Vec<String> {
    let split = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::String(text)) => split(text),
        Some(Value::Array(values)) => {
            let texts = values.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn lambda(text: &str) -> Result<LocalCaller, String> {
    let Members { name, rest } = members(text)?;
    let context = match rest {
        Rest::Object(context) => context,
        Rest::Pairs(pairs) => texts(pairs),
    };
    Ok(LocalCaller::Lambda {
        principal: name,
        context: context.into(),
    })
}

/// All of it is the subject, which has `,` and `=` in it.
fn certificate(text: &str) -> Result<LocalCaller, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok(LocalCaller::Certificate {
                subject: text.to_owned(),
            })
        }
        _ => Err(format!("{text:?}")),
    }
}

fn api_key(text: &str) -> Result<LocalCaller, String> {
    if text.is_empty() || text.contains([',', '=']) {
        return Err(format!("{text:?}"));
    }
    Ok(LocalCaller::ApiKey {
        id: text.to_owned(),
    })
}
