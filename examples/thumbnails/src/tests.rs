use super::*;
use image::{ImageError, ImageFormat, RgbImage};
use lambda_api_testing::{S3Event, TestClient};
use serde_json::json;
use std::io::Cursor;

async fn client() -> TestClient {
    let api = api().state(Photos::in_memory());
    TestClient::new(api.environment([("PHOTOS_BUCKET", "photos")])).await
}

fn photo(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut photo = Cursor::new(Vec::new());
    RgbImage::new(width, height)
        .write_to(&mut photo, format)
        .unwrap();
    photo.into_inner()
}

#[tokio::test]
async fn an_upload_gets_a_thumbnail_at_its_location() {
    for (format, (width, height), expected) in [
        (ImageFormat::Png, (640, 320), (128, 64)),
        (ImageFormat::Jpeg, (320, 640), (64, 128)),
        (ImageFormat::Png, (20, 10), (20, 10)),
    ] {
        let client = client().await;
        let accepted = client
            .put("/photos/sea.png")
            .body(photo(width, height, format))
            .await;
        accepted
            .assert_status(202)
            .assert_header("location", "/thumbnails/sea.png");
        client
            .get(accepted.location())
            .await
            .assert_problem(404, "photo_not_found");

        let event = S3Event::new().object("photos", "uploads/sea.png");
        client
            .event(event)
            .await
            .assert_ok()
            .assert_taken_by("shrink");
        let thumbnail = client.get(accepted.location()).await;
        thumbnail
            .assert_status(200)
            .assert_header("content-type", "image/png");
        let thumbnail = image::load_from_memory(thumbnail.bytes()).unwrap();
        assert_eq!((thumbnail.width(), thumbnail.height()), expected);
    }
}

#[tokio::test]
async fn a_thumbnail_does_not_lead_to_another() {
    let client = client().await;
    for (bucket, key) in [
        ("photos", "thumbnails/sea.png"),
        ("photos", "uploads/../sea.png"),
        ("photos", "sea.png"),
    ] {
        let event = S3Event::new().object(bucket, key);
        client
            .event(event)
            .await
            .assert_ok()
            .assert_taken_by("shrink");
    }
    let deleted = S3Event::new().deleted("photos", "uploads/sea.png");
    client.event(deleted).await.assert_ok();
}

#[tokio::test]
async fn an_object_that_is_gone_fails_the_event() {
    let event = S3Event::new().object("photos", "uploads/sea.png");
    client()
        .await
        .event(event)
        .await
        .assert_failed("BatchFailed");
}

#[tokio::test]
async fn only_images_with_plain_names_are_accepted() {
    let client = client().await;
    let image = photo(1, 1, ImageFormat::Png);
    for (path, body, status, code) in [
        ("/photos/sea.png", b"GIF89a".to_vec(), 415, "not_an_image"),
        ("/photos/sea.png", Vec::new(), 415, "not_an_image"),
        ("/photos/.sea", image.clone(), 400, "invalid_parameters"),
        ("/photos/a%2Bb", image, 400, "invalid_parameters"),
    ] {
        let response = client.put(path).body(body).await;
        response.assert_problem(status, code);
    }
}

#[test]
fn an_image_above_the_limit_is_not_decoded() {
    let wide = photo(10_001, 1, ImageFormat::Png);
    let error = thumbnail::of(&wide).unwrap_err();
    assert!(matches!(error, ImageError::Limits(_)), "{error}");
}

#[tokio::test]
async fn the_test_of_a_notification_is_acknowledged() {
    client()
        .await
        .event(S3Event::test("photos"))
        .await
        .assert_ok();
    let other = json!({"Records": [{"eventSource": "aws:s3"}]});
    client()
        .await
        .event(other)
        .await
        .assert_failed("UnsupportedEvent");
}
