//! ARNs of methods and routes, as authorizers get them.

use std::{fmt, ops::Range};

/// ARN of the method or route that a request is for:
/// `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH`, and `API/STAGE/$connect` for a WebSocket
/// API.
///
/// Its path is the path of the *request*, as the gateway writes it, so it is the caller's text: it may
/// have colons, and `*`.
///
/// ```
/// use lambda_api::authorizer::RouteArn;
///
/// let arn: RouteArn = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/prod/GET/orders/7".parse()?;
/// assert_eq!((arn.api_id(), arn.stage()), ("a1b2c3", "prod"));
/// assert_eq!((arn.method(), arn.path()), (Some("GET"), Some("/orders/7")));
/// # Ok::<_, lambda_api::authorizer::InvalidRouteArn>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RouteArn {
    text: String,
    partition: Range<usize>,
    region: Range<usize>,
    account: Range<usize>,
    api_id: Range<usize>,
    stage: Range<usize>,
    /// The method, or the route key of a WebSocket API.
    third: Range<usize>,
    /// The path with its first slash; `None` without a method.
    path: Option<Range<usize>>,
}

/// Error returned for a text that is not a [`RouteArn`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `arn:PARTITION:execute-api:REGION:ACCOUNT:API/STAGE/..`, found {0}")]
pub struct InvalidRouteArn(&'static str);

impl std::str::FromStr for RouteArn {
    type Err = InvalidRouteArn;

    fn from_str(text: &str) -> Result<Self, InvalidRouteArn> {
        // The path of the request follows, and may have more colons.
        let mut at = 0;
        let mut part = |end: char| {
            let rest = text.get(at..)?;
            let length = rest.find(end)?;
            let range = at..at + length;
            at += length + 1;
            Some(range)
        };
        let missing = || InvalidRouteArn("fewer parts");
        let scheme = part(':').ok_or_else(missing)?;
        let partition = part(':').ok_or_else(missing)?;
        let service = part(':').ok_or_else(missing)?;
        let region = part(':').ok_or_else(missing)?;
        let account = part(':').ok_or_else(missing)?;
        let api_id = part('/').ok_or_else(missing)?;
        let stage = part('/').ok_or_else(missing)?;
        let (third, path) = match part('/') {
            // The slash belongs to the path.
            Some(third) => (third.clone(), Some(third.end..text.len())),
            None => (at..text.len(), None),
        };
        let arn = Self {
            text: text.to_owned(),
            partition,
            region,
            account,
            api_id,
            stage,
            third,
            path,
        };
        arn.check(&scheme, &service).map(|()| arn)
    }
}

impl RouteArn {
    fn check(&self, scheme: &Range<usize>, service: &Range<usize>) -> Result<(), InvalidRouteArn> {
        let is_word = |text: &str, other: &str| {
            let is_own =
                |byte: u8| byte.is_ascii_alphanumeric() || other.contains(char::from(byte));
            !text.is_empty() && text.bytes().all(is_own)
        };
        let error = if self.part(scheme) != "arn" {
            "another scheme"
        } else if !self.partition().starts_with("aws") || !is_word(self.partition(), "-") {
            "an invalid partition"
        } else if self.part(service) != "execute-api" {
            "another service"
        } else if !is_word(self.region(), "-") {
            "an invalid region"
        } else if !is_word(self.account(), "") {
            "an invalid account"
        } else if !is_word(self.api_id(), "-") {
            "an invalid API id"
        } else if !matches!(self.stage(), "$default" | "*") && !is_word(self.stage(), "-_") {
            "an invalid stage"
        } else if self.part(&self.third).is_empty() {
            "no method"
        } else {
            return Ok(());
        };
        Err(InvalidRouteArn(error))
    }

    fn part(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// The whole ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The partition: `aws`, `aws-cn`, ...
    #[must_use]
    pub fn partition(&self) -> &str {
        self.part(&self.partition)
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        self.part(&self.region)
    }

    /// The account of the API.
    #[must_use]
    pub fn account(&self) -> &str {
        self.part(&self.account)
    }

    /// The id of the API.
    #[must_use]
    pub fn api_id(&self) -> &str {
        self.part(&self.api_id)
    }

    /// The stage; `$default` for that of an HTTP API.
    #[must_use]
    pub fn stage(&self) -> &str {
        self.part(&self.stage)
    }

    /// The method of the request; `None` for a WebSocket API.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        self.path.as_ref().map(|_| self.part(&self.third))
    }

    /// The path of the request, which begins with `/`; `None` for a WebSocket API.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_ref().map(|path| self.part(path))
    }

    /// The route key of a WebSocket API: `$connect`. `None` for other APIs.
    #[must_use]
    pub fn route_key(&self) -> Option<&str> {
        self.path.is_none().then(|| self.part(&self.third))
    }

    /// The ARN up to the slash behind the stage.
    pub(super) fn of_stage(&self) -> &str {
        self.text.get(..self.third.start).unwrap_or_default()
    }

    /// What follows the stage: method and path, or the route key.
    pub(super) fn behind_stage(&self) -> &str {
        self.text.get(self.third.start..).unwrap_or_default()
    }
}

impl fmt::Display for RouteArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Without the path, which is the caller's text and may contain a credential.
impl fmt::Debug for RouteArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RouteArn({}..)", self.of_stage())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn arns_have_their_parts() {
        for (text, expected) in [
            (
                "arn:aws:execute-api:eu-west-1:123456789012:abc/prod/GET/orders/7",
                ("aws", "prod", Some("GET"), Some("/orders/7"), None),
            ),
            (
                "arn:aws-cn:execute-api:cn-north-1:123456789012:abc/$default/POST/",
                ("aws-cn", "$default", Some("POST"), Some("/"), None),
            ),
            (
                "arn:aws:execute-api:eu-west-1:123456789012:abc/prod/$connect",
                ("aws", "prod", None, None, Some("$connect")),
            ),
            (
                "arn:aws:execute-api:eu-west-1:123456789012:abc/v_1/GET/at/10:30:00//*",
                ("aws", "v_1", Some("GET"), Some("/at/10:30:00//*"), None),
            ),
        ] {
            let arn: RouteArn = text.parse().unwrap();
            let (partition, stage, method, path, key) = expected;
            assert_eq!((arn.partition(), arn.stage()), (partition, stage), "{text}");
            assert_eq!((arn.method(), arn.path()), (method, path), "{text}");
            assert_eq!((arn.route_key(), arn.api_id()), (key, "abc"), "{text}");
            assert_eq!(arn.account(), "123456789012");
            assert_eq!(format!("{}{}", arn.of_stage(), arn.behind_stage()), text);
        }
    }

    #[test]
    fn other_texts_are_no_route_arns() {
        for (text, found) in [
            ("", "fewer parts"),
            (
                "arn:aws:execute-api:eu-west-1:123456789012:abc",
                "fewer parts",
            ),
            (
                "arn:aws:execute-api:eu-west-1:123456789012:abc/prod",
                "fewer parts",
            ),
            (
                "urn:aws:execute-api:eu-west-1:123456789012:abc/prod/GET/",
                "another scheme",
            ),
            (
                "arn:*:execute-api:eu-west-1:123456789012:abc/prod/GET/",
                "an invalid partition",
            ),
            (
                "arn:aws:lambda:eu-west-1:123456789012:abc/prod/GET/",
                "another service",
            ),
            (
                "arn:aws:execute-api:*:123456789012:abc/prod/GET/",
                "an invalid region",
            ),
            (
                "arn:aws:execute-api:eu-west-1:*:abc/prod/GET/",
                "an invalid account",
            ),
            (
                "arn:aws:execute-api:eu-west-1:123456789012:*/prod/GET/",
                "an invalid API id",
            ),
            (
                "arn:aws:execute-api:eu-west-1:123456789012:abc/pr*d/GET/",
                "an invalid stage",
            ),
            (
                "arn:aws:execute-api:eu-west-1:123456789012:abc/prod/",
                "no method",
            ),
            (
                "arn:aws:execute-api:eu-west-1:123456789012:abc/prod//x",
                "no method",
            ),
        ] {
            let error = text.parse::<RouteArn>().unwrap_err();
            assert_eq!(error, InvalidRouteArn(found), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_parsing_panic(text in r"(arn:aws:execute-api:[a-z1-9:/*]{0,20})?\PC*") {
            if let Ok(arn) = text.parse::<RouteArn>() {
                prop_assert_eq!(arn.as_str(), &*text);
                prop_assert!(arn.method().is_some() != arn.route_key().is_some());
            }
        }
    }
}
