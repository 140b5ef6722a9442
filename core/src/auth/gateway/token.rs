//! What the claims of a token say, once a gateway has made strings of them or has not.

use super::{
    lists::Lists,
    object::{Object, text, texts},
};
use crate::auth::{
    Identity, IdentityKind, Refusal,
    identity::RawClaims,
    list_claim::{List, ListClaim, Said},
    names::Names,
    pool::Pool,
};
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
    /// How lists became strings; `None` when all claims have the types that they have in the token.
    pub(super) lists: Option<Lists>,
}

/// Where scopes and groups stand.
#[derive(Clone, Debug)]
pub(super) struct ListClaims {
    pub(super) scopes: ListClaim,
    pub(super) groups: ListClaim,
}

impl Default for ListClaims {
    fn default() -> Self {
        Self {
            scopes: ListClaim::usual("scope"),
            groups: ListClaim::usual(COGNITO_GROUPS),
        }
    }
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
            lists: Some(lists),
        }))
    }

    /// The token of a REST API, which has two authorizers that write to one place.
    ///
    /// The Cognito authorizer makes strings of all claims, the JWT authorizer leaves them their types:
    /// so a claim that is no string, `exp` of each token, tells that the types are those of the token.
    pub(super) fn find_in_rest_api(holder: &Object<'a>) -> Result<Option<Self>, Refusal> {
        let token = Self::find(holder, Lists::Commas)?;
        Ok(token.map(|token| {
            let is_typed = |(_, value): (&str, &RawValue)| !value.get().starts_with('"');
            let lists = match token.claims.members().any(is_typed) {
                true => None,
                false => token.lists,
            };
            Self { lists, ..token }
        }))
    }

    pub(super) fn is_typed(&self) -> bool {
        self.lists.is_none()
    }

    pub(super) fn issuer(&self) -> Option<String> {
        self.claims.string("iss")
    }

    /// Whether it is of a user pool of Cognito.
    pub(super) fn is_of_pool(&self) -> bool {
        let issuer = self.issuer();
        issuer.as_deref().and_then(Pool::of).is_some()
    }

    /// The identity of the token.
    pub(super) fn identity(
        self,
        kind: IdentityKind,
        claims: &ListClaims,
    ) -> Result<Identity, Refusal> {
        let subject = match (self.lists, self.claims.get("sub")) {
            // A number is not who a string is.
            (None, Some(sub)) if !sub.get().starts_with('"') => None,
            _ => self.claims.string("sub"),
        };
        let subject = subject.ok_or(Refusal::NoSubject)?;
        let scopes = self.scopes(&claims.scopes)?;
        let groups = &claims.groups;
        let groups = groups.list(self.names(groups.path(), groups.is_named(), false)?);
        let json = self.json.get().into();
        let mut identity = Identity::new(subject)
            .with_kind(kind)
            .with_lists(Some(scopes), Some(groups))
            .with_raw_claims(match self.lists {
                Some(lists) => RawClaims::Stringified(json, lists),
                None => RawClaims::Json(json),
            });
        if let Some(issuer) = self.issuer() {
            identity = identity.with_issuer(issuer);
        }
        Ok(identity)
    }

    /// The scopes of the token: those of the claim that was named, or of the usual ones; and only
    /// where it has none of these, those that the gateway lists. It lists them where the route asks
    /// for scopes, and it is not documented whether these are the token's or the route's.
    fn scopes(&self, claim: &ListClaim) -> Result<List, Refusal> {
        let mut said = self.names(claim.path(), claim.is_named(), true)?;
        if !claim.is_named() {
            if said == Said::Nothing {
                said = self.names("scp", false, true)?;
            }
            if let (Said::Nothing, Some(scopes)) = (&said, self.scopes) {
                let scopes = texts(scopes);
                said = Said::Names(named(scopes.iter().map(|scope| &**scope)));
            }
        }
        Ok(claim.list(said))
    }

    /// The names in a claim: an array of strings, or a string, which has several where they are
    /// `spaced`, or where a gateway has made it of an array.
    fn names(&self, path: &str, is_named: bool, spaced: bool) -> Result<Said, Refusal> {
        let Some(value) = self.claims.claim(path)? else {
            return Ok(Said::Nothing);
        };
        if value.get() == "null" {
            return Ok(Said::Nothing);
        }
        if !value.get().starts_with('"') {
            let strings: Result<Vec<String>, _> = serde_json::from_str(value.get());
            return Ok(match strings {
                Ok(strings) => Said::Names(named(strings.iter().map(String::as_str))),
                Err(_) => Said::Unreadable,
            });
        }
        let Some(text) = text(&value) else {
            return Ok(Said::Unreadable);
        };
        Ok(Said::Names(match (self.lists, spaced) {
            (None, true) => named(text.split(' ')),
            (None, false) => named([&*text]),
            // Usual scopes are no list: a name may have a comma in it.
            (Some(Lists::Commas), true) if is_named => named(text.split([',', ' '])),
            (Some(lists), true) => named(lists.words(&text)),
            (Some(lists), false) => named(lists.split(&text)),
        }))
    }
}

fn named<'t>(texts: impl IntoIterator<Item = &'t str>) -> Names {
    let texts = texts.into_iter().filter(|text| !text.is_empty());
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn identity(lists: Lists, holder: &Value) -> Result<Identity, Refusal> {
        let json = holder.to_string();
        let holder = Object::read(&json).unwrap().unwrap();
        match Token::find(&holder, lists)? {
            Some(token) => token.identity(IdentityKind::JwtAuthorizer, &ListClaims::default()),
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
