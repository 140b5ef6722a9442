//! Responses held to the OpenAPI document of their API.

mod check;
mod header;
mod promise;
mod schema;
mod violation;

use bytes::Bytes;
use check::Received;
use http::Response;
use lambda_api::{__private, Api, Invocation, Request, openapi::OpenApi};
use promise::Operation;
use schema::Schemas;
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use violation::report;

/// The document of an API, and the routes that its requests took.
pub(super) struct Conformance {
    document: OpenApi,
    schemas: Schemas,
    /// By the id of the invocation.
    taken: Mutex<HashMap<String, Taken>>,
}

/// The route of a request, which the router told.
struct Taken {
    method: String,
    path: String,
}

impl Conformance {
    /// Writes the document of an API that is not built yet.
    pub(super) fn of(api: Api) -> Result<(Api, Arc<Self>), String> {
        let failed = |error: &dyn std::fmt::Display| format!("the API has no document\n{error}");
        let document = api.openapi().map_err(|error| failed(&error))?;
        let json: Value =
            serde_json::from_str(&document.to_json()).map_err(|error| failed(&error))?;
        let conformance = Arc::new(Self {
            schemas: Schemas::of(json).map_err(|error| failed(&error))?,
            document,
            taken: Mutex::default(),
        });
        let seen = Arc::clone(&conformance);
        let api = __private::observe_routes(api, move |request, path| seen.note(request, path));
        Ok((api, conformance))
    }

    fn note(&self, request: &Request, path: &str) {
        let Some(invocation) = request.extensions().get::<Invocation>() else {
            return;
        };
        let id = invocation.lambda().request_id.clone();
        let taken = Taken {
            method: request.method().as_str().to_owned(),
            path: path.to_owned(),
        };
        self.taken().insert(id, taken);
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<String, Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compares the response to an invocation with what the document promises of its operation. A request
    /// that no operation took has nothing to keep to.
    pub(super) fn check(
        &self,
        request_id: &str,
        is_head: bool,
        reads_body: bool,
        response: Option<&Response<Bytes>>,
    ) -> Result<(), String> {
        let taken = self.taken().remove(request_id);
        // The source may have responded instead of the function.
        let (Some(Taken { method, path }), Some(response)) = (taken, response) else {
            return Ok(());
        };
        let Some(routed) = __private::operation_of(&self.document, &method, &path) else {
            return Ok(());
        };
        let operation = Operation::new(self.schemas.document(), &routed);
        let received = Received {
            response,
            is_head,
            reads_body,
        };
        let violations = received.violations(&operation, &self.schemas);
        match violations.is_empty() {
            true => Ok(()),
            false => Err(report(&operation.name, response.status(), &violations)),
        }
    }
}
