//! The metadata of an issuer, which say where its keys are.

use super::{
    super::json::{self, Object},
    failure::Failure,
    url::Url,
};

/// Where the keys of an issuer are, by its metadata
/// ([OpenID Connect Discovery, section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata),
/// [RFC 8414, section 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)). They have to name the
/// issuer to the letter ([RFC 8414, section
/// 3.3](https://www.rfc-editor.org/rfc/rfc8414#section-3.3)).
pub(super) fn jwks_uri(metadata: &[u8], issuer: &str, from: &Url) -> Result<Url, Failure> {
    let metadata = std::str::from_utf8(metadata).map_err(|_| Failure::NotMetadata)?;
    let metadata = Object::parse(metadata).map_err(|_| Failure::NotMetadata)?;
    let string = |name| {
        let string = metadata.member(name).and_then(json::string);
        string.ok_or(Failure::NotMetadata)
    };
    let (named, keys) = (string("issuer")?, string("jwks_uri")?);
    if named != issuer {
        return Err(Failure::WrongIssuer);
    }
    from.follow(&keys).map_err(Failure::Discovery)
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
    fn other_documents_lead_nowhere() {
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
