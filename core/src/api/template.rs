//! The template of an API.

use super::Api;
#[cfg(any(debug_assertions, feature = "local"))]
use crate::template::Additions;
use crate::template::{Function, GatewayDocument, Options, Resource, Template, TemplateErrors};

impl Api {
    /// Writes the AWS SAM template of this API.
    ///
    /// This needs no environment, creates no state and sends nothing.
    ///
    /// ```
    /// use lambda_api::{Api, api_handler, routes, template::{Gateway, Options}};
    ///
    /// #[api_handler(GET "/hello/{name}")]
    /// async fn hello(name: String) -> String { format!("Hello, {name}!") }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # if cfg!(debug_assertions) {
    /// let template = Api::new().routes(routes![hello]).template(&Options::new(Gateway::HttpApi))?;
    /// assert!(template.to_yaml().contains("\"/hello/{name}\":"));
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns an error if:
    /// - the description has an error that [`build`](Self::build) would report, too
    /// - the gateway cannot have a route, or cannot authenticate the callers of one
    /// - the API exceeds a quota of the gateway
    /// - two resources have the same logical id, or a setting of a function is out of range
    /// - streams are requested of a gateway that cannot stream, or although the program excludes them
    /// - this is a release build without the feature `local`
    pub fn template(&self, options: &Options) -> Result<Template, TemplateErrors> {
        #[cfg(any(debug_assertions, feature = "local"))]
        return crate::template::write(&self.described(options)?);
        #[cfg(not(any(debug_assertions, feature = "local")))]
        {
            let _ = options;
            Err(TemplateErrors(vec![
                "a release build writes a template only with the feature `local` of lambda-api"
                    .to_owned(),
            ]))
        }
    }

    /// Writes the OpenAPI document that API Gateway imports, for infrastructure that is not a template.
    ///
    /// It has the same operations as the template, closed in the same way, and no schemas unless
    /// [`Options::models`] adds them. It does not contain the functions and the permission of the gateway
    /// to call them. A REST API needs this permission for functions that authorize callers, too.
    ///
    /// ```
    /// use lambda_api::{Api, api_handler, routes, template::{Gateway, Options}};
    ///
    /// #[api_handler(GET "/hello/{name}")]
    /// async fn hello(name: String) -> String { format!("Hello, {name}!") }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # if cfg!(debug_assertions) {
    /// let api = Api::new().routes(routes![hello]);
    /// let document = api.gateway_document(&Options::new(Gateway::HttpApi))?;
    /// assert!(document.to_json().contains("x-amazon-apigateway-integration"));
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns an error if:
    /// - the gateway is neither an HTTP API nor a REST API
    /// - the gateway cannot have a route, or cannot authenticate the callers of one
    /// - the API exceeds a quota of the gateway
    /// - models are requested for an HTTP API, or without the feature `openapi`
    /// - models are requested, and `Api::openapi` returns an error
    /// - streams are requested of an HTTP API, or although the program excludes them
    /// - this is a release build without the feature `local`
    pub fn gateway_document(&self, options: &Options) -> Result<GatewayDocument, TemplateErrors> {
        #[cfg(any(debug_assertions, feature = "local"))]
        return crate::template::gateway_document(
            &self.described(options)?,
            self.additions(options)?,
        );
        #[cfg(not(any(debug_assertions, feature = "local")))]
        {
            let _ = options;
            Err(TemplateErrors(vec![
                "a release build writes a document only with the feature `local` of lambda-api"
                    .to_owned(),
            ]))
        }
    }

    /// Sets memory, time, variables and policies of the Lambda function in the template.
    ///
    /// On a nested API, it gives this API a function of its own: the same program with its own settings,
    /// which the gateway calls for the routes of this API. Each function has all routes, so a request
    /// that arrives at another one is handled there.
    ///
    /// ```
    /// use lambda_api::{Api, template::Function};
    ///
    /// let reports = Api::new().function(Function::new().memory(2048));
    /// let api = Api::new().function(Function::new().memory(256)).nest("/reports", reports);
    /// ```
    pub fn function(mut self, function: Function) -> Self {
        self.template.function = Some(function);
        self
    }

    /// Declares a resource that the template creates, with an environment variable that refers to it.
    ///
    /// See [`UserPool`](crate::template::UserPool),
    /// [`UserPoolClient`](crate::template::UserPoolClient), [`Table`](crate::template::Table) and
    /// [`UsagePlan`](crate::template::UsagePlan). A nested API can declare its own.
    pub fn resource(mut self, resource: impl Into<Resource>) -> Self {
        self.template.resources.push(resource.into());
        self
    }
}

#[cfg(any(debug_assertions, feature = "local"))]
impl Api {
    /// The IAM policy of a principal that calls the routes that IAM closes, as JSON, and warnings.
    pub(crate) fn caller_policy(
        &self,
        options: &Options,
    ) -> Result<(String, Vec<String>), TemplateErrors> {
        crate::template::caller_policy(&self.described(options)?)
    }

    #[cfg(feature = "openapi")]
    fn additions(&self, options: &Options) -> Result<Additions, TemplateErrors> {
        use crate::openapi::Dialect;
        let info = self.openapi.info.as_ref();
        let info = info.map(|info| (info.title.clone(), info.version.clone()));
        let mut schemas = None;
        if options.models {
            let document = self.openapi().map_err(|errors| TemplateErrors(errors.0))?;
            let json = serde_json::from_str(&document.to_json_in(Dialect::V3_0));
            schemas = Some(json.map_err(|error| TemplateErrors(vec![error.to_string()]))?);
        }
        Ok(Additions { info, schemas })
    }

    #[cfg(not(feature = "openapi"))]
    fn additions(&self, options: &Options) -> Result<Additions, TemplateErrors> {
        match options.models {
            true => Err(TemplateErrors(vec![
                "models need the feature `openapi` of lambda-api: turn it on with `cargo add lambda-api \
                 --features openapi`"
                    .to_owned(),
            ])),
            false => Ok(Additions::default()),
        }
    }

    pub(crate) fn described<'a>(
        &'a self,
        options: &'a Options,
    ) -> Result<crate::template::Described<'a>, TemplateErrors> {
        use super::flatten::{function, scopes};
        if let Some(errors) = self.errors() {
            let errors = errors.iter().map(str::to_owned);
            return Err(TemplateErrors(errors.collect()));
        }
        let scopes = scopes(self);
        let nested = scopes.iter().skip(1);
        #[cfg(feature = "websocket")]
        let (socket_endpoint, route_selection) = match &self.websocket {
            Some(settings) => settings.described(),
            None => (None, None),
        };
        #[cfg(not(feature = "websocket"))]
        let (socket_endpoint, route_selection) = (None, None);
        Ok(crate::template::Described {
            socket_endpoint,
            route_selection,
            manifest: self.manifest(),
            stream_on: self.stream_on.as_deref(),
            handlers: self.listed_events(),
            cors: self.cors.as_ref().map(crate::Cors::rules),
            function: self.template.function.as_ref(),
            functions: nested
                .filter_map(|scope| Some((function(scope)?, scope.api.template.function.as_ref()?)))
                .collect(),
            resources: scopes
                .iter()
                .flat_map(|scope| &scope.api.template.resources)
                .collect(),
            options,
        })
    }
}
