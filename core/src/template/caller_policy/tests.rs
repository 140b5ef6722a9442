use super::super::{
    Gateway, Options, Routing,
    testing::{by, routes, shop},
};
use crate::{
    Api,
    auth::{Access, gateway::Iam},
};
use serde_json::{Value, json};

fn policy(api: &Api, gateway: Gateway) -> (Value, Vec<String>) {
    let (text, warnings) = api.caller_policy(&Options::new(gateway)).expect("a policy");
    assert!(text.ends_with("}\n"));
    (serde_json::from_str(&text).expect("JSON"), warnings)
}

fn error(api: &Api, options: &Options) -> String {
    let error = api.caller_policy(options).expect_err("an error");
    error.to_string()
}

fn signed(routes: crate::Routes) -> Api {
    Api::new().authenticate(Iam::from_this_api()).routes(routes)
}

#[test]
fn a_policy_allows_the_routes_with_iam() {
    let arn = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*";
    let resources = [
        "/*/files/*",
        "/GET/orders/*",
        "/GET/reports/daily",
        "/HEAD/orders/*",
        "/HEAD/reports/daily",
    ];
    let resources = resources.map(|one| format!("{arn}{one}"));
    for gateway in [Gateway::HttpApi, Gateway::RestApi] {
        let (policy, warnings) = policy(&shop(), gateway);
        assert_eq!(
            policy,
            json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Action": "execute-api:Invoke",
                    "Resource": resources,
                }],
            })
        );
        assert_eq!(
            warnings,
            [
                "`/orders/{id}`: `*` in place of a parameter also matches `/`: the policy allows GET and \
              HEAD on all of `/orders/*`"
            ]
        );
    }
}

#[test]
fn a_route_for_everything_allows_every_path() {
    let api = signed(routes(&[("GET", "/a", Access::authenticated())]));
    let resource = |gateway| {
        let options = Options::new(gateway).routing(Routing::Proxy);
        let (text, _) = api.caller_policy(&options).expect("a policy");
        let policy: Value = serde_json::from_str(&text).expect("JSON");
        let resources = policy["Statement"][0]["Resource"].as_array().cloned();
        let resources = resources.expect("resources").into_iter();
        let paths = resources.map(|one| {
            let one = one.as_str().expect("a text");
            one.split_once("${Api}").expect("an API").1.to_owned()
        });
        paths.collect::<Vec<_>>()
    };
    assert_eq!(resource(Gateway::HttpApi), ["/*"]);
    assert_eq!(resource(Gateway::RestApi), ["/*/*/", "/*/*/*"]);
}

#[test]
fn a_function_url_needs_two_permissions() {
    let api = signed(routes(&[("GET", "/{id}", Access::authenticated())]));
    let (policy, warnings) = policy(&api, Gateway::FunctionUrl);
    let arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:\
               ${AWS::StackName}-shop";
    assert_eq!(
        policy["Statement"],
        json!([
            {
                "Effect": "Allow",
                "Action": "lambda:InvokeFunctionUrl",
                "Resource": arn,
                "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
            },
            {
                "Effect": "Allow",
                "Action": "lambda:InvokeFunction",
                "Resource": arn,
                "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
            },
        ])
    );
    assert_eq!(warnings, [""; 0]);
}

#[test]
fn an_api_without_iam_has_no_policy() {
    let open = Api::new().routes(routes(&[("GET", "/", Access::public())]));
    for gateway in [Gateway::HttpApi, Gateway::RestApi, Gateway::FunctionUrl] {
        assert_eq!(
            error(&open, &Options::new(gateway)),
            "- no route is closed with IAM"
        );
    }
    let alb = Options::new(Gateway::LoadBalancer);
    assert_eq!(
        error(&shop(), &alb),
        "- a load balancer does not authenticate callers with IAM"
    );
    // One URL for open and closed routes.
    let mixed = signed(routes(&[
        ("GET", "/a", by("iam")),
        ("GET", "/b", Access::public()),
    ]));
    let error = error(&mixed, &Options::new(Gateway::FunctionUrl));
    assert!(error.contains("of all requests or of none"), "{error}");
}

#[test]
fn a_long_policy_has_a_warning() {
    let all = (0..80).map(|index| {
        let path: &'static str = format!("/a-long-path-{index}").leak();
        ("GET", path, Access::authenticated())
    });
    let (_, warnings) = policy(&signed(routes(&all.collect::<Vec<_>>())), Gateway::RestApi);
    assert!(
        warnings[0].contains("the quota of a managed policy is 6144"),
        "{warnings:?}"
    );
}
