//! How much a request may bring.

mod depth;
mod exceeded;
mod head;

pub(crate) use depth::is_deeper;
pub(crate) use exceeded::{Exceeded, Measure};
pub(crate) use head::{MAX_URI, check_cookies, check_headers, check_path, check_query};

use crate::state::States;
use http::Extensions;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// How much a request may bring, and how large a reply may be. All limits are on without being
/// asked for; a setter changes one of them.
///
/// ```
/// use lambda_api::{Api, Limits};
///
/// let api = Api::new().limits(Limits::default().body(1 << 20).json_depth(32));
/// ```
///
/// They hold on every way in: for Lambda's events, for the local server, for requests that an
/// [`App`](crate::App) gets as a tower service, and for what a layer makes of a body, such as one
/// that decompresses it. They are those of the whole application, nested APIs and mounted services
/// included, and so are set on the outermost [`Api`](crate::Api). An [`App`](crate::App) that is
/// mounted as a service has limits of its own besides. A handler or an extractor that is called
/// without an application has the defaults.
///
/// What is over a limit is a problem of its own. The client is told the limit, and the log how much
/// there was; of a stream, only that it was too much.
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
/// | [`reply`](Limits::reply) | that of the source | 500 `response_too_large` |
///
/// `json_depth`, `form_fields`, `parts` and `part_bytes` are limits of the extractors that read such
/// a body, [`Json`](crate::Json), [`Form`](crate::Form) and `Multipart`, and of nothing else: a layer,
/// an authenticator, a mounted service or a handler that reads the bytes by itself has to set limits
/// of its own. All others of a request hold before any of these sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "limits do nothing until they are given to `Api::limits`"]
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
    pub(crate) reply: usize,
}

static DEFAULT: Limits = Limits::DEFAULT;

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Limits {
    const DEFAULT: Self = Self {
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
        reply: usize::MAX,
    };

    /// How many bytes the body may have, as handlers see it: base64 of an event is decoded.
    ///
    /// By default 6 MiB, which no event can be larger than
    /// ([quotas of Lambda](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)).
    /// What the base64 in an event will be is known before it is decoded; what is too much is not
    /// decoded, and not allocated for. A stream, which only a request to the tower service or a layer
    /// brings, is not read any further.
    pub const fn body(self, bytes: usize) -> Self {
        Self {
            body: bytes,
            ..self
        }
    }

    /// How many bytes the body may have as it stands in an event: in base64, where it is that.
    ///
    /// By default 6 MiB, which no event can be larger than
    /// ([quotas of Lambda](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)).
    /// Base64 takes four bytes for three, so that [`body`](Limits::body) is the limit that
    /// matters to clients; this one spares the work.
    pub const fn encoded_body(self, bytes: usize) -> Self {
        Self {
            encoded_body: bytes,
            ..self
        }
    }

    /// How many bytes the path of a request may have, percent-encoded as it is.
    ///
    /// By default 8 KiB: 8000 bytes is what every recipient of a URI should take ([RFC 9110, section
    /// 4.1](https://www.rfc-editor.org/rfc/rfc9110#section-4.1)), and an edge-optimized REST API
    /// takes 8192
    /// ([quotas](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html)).
    /// A path with its query can never have more than 65,534 bytes.
    pub const fn path(self, bytes: usize) -> Self {
        Self {
            path: bytes,
            ..self
        }
    }

    /// How many header fields a request may have; one that is there twice counts twice.
    ///
    /// By default 128: HTTP servers commonly take 100 from a client, and load balancers, gateways
    /// and CloudFront add their own.
    pub const fn headers(self, fields: usize) -> Self {
        Self {
            headers: fields,
            ..self
        }
    }

    /// How many bytes the names and values of all header fields of a request may have together.
    ///
    /// By default 64 KiB, which is what an Application Load Balancer takes
    /// ([quotas](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html)).
    /// API Gateway takes 10,240 bytes, request line included
    /// ([quotas](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html)).
    pub const fn header_bytes(self, bytes: usize) -> Self {
        Self {
            header_bytes: bytes,
            ..self
        }
    }

    /// How many parameters a query string may have; a name that is there twice counts twice.
    ///
    /// By default 1000. Each costs fifty bytes of memory and two of the request, so that without a
    /// limit a small request could use up a small function; 1000 is what PHP takes
    /// ([`max_input_vars`](https://www.php.net/manual/en/info.configuration.php)), and more than fit
    /// into the request line of most gateways.
    pub const fn query_pairs(self, pairs: usize) -> Self {
        Self {
            query_pairs: pairs,
            ..self
        }
    }

    /// How many cookies a request may have.
    ///
    /// By default 180. Browsers keep at least 50 for a site ([RFC 6265, section
    /// 6.1](https://www.rfc-editor.org/rfc/rfc6265#section-6.1)), and the most common ones 150 to
    /// 180.
    pub const fn cookies(self, cookies: usize) -> Self {
        Self { cookies, ..self }
    }

    /// How deep arrays and objects of a JSON body may be nested: `[]` is one deep, `{"a": []}` two.
    /// No more than 127, which is as far as `serde_json` goes.
    ///
    /// By default 64. Nested values cost stack, several times as much where `serde` has to buffer
    /// them (untagged enums, `#[serde(flatten)]`); data of people and programs rarely goes beyond
    /// ten levels. The limit holds for all of the body, what the handler's type passes over
    /// included.
    pub const fn json_depth(self, levels: usize) -> Self {
        Self {
            json_depth: if levels < 127 { levels } else { 127 },
            ..self
        }
    }

    /// How many fields a [`Form`](crate::Form) may have; a name that is there twice counts twice.
    ///
    /// By default 1000, for the reasons of [`query_pairs`](Limits::query_pairs).
    pub const fn form_fields(self, fields: usize) -> Self {
        Self {
            form_fields: fields,
            ..self
        }
    }

    /// How many parts a `Multipart` form may have.
    ///
    /// By default 256. A part costs some hundred bytes besides its content, which may be empty.
    pub const fn parts(self, parts: usize) -> Self {
        Self { parts, ..self }
    }

    /// How many bytes the content of one part of a `Multipart` form may have.
    ///
    /// By default 6 MiB, which is the limit of the whole [`body`](Limits::body).
    pub const fn part_bytes(self, bytes: usize) -> Self {
        Self {
            part_bytes: bytes,
            ..self
        }
    }

    /// How many bytes the JSON of a reply may have.
    ///
    /// By default, and at the most, what its source lets through
    /// ([`Source::reply_limit`](crate::event::Source::reply_limit)): 6 MB, and 1 MB behind an
    /// Application Load Balancer. A reply beyond it would be lost, and the client would get an error
    /// of the gateway that explains nothing. So it is replaced by a 500, and the log says how large
    /// it was.
    pub const fn reply(self, bytes: usize) -> Self {
        Self {
            reply: bytes,
            ..self
        }
    }

    /// The limits of the application that a request is in.
    pub(crate) fn of(extensions: &Extensions) -> &Limits {
        States::in_extensions(extensions).map_or(&DEFAULT, |states| &states.limits)
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
            .reply(12);
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
            reply: 12,
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
