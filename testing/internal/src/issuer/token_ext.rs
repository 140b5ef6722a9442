//! Tokens that no issuer would sign.

use lambda_api::auth::Algorithm;
use lambda_api_testing::{
    __private::{Forgery, Signature, forge, header_members},
    TestToken,
};
use serde_json::Value;

/// Ways to sign and to encode a token that its issuer would not use. Where two methods change the
/// same thing, the later one counts.
pub trait TokenExt: Sized {
    /// Changes how the token is signed and encoded.
    #[must_use]
    fn forged(self, change: impl FnOnce(&mut Forgery)) -> Self;

    /// Signs with this algorithm and names it in `alg`, with a key of the issuer that can. The
    /// published key keeps its own `alg`, which may be another one.
    ///
    /// # Panics
    /// When the token is signed, if the issuer has no such key; [`IssuerExt::add_key`] adds one.
    ///
    /// [`IssuerExt::add_key`]: crate::IssuerExt::add_key
    #[must_use]
    fn algorithm(self, algorithm: Algorithm) -> Self {
        self.forged(|it| it.algorithm = Some(algorithm))
    }

    /// Signs with the issuer's key of this `kid`, retired or not.
    ///
    /// # Panics
    /// When the token is signed, if the issuer never had such a key.
    #[must_use]
    fn signed_by(self, kid: &str) -> Self {
        let kid = kid.to_owned();
        self.forged(|it| it.signature = Signature::Own { kid })
    }

    /// Signs with a key that is not published, under a `kid` that is not published either.
    #[must_use]
    fn unknown_key(self) -> Self {
        self.forged(|it| it.signature = Signature::Stranger { known_kid: false })
    }

    /// Signs with HMAC and SHA-256, and this secret.
    #[must_use]
    fn hs256(self, secret: impl Into<Vec<u8>>) -> Self {
        let secret = secret.into();
        self.forged(|it| it.signature = Signature::Secret(secret))
    }

    /// Signs with HMAC, and the PEM of the public key as the secret. A verifier that lets `alg`
    /// choose what the key is used for accepts it
    /// ([RFC 8725, section 2.1](https://www.rfc-editor.org/rfc/rfc8725#section-2.1)).
    #[must_use]
    fn hs256_with_public_key(self) -> Self {
        self.forged(|it| it.signature = Signature::PublicKey)
    }

    /// Replaces the header by these bytes, which are signed as they are. How the token is signed
    /// does not change.
    #[must_use]
    fn raw_header(self, header: impl Into<Vec<u8>>) -> Self {
        let header = header.into();
        self.forged(|it| it.header = Some(header))
    }

    /// Replaces the payload by these bytes, which are signed as they are: duplicate members, JSON
    /// that is not an object, or no JSON.
    #[must_use]
    fn raw_payload(self, payload: impl Into<Vec<u8>>) -> Self {
        let payload = payload.into();
        self.forged(|it| it.payload = Some(payload))
    }

    /// Takes a member out of the header.
    #[must_use]
    fn without_header(self, name: &str) -> Self {
        self.forged(|it| it.without_header.push(name.to_owned()))
    }

    /// The members of the header.
    fn header_members(&self) -> Value;

    /// Pads the three segments with `=` before they are signed, as load balancers do.
    #[must_use]
    fn padded(self) -> Self {
        self.forged(|it| it.padded = true)
    }

    /// Does not pad the segments, as every issuer but a load balancer.
    #[must_use]
    fn unpadded(self) -> Self {
        self.forged(|it| it.padded = false)
    }

    /// Looks like an encrypted token
    /// ([RFC 7516](https://www.rfc-editor.org/rfc/rfc7516#section-3)): five segments and a header
    /// with `enc`. Nothing in it can be decrypted.
    #[must_use]
    fn encrypted(self) -> Self {
        self.forged(|it| it.encrypted = true)
    }
}

impl TokenExt for TestToken {
    fn forged(self, change: impl FnOnce(&mut Forgery)) -> Self {
        forge(self, change)
    }

    fn header_members(&self) -> Value {
        header_members(self)
    }
}
