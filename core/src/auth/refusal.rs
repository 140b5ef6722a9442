//! Why nobody was recognised.

use std::fmt;

/// Why an [`Authenticator`](super::Authenticator) made no identity of a request.
///
/// The client is told one of five things, in a constant text; the precise reason goes to the log,
/// without the credential.
///
/// | the client gets | when |
/// |---|---|
/// | 401 `unauthorized` | [`Absent`](Refusal::Absent): nothing to look at. The next authenticator is asked first, if there is one |
/// | 400 `invalid_request` | the credential stands there in a form that is none, more than once, or beside that of another authenticator |
/// | 401 `invalid_token` | anything else that is wrong with it |
/// | 403 `forbidden` | [`NotAccepted`](Refusal::NotAccepted): it is sound, and none of those that are let in |
/// | 503 `authentication_unavailable` | it cannot be checked at the moment |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// The request has no credential of this kind.
    Absent,
    /// The credential is not in the form that its header or cookie has.
    MalformedCredential,
    /// The credential is there more than once.
    RepeatedCredential,
    /// There are credentials for several authenticators, and the route does not say which of them
    /// it means.
    SeveralCredentials,

    /// The token is longer than 8 KB.
    TokenTooLarge,
    /// The token is not made of three segments.
    NotAToken,
    /// The token has five segments: encrypted tokens are not supported.
    EncryptedToken,
    /// A segment is not base64url as RFC 7515 has it.
    MalformedBase64,
    /// The header is no JSON object, or a member has the wrong type.
    MalformedHeader,
    /// The claims are no JSON object, or one of them has the wrong type.
    MalformedClaims,
    /// An object of the token has two members of one name.
    DuplicateMember,
    /// The algorithm is not among the allowed ones.
    AlgorithmNotAllowed,
    /// The header names an extension that must be understood, and is not.
    UnknownCriticalHeader,
    /// The token is of a kind that signs nobody in: a logout token, say.
    WrongTokenType,
    /// The token names no key where there are several, or one that cannot be.
    MalformedKeyId,
    /// The issuer has no such key.
    UnknownKey,
    /// The key is not for this algorithm, or not for signatures.
    KeyMismatch,
    /// The signature is not the issuer's.
    BadSignature,
    /// The issuer is not among the trusted ones.
    UnknownIssuer,
    /// The token has no end.
    NoExpiry,
    /// The token's time is over.
    Expired,
    /// The token's time has not begun, or it was issued in the future.
    NotYetValid,
    /// The token is for somebody else.
    WrongAudience,
    /// An id token where an access token is asked for, or the other way round.
    WrongTokenUse,
    /// The token was issued to another client.
    WrongClient,
    /// The token was signed by another load balancer.
    WrongSigner,
    /// The token names no subject.
    NoSubject,

    /// No key like this one.
    UnknownApiKey,
    /// The event is of a source that cannot carry such an identity.
    UntrustedSource,
    /// The event is of an API that is not among the trusted ones.
    UntrustedApi,
    /// The request context has no identity in the form the gateway gives it.
    MalformedContext,
    /// The identity is none of those that are let in: another account or role, say.
    NotAccepted,

    /// The keys of the issuer cannot be had, and there are none of before.
    KeysUnavailable,
    /// Something else that is needed cannot be reached at the moment.
    Unavailable(&'static str),
    /// A reason of your own.
    Rejected(&'static str),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "there is no credential",
            Self::MalformedCredential => "the credential is malformed",
            Self::RepeatedCredential => "the credential is there more than once",
            Self::SeveralCredentials => "there are credentials for several authenticators",
            Self::TokenTooLarge => "the token is longer than 8 KB",
            Self::NotAToken => "the token is not made of three segments",
            Self::EncryptedToken => "the token is encrypted, which is not supported",
            Self::MalformedBase64 => "a segment of the token is not base64url",
            Self::MalformedHeader => "the header of the token is malformed",
            Self::MalformedClaims => "the claims of the token are malformed",
            Self::DuplicateMember => "the token has two members of one name",
            Self::AlgorithmNotAllowed => "the algorithm of the token is not allowed",
            Self::UnknownCriticalHeader => "the token has a critical header that is not understood",
            Self::WrongTokenType => "the token is of a type that signs nobody in",
            Self::MalformedKeyId => "the token does not say which key signed it",
            Self::UnknownKey => "the issuer has no key of this id",
            Self::KeyMismatch => "the key is not for this algorithm",
            Self::BadSignature => "the signature is wrong",
            Self::UnknownIssuer => "the issuer is not trusted",
            Self::NoExpiry => "the token has no expiry",
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
            Self::WrongAudience => "the token is for another audience",
            Self::WrongTokenUse => "the token is for another use",
            Self::WrongClient => "the token is of another client",
            Self::WrongSigner => "the token is of another signer",
            Self::NoSubject => "the credential has no subject",
            Self::UnknownApiKey => "the API key is not known",
            Self::UntrustedSource => "this source of events is not trusted with identities",
            Self::UntrustedApi => "this API is not trusted with identities",
            Self::MalformedContext => "the identity in the request context is malformed",
            Self::NotAccepted => "the identity is not among those let in",
            Self::KeysUnavailable => "the keys of the issuer cannot be had",
            Self::Unavailable(what) | Self::Rejected(what) => what,
        })
    }
}

impl std::error::Error for Refusal {}
