//! Paths that a gateway cannot have.

use super::operation::PathItem;
use crate::template::described::Described;
use std::collections::{BTreeMap, BTreeSet};

/// Reports paths that a REST API cannot have: two names for a parameter in one place, and segments with
/// other characters than letters, digits and `._-:`.
pub(super) fn check_rest(paths: &[PathItem], errors: &mut Vec<String>) {
    // The parameter below each path, and the first path that has it.
    let mut parameters: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for item in paths {
        let path = item.path.as_str();
        let origin = if item.is_added {
            " (where other paths overlap)"
        } else {
            ""
        };
        let mut end = 0;
        for segment in path.split('/').skip(1).filter(|_| path != "/") {
            let parent = path.get(..end).unwrap_or_default();
            end += 1 + segment.len();
            if segment.starts_with('{') {
                let (known, first) = *parameters.entry(parent).or_insert((segment, path));
                if known != segment {
                    // One for a segment and one for all are two, whatever their names are.
                    let is_alike = known.ends_with("+}") == segment.ends_with("+}");
                    let advice = if is_alike {
                        "give both the same name, or "
                    } else {
                        ""
                    };
                    errors.push(format!(
                        "`{first}` and `{path}`{origin}: a REST API cannot have `{known}` and `{segment}` in \
                         the same place: {advice}write the template with `--routes proxy`"
                    ));
                }
            }
            let parameter = segment
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'));
            let parameter = parameter.map(|name| name.strip_suffix('+').unwrap_or(name));
            let name = parameter.unwrap_or(segment);
            let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:".contains(&byte);
            // The segments of an added path are those of others.
            if !item.is_added && (name.is_empty() || !name.bytes().all(is_allowed)) {
                errors.push(format!(
                    "`{path}`: a segment of a REST API consists of letters, digits and `._-:`: write \
                     the template with `--routes proxy`"
                ));
            }
        }
    }
    errors.dedup();
}

/// Reports paths that an HTTP API cannot have: it matches the decoded path.
pub(super) fn check_http(api: &Described<'_>, errors: &mut Vec<String>) {
    let manifest = &api.manifest;
    let routes = manifest.routes.iter().map(|one| &one.path);
    let mounts = manifest.mounts.iter().map(|one| &one.prefix);
    let fallbacks = manifest.fallbacks.iter().map(|one| &one.prefix);
    let paths: BTreeSet<_> = routes.chain(mounts).chain(fallbacks).collect();
    for path in paths {
        if path.contains('%') || path.starts_with("/$") {
            errors.push(format!(
                "`{path}`: an HTTP API compares the decoded path, and has names of its own that begin \
                 with `$`: write the template with `--routes proxy`"
            ));
        }
    }
}
