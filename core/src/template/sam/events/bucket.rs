//! Buckets of S3.
//!
//! S3 checks the permission to invoke the function when the bucket is created, so the bucket needs the
//! permission, and the permission the function. If the function referred to the bucket in its variables, this
//! would be a circle: everything but the notification has the name of the bucket as a text, which
//! contains the id of the stack, since names of buckets are unique in the world.

use super::wiring::{Wiring, attribute};
use crate::{
    events::Listed,
    setting::Setting,
    template::{
        sam::resources::kept,
        tree::{Map, Node},
    },
};

const PRINCIPAL: &str = "s3.amazonaws.com";
/// What is replaced by the last part of the id of the stack, of 36 characters.
const STACK: &str = "${Stack}";
/// The name of a bucket has at most 63 characters.
const LONGEST_PREFIX: usize = 63 - 1 - 36;

/// Adds the notifications of a bucket, and the bucket if the program does not name one.
pub(super) fn add(wiring: &mut Wiring<'_>, listed: &Listed, from: Option<&Setting>) {
    wiring.failures.is_asynchronous = true;
    let id = wiring.id(listed, from, "Bucket");
    let known = from.and_then(|from| wiring.values.known(from));
    let is_created = known.is_none();
    let name = match known {
        Some(Node::Text(text)) => text.rsplit(':').next().unwrap_or_default().into(),
        Some(known) => known,
        None => name_of(&id),
    };
    let arn = |rest: &str| match &name {
        Node::Text(name) => Node::sub(format!("arn:${{AWS::Partition}}:s3:::{name}{rest}")),
        Node::Sub(name, values) => {
            let arn = format!("arn:${{AWS::Partition}}:s3:::{name}{rest}");
            Node::Sub(arn, values.clone())
        }
        other => {
            let arn = format!("arn:${{AWS::Partition}}:s3:::${{Bucket}}{rest}");
            Node::Sub(arn, vec![("Bucket".to_owned(), other.clone())])
        }
    };
    wiring.allow(&["s3:GetObject", "s3:GetObjectVersion"], arn("/*"));
    let permission = format!("{id}Permission");
    // The ARN of a bucket has no account, and a deleted bucket can be created again by others.
    let source = Map::new()
        .with("SourceAccount", Node::reference("AWS::AccountId"))
        .with("SourceArn", arn(""));
    wiring.permit(&permission, PRINCIPAL, source);
    if !is_created {
        wiring.warnings.push(format!(
            "the event handler {}: a template cannot change a bucket that exists: add a notification of \
             `s3:ObjectCreated:*` for this function to it",
            listed.handler.origin()
        ));
        return;
    }
    wiring.set(from, name.clone());
    let notification = Map::new()
        .with("Event", "s3:ObjectCreated:*")
        .with("Function", attribute("Function", "Arn"));
    let notifications = Map::new().with("LambdaConfigurations", vec![Node::Map(notification)]);
    let bucket = Map::new()
        .with("BucketName", name)
        .with("NotificationConfiguration", notifications);
    let mut attributes = Map::new().with("DependsOn", permission);
    attributes.extend(kept());
    wiring.resource(&id, "AWS::S3::Bucket", attributes, bucket);
    wiring.output(&id);
}

/// The name of a bucket: words of its logical id in lower case, and the id of the stack.
fn name_of(id: &str) -> Node {
    let mut prefix = String::new();
    for letter in id.chars() {
        if letter.is_ascii_uppercase() && !prefix.is_empty() {
            prefix.push('-');
        }
        prefix.push(letter.to_ascii_lowercase());
    }
    let prefix: String = prefix.chars().take(LONGEST_PREFIX).collect();
    let prefix = prefix.trim_end_matches('-');
    // arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1c2fa620-982a-11e3-aff7-50e2416294e0
    let stack = Node::Part(2, "/", Box::new(Node::reference("AWS::StackId")));
    Node::Sub(
        format!("{prefix}-{STACK}"),
        vec![("Stack".to_owned(), stack)],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_buckets_have_at_most_63_characters() {
        for (id, expected) in [
            ("UploadsBucket", "uploads-bucket-${Stack}"),
            ("P2ndBucket", "p2nd-bucket-${Stack}"),
            (
                "ThumbnailsOfAllProductImagesBucket",
                "thumbnails-of-all-product-${Stack}",
            ),
        ] {
            let Node::Sub(name, _) = name_of(id) else {
                panic!("{id}");
            };
            assert_eq!(name, expected);
            assert!(name.len() - STACK.len() + 36 <= 63, "{name}");
        }
    }
}
