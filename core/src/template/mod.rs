//! The AWS SAM template of an API: its gateway, its functions and what they need.
//!
//! The command `template` prints it, and [`Api::template`](crate::Api::template) returns it. The guide
//! has [a page about deploying](crate::guide::deploying).
//!
//! A description is complete without any item of this module. [`Function`] sets memory, variables and
//! policies of the function, and gives a nested API a function of its own. [`UserPool`],
//! [`UserPoolClient`] and [`Table`] declare resources that the template creates.

mod block;
#[cfg(any(debug_assertions, feature = "local"))]
mod blocks;
#[cfg(any(debug_assertions, feature = "local"))]
mod caller_policy;
#[cfg(any(debug_assertions, feature = "local"))]
mod check;
#[cfg(any(debug_assertions, feature = "local"))]
mod described;
#[cfg(any(debug_assertions, feature = "local"))]
mod document;
mod errors;
mod function;
#[cfg(any(debug_assertions, feature = "local"))]
mod gateway;
mod gateway_document;
#[cfg(any(debug_assertions, feature = "local"))]
mod json;
#[cfg(any(debug_assertions, feature = "local"))]
mod models;
#[cfg_attr(
    not(any(debug_assertions, feature = "local")),
    allow(dead_code, reason = "only such a build writes templates")
)]
mod options;
#[cfg(any(debug_assertions, feature = "local"))]
mod plan;
#[cfg(any(debug_assertions, feature = "local"))]
mod quotas;
#[cfg_attr(
    not(any(debug_assertions, feature = "local")),
    allow(dead_code, reason = "only such a build writes templates")
)]
mod resource;
#[cfg(any(debug_assertions, feature = "local"))]
mod sam;
#[cfg(any(debug_assertions, feature = "local"))]
mod streams;
#[cfg(test)]
mod testing;
#[cfg(any(debug_assertions, feature = "local"))]
mod tree;
#[cfg(any(debug_assertions, feature = "local"))]
mod values;
#[cfg_attr(
    not(any(debug_assertions, feature = "local")),
    allow(dead_code, reason = "only such a build writes templates")
)]
mod written;
#[cfg(any(debug_assertions, feature = "local"))]
mod yaml;

#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use caller_policy::write as caller_policy;
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use described::Described;
pub use errors::TemplateErrors;
pub use function::Function;
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use gateway::{Additions, write as gateway_document};
pub use gateway_document::GatewayDocument;
pub(crate) use options::Settings;
pub use options::{Gateway, Options, Routing};
pub use resource::{KeyType, Period, Resource, Table, UsagePlan, UserPool, UserPoolClient};
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use sam::WRITTEN_BY;
pub use written::Template;

/// Writes the template.
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) fn write(api: &Described<'_>) -> Result<Template, TemplateErrors> {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    check::functions(api, &mut errors, &mut warnings);
    check::readers(api, &mut errors);
    check::streams(api, &mut errors);
    let mut values = values::Values::new(api, &mut errors);
    let gateway = api.options.gateway;
    let has_plan = matches!(gateway, Gateway::HttpApi | Gateway::RestApi) && !api.has_no_gateway();
    let plan = has_plan.then(|| plan::Plan::new(api, &mut values, &mut errors));
    let wired = sam::wire(api, plan.as_ref(), &mut values, &mut errors, &mut warnings);
    let blocks = match plan {
        _ if api.has_no_gateway() => sam::without_gateway(api, &values, &wired),
        Some(plan) => {
            warnings.extend(plan.warnings.iter().cloned());
            let (errors, warnings) = (&mut errors, &mut warnings);
            quotas::Quotas { errors, warnings }.count_gateway(api, &plan);
            sam::behind_api(api, &plan, &values, &wired)
        }
        None => {
            let is_signed = plan::is_signed(api, &mut errors, &mut warnings);
            match gateway {
                Gateway::FunctionUrl => sam::with_url(api, is_signed, &values, &wired),
                _ => sam::behind_load_balancer(api, &mut values, &wired),
            }
        }
    };
    check::names(api, &blocks, &values, &mut errors, &mut warnings);
    if api.usage_plan().is_some() {
        let is_rest = api.options.gateway == Gateway::RestApi;
        if !is_rest {
            warnings.push("only a REST API has usage plans: this template has none".to_owned());
        } else if api.manifest.authenticators.is_empty() {
            warnings.push(
                "the usage plan limits no route, because none has an authenticator".to_owned(),
            );
        }
    }
    let text: usize = blocks.iter().map(|block| block.text.len()).sum();
    let (e, w) = (&mut errors, &mut warnings);
    quotas::Quotas {
        errors: e,
        warnings: w,
    }
    .count_bytes(text);
    match errors.is_empty() {
        true => Ok(Template { blocks, warnings }),
        false => Err(TemplateErrors(errors)),
    }
}
