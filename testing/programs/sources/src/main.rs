//! A program with a handler for each kind of event beside a route, for the checks of templates.

use lambda_api::{
    Api, Error, State, api_handler, env, event_handler, events, routes,
    template::{Function, KeyType, Table},
    websocket::{Connection, Connections, WebSocketApi},
    ws_handler,
};

#[event_handler(sqs(from = env("ORDERS_QUEUE")))]
async fn ship() -> Result<(), Error> {
    handled("ship");
    Ok(())
}

#[event_handler(sqs(from = "arn:aws:sqs:eu-west-1:123456789012:returns"))]
async fn take_back() {
    handled("take_back");
}

#[event_handler(sqs(from = env("INVOICES_QUEUE")))]
async fn charge() {
    handled("charge");
}

#[event_handler(s3(from = env("UPLOADS_BUCKET")))]
async fn shrink() {
    handled("shrink");
}

#[event_handler(s3(from = "holiday-photos"))]
async fn develop() {
    handled("develop");
}

#[event_handler(sns(from = env("NEWS_TOPIC")))]
async fn announce() {
    handled("announce");
}

#[event_handler(sns(from = "alarms"))]
async fn wake_up() {
    handled("wake_up");
}

#[event_handler(dynamodb(from = env("ORDERS_TABLE")))]
async fn index() {
    handled("index");
}

#[event_handler(dynamodb(from = "prices"))]
async fn reprice() {
    handled("reprice");
}

#[event_handler(kinesis(from = env("CLICKS")))]
async fn count() {
    handled("count");
}

#[event_handler(kinesis(from = "views"))]
async fn rank() {
    handled("rank");
}

#[event_handler(kinesis(
    from = "arn:aws:kinesis:eu-west-1:123456789012:stream/sales/consumer/till:1700000000"
))]
async fn balance() {
    handled("balance");
}

#[event_handler(event_bridge(
    source = "shop.orders" | "shop.returns",
    detail_type = "OrderPlaced",
    detail("order.status" = "paid", "order.shop" = "tea")
))]
async fn placed() {
    handled("placed");
}

#[event_handler(event_bridge(source = "shop.stock", detail_type = "SoldOut" | "Stocked"))]
async fn stock() {
    handled("stock");
}

#[event_handler(schedule("cron(0 3 * * ? *)", rule = "nightly"))]
async fn clean_up() {
    handled("clean_up");
}

#[event_handler(schedule("rate(5 minutes)", rule = "often"))]
async fn refresh() {
    handled("refresh");
}

#[event_handler(any(key = "job"))]
async fn other() {
    handled("other");
}

#[ws_handler(connect)]
async fn join() {
    handled("join");
}

#[ws_handler(message)]
async fn explain() -> &'static str {
    handled("explain");
    "send text with the action `sendAll`"
}

#[ws_handler(route = "sendAll")]
async fn send_all(
    connection: Connection,
    State(connections): State<Connections>,
) -> Result<(), Error> {
    handled("send_all");
    connections.post(connection.id(), "sent").await?;
    Ok(())
}

#[ws_handler(disconnect)]
async fn leave() {
    handled("leave");
}

/// Writes a record, by which a test sees that the event arrived.
fn handled(by: &str) {
    tracing::info!("handled by {by}");
}

/// A route beside the events.
#[api_handler(GET "/health")]
async fn health() -> &'static str {
    "ok"
}

#[lambda_api::main]
fn main() -> Api {
    let endpoint = env("WS_ENDPOINT").locally("http://127.0.0.1:9000");
    Api::new()
        .websocket(WebSocketApi::new().endpoint(endpoint))
        .resource(Table::new("Orders", "id", KeyType::S).env("ORDERS_TABLE"))
        // A queue that exists: its ARN is a parameter.
        .function(Function::new().parameter("INVOICES_QUEUE"))
        .events(events![
            ship, take_back, charge, shrink, develop, announce, wake_up, index, reprice, count, rank,
            balance, placed, stock, clean_up, refresh, other, join, explain,
            send_all, leave
        ])
        .routes(routes![health])
}
