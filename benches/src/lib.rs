//! One API of thirty routes, built with lambda-api and with each of its peers, and what an
//! invocation of it costs. `cargo bench -p benches` times it;
//! `cargo run --release -p benches -- report` measures everything.

pub mod orders;
pub mod peers;
mod work;

pub use work::Work;

use lambda_http::Context;

/// What the Lambda runtime says about an invocation.
#[must_use]
pub fn context() -> Context {
    let mut context = Context::default();
    context.request_id = "2f4a7d3e-90c1-4b6e-8a57-1c3d5e7f9b20".to_owned();
    context.deadline = 4_102_444_800_000;
    context.invoked_function_arn =
        "arn:aws:lambda:eu-west-1:123456789012:function:orders".to_owned();
    context.xray_trace_id = Some(
        "Root=1-5e5ffe45-4dea0086f9763ac0667b115a;Parent=53995c3f42cd8ad8;Sampled=1".to_owned(),
    );
    context
}
