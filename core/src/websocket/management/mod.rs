//! The Management API: messages to connections, and their end.
//!
//! Credentials and region are read from the environment for each request.

mod credentials;
mod endpoint;
mod http_client;
mod sigv4;
#[cfg(test)]
mod testing;

pub(crate) use endpoint::Endpoint;

use super::{
    error::ManagementError,
    transport::{Command, Delivery, MAX_MESSAGE, Transport},
};
use crate::BoxFuture;
use bytes::Bytes;
use credentials::{Kept, Variable};
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use percent_encoding::utf8_percent_encode;
use std::time::{Duration, SystemTime};
use tokio::time::sleep;

/// How long a request waits that API Gateway was too busy for, before the second and the third attempt.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// The Management API of one stage.
#[derive(Clone, Debug)]
pub(crate) struct Management(Endpoint);

impl Management {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        Self(endpoint)
    }

    async fn send(
        &self,
        id: &str,
        command: Command,
        variable: Variable<'_>,
    ) -> Result<Delivery, ManagementError> {
        let (method, body) = match command {
            Command::Post(message) => (Method::POST, Bytes::from(message)),
            Command::Close => (Method::DELETE, Bytes::new()),
            Command::Get => (Method::GET, Bytes::new()),
        };
        if body.len() > MAX_MESSAGE {
            return Err(ManagementError::TooLarge(body.len()));
        }
        for pause in PAUSES {
            match self.attempt(id, (&method, &body), variable).await {
                Err(ManagementError::Throttled | ManagementError::Status(500..)) => {
                    sleep(pause).await;
                }
                outcome => return outcome,
            }
        }
        self.attempt(id, (&method, &body), variable).await
    }

    async fn attempt(
        &self,
        id: &str,
        (method, body): (&Method, &Bytes),
        variable: Variable<'_>,
    ) -> Result<Delivery, ManagementError> {
        static KEPT: Kept = Kept::new();
        // No connection has such an id, and a proxy may resolve the path.
        if matches!(id, "" | "." | "..") {
            return Ok(Delivery::Gone);
        }
        let id = utf8_percent_encode(id, sigv4::SEGMENT).to_string();
        // An id that is too long for a URL is of no connection either.
        let Some(uri) = self.0.connection(&id) else {
            return Ok(Delivery::Gone);
        };
        let now = SystemTime::now();
        let region = self.0.region_of_requests(variable("AWS_REGION"))?;
        let credentials = KEPT.read(variable, now).await?;
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = method.clone();
        *request.uri_mut() = uri.clone();
        let scope = sigv4::Scope {
            region: &region,
            service: "execute-api",
            time: now,
        };
        let signed = (method, &uri, request.headers_mut());
        sigv4::sign(signed, body, &credentials, &scope).ok_or(ManagementError::Credentials(
            "those of the environment cannot be in a header",
        ))?;
        let (status, said) = http_client::send(request)
            .await
            .map_err(|error| ManagementError::Unreachable(error.0))?;
        outcome(status, &said.unwrap_or_default(), body.len())
    }
}

/// What API Gateway says, with status 400, of an id that it has not given to any connection.
const INVALID_ID: &[u8] = b"Invalid connectionId";

fn outcome(status: StatusCode, said: &[u8], size: usize) -> Result<Delivery, ManagementError> {
    let is_no_id = || {
        said.windows(INVALID_ID.len())
            .any(|part| part == INVALID_ID)
    };
    match status {
        status if status.is_success() => Ok(Delivery::Sent),
        StatusCode::GONE => Ok(Delivery::Gone),
        StatusCode::BAD_REQUEST if is_no_id() => Ok(Delivery::Gone),
        StatusCode::FORBIDDEN => Err(ManagementError::Denied),
        StatusCode::PAYLOAD_TOO_LARGE => Err(ManagementError::TooLarge(size)),
        StatusCode::TOO_MANY_REQUESTS => Err(ManagementError::Throttled),
        other => Err(ManagementError::Status(other.as_u16())),
    }
}

impl Transport for Management {
    fn send<'a>(
        &'a self,
        id: &'a str,
        command: Command,
    ) -> BoxFuture<'a, Result<Delivery, ManagementError>> {
        Box::pin(self.send(id, command, &|name| std::env::var(name).ok()))
    }
}

#[cfg(test)]
mod tests;
