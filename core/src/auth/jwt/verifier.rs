//! From a token to an identity.

use super::{
    super::{Identity, Refusal, keys::Clock, list_claim::ListClaim},
    KeySet, VerifiedTokens, base64url,
    claims::{Leeway, Payload},
    compact::{self, Compact},
    header::{Header, HeaderRules},
    source::Source,
};
use std::{
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
    pub(super) groups: ListClaim,
    pub(super) scopes: ListClaim,
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
        let mut memory = vec![0; parts.signed.len() + parts.signature.len()];
        let (header, memory) = base64url::decode_into(parts.header, &mut memory)?;
        let header = self.header.read(header)?;
        let (payload, memory) = base64url::decode_into(parts.payload, memory)?;
        let payload = Payload::read(
            payload,
            self.groups.path(),
            self.scopes.is_named().then(|| self.scopes.path()),
        )?;
        let issuer = self.issuer(&payload)?;
        let (signature, _) = base64url::decode_into(parts.signature, memory)?;

        let kid = header.kid.as_deref();
        self.keys(issuer, &header)
            .await?
            .find(kid, header.algorithm)?
            .verify(header.algorithm, parts.signed.as_bytes(), signature)?;

        // From here on, the claims are the issuer's.
        let now = (self.clock)();
        let valid = payload.valid(now, self.leeway)?;
        payload.form()?;
        self.check_usage(&payload, issuer)?;
        let identity = Identity::of_token(
            payload.subject()?.get().into_owned(),
            issuer.name.clone(),
            &self.name,
            self.scopes.list(payload.scopes()),
            self.groups.list(payload.groups()),
            payload.text,
        );
        Ok((identity, valid, now))
    }

    /// The keys among which a token's is: in a debug build, they may be those of this machine.
    async fn keys(&self, issuer: &Issuer, header: &Header<'_>) -> Result<Arc<KeySet>, Refusal> {
        let kid = header.kid.as_deref();
        #[cfg(debug_assertions)]
        if let Some(local) = self.header.local.as_ref().filter(|local| local.is(kid)) {
            return Ok(Arc::clone(&local.set));
        }
        issuer.source.keys(kid).await
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

#[cfg(test)]
mod tests {
    use super::super::{
        super::Refusal,
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
        Jwt::issuer(ISSUER)
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
                let refused = ask(&other, &token).await.err();
                assert_eq!(refused, Some(Refusal::AlgorithmNotAllowed), "{algorithm}");
                // The header names another algorithm than the one it was signed with.
                for named in Algorithm::ALL
                    .into_iter()
                    .filter(|named| *named != algorithm)
                {
                    let token = signer.token(algorithm, &header(named), &claims(&[]));
                    let expected = match signer.algorithms().contains(&named) {
                        true => Refusal::BadSignature,
                        false => Refusal::KeyMismatch,
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
    async fn a_signature_that_is_not_the_keys_is_refused() {
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
                let refused = ask(&jwt, &token).await.err();
                assert_eq!(refused, Some(Refusal::BadSignature), "{algorithm}");
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
        let refused = ask(&trusting(&signer), &format!("{signed}.{}", encode(der))).await;
        assert_eq!(refused.err(), Some(Refusal::BadSignature));
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
        for (changes, refusal) in [
            (vec![("exp", json!(1))], Refusal::BadSignature),
            (vec![("aud", json!(7))], Refusal::BadSignature),
            (
                vec![("iss", json!("https://evil.example"))],
                Refusal::UnknownIssuer,
            ),
            (vec![("iss", json!([ISSUER]))], Refusal::MalformedClaims),
        ] {
            assert_eq!(
                ask(&jwt, &token(&stranger, &changes)).await.err(),
                Some(refusal)
            );
        }
    }

    #[tokio::test]
    async fn a_claim_with_a_fault_is_refused() {
        let signer = Signer::p256();
        let jwt = trusting(&signer);
        for (claim, value, refusal) in [
            ("iss", Json::Null, Refusal::UnknownIssuer),
            (
                "iss",
                json!("https://id.example.com/"),
                Refusal::UnknownIssuer,
            ),
            (
                "iss",
                json!("HTTPS://id.example.com"),
                Refusal::UnknownIssuer,
            ),
            ("iss", json!(""), Refusal::UnknownIssuer),
            ("exp", Json::Null, Refusal::NoExpiry),
            ("exp", json!(NOW), Refusal::Expired),
            ("exp", json!(u64::MAX), Refusal::MalformedClaims),
            ("nbf", json!(NOW + 31), Refusal::NotYetValid),
            ("iat", json!(NOW + 31), Refusal::NotYetValid),
            ("aud", Json::Null, Refusal::WrongAudience),
            ("aud", json!("Orders-API"), Refusal::WrongAudience),
            ("aud", json!(["orders-api", 7]), Refusal::MalformedClaims),
            ("sub", Json::Null, Refusal::NoSubject),
            ("sub", json!(7), Refusal::MalformedClaims),
            ("jti", json!(7), Refusal::MalformedClaims),
            ("events", json!({}), Refusal::WrongTokenType),
        ] {
            let refused = ask(&jwt, &token(&signer, &[(claim, value.clone())])).await;
            assert_eq!(refused.err(), Some(refusal), "{claim}: {value}");
        }
    }

    #[tokio::test]
    async fn what_is_not_one_strict_object_is_refused() {
        let signer = Signer::p256();
        let jwt = trusting(&signer);
        let good = claims(&[]);
        let inside = good
            .trim_start_matches('{')
            .trim_end_matches('}')
            .to_owned();
        let head = header(Algorithm::Es256);
        let deep = format!("{{{inside},\"x\":{}{}}}", "[".repeat(200), "]".repeat(200));
        for (header, payload, refusal) in [
            (head.as_str(), format!("[{good}]"), Refusal::MalformedClaims),
            (&head, format!("{good} x"), Refusal::MalformedClaims),
            (&head, format!("{good}{good}"), Refusal::MalformedClaims),
            (&head, deep, Refusal::MalformedClaims),
            (&head, "null".to_owned(), Refusal::MalformedClaims),
            (
                &head,
                format!("{{{inside},\"sub\":\"bob\"}}"),
                Refusal::DuplicateMember,
            ),
            (
                &head,
                format!("{{{inside},\"s\\u0075b\":\"bob\"}}"),
                Refusal::DuplicateMember,
            ),
            (
                &head,
                format!("{{{inside},\"x\":[{{\"a\":1,\"a\":1}}]}}"),
                Refusal::DuplicateMember,
            ),
            ("{}", good.clone(), Refusal::MalformedHeader),
            ("[]", good.clone(), Refusal::MalformedHeader),
            (
                r#"{"alg":"ES256","kid":"k","typ":"logout+jwt"}"#,
                good.clone(),
                Refusal::WrongTokenType,
            ),
            (
                r#"{"alg":"ES256","kid":"k","crit":["exp"]}"#,
                good.clone(),
                Refusal::UnknownCriticalHeader,
            ),
            (
                r#"{"alg":"ES256","kid":"K"}"#,
                good.clone(),
                Refusal::UnknownKey,
            ),
        ] {
            let token = signer.token(Algorithm::Es256, header, &payload);
            assert_eq!(
                ask(&jwt, &token).await.err(),
                Some(refusal),
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
            Some(Refusal::BadSignature)
        );
    }

    #[tokio::test]
    async fn each_issuer_has_keys_and_audiences_of_its_own() {
        let (one, two) = (Signer::p256(), Signer::p256());
        let other = "https://other.example.com";
        let jwt = trusting(&one)
            .or_issuer(other)
            .audience("two")
            .audience("three")
            .jwks(set([two.jwk("k")]));
        let told = |signer: &Signer, iss: &str, aud: &str| {
            token(signer, &[("iss", json!(iss)), ("aud", json!(aud))])
        };
        for (token, refusal) in [
            (told(&one, ISSUER, "orders-api"), None),
            (told(&two, other, "two"), None),
            (told(&two, other, "three"), None),
            (told(&one, ISSUER, "two"), Some(Refusal::WrongAudience)),
            (
                told(&two, other, "orders-api"),
                Some(Refusal::WrongAudience),
            ),
            (
                told(&two, ISSUER, "orders-api"),
                Some(Refusal::BadSignature),
            ),
            (told(&one, other, "two"), Some(Refusal::BadSignature)),
        ] {
            assert_eq!(ask(&jwt, &token).await.err(), refusal);
        }
    }

    #[tokio::test]
    async fn any_audience_lets_in_tokens_without_one() {
        let signer = Signer::p256();
        let jwt = Jwt::issuer(ISSUER)
            .any_audience()
            .jwks(set([signer.jwk("k")]))
            .clock(now);
        for (aud, refusal) in [
            (Json::Null, None),
            (json!("whoever"), None),
            (json!(7), Some(Refusal::MalformedClaims)),
        ] {
            assert_eq!(
                ask(&jwt, &token(&signer, &[("aud", aud)])).await.err(),
                refusal
            );
        }
    }

    #[tokio::test]
    async fn groups_stand_where_it_was_said() {
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
    async fn a_check_of_ones_own_comes_last_and_cannot_pass_a_token_on() {
        let signer = Signer::p256();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let jwt = trusting(&signer).check(move |identity| {
            count.fetch_add(1, Ordering::Relaxed);
            match identity.subject() {
                "alice" => Ok(()),
                "bob" => Err(Refusal::Rejected("not bob")),
                _ => Err(Refusal::Absent),
            }
        });
        let told = |changes: &[_]| token(&signer, changes);
        for (token, refusal, times) in [
            (told(&[]), None, 1),
            (
                told(&[("sub", json!("bob"))]),
                Some(Refusal::Rejected("not bob")),
                2,
            ),
            (
                told(&[("sub", json!("eve"))]),
                Some(Refusal::NotAccepted),
                3,
            ),
            (told(&[("exp", json!(1))]), Some(Refusal::Expired), 3),
        ] {
            assert_eq!(ask(&jwt, &token).await.err(), refusal);
            assert_eq!(asked.load(Ordering::Relaxed), times);
        }
    }

    #[tokio::test]
    async fn a_remembered_token_is_checked_for_its_time_and_by_ones_own_check() {
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
        for (second, refusal, times) in
            [(0, None, 1), (59, None, 2), (60, Some(Refusal::Expired), 2)]
        {
            time.store(NOW + second, Ordering::Relaxed);
            let asked_again = ask(&jwt, &good).await;
            assert_eq!(asked_again.err(), refusal);
            assert_eq!(asked.load(Ordering::Relaxed), times);
        }
    }

    #[tokio::test]
    async fn a_clock_before_1970_lets_nobody_in() {
        let signer = Signer::p256();
        let jwt = trusting(&signer).clock(|| UNIX_EPOCH - Duration::from_secs(1));
        let refusal = Refusal::Unavailable("the clock is before 1970");
        assert_eq!(ask(&jwt, &token(&signer, &[])).await.err(), Some(refusal));
    }
}
