//! What the claims of a token say, once a gateway has made strings of them.

use super::{
    lists::Lists,
    object::{Object, text, texts},
};
use crate::auth::{Identity, IdentityKind, Refusal, identity::RawClaims};
use serde_json::value::RawValue;

/// The claim in which a token of a user pool has the groups.
pub(super) const COGNITO_GROUPS: &str = "cognito:groups";

/// A token that a gateway has verified.
pub(super) struct Token<'a> {
    /// The claims as they stand in the event.
    pub(super) json: &'a RawValue,
    pub(super) claims: Object<'a>,
    /// The list of scopes that stands beside them.
    pub(super) scopes: Option<&'a RawValue>,
    pub(super) lists: Lists,
}

impl<'a> Token<'a> {
    /// The token of an object with `claims` in it, and `scopes` perhaps.
    ///
    /// Claims are an object: a Lambda authorizer may well say something of that name, but in
    /// payload format 1.0 it says who its principal is besides.
    pub(super) fn find(holder: &Object<'a>, lists: Lists) -> Result<Option<Self>, Refusal> {
        let Some(json) = holder.get("claims") else {
            return Ok(None);
        };
        if holder.get("principalId").is_some() {
            return Ok(None);
        }
        Ok(Object::read(json.get())?.map(|claims| Self {
            json,
            claims,
            scopes: holder.get("scopes"),
            lists,
        }))
    }

    pub(super) fn issuer(&self) -> Option<String> {
        self.claims.string("iss")
    }

    /// The identity of the token, its groups in this claim.
    pub(super) fn identity(self, kind: IdentityKind, groups: &str) -> Result<Identity, Refusal> {
        let subject = self.claims.string("sub").ok_or(Refusal::NoSubject)?;
        let mut identity = Identity::new(subject)
            .with_kind(kind)
            .with_scopes(self.scopes())
            .with_groups(self.groups(groups))
            .with_raw_claims(RawClaims::Stringified(self.json.get().into(), self.lists));
        if let Some(issuer) = self.issuer() {
            identity = identity.with_issuer(issuer);
        }
        Ok(identity)
    }

    /// The scopes of the token: those of its claims, and only where it has none of them, those that
    /// the gateway lists. It lists them where the route asks for scopes, and it is not documented
    /// whether these are the token's or the route's.
    fn scopes(&self) -> Vec<String> {
        let claim = ["scope", "scp"]
            .into_iter()
            .find_map(|name| self.claims.get(name));
        match (claim, self.scopes) {
            (Some(claim), _) => match text(claim) {
                Some(scopes) => owned(self.lists.words(&scopes)),
                None => owned(texts(claim).iter().map(|scope| &**scope)),
            },
            (None, Some(scopes)) => owned(texts(scopes).iter().map(|scope| &**scope)),
            (None, None) => Vec::new(),
        }
    }

    fn groups(&self, name: &str) -> Vec<String> {
        let Some(claim) = self.claims.get(name) else {
            return Vec::new();
        };
        match text(claim) {
            Some(groups) => owned(self.lists.split(&groups)),
            None => owned(texts(claim).iter().map(|group| &**group)),
        }
    }
}

fn owned<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let texts = texts.into_iter().filter(|text| !text.is_empty());
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn identity(lists: Lists, holder: &Value) -> Result<Identity, Refusal> {
        let json = holder.to_string();
        let holder = Object::read(&json).unwrap().unwrap();
        match Token::find(&holder, lists)? {
            Some(token) => token.identity(IdentityKind::JwtAuthorizer, COGNITO_GROUPS),
            None => Err(Refusal::Absent),
        }
    }

    #[test]
    fn scopes_and_groups_are_read_from_whatever_was_made_of_them() {
        let (commas, brackets) = (Lists::Commas, Lists::Brackets);
        for (lists, holder, scopes, groups) in [
            (
                commas,
                json!({"claims": {"cognito:groups": "a,b", "scope": "x y"}}),
                vec!["x", "y"],
                vec!["a", "b"],
            ),
            (
                brackets,
                json!({"claims": {"cognito:groups": "[a b]", "scope": "x y"}, "scopes": null}),
                vec!["x", "y"],
                vec!["a", "b"],
            ),
            (
                brackets,
                json!({"claims": {"cognito:groups": ["a", "b c"], "scp": "[x y]"}}),
                vec!["x", "y"],
                vec!["a", "b c"],
            ),
            (
                brackets,
                json!({"claims": {"cognito:groups": "a", "scp": ["x", "y z"]}}),
                vec!["x", "y z"],
                vec!["a"],
            ),
            (
                brackets,
                json!({"claims": {"cognito:groups": {"a": 1}}, "scopes": ["x", 7, null]}),
                vec!["x", "7"],
                vec![],
            ),
            // What the token says goes before what the route may have asked for.
            (
                brackets,
                json!({"claims": {"scope": "x"}, "scopes": ["x", "y"]}),
                vec!["x"],
                vec![],
            ),
            (commas, json!({"claims": {}}), vec![], vec![]),
        ] {
            let mut holder = holder;
            holder["claims"]["sub"] = "alice".into();
            let identity = identity(lists, &holder).unwrap();
            assert_eq!(identity.scopes().collect::<Vec<_>>(), scopes, "{holder}");
            assert_eq!(identity.groups().collect::<Vec<_>>(), groups, "{holder}");
        }
    }

    #[test]
    fn claims_without_a_subject_make_nobody() {
        for (holder, refusal) in [
            (json!({"claims": {"iss": "x"}}), Refusal::NoSubject),
            (json!({"claims": {"sub": ""}}), Refusal::NoSubject),
            (json!({"claims": {"sub": null}}), Refusal::NoSubject),
            (json!({"claims": {"sub": ["alice"]}}), Refusal::NoSubject),
            (json!({"claims": null, "scopes": null}), Refusal::Absent),
            (json!({"claims": "{\"sub\":\"alice\"}"}), Refusal::Absent),
            (
                json!({"claims": {"sub": "alice"}, "principalId": "x"}),
                Refusal::Absent,
            ),
            (json!({"scopes": ["x"]}), Refusal::Absent),
        ] {
            assert_eq!(
                identity(Lists::Brackets, &holder).unwrap_err(),
                refusal,
                "{holder}"
            );
        }
    }
}
