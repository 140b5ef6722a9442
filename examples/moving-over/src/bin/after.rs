//! All routes moved.

use lambda_api::Api;

#[lambda_api::main]
fn main() -> Api {
    moving_over::new::after()
}
