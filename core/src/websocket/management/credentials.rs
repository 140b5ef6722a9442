//! The credentials of the function: from the environment, or from the endpoint that it names.

use super::http_client;
use crate::websocket::error::ManagementError;
use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, Uri, header::AUTHORIZATION};
use http_body_util::Full;
use serde::Deserialize;
use std::{
    fmt,
    net::IpAddr,
    sync::Mutex,
    time::{Duration, SystemTime},
};

/// Reads a variable of the environment.
pub(super) type Variable<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// Credentials are read again this long before they expire.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// Where ECS and EKS serve credentials.
const CONTAINER_HOSTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];

/// Credentials of AWS.
#[derive(Clone)]
pub(super) struct Credentials {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: String,
    pub(super) session_token: Option<String>,
}

/// Shows no secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// What a credentials endpoint responds with.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
    expiration: Option<String>,
}

/// The credentials of an endpoint, until shortly before they expire. Those of variables are never kept.
pub(super) struct Kept(Mutex<Option<(Credentials, String)>>);

impl Kept {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Reads the credentials: of the variables, or of the endpoint that a container or a function with
    /// SnapStart has instead.
    pub(super) async fn read(
        &self,
        variable: Variable<'_>,
        now: SystemTime,
    ) -> Result<Credentials, ManagementError> {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        if let (Some(access_key_id), Some(secret_access_key)) =
            (set("AWS_ACCESS_KEY_ID"), set("AWS_SECRET_ACCESS_KEY"))
        {
            return Ok(Credentials {
                access_key_id,
                secret_access_key,
                session_token: set("AWS_SESSION_TOKEN"),
            });
        }
        let uri = match (
            set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
            set("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        ) {
            (Some(path), _) => format!("http://169.254.170.2{path}"),
            (None, Some(uri)) => uri,
            (None, None) => {
                return Err(ManagementError::Credentials(
                    "the environment has neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY nor \
                     AWS_CONTAINER_CREDENTIALS_FULL_URI",
                ));
            }
        };
        if let Some(kept) = self.kept(now, MARGIN) {
            return Ok(kept);
        }
        let document = match fetch(&uri, token(&set)).await {
            Ok(document) => document,
            // Those that are kept are valid until they expire.
            Err(error) => return self.kept(now, Duration::ZERO).ok_or(error),
        };
        let credentials = Credentials {
            access_key_id: document.access_key_id,
            secret_access_key: document.secret_access_key,
            session_token: document.token,
        };
        if let (Some(expiration), Ok(mut kept)) = (document.expiration, self.0.lock()) {
            *kept = Some((credentials.clone(), expiration));
        }
        Ok(credentials)
    }

    /// The credentials that are kept, if they do not expire within the margin.
    ///
    /// Expirations are texts of one format, in UTC: a later one is a greater one.
    fn kept(&self, now: SystemTime, margin: Duration) -> Option<Credentials> {
        let soon = now.checked_add(margin)?;
        let soon = soon.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
        let soon = crate::event::emulate::time::rfc3339(soon);
        let kept = self.0.lock().ok()?;
        let (credentials, expiration) = kept.as_ref()?;
        let is_utc = expiration.is_ascii() && expiration.ends_with('Z');
        (is_utc && expiration.get(..19) > soon.get(..19)).then(|| credentials.clone())
    }
}

/// The token for the endpoint: a text, or in a file that changes.
fn token(set: &dyn Fn(&'static str) -> Option<String>) -> Option<String> {
    set("AWS_CONTAINER_AUTHORIZATION_TOKEN").or_else(|| {
        let file = set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")?;
        Some(std::fs::read_to_string(file).ok()?.trim().to_owned())
    })
}

async fn fetch(uri: &str, token: Option<String>) -> Result<Document, ManagementError> {
    let failed = |why: &'static str| ManagementError::Credentials(why);
    let uri: Uri = uri
        .parse()
        .map_err(|_| failed("AWS_CONTAINER_CREDENTIALS_FULL_URI is not a URL"))?;
    if !is_allowed(&uri) {
        return Err(failed(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor at loopback, ECS or EKS",
        ));
    }
    let mut request = Request::new(Full::new(Bytes::new()));
    *request.uri_mut() = uri;
    if let Some(token) = token {
        let mut token = HeaderValue::try_from(token)
            .map_err(|_| failed("AWS_CONTAINER_AUTHORIZATION_TOKEN cannot be a header"))?;
        token.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, token);
    }
    let (status, body) = http_client::send(request)
        .await
        .map_err(|_| failed("the credentials endpoint cannot be reached"))?;
    if status != StatusCode::OK {
        return Err(failed(
            "the credentials endpoint responded with another status than 200",
        ));
    }
    let body = body.ok_or(failed("the response of the credentials endpoint broke off"))?;
    serde_json::from_slice(&body)
        .map_err(|_| failed("the response of the credentials endpoint has no credentials"))
}

/// Whether the token may be sent there: over TLS, or to this machine and its hypervisor.
fn is_allowed(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => {
            CONTAINER_HOSTS.contains(&host)
                || host == "localhost"
                || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::Server, *};
    use std::time::UNIX_EPOCH;

    /// 2026-01-01, 00:00 UTC.
    const NOW: Duration = Duration::from_secs(1_767_225_600);

    async fn read(variables: &[(&str, &str)]) -> Result<Credentials, ManagementError> {
        read_at(&Kept::new(), variables, NOW).await
    }

    async fn read_at(
        kept: &Kept,
        variables: &[(&str, &str)],
        now: Duration,
    ) -> Result<Credentials, ManagementError> {
        let get = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        kept.read(&get, UNIX_EPOCH + now).await
    }

    fn document(key: &str, expiration: &str) -> String {
        serde_json::json!({
            "AccessKeyId": key,
            "SecretAccessKey": "secret",
            "Token": "token",
            "Expiration": expiration,
        })
        .to_string()
    }

    #[tokio::test]
    async fn variables_are_read_again_each_time() {
        let kept = Kept::new();
        for key in ["first", "second"] {
            let variables = [
                ("AWS_ACCESS_KEY_ID", key),
                ("AWS_SECRET_ACCESS_KEY", "secret"),
            ];
            let credentials = read_at(&kept, &variables, NOW).await.unwrap();
            assert_eq!(credentials.access_key_id, key);
            assert_eq!(credentials.session_token, None);
        }
    }

    #[tokio::test]
    async fn the_endpoint_is_asked_with_its_token() {
        let server = Server::start(|_| (200, document("key", "2026-01-01T06:00:00Z"))).await;
        let uri = server.url("/credentials");
        let credentials = read(&[
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let me in"),
        ])
        .await
        .unwrap();
        assert_eq!(credentials.access_key_id, "key");
        assert_eq!(credentials.session_token.as_deref(), Some("token"));
        let requests = server.requests();
        assert_eq!(requests[0].headers()["authorization"], "let me in");
    }

    #[tokio::test]
    async fn credentials_of_an_endpoint_are_kept_until_they_expire() {
        let server = Server::start(|count| {
            let hour = 1 + count;
            let expiration = format!("2026-01-01T0{hour}:00:00Z");
            (200, document(&format!("key-{count}"), &expiration))
        })
        .await;
        let uri = server.url("/credentials");
        let variables = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.as_str())];
        let kept = Kept::new();
        for (minutes, expected) in [(0, "key-0"), (54, "key-0"), (55, "key-1"), (56, "key-1")] {
            let now = NOW + Duration::from_secs(60 * minutes);
            let credentials = read_at(&kept, &variables, now).await.unwrap();
            assert_eq!(credentials.access_key_id, expected, "{minutes}");
        }
    }

    #[tokio::test]
    async fn kept_credentials_are_used_while_the_endpoint_fails() {
        let server = Server::start(|count| match count {
            0 => (200, document("key", "2026-01-01T01:00:00Z")),
            _ => (500, String::new()),
        })
        .await;
        let uri = server.url("/credentials");
        let variables = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.as_str())];
        let kept = Kept::new();
        for (minutes, is_valid) in [(0, true), (59, true), (60, false)] {
            let now = NOW + Duration::from_secs(60 * minutes);
            let credentials = read_at(&kept, &variables, now).await;
            assert_eq!(credentials.is_ok(), is_valid, "{minutes}");
        }
    }

    #[tokio::test]
    async fn what_is_wrong_is_said() {
        let denied = Server::start(|_| (403, String::new())).await;
        let other = Server::start(|_| (200, "{}".to_owned())).await;
        for (uri, expected) in [
            (None, "the environment has neither"),
            (
                Some("http://example.com/"),
                "is neither https nor at loopback",
            ),
            (
                Some(&*denied.url("/")),
                "responded with another status than 200",
            ),
            (Some(&*other.url("/")), "has no credentials"),
        ] {
            let variables = uri.map(|uri| ("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri));
            let error = read(variables.as_slice()).await.unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn credentials_are_not_shown() {
        let credentials = Credentials {
            access_key_id: "key".to_owned(),
            secret_access_key: "secret".to_owned(),
            session_token: None,
        };
        assert_eq!(format!("{credentials:?}"), "Credentials(..)");
    }
}
