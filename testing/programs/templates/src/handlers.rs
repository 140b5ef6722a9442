//! Random handlers of events.

use crate::random::Random;
use lambda_api::{env, event_handler, events, events::Events};

#[event_handler(sqs(from = env("ORDERS_QUEUE")))]
async fn ship() {}

#[event_handler(sqs(from = "arn:aws:sqs:eu-west-1:123456789012:returns"))]
async fn take_back() {}

#[event_handler(s3(from = env("UPLOADS")))]
async fn shrink() {}

#[event_handler(sns)]
async fn announce() {}

/// The template creates the table in some of the APIs.
#[event_handler(dynamodb(from = env("ORDERS")))]
async fn index() {}

#[event_handler(kinesis(from = env("CLICKS")))]
async fn count() {}

#[event_handler(event_bridge(source = "shop", detail("order.status" = "paid")))]
async fn placed() {}

#[event_handler(event_bridge(source = "aws.s3" | "other", detail_type = "Object Created"))]
async fn stored() {}

#[event_handler(schedule("rate(1 day)", rule = "nightly"))]
async fn clean_up() {}

#[event_handler(any)]
async fn other() {}

#[event_handler(sqs(from = env("STEPS_QUEUE").locally("steps.fifo")))]
async fn step() {}

const HANDLERS: [fn() -> Events; 11] = [
    || events![ship],
    || events![take_back],
    || events![shrink],
    || events![announce],
    || events![index],
    || events![count],
    || events![placed],
    || events![stored],
    || events![clean_up],
    || events![other],
    || events![step],
];

/// What the settings of the handlers refer to.
pub(crate) const VARIABLES: [(&str, &str); 5] = [
    ("ORDERS_QUEUE", "arn:aws:sqs:eu-west-1:123456789012:orders"),
    ("UPLOADS", "uploads"),
    ("ORDERS", "orders"),
    ("CLICKS", "clicks"),
    (
        "STEPS_QUEUE",
        "arn:aws:sqs:eu-west-1:123456789012:steps.fifo",
    ),
];

/// None in most cases, else several.
pub(crate) fn draw(random: &mut Random) -> Vec<fn() -> Events> {
    let chance = random.pick(&[0, 0, 30, 60]);
    let all = HANDLERS.into_iter();
    all.filter(|_| random.percent(chance)).collect()
}
