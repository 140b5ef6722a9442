//! The text of a token.

use super::super::Refusal;

/// How long a token may be, in bytes. A gateway passes on headers of 10 KB in all.
const MAX_LENGTH: usize = 8 * 1024;

/// A token's segments, still encoded
/// ([RFC 7515, section 3.1](https://www.rfc-editor.org/rfc/rfc7515#section-3.1)).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Compact<'a> {
    pub(crate) header: &'a str,
    pub(crate) payload: &'a str,
    pub(crate) signature: &'a str,
    /// What the signature is of: header, dot and payload as they came.
    pub(crate) signed: &'a str,
}

/// Takes a token apart.
pub(crate) fn split(token: &str) -> Result<Compact<'_>, Refusal> {
    if token.len() > MAX_LENGTH {
        return Err(Refusal::TokenTooLarge);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::NotAToken)?;
    let (header, payload) = signed.split_once('.').ok_or(Refusal::NotAToken)?;
    // Without a branch for each byte, as this is most of the token.
    if payload
        .bytes()
        .fold(false, |dot, byte| dot | (byte == b'.'))
    {
        let more = payload.bytes().filter(|byte| *byte == b'.').count();
        // RFC 7516, section 3.1.
        let encrypted = more == 2;
        return Err(if encrypted {
            Refusal::EncryptedToken
        } else {
            Refusal::NotAToken
        });
    }
    if [header, payload, signature].contains(&"") {
        return Err(Refusal::NotAToken);
    }
    Ok(Compact {
        header,
        payload,
        signature,
        signed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_split_into_three() {
        let expected = Compact {
            header: "ab",
            payload: "c",
            signature: "def",
            signed: "ab.c",
        };
        assert_eq!(split("ab.c.def"), Ok(expected));
    }

    #[test]
    fn other_numbers_of_segments_are_refused() {
        let long = format!("a.b.{}", "c".repeat(MAX_LENGTH - 3));
        for (token, refusal) in [
            ("", Refusal::NotAToken),
            (".", Refusal::NotAToken),
            ("..", Refusal::NotAToken),
            ("a", Refusal::NotAToken),
            ("a.b", Refusal::NotAToken),
            ("a.b.", Refusal::NotAToken),
            (".b.c", Refusal::NotAToken),
            ("a..c", Refusal::NotAToken),
            ("a.b.c.d", Refusal::NotAToken),
            ("a.b.c.d.e", Refusal::EncryptedToken),
            ("a..c.d.e", Refusal::EncryptedToken),
            ("a.b.c.d.e.f", Refusal::NotAToken),
            (&long, Refusal::TokenTooLarge),
        ] {
            assert_eq!(split(token), Err(refusal), "{token:?}");
        }
        assert!(split(long.trim_end_matches("c").trim_end_matches('.')).is_err());
        assert!(split(&long[1..]).is_err_and(|refusal| refusal == Refusal::NotAToken));
        assert!(split(&long[..MAX_LENGTH]).is_ok());
    }
}
