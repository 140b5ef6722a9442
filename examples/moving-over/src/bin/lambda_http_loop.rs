//! The new API in `lambda_http::run`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let app = moving_over::new::after().build().await?;
    lambda_http::run(app).await
}
