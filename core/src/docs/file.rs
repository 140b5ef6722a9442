//! A file, and the response with it.

use crate::{Body, Response, response::download::is_known};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
        REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};

/// A file before it is known what the client has.
pub(super) struct File {
    pub(super) media_type: &'static str,
    pub(super) etag: String,
    pub(super) cache: &'static str,
    pub(super) is_gzip: bool,
    pub(super) body: Body,
}

/// A URL with the hash of the content never changes.
pub(super) const FOREVER: &str = "private, max-age=31536000, immutable";

/// Ask again each time, with the `etag`.
pub(super) const ASK: &str = "private, no-cache";

impl File {
    /// The response to a request: without the body if the client has it.
    pub(super) fn response(
        self,
        method: &Method,
        asked: &HeaderMap,
        policy: HeaderValue,
    ) -> Response {
        let is_known = is_known(asked, &self.etag);
        let body = match is_known || method == Method::HEAD {
            true => Body::empty(),
            false => self.body,
        };
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        let fixed = HeaderValue::from_static;
        if let Ok(etag) = HeaderValue::try_from(self.etag) {
            headers.insert(ETAG, etag);
        }
        headers.insert(CACHE_CONTROL, fixed(self.cache));
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        headers.insert(X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
        headers.insert(X_FRAME_OPTIONS, fixed("DENY"));
        headers.insert(REFERRER_POLICY, fixed("no-referrer"));
        if self.is_gzip {
            headers.insert(VARY, fixed("accept-encoding"));
        }
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, fixed(self.media_type));
        if self.is_gzip {
            headers.insert(CONTENT_ENCODING, fixed("gzip"));
        }
        response
    }
}
