//! What a template is written for.

use super::{Function, Resource};
use std::collections::BTreeMap;

/// The service in front of the function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gateway {
    /// An [HTTP API](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html).
    #[default]
    HttpApi,
    /// A [REST API](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html),
    /// regional.
    RestApi,
    /// A [function URL](https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html).
    FunctionUrl,
    /// A rule for a listener of an Application Load Balancer that exists.
    LoadBalancer,
}

/// Which routes the gateway knows. Function URLs and load balancers know none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Routing {
    /// Each route of the API, closed at the gateway as far as the gateway can.
    #[default]
    Each,
    /// One route for everything: the function decides.
    Proxy,
}

/// Options of a template, or of a document for API Gateway.
///
/// ```
/// use lambda_api::template::{Gateway, Options, Routing};
///
/// let options = Options::new(Gateway::RestApi).routing(Routing::Proxy).binary("orders");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    pub(crate) gateway: Gateway,
    pub(crate) routing: Routing,
    pub(crate) binary: Option<String>,
    pub(crate) max_routes: Option<usize>,
    pub(crate) models: bool,
    pub(crate) stream: bool,
    /// Settings of the function that Cargo.toml has.
    pub(crate) defaults: Function,
    /// The same for the functions of nested APIs, by name.
    pub(crate) nested_defaults: BTreeMap<String, Function>,
    /// The directory of the package, from the directory of the template. `sam build` runs there.
    pub(crate) code_uri: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            gateway: Gateway::default(),
            routing: Routing::default(),
            binary: None,
            max_routes: None,
            models: false,
            stream: false,
            defaults: Function::default(),
            nested_defaults: BTreeMap::new(),
            code_uri: ".".to_owned(),
        }
    }
}

impl Options {
    /// The template for a gateway, with each route.
    pub fn new(gateway: Gateway) -> Self {
        Self {
            gateway,
            ..Self::default()
        }
    }

    /// The command that writes this template.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn command(&self) -> String {
        let kind = match self.gateway {
            Gateway::HttpApi => "",
            Gateway::RestApi => " --kind rest",
            Gateway::FunctionUrl => " --kind url",
            Gateway::LoadBalancer => " --kind alb",
        };
        let routes = match self.routing {
            Routing::Each => "",
            Routing::Proxy => " --routes proxy",
        };
        let stream = if self.stream { " --stream" } else { "" };
        format!("template{kind}{routes}{stream}")
    }

    /// Sets which routes the gateway knows.
    pub fn routing(mut self, routing: Routing) -> Self {
        self.routing = routing;
        self
    }

    /// Sets how many routes an HTTP API may have, or resources a REST API, if AWS has raised the quota of
    /// 300 for this account.
    pub fn max_routes(mut self, count: usize) -> Self {
        self.max_routes = Some(count);
        self
    }

    /// Adds the schemas of requests and responses in JSON to a document for a REST API, which needs the
    /// feature `openapi`. A template has no schemas.
    ///
    /// API Gateway rejects some parts of schemas, such as `anyOf` and `additionalProperties`, and names
    /// with other characters than letters and digits. The document leaves out these parts and changes such
    /// names; [`GatewayDocument::warnings`](super::GatewayDocument::warnings) lists both.
    ///
    /// ```
    /// use lambda_api::template::{Gateway, Options};
    ///
    /// let options = Options::new(Gateway::RestApi).models();
    /// ```
    pub fn models(mut self) -> Self {
        self.models = true;
        self
    }

    /// Lets the gateway stream responses: a function URL with the invoke mode `RESPONSE_STREAM`, or a REST API
    /// with the response transfer mode `STREAM` for every operation. The template tells the functions with
    /// the variable `LAMBDA_API_STREAM`.
    ///
    /// It is the default if [`Api::stream_on`](crate::Api::stream_on) lists the gateway. With this option, a
    /// gateway that only buffers responses is an error.
    ///
    /// ```
    /// use lambda_api::template::{Gateway, Options};
    ///
    /// let options = Options::new(Gateway::FunctionUrl).stream();
    /// ```
    pub fn stream(mut self) -> Self {
        self.stream = true;
        self
    }

    /// Sets the name of the binary, as in Cargo.toml. The default is the name of the crate that has the
    /// first route. The command `template` uses the name of the program that runs.
    pub fn binary(mut self, name: impl Into<String>) -> Self {
        self.binary = Some(name.into());
        self
    }
}

/// What an API states for its template, besides its routes.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) function: Option<Function>,
    pub(crate) resources: Vec<Resource>,
}
