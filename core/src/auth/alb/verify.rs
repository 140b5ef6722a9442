//! From a request to an identity.

use super::{
    AlbOidc, Keys, MAX_LEEWAY, Settings,
    arn::LoadBalancer,
    claims::{Claims, instant},
    token::{Header, Token, is_uuid},
};
use crate::{
    Invocation, Request,
    auth::{
        Authenticator, Identity, IdentityKind, Refusal, Scheme, TestKeys,
        identity::RawClaims,
        jwt::{Algorithm, KeySet},
        keys::{Url, UrlError},
    },
    event::Source,
};
use std::{sync::Arc, time::SystemTime};

impl Authenticator for AlbOidc {
    fn scheme(&self) -> Scheme {
        let scheme = Scheme::new(self.0.name.clone(), self.0.credential.clone());
        match &self.0.realm {
            Some(realm) => scheme.realm(realm.clone()),
            None => scheme,
        }
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
        self.0.authenticate(request).await
    }

    fn faults(&self) -> Vec<String> {
        self.0.faults()
    }

    fn with_test_keys(&self, keys: &TestKeys) -> Option<Self> {
        let issuer = LoadBalancer::read(&keys.issuer)?;
        if !self.0.signers.contains(&issuer) {
            return None;
        }
        let set = Arc::new(KeySet::read(keys.jwks.as_bytes())?);
        Some(self.clone().change(|settings| {
            settings.keys = Keys::Set(set);
            if let Some(now) = keys.now {
                settings.set_clock(Arc::new(move || now));
            }
        }))
    }
}

impl Settings {
    async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
        let token = self.credential.read(request)?;
        match Invocation::of(request).source() {
            Some(Source::Alb | Source::AlbMultiValue) | None => {}
            Some(_) => return Err(Refusal::UntrustedSource),
        }
        let now = (self.clock)();
        let token = Token::read(token)?;
        let header = Header::read(&token.header)?;
        // Strangers' tokens end here, so that they cause no fetch.
        let signer = self.admit(&header, now)?;
        let kid = header.kid.ok_or(Refusal::MalformedKeyId)?.get();
        if !is_uuid(&kid) {
            return Err(Refusal::MalformedKeyId);
        }
        self.verify(&token, signer, &kid).await?;
        let identity = self.identity(&header, &token.payload, now)?;
        match self.check.as_ref().map(|check| check(&identity)) {
            // That would let the next authenticator have a look.
            Some(Err(Refusal::Absent)) => Err(Refusal::NotAccepted),
            Some(Err(refusal)) => Err(refusal),
            Some(Ok(())) | None => Ok(identity),
        }
    }

    /// Whether the header is of a token that is let in if it is genuine; and who says to have
    /// signed it.
    fn admit(&self, header: &Header<'_>, now: SystemTime) -> Result<&LoadBalancer, Refusal> {
        let signer = header.signer.ok_or(Refusal::MalformedHeader)?;
        let mut signers = self.signers.iter();
        let signer = signers.find(|known| signer.is(&known.arn));
        let signer = signer.ok_or(Refusal::WrongSigner)?;
        let client = header.client.ok_or(Refusal::MalformedHeader)?;
        let is_client = |known: &String| !known.is_empty() && client.is(known);
        if !self.any_client && !self.clients.iter().any(is_client) {
            return Err(Refusal::WrongClient);
        }
        let issuer = header.issuer.ok_or(Refusal::MalformedHeader)?;
        if let Some(known) = &self.issuer
            && !issuer.is(known)
        {
            return Err(Refusal::UnknownIssuer);
        }
        let expires = header.expires.ok_or(Refusal::NoExpiry)?;
        let expires = instant(expires).ok_or(Refusal::MalformedHeader)?;
        self.unexpired(expires, now)?;
        Ok(signer)
    }

    fn unexpired(&self, expires: SystemTime, now: SystemTime) -> Result<(), Refusal> {
        match expires.checked_add(self.expiry_leeway.min(MAX_LEEWAY)) {
            Some(end) if now < end => Ok(()),
            _ => Err(Refusal::Expired),
        }
    }

    async fn verify(
        &self,
        token: &Token<'_>,
        signer: &LoadBalancer,
        kid: &str,
    ) -> Result<(), Refusal> {
        match &self.keys {
            Keys::Fetched(keys) => {
                let url = self.url(signer, kid).ok_or(Refusal::KeysUnavailable)?;
                let key = keys.get(&url, self.parse()).await?;
                key.verify(token.signed, &token.signature)?;
                keys.prove(&url);
                Ok(())
            }
            Keys::Given(keys) => {
                let key = keys.iter().find(|(id, _)| id == kid);
                let key = key.and_then(|(_, key)| key.as_ref());
                let key = key.ok_or(Refusal::UnknownKey)?;
                key.verify(token.signed, &token.signature)
            }
            Keys::Set(keys) => keys.find(Some(kid), Algorithm::Es256)?.verify(
                Algorithm::Es256,
                token.signed,
                &token.signature,
            ),
        }
    }

    pub(super) fn url(&self, signer: &LoadBalancer, kid: &str) -> Option<String> {
        let base = match &self.keys_url {
            Some(url) => url.clone(),
            None => signer.keys()?,
        };
        Some(format!("{}/{kid}", base.trim_end_matches('/')))
    }

    pub(super) fn parse(&self) -> fn(&str) -> Result<Url, UrlError> {
        if self.loopback {
            Url::parse_loopback_allowed
        } else {
            Url::parse
        }
    }

    /// Whom a genuine token is about.
    fn identity(
        &self,
        header: &Header<'_>,
        payload: &[u8],
        now: SystemTime,
    ) -> Result<Identity, Refusal> {
        let claims = Claims::read(payload, self.groups_claim.path())?;
        if let Some(expires) = claims.expires {
            self.unexpired(expires, now)?;
        }
        if let Some(begins) = claims.begins
            && now
                .checked_add(self.leeway.min(MAX_LEEWAY))
                .is_none_or(|soon| soon < begins)
        {
            return Err(Refusal::NotYetValid);
        }
        if let (Some(known), Some(issuer)) = (&self.issuer, claims.issuer)
            && !issuer.is(known)
        {
            return Err(Refusal::UnknownIssuer);
        }
        let subject = claims.subject.ok_or(Refusal::NoSubject)?.get();
        if subject.is_empty() {
            return Err(Refusal::NoSubject);
        }
        let issuer = header.issuer.ok_or(Refusal::MalformedHeader)?.get();
        Ok(Identity::new(subject)
            .with_issuer(issuer)
            .with_lists(None, Some(self.groups_claim.list(claims.groups())))
            .with_kind(IdentityKind::AlbOidc)
            .with_raw_claims(RawClaims::Json(claims.json.into())))
    }
}
