use lambda_api::event_handler;

#[event_handler(schedule("cron(0 3 * * *)"))]
async fn nightly() {}

fn main() {}
