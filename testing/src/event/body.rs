//! Bodies.

use super::EventBuilder;
use crate::{MultipartForm, encoding};
use bytes::Bytes;
use http::{
    HeaderValue,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use serde::Serialize;

impl EventBuilder {
    /// A body of any bytes, without a `content-type`. A `String` or a `Vec<u8>` will do.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        // A recorded length is that of another body.
        self.drop_given(&CONTENT_LENGTH);
        self
    }

    /// A JSON body, with `content-type: application/json` unless the test says another
    /// `content-type`.
    #[track_caller]
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.typed("application/json", json),
            Err(error) => panic!("the value cannot be written as JSON: {error}"),
        }
    }

    /// A body of form fields, with `content-type: application/x-www-form-urlencoded` unless the
    /// test says another `content-type`: the fields of a struct or of a JSON object, or pairs. A
    /// list as the value of a field repeats the field.
    ///
    /// ```
    /// # use lambda_api::event::Source;
    /// # use lambda_api_testing::EventBuilder;
    /// let search = EventBuilder::new(Source::RestApi).method("POST").path("/search");
    /// let event = search.form(&[("tag", "fragile"), ("tag", "heavy")]).to_value();
    /// assert_eq!(event["body"], "tag=fragile&tag=heavy");
    /// ```
    #[track_caller]
    pub fn form(self, fields: &(impl Serialize + ?Sized)) -> Self {
        match encoding::encode_form(fields) {
            Ok(form) => self.typed(encoding::FORM_MEDIA_TYPE, form),
            Err(error) => panic!("{error}"),
        }
    }

    /// A body of text, with `content-type: text/plain; charset=utf-8` unless another
    /// `content-type` is already set.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.typed("text/plain; charset=utf-8", text.into())
    }

    /// A form with files, with `content-type: multipart/form-data` and its boundary, whatever the
    /// `content-type` was before: the boundary has to be the form's own.
    ///
    /// ```
    /// use lambda_api::event::Source;
    /// use lambda_api_testing::{EventBuilder, MultipartForm};
    ///
    /// let form = MultipartForm::new()
    ///     .text("title", "Tea")
    ///     .file("photo", "tea.jpg", "image/jpeg", &b"\xff\xd8"[..]);
    /// let event = EventBuilder::new(Source::FunctionUrl)
    ///     .method("POST")
    ///     .path("/photos")
    ///     .multipart(&form)
    ///     .to_value();
    /// assert_eq!(event["isBase64Encoded"], true);
    /// ```
    pub fn multipart(mut self, form: &MultipartForm) -> Self {
        let (content_type, body) = form.encode();
        self.given.insert(CONTENT_TYPE);
        self.headers.insert(CONTENT_TYPE, content_type);
        self.body(body)
    }

    fn typed(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.drop_given(&CONTENT_TYPE);
        if !self.headers.contains_key(CONTENT_TYPE) {
            let content_type = HeaderValue::from_static(content_type);
            self.headers.insert(CONTENT_TYPE, content_type);
            self.given.insert(CONTENT_TYPE);
        }
        self.body(body)
    }
}
