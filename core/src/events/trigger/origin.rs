//! What a record comes from: a queue, topic, table, stream or bucket.

use super::super::record_kind::RecordKind;

/// What a record comes from, as a program or an event writes it: a name, an ARN, or the URL of a queue.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Origin<'e> {
    region: Option<&'e str>,
    account: Option<&'e str>,
    name: &'e str,
}

impl<'e> Origin<'e> {
    pub(in super::super) fn of(text: &'e str) -> Self {
        let (region, account, name) = if let Some(rest) = text.strip_prefix("arn:") {
            let mut parts = rest.splitn(5, ':').skip(2);
            let mut part = || parts.next().unwrap_or_default().trim();
            (part(), part(), name_of(part()))
        } else if let Some(url) = QueueUrl::parse(text) {
            (url.region.unwrap_or_default(), url.account, url.name)
        } else {
            ("", "", text)
        };
        let known = |part: &'e str| Some(part).filter(|part| !part.is_empty());
        Self {
            region: known(region),
            account: known(account),
            name,
        }
    }

    pub(in super::super) fn name(&self) -> &'e str {
        self.name
    }

    /// Whether both can be the same: the ARN of a bucket has no account, a name has nothing else.
    pub(super) fn fits(&self, other: &Self) -> bool {
        let meet = |one: Option<&str>, other: Option<&str>| {
            one.is_none() || other.is_none() || one == other
        };
        self.name == other.name
            && meet(self.account, other.account)
            && meet(self.region, other.region)
    }
}

/// Why a text cannot be that of an origin of this kind.
pub(super) fn error(kind: RecordKind, text: &str) -> Option<String> {
    let service = kind.name();
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(is_known);
    if let Some(rest) = text.strip_prefix("arn:") {
        let found = rest.split(':').nth(1).unwrap_or_default();
        // The ARN of objects is that of another resource.
        let is_bucket = kind != RecordKind::S3 || !rest.contains('/');
        return match found == service {
            false => Some(format!("expected an ARN of `{service}`, found `{text}`")),
            true if !is_bucket => Some(format!("expected the ARN of a bucket, found `{text}`")),
            true if text.contains('*') || !is_name(Origin::of(text).name) => Some(format!(
                "expected an ARN with a name and no wildcard, found `{text}`"
            )),
            true => None,
        };
    }
    if kind == RecordKind::Sqs && QueueUrl::parse(text).is_some() {
        return None;
    }
    let url = match kind {
        RecordKind::Sqs => ", an ARN or a URL",
        _ => " or an ARN",
    };
    (!is_name(text)).then(|| format!("expected a name{url}, found `{text}`"))
}

/// The URL of a queue: `https://sqs.eu-west-1.amazonaws.com/123456789012/orders`, also that of an emulator.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct QueueUrl<'e> {
    /// `None` if the host does not say it.
    pub(crate) region: Option<&'e str>,
    pub(crate) account: &'e str,
    pub(crate) name: &'e str,
}

impl<'e> QueueUrl<'e> {
    pub(crate) fn parse(text: &'e str) -> Option<Self> {
        let schemes = ["https://", "http://"];
        let url = schemes
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))?;
        let (host, path) = url.split_once('/')?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let (path, name) = path.rsplit_once('/')?;
        let account = path.rsplit('/').next().unwrap_or_default();
        Some(Self {
            region: region_of(host),
            account,
            name,
        })
    }
}

/// The region in the host of a queue's URL: `sqs.REGION.amazonaws.com`, `REGION.queue.amazonaws.com`.
/// <https://docs.aws.amazon.com/general/latest/gr/sqs-service.html>
fn region_of(host: &str) -> Option<&str> {
    let mut before = None;
    let mut labels = host.split('.');
    while let Some(label) = labels.next() {
        match label {
            "sqs" | "sqs-fips" => return labels.next(),
            "queue" => return before,
            _ => before = Some(label),
        }
    }
    None
}

/// The name in the resource of an ARN: `orders` of `orders`, `stream/orders/consumer/c:1` and
/// `table/orders/stream/2024-01-01T00:00:00.000`.
fn name_of(resource: &str) -> &str {
    match resource.split_once('/') {
        Some((_, rest)) => rest.split('/').next().unwrap_or_default(),
        None => resource,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUE: &str = "arn:aws:sqs:eu-west-1:123456789012:orders";

    #[test]
    fn names_arns_and_urls_of_one_origin_fit() {
        for (from, origin, expected) in [
            ("orders", QUEUE, true),
            (QUEUE, QUEUE, true),
            (
                "https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
                QUEUE,
                true,
            ),
            (
                "https://sqs.eu-west-1.amazonaws.com/210987654321/orders",
                QUEUE,
                false,
            ),
            (
                "https://sqs.us-east-1.amazonaws.com/123456789012/orders",
                QUEUE,
                false,
            ),
            (
                "https://eu-west-1.queue.amazonaws.com/123456789012/orders/",
                QUEUE,
                true,
            ),
            ("http://localhost:4566/123456789012/orders", QUEUE, true),
            ("https://orders", QUEUE, false),
            ("arn:aws:sqs:eu-west-1:210987654321:orders", QUEUE, false),
            ("arn:aws:sqs:us-east-1:123456789012:orders", QUEUE, false),
            ("order", QUEUE, false),
            ("orders.fifo", QUEUE, false),
            ("", QUEUE, false),
            ("uploads", "uploads", true),
            ("arn:aws:s3:::uploads", "uploads", true),
            ("arn:aws:s3:::uploads", "upload", false),
            (
                "clicks",
                "arn:aws:kinesis:eu-west-1:1:stream/clicks/consumer/c:1",
                true,
            ),
            (
                "arn:aws:dynamodb:eu-west-1:1:table/orders",
                "arn:aws:dynamodb:eu-west-1:1:table/orders/stream/2024-01-01T00:00:00.000",
                true,
            ),
            ("arn:", QUEUE, false),
        ] {
            assert_eq!(
                Origin::of(from).fits(&Origin::of(origin)),
                expected,
                "{from} {origin}"
            );
        }
    }

    #[test]
    fn urls_of_queues_are_read() {
        for (url, region) in [
            (
                "https://sqs.eu-west-1.amazonaws.com/1/orders",
                Some("eu-west-1"),
            ),
            (
                "https://sqs.cn-north-1.amazonaws.com.cn/1/orders",
                Some("cn-north-1"),
            ),
            (
                "https://sqs-fips.us-east-1.amazonaws.com/1/orders",
                Some("us-east-1"),
            ),
            (
                "https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com/1/orders",
                Some("eu-west-1"),
            ),
            (
                "https://eu-west-1.queue.amazonaws.com/1/orders",
                Some("eu-west-1"),
            ),
            ("https://queue.amazonaws.com/1/orders", None),
            (
                "http://sqs.eu-west-1.localhost.localstack.cloud:4566/1/orders",
                Some("eu-west-1"),
            ),
            ("http://localhost:4566/queue/eu-west-1/1/orders", None),
            ("http://127.0.0.1:9324/1/orders/", None),
        ] {
            let expected = QueueUrl {
                region,
                account: "1",
                name: "orders",
            };
            assert_eq!(QueueUrl::parse(url), Some(expected), "{url}");
        }
        for text in ["orders", "https://", "https://host", "https://host/orders"] {
            assert_eq!(QueueUrl::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_can_never_fit_is_an_error() {
        use RecordKind::{Kinesis, S3, Sns, Sqs};
        for (kind, text, expected) in [
            (Sqs, "orders.fifo", None),
            (Sqs, QUEUE, None),
            (Sqs, "http://localhost:4566/1/orders", None),
            (S3, "my.bucket-1", None),
            (Sqs, "", Some("expected a name, an ARN or a URL, found ``")),
            (
                Sqs,
                "arn:aws:sns:eu-west-1:1:orders",
                Some("expected an ARN of `sqs`, found `arn:aws:sns:eu-west-1:1:orders`"),
            ),
            (
                Sqs,
                "arn:aws:sqs:eu-west-1:1",
                Some(
                    "expected an ARN with a name and no wildcard, found `arn:aws:sqs:eu-west-1:1`",
                ),
            ),
            (
                Sqs,
                "arn:aws:sqs:*:1:orders",
                Some("expected an ARN with a name and no wildcard, found `arn:aws:sqs:*:1:orders`"),
            ),
            (
                Sqs,
                "https://orders",
                Some("expected a name, an ARN or a URL, found `https://orders`"),
            ),
            (
                Sns,
                "https://sqs.eu-west-1.amazonaws.com/1/orders",
                Some(
                    "expected a name or an ARN, found `https://sqs.eu-west-1.amazonaws.com/1/orders`",
                ),
            ),
            (
                S3,
                "s3://uploads",
                Some("expected a name or an ARN, found `s3://uploads`"),
            ),
            (
                S3,
                "arn:aws:s3:::uploads/*",
                Some("expected the ARN of a bucket, found `arn:aws:s3:::uploads/*`"),
            ),
            (S3, "arn:aws-cn:s3:::uploads", None),
            (
                Kinesis,
                "arn:aws:kinesis:eu-west-1:1:stream/clicks/consumer/c:1",
                None,
            ),
            (
                S3,
                "uploads/images",
                Some("expected a name or an ARN, found `uploads/images`"),
            ),
            (
                Kinesis,
                "a b",
                Some("expected a name or an ARN, found `a b`"),
            ),
        ] {
            assert_eq!(error(kind, text).as_deref(), expected, "{text}");
        }
    }
}
