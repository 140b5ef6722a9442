//! Tokens of OpenID Connect and Cognito: their issuer, and their audience or client.

use super::{
    super::{AuthError, Identity, list_claim::ListClaim},
    claims::Payload,
    common::Common,
    header::Header,
    verifier::{Issuer, Profile},
};
use base64_simd::Base64;
use std::sync::Arc;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Usage {
    /// The audience is in `aud`.
    Audience,
    /// An access token of Cognito: the client is in `client_id`.
    CognitoAccess,
    /// An ID token of Cognito: the client is in `aud`.
    CognitoId,
}

/// Tokens whose claims name the issuer: those of OpenID Connect and Cognito.
pub(super) struct Issued {
    pub(super) authenticator: Arc<str>,
    pub(super) issuers: Vec<Issuer>,
    pub(super) usage: Usage,
    pub(super) scopes: ListClaim,
}

impl Profile for Issued {
    const BASE64: &'static Base64 = &base64_simd::URL_SAFE_NO_PAD;

    fn issuers(&self) -> &[Issuer] {
        &self.issuers
    }

    /// By `iss` ([RFC 7519, section 4.1.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.1)).
    fn issuer(&self, _: &Header<'_>, payload: &Payload<'_>) -> Result<&Issuer, AuthError> {
        let name = payload.string("iss")?.ok_or(AuthError::UnknownIssuer)?;
        self.issuers
            .iter()
            .find(|issuer| issuer.name == name)
            .ok_or(AuthError::UnknownIssuer)
    }

    fn identity(
        &self,
        _: &Header<'_>,
        payload: &Payload<'_>,
        issuer: &Issuer,
        common: &Common,
    ) -> Result<Identity, AuthError> {
        payload.form()?;
        self.usage.check(payload, issuer.parties.as_deref())?;
        let scopes = self.scopes.is_named().then(|| self.scopes.path());
        Ok(Identity::of_token(
            payload.subject()?.into_owned(),
            issuer.name.clone(),
            &self.authenticator,
            self.scopes.list(payload.scopes(scopes)),
            common.groups.list(payload.groups(common.groups.path())),
            payload.text,
        ))
    }
}

impl Usage {
    fn check(self, payload: &Payload<'_>, parties: Option<&[String]>) -> Result<(), AuthError> {
        let (known, rejection) = match self {
            Self::Audience => (payload.is_for(parties)?, AuthError::WrongAudience),
            Self::CognitoId => {
                check_token_use(payload, "id")?;
                (payload.is_for_client(parties)?, AuthError::WrongClient)
            }
            Self::CognitoAccess => {
                check_token_use(payload, "access")?;
                // `aud` is present if the token is for a resource, and must have the right type.
                payload.is_for(None)?;
                (payload.is_of(parties)?, AuthError::WrongClient)
            }
        };
        if known { Ok(()) } else { Err(rejection) }
    }
}

fn check_token_use(payload: &Payload<'_>, expected: &str) -> Result<(), AuthError> {
    match payload.string("token_use")? {
        Some(token_use) if token_use == expected => Ok(()),
        _ => Err(AuthError::WrongTokenUse),
    }
}
