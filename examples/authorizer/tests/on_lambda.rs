//! The compiled program behind a Lambda Runtime API on loopback.

use lambda_api_testing::{AuthorizerEvent, FakeLambda};

#[tokio::test]
async fn a_rejected_token_is_exactly_unauthorized() {
    let lambda = FakeLambda::start(env!("CARGO_BIN_EXE_authorizer"))
        .env("COGNITO_POOL", "eu-west-1_abc123")
        .env("COGNITO_CLIENT", "app-client-id")
        .await;
    for event in [
        AuthorizerEvent::token("Bearer s3cret"),
        AuthorizerEvent::request().bearer("s3cret"),
        AuthorizerEvent::http().bearer("s3cret"),
        AuthorizerEvent::websocket(),
    ] {
        let error = lambda.invoke(&event).await.error();
        assert_eq!(
            (&*error.error_type, &*error.error_message),
            ("Unauthorized", "Unauthorized")
        );
    }
    // Why is in the log, with the name of the authorizer and without the token.
    let record = lambda
        .log(|line| line.contains("the authorizer rejected the caller"))
        .await;
    let json = record.json().unwrap();
    assert_eq!(json["handler"], "authorize");
    lambda.log(|line| line.contains("no credential")).await;
    assert!(lambda.logs().iter().all(|line| !line.contains("s3cret")));
}
