//! From a request to an identity.

use super::{
    AlbOidc, Keys, MAX_LEEWAY,
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
        let scheme = Scheme::new(self.name.clone(), self.credential.clone());
        match &self.realm {
            Some(realm) => scheme.realm(realm.clone()),
            None => scheme,
        }
    }

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
        if let Some(check) = &self.check {
            check(&identity)?;
        }
        Ok(identity)
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |text: String| faults.push(format!("ALB: {text}"));
        for arn in &self.arns {
            if LoadBalancer::read(arn).is_none() {
                fault(format!(
                    "`{arn}` is not the ARN of an application load balancer or of its listener"
                ));
            }
        }
        let empty = |text: &String| text.is_empty();
        if self.clients.iter().flatten().any(empty) {
            fault("the id of a client is empty".to_owned());
        }
        if self.issuer.as_ref().is_some_and(empty) {
            fault("the issuer is empty".to_owned());
        }
        for leeway in [self.leeway, self.expiry_leeway] {
            if leeway > MAX_LEEWAY {
                fault(format!(
                    "a leeway of {leeway:?} is too much: at most {MAX_LEEWAY:?} are allowed"
                ));
            }
        }
        match &self.keys {
            Keys::Fetched(_) => {
                for signer in &self.signers {
                    match self.url(signer, "00000000-0000-0000-0000-000000000000") {
                        None => fault(format!(
                            "it is not known where keys are in the partition `{}`: say it with \
                             `keys_url`",
                            signer.partition()
                        )),
                        Some(url) => {
                            if let Err(error) = self.parse()(&url) {
                                fault(format!("`keys_url`: {error}"));
                                break;
                            }
                        }
                    }
                }
            }
            Keys::Given(keys) => {
                for (id, key) in keys {
                    if !is_uuid(id) {
                        fault(format!("the id of a key is a UUID, which `{id}` is not"));
                    }
                    if key.is_none() {
                        fault(format!(
                            "the key `{id}` is not a public key on P-256 in PEM"
                        ));
                    }
                }
            }
            Keys::Set(_) => {}
        }
        faults
    }

    fn with_test_keys(&self, keys: &TestKeys) -> Option<Self> {
        let issuer = LoadBalancer::read(&keys.issuer)?;
        if !self.signers.iter().any(|signer| signer.arn == issuer.arn) {
            return None;
        }
        let mut lent = self.clone();
        lent.keys = Keys::Set(Arc::new(KeySet::read(keys.jwks.as_bytes())?));
        if let Some(now) = keys.now {
            lent.set_clock(Arc::new(move || now));
        }
        Some(lent)
    }
}

impl AlbOidc {
    /// Whether the header is of a token that is let in if it is genuine; and who says to have
    /// signed it.
    fn admit(&self, header: &Header<'_>, now: SystemTime) -> Result<&LoadBalancer, Refusal> {
        let signer = header.signer.ok_or(Refusal::MalformedHeader)?;
        let mut signers = self.signers.iter();
        let signer = signers.find(|known| signer.is(&known.arn));
        let signer = signer.ok_or(Refusal::WrongSigner)?;
        let client = header.client.ok_or(Refusal::MalformedHeader)?;
        if let Some(clients) = &self.clients
            && !clients
                .iter()
                .any(|known| !known.is_empty() && client.is(known))
        {
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

    fn url(&self, signer: &LoadBalancer, kid: &str) -> Option<String> {
        let base = match &self.keys_url {
            Some(url) => url.clone(),
            None => signer.keys()?,
        };
        Some(format!("{}/{kid}", base.trim_end_matches('/')))
    }

    fn parse(&self) -> fn(&str) -> Result<Url, UrlError> {
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
        let claims = Claims::read(payload, &self.groups_claim)?;
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
            .with_groups(claims.groups)
            .with_kind(IdentityKind::AlbOidc)
            .with_raw_claims(RawClaims::Json(claims.json.into())))
    }
}
