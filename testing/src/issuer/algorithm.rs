//! What a token can be signed with.

use std::fmt;

/// How an issuer signs.
///
/// The time that a key takes to make differs by orders of magnitude. Measured in debug builds, a
/// key for [`Es256`](Algorithm::Es256) or [`EdDsa`](Algorithm::EdDsa) takes about as long as one
/// of its signatures; for [`Es384`](Algorithm::Es384) ten times as long; and a key of the RSA
/// algorithms about ten thousand times as long, mostly some tenths of a second. That is why RSA
/// keys are made when one is first needed, and then once per process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSA of 2048 bits, PKCS #1, SHA-256: what Cognito uses.
    Rs256,
    /// RSA of 2048 bits, PKCS #1, SHA-384.
    Rs384,
    /// RSA of 2048 bits, PKCS #1, SHA-512.
    Rs512,
    /// RSA of 2048 bits, PSS, SHA-256.
    Ps256,
    /// RSA of 2048 bits, PSS, SHA-384.
    Ps384,
    /// RSA of 2048 bits, PSS, SHA-512.
    Ps512,
    /// ECDSA on P-256, SHA-256: what an ALB uses, and what an OIDC issuer does here by default.
    Es256,
    /// ECDSA on P-384, SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// The name in `alg`, of [RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-3.1) and
    /// [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037#section-3.1).
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

    /// The kind of key that it needs.
    pub(super) fn kind(self) -> KeyKind {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => {
                KeyKind::Rsa
            }
            Self::Es256 => KeyKind::P256,
            Self::Es384 => KeyKind::P384,
            Self::EdDsa => KeyKind::Ed25519,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A key of one kind serves all algorithms of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum KeyKind {
    Rsa,
    P256,
    P384,
    Ed25519,
}
