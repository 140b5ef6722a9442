//! New routes in front of the old router.

use lambda_api::Api;

#[lambda_api::main]
fn main() -> Api {
    moving_over::new::mixed()
}
