//! Reasons why authentication fails.

/// Error returned when an [`Authenticator`](super::Authenticator) does not recognise the caller.
///
/// The client gets one of five problems with a constant text. The exact reason is logged, without the
/// credential.
///
/// | response | when |
/// |---|---|
/// | 401 `unauthorized` | [`Absent`](AuthError::Absent), from every authenticator of the API |
/// | 400 `invalid_request` | the credential is malformed or repeated, or the request has credentials for several authenticators |
/// | 401 `invalid_token` | the credential is not valid, for any other reason |
/// | 403 `forbidden` | [`NotAccepted`](AuthError::NotAccepted): the credential is valid, and the caller is not allowed |
/// | 503 `authentication_unavailable` | the credential cannot be checked at the moment |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The request has no credential for this authenticator. The next one is asked.
    #[error("no credential")]
    Absent,
    /// The credential does not have the syntax of its header or cookie.
    #[error("the credential is malformed")]
    MalformedCredential,
    /// The request has the credential more than once.
    #[error("the credential is repeated")]
    RepeatedCredential,
    /// The request has credentials for several authenticators, and the route does not name one.
    #[error("the request has credentials for several authenticators")]
    SeveralCredentials,

    /// The token is longer than 8 KB.
    #[error("the token is longer than 8 KB")]
    TokenTooLarge,
    /// The token does not have three segments.
    #[error("the token does not have three segments")]
    NotAToken,
    /// The token has five segments: encrypted tokens are not supported.
    #[error("the token is encrypted, which is not supported")]
    EncryptedToken,
    /// A segment is not base64url as RFC 7515 defines it.
    #[error("a segment of the token is not base64url")]
    MalformedBase64,
    /// The header is not a JSON object, or a member has the wrong type.
    #[error("the header of the token is malformed")]
    MalformedHeader,
    /// The payload is not a JSON object, or a claim has the wrong type.
    #[error("the claims of the token are malformed")]
    MalformedClaims,
    /// An object in the token has two members of one name.
    #[error("the token has a duplicate member")]
    DuplicateMember,
    /// The algorithm is not allowed.
    #[error("the algorithm of the token is not allowed")]
    AlgorithmNotAllowed,
    /// The header lists a critical extension that is not supported.
    #[error("the token has an unsupported critical header")]
    UnknownCriticalHeader,
    /// The `typ` of the token is not accepted: that of a logout token, say.
    #[error("the type of the token is not accepted")]
    WrongTokenType,
    /// The header has no key id although the issuer has several keys, or an invalid one.
    #[error("the token does not name its key")]
    MalformedKeyId,
    /// The issuer does not have the key that the token names.
    #[error("the issuer does not have the key of the token")]
    UnknownKey,
    /// The key is for another algorithm, or not for signatures.
    #[error("the key of the token is not for its algorithm")]
    KeyMismatch,
    /// The signature does not verify.
    #[error("the signature is invalid")]
    BadSignature,
    /// The issuer is not trusted.
    #[error("the issuer is not trusted")]
    UnknownIssuer,
    /// The token has no expiry.
    #[error("the token has no expiry")]
    NoExpiry,
    /// The token has expired.
    #[error("the token has expired")]
    Expired,
    /// The token is not valid yet, or its time of issue is in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The token is for another audience.
    #[error("the token is for another audience")]
    WrongAudience,
    /// The token is an ID token and an access token is expected, or the reverse.
    #[error("the token is for another use")]
    WrongTokenUse,
    /// The token was issued to another client.
    #[error("the token was issued to another client")]
    WrongClient,
    /// The token was signed by another load balancer.
    #[error("the token was signed by another load balancer")]
    WrongSigner,
    /// The token has no subject.
    #[error("the credential has no subject")]
    NoSubject,

    /// The API key is unknown.
    #[error("the API key is unknown")]
    UnknownApiKey,
    /// Events of this source cannot carry such an identity.
    #[error("events of this source cannot carry such an identity")]
    UntrustedSource,
    /// The event comes from an API that is not trusted.
    #[error("the event comes from an API that is not trusted")]
    UntrustedApi,
    /// The identity in the request context does not have the form that the gateway writes.
    #[error("the identity in the request context is malformed")]
    MalformedContext,
    /// The identity is valid, and its account or role, say, is not allowed.
    #[error("the identity is not allowed")]
    NotAccepted,

    /// The keys of the issuer cannot be fetched, and none are cached.
    #[error("the keys of the issuer are unavailable")]
    KeysUnavailable,
    /// Something else that is needed is unavailable.
    #[error("{0}")]
    Unavailable(&'static str),
    /// A reason of your own.
    #[error("{0}")]
    Rejected(&'static str),
}
