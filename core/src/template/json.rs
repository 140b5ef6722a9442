//! Values as JSON: what CloudFormation replaces is `{"Fn::Sub": "text with ${NAME}"}`.

use super::tree::Node;
use serde_json::{Map, Value, json};

/// The value; comments are left out.
pub(super) fn value(node: &Node) -> Value {
    match node {
        Node::Text(text) => text.as_str().into(),
        Node::Number(number) => (*number).into(),
        Node::Bool(value) => (*value).into(),
        Node::List(list) => list.iter().map(value).collect(),
        Node::Map(map) | Node::Long(map) => {
            let entries = map.0.iter();
            let entries = entries.map(|entry| (entry.key.clone(), value(&entry.value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Node::Ref(name) => json!({"Fn::Sub": format!("${{{name}}}")}),
        Node::GetAtt(name) => json!({"Fn::Sub": format!("${{{name}}}")}),
        Node::Sub(text, _) => json!({"Fn::Sub": text}),
        Node::Part(..) => Value::Null,
    }
}
