//! The one decision of a function URL or a load balancer: whether all requests must be signed.

use super::authorizers::is_in_function;
use crate::{
    auth::description::Kind,
    manifest::Rule,
    template::{Gateway, described::Described},
};

/// Whether callers sign every request, which a function URL verifies for all routes or for none.
pub(in crate::template) fn is_signed(
    api: &Described<'_>,
    errors: &mut Vec<String>,
    warnings: &mut Vec<String>,
) -> bool {
    let (mut signed, mut open) = (None, None);
    for (route, rule) in api.rules() {
        match verifier(api, &route, rule, errors, warnings) {
            Verifier::Url => signed.get_or_insert(route),
            Verifier::Function => open.get_or_insert(route),
        };
    }
    if let (Some(signed), Some(open)) = (&signed, &open) {
        errors.push(format!(
            "{signed} and {open}: a function URL verifies signatures of all requests or of none, and only \
             the first one requires IAM: use another gateway, or one function for each"
        ));
    }
    signed.is_some()
}

enum Verifier {
    /// The signature is verified before the function runs.
    Url,
    Function,
}

fn verifier(
    api: &Described<'_>,
    route: &str,
    rule: &Rule,
    errors: &mut Vec<String>,
    warnings: &mut Vec<String>,
) -> Verifier {
    let (own, outside): (Vec<_>, Vec<_>) = api.accepted(rule).partition(|one| {
        is_in_function(one.description.kind) && one.description.kind != Kind::Mtls
    });
    if rule.public || outside.is_empty() {
        return Verifier::Function;
    }
    let is_url = api.options.gateway == Gateway::FunctionUrl;
    let iam = outside.iter().any(|one| one.description.kind == Kind::Iam);
    if own.is_empty() && is_url && iam {
        return Verifier::Url;
    }
    let names: Vec<_> = outside.iter().map(|one| format!("`{}`", one.id)).collect();
    let names = names.join(" and ");
    let gateway = if is_url {
        "a function URL"
    } else {
        "a load balancer"
    };
    if own.is_empty() {
        errors.push(format!(
            "{route}: {names} needs a gateway that verifies the caller, which {gateway} does not"
        ));
    } else {
        warnings.push(format!(
            "{route}: callers cannot use {names}, which {gateway} does not verify"
        ));
    }
    Verifier::Function
}
