//! The IAM policy of a principal that calls the routes that IAM closes.

use super::{
    Gateway, TemplateErrors,
    described::Described,
    plan::{self, ANY, DEFAULT_ROUTE, Plan, Security},
    values::Values,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The characters of a managed policy, without whitespace.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const MOST: usize = 6_144;

/// Writes the policy as JSON with `${NAME}` for what the deployment replaces, and warnings.
pub(crate) fn write(api: &Described<'_>) -> Result<(String, Vec<String>), TemplateErrors> {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    let statements = match api.options.gateway {
        Gateway::HttpApi | Gateway::RestApi => {
            let mut values = Values::new(api, &mut errors);
            let plan = Plan::new(api, &mut values, &mut errors);
            operations(&plan, &mut warnings)
        }
        Gateway::FunctionUrl => {
            if plan::is_signed(api, &mut errors, &mut warnings) {
                function_url(api)
            } else {
                Vec::new()
            }
        }
        Gateway::LoadBalancer => {
            errors.push("a load balancer does not authenticate callers with IAM".to_owned());
            Vec::new()
        }
    };
    if errors.is_empty() && statements.is_empty() {
        errors.push("no route is closed with IAM".to_owned());
    }
    if !errors.is_empty() {
        return Err(TemplateErrors(errors));
    }
    let mut policy = json!({"Version": "2012-10-17", "Statement": statements});
    policy.sort_all_objects();
    let length = policy.to_string().len();
    if length > MOST {
        warnings.push(format!(
            "the policy has {length} characters, but the quota of a managed policy is {MOST}: use fewer \
             statements, or the resource `${{Api}}/*`"
        ));
    }
    // Every key is a string, so this does not fail.
    let mut text = serde_json::to_string_pretty(&policy).unwrap_or_default();
    text.push('\n');
    Ok((text, warnings))
}

/// The operations of an API that IAM closes, in any stage.
fn operations(plan: &Plan, warnings: &mut Vec<String>) -> Vec<Value> {
    const ARN: &str = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*";
    let mut resources = BTreeSet::new();
    for item in &plan.paths {
        let signed = item.operations.iter();
        let signed = signed.filter(|one| one.security == Security::Iam);
        let methods: Vec<_> = signed.map(|one| method(one.method)).collect();
        if methods.is_empty() {
            continue;
        }
        // Whatever no other route takes, with any method and path.
        if item.path == DEFAULT_ROUTE {
            resources.insert(ARN.to_owned());
            warnings.push(
                "IAM closes the route for what no other route takes: the policy allows every path"
                    .to_owned(),
            );
            continue;
        }
        let (path, has_parameter) = pattern(&item.path);
        resources.extend(methods.iter().map(|method| format!("{ARN}/{method}{path}")));
        if has_parameter {
            warnings.push(format!(
                "`{}`: `*` in place of a parameter also matches `/`: the policy allows {} on all of \
                 `{path}`",
                item.path,
                methods.join(" and ")
            ));
        }
    }
    match resources.is_empty() {
        true => Vec::new(),
        false => vec![json!({
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": resources,
        })],
    }
}

fn method(name: &str) -> String {
    match name {
        ANY => "*".to_owned(),
        name => name.to_ascii_uppercase(),
    }
}

/// A path with `*` for each parameter, and whether one of them is not greedy.
fn pattern(path: &str) -> (String, bool) {
    let is_parameter = |segment: &&str| segment.starts_with('{');
    let segments = path.split('/');
    let replaced = segments
        .clone()
        .map(|segment| match is_parameter(&segment) {
            true => "*",
            false => segment,
        });
    let replaced: Vec<_> = replaced.collect();
    let mut parameters = segments.filter(is_parameter);
    (
        replaced.join("/"),
        parameters.any(|one| !one.ends_with("+}")),
    )
}

/// The URL of the function. It needs two permissions:
/// <https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html>
fn function_url(api: &Described<'_>) -> Vec<Value> {
    let arn = format!(
        "arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{}",
        api.function_name(None)
    );
    vec![
        json!({
            "Effect": "Allow",
            "Action": "lambda:InvokeFunctionUrl",
            "Resource": arn,
            "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
        }),
        json!({
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": arn,
            "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
        }),
    ]
}

#[cfg(test)]
mod tests;
