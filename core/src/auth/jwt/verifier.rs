//! From a token to an identity.

use super::{
    super::{AuthError, Identity},
    Key, VerifiedTokens,
    claims::Payload,
    common::Common,
    compact::{self, Compact},
    header::{Header, HeaderRules},
    source::Source,
};
use base64_simd::Base64;
use std::{
    future::{Future, poll_fn},
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::Poll,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Verifies tokens of one kind.
pub(crate) struct Verifier<P> {
    pub(crate) common: Common,
    pub(crate) header: HeaderRules,
    pub(crate) profile: P,
    pub(crate) cache: Option<VerifiedTokens>,
    /// The errors in the settings. If there are any, every token is rejected.
    pub(crate) errors: Vec<String>,
}

/// A trusted issuer.
pub(crate) struct Issuer {
    /// Its exact name in tokens.
    pub(crate) name: String,
    pub(crate) source: Source,
    /// The audiences or clients that are accepted; `None` accepts all.
    pub(crate) parties: Option<Arc<[String]>>,
    /// Whether its keys are fetched before they are needed.
    pub(crate) ahead: bool,
}

/// What differs between kinds of tokens.
pub(crate) trait Profile: Send + Sync {
    /// The encoding of the segments.
    const BASE64: &'static Base64;

    /// The issuers that are trusted.
    fn issuers(&self) -> &[Issuer];

    /// The issuer whose key must have signed the token. Nothing is verified yet; an error here keeps
    /// the token of a stranger from causing a fetch
    /// ([RFC 8725, section 3.8](https://www.rfc-editor.org/rfc/rfc8725#section-3.8)).
    fn issuer(&self, header: &Header<'_>, payload: &Payload<'_>) -> Result<&Issuer, AuthError>;

    /// When the token ends by its header, since the epoch.
    fn header_expiry(&self, _: &Header<'_>) -> Result<Option<Duration>, AuthError> {
        Ok(None)
    }

    /// Checks the audience or client of a verified token, and makes its identity.
    fn identity(
        &self,
        header: &Header<'_>,
        payload: &Payload<'_>,
        issuer: &Issuer,
        common: &Common,
    ) -> Result<Identity, AuthError>;
}

impl<P: Profile> Verifier<P> {
    /// Makes an identity of a token.
    pub(crate) async fn verify(&self, token: &str) -> Result<Identity, AuthError> {
        if !self.errors.is_empty() {
            return Err(AuthError::Unavailable("the verifier has invalid settings"));
        }
        let parts = compact::split(token)?;
        let remembered = match &self.cache {
            Some(cache) => cache.get(token, (self.common.clock)()),
            None => None,
        };
        let identity = match remembered {
            Some(identity) => identity,
            None => {
                let (identity, valid) = self.verify_anew(parts).await?;
                if let Some(cache) = &self.cache {
                    cache.put(token, identity.clone(), valid, (self.common.clock)());
                }
                identity
            }
        };
        match self.common.check.as_ref().map(|check| check(&identity)) {
            // That would let the next authenticator try.
            Some(Err(AuthError::Absent)) => Err(AuthError::NotAccepted),
            Some(Err(rejection)) => Err(rejection),
            Some(Ok(())) | None => Ok(identity),
        }
    }

    async fn verify_anew(
        &self,
        token: Compact<'_>,
    ) -> Result<(Identity, Range<SystemTime>), AuthError> {
        let decode = |segment| compact::decode_as(P::BASE64, segment);
        let header = decode(token.header)?;
        let header = self.header.read(&header)?;
        let payload = decode(token.payload)?;
        let payload = Payload::read(&payload)?;
        let issuer = self.profile.issuer(&header, &payload)?;
        let header_expiry = self.profile.header_expiry(&header)?;
        let leeway = self.common.leeway;
        if let Some(end) = header_expiry {
            leeway.check_end(end, self.now()?)?;
        }
        let signature = decode(token.signature)?;

        self.key(issuer, &header).await?.verify(
            header.algorithm,
            token.signed.as_bytes(),
            &signature,
        )?;
        issuer.source.proven(header.kid.as_deref());

        // From here on, the claims are the issuer's.
        let Range { start, end } = payload.period(header_expiry, self.now()?, leeway)?;
        let identity = self
            .profile
            .identity(&header, &payload, issuer, &self.common)?;
        let time = |since: Duration| UNIX_EPOCH.checked_add(since);
        match (time(start), time(end)) {
            (Some(start), Some(end)) => Ok((identity, start..end)),
            _ => Err(AuthError::MalformedClaims),
        }
    }

    /// The key that a token names: in a debug build, it may be that of this machine.
    async fn key(&self, issuer: &Issuer, header: &Header<'_>) -> Result<Arc<Key>, AuthError> {
        let kid = header.kid.as_deref();
        #[cfg(debug_assertions)]
        if let Some(local) = self.header.local.as_ref().filter(|local| local.is(kid)) {
            return local.set.find(kid, header.algorithm);
        }
        issuer.source.key(kid, header.algorithm).await
    }

    /// The time since the epoch.
    fn now(&self) -> Result<Duration, AuthError> {
        (self.common.clock)()
            .duration_since(UNIX_EPOCH)
            .map_err(|_| AuthError::Unavailable("the clock is before 1970"))
    }

    /// Fetches the keys of all issuers at once.
    pub(crate) async fn prepare(&self) {
        let mut fetches: Vec<Pin<Box<dyn Future<Output = ()> + Send + '_>>> = Vec::new();
        for issuer in self.profile.issuers().iter().filter(|issuer| issuer.ahead) {
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

#[cfg(test)]
mod tests {
    use super::super::{
        super::AuthError,
        Algorithm, Jwt, VerifiedTokens,
        testing::{ISSUER, NOW, Signer, ask, claims, encode, now, set},
    };
    use crate::auth::IdentityKind;
    use serde_json::{Value as Json, json};
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU64, AtomicUsize, Ordering},
        },
        time::{Duration, UNIX_EPOCH},
    };

    fn trusting(signer: &Signer) -> Jwt {
        Jwt::new(ISSUER)
            .audience("orders-api")
            .jwks(set([signer.jwk("k")]))
            .clock(now)
    }

    fn header(algorithm: Algorithm) -> String {
        json!({"alg": algorithm.name(), "kid": "k"}).to_string()
    }

    fn token(signer: &Signer, changes: &[(&str, Json)]) -> String {
        let algorithm = signer.algorithms()[0];
        signer.token(algorithm, &header(algorithm), &claims(changes))
    }

    #[tokio::test]
    async fn a_good_token_becomes_an_identity() {
        let signer = Signer::p256();
        let changes = [
            ("scope", json!("orders/read orders/write")),
            ("groups", json!(["admins", "staff"])),
            ("tenant", json!("bl\u{fc}e")),
        ];
        let identity = ask(&trusting(&signer), &token(&signer, &changes)).await;
        let identity = identity.expect("the token is good");
        assert_eq!(identity.subject(), "alice");
        assert_eq!(identity.issuer(), Some(ISSUER));
        assert_eq!(identity.authenticator(), "jwt");
        assert_eq!(*identity.kind(), IdentityKind::Jwt);
        assert!(identity.scopes().eq(["orders/read", "orders/write"]));
        assert!(identity.groups().eq(["admins", "staff"]));
        assert_eq!(identity.raw_claims(), Some(claims(&changes).as_str()));
        let claims: Json = identity.claims().expect("they are JSON");
        assert_eq!(claims["tenant"], "bl\u{fc}e");
    }

    #[tokio::test]
    async fn tokens_of_all_algorithms_are_verified() {
        for signer in [
            Signer::rsa(),
            Signer::p256(),
            Signer::p384(),
            Signer::ed25519(),
        ] {
            let jwt = trusting(&signer);
            for &algorithm in signer.algorithms() {
                let token = signer.token(algorithm, &header(algorithm), &claims(&[]));
                assert!(ask(&jwt, &token).await.is_ok(), "{algorithm}");
                let other = jwt
                    .clone()
                    .algorithms(Algorithm::ALL.into_iter().filter(|a| *a != algorithm));
                let rejected = ask(&other, &token).await.err();
                assert_eq!(
                    rejected,
                    Some(AuthError::AlgorithmNotAllowed),
                    "{algorithm}"
                );
                // The header names another algorithm than the one it was signed with.
                for named in Algorithm::ALL
                    .into_iter()
                    .filter(|named| *named != algorithm)
                {
                    let token = signer.token(algorithm, &header(named), &claims(&[]));
                    let expected = match signer.algorithms().contains(&named) {
                        true => AuthError::BadSignature,
                        false => AuthError::KeyMismatch,
                    };
                    assert_eq!(
                        ask(&jwt, &token).await.err(),
                        Some(expected),
                        "{algorithm} {named}"
                    );
                }
            }
        }
    }

    #[tokio::test]
    async fn a_signature_that_is_not_the_keys_is_rejected() {
        for signer in [
            Signer::rsa(),
            Signer::p256(),
            Signer::p384(),
            Signer::ed25519(),
        ] {
            let jwt = trusting(&signer);
            let algorithm = signer.algorithms()[0];
            let good = token(&signer, &[]);
            let (signed, _) = good.rsplit_once('.').expect("it has three segments");
            let signature = signer.sign(algorithm, signed.as_bytes());
            let half = signature.len() / 2;
            for bad in [
                signature[1..].to_vec(),
                signature[..signature.len() - 1].to_vec(),
                [&[0], &signature[..]].concat(),
                [&signature[..], &[0]].concat(),
                [&signature[..], &signature[..]].concat(),
                vec![0; signature.len()],
                vec![0xff; signature.len()],
                [&signature[half..], &signature[..half]].concat(),
                signer.sign(algorithm, b"something else"),
                vec![0],
            ] {
                let token = format!("{signed}.{}", encode(bad));
                let rejected = ask(&jwt, &token).await.err();
                assert_eq!(rejected, Some(AuthError::BadSignature), "{algorithm}");
            }
        }
        // The DER form of an ECDSA signature.
        let signer = Signer::p256();
        let good = token(&signer, &[]);
        let (signed, _) = good.rsplit_once('.').expect("it has three segments");
        let raw = signer.sign(Algorithm::Es256, signed.as_bytes());
        let number = |bytes: &[u8]| {
            let bytes = [&[0], bytes].concat();
            [&[2, bytes.len() as u8], &bytes[..]].concat()
        };
        let both = [number(&raw[..32]), number(&raw[32..])].concat();
        let der = [&[0x30, both.len() as u8], &both[..]].concat();
        let rejected = ask(&trusting(&signer), &format!("{signed}.{}", encode(der))).await;
        assert_eq!(rejected.err(), Some(AuthError::BadSignature));
    }

    #[tokio::test]
    async fn no_change_of_a_single_bit_is_accepted() {
        for signer in [Signer::rsa(), Signer::p256(), Signer::ed25519()] {
            let jwt = trusting(&signer);
            let good = token(&signer, &[]);
            assert!(ask(&jwt, &good).await.is_ok());
            for at in 0..good.len() {
                for bit in 0..7 {
                    let mut bytes = good.clone().into_bytes();
                    bytes[at] ^= 1 << bit;
                    let changed = String::from_utf8(bytes).expect("it stays ASCII");
                    let verified = jwt.verify_text(&changed).await;
                    assert!(verified.is_err(), "bit {bit} of character {at}");
                }
            }
        }
    }

    #[tokio::test]
    async fn the_claims_of_a_forged_token_do_not_matter() {
        let (signer, stranger) = (Signer::p256(), Signer::p256());
        let jwt = trusting(&signer);
        for (changes, rejection) in [
            (vec![("exp", json!(1))], AuthError::BadSignature),
            (vec![("aud", json!(7))], AuthError::BadSignature),
            (
                vec![("iss", json!("https://evil.example"))],
                AuthError::UnknownIssuer,
            ),
            (vec![("iss", json!([ISSUER]))], AuthError::MalformedClaims),
        ] {
            assert_eq!(
                ask(&jwt, &token(&stranger, &changes)).await.err(),
                Some(rejection)
            );
        }
    }

    #[tokio::test]
    async fn a_claim_with_an_error_is_rejected() {
        let signer = Signer::p256();
        let jwt = trusting(&signer);
        for (claim, value, rejection) in [
            ("iss", Json::Null, AuthError::UnknownIssuer),
            (
                "iss",
                json!("https://id.example.com/"),
                AuthError::UnknownIssuer,
            ),
            (
                "iss",
                json!("HTTPS://id.example.com"),
                AuthError::UnknownIssuer,
            ),
            ("iss", json!(""), AuthError::UnknownIssuer),
            ("exp", Json::Null, AuthError::NoExpiry),
            ("exp", json!(NOW), AuthError::Expired),
            ("exp", json!(u64::MAX), AuthError::MalformedClaims),
            ("nbf", json!(NOW + 31), AuthError::NotYetValid),
            ("iat", json!(NOW + 31), AuthError::NotYetValid),
            ("aud", Json::Null, AuthError::WrongAudience),
            ("aud", json!("Orders-API"), AuthError::WrongAudience),
            ("aud", json!(["orders-api", 7]), AuthError::MalformedClaims),
            ("sub", Json::Null, AuthError::NoSubject),
            ("sub", json!(7), AuthError::MalformedClaims),
            ("jti", json!(7), AuthError::MalformedClaims),
            ("events", json!({}), AuthError::WrongTokenType),
        ] {
            let rejected = ask(&jwt, &token(&signer, &[(claim, value.clone())])).await;
            assert_eq!(rejected.err(), Some(rejection), "{claim}: {value}");
        }
    }

    #[tokio::test]
    async fn objects_that_are_not_strict_are_rejected() {
        let signer = Signer::p256();
        let jwt = trusting(&signer);
        let good = claims(&[]);
        let inside = good
            .trim_start_matches('{')
            .trim_end_matches('}')
            .to_owned();
        let head = header(Algorithm::Es256);
        let deep = format!("{{{inside},\"x\":{}{}}}", "[".repeat(200), "]".repeat(200));
        for (header, payload, rejection) in [
            (
                head.as_str(),
                format!("[{good}]"),
                AuthError::MalformedClaims,
            ),
            (&head, format!("{good} x"), AuthError::MalformedClaims),
            (&head, format!("{good}{good}"), AuthError::MalformedClaims),
            (&head, deep, AuthError::MalformedClaims),
            (&head, "null".to_owned(), AuthError::MalformedClaims),
            (
                &head,
                format!("{{{inside},\"sub\":\"bob\"}}"),
                AuthError::DuplicateMember,
            ),
            (
                &head,
                format!("{{{inside},\"s\\u0075b\":\"bob\"}}"),
                AuthError::DuplicateMember,
            ),
            (
                &head,
                format!("{{{inside},\"x\":[{{\"a\":1,\"a\":1}}]}}"),
                AuthError::DuplicateMember,
            ),
            ("{}", good.clone(), AuthError::MalformedHeader),
            ("[]", good.clone(), AuthError::MalformedHeader),
            (
                r#"{"alg":"ES256","kid":"k","typ":"logout+jwt"}"#,
                good.clone(),
                AuthError::WrongTokenType,
            ),
            (
                r#"{"alg":"ES256","kid":"k","crit":["exp"]}"#,
                good.clone(),
                AuthError::UnknownCriticalHeader,
            ),
            (
                r#"{"alg":"ES256","kid":"K"}"#,
                good.clone(),
                AuthError::UnknownKey,
            ),
        ] {
            let token = signer.token(Algorithm::Es256, header, &payload);
            assert_eq!(
                ask(&jwt, &token).await.err(),
                Some(rejection),
                "{header} {payload}"
            );
        }
    }

    #[tokio::test]
    async fn a_key_in_the_token_is_not_used() {
        let (signer, stranger) = (Signer::p256(), Signer::p256());
        let header = json!({"alg": "ES256", "kid": "k", "jwk": stranger.jwk("k"), "jku": "https://evil.example"});
        let token = stranger.token(Algorithm::Es256, &header.to_string(), &claims(&[]));
        assert_eq!(
            ask(&trusting(&signer), &token).await.err(),
            Some(AuthError::BadSignature)
        );
    }

    #[tokio::test]
    async fn each_issuer_has_its_own_keys_and_audiences() {
        let (one, two) = (Signer::p256(), Signer::p256());
        let other = "https://other.example.com";
        let jwt = trusting(&one)
            .add_issuer(other)
            .audience("two")
            .audience("three")
            .jwks(set([two.jwk("k")]));
        let told = |signer: &Signer, iss: &str, aud: &str| {
            token(signer, &[("iss", json!(iss)), ("aud", json!(aud))])
        };
        for (token, rejection) in [
            (told(&one, ISSUER, "orders-api"), None),
            (told(&two, other, "two"), None),
            (told(&two, other, "three"), None),
            (told(&one, ISSUER, "two"), Some(AuthError::WrongAudience)),
            (
                told(&two, other, "orders-api"),
                Some(AuthError::WrongAudience),
            ),
            (
                told(&two, ISSUER, "orders-api"),
                Some(AuthError::BadSignature),
            ),
            (told(&one, other, "two"), Some(AuthError::BadSignature)),
        ] {
            assert_eq!(ask(&jwt, &token).await.err(), rejection);
        }
    }

    #[tokio::test]
    async fn any_audience_accepts_tokens_without_one() {
        let signer = Signer::p256();
        let jwt = Jwt::new(ISSUER)
            .any_audience()
            .jwks(set([signer.jwk("k")]))
            .clock(now);
        for (aud, rejection) in [
            (Json::Null, None),
            (json!("whoever"), None),
            (json!(7), Some(AuthError::MalformedClaims)),
        ] {
            assert_eq!(
                ask(&jwt, &token(&signer, &[("aud", aud)])).await.err(),
                rejection
            );
        }
    }

    #[tokio::test]
    async fn groups_are_in_the_claim_that_is_set() {
        let signer = Signer::p256();
        let jwt = trusting(&signer).groups_claim("https://example.com/roles");
        let changes = [
            ("https://example.com/roles", json!(["a"])),
            ("groups", json!(7)),
        ];
        let identity = ask(&jwt, &token(&signer, &changes))
            .await
            .expect("the token is good");
        assert!(identity.groups().eq(["a"]));
    }

    #[tokio::test]
    async fn a_check_comes_last_and_cannot_pass_a_token_on() {
        let signer = Signer::p256();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let jwt = trusting(&signer).check(move |identity| {
            count.fetch_add(1, Ordering::Relaxed);
            match identity.subject() {
                "alice" => Ok(()),
                "bob" => Err(AuthError::Rejected("not bob")),
                _ => Err(AuthError::Absent),
            }
        });
        let told = |changes: &[_]| token(&signer, changes);
        for (token, rejection, times) in [
            (told(&[]), None, 1),
            (
                told(&[("sub", json!("bob"))]),
                Some(AuthError::Rejected("not bob")),
                2,
            ),
            (
                told(&[("sub", json!("eve"))]),
                Some(AuthError::NotAccepted),
                3,
            ),
            (told(&[("exp", json!(1))]), Some(AuthError::Expired), 3),
        ] {
            assert_eq!(ask(&jwt, &token).await.err(), rejection);
            assert_eq!(asked.load(Ordering::Relaxed), times);
        }
    }

    #[tokio::test]
    async fn a_remembered_token_is_checked_each_time() {
        let signer = Signer::p256();
        let time = Arc::new(AtomicU64::new(NOW));
        let asked = Arc::new(AtomicUsize::new(0));
        let (clock, count) = (Arc::clone(&time), Arc::clone(&asked));
        let jwt = trusting(&signer)
            .clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::Relaxed)))
            .cache(VerifiedTokens::new(10))
            .check(move |_| {
                count.fetch_add(1, Ordering::Relaxed);
                Ok(())
            });
        let good = token(&signer, &[("exp", json!(NOW + 60))]);
        for (second, rejection, times) in [
            (0, None, 1),
            (59, None, 2),
            (60, Some(AuthError::Expired), 2),
        ] {
            time.store(NOW + second, Ordering::Relaxed);
            let asked_again = ask(&jwt, &good).await;
            assert_eq!(asked_again.err(), rejection);
            assert_eq!(asked.load(Ordering::Relaxed), times);
        }
    }

    #[tokio::test]
    async fn a_clock_before_1970_rejects_every_token() {
        let signer = Signer::p256();
        let jwt = trusting(&signer).clock(|| UNIX_EPOCH - Duration::from_secs(1));
        let rejection = AuthError::Unavailable("the clock is before 1970");
        assert_eq!(ask(&jwt, &token(&signer, &[])).await.err(), Some(rejection));
    }
}
