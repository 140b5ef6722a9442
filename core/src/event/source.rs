//! The services that send HTTP requests to a function.

use std::{fmt, time::Duration};

/// The service that sent an event.
///
/// ```
/// use lambda_api::event::Source;
///
/// assert_eq!(Source::AlbMultiValue.to_string(), "alb-multi");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// API Gateway REST API.
    RestApi,
    /// API Gateway HTTP API, payload format 2.0.
    HttpApi,
    /// API Gateway HTTP API, payload format 1.0.
    HttpApiV1,
    /// Lambda function URL.
    FunctionUrl,
    /// Application Load Balancer, headers as single values.
    Alb,
    /// Application Load Balancer, multi-value headers.
    AlbMultiValue,
    /// VPC Lattice, event version 1.
    LatticeV1,
    /// VPC Lattice, event version 2.
    LatticeV2,
}

impl Source {
    /// Every source.
    pub const ALL: [Source; 8] = [
        Source::RestApi,
        Source::HttpApi,
        Source::HttpApiV1,
        Source::FunctionUrl,
        Source::Alb,
        Source::AlbMultiValue,
        Source::LatticeV1,
        Source::LatticeV2,
    ];

    /// Returns the short name, as on the command line: `rest`, `http`, `http1`, `url`, `alb`,
    /// `alb-multi`, `lattice1`, `lattice2`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Source::RestApi => "rest",
            Source::HttpApi => "http",
            Source::HttpApiV1 => "http1",
            Source::FunctionUrl => "url",
            Source::Alb => "alb",
            Source::AlbMultiValue => "alb-multi",
            Source::LatticeV1 => "lattice1",
            Source::LatticeV2 => "lattice2",
        }
    }

    /// Returns how long the service waits for the function, if that is less than Lambda's timeout:
    /// [29
    /// s](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html)
    /// for a REST API unless its quota was increased, [30
    /// s](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html) for an
    /// HTTP API. [`Api::gateway_timeout`](crate::Api::gateway_timeout) overrides it. It does not apply to a REST
    /// API that [streams](crate::Api::stream_on) the response.
    #[must_use]
    pub fn timeout(self) -> Option<Duration> {
        match self {
            Source::RestApi => Some(Duration::from_secs(29)),
            Source::HttpApi | Source::HttpApiV1 => Some(Duration::from_secs(30)),
            _ => None,
        }
    }

    /// Returns the size of the largest response that reaches the client, in bytes of JSON: 6 MB,
    /// which is [Lambda's own
    /// limit](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), and [1
    /// MB](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html)
    /// for an ALB.
    #[must_use]
    pub fn response_limit(self) -> usize {
        match self {
            Source::Alb | Source::AlbMultiValue => 1024 * 1024,
            _ => 6 * 1024 * 1024,
        }
    }

    /// Returns the size of the largest response that the service streams to the client, in bytes: [200
    /// MB](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html) for a function URL and a
    /// REST API. `None` for the sources that only buffer responses.
    #[must_use]
    pub fn stream_limit(self) -> Option<usize> {
        match self {
            Source::FunctionUrl | Source::RestApi => Some(200 * 1024 * 1024),
            _ => None,
        }
    }

    /// Returns the sources of a list such as `url,rest`, which the environment variable `LAMBDA_API_STREAM` has, or the
    /// error for names that are not those of sources that can stream.
    pub(crate) fn streaming(list: &str) -> Result<Vec<Self>, String> {
        let names = list.split(',').map(str::trim);
        let (mut sources, mut unknown) = (Vec::new(), Vec::new());
        for name in names.filter(|name| !name.is_empty()) {
            let mut known = Self::ALL.into_iter();
            match known.find(|one| one.name() == name && one.stream_limit().is_some()) {
                Some(source) => sources.push(source),
                None => unknown.push(name),
            }
        }
        match unknown.is_empty() {
            true => Ok(sources),
            false => Err(format!(
                "expected a list of `url` and `rest`, found `{}`",
                unknown.join(",")
            )),
        }
    }

    /// Returns the limit of all header fields of a response together, in bytes, if AWS documents
    /// one.
    ///
    /// | source | bytes | AWS calls it |
    /// |---|---|---|
    /// | REST API | 10,240 | [total combined size of all header values][rest] |
    /// | HTTP API | 10,240 | [total combined size of request line and header values][http] |
    /// | function URL | 1 MB | [total combined size of request line and header values][url] |
    /// | ALB | 32 KB | [entire response header][alb] |
    /// | VPC Lattice | not stated | |
    ///
    /// API Gateway's two quotas do not state whether they apply to responses. None of the limits
    /// can be increased. A response that comes near the limit is sent and logged as a warning
    /// ([`App::handle_event`](crate::App::handle_event)).
    ///
    /// [rest]: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
    /// [http]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
    /// [url]: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    /// [alb]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
    #[must_use]
    pub fn response_header_limit(self) -> Option<usize> {
        match self {
            Source::RestApi | Source::HttpApi | Source::HttpApiV1 => Some(10_240),
            Source::FunctionUrl => Some(1024 * 1024),
            Source::Alb | Source::AlbMultiValue => Some(32 * 1024),
            Source::LatticeV1 | Source::LatticeV2 => None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_has_a_name_of_its_own() {
        let names: std::collections::HashSet<_> = Source::ALL.iter().map(|s| s.name()).collect();
        assert_eq!(names.len(), Source::ALL.len());
    }

    #[test]
    fn a_list_has_only_sources_that_can_stream() {
        for (list, expected) in [
            ("", Ok(vec![])),
            (" , ", Ok(vec![])),
            ("url", Ok(vec![Source::FunctionUrl])),
            (
                " rest , url,",
                Ok(vec![Source::RestApi, Source::FunctionUrl]),
            ),
            ("URL", Err("URL")),
            ("url,http,alb", Err("http,alb")),
            ("url;rest", Err("url;rest")),
            ("url rest", Err("url rest")),
        ] {
            let expected = expected
                .map_err(|found| format!("expected a list of `url` and `rest`, found `{found}`"));
            assert_eq!(Source::streaming(list), expected, "{list}");
        }
    }
}
