//! What a client sends when it connects, and how a connection ends.

use super::context::SocketEvent;
use crate::{
    Error,
    events::{Event, FromEvent, Kinds},
    sensitive,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::{collections::HashMap, fmt};

/// Argument of `#[ws_handler(connect)]`: headers and query of the handshake.
///
/// ```
/// use http::StatusCode;
/// use lambda_api::{Problem, websocket::Handshake, ws_handler};
///
/// #[ws_handler(connect)]
/// async fn connect(handshake: Handshake) -> Result<(), Problem> {
///     match handshake.query("room") {
///         Some(_) => Ok(()),
///         None => Err(Problem::new(StatusCode::BAD_REQUEST, "missing_room")),
///     }
/// }
/// ```
///
/// A page of any origin can open a WebSocket with the cookies of the user. A program whose handshake
/// trusts cookies has to compare [`origin`](Self::origin).
#[derive(Clone)]
pub struct Handshake {
    headers: HeaderMap,
    query: HashMap<String, Vec<String>>,
}

impl Handshake {
    /// The headers of the request.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The value of a header; `None` if it is absent, repeated or not text.
    ///
    /// Of a repeated header, an authorizer may have read another value than the handler.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        values.next().is_none().then(|| value.to_str().ok())?
    }

    /// The origin of the page that opens the connection; `None` if the client is not a browser.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.header("origin")
    }

    /// The subprotocols that the client offers, in its order.
    pub fn protocols(&self) -> impl Iterator<Item = &str> {
        let values = self.headers.get_all("sec-websocket-protocol").iter();
        let texts = values.filter_map(|value| value.to_str().ok());
        texts.flat_map(|text| text.split(',')).map(str::trim)
    }

    /// The value of a parameter of the query, decoded; `None` if it is absent or repeated, as for a
    /// [`header`](Self::header).
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        match self.query.get(name)?.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }
}

impl<'e> FromEvent<'e> for Handshake {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::CONNECT;

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        let SocketEvent {
            headers,
            multi_value_headers,
            multi_value_query_string_parameters,
            query_string_parameters,
            ..
        } = event.read()?;
        let headers = several(multi_value_headers, headers);
        let pairs = headers.iter().flat_map(|(name, values)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok();
            let values = values.iter();
            values.filter_map(move |value| {
                Some((
                    name.clone()?,
                    HeaderValue::from_bytes(value.as_bytes()).ok()?,
                ))
            })
        });
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.try_append(name, value)
                .map_err(|_| Error::msg("the handshake has too many headers"))?;
        }
        sensitive::mark(&mut map, &[]);
        Ok(Self {
            headers: map,
            query: several(multi_value_query_string_parameters, query_string_parameters),
        })
    }
}

/// The values of each name, whichever map the event has.
fn several(
    all: Option<HashMap<String, Vec<String>>>,
    last: Option<HashMap<String, String>>,
) -> HashMap<String, Vec<String>> {
    all.unwrap_or_else(|| {
        let last = last.unwrap_or_default().into_iter();
        last.map(|(name, value)| (name, vec![value])).collect()
    })
}

// Headers and query may hold tokens.
impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handshake(..)")
    }
}

/// Argument of `#[ws_handler(disconnect)]`: the code and the reason of the close frame.
///
/// API Gateway sends the event when it can: a client that vanishes is noticed after minutes, and
/// an event may be lost. So ids of connections need an expiry as well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Disconnected {
    /// The [code](https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1); 1005 if the client sent
    /// none, 1006 if the connection broke.
    pub code: Option<u16>,
    /// The reason, mostly empty.
    pub reason: String,
}

impl<'e> FromEvent<'e> for Disconnected {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::DISCONNECT;

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        let SocketEvent {
            request_context: context,
            ..
        } = event.read()?;
        Ok(Self {
            code: context.disconnect_status_code,
            reason: context.disconnect_reason.unwrap_or_default(),
        })
    }
}
