//! Where the Management API of a WebSocket API is.

use crate::websocket::error::ManagementError;
use http::Uri;
use std::net::IpAddr;

/// The address of a stage's Management API: below it are the connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Scheme, host and path without a slash at the end.
    base: String,
    /// Of the host, if it names it.
    region: Option<String>,
    /// Whether an event named it.
    is_of_event: bool,
}

impl Endpoint {
    /// The endpoint of an event: of API Gateway's own domains alone. A caller with `lambda:InvokeFunction` chooses
    /// what is in the event, so signed requests must not go to any host. What is left are the APIs of API Gateway in
    /// the [region](Self::region_of_requests) of the function, those of other accounts included.
    pub(crate) fn of_event(domain: &str, stage: &str) -> Result<Self, ManagementError> {
        let region = region(domain).ok_or_else(|| {
            ManagementError::Endpoint(
                "expected an event from a domain of API Gateway: a custom domain needs \
                 `WebSocketApi::endpoint`"
                    .to_owned(),
            )
        })?;
        let is_named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if stage.is_empty() || stage.len() > 128 || !stage.bytes().all(is_named) {
            return Err(ManagementError::Endpoint(
                "expected an event with a stage of letters, digits, `-` and `_`".to_owned(),
            ));
        }
        Ok(Self {
            base: format!("https://{domain}/{stage}"),
            region: Some(region.to_owned()),
            is_of_event: true,
        })
    }

    /// An endpoint that the program names: `https://` or `wss://`, with stage or base path; `http://` and
    /// `ws://` to loopback.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let expected = |why: &str| {
            format!(
                "expected the URL of a stage such as \
                 `https://abc123.execute-api.eu-west-1.amazonaws.com/prod`, found {text:?}: {why}"
            )
        };
        let uri: Uri = text.parse().map_err(|_| expected("it is no URL"))?;
        let host = uri.host().unwrap_or_default();
        let scheme = match uri.scheme_str() {
            Some("https" | "wss") => "https",
            Some("http" | "ws") if is_loopback(host) => "http",
            Some("http" | "ws") => return Err(expected("it is not https")),
            _ => return Err(expected("it does not begin with `https://` or `wss://`")),
        };
        if uri.query().is_some() {
            return Err(expected("it has a query"));
        }
        let authority = uri.authority().map(http::uri::Authority::as_str);
        let authority = authority.filter(|authority| !authority.contains('@'));
        let authority = authority.ok_or_else(|| expected("its host is missing or has a user"))?;
        // The client sends `host` without the default port of the scheme, and `host` is signed.
        let port = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.strip_suffix(port).unwrap_or(authority);
        let path = uri.path().trim_end_matches('/');
        let path = path.strip_suffix("/@connections").unwrap_or(path);
        Ok(Self {
            base: format!("{scheme}://{authority}{path}"),
            region: region(host).map(str::to_owned),
            is_of_event: false,
        })
    }

    /// The URL of a connection, whose id is percent-encoded.
    pub(super) fn connection(&self, id: &str) -> Option<Uri> {
        format!("{}/@connections/{id}", self.base).parse().ok()
    }

    /// The region that requests are signed for. `own` is that of the function.
    pub(super) fn region_of_requests(
        &self,
        own: Option<String>,
    ) -> Result<String, ManagementError> {
        let own = own.filter(|region| !region.is_empty());
        match (&self.region, own) {
            (Some(region), own) if self.is_of_event && own.as_ref() != Some(region) => {
                let own = own.as_deref().unwrap_or("the region of AWS_REGION");
                Err(ManagementError::Endpoint(format!(
                    "expected an event from an API in {own}, found {region}: an API of another region needs \
                     `WebSocketApi::endpoint`"
                )))
            }
            (Some(region), _) => Ok(region.clone()),
            (None, Some(own)) => Ok(own),
            (None, None) => Err(ManagementError::Endpoint(
                "expected the variable AWS_REGION, since the endpoint has a custom domain"
                    .to_owned(),
            )),
        }
    }
}

/// The region of a domain that API Gateway gives to an API: `abc123.execute-api.eu-west-1.amazonaws.com`.
fn region(domain: &str) -> Option<&str> {
    let (api, rest) = domain.split_once(".execute-api.")?;
    let (region, suffix) = rest.split_once('.')?;
    let is_label = |text: &str, others: &[u8]| {
        let is_allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || others.contains(&byte);
        (1..=32).contains(&text.len()) && text.bytes().all(is_allowed)
    };
    let is_aws = matches!(
        suffix,
        "amazonaws.com" | "amazonaws.com.cn" | "amazonaws.eu" | "api.aws"
    );
    (is_aws && is_label(api, b"") && is_label(region, b"-")).then_some(region)
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_of_api_gateway_are_endpoints() {
        for (domain, region) in [
            ("abc123.execute-api.eu-west-1.amazonaws.com", "eu-west-1"),
            (
                "abc123.execute-api.cn-north-1.amazonaws.com.cn",
                "cn-north-1",
            ),
            ("abc123.execute-api.eu-west-1.api.aws", "eu-west-1"),
        ] {
            let endpoint = Endpoint::of_event(domain, "prod").unwrap();
            let own = Some(region.to_owned());
            assert_eq!(endpoint.region_of_requests(own).unwrap(), region);
            let uri = endpoint.connection("a%3D").unwrap();
            let expected = format!("https://{domain}/prod/@connections/a%3D");
            assert_eq!(uri.to_string(), expected);
        }
    }

    #[test]
    fn an_event_cannot_name_another_host() {
        for domain in [
            "",
            "example.com",
            "chat.example.com",
            "127.0.0.1:9000",
            "abc123.execute-api.eu-west-1.amazonaws.com.example.com",
            "abc123.execute-api.eu-west-1.example.com",
            "example.com/.execute-api.eu-west-1.amazonaws.com",
            "example.com#abc.execute-api.eu-west-1.amazonaws.com",
            "user@abc.execute-api.eu-west-1.amazonaws.com",
            "a.b.execute-api.eu-west-1.amazonaws.com",
            "abc123.execute-api.eu-west-1.amazonaws.com:8443",
            "abc123.execute-api.eu-west-1/x.amazonaws.com",
            "ABC123.execute-api.eu-west-1.amazonaws.com",
            ".execute-api.eu-west-1.amazonaws.com",
            "abc123.execute-api..amazonaws.com",
        ] {
            let error = Endpoint::of_event(domain, "prod").unwrap_err();
            let expected = "expected an event from a domain of API Gateway";
            assert!(error.to_string().starts_with(expected), "{domain}: {error}");
        }
        let domain = "abc123.execute-api.eu-west-1.amazonaws.com";
        for stage in ["", "a/b", "..", "a?b", "a%2f", "a b", &"a".repeat(129)] {
            let error = Endpoint::of_event(domain, stage).unwrap_err().to_string();
            assert!(
                error.contains("with a stage of letters"),
                "{stage}: {error}"
            );
        }
    }

    #[test]
    fn a_program_can_name_any_https_url() {
        for (text, base, region) in [
            (
                "https://abc123.execute-api.eu-west-1.amazonaws.com/prod",
                "https://abc123.execute-api.eu-west-1.amazonaws.com/prod",
                Some("eu-west-1"),
            ),
            (
                "wss://chat.example.com/base/",
                "https://chat.example.com/base",
                None,
            ),
            ("https://chat.example.com", "https://chat.example.com", None),
            (
                "https://chat.example.com/prod/@connections",
                "https://chat.example.com/prod",
                None,
            ),
            (
                "https://chat.example.com:443/base",
                "https://chat.example.com/base",
                None,
            ),
            (
                "https://chat.example.com:8443",
                "https://chat.example.com:8443",
                None,
            ),
            ("http://127.0.0.1:80", "http://127.0.0.1", None),
            ("ws://127.0.0.1:9000", "http://127.0.0.1:9000", None),
            ("http://[::1]:9000/x", "http://[::1]:9000/x", None),
        ] {
            let endpoint = Endpoint::parse(text).unwrap();
            assert_eq!(
                (&*endpoint.base, endpoint.region.as_deref()),
                (base, region)
            );
        }
    }

    #[test]
    fn other_texts_are_rejected_with_the_reason() {
        for (text, why) in [
            ("", "it is no URL"),
            ("chat.example.com", "it does not begin with"),
            ("http://chat.example.com/prod", "it is not https"),
            ("https://user@chat.example.com/prod", "has a user"),
            ("https://chat.example.com/prod?a=b", "it has a query"),
        ] {
            let error = Endpoint::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
