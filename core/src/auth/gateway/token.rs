//! Tokens that a gateway has verified.

use super::claims_coercion::Lists;
use crate::auth::{
    AuthError, Identity, IdentityKind,
    description::Description,
    identity::RawClaims,
    json::{Object, text, texts},
    list_claim::{List, ListClaim, Said},
    names::Names,
    pool::Pool,
};
use serde_json::value::RawValue;

/// The claim with the groups in tokens of a user pool.
pub(super) const COGNITO_GROUPS: &str = "cognito:groups";

/// A token that a gateway has verified.
pub(super) struct Token<'a> {
    /// The claims as the event has them.
    pub(super) json: &'a RawValue,
    pub(super) claims: Object<'a>,
    /// The list of scopes beside the claims.
    pub(super) scopes: Option<&'a RawValue>,
    /// How lists became strings; `None` if the claims have the types of the token.
    pub(super) lists: Option<Lists>,
}

/// The claims with scopes and groups.
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

impl ListClaims {
    /// Adds the names of the claims.
    pub(super) fn describe(&self, description: Description) -> Description {
        Description {
            scopes_claim: Some(self.scopes.path().to_owned()),
            groups_claim: Some(self.groups.path().to_owned()),
            ..description
        }
    }
}

impl<'a> Token<'a> {
    /// The token in an object with `claims`, and maybe `scopes`.
    ///
    /// The context of a Lambda authorizer may have `claims` as well, but in payload format 1.0 it also
    /// has a principal.
    pub(super) fn find(holder: &Object<'a>, lists: Lists) -> Result<Option<Self>, AuthError> {
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

    /// The token in an event of a REST API, which has two authorizers that write to the same place.
    ///
    /// The Cognito authorizer turns all claims into strings, and the JWT authorizer keeps their types:
    /// a claim that is not a string, as `exp` of every token, means that the types are kept.
    pub(super) fn find_in_rest_api(holder: &Object<'a>) -> Result<Option<Self>, AuthError> {
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
        self.claims.owned_text("iss")
    }

    /// Whether the issuer is a Cognito user pool.
    pub(super) fn is_of_pool(&self) -> bool {
        let issuer = self.issuer();
        issuer.as_deref().and_then(Pool::of).is_some()
    }

    /// The identity of the token.
    pub(super) fn identity(
        self,
        kind: IdentityKind,
        claims: &ListClaims,
    ) -> Result<Identity, AuthError> {
        let subject = match (self.lists, self.claims.get("sub")) {
            // The number 7 and the string "7" are different subjects.
            (None, Some(sub)) if !sub.get().starts_with('"') => None,
            _ => self.claims.owned_text("sub"),
        };
        let subject = subject.ok_or(AuthError::NoSubject)?;
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

    /// The scopes in the configured claim, or in `scope` or `scp`. Without these, the scopes that the
    /// gateway lists if a route requires scopes: it is not documented whether they are those of the
    /// token or of the route.
    fn scopes(&self, claim: &ListClaim) -> Result<List, AuthError> {
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

    /// The names in a claim: an array of strings, or a string. A string has several names if they are
    /// `spaced`, or if a gateway has made it of an array.
    fn names(&self, path: &str, is_named: bool, spaced: bool) -> Result<Said, AuthError> {
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
            // `scope` is not a list: a name may contain a comma.
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

    fn identity(lists: Lists, holder: &Value) -> Result<Identity, AuthError> {
        let json = holder.to_string();
        let holder = Object::read(&json).unwrap().unwrap();
        match Token::find(&holder, lists)? {
            Some(token) => token.identity(IdentityKind::JwtAuthorizer, &ListClaims::default()),
            None => Err(AuthError::Absent),
        }
    }

    #[test]
    fn scopes_and_groups_are_read_in_every_form() {
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
            // The scopes of the token take precedence over those of the gateway.
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
    fn claims_without_a_subject_are_rejected() {
        for (holder, rejection) in [
            (json!({"claims": {"iss": "x"}}), AuthError::NoSubject),
            (json!({"claims": {"sub": ""}}), AuthError::NoSubject),
            (json!({"claims": {"sub": null}}), AuthError::NoSubject),
            (json!({"claims": {"sub": ["alice"]}}), AuthError::NoSubject),
            (json!({"claims": null, "scopes": null}), AuthError::Absent),
            (json!({"claims": "{\"sub\":\"alice\"}"}), AuthError::Absent),
            (
                json!({"claims": {"sub": "alice"}, "principalId": "x"}),
                AuthError::Absent,
            ),
            (json!({"scopes": ["x"]}), AuthError::Absent),
        ] {
            assert_eq!(
                identity(Lists::Brackets, &holder).unwrap_err(),
                rejection,
                "{holder}"
            );
        }
    }
}
