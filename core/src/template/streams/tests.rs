use super::super::{
    Function, Options, Routing,
    testing::{document, shop},
};
use super::*;
use crate::Api;
use serde_json::Value;

const INTEGRATION: &str = "x-amazon-apigateway-integration";
const URL: &str = "FunctionUrlConfig: {AuthType: NONE, InvokeMode: RESPONSE_STREAM}";

fn rest() -> Options {
    Options::new(Gateway::RestApi)
}

fn url() -> Options {
    Options::new(Gateway::FunctionUrl)
}

fn template(api: &Api, options: &Options) -> String {
    let template = api.template(options).expect("a template");
    template.to_yaml()
}

fn errors(api: &Api, options: &Options) -> String {
    api.template(options).expect_err("errors").to_string()
}

fn variable(value: &str) -> Function {
    Function::new().environment(STREAM, value)
}

#[test]
fn a_function_url_streams_if_the_option_says_so() {
    let text = template(&Api::new(), &url().stream());
    assert!(text.contains(URL), "{text}");
    assert!(text.contains("LAMBDA_API_STREAM: url"), "{text}");
    assert!(
        text.contains("# written by `template --kind url --stream`"),
        "{text}"
    );
    let text = template(&Api::new(), &url());
    assert!(
        !text.contains("InvokeMode") && !text.contains(STREAM),
        "{text}"
    );
}

#[test]
fn every_operation_of_a_rest_api_streams() {
    for routing in [Routing::Each, Routing::Proxy] {
        let api = match routing {
            Routing::Each => shop(),
            Routing::Proxy => Api::new(),
        };
        let text = template(&api, &rest().routing(routing).stream());
        let streams = text.matches("responseTransferMode: STREAM").count();
        let operations = text.matches(INTEGRATION).count();
        let uris = text.matches("/response-streaming-invocations").count();
        assert_eq!((streams, uris), (operations, operations), "{text}");
        assert!(
            operations > 0 && !text.contains("2015-03-31/functions/arn"),
            "{text}"
        );
        let functions = text.matches("Type: AWS::Serverless::Function").count();
        assert_eq!(
            text.matches("LAMBDA_API_STREAM: rest").count(),
            functions,
            "{text}"
        );
    }
}

#[test]
fn the_gateway_waits_as_long_as_the_function() {
    let reports = Function::new().timeout(Duration::from_secs(900));
    let nested = Api::new()
        .function(reports.name("slow"))
        .routes(super::super::testing::routes(&[(
            "GET",
            "/all",
            super::super::testing::by("iam"),
        )]));
    let written = document(&shop().nest("/slow", nested), &rest().stream());
    let timeout =
        |path: &str| written["paths"][path]["get"][INTEGRATION]["timeoutInMillis"].clone();
    assert_eq!(timeout("/health"), 30_000);
    assert_eq!(timeout("/slow/all"), 900_000);
}

#[test]
fn a_document_of_a_rest_api_has_streams() {
    let written = document(&shop(), &rest().stream());
    let own = &written["paths"]["/health"]["get"][INTEGRATION];
    assert_eq!(own["responseTransferMode"], "STREAM");
    let uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2021-11-15/functions/\
               ${FunctionArn}/response-streaming-invocations";
    assert_eq!(own["uri"]["Fn::Sub"], uri);
    let document = shop()
        .gateway_document(&rest().stream())
        .expect("a document");
    let warnings: Vec<_> = document.warnings().collect();
    let expected =
        "responses are streams: the functions need `rest` in the variable `LAMBDA_API_STREAM`";
    assert!(warnings.contains(&expected), "{warnings:?}");
    let api = shop().stream_on([Source::RestApi]);
    let document = api.gateway_document(&rest()).expect("a document");
    assert!(document.to_json().contains("\"STREAM\""));
    assert!(!document.warnings().any(|warning| warning.contains(STREAM)));
    let buffered = &self::document_of(&shop())["paths"]["/health"]["get"][INTEGRATION];
    assert_eq!(buffered.get("timeoutInMillis"), None);
}

fn document_of(api: &Api) -> Value {
    document(api, &rest())
}

#[test]
fn the_template_follows_what_the_program_states() {
    let url_list = [Source::FunctionUrl];
    // A setting in code, and whether the URL streams and the template writes the variable.
    for (api, is_on, writes) in [
        (Api::new().stream_on(url_list), true, false),
        (
            Api::new().stream_on([Source::FunctionUrl, Source::RestApi]),
            true,
            false,
        ),
        (Api::new().stream_on([Source::RestApi]), false, false),
        (Api::new().stream_on([]), false, false),
        (Api::new().function(variable("url")), true, true),
        (Api::new().function(variable("rest, url")), true, true),
        (Api::new().function(variable("rest")), false, true),
        (Api::new().function(variable("")), false, true),
        (Api::new(), false, false),
    ] {
        let text = template(&api, &url());
        assert_eq!(
            text.contains("InvokeMode: RESPONSE_STREAM"),
            is_on,
            "{text}"
        );
        assert_eq!(text.contains("LAMBDA_API_STREAM:"), writes, "{text}");
        if is_on {
            let with_option = template(&api, &url().stream());
            assert_eq!(with_option.replace(" --stream`", "`"), text);
        }
    }
}

#[test]
fn contradictions_are_errors() {
    let excluded = "- the gateway is to stream responses, but `stream_on` does not list the source `url`: add \
                    `url`, or remove the option";
    assert_eq!(errors(&Api::new().stream_on([]), &url().stream()), excluded);
    let api = Api::new().stream_on([Source::RestApi]);
    assert_eq!(errors(&api, &url().stream()), excluded);
    let api = Api::new().function(variable("rest"));
    assert_eq!(
        errors(&api, &url().stream()),
        "- the gateway is to stream responses, but the variable `LAMBDA_API_STREAM` of the function is \"rest\": \
         add `url`, or remove the option"
    );
    let api = Api::new().function(Function::new().parameter(STREAM));
    let error = errors(&api, &url());
    assert!(
        error.contains("`LAMBDA_API_STREAM` is a parameter, but"),
        "{error}"
    );
    let nested = Api::new().function(variable("").name("own"));
    for (api, options, gateway) in [
        (Api::new().nest("/a", nested), rest().stream(), "streams"),
        (
            Api::new().nest("/a", Api::new().function(variable("rest").name("own"))),
            rest(),
            "buffers",
        ),
    ] {
        let error = errors(&api, &options);
        let expected = format!("but the gateway {gateway} responses");
        assert!(
            error.contains("- the function `own`: the variable"),
            "{error}"
        );
        assert!(error.contains(&expected), "{error}");
    }
}

#[test]
fn a_value_with_which_the_function_fails_is_an_error() {
    let expected = |function: &str, found: &str| {
        format!(
            "- the {function}: the variable `LAMBDA_API_STREAM`: expected a list of `url` and `rest`, found \
             `{found}`"
        )
    };
    let nested = Api::new().function(variable("rest,alb").name("own"));
    let nested = Api::new().nest("/a", nested);
    for gateway in [Gateway::HttpApi, Gateway::FunctionUrl, Gateway::RestApi] {
        for options in [Options::new(gateway), Options::new(gateway).stream()] {
            let api = Api::new().function(variable("URL"));
            assert_eq!(errors(&api, &options), expected("function", "URL"));
        }
        let options = Options::new(gateway);
        let api = Api::new().function(variable("url,http"));
        assert_eq!(errors(&api, &options), expected("function", "http"));
        // The program does not read the variable.
        template(&api.stream_on([]), &options);
    }
    let error = errors(&nested, &Options::new(Gateway::RestApi));
    assert_eq!(error, expected("function `own`", "alb"));
}

#[test]
fn other_gateways_do_not_stream() {
    for (gateway, name) in [
        (Gateway::HttpApi, "an HTTP API"),
        (Gateway::LoadBalancer, "a load balancer"),
    ] {
        let options = Options::new(gateway);
        let expected = format!(
            "- {name} buffers responses: only a function URL (`--kind url`) and a REST API (`--kind rest`) can \
             stream"
        );
        assert_eq!(errors(&Api::new(), &options.clone().stream()), expected);
        // A function may have several gateways, of which the template knows one.
        let api = Api::new()
            .stream_on([Source::FunctionUrl])
            .function(variable("url"));
        let text = template(&api, &options);
        assert!(!text.contains("RESPONSE_STREAM"), "{text}");
    }
    let error = Api::new().gateway_document(&Options::new(Gateway::HttpApi).stream());
    let error = error.expect_err("errors").to_string();
    assert!(error.contains("an HTTP API buffers responses"), "{error}");
}
