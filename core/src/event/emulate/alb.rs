//! Application Load Balancer, with and without multi-value headers.

use super::{
    body::carry,
    gateway_context::REGION,
    headers::received,
    incoming::Incoming,
    query::{encoded, last, lists},
};
use serde_json::{Value, json};

pub(super) fn single(incoming: &Incoming<'_>) -> Value {
    let body = carry(incoming);
    json!({
        "requestContext": context(incoming),
        "httpMethod": incoming.method(),
        "path": incoming.path(),
        "queryStringParameters": last(&encoded(incoming.query())),
        "headers": last(&received(incoming)),
        "body": body.text.unwrap_or_default(),
        "isBase64Encoded": body.base64,
    })
}

pub(super) fn multi(incoming: &Incoming<'_>) -> Value {
    let body = carry(incoming);
    json!({
        "requestContext": context(incoming),
        "httpMethod": incoming.method(),
        "path": incoming.path(),
        "multiValueQueryStringParameters": lists(&encoded(incoming.query())),
        "multiValueHeaders": lists(&received(incoming)),
        "body": body.text.unwrap_or_default(),
        "isBase64Encoded": body.base64,
    })
}

fn context(incoming: &Incoming<'_>) -> Value {
    let account = incoming.account();
    json!({
        "elb": {
            "targetGroupArn": format!(
                "arn:aws:elasticloadbalancing:{REGION}:{account}:targetgroup/orders/49e9d65c45c6791a"
            ),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{keys, request, sent};
    use super::*;
    use crate::event::Source;

    #[test]
    fn an_event_has_the_keys_that_aws_sends_in_one_form_only() {
        let event = sent(Source::Alb, request("GET", "/"), "");
        assert_eq!(
            keys(&event),
            [
                "body",
                "headers",
                "httpMethod",
                "isBase64Encoded",
                "path",
                "queryStringParameters",
                "requestContext",
            ]
        );
        assert_eq!(event["body"], "");
        assert_eq!(event["queryStringParameters"], json!({}));
        let event = sent(Source::AlbMultiValue, request("GET", "/"), "");
        assert_eq!(
            keys(&event),
            [
                "body",
                "httpMethod",
                "isBase64Encoded",
                "multiValueHeaders",
                "multiValueQueryStringParameters",
                "path",
                "requestContext",
            ]
        );
        assert_eq!(keys(&event["requestContext"]), ["elb"]);
    }

    #[test]
    fn the_last_value_wins_without_multi_value_headers() {
        let get = || {
            request("GET", "/a%20b?k=1&k=x%20y")
                .header("x-tag", "one")
                .header("x-tag", "two")
        };
        let event = sent(Source::Alb, get(), "");
        assert_eq!(event["path"], "/a%20b");
        assert_eq!(event["headers"]["x-tag"], "two");
        assert_eq!(event["queryStringParameters"], json!({"k": "x%20y"}));
        let event = sent(Source::AlbMultiValue, get(), "");
        assert_eq!(event["multiValueHeaders"]["x-tag"], json!(["one", "two"]));
        assert_eq!(
            event["multiValueQueryStringParameters"],
            json!({"k": ["1", "x%20y"]})
        );
    }
}
