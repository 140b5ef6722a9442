//! The document of an API, and its settings.

use super::{
    Api,
    flatten::{Kind, Scope, join, scopes},
    middleware::described,
};
use crate::{
    Request,
    middleware::LayerFn,
    openapi::{
        Described, DocumentErrors, Info, Listed, Mounted, OpenApi, Operation, ProblemContent,
        Route, Server, write,
    },
    router::RouteObserver,
};
use schemars::JsonSchema;

impl Api {
    /// Writes the OpenAPI document of this API.
    ///
    /// This needs no environment, creates no state and sends nothing.
    ///
    /// ```
    /// use lambda_api::{Api, api_handler, routes};
    ///
    /// /// Says hello.
    /// #[api_handler(GET "/hello/{name}")]
    /// async fn hello(name: String) -> String { format!("Hello, {name}!") }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let document = Api::new().routes(routes![hello]).openapi()?;
    /// assert!(document.to_json().contains(r#""operationId": "hello""#));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns an error if:
    /// - two types of the document have the same name
    /// - two operations have the same `operation_id`, or the same method and path
    /// - a nested API has a setting of the outermost API
    /// - this is a release build without the features `local` and `openapi-release`, which has no schemas
    pub fn openapi(&self) -> Result<OpenApi, DocumentErrors> {
        let mut errors = Vec::new();
        if !cfg!(any(
            debug_assertions,
            feature = "local",
            feature = "openapi-release"
        )) {
            errors.push(
                "a release build has the schemas of its routes only with the feature \
                 `openapi-release` or `local` of lambda-api"
                    .to_owned(),
            );
        }
        let (mut routes, mut mounts) = (Vec::new(), Vec::new());
        for (index, scope) in scopes(self).iter().enumerate() {
            if index > 0 && scope.api.openapi.is_set() {
                errors.push(format!(
                    "a setting of the document is set on the API nested at `{}`: set it on the \
                     outermost API",
                    scope.prefix
                ));
            }
            for list in &scope.api.routes {
                let listed = list.routes.iter().filter(|route| !route.is_fallback());
                routes.extend(listed.map(|route| {
                    Listed {
                        route,
                        prefix: scope.prefix.clone(),
                        places: scope.places(route).collect(),
                        tags: &list.tags,
                        authenticators: scope.authenticators.clone(),
                        takes_identity: scope.takes_identity(&list.layers),
                        layers: described(
                            self.layers
                                .iter()
                                .chain(scope.layers.iter().copied())
                                .chain(&list.layers),
                        )
                        .map(|one| one.describe)
                        .collect(),
                    }
                }));
            }
            mounts.extend(scope.contents().filter_map(|kind| match kind {
                #[cfg(feature = "docs")]
                Kind::Mount(mount) if mount.docs.is_some() => None,
                Kind::Mount(mount) => Some(Mounted {
                    prefix: join(&scope.prefix, &mount.prefix),
                    access: scope.access(mount.access),
                }),
                Kind::Route(..) | Kind::Fallback(..) => None,
            }));
        }
        let described = Described {
            routes,
            mounts,
            settings: &self.openapi,
            is_restyled: self.renderer.is_restyled(),
            retry_after: self.timing.retry_after.is_some(),
        };
        let document = write(&described, &mut errors);
        match errors.is_empty() {
            true => Ok(document),
            false => Err(DocumentErrors(errors)),
        }
    }

    /// Sets title, version and description of the document. Without it, the title is the name of the
    /// crate that has the first route, and the version is `0.0.0`.
    ///
    /// ```
    /// use lambda_api::{Api, openapi::Info};
    ///
    /// let mut info = Info::new("Orders", env!("CARGO_PKG_VERSION"));
    /// info.description = Some("Orders of the shop.".to_owned());
    /// let api = Api::new().openapi_info(info);
    /// ```
    pub fn openapi_info(mut self, info: Info) -> Self {
        self.openapi.info = Some(info);
        self
    }

    /// Adds a server to the document: a URL at which the API can be reached.
    ///
    /// ```
    /// use lambda_api::{Api, openapi::Server};
    ///
    /// let api = Api::new().openapi_server(Server::new("https://api.example.com"));
    /// ```
    pub fn openapi_server(mut self, server: Server) -> Self {
        self.openapi.servers.push(server);
        self
    }

    /// Sets the content of problems in the document, for an API that changes them with
    /// [`on_problem`](Api::on_problem). Without it, the content of such problems is unspecified.
    ///
    /// ```
    /// use http::StatusCode;
    /// use lambda_api::{Api, Created, IntoResponse, Json, Problem};
    ///
    /// #[derive(serde::Serialize, schemars::JsonSchema)]
    /// struct Failure { error: String }
    ///
    /// let api = Api::new()
    ///     .on_problem(|problem: &Problem| {
    ///         let failure = Failure { error: problem.code().to_owned() };
    ///         (problem.status(), Json(failure)).into_response()
    ///     })
    ///     .problem_schema::<Failure>("application/json");
    /// ```
    pub fn problem_schema<T: JsonSchema>(mut self, media_type: impl Into<String>) -> Self {
        self.openapi.problem = Some(ProblemContent::new::<T>(media_type.into()));
        self
    }

    /// Adds a function that changes each operation of the document. It is called once for each
    /// operation, after everything else is written.
    ///
    /// ```
    /// use lambda_api::Api;
    ///
    /// let api = Api::new().openapi_operation(|route, operation| {
    ///     if route.path.starts_with("/internal/") {
    ///         operation.tags = vec!["internal".to_owned()];
    ///     }
    /// });
    /// ```
    pub fn openapi_operation(
        mut self,
        amend: impl Fn(Route<'_>, &mut Operation) + Send + Sync + 'static,
    ) -> Self {
        self.openapi.amend_operation.push(Box::new(amend));
        self
    }

    /// Adds a function that changes the whole document, after those of
    /// [`openapi_operation`](Api::openapi_operation).
    ///
    /// ```
    /// use lambda_api::Api;
    ///
    /// let api = Api::new().openapi_document(|document| {
    ///     document.extensions.insert("x-audience".to_owned(), "partners".into());
    /// });
    /// ```
    pub fn openapi_document(
        mut self,
        amend: impl Fn(&mut OpenApi) + Send + Sync + 'static,
    ) -> Self {
        self.openapi.amend_document.push(Box::new(amend));
        self
    }
}

impl Api {
    /// Calls a function with each request that reaches a route, and with the path of the route.
    pub(crate) fn observe_routes(
        mut self,
        tell: impl Fn(&Request, &str) + Send + Sync + 'static,
    ) -> Self {
        self.observer = Some(RouteObserver::new(tell));
        self
    }
}

impl Scope<'_> {
    /// Whether a middleware around routes with these layers takes the identity.
    fn takes_identity(&self, layers: &[LayerFn]) -> bool {
        described(self.layers.iter().copied().chain(layers)).any(|one| one.operation.takes_identity)
    }
}
