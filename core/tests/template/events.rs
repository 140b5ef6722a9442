//! What the handlers of events need.

use super::{GATEWAYS, assert_contains, errors, open, resource, template, warnings, yaml};
use lambda_api::{
    Api, env, event_handler, events,
    events::Events,
    template::{Function, Gateway, KeyType, Options, Table},
};
use std::time::Duration;

#[event_handler(sqs(from = env("ORDERS_QUEUE")))]
async fn ship() {}

#[event_handler(s3(from = env("UPLOADS")))]
async fn shrink() {}

#[event_handler(sns)]
async fn notify() {}

#[event_handler(dynamodb(from = env("ORDERS_TABLE")))]
async fn index() {}

#[event_handler(kinesis(from = env("CLICKS")))]
async fn count() {}

#[event_handler(event_bridge(
    source = "shop.orders" | "shop.returns",
    detail_type = "OrderPlaced",
    detail("order.status" = "paid", "order.shop" = "tea")
))]
async fn placed() {}

#[event_handler(schedule("rate(1 day)", rule = "nightly"))]
async fn clean_up() {}

#[event_handler(any(key = "job"))]
async fn other() {}

/// A program with these handlers and no route.
fn with(events: Events) -> Api {
    Api::new().events(events)
}

fn yaml_of(events: Events) -> String {
    yaml(&with(events), Gateway::HttpApi)
}

/// The only error of an API with these handlers.
fn error_of(events: Events) -> String {
    errors(&with(events), &Options::new(Gateway::HttpApi))
}

#[test]
fn a_queue_has_dead_letters_and_a_mapping() {
    let api = with(events![ship]).function(Function::new().timeout(Duration::from_secs(20)));
    let yaml = yaml(&api, Gateway::HttpApi);
    let of = |id: &str| resource(&yaml, id);
    assert_contains(
        &of("OrdersQueue"),
        &[
            "Type: AWS::SQS::Queue",
            // Six times the timeout of the function.
            "VisibilityTimeout: 120",
            "deadLetterTargetArn: !GetAtt OrdersQueueDeadLetters.Arn",
            "maxReceiveCount: 5",
        ],
    );
    assert_contains(
        &of("OrdersQueueDeadLetters"),
        &["Type: AWS::SQS::Queue", "MessageRetentionPeriod: 1209600"],
    );
    assert_contains(
        &of("OrdersQueueMapping"),
        &[
            "Type: AWS::Lambda::EventSourceMapping",
            "FunctionName: !Ref Function",
            "EventSourceArn: !GetAtt OrdersQueue.Arn",
            "FunctionResponseTypes: [ReportBatchItemFailures]",
        ],
    );
    assert_contains(
        &of("Function"),
        &[
            "LAMBDA_API_PARTIAL: \"true\"",
            "ORDERS_QUEUE: !GetAtt OrdersQueue.Arn",
            "Action: [\"sqs:ReceiveMessage\", \"sqs:DeleteMessage\", \"sqs:GetQueueAttributes\"]",
            "Resource: !GetAtt OrdersQueue.Arn",
        ],
    );
    assert_contains(&of("Outputs"), &["OrdersQueue: {Value: !Ref OrdersQueue}"]);
    assert!(!yaml.contains("FailedEvents"), "{yaml}");
}

#[test]
fn the_local_name_of_a_queue_says_fifo() {
    #[event_handler(sqs(from = env("ORDERS_QUEUE").locally("orders.fifo")))]
    async fn in_order() {}

    let yaml = yaml_of(events![in_order]);
    for (id, longest) in [("OrdersQueue", 63), ("OrdersQueueDeadLetters", 52)] {
        let expected = [
            &format!("the name of the stack can have {longest}."),
            &format!("QueueName: !Sub \"${{AWS::StackName}}-{id}.fifo\""),
            "FifoQueue: true",
        ];
        assert_contains(&resource(&yaml, id), &expected);
        let other = yaml_of(events![ship]);
        assert!(!resource(&other, id).contains("FifoQueue"), "{other}");
    }
}

#[test]
fn a_literal_names_a_queue_that_exists() {
    #[event_handler(sqs(from = "arn:aws:sqs:eu-west-1:123456789012:orders"))]
    async fn by_arn() {}
    #[event_handler(sqs(from = "orders"))]
    async fn by_name() {}
    #[event_handler(sqs(from = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"))]
    async fn by_url() {}

    for (events, id, arn) in [
        (
            events![by_url],
            "ByUrlQueueMapping",
            "!Sub \"arn:${AWS::Partition}:sqs:eu-west-1:123456789012:orders\"",
        ),
        (
            events![by_arn],
            "ByArnQueueMapping",
            "\"arn:aws:sqs:eu-west-1:123456789012:orders\"",
        ),
        (
            events![by_name],
            "ByNameQueueMapping",
            "!Sub \"arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders\"",
        ),
    ] {
        let yaml = yaml_of(events);
        let mapping = resource(&yaml, id);
        assert_contains(&mapping, &[&format!("EventSourceArn: {arn}")]);
        assert_contains(&resource(&yaml, "Function"), &[&format!("Resource: {arn}")]);
        assert!(!yaml.contains("AWS::SQS::Queue"), "{yaml}");
    }
}

#[test]
fn a_parameter_or_a_value_names_a_queue_that_exists() {
    let parameter = Function::new().parameter("ORDERS_QUEUE");
    let value = Function::new().environment("ORDERS_QUEUE", "arn:aws:sqs:eu-west-1:1:orders");
    for (function, arn) in [
        (parameter, "!Ref OrdersQueue"),
        (value, "\"arn:aws:sqs:eu-west-1:1:orders\""),
    ] {
        let yaml = yaml(&with(events![ship]).function(function), Gateway::HttpApi);
        assert_contains(
            &resource(&yaml, "OrdersQueueMapping"),
            &[&format!("EventSourceArn: {arn}")],
        );
        let function = resource(&yaml, "Function");
        assert_contains(&function, &[&format!("ORDERS_QUEUE: {arn}")]);
        assert!(!yaml.contains("AWS::SQS::Queue"), "{yaml}");
    }
}

#[test]
fn a_bucket_is_named_by_the_stack() {
    let yaml = yaml_of(events![shrink]);
    let of = |id: &str| resource(&yaml, id);
    let stack = "{Stack: !Select [2, !Split [\"/\", !Ref AWS::StackId]]}";
    let name = format!("!Sub [\"uploads-${{Stack}}\", {stack}]");
    assert_contains(
        &of("Uploads"),
        &[
            "Type: AWS::S3::Bucket",
            "DependsOn: UploadsPermission",
            "DeletionPolicy: RetainExceptOnCreate",
            &format!("BucketName: {name}"),
            "Event: \"s3:ObjectCreated:*\"",
            "Function: !GetAtt Function.Arn",
        ],
    );
    assert_contains(
        &of("UploadsPermission"),
        &[
            "Principal: s3.amazonaws.com",
            "SourceAccount: !Ref AWS::AccountId",
            &format!(
                "SourceArn: !Sub [\"arn:${{AWS::Partition}}:s3:::uploads-${{Stack}}\", {stack}]"
            ),
        ],
    );
    // Only the notification refers to the function: no circle.
    let function = of("Function");
    assert_contains(
        &function,
        &[
            &format!("UPLOADS: {name}"),
            "Action: [\"s3:GetObject\", \"s3:GetObjectVersion\"]",
            ":s3:::uploads-${Stack}/*\"",
        ],
    );
    for reference in ["!Ref Uploads", "!GetAtt Uploads"] {
        assert!(!function.contains(reference), "{function}");
    }
}

#[test]
fn a_bucket_that_exists_only_gets_the_permission() {
    #[event_handler(s3(from = "photos"))]
    async fn by_name() {}
    #[event_handler(s3(from = "arn:aws:s3:::photos"))]
    async fn by_arn() {}

    let parameter = Function::new().parameter("UPLOADS");
    for (api, id, arn) in [
        (
            with(events![by_name]),
            "ByNameBucket",
            "\"arn:${AWS::Partition}:s3:::photos\"",
        ),
        (
            with(events![by_arn]),
            "ByArnBucket",
            "\"arn:${AWS::Partition}:s3:::photos\"",
        ),
        (
            with(events![shrink]).function(parameter),
            "Uploads",
            "[\"arn:${AWS::Partition}:s3:::${Bucket}\", {Bucket: !Ref Uploads}]",
        ),
    ] {
        let yaml = yaml(&api, Gateway::HttpApi);
        assert_contains(
            &resource(&yaml, &format!("{id}Permission")),
            &[&format!("SourceArn: !Sub {arn}")],
        );
        assert!(!yaml.contains("AWS::S3::Bucket"), "{yaml}");
        let [warning] = &warnings(&api, &Options::new(Gateway::HttpApi))[..] else {
            panic!("one warning");
        };
        assert_contains(
            warning,
            &[
                "a template cannot change a bucket that exists: add a notification of \
                 `s3:ObjectCreated:*` for this function to it",
            ],
        );
    }
}

#[test]
fn a_topic_has_a_subscription() {
    let yaml = yaml_of(events![notify]);
    let of = |id: &str| resource(&yaml, id);
    assert_contains(&of("NotifyTopic"), &["Type: AWS::SNS::Topic"]);
    assert_contains(
        &of("NotifyTopicSubscription"),
        &[
            "Protocol: lambda",
            "Endpoint: !GetAtt Function.Arn",
            "TopicArn: !Ref NotifyTopic",
            "RedrivePolicy: {deadLetterTargetArn: !GetAtt FailedEvents.Arn}",
        ],
    );
    assert_contains(
        &of("NotifyTopicPermission"),
        &[
            "Principal: sns.amazonaws.com",
            "SourceArn: !Ref NotifyTopic",
        ],
    );
}

#[test]
fn a_stream_is_a_parameter() {
    let yaml = yaml_of(events![count]);
    let of = |id: &str| resource(&yaml, id);
    assert_contains(
        &of("Parameters"),
        &["Clicks: {Type: String, Description: \"ARN of a stream: value of CLICKS\"}"],
    );
    assert_contains(
        &of("ClicksMapping"),
        &[
            "EventSourceArn: !Ref Clicks",
            "FunctionResponseTypes: [ReportBatchItemFailures]",
            "StartingPosition: TRIM_HORIZON",
            "BisectBatchOnFunctionError: true",
            "MaximumRetryAttempts: 10",
            "# The queue gets positions in the stream, not the records: read them before they expire.",
            "DestinationConfig: {OnFailure: {Destination: !GetAtt FailedEvents.Arn}}",
        ],
    );
    assert_contains(
        &of("Function"),
        &[
            "CLICKS: !Ref Clicks",
            "LAMBDA_API_PARTIAL: \"true\"",
            "\"kinesis:GetRecords\"",
            "Resource: !Ref Clicks",
        ],
    );
    // Lambda reads the stream itself, and sends nothing to the function asynchronously.
    assert_eq!(of("FunctionInvokeConfig"), "");
}

#[test]
fn a_consumer_of_a_stream_has_subscriptions() {
    #[event_handler(kinesis(
        from = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks/consumer/counter:1700000000"
    ))]
    async fn by_consumer() {}

    let yaml = yaml_of(events![by_consumer]);
    let stream = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks";
    let consumer = format!("{stream}/consumer/counter:1700000000");
    assert_contains(
        &resource(&yaml, "ByConsumerStreamMapping"),
        &[&format!("EventSourceArn: \"{consumer}\"")],
    );
    let function = resource(&yaml, "Function");
    let of = |action: &str| {
        let statement = function
            .split("- Effect: ")
            .find(|one| one.contains(action));
        statement.unwrap_or_default().to_owned()
    };
    assert_contains(
        &of("kinesis:GetRecords"),
        &[&format!("Resource: \"{stream}\"\n")],
    );
    assert_contains(
        &of("kinesis:SubscribeToShard"),
        &[
            "kinesis:DescribeStreamConsumer",
            &format!("Resource: \"{consumer}\"\n"),
        ],
    );
}

#[test]
fn a_table_of_the_template_has_a_stream() {
    let table = |id: &str| Table::new(id, "id", KeyType::S);
    let api = with(events![index])
        .resource(table("Orders").env("ORDERS_TABLE"))
        .resource(table("Rates"));
    let yaml = yaml(&api, Gateway::HttpApi);
    let of = |id: &str| resource(&yaml, id);
    assert_contains(
        &of("Orders"),
        &["StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}"],
    );
    assert!(!of("Rates").contains("StreamSpecification"));
    assert_contains(
        &of("OrdersTableMapping"),
        &["EventSourceArn: !GetAtt Orders.StreamArn"],
    );
    assert_contains(
        &of("Function"),
        &[
            "ORDERS_TABLE: !Ref Orders",
            "\"dynamodb:ListStreams\"",
            "Resource: !GetAtt Orders.StreamArn",
        ],
    );
}

#[test]
fn the_stream_of_another_table_is_a_parameter() {
    #[event_handler(dynamodb(from = "orders"))]
    async fn by_name() {}

    for (events, parameter, description) in [
        (
            events![index],
            "OrdersTable",
            "ARN of a stream: value of ORDERS_TABLE",
        ),
        (
            events![by_name],
            "ByNameStreamArn",
            "ARN of the stream of the table orders",
        ),
    ] {
        let yaml = yaml_of(events);
        assert_contains(
            &yaml,
            &[
                &format!("{parameter}: {{Type: String, Description: \"{description}\"}}"),
                &format!("EventSourceArn: !Ref {parameter}"),
            ],
        );
    }
}

#[test]
fn a_rule_has_a_nested_pattern() {
    let yaml = yaml_of(events![placed]);
    let of = |id: &str| resource(&yaml, id);
    assert_contains(
        &of("PlacedRule"),
        &[
            "Type: AWS::Events::Rule",
            "source: [shop.orders, shop.returns]",
            "detail-type: [OrderPlaced]",
            "detail: {order: {shop: [tea], status: [paid]}}",
            "Arn: !GetAtt Function.Arn",
            "DeadLetterConfig: {Arn: !GetAtt FailedEvents.Arn}",
        ],
    );
    assert_contains(
        &of("PlacedRulePermission"),
        &[
            "Principal: events.amazonaws.com",
            "SourceArn: !GetAtt PlacedRule.Arn",
        ],
    );
}

#[test]
fn a_rule_for_all_events_is_warned_of() {
    #[event_handler(event_bridge)]
    async fn audit() {}

    let api = with(events![audit]);
    assert_contains(
        &resource(&yaml(&api, Gateway::HttpApi), "AuditRule"),
        &["EventPattern: {account: [!Ref AWS::AccountId]}"],
    );
    let [warning] = &warnings(&api, &Options::new(Gateway::HttpApi))[..] else {
        panic!("one warning");
    };
    assert_contains(warning, &["takes all events of the default event bus"]);
}

#[test]
fn a_detail_that_cannot_match_is_an_error() {
    #[event_handler(event_bridge(source = "shop", detail("order" = "1", "order.status" = "paid")))]
    async fn never() {}

    assert_contains(
        &error_of(events![never]),
        &["`order.status` of the detail is to be two things at once, so no event matches"],
    );
}

#[test]
fn a_schedule_is_a_rule_with_its_name() {
    let yaml = yaml_of(events![clean_up]);
    assert_contains(
        &resource(&yaml, "CleanUpRule"),
        &[
            "Name: nightly",
            "ScheduleExpression: \"rate(1 day)\"",
            "Arn: !GetAtt Function.Arn",
        ],
    );
}

#[test]
fn a_schedule_without_expression_is_an_error() {
    #[event_handler(schedule(rule = "nightly"))]
    async fn nightly() {}

    assert_contains(
        &error_of(events![nightly]),
        &["has no schedule: write it for the template, as in `schedule(\"rate(1 day)\")`"],
    );
}

#[test]
fn asynchronous_events_that_fail_are_kept() {
    for (events, senders) in [
        (events![shrink], &[][..]),
        (events![other], &[]),
        (
            events![notify],
            &["{Service: sns.amazonaws.com}", "[!Ref NotifyTopic]"],
        ),
        (
            events![placed, clean_up],
            &[
                "{Service: events.amazonaws.com}",
                "[!GetAtt PlacedRule.Arn, !GetAtt CleanUpRule.Arn]",
            ],
        ),
    ] {
        let yaml = yaml_of(events);
        let of = |id: &str| resource(&yaml, id);
        assert_contains(&of("FailedEvents"), &["MessageRetentionPeriod: 1209600"]);
        assert_contains(
            &of("FunctionInvokeConfig"),
            &[
                "Type: AWS::Lambda::EventInvokeConfig",
                "Qualifier: $LATEST",
                "OnFailure: {Destination: !GetAtt FailedEvents.Arn}",
            ],
        );
        assert_contains(&of("Function"), &["Action: [\"sqs:SendMessage\"]"]);
        let policy = of("FailedEventsPolicy");
        assert_eq!(policy.is_empty(), senders.is_empty(), "{policy}");
        assert_contains(&policy, senders);
    }
}

#[test]
fn other_events_are_a_comment() {
    let yaml = yaml_of(events![other]);
    assert_contains(
        &resource(&yaml, "Function"),
        &[
            "# template::events::other takes other events: what sends them needs the permission to invoke the \
             function.",
        ],
    );
}

#[test]
fn a_program_of_events_has_no_gateway() {
    for gateway in GATEWAYS {
        let yaml = yaml(&with(events![ship, placed]), gateway);
        for absent in [
            "Serverless::Api",
            "Serverless::HttpApi",
            "FunctionUrlConfig",
            "TargetGroup",
            "ApiUrl",
        ] {
            assert!(!yaml.contains(absent), "{gateway:?}: {yaml}");
        }
        assert_contains(
            &resource(&yaml, "Function"),
            &["FunctionName: !Sub \"${AWS::StackName}-template\""],
        );
    }
}

#[test]
fn events_go_to_the_function_of_the_whole_api() {
    let reports = open(&[("GET", "/daily")])
        .function(Function::new())
        .events(events![ship]);
    let api = open(&[("GET", "/a")]).nest("/reports", reports);
    for gateway in GATEWAYS {
        let yaml = yaml(&api, gateway);
        let of = |id: &str| resource(&yaml, id);
        assert_contains(&of("OrdersQueueMapping"), &["FunctionName: !Ref Function"]);
        assert_contains(&of("Function"), &["sqs:ReceiveMessage", "ORDERS_QUEUE"]);
        let nested = of("ReportsFunction");
        // The program does not start without the variable.
        assert_eq!(nested.contains("ORDERS_QUEUE"), !nested.is_empty());
        assert!(!nested.contains("sqs:ReceiveMessage"), "{nested}");
    }
}

#[test]
fn a_role_that_exists_needs_the_permissions() {
    let api = with(events![ship]).function(Function::new().role("arn:aws:iam::1:role/shop"));
    let options = Options::new(Gateway::HttpApi);
    assert!(!yaml(&api, Gateway::HttpApi).contains("Policies"));
    assert_eq!(
        warnings(&api, &options),
        [
            "the function: the permissions that its event handlers need are not added to the role, which this \
             template does not create"
        ]
    );
}

#[test]
fn handlers_of_one_name_are_told_apart_by_their_modules() {
    mod other {
        #[lambda_api::event_handler(event_bridge(source = "other"))]
        pub(super) async fn placed() {}
    }
    let yaml = yaml_of(events![placed, other::placed, clean_up]);
    for (id, source) in [
        ("EventsPlacedRule", "shop.orders"),
        ("EventsOtherPlacedRule", "source: [other]"),
        (
            "EventsOtherPlacedRulePermission",
            "EventsOtherPlacedRule.Arn",
        ),
        ("CleanUpRule", "ScheduleExpression"),
    ] {
        assert_contains(&resource(&yaml, id), &[source]);
    }
}

#[test]
fn logical_ids_of_handlers_are_used_once() {
    #[lambda_api::event_handler(schedule("rate(1 day)", rule = "one"))]
    async fn other_() {}
    #[lambda_api::event_handler(schedule("rate(2 days)", rule = "two"))]
    async fn _other() {}
    assert_contains(
        &error_of(events![other_, _other]),
        &["two parts of the template have the logical id `EventsOtherRule`: rename"],
    );
}

#[test]
fn blocks_of_handlers_are_replaced_in_a_file() {
    let options = Options::new(Gateway::HttpApi);
    let old = template(&with(events![ship]), &options).to_yaml();
    let end = "  # lambda-api: end OrdersQueueMapping\n";
    let own = format!("{end}      ScalingConfig: {{MaximumConcurrency: 5}}\n");
    let edited = old.replace(end, &own);
    let slow = Function::new().timeout(Duration::from_secs(60));
    let new = template(&with(events![ship]).function(slow), &options);
    let updated = new.update(&edited).expect("an update");
    assert_eq!(updated, new.to_yaml().replace(end, &own));
    assert!(updated.contains("VisibilityTimeout: 360"), "{updated}");

    let more = template(&with(events![ship, clean_up]), &options);
    let error = more
        .update(&edited)
        .expect_err("missing blocks")
        .to_string();
    assert_contains(
        &error,
        &[
            "block `CleanUpRule` is missing",
            "block `FailedEvents` is missing",
        ],
    );
}

#[cfg(feature = "websocket")]
mod sockets {
    use super::*;
    use lambda_api::{
        authorizer,
        authorizer::{Allow, Unauthorized},
        websocket::WebSocketApi,
        ws_handler,
    };

    #[ws_handler(disconnect)]
    async fn leave() {}

    #[ws_handler(route = "sendAll")]
    async fn send() -> &'static str {
        "sent"
    }

    #[authorizer(websocket)]
    async fn authorize() -> Result<Allow, Unauthorized> {
        Err(Unauthorized)
    }

    #[test]
    fn a_websocket_api_has_routes_and_responses() {
        let settings = WebSocketApi::new().endpoint(env("WS_ENDPOINT"));
        let yaml = yaml(
            &with(events![leave, send]).websocket(settings),
            Gateway::HttpApi,
        );
        let of = |id: &str| resource(&yaml, id);
        assert_contains(
            &of("WebSocketApi"),
            &[
                "Type: AWS::Serverless::WebSocketApi",
                "# No authorizer of the program",
                "StageName: prod",
                "RouteSelectionExpression: $request.body.action",
                "$disconnect: {FunctionArn: !GetAtt Function.Arn}",
                "sendAll: {FunctionArn: !GetAtt Function.Arn, RouteResponseSelectionExpression: $default}",
            ],
        );
        assert!(!of("WebSocketApi").contains("$connect:"));
        assert_contains(
            &of("WebSocketApiSendallResponse"),
            &[
                "RouteId: !Ref WebSocketApiSendallRoute",
                "RouteResponseKey: $default",
            ],
        );
        assert_contains(
            &of("Function"),
            &[
                "WS_ENDPOINT: !Sub \"https://${WebSocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/prod\"",
                "Action: [\"execute-api:ManageConnections\"]",
                ":${WebSocketApi}/prod/*/@connections/*",
            ],
        );
        assert_contains(&of("Outputs"), &["WebSocketUrl: {Value: !Sub \"wss://"]);
    }

    #[test]
    fn a_program_may_send_to_another_websocket_api() {
        let settings = WebSocketApi::new().endpoint(env("WS_ENDPOINT"));
        let yaml = yaml(&with(events![]).websocket(settings), Gateway::HttpApi);
        assert!(!yaml.contains("AWS::Serverless::WebSocketApi"), "{yaml}");
        assert_contains(
            &resource(&yaml, "Function"),
            &[
                "WS_ENDPOINT: !Ref WsEndpoint",
                "Action: [\"execute-api:ManageConnections\"]",
                ":${WebSocketApiId}/*/*/@connections/*",
            ],
        );
        assert_contains(
            &resource(&yaml, "Parameters"),
            &["WebSocketApiId:", "WsEndpoint:"],
        );
    }

    #[test]
    fn the_authorizer_of_the_program_closes_the_handshake() {
        let settings = WebSocketApi::new().route_selection("$request.body.type");
        let yaml = yaml(
            &with(events![send, authorize]).websocket(settings),
            Gateway::HttpApi,
        );
        let api = resource(&yaml, "WebSocketApi");
        assert_contains(
            &api,
            &[
                "Auth: {AuthType: CUSTOM, AuthArn: !GetAtt Function.Arn}",
                "RouteSelectionExpression: $request.body.type",
                "$connect: {FunctionArn: !GetAtt Function.Arn}",
            ],
        );
        assert!(!api.contains("No authorizer"), "{api}");
    }

    #[test]
    fn routes_that_sam_cannot_name_are_errors() {
        #[ws_handler(route = "send-all")]
        async fn dashed() {}
        #[ws_handler(route = "sendall")]
        async fn lower() {}

        for (events, expected) in [
            (
                events![dashed],
                "the route `send-all` of the WebSocket API: AWS SAM accepts letters and digits only",
            ),
            (
                events![send, lower],
                "AWS SAM does not tell it from one that differs in case only",
            ),
        ] {
            assert_contains(&error_of(events), &[expected]);
        }
    }
}
