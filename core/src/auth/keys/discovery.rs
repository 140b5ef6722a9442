//! The metadata of an issuer, which say where its keys are.

use super::{failure::Failure, url::Url};
use serde::Deserialize;
use std::borrow::Cow;

/// The two members that count, of those of
/// [OpenID Connect Discovery, section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)
/// and [RFC 8414, section 2](https://www.rfc-editor.org/rfc/rfc8414#section-2). A second one of the
/// same name is an error.
#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    issuer: Cow<'a, str>,
    #[serde(borrow)]
    jwks_uri: Cow<'a, str>,
}

/// Where the keys of an issuer are. The metadata have to name the very issuer that was asked for
/// ([RFC 8414, section 3.3](https://www.rfc-editor.org/rfc/rfc8414#section-3.3)).
pub(super) fn jwks_uri(metadata: &[u8], issuer: &str, from: &Url) -> Result<Url, Failure> {
    // Serde would also take the members' values in an array.
    if !metadata.trim_ascii_start().starts_with(b"{") {
        return Err(Failure::NotMetadata);
    }
    let metadata: Metadata<'_> =
        serde_json::from_slice(metadata).map_err(|_| Failure::NotMetadata)?;
    if metadata.issuer != issuer {
        return Err(Failure::WrongIssuer);
    }
    from.follow(&metadata.jwks_uri).map_err(Failure::Discovery)
}

#[cfg(test)]
mod tests {
    use super::jwks_uri;
    use crate::auth::keys::{Url, failure::Failure, url::UrlError};

    const ISSUER: &str = "https://id.example.com/one";

    fn led(metadata: &str) -> Result<Url, Failure> {
        jwks_uri(metadata.as_bytes(), ISSUER, &Url::parse(ISSUER).unwrap())
    }

    #[test]
    fn the_metadata_of_the_issuer_lead_to_its_keys() {
        let url = led(
            r#"{"issuer": "https:\/\/id.example.com/one", "scopes_supported": ["openid"],
                "jwks_uri": "https://keys.example.com/one.json"}"#,
        );
        let expected = Url::parse("https://keys.example.com/one.json");
        assert_eq!(url, Ok(expected.unwrap()));
    }

    #[test]
    fn the_issuer_has_to_be_the_same_to_the_letter() {
        for issuer in [
            "https://id.example.com/one/",
            "https://id.example.com/One",
            "https://ID.example.com/one",
            "https://id.example.com:443/one",
            "https://id.example.com",
            "",
        ] {
            let metadata = format!(r#"{{"issuer": "{issuer}", "jwks_uri": "https://a.example"}}"#);
            assert_eq!(led(&metadata), Err(Failure::WrongIssuer), "{issuer}");
        }
    }

    #[test]
    fn what_is_no_metadata_leads_nowhere() {
        for metadata in [
            "",
            "null",
            "[]",
            "{}",
            "<html>",
            r#"["https://id.example.com/one", "https://a.example"]"#,
            r#"{"issuer": "https://id.example.com/one"}"#,
            r#"{"jwks_uri": "https://a.example"}"#,
            r#"{"issuer": ["https://id.example.com/one"], "jwks_uri": "https://a.example"}"#,
            r#"{"issuer": "https://id.example.com/one", "jwks_uri": null}"#,
            r#"{"issuer": "https://id.example.com/one", "jwks_uri": "https://a.example"} x"#,
            r#"{"issuer": "https://b.example", "issuer": "https://id.example.com/one",
                "jwks_uri": "https://a.example"}"#,
            r#"{"issuer": "https://id.example.com/one", "jwks_uri": "https://b.example",
                "jwks_uri": "https://a.example"}"#,
        ] {
            assert_eq!(led(metadata), Err(Failure::NotMetadata), "{metadata}");
        }
        let deep = format!("{}{}", r#"{"x":"#, "[".repeat(100_000));
        assert_eq!(led(&deep), Err(Failure::NotMetadata));
    }

    #[test]
    fn keys_elsewhere_than_behind_https_are_not_fetched() {
        for (uri, expected) in [
            ("http://id.example.com/keys", UrlError::NotHttps),
            ("http://127.0.0.1/keys", UrlError::NotHttps),
            ("file:///keys", UrlError::Malformed),
            ("/keys", UrlError::NotHttps),
            ("https://a@id.example.com/keys", UrlError::UserInformation),
        ] {
            let metadata = format!(r#"{{"issuer": "{ISSUER}", "jwks_uri": "{uri}"}}"#);
            assert_eq!(led(&metadata), Err(Failure::Discovery(expected)), "{uri}");
        }
    }
}
