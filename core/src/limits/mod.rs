//! Limits on the size of requests and responses.

mod depth;
mod exceeded;
mod head;

pub(crate) use depth::is_deeper;
pub(crate) use exceeded::{Exceeded, Measure};
pub(crate) use head::{MAX_URI, check_cookies, check_headers, check_path, check_query};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// Limits on the size of requests and responses. All limits apply by default; each setter changes
/// one.
///
/// ```
/// use lambda_api::{Api, Limits};
///
/// let api = Api::new().limits(Limits::default().body(1 << 20).json_depth(32));
/// ```
///
/// They apply to Lambda's events, to the local server, to requests that an [`App`](crate::App) gets
/// as a tower service, and to bodies that a layer creates, such as one that decompresses. They
/// apply to the whole application, including nested APIs and mounted services, so they are set on
/// the outermost [`Api`](crate::Api). An [`App`](crate::App) that is mounted as a service also has
/// its own limits. A handler or an extractor that is called without an application uses the
/// defaults.
///
/// Each limit has its own problem. The client gets the limit, and the log also gets the actual
/// value, except for a stream.
///
/// | limit | default | problem |
/// |---|---|---|
/// | [`body`](Limits::body), [`encoded_body`](Limits::encoded_body) | 6 MiB each | 413 `body_too_large` |
/// | [`path`](Limits::path) | 8 KiB | 414 `uri_too_long` |
/// | [`headers`](Limits::headers) | 128 | 431 `too_many_headers` |
/// | [`header_bytes`](Limits::header_bytes) | 64 KiB | 431 `headers_too_large` |
/// | [`query_pairs`](Limits::query_pairs) | 1000 | 400 `too_many_parameters` |
/// | [`cookies`](Limits::cookies) | 180 | 400 `too_many_cookies` |
/// | [`json_depth`](Limits::json_depth) | 64 | 400 `json_too_deep` |
/// | [`form_fields`](Limits::form_fields) | 1000 | 400 `too_many_fields` |
/// | [`parts`](Limits::parts) | 256 | 400 `too_many_parts` |
/// | [`part_bytes`](Limits::part_bytes) | 6 MiB | 413 `part_too_large` |
/// | [`response`](Limits::response) | that of the source | 500 `response_too_large` |
///
/// `json_depth`, `form_fields`, `parts` and `part_bytes` only apply to the extractors that read
/// such a body: [`Json`](crate::Json), [`Form`](crate::extract::Form) and `Multipart`. A layer, an
/// authenticator, a mounted service or a handler that reads the bytes itself has to set its own
/// limits. All other request limits are checked before any of these sees the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "limits do nothing until they are passed to `Api::limits`"]
pub struct Limits {
    pub(crate) body: usize,
    pub(crate) encoded_body: usize,
    pub(crate) path: usize,
    pub(crate) headers: usize,
    pub(crate) header_bytes: usize,
    pub(crate) query_pairs: usize,
    pub(crate) cookies: usize,
    pub(crate) json_depth: usize,
    pub(crate) form_fields: usize,
    pub(crate) parts: usize,
    pub(crate) part_bytes: usize,
    pub(crate) response: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Limits {
    pub(crate) const DEFAULT: Self = Self {
        body: 6 * MIB,
        encoded_body: 6 * MIB,
        path: 8 * KIB,
        headers: 128,
        header_bytes: 64 * KIB,
        query_pairs: 1000,
        cookies: 180,
        json_depth: 64,
        form_fields: 1000,
        parts: 256,
        part_bytes: 6 * MIB,
        response: usize::MAX,
    };

    /// Sets the maximum size of the body, in bytes, as handlers see it: after base64 is decoded.
    ///
    /// The default is 6 MiB, the maximum size of an event ([quotas of
    /// Lambda](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)). The
    /// decoded size of base64 is known in advance, so a body that is too large is not decoded and
    /// no memory is allocated for it. A stream, which only comes from a request to the tower
    /// service or from a layer, is not read any further.
    pub const fn body(self, bytes: usize) -> Self {
        Self {
            body: bytes,
            ..self
        }
    }

    /// Sets the maximum size of the body, in bytes, as it is encoded in the event, such as in
    /// base64.
    ///
    /// The default is 6 MiB, the maximum size of an event ([quotas of
    /// Lambda](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)). Base64
    /// uses four bytes for three. Clients are limited by [`body`](Limits::body); this limit only
    /// avoids work.
    pub const fn encoded_body(self, bytes: usize) -> Self {
        Self {
            encoded_body: bytes,
            ..self
        }
    }

    /// Sets the maximum length of the path, in bytes, including percent-encoding.
    ///
    /// The default is 8 KiB: recipients should accept URIs of 8000 bytes ([RFC 9110, section 4.1](https://www.rfc-editor.org/rfc/rfc9110#section-4.1)),
    /// and an edge-optimized REST API accepts 8192
    /// ([quotas](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html)).
    /// Path and query together cannot exceed 65,534 bytes.
    pub const fn path(self, bytes: usize) -> Self {
        Self {
            path: bytes,
            ..self
        }
    }

    /// Sets the maximum number of header fields. A repeated name counts each time.
    ///
    /// The default is 128: HTTP servers commonly accept 100 from a client, and load balancers,
    /// gateways and CloudFront add more.
    pub const fn headers(self, fields: usize) -> Self {
        Self {
            headers: fields,
            ..self
        }
    }

    /// Sets the maximum size of the names and values of all header fields together, in bytes.
    ///
    /// The default is 64 KiB, the limit of an Application Load Balancer
    /// ([quotas](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html)).
    /// API Gateway accepts 10,240 bytes, including the request line
    /// ([quotas](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html)).
    pub const fn header_bytes(self, bytes: usize) -> Self {
        Self {
            header_bytes: bytes,
            ..self
        }
    }

    /// Sets the maximum number of query parameters. A repeated name counts each time.
    ///
    /// The default is 1000. A parameter uses fifty bytes of memory for two bytes of the request, so
    /// without a limit a small request could exhaust a small function. PHP also allows 1000
    /// ([`max_input_vars`](https://www.php.net/manual/en/info.configuration.php)), which is more
    /// than fits into the request line of most gateways.
    pub const fn query_pairs(self, pairs: usize) -> Self {
        Self {
            query_pairs: pairs,
            ..self
        }
    }

    /// Sets the maximum number of cookies.
    ///
    /// The default is 180. Browsers keep at least 50 per site ([RFC 6265, section 6.1](https://www.rfc-editor.org/rfc/rfc6265#section-6.1)),
    /// and the most common ones 150 to 180.
    pub const fn cookies(self, cookies: usize) -> Self {
        Self { cookies, ..self }
    }

    /// Sets the maximum nesting depth of arrays and objects in a JSON body: `[]` has depth one,
    /// `{"a": []}` two. At most 127, the limit of `serde_json`.
    ///
    /// The default is 64. Nested values use stack, several times as much if `serde` has to buffer
    /// them (untagged enums, `#[serde(flatten)]`); real data rarely has more than ten levels. The
    /// limit applies to the whole body, including parts that the handler's type ignores.
    pub const fn json_depth(self, levels: usize) -> Self {
        Self {
            json_depth: if levels < 127 { levels } else { 127 },
            ..self
        }
    }

    /// Sets the maximum number of fields of a [`Form`](crate::extract::Form). A repeated name counts each
    /// time.
    ///
    /// The default is 1000, for the same reasons as for [`query_pairs`](Limits::query_pairs).
    pub const fn form_fields(self, fields: usize) -> Self {
        Self {
            form_fields: fields,
            ..self
        }
    }

    /// Sets the maximum number of parts of a `Multipart` form.
    ///
    /// The default is 256. A part uses some hundred bytes in addition to its content, which may be
    /// empty.
    pub const fn parts(self, parts: usize) -> Self {
        Self { parts, ..self }
    }

    /// Sets the maximum size of the content of one `Multipart` part, in bytes.
    ///
    /// The default is 6 MiB, the limit of the whole [`body`](Limits::body).
    pub const fn part_bytes(self, bytes: usize) -> Self {
        Self {
            part_bytes: bytes,
            ..self
        }
    }

    /// Sets the maximum size of the JSON of a response, in bytes.
    ///
    /// The default, and the maximum, is the limit of the source
    /// ([`Source::response_limit`](crate::event::Source::response_limit)): 6 MB, and 1 MB behind an
    /// Application Load Balancer. For a source that [streams](crate::Api::stream_on), it is the size of the body, 200 MB
    /// by default ([`Source::stream_limit`](crate::event::Source::stream_limit)); a stream that becomes longer ends
    /// early. Otherwise, a larger response would be lost, and the client would get an
    /// error of the gateway that explains nothing. So it is replaced by a 500, and its size is
    /// logged.
    pub const fn response(self, bytes: usize) -> Self {
        Self {
            response: bytes,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setter_changes_its_own_limit() {
        let one = Limits::default()
            .body(1)
            .encoded_body(2)
            .path(3)
            .headers(4)
            .header_bytes(5)
            .query_pairs(6)
            .cookies(7)
            .json_depth(8)
            .form_fields(9)
            .parts(10)
            .part_bytes(11)
            .response(12);
        let expected = Limits {
            body: 1,
            encoded_body: 2,
            path: 3,
            headers: 4,
            header_bytes: 5,
            query_pairs: 6,
            cookies: 7,
            json_depth: 8,
            form_fields: 9,
            parts: 10,
            part_bytes: 11,
            response: 12,
        };
        assert_eq!(one, expected);
    }

    #[test]
    fn json_is_never_read_deeper_than_serde_json_reads_it() {
        assert_eq!(Limits::default().json_depth(usize::MAX).json_depth, 127);
        let at_most = "[".repeat(127) + &"]".repeat(127);
        assert!(serde_json::from_str::<serde_json::Value>(&at_most).is_ok());
    }

    #[test]
    fn limits_can_be_shared_between_threads() {
        fn assert<T: Copy + Send + Sync + 'static>() {}
        assert::<Limits>();
    }
}
