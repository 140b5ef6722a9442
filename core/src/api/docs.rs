//! The docs page of an API.

use super::{Api, DocsPage, Mount, flatten::scopes};
use crate::{
    Problem, Request,
    auth::Access,
    docs::{Docs, Document, Written, closed_to_browsers},
    event::Invocation,
    middleware::erase_service,
    openapi::{OpenApi, Server},
    response::IntoResponse,
};
use std::{
    convert::Infallible,
    panic::Location,
    sync::{Arc, Mutex, PoisonError},
};

impl Api {
    /// Adds a page with the OpenAPI document of this API, from which readers can send requests: Swagger
    /// UI, at a path such as `/docs`. The document itself is at `/docs/openapi.json`.
    ///
    /// The page is closed as everything else: in an API that has an authenticator, it requires
    /// authentication. [`docs_with`](Api::docs_with) sets another rule. If only nested APIs have
    /// authenticators, the page is open, and building it logs a warning unless it is public.
    ///
    /// A browser opens a page without an `authorization` header. So a page that is closed by a token or
    /// a key in a header cannot be opened, and building it logs a warning. Identify readers by a cookie
    /// ([`Credential::cookie`](crate::auth::Credential::cookie)), at the gateway (a load balancer that
    /// signs users in, a Lambda authorizer) or by mutual TLS, or make the page public.
    ///
    /// ```
    /// use lambda_api::{Api, api_handler, routes};
    ///
    /// /// Says that the service runs.
    /// #[api_handler(GET "/health")]
    /// async fn health() -> &'static str { "ok" }
    ///
    /// let api = Api::new().routes(routes![health]).docs("/docs");
    /// ```
    ///
    /// Everything that the page loads is part of the program, and its content security policy allows
    /// requests to the API alone: to the server of the page, and to those of
    /// [`openapi_server`](Api::openapi_server). Without the latter, the document names the stage and the
    /// base path of the request in hand. It is written at the first request; a debug build also writes it
    /// in [`build`](Api::build), to report its errors.
    ///
    /// The files of Swagger UI exist compressed only. A client whose `accept-encoding` excludes gzip gets
    /// 406. A REST API needs binary media types for them (`*/*`), which the [template](crate::template)
    /// sets.
    ///
    /// Only on the outermost API. [`guide::openapi`](crate::guide::openapi) has more.
    #[track_caller]
    pub fn docs(self, path: impl Into<String>) -> Self {
        self.docs_with(path, Access::authenticated())
    }

    /// Like [`docs`](Api::docs), with an access rule.
    ///
    /// ```
    /// use lambda_api::{Api, auth::{Access, gateway::Iam}};
    ///
    /// let api = Api::new()
    ///     .authenticate(Iam::from_this_api())
    ///     .docs_with("/docs", Access::public());
    /// ```
    ///
    /// The document says who may call which operation, and names the issuers of tokens: a public page
    /// shows that to everybody.
    #[track_caller]
    pub fn docs_with(mut self, path: impl Into<String>, access: Access) -> Self {
        let path = path.into();
        let docs = Arc::new(Docs::new(&path, Document::default()));
        let page = Arc::clone(&docs);
        let service = tower::service_fn(move |request: Request| {
            let prefix = Invocation::of(&request).path_prefix();
            let (method, headers, uri) = (request.method(), request.headers(), request.uri());
            let response = page.respond(method, headers, uri.path(), uri.query(), prefix);
            let response = response.unwrap_or_else(Problem::into_response);
            async move { Ok::<_, Infallible>(response) }
        });
        self.mounts.push(Mount {
            prefix: path,
            service: erase_service(service),
            access,
            name: "docs",
            location: Location::caller(),
            docs: Some(DocsPage {
                docs,
                write: |api| api.openapi().map(written),
            }),
        });
        self
    }

    /// Whether this API has a docs page.
    pub(super) fn has_docs(&self) -> bool {
        self.mounts.iter().any(|mount| mount.docs.is_some())
    }

    /// The warnings for docs pages.
    pub(crate) fn docs_warnings(&self) -> Vec<String> {
        let pages = self.mounts.iter().filter(|mount| mount.docs.is_some());
        pages
            .filter_map(|page| {
                self.open_docs(page)
                    .or_else(|| closed_to_browsers(&page.prefix, page.access, &self.authenticators))
            })
            .collect()
    }

    /// The warning for a page that shows closed operations to everybody, which the program does not ask for.
    fn open_docs(&self, page: &Mount) -> Option<String> {
        if page.access.public || !self.authenticators.is_empty() {
            return None;
        }
        let scopes = scopes(self);
        let closed = scopes.iter().find(|scope| {
            let mut routes = scope.api.routes.iter().flat_map(|list| list.routes.iter());
            !scope.authenticators.is_empty()
                && routes.any(|route| !route.is_fallback() && !route.access.public)
        })?;
        Some(format!(
            "the docs page at `{}` is open to everybody, and shows the closed operations of the API \
             nested at `{}`: the outermost API has no authenticator. Add one to it with \
             `Api::authenticate`, or make the page public on purpose with `Api::docs_with` and \
             `Access::public`",
            page.prefix, closed.prefix
        ))
    }

    /// Gives the document to the docs pages of a built API.
    pub(super) fn publish_docs(mut self, errors: &mut Vec<String>) {
        // The pages would otherwise keep themselves alive.
        let (pages, mounts) = self
            .mounts
            .drain(..)
            .partition(|mount| mount.docs.is_some());
        self.mounts = mounts;
        let pages: Vec<Mount> = pages;
        let pages: Vec<_> = pages.into_iter().filter_map(|page| page.docs).collect();
        let Some(page) = pages.first() else {
            return;
        };
        // All errors of an API are told together, but a cold start does not pay for them.
        if cfg!(debug_assertions)
            && errors.is_empty()
            && let Err(wrong) = (page.write)(&self)
        {
            errors.extend(wrong.iter().map(|error| format!("the docs page: {error}")));
        }
        let api = Arc::new(Mutex::new(self));
        for DocsPage { docs, write } in pages {
            let api = Arc::clone(&api);
            docs.document().set(move || {
                let api = api.lock().unwrap_or_else(PoisonError::into_inner);
                write(&api).map_err(|errors| errors.to_string())
            });
        }
    }
}

/// The error in the path of a docs page.
pub(super) fn path_error(path: &str) -> Option<&'static str> {
    match path {
        "/" => Some("must be a path of its own, such as `/docs`"),
        path if path.contains('{') => Some("cannot have parameters"),
        _ => None,
    }
}

/// A document whose server is that of the request, unless the program names servers.
pub(crate) fn written(document: OpenApi) -> Written {
    let title = document.info.title.clone();
    let servers: Vec<_> = document.servers.iter().map(|one| one.url.clone()).collect();
    let is_own = servers == ["/"];
    let text = move |prefix: &str| match is_own && !prefix.is_empty() {
        true => {
            let mut document = document.clone();
            document.servers = vec![Server::new(prefix)];
            document.to_json()
        }
        false => document.to_json(),
    };
    Written::new(&title, servers.iter().map(String::as_str), text)
}
