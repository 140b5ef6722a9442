//! Functions, their settings and variables.

use super::{GATEWAYS, assert_contains, errors, open, path, resource, template, warnings, yaml};
use lambda_api::{
    Api,
    auth::{Jwt, gateway::Iam},
    env,
    template::{Function, Gateway, Options, Routing},
};
use std::time::Duration;

fn with(function: Function) -> Api {
    open(&[("GET", "/a")]).function(function)
}

#[test]
fn a_function_has_defaults() {
    for gateway in GATEWAYS {
        assert_contains(
            &yaml(&open(&[("GET", "/a")]), gateway),
            &[
                "FunctionName: !Sub \"${AWS::StackName}-shop\"",
                "LogGroupName: !Sub \"/aws/lambda/${AWS::StackName}-shop\"",
                "RetentionInDays: 30",
                "Runtime: provided.al2023",
                "Architectures: [arm64]",
                "MemorySize: 256",
                "Timeout: 30",
                "Tracing: Active",
                "LoggingConfig: {LogGroup: !Ref FunctionLogs, LogFormat: JSON}",
                "Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: shop}}",
                "the name of the stack can have 59",
            ],
        );
    }
}

#[test]
fn a_function_has_its_settings() {
    let api = with(
        Function::new()
            .memory(512)
            .timeout(Duration::from_secs(10))
            .log_retention(7)
            .tracing(false)
            .environment("CURRENCY", "EUR")
            .parameter("RATE_LIMIT")
            .policy("AmazonSQSFullAccess"),
    );
    let options = Options::new(Gateway::HttpApi).binary("orders");
    let yaml = template(&api, &options).to_yaml();
    assert_contains(
        &yaml,
        &[
            "${AWS::StackName}-orders\"",
            "BuildProperties: {Binary: orders}",
            "MemorySize: 512",
            "Timeout: 10",
            "RetentionInDays: 7",
            "Environment: {Variables: {CURRENCY: EUR, RATE_LIMIT: !Ref RateLimit}}",
            "RateLimit: {Type: String, Description: \"Value of RATE_LIMIT\"}",
            "Policies: [AmazonSQSFullAccess]",
        ],
    );
    assert!(!yaml.contains("Tracing"), "{yaml}");
}

#[test]
fn settings_out_of_range_are_errors() {
    let options = Options::new(Gateway::HttpApi);
    for (function, expected) in [
        (
            Function::new().memory(127),
            "the function: memory is 128 to 10,240 MiB, found 127",
        ),
        (Function::new().memory(10_241), "found 10241"),
        (
            Function::new().timeout(Duration::from_millis(1500)),
            "1 to 900 whole seconds, found 1.5s",
        ),
        (
            Function::new().timeout(Duration::from_secs(901)),
            "found 901s",
        ),
        (Function::new().timeout(Duration::ZERO), "found 0ns"),
        (
            Function::new().log_retention(8),
            "CloudWatch Logs keeps logs for 1, 3, 5",
        ),
        (
            Function::new().environment("AWS_REGION", "x"),
            "Lambda sets the variable `AWS_REGION` itself",
        ),
        (
            Function::new().parameter("AWS_REGION"),
            "Lambda sets the variable `AWS_REGION` itself",
        ),
        (
            Function::new().environment("_HANDLER", "x"),
            "Lambda sets the variable `_HANDLER` itself",
        ),
        (Function::new().environment("A-B", "x"), "\"A-B\""),
        (Function::new().environment("1A", "x"), "\"1A\""),
        (Function::new().environment("", "x"), "\"\""),
    ] {
        assert_contains(&errors(&with(function), &options), &[expected]);
    }
    for function in [
        Function::new()
            .memory(128)
            .timeout(Duration::from_secs(1))
            .log_retention(1),
        Function::new()
            .memory(10_240)
            .timeout(Duration::from_secs(900))
            .log_retention(3653),
    ] {
        assert_eq!(errors(&with(function), &options), "");
    }
}

#[test]
fn a_role_replaces_policies() {
    let api = with(
        Function::new()
            .role("arn:aws:iam::1:role/shop")
            .policy("AmazonSQSFullAccess"),
    );
    let options = Options::new(Gateway::HttpApi);
    let yaml = template(&api, &options).to_yaml();
    assert_contains(&yaml, &["Role: \"arn:aws:iam::1:role/shop\""]);
    assert!(!yaml.contains("Policies"), "{yaml}");
    let expected =
        "the function: its policies are not added to the role, which this template does not create";
    assert_eq!(warnings(&api, &options), [expected]);
}

#[test]
fn long_names_of_functions_are_errors() {
    let api = open(&[("GET", "/a")]);
    let of = |length: usize| Options::new(Gateway::HttpApi).binary("b".repeat(length));
    assert_contains(
        &template(&api, &of(62)).to_yaml(),
        &["the name of the stack can have 1."],
    );
    assert_contains(
        &errors(&api, &of(63)),
        &["leaves no character of 64 for the name of the stack"],
    );
}

fn nested() -> Api {
    let reports = open(&[("GET", "/{id}")]).function(
        Function::new()
            .memory(2048)
            .environment("CURRENCY", "USD")
            .environment("ONLY", "reports"),
    );
    let inner = open(&[("GET", "/x")]);
    let own = open(&[("GET", "/y")]).function(
        Function::new()
            .name("deep")
            .timeout(Duration::from_secs(60)),
    );
    let inner = inner.nest("/own", own);
    Api::new()
        .authenticate(Iam::from_this_api())
        .function(
            Function::new()
                .memory(512)
                .timeout(Duration::from_secs(20))
                .environment("CURRENCY", "EUR")
                .policy("One"),
        )
        .routes(super::routes(&[(
            "GET",
            "/a",
            lambda_api::auth::Access::public(),
        )]))
        .nest("/re-ports/{year}", reports.nest("/inner", inner))
}

#[test]
fn nested_apis_can_have_functions() {
    let api = nested();
    let yaml_of_http = yaml(&api, Gateway::HttpApi);
    for (path_of, function) in [
        ("/a", "Function"),
        ("/re-ports/{year}/{id}", "RePortsYearFunction"),
        ("/re-ports/{year}/inner/x", "RePortsYearFunction"),
        ("/re-ports/{year}/inner/own/y", "DeepFunction"),
    ] {
        let lines = path(&yaml_of_http, path_of).join("\n");
        assert_contains(&lines, &[&format!("integrations/{function}\"")]);
    }
    let yaml_of_rest = yaml(&api, Gateway::RestApi);
    let lines = path(&yaml_of_rest, "/re-ports/{year}/inner/own/y").join("\n");
    assert_contains(
        &lines,
        &["function:${AWS::StackName}-shop-deep/invocations"],
    );
    for yaml in [yaml_of_http, yaml_of_rest] {
        for (id, name, memory, timeout, currency) in [
            ("Function", "", 512, 20, "EUR"),
            ("RePortsYearFunction", "-re-ports-year", 2048, 20, "USD"),
            ("DeepFunction", "-deep", 512, 60, "EUR"),
        ] {
            let of = |id: &str| resource(&yaml, id);
            let function = of(id);
            assert_contains(
                &function,
                &[
                    &format!("FunctionName: !Sub \"${{AWS::StackName}}-shop{name}\""),
                    &format!("MemorySize: {memory}"),
                    &format!("Timeout: {timeout}"),
                    &format!("CURRENCY: {currency}"),
                    &format!("LogGroup: !Ref {id}Logs"),
                    "LAMBDA_API_IDS: !Ref Api",
                    "Policies: [One]",
                ],
            );
            assert_eq!(
                function.contains("ONLY: reports"),
                id == "RePortsYearFunction"
            );
            assert_contains(&of(&format!("{id}Logs")), &[&format!("shop{name}\"")]);
            assert_contains(
                &of(&format!("{id}Permission")),
                &[
                    &format!("FunctionName: !Ref {id}"),
                    "execute-api:",
                    "${Api}/*",
                ],
            );
        }
    }
}

#[test]
fn other_gateways_have_one_function() {
    for (options, expected) in [
        (Options::new(Gateway::FunctionUrl), "a function URL"),
        (Options::new(Gateway::LoadBalancer), "the target group"),
        (
            Options::new(Gateway::RestApi).routing(Routing::Proxy),
            "one route for everything",
        ),
    ] {
        let nested = open(&[("GET", "/y")]).function(Function::new());
        let api = open(&[("GET", "/a")]).nest("/n", nested);
        let template = api.template(&options).expect("a template");
        assert!(!template.to_yaml().contains("NFunction"));
        let expected = format!(
            "{expected} has one function, which serves the nested APIs with functions of their own, too"
        );
        assert_eq!(warnings(&api, &options), [expected]);
    }
}

#[test]
fn logical_ids_are_used_once() {
    let options = Options::new(Gateway::HttpApi);
    let nested = |name: &str| open(&[("GET", "/x")]).function(Function::new().name(name));
    for (first, second, expected) in [
        (
            "a-b",
            "a_b",
            "two parts of the template have the logical id `ABFunction`",
        ),
        (
            "a",
            "a",
            "the function `a`: two nested APIs have a function of this name",
        ),
        (
            "a b",
            "c",
            "the function `a b`: its name consists of letters, digits, `-` and `_`",
        ),
        ("", "c", "its name consists of"),
    ] {
        let api = Api::new()
            .nest("/m", nested(first))
            .nest("/n", nested(second));
        assert_contains(&errors(&api, &options), &[expected]);
    }
}

#[test]
fn variables_of_settings_become_parameters() {
    let jwt =
        |issuer, audience| Api::new().authenticate(Jwt::new(env(issuer)).audience(env(audience)));
    let options = Options::new(Gateway::HttpApi);
    let api = jwt("ISSUER", "AUDIENCE").routes(super::closed());
    assert_contains(
        &yaml(&api, Gateway::HttpApi),
        &[
            "Issuer: {Type: String, Description: \"Value of ISSUER\"}",
            "Environment: {Variables: {AUDIENCE: !Ref Audience, ISSUER: !Ref Issuer}}",
        ],
    );
    // The settings of the function have its value.
    let api = jwt("ISSUER", "AUDIENCE")
        .function(Function::new().environment("ISSUER", "https://id.example.com"));
    let yaml_of_set = yaml(&api.routes(super::closed()), Gateway::HttpApi);
    assert_contains(
        &yaml_of_set,
        &[
            "issuer: \"https://id.example.com\"",
            "ISSUER: \"https://id.example.com\"",
        ],
    );
    assert!(!yaml_of_set.contains("Issuer: {Type"), "{yaml_of_set}");
    let api = jwt("A_B", "A__B").routes(super::closed());
    assert_contains(
        &errors(&api, &options),
        &["the parameter `AB` would have two meanings, \"Value of A_B\" and \"Value of A__B\""],
    );
}

#[test]
fn lambda_sets_the_region() {
    let api = Api::new()
        .authenticate(Jwt::new("https://id.example.com").audience(env("AWS_REGION")))
        .routes(super::closed());
    let yaml = yaml(&api, Gateway::HttpApi);
    assert_contains(&yaml, &["audience: [!Ref AWS::Region]"]);
    assert!(!yaml.contains("Environment"), "{yaml}");
}
