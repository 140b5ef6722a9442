//! The API on poem and poem-lambda, on one thread.

use poem_lambda::{Error, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(benches::apis::poem::route()).await
}
