//! The shape of the events, seen from outside: the types of `aws_lambda_events` read them, and know
//! (nearly) all of their members by the same names.

use aws_lambda_events::{
    alb::AlbTargetGroupRequest,
    apigw::{ApiGatewayProxyRequest, ApiGatewayV2httpRequest},
    lambda_function_urls::LambdaFunctionUrlRequest,
    vpc_lattice::{VpcLatticeRequestV1, VpcLatticeRequestV2},
};
use lambda_api::event::{
    Source,
    emulate::{Caller, ClientCertificate, IamCaller},
};
use lambda_api_testing::{EventBuilder, strategies};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// The event as the type of its source has read and written it.
fn read(source: Source, event: &Value) -> Value {
    fn through<T: DeserializeOwned + Serialize>(event: &Value) -> Value {
        // From text, as on Lambda: a `Value` may be read in another way.
        let event = event.to_string();
        match serde_json::from_str::<T>(&event) {
            Ok(read) => serde_json::to_value(&read).unwrap(),
            Err(error) => panic!("{error}: {event}"),
        }
    }
    match source {
        Source::RestApi | Source::HttpApiV1 => through::<ApiGatewayProxyRequest>(event),
        Source::HttpApi => through::<ApiGatewayV2httpRequest>(event),
        Source::FunctionUrl => through::<LambdaFunctionUrlRequest>(event),
        Source::Alb | Source::AlbMultiValue => through::<AlbTargetGroupRequest>(event),
        Source::LatticeV1 => through::<VpcLatticeRequestV1>(event),
        Source::LatticeV2 => through::<VpcLatticeRequestV2>(event),
        other => panic!("no type for source {other}"),
    }
}

/// Members that AWS documents, and the types do not have.
const LEFT_OUT: &[&str] = &[
    "/version",
    "/routeKey",
    "/requestContext/deploymentId",
    "/requestContext/extendedRequestId",
    "/requestContext/identity/clientCert",
    "/requestContext/identity/cognitoAmr",
    "/requestContext/identity/principalOrgId",
    "/requestContext/routeKey",
    "/requestContext/stage",
    "/requestContext/authorizer/iam/cognitoIdentity",
    "/requestContext/authorizer/iam/principalOrgId",
];

/// Maps whose names are not the source's. The types write headers and queries in ways of their own.
const MAPS: &[&str] = &[
    "/headers",
    "/multiValueHeaders",
    "/queryStringParameters",
    "/query_string_parameters",
    "/multiValueQueryStringParameters",
    "/pathParameters",
    "/stageVariables",
];

/// All members of `event` have to be in `read`, with the same values.
fn check(pointer: &str, event: &Value, read: &Value) -> Result<(), TestCaseError> {
    let (Value::Object(event), Value::Object(read)) = (event, read) else {
        prop_assert_eq!(event, read, "{}", pointer);
        return Ok(());
    };
    for (name, value) in event {
        let pointer = format!("{pointer}/{name}");
        if MAPS.contains(&pointer.as_str()) {
            continue;
        }
        match read.get(name) {
            Some(read) => check(&pointer, value, read)?,
            None => prop_assert!(
                value.is_null() || LEFT_OUT.contains(&pointer.as_str()),
                "{pointer} is unknown"
            ),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_types_of_aws_lambda_events_read_any_event(
        (source, event) in strategies::sources()
            .prop_flat_map(|source| (Just(source), strategies::events(source))),
    ) {
        let event = event.to_value();
        check("", &event, &read(source, &event))?;
    }
}

#[test]
fn they_find_the_request_in_it() {
    let event = |source| {
        EventBuilder::new(source)
            .method("PATCH")
            .path("/orders/7?tag=a&tag=b")
            .header("x-tenant", "blue")
            .header("x-tenant", "red")
            .cookie("session", "s-1")
            .json(&json!({"sku": "tea"}))
            .gateway(|gateway| {
                gateway
                    .route("/orders/{id}")
                    .stage_variable("table", "orders")
            })
            .to_string()
    };
    let rest: ApiGatewayProxyRequest = serde_json::from_str(&event(Source::RestApi)).unwrap();
    assert_eq!(rest.http_method, "PATCH");
    assert_eq!(rest.path.as_deref(), Some("/orders/7"));
    assert_eq!(rest.path_parameters["id"], "7");
    assert_eq!(rest.stage_variables["table"], "orders");
    let tags = rest.multi_value_query_string_parameters.all("tag");
    assert_eq!(tags, Some(vec!["a", "b"]));
    let tenants = rest.multi_value_headers.get_all("x-tenant").iter();
    assert!(tenants.eq(["blue", "red"]));
    assert_eq!(rest.body.as_deref(), Some(r#"{"sku":"tea"}"#));

    let http: ApiGatewayV2httpRequest = serde_json::from_str(&event(Source::HttpApi)).unwrap();
    assert_eq!(http.request_context.http.method, "PATCH");
    assert_eq!(http.raw_query_string.as_deref(), Some("tag=a&tag=b"));
    assert_eq!(http.cookies, Some(vec!["session=s-1".to_owned()]));
    assert_eq!(http.route_key.as_deref(), Some("PATCH /orders/{id}"));

    let url: LambdaFunctionUrlRequest = serde_json::from_str(&event(Source::FunctionUrl)).unwrap();
    assert_eq!(url.headers["x-tenant"], "blue,red");
    assert_eq!(url.request_context.http.path.as_deref(), Some("/orders/7"));

    let alb: AlbTargetGroupRequest = serde_json::from_str(&event(Source::Alb)).unwrap();
    assert_eq!(alb.headers["x-tenant"], "red");
    assert_eq!(alb.query_string_parameters.first("tag"), Some("b"));

    let lattice: VpcLatticeRequestV2 = serde_json::from_str(&event(Source::LatticeV2)).unwrap();
    assert_eq!(lattice.path.as_deref(), Some("/orders/7"));
    let tags = lattice.query_string_parameters.all("tag");
    assert_eq!(tags, Some(vec!["a", "b"]));
    let lattice: VpcLatticeRequestV1 = serde_json::from_str(&event(Source::LatticeV1)).unwrap();
    assert_eq!(lattice.raw_path.as_deref(), Some("/orders/7"));
}

#[test]
fn they_find_the_caller_in_it() {
    let arn = "arn:aws:sts::111122223333:assumed-role/shop/session-1";
    let event = |source, caller: Caller| EventBuilder::new(source).caller(caller).to_string();
    let iam = || IamCaller::new(arn).cognito_identity("pool", "identity", ["authenticated"]);

    let rest: ApiGatewayProxyRequest =
        serde_json::from_str(&event(Source::RestApi, iam().into())).unwrap();
    let identity = rest.request_context.identity;
    assert_eq!(identity.user_arn.as_deref(), Some(arn));
    assert_eq!(identity.account_id.as_deref(), Some("111122223333"));
    assert_eq!(identity.cognito_identity_id.as_deref(), Some("identity"));

    let rest: ApiGatewayProxyRequest =
        serde_json::from_str(&event(Source::RestApi, Caller::api_key("k-1"))).unwrap();
    let identity = rest.request_context.identity;
    assert_eq!(identity.api_key.as_deref(), Some("k-1"));

    let claims = json!({"sub": "alice", "exp": 1_583_798_639});
    let rest: ApiGatewayProxyRequest =
        serde_json::from_str(&event(Source::RestApi, Caller::cognito(claims.clone()))).unwrap();
    let authorizer = rest.request_context.authorizer.fields;
    assert_eq!(authorizer["claims"]["sub"], "alice");

    let http: ApiGatewayV2httpRequest =
        serde_json::from_str(&event(Source::HttpApi, Caller::jwt(claims, ["read"]))).unwrap();
    let jwt = http.request_context.authorizer.unwrap().jwt.unwrap();
    assert_eq!(jwt.claims["exp"], "1583798639");
    assert_eq!(jwt.scopes, Some(vec!["read".to_owned()]));

    let http: ApiGatewayV2httpRequest =
        serde_json::from_str(&event(Source::HttpApi, iam().into())).unwrap();
    let iam_caller = http.request_context.authorizer.unwrap().iam.unwrap();
    assert_eq!(iam_caller.user_arn.as_deref(), Some(arn));
    assert_eq!(iam_caller.cognito_identity.unwrap().amr, ["authenticated"]);

    let context = Caller::lambda("alice", json!({"tenant": "blue"}));
    let http: ApiGatewayV2httpRequest =
        serde_json::from_str(&event(Source::HttpApi, context)).unwrap();
    let fields = http.request_context.authorizer.unwrap().fields;
    assert_eq!(fields["tenant"], "blue");

    let certificate = ClientCertificate::new("CN=till").into();
    let http: ApiGatewayV2httpRequest =
        serde_json::from_str(&event(Source::HttpApi, certificate)).unwrap();
    let certificate = http.request_context.authentication.unwrap().client_cert;
    let subject = certificate.and_then(|certificate| certificate.subject_dn);
    assert_eq!(subject.as_deref(), Some("CN=till"));

    let url: LambdaFunctionUrlRequest =
        serde_json::from_str(&event(Source::FunctionUrl, iam().into())).unwrap();
    let caller = url.request_context.authorizer.unwrap().iam.unwrap();
    assert_eq!(caller.user_arn.as_deref(), Some(arn));

    let lattice: VpcLatticeRequestV2 = serde_json::from_str(&event(
        Source::LatticeV2,
        IamCaller::new(arn).organization("o-1").into(),
    ))
    .unwrap();
    let identity = lattice.request_context.identity.unwrap();
    assert_eq!(identity.identity_type.as_deref(), Some("AWS_IAM"));
    assert_eq!(identity.principal.as_deref(), Some(arn));
    assert_eq!(identity.principal_org_id.as_deref(), Some("o-1"));
    assert_eq!(identity.session_name.as_deref(), Some("session-1"));
}
