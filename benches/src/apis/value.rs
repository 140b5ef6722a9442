//! The API as a bare handler of `lambda_runtime` on a `serde_json::Value`.

use super::by_hand::{Found, find};
use crate::orders::{NewOrder, Order, Stored, picture};
use lambda_runtime::{Error, LambdaEvent};
use serde::Serialize;
use serde_json::{Value, json};

fn response(body: &impl Serialize) -> Result<Value, Error> {
    Ok(json!({
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": serde_json::to_string(body)?,
    }))
}

/// Handles an event.
///
/// # Errors
/// Fails if the event is invalid.
pub async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let event = event.payload;
    let http = &event["requestContext"]["http"];
    let method = http["method"].as_str().or(event["httpMethod"].as_str());
    let path = event["rawPath"].as_str().or(event["path"].as_str());
    let body = event["body"].as_str().unwrap_or_default();
    match find(method.ok_or("no method")?, path.ok_or("no path")?) {
        Some(Found::Order(id)) => {
            let page = event["queryStringParameters"]["page"].as_str();
            let page = page.ok_or("no page")?.parse()?;
            response(&Order::found(id.parse()?, page))
        }
        Some(Found::NewOrder) => {
            let order: NewOrder = serde_json::from_str(body)?;
            response(&Order::from(order))
        }
        Some(Found::Picture) => Ok(json!({
            "statusCode": 200,
            "headers": {"content-type": "application/octet-stream"},
            "body": base64_simd::STANDARD.encode_to_string(picture()),
            "isBase64Encoded": true,
        })),
        Some(Found::NewPicture) => {
            let body = base64_simd::STANDARD.decode_to_vec(body)?;
            response(&Stored { bytes: body.len() })
        }
        Some(Found::One(id)) => response(&id),
        Some(Found::All) => response(&[(); 0]),
        None => Ok(json!({"statusCode": 404, "body": ""})),
    }
}
