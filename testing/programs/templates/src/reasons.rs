//! The reasons why a gateway cannot have an API, found in the manifest without the generator.

use serde_json::Value;
use std::collections::BTreeMap;

/// The reason that the error states, if the manifest has it.
pub(crate) fn find(
    error: &str,
    manifest: &Value,
    kind: &str,
    routes: &str,
) -> Option<&'static str> {
    let (is_http, is_rest) = (kind == "http", kind == "rest");
    let is_each = routes == "each";
    let authenticators = || manifest["authenticators"].as_array().into_iter().flatten();
    let has = |wanted: &dyn Fn(&Value) -> bool| authenticators().any(wanted);
    let is = |one: &Value, kind: &str| one["kind"] == kind;
    let length = |one: &Value, list: &str| one[list].as_array().map_or(0, Vec::len);
    let reasons: [(&str, &'static str, bool); 22] = [
        (
            "in the same place",
            "two parameters in one place",
            is_rest && is_each && has_siblings(manifest),
        ),
        (
            "(where other paths overlap)",
            "overlapping paths",
            is_rest && is_each && greedy(manifest) > 1,
        ),
        (
            "a segment of a REST API",
            "characters in a path",
            is_rest
                && is_each
                && paths(manifest)
                    .iter()
                    .any(|path| path.contains(['%', '$', '+'])),
        ),
        (
            "compares the decoded path",
            "characters in a path",
            is_http && is_each && paths(manifest).iter().any(|path| path.contains(['%', '$'])),
        ),
        (
            "cannot be both",
            "several authenticators of gateways",
            rules(manifest).any(|rule| {
                let ids = rule["authenticators"].as_array().map_or(0, Vec::len);
                ids > 1 && reads_only(rule, manifest)
            }),
        ),
        (
            "AWS SAM cannot create for a REST API",
            "a JWT authorizer at a REST API",
            is_rest && has(&|one| is(one, "gateway_jwt")),
        ),
        (
            "every user pool",
            "no user pool",
            is_rest && has(&|one| is(one, "gateway_cognito") && length(one, "user_pools") == 0),
        ),
        (
            "accepts several user pools",
            "several user pools",
            is_rest && has(&|one| is(one, "gateway_cognito") && length(one, "user_pools") > 1),
        ),
        (
            "accepts several issuers",
            "several issuers",
            is_http && has(&|one| length(one, "issuers") > 1 || length(one, "user_pools") > 1),
        ),
        (
            "tokens of client credentials have none that fits",
            "access tokens of programs without scopes",
            is_rest && has(&|one| one["token"] == "access"),
        ),
        (
            "accepts 10 scopes",
            "too many scopes",
            is_http
                && rules(manifest)
                    .any(|rule| rule["scopes"]["any"].as_array().map_or(0, Vec::len) > 10),
        ),
        (
            "the gateway must verify the caller",
            "different callers of one route",
            !is_each && rules(manifest).any(|rule| reads_only(rule, manifest)),
        ),
        (
            "leaves `OPTIONS` open",
            "different callers of one route",
            !is_each && rules(manifest).any(|rule| reads_only(rule, manifest)),
        ),
        (
            "does not verify callers of",
            "a gateway that verifies no callers",
            ["url", "alb"].contains(&kind)
                && rules(manifest).any(|rule| all_read(rule, manifest, &OUTSIDE)),
        ),
        (
            "needs a scope, but no route requires one",
            "a program without scopes",
            !rules(manifest).any(|rule| {
                let scopes = rule["scopes"].as_object().into_iter().flatten();
                let mut scopes =
                    scopes.flat_map(|(_, names)| names.as_array().into_iter().flatten());
                scopes.any(|name| name.as_str().is_some_and(|name| name.contains('/')))
                    && ids(rule).any(|id| {
                        authenticators().any(|one| {
                            let pools = || one["user_pools"].as_array().into_iter().flatten();
                            one["id"] == *id && pools().any(|pool| pool["id"].is_object())
                        })
                    })
            }),
        ),
        (
            "does not say which of two authorizers",
            "two authorizers of one kind",
            READERS[1..]
                .iter()
                .any(|kind| authenticators().filter(|one| is(one, kind)).count() > 1),
        ),
        (
            "cannot match subdomains",
            "wildcard origins of a signed URL",
            kind == "url" && rules(manifest).any(|rule| reads_only(rule, manifest)),
        ),
        (
            "accepts tokens of other regions",
            "other regions",
            is_rest && has(&|one| is(one, "gateway_cognito")),
        ),
        (
            "signatures of all requests or of none",
            "signed and other requests of one URL",
            kind == "url" && rules(manifest).any(|rule| reads_only(rule, manifest)),
        ),
        (
            "authorizers, but the quota is 10",
            "too many authorizers",
            length(manifest, "authenticators") > 10,
        ),
        (
            "two nested APIs have a function of this name",
            "names of functions",
            !functions(manifest).is_empty(),
        ),
        (
            "have the logical id",
            "logical ids",
            !functions(manifest).is_empty(),
        ),
    ];
    let mut fitting = reasons
        .iter()
        .filter(|(text, _, is_true)| *is_true && error.contains(text));
    fitting.next().map(|(_, reason, _)| *reason)
}

fn rules(manifest: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["routes", "mounts", "fallbacks"].into_iter();
    let all = lists.flat_map(|list| manifest[list].as_array().into_iter().flatten());
    all.map(|one| &one["access"])
}

/// Authenticators that read what a gateway has verified.
const READERS: [&str; 4] = ["iam", "lambda", "gateway_jwt", "gateway_cognito"];
/// The same, and client certificates, which function URLs and load balancers do not pass on.
const OUTSIDE: [&str; 5] = ["iam", "lambda", "gateway_jwt", "gateway_cognito", "mtls"];

fn ids(rule: &Value) -> impl Iterator<Item = &Value> {
    rule["authenticators"].as_array().into_iter().flatten()
}

/// Whether no authenticator of a rule is one that the function verifies itself.
fn reads_only(rule: &Value, manifest: &Value) -> bool {
    all_read(rule, manifest, &READERS)
}

/// Whether all authenticators of a closed rule are of these kinds.
fn all_read(rule: &Value, manifest: &Value, kinds: &[&str]) -> bool {
    let known = || manifest["authenticators"].as_array().into_iter().flatten();
    let reads = |id: &Value| {
        known().any(|one| one["id"] == *id && kinds.iter().any(|kind| one["kind"] == *kind))
    };
    rule["public"] == false && ids(rule).count() > 0 && ids(rule).all(reads)
}

/// The names of functions of nested APIs.
fn functions(manifest: &Value) -> std::collections::BTreeSet<&str> {
    let lists = ["routes", "mounts", "fallbacks"].into_iter();
    let all = lists.flat_map(|list| manifest[list].as_array().into_iter().flatten());
    all.filter_map(|one| one["function"].as_str()).collect()
}

fn paths(manifest: &Value) -> Vec<String> {
    let list = |name: &str| manifest[name].as_array().into_iter().flatten();
    let routes = list("routes").filter_map(|one| one["path"].as_str().map(str::to_owned));
    let prefixes = list("mounts").chain(list("fallbacks"));
    let prefixes = prefixes.filter_map(|one| one["prefix"].as_str());
    let below = prefixes.map(|prefix| format!("{}/{{+}}", prefix.trim_end_matches('/')));
    routes.chain(below).collect()
}

/// How many paths stand for all below.
fn greedy(manifest: &Value) -> usize {
    let paths = paths(manifest).into_iter();
    paths.filter(|path| path.ends_with("+}")).count()
}

fn has_siblings(manifest: &Value) -> bool {
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for path in paths(manifest) {
        let mut parent = String::new();
        for segment in path.split('/').skip(1) {
            if segment.starts_with('{') {
                let name = if segment.ends_with("+}") {
                    "{+}"
                } else {
                    segment
                };
                let first = known
                    .entry(parent.clone())
                    .or_insert_with(|| name.to_owned());
                if first != name {
                    return true;
                }
            }
            parent = format!("{parent}/{segment}");
        }
    }
    false
}
