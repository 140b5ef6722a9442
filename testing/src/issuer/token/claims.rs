//! The claims and headers that each kind of issuer puts into its tokens.

use super::{TestToken, Usage, change, signing::Signing};
use crate::issuer::{
    encoding::{sha256, uuid},
    profile::Kind,
};
use serde_json::{Map, Value};

type Members = Map<String, Value>;

impl TestToken {
    pub(super) fn claim_members(&self) -> Members {
        let mut claims = Members::new();
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("iss", self.iss());
        set("sub", self.subject.as_str().into());
        set("exp", self.times.expires.into());
        if let Some(not_before) = self.times.not_before {
            set("nbf", not_before.into());
        }
        if let Some(scopes) = &self.settings.scopes {
            set("scope", scopes.as_str().into());
        }
        match &self.issuer.profile.kind {
            Kind::Oidc => self.oidc(set),
            Kind::Cognito => self.cognito(set),
            Kind::Alb { .. } => self.alb(set),
        }
        change(&mut claims, &self.claims);
        claims
    }

    fn oidc<R>(&self, mut set: impl FnMut(&str, Value) -> R) {
        self.issued(&mut set);
        set("aud", self.aud());
        if self.usage == Usage::Access {
            // RFC 9068, section 2.2.
            set("client_id", "test-client".into());
        }
        self.grouped("groups", set);
    }

    /// [Access](https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html)
    /// and [ID tokens](https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html).
    fn cognito<R>(&self, mut set: impl FnMut(&str, Value) -> R) {
        self.issued(&mut set);
        set("origin_jti", self.identifier("origin_jti").into());
        set("event_id", self.identifier("event_id").into());
        match self.usage {
            Usage::Access => {
                set("token_use", "access".into());
                set("client_id", self.aud());
                set("username", self.subject.as_str().into());
                set("version", 2.into());
                if self.settings.scopes.is_none() {
                    set("scope", "aws.cognito.signin.user.admin".into());
                }
            }
            Usage::Id => {
                set("token_use", "id".into());
                set("aud", self.aud());
                set("cognito:username", self.subject.as_str().into());
                set("email_verified", true.into());
            }
        }
        self.grouped("cognito:groups", set);
    }

    fn alb<R>(&self, mut set: impl FnMut(&str, Value) -> R) {
        set("username", self.subject.as_str().into());
        self.grouped("groups", set);
    }

    fn issued<R>(&self, set: &mut impl FnMut(&str, Value) -> R) {
        set("iat", self.times.issued.into());
        set("auth_time", self.times.issued.into());
        set("jti", self.identifier("jti").into());
    }

    fn grouped<R>(&self, name: &str, mut set: impl FnMut(&str, Value) -> R) {
        if let Some(groups) = &self.settings.groups {
            set(name, groups.as_slice().into());
        }
    }

    pub(super) fn header_with(&self, signing: &Signing) -> Members {
        let mut header = Members::new();
        let mut set = |name: &str, value: Value| header.insert(name.to_owned(), value);
        set("alg", signing.alg().into());
        set("kid", signing.kid().into());
        if self.forgery.encrypted {
            set("alg", "RSA-OAEP-256".into());
            set("enc", "A256GCM".into());
        }
        match &self.issuer.profile.kind {
            Kind::Cognito => {}
            Kind::Oidc => {
                set("typ", "JWT".into());
            }
            Kind::Alb { signer } => {
                set("typ", "JWT".into());
                set("iss", self.iss());
                set("client", self.aud());
                set("signer", signer.as_str().into());
                set("exp", self.times.expires.into());
            }
        }
        change(&mut header, &self.header);
        for name in &self.forgery.without_header {
            header.remove(name);
        }
        header
    }

    fn iss(&self) -> Value {
        let issuer = self.settings.issuer.clone();
        issuer.unwrap_or_else(|| self.issuer.issuer_url().into())
    }

    fn aud(&self) -> Value {
        let audience = self.settings.audience.clone();
        audience.unwrap_or_else(|| self.issuer.audience.as_str().into())
    }

    /// An identifier that no other token of this issuer has.
    fn identifier(&self, what: &str) -> String {
        let (name, number) = (self.issuer.profile.name(), self.number);
        uuid(sha256(&format!("{name} {number} {what}")))
    }
}
