//! Quotas of API Gateway and CloudFormation.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>

use super::{
    Gateway,
    described::Described,
    plan::{Plan, Verifies},
};
use std::collections::BTreeSet;

/// Routes of an HTTP API, resources of a REST API. AWS raises this quota on request.
const ROUTES: usize = 300;
const AUTHORIZERS: usize = 10;
const AUDIENCES: usize = 50;
/// Bytes of a template that a request to CloudFormation contains.
const INLINE_BYTES: usize = 51_200;
/// Bytes of a template in a bucket.
const BYTES: usize = 1_000_000;

/// The quotas that a template counts towards.
pub(super) struct Quotas<'a> {
    pub(super) errors: &'a mut Vec<String>,
    pub(super) warnings: &'a mut Vec<String>,
}

impl Quotas<'_> {
    /// Counts what an API Gateway has.
    pub(super) fn count_gateway(&mut self, api: &Described<'_>, plan: &Plan) {
        let most = api.options.max_routes.unwrap_or(ROUTES);
        let advice = "write the template with `--routes proxy`, or have AWS raise the quota and set \
            `max-routes`";
        if api.options.gateway == Gateway::RestApi {
            self.count("resources of a REST API", resources(plan), most, advice);
        } else {
            let routes = plan.paths.iter().map(|path| path.operations.len()).sum();
            self.count("routes of an HTTP API", routes, most, advice);
        }
        let advice = "use fewer authenticators, or write the template with `--routes proxy`";
        self.count("authorizers", plan.authorizers.len(), AUTHORIZERS, advice);
        for authorizer in &plan.authorizers {
            if let Verifies::Jwt { audiences, .. } = &authorizer.verifies {
                let what = format!("audiences of the authorizer `{}`", authorizer.name);
                let advice = "accept fewer, or write the template with `--routes proxy`";
                self.count(&what, audiences.len(), AUDIENCES, advice);
            }
        }
    }

    /// Counts the bytes of the template.
    pub(super) fn count_bytes(&mut self, bytes: usize) {
        let advice = "write the template with `--routes proxy`";
        self.count("bytes of a template", bytes, BYTES, advice);
        if bytes * 5 >= INLINE_BYTES * 4 {
            self.warnings.push(format!(
                "the template has {bytes} bytes: above {INLINE_BYTES}, CloudFormation takes it from a \
                 bucket only, to which `sam deploy` uploads it; with `--routes proxy` it is smaller"
            ));
        }
    }

    fn count(&mut self, what: &str, count: usize, most: usize, advice: &str) {
        if count > most {
            self.errors
                .push(format!("{count} {what}, but the quota is {most}: {advice}"));
        } else if count * 5 >= most * 4 {
            self.warnings.push(format!(
                "{count} {what} of a quota of {most}: above it, {advice}"
            ));
        }
    }
}

/// The resources of a REST API: one for each segment of a path.
fn resources(plan: &Plan) -> usize {
    let mut all = BTreeSet::from([""]);
    for item in &plan.paths {
        let path = item.path.trim_end_matches('/');
        let slashes = path.match_indices('/').skip(1).map(|(index, _)| index);
        for end in slashes.chain([path.len()]) {
            all.extend(path.get(..end));
        }
    }
    all.len()
}
