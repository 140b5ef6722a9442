//! Checks that the arguments of middleware exist at its position.

use super::flatten::Scope;
use crate::{
    auth::Access,
    middleware::{Described, LayerFn},
    router::Origin,
    state::missing,
};
use std::any::TypeId;

/// The middleware in some layers, outermost first.
pub(super) fn described<'a>(
    layers: impl IntoIterator<Item = &'a LayerFn>,
) -> impl Iterator<Item = &'a Described> {
    layers.into_iter().flat_map(LayerFn::described)
}

/// Validates the layers around everything. There, the request is neither routed nor authenticated.
pub(super) fn check_outer(layers: &[LayerFn], given: &[TypeId], errors: &mut Vec<String>) {
    for one in described(layers) {
        check_state(one, given, errors);
        let name = one.name;
        if one.operation.takes_identity {
            errors.push(format!(
                "the middleware `{name}` takes the identity of the caller, but is in a \
                 `layer` of the outermost API, which runs before authentication: add it with \
                 `Api::route_layer`"
            ));
        }
        if one.operation.needs_route || one.operation.needs_parameters {
            errors.push(format!(
                "the middleware `{name}` takes the route of the request, or its parameters, but \
                 is in a `layer` of the outermost API, which runs before the router: add it with \
                 `Api::route_layer`"
            ));
        }
    }
}

/// Validates layers around the routes of one scope.
pub(super) fn check_inner<'a>(
    scope: &Scope<'_>,
    layers: impl IntoIterator<Item = &'a LayerFn>,
    given: &[TypeId],
    errors: &mut Vec<String>,
) {
    for one in described(layers) {
        check_state(one, given, errors);
        if one.operation.takes_identity && scope.authenticators.is_empty() {
            let name = one.name;
            add(
                errors,
                format!(
                    "the middleware `{name}` takes the identity of the caller, but the API has no \
                     authenticator: add one with `Api::authenticate`"
                ),
            );
        }
    }
}

/// Validates middleware around a route with this access rule.
pub(super) fn check_around<'a>(
    origin: &Origin,
    access: Access,
    middleware: impl Iterator<Item = &'a Described>,
    errors: &mut Vec<String>,
) {
    for one in middleware.filter(|one| access.public && one.operation.needs_identity) {
        errors.push(format!(
            "{origin} is `public`, but the middleware `{}` around it takes an identity or claims: \
             take an `Option` of it there, or remove `public`",
            one.name
        ));
    }
}

fn check_state(one: &Described, given: &[TypeId], errors: &mut Vec<String>) {
    for (id, state) in &one.operation.state {
        if !given.contains(id) {
            let name = one.name;
            add(
                errors,
                format!("the middleware `{name}` {}", missing(state)),
            );
        }
    }
}

/// Adds an error once: a layer of an API is also around its nested APIs.
fn add(errors: &mut Vec<String>, error: String) {
    if !errors.contains(&error) {
        errors.push(error);
    }
}
