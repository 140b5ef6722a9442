//! APIs for the tests of documents and policies.

use super::{Function, Options};
use crate::{
    Api, Routes,
    auth::{
        Access,
        gateway::{CognitoAuthorizer, Iam, LambdaAuthorizer},
    },
    endpoint::{INVALID, Route},
    env,
    path_shape::Shape,
};
use serde_json::Value;

/// Routes with these methods, paths and access rules.
pub(super) fn routes(all: &[(&'static str, &'static str, Access)]) -> Routes {
    let route = |(method, path, access): &(&'static str, &'static str, Access)| Route {
        method,
        path,
        access: *access,
        shape: Shape::of(path),
        module: "shop",
        ..INVALID
    };
    let all: Vec<_> = all.iter().map(route).collect();
    Routes::__new(all.leak())
}

/// A policy with the authenticator of this name.
pub(super) const fn by(name: &'static str) -> Access {
    Access::authenticated().authenticator(name)
}

/// An API with each way to close a route, and a nested one that has a function of its own.
pub(super) fn shop() -> Api {
    Api::new()
        .authenticate(CognitoAuthorizer::from_this_api().user_pool(env("COGNITO_POOL")))
        .authenticate(Iam::from_this_api())
        .authenticate(LambdaAuthorizer::from_this_api().name("tills"))
        .routes(routes(&[
            ("GET", "/health", Access::public()),
            ("POST", "/orders", by("cognito").scopes(&["orders/write"])),
            ("GET", "/orders/{id}", by("iam")),
            ("ANY", "/files/{path+}", by("iam")),
            ("PUT", "/tills", by("tills")),
        ]))
        .nest(
            "/reports",
            Api::new()
                .function(Function::new())
                .routes(routes(&[("GET", "/daily", by("iam"))])),
        )
}

/// The document for API Gateway.
pub(super) fn document(api: &Api, options: &Options) -> Value {
    let document = api.gateway_document(options).expect("a document");
    serde_json::from_str(&document.to_json()).expect("JSON")
}
