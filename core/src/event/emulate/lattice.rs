//! VPC Lattice, event versions 1 and 2.
//!
//! Its documentation does not state whether the query is decoded. The rest of the format follows
//! ALB, so the query stays encoded.

use super::{
    body::carry,
    caller,
    gateway_context::REGION,
    headers::received,
    incoming::Incoming,
    query::{encoded, joined, last, lists},
};
use serde_json::{Map, Value, json};

pub(super) fn version_1(incoming: &Incoming<'_>) -> Value {
    let body = carry(incoming);
    json!({
        "raw_path": incoming.path(),
        "method": incoming.method(),
        "headers": joined(&received(incoming), ","),
        "query_string_parameters": last(&encoded(incoming.query())),
        "body": body.text.unwrap_or_default(),
        "is_base64_encoded": body.base64,
    })
}

pub(super) fn version_2(incoming: &Incoming<'_>) -> Value {
    let account = incoming.account();
    let arn = |resource: &str| format!("arn:aws:vpc-lattice:{REGION}:{account}:{resource}");
    let service = match incoming.api_id() {
        full if full.starts_with("arn:") => full.to_owned(),
        id => arn(&format!("service/{id}")),
    };
    let mut identity = Map::new();
    let vpc = format!("arn:aws:ec2:{REGION}:{account}:vpc/vpc-0b8276c84697e7339");
    identity.insert("sourceVpcArn".to_owned(), vpc.into());
    caller::lattice_identity(incoming, &mut identity);
    let body = carry(incoming);
    let mut event = json!({
        "version": "2.0",
        "path": incoming.path(),
        "method": incoming.method(),
        "headers": lists(&received(incoming)),
        "queryStringParameters": lists(&encoded(incoming.query())),
        "isBase64Encoded": body.base64,
        "requestContext": {
            "serviceNetworkArn": arn("servicenetwork/sn-0bf3f2882e9cc805a"),
            "serviceArn": service,
            "targetGroupArn": arn("targetgroup/tg-6d0ecf831eec9f09"),
            "identity": identity,
            "region": REGION,
            "timeEpoch": format!("{}000", incoming.millis),
        },
    });
    if let (Some(event), Some(text)) = (event.as_object_mut(), body.text) {
        event.insert("body".to_owned(), text.into());
    }
    event
}

#[cfg(test)]
mod tests {
    use super::super::testing::{keys, request, sent};
    use super::*;
    use crate::event::Source;

    #[test]
    fn version_1_has_its_own_names_and_joins_headers() {
        let get = request("GET", "/a%20b?k=1&k=x%20y")
            .header("x-tag", "one")
            .header("x-tag", "two");
        let event = sent(Source::LatticeV1, get, "");
        assert_eq!(
            keys(&event),
            [
                "body",
                "headers",
                "is_base64_encoded",
                "method",
                "query_string_parameters",
                "raw_path",
            ]
        );
        assert_eq!(event["raw_path"], "/a%20b");
        assert_eq!(event["headers"]["x-tag"], "one,two");
        assert_eq!(event["query_string_parameters"], json!({"k": "x%20y"}));
    }

    #[test]
    fn version_2_lists_all_values() {
        let post = request("POST", "/a?k=1&k=2")
            .header("x-tag", "one")
            .header("x-tag", "two")
            .header("content-type", "application/json");
        let event = sent(Source::LatticeV2, post, "{}");
        assert_eq!(
            keys(&event),
            [
                "body",
                "headers",
                "isBase64Encoded",
                "method",
                "path",
                "queryStringParameters",
                "requestContext",
                "version",
            ]
        );
        assert_eq!(
            keys(&event["requestContext"]),
            [
                "identity",
                "region",
                "serviceArn",
                "serviceNetworkArn",
                "targetGroupArn",
                "timeEpoch",
            ]
        );
        assert_eq!(event["headers"]["x-tag"], json!(["one", "two"]));
        assert_eq!(event["headers"]["x-forwarded-for"], json!(["192.0.2.1"]));
        assert_eq!(event["queryStringParameters"], json!({"k": ["1", "2"]}));
        assert_eq!(event["requestContext"]["timeEpoch"], "1583349317135000");
        assert_eq!(event["body"], "{}");
    }
}
