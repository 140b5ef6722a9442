//! The other way round: the new API in the loop of lambda_http, for those who want to keep that.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let app = moving_over::new::after().build().await?;
    lambda_http::run(app).await
}
