//! The template of an API.

use super::Api;
use crate::template::{Function, Options, Resource, Template, TemplateErrors};

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
    /// - the gateway cannot have a route, or cannot authenticate the callers of one
    /// - the API exceeds a quota of the gateway
    /// - two resources have the same logical id, or a setting of a function is out of range
    /// - this is a release build without the feature `local`
    pub fn template(&self, options: &Options) -> Result<Template, TemplateErrors> {
        #[cfg(any(debug_assertions, feature = "local"))]
        return crate::template::write(&self.described(options));
        #[cfg(not(any(debug_assertions, feature = "local")))]
        {
            let _ = options;
            Err(TemplateErrors(vec![
                "a release build writes a template only with the feature `local` of lambda-api"
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
    /// [`UserPoolClient`](crate::template::UserPoolClient) and [`Table`](crate::template::Table). A
    /// nested API can declare its own.
    pub fn resource(mut self, resource: impl Into<Resource>) -> Self {
        self.template.resources.push(resource.into());
        self
    }
}

#[cfg(any(debug_assertions, feature = "local"))]
impl Api {
    /// The IAM policy of a principal that calls the routes that IAM closes, as JSON.
    pub(crate) fn caller_policy(&self, _: &Options) -> Result<String, TemplateErrors> {
        Err(TemplateErrors(vec![
            "the policy of callers cannot be written yet".to_owned(),
        ]))
    }

    fn described<'a>(&'a self, options: &'a Options) -> crate::template::Described<'a> {
        use super::flatten::{function, scopes};
        let scopes = scopes(self);
        let nested = scopes.iter().skip(1);
        crate::template::Described {
            manifest: self.manifest(),
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
        }
    }
}
