//! From a token to an identity.

use super::{
    super::{Identity, IdentityKind, Refusal, identity::RawClaims, keys::Clock},
    VerifiedTokens, base64url,
    claims::{Leeway, Payload},
    compact::{self, Compact},
    header::HeaderRules,
    source::Source,
};
use std::{
    borrow::Cow,
    future::{Future, poll_fn},
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::Poll,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A check of one's own.
pub(super) type Check = Arc<dyn Fn(&Identity) -> Result<(), Refusal> + Send + Sync>;

/// What is verified, and how.
pub(super) struct Verifier {
    pub(super) name: Arc<str>,
    pub(super) issuers: Vec<Issuer>,
    pub(super) usage: Usage,
    pub(super) header: HeaderRules,
    pub(super) leeway: Leeway,
    pub(super) groups: Cow<'static, str>,
    pub(super) check: Option<Check>,
    pub(super) clock: Clock,
    pub(super) cache: Option<VerifiedTokens>,
    /// What is wrong with the settings. When there is anything, everything is refused.
    pub(super) faults: Vec<String>,
}

/// An issuer that is trusted.
pub(super) struct Issuer {
    /// Its `iss`, to the letter.
    pub(super) name: String,
    pub(super) source: Source,
    /// The audiences or clients that are let in; `None` stands for all.
    pub(super) parties: Option<Arc<[String]>>,
    /// Whether its keys are fetched before they are needed.
    pub(super) ahead: bool,
}

/// What a token has to be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Usage {
    /// The audience stands in `aud`.
    Audience,
    /// An access token of Cognito: the client stands in `client_id`.
    CognitoAccess,
    /// An ID token of Cognito: the client stands in `aud`.
    CognitoId,
}

impl Verifier {
    /// Makes an identity of a token.
    pub(super) async fn verify(&self, token: &str) -> Result<Identity, Refusal> {
        if !self.faults.is_empty() {
            return Err(Refusal::Unavailable("the verifier is not set up rightly"));
        }
        let parts = compact::split(token)?;
        let remembered = match &self.cache {
            Some(cache) => cache.get(token, (self.clock)()),
            None => None,
        };
        let identity = match remembered {
            Some(identity) => identity,
            None => {
                let (identity, valid, now) = self.verify_parts(&parts).await?;
                if let Some(cache) = &self.cache {
                    cache.put(token, identity.clone(), valid, now);
                }
                identity
            }
        };
        match &self.check {
            Some(check) => match check(&identity) {
                Ok(()) => Ok(identity),
                // That would let the next authenticator have a look.
                Err(Refusal::Absent) => Err(Refusal::NotAccepted),
                Err(refusal) => Err(refusal),
            },
            None => Ok(identity),
        }
    }

    async fn verify_parts(
        &self,
        parts: &Compact<'_>,
    ) -> Result<(Identity, Range<SystemTime>, SystemTime), Refusal> {
        let header = base64url::decode(parts.header)?;
        let header = self.header.read(&header)?;
        let payload = base64url::decode(parts.payload)?;
        let payload = Payload::read(&payload, &self.groups)?;
        let issuer = self.issuer(&payload)?;
        let signature = base64url::decode(parts.signature)?;

        let kid = header.kid.as_deref();
        issuer
            .source
            .keys(kid)
            .await?
            .find(kid, header.algorithm)?
            .verify(header.algorithm, parts.signed.as_bytes(), &signature)?;

        // From here on, the claims are the issuer's.
        let now = (self.clock)();
        let valid = payload.valid(now, self.leeway)?;
        payload.form()?;
        self.check_usage(&payload, issuer)?;
        let identity = Identity::new(payload.subject()?.get())
            .with_kind(IdentityKind::Jwt)
            .with_issuer(issuer.name.as_str())
            .with_scopes(payload.scopes()?)
            .with_groups(payload.groups()?)
            .with_raw_claims(RawClaims::Json(payload.text.into()))
            .by(&self.name);
        Ok((identity, valid, now))
    }

    /// The issuer that the payload names: nobody is asked for keys who is not on the list
    /// ([RFC 8725, section 3.8](https://www.rfc-editor.org/rfc/rfc8725#section-3.8)).
    fn issuer(&self, payload: &Payload<'_>) -> Result<&Issuer, Refusal> {
        let name = payload.issuer()?;
        self.issuers
            .iter()
            .find(|issuer| name.is(&issuer.name))
            .ok_or(Refusal::UnknownIssuer)
    }

    fn check_usage(&self, payload: &Payload<'_>, issuer: &Issuer) -> Result<(), Refusal> {
        let parties = issuer.parties.as_deref();
        let (known, refusal) = match self.usage {
            Usage::Audience => (payload.is_for(parties)?, Refusal::WrongAudience),
            Usage::CognitoId => {
                check_token_use(payload, "id")?;
                (payload.is_for_client(parties)?, Refusal::WrongClient)
            }
            Usage::CognitoAccess => {
                check_token_use(payload, "access")?;
                // `aud` is there when the token is for a resource, and has to have the right type.
                payload.is_for(None)?;
                (payload.is_of(parties)?, Refusal::WrongClient)
            }
        };
        if known { Ok(()) } else { Err(refusal) }
    }

    /// Fetches the keys of all issuers at once.
    pub(super) async fn prepare(&self) {
        let mut fetches: Vec<Pin<Box<dyn Future<Output = ()> + Send + '_>>> = Vec::new();
        for issuer in self.issuers.iter().filter(|issuer| issuer.ahead) {
            fetches.push(Box::pin(issuer.source.prepare()));
        }
        poll_fn(|context| {
            fetches.retain_mut(|fetch| fetch.as_mut().poll(context).is_pending());
            if fetches.is_empty() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

fn check_token_use(payload: &Payload<'_>, expected: &str) -> Result<(), Refusal> {
    match payload.token_use()? {
        Some(token_use) if token_use.is(expected) => Ok(()),
        _ => Err(Refusal::WrongTokenUse),
    }
}

impl Payload<'_> {
    /// From when to when the token is good; now is within that.
    fn valid(&self, now: SystemTime, leeway: Leeway) -> Result<Range<SystemTime>, Refusal> {
        let now = now
            .duration_since(UNIX_EPOCH)
            .map_err(|_| Refusal::Unavailable("the clock is before 1970"))?;
        let Range { start, end } = self.period(now, leeway)?;
        let time = |since: Duration| UNIX_EPOCH.checked_add(since);
        match (time(start), time(end)) {
            (Some(start), Some(end)) => Ok(start..end),
            _ => Err(Refusal::MalformedClaims),
        }
    }
}
