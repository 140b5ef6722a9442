//! What middleware takes, and whether it is there where the middleware stands.

use super::flat::Scope;
use crate::{
    auth::Access,
    middleware::{Described, LayerFn},
    router::Origin,
};
use std::any::TypeId;

/// The middleware in some layers, outermost first.
pub(super) fn described<'a>(
    layers: impl IntoIterator<Item = &'a LayerFn>,
) -> impl Iterator<Item = &'a Described> {
    layers.into_iter().flat_map(LayerFn::described)
}

/// What is wrong with the layers around everything: the router has not seen the request there, nor
/// has an authenticator.
pub(super) fn check_outer(layers: &[LayerFn], given: &[TypeId], faults: &mut Vec<String>) {
    for one in described(layers) {
        check_state(one, given, faults);
        let name = one.name;
        if one.operation.takes_identity {
            faults.push(format!(
                "the middleware `{name}` takes the identity of the caller, but stands in a \
                 `layer` of the outermost API, where nobody is recognised yet: add it with \
                 `Api::route_layer`"
            ));
        }
        if one.operation.needs_route || one.operation.needs_parameters {
            faults.push(format!(
                "the middleware `{name}` takes the route of the request, or its parameters, but \
                 stands in a `layer` of the outermost API, where no route is known yet: add it with \
                 `Api::route_layer`"
            ));
        }
    }
}

/// What is wrong with layers around routes of one scope.
pub(super) fn check_inner<'a>(
    scope: &Scope<'_>,
    layers: impl IntoIterator<Item = &'a LayerFn>,
    given: &[TypeId],
    faults: &mut Vec<String>,
) {
    for one in described(layers) {
        check_state(one, given, faults);
        if one.operation.takes_identity && scope.authenticators.is_empty() {
            let name = one.name;
            add(
                faults,
                format!(
                    "the middleware `{name}` takes the identity of the caller, but the API has no \
                     authenticator: add one with `Api::authenticate`"
                ),
            );
        }
    }
}

/// What is wrong with middleware around something of this access rule.
pub(super) fn check_around<'a>(
    origin: &Origin,
    access: Access,
    middleware: impl Iterator<Item = &'a Described>,
    faults: &mut Vec<String>,
) {
    for one in middleware.filter(|one| access.public && one.operation.needs_identity) {
        faults.push(format!(
            "{origin} is `public`, but the middleware `{}` around it takes an identity or claims: \
             take an `Option` of it there, or leave `public` out",
            one.name
        ));
    }
}

fn check_state(one: &Described, given: &[TypeId], faults: &mut Vec<String>) {
    for (id, state) in &one.operation.state {
        if !given.contains(id) {
            let name = one.name;
            add(
                faults,
                format!(
                    "the middleware `{name}` needs `State<{state}>`, but there is no `.state(..)` \
                     or `.state_with(..)` of this type"
                ),
            );
        }
    }
}

/// A layer of an Api is around the nested ones, too: what is wrong with it is said once.
fn add(faults: &mut Vec<String>, fault: String) {
    if !faults.contains(&fault) {
        faults.push(fault);
    }
}
