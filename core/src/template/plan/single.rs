//! The one decision of a function URL or a load balancer: whether all requests must be signed.

use super::verifiers::is_in_function;
use crate::{
    auth::description::Kind,
    manifest::Rule,
    middleware::CorsRules,
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
    let cors = api.cors.as_ref().filter(|_| signed.is_some());
    if cors.is_some_and(CorsRules::has_wildcard) {
        errors.push(
            "a function URL that requires IAM responds to preflight requests itself, and cannot match \
             subdomains: name each origin"
                .to_owned(),
        );
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
    let names = names.join(" or ");
    let gateway = if is_url {
        "a function URL"
    } else {
        "a load balancer"
    };
    if own.is_empty() {
        errors.push(format!(
            "{route}: {gateway} does not verify callers of {names}: use another gateway"
        ));
    } else {
        warnings.push(format!(
            "{route}: callers cannot use {names}, which {gateway} does not verify"
        ));
    }
    Verifier::Function
}
