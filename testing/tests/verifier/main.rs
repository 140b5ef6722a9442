//! The verifiers of lambda-api, judged: by another verifier, by the cases of Wycheproof, by every
//! bit of a token, and by issuers that fail.

mod bits;
mod by_hand;
mod differential;
mod invalid;
mod test_verifier;
mod verifiers;
mod wycheproof;
