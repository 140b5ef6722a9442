//! The signature algorithms of tokens.

use std::fmt;

/// A signature algorithm of tokens.
///
/// `none` and the HMAC algorithms are not supported: an issuer's keys are public, and a public key
/// cannot be a shared secret
/// ([RFC 8725, section 2.1](https://www.rfc-editor.org/rfc/rfc8725#section-2.1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// `RS256`: RSA with PKCS #1 v1.5 padding and SHA-256
    /// ([RFC 7518, section 3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3)).
    Rs256,
    /// `RS384`: the same with SHA-384.
    Rs384,
    /// `RS512`: the same with SHA-512.
    Rs512,
    /// `PS256`: RSA with PSS padding and SHA-256
    /// ([RFC 7518, section 3.5](https://www.rfc-editor.org/rfc/rfc7518#section-3.5)).
    Ps256,
    /// `PS384`: the same with SHA-384.
    Ps384,
    /// `PS512`: the same with SHA-512.
    Ps512,
    /// `ES256`: ECDSA on P-256 with SHA-256
    /// ([RFC 7518, section 3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)).
    Es256,
    /// `ES384`: ECDSA on P-384 with SHA-384.
    Es384,
    /// `EdDSA` on Ed25519 ([RFC 8037, section 3.1](https://www.rfc-editor.org/rfc/rfc8037#section-3.1)).
    EdDsa,
}

impl Algorithm {
    pub(crate) const ALL: [Self; 9] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];

    /// The name in a token's header
    /// ([RFC 7518, section 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1)).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Names are compared exactly, case included.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }
}

impl Algorithm {
    /// The algorithm as jsonwebtoken names it.
    pub(super) fn for_signatures(self) -> jsonwebtoken::Algorithm {
        use jsonwebtoken::Algorithm as Signature;

        match self {
            Self::Rs256 => Signature::RS256,
            Self::Rs384 => Signature::RS384,
            Self::Rs512 => Signature::RS512,
            Self::Ps256 => Signature::PS256,
            Self::Ps384 => Signature::PS384,
            Self::Ps512 => Signature::PS512,
            Self::Es256 => Signature::ES256,
            Self::Es384 => Signature::ES384,
            Self::EdDsa => Signature::EdDSA,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_is_found_by_its_exact_name() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
        }
        for name in [
            "", "none", "None", "HS256", "rs256", "RS256 ", "ES512", "ES256K", "Ed25519",
            "RSA-OAEP",
        ] {
            assert_eq!(Algorithm::named(name), None, "{name}");
        }
    }
}
