//! The assertions of a response.

use super::{
    ReceivedProblem, TestResponse,
    difference::{Difference, Fields, differences, table, text_difference},
    show,
};
use http::{HeaderName, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

/// What is different in a problem.
fn of_problem(problem: &ReceivedProblem, status: u16, code: &str) -> Vec<Difference> {
    let mut differences = Vec::new();
    // The body has the status as well, for those who read it later.
    let in_body = problem.extension("status");
    if problem.status() != status {
        let found = json!(problem.status());
        differences.push(Difference::new("status", &json!(status), Some(&found)));
    } else if in_body != Some(&json!(status)) {
        let path = "status in the body";
        differences.push(Difference::new(path, &json!(status), in_body));
    }
    let found = problem.extension("code");
    if found != Some(&json!(code)) {
        differences.push(Difference::new("code", &json!(code), found));
    }
    differences
}

impl TestResponse {
    /// Expects a status.
    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        if self.status().as_u16() != status {
            let expected = match StatusCode::from_u16(status) {
                Ok(status) => show::status(status),
                Err(_) => status.to_string(),
            };
            let found = show::status(self.status());
            self.fail(&format!("expected status {expected}, found {found}"));
        }
        self
    }

    /// Expects a JSON body that is equal to this value.
    ///
    /// ```
    /// # use lambda_api_testing::TestResponse;
    /// # use serde_json::json;
    /// # fn check(response: &TestResponse) {
    /// response.assert_json(&json!({"id": 7, "sku": "tea"}));
    /// # }
    /// ```
    #[track_caller]
    pub fn assert_json(&self, expected: &(impl Serialize + ?Sized)) -> &Self {
        self.compare_json(serde_json::to_value(expected), Fields::Exactly)
    }

    /// Expects a JSON body that contains this value: its objects may have more fields, at any depth;
    /// its arrays may not have more elements.
    ///
    /// ```
    /// # use lambda_api_testing::TestResponse;
    /// # use serde_json::json;
    /// # fn check(response: &TestResponse) {
    /// // Also matches {"orders": [{"id": 7, "sku": "tea"}], "next": null}
    /// response.assert_json_matches(&json!({"orders": [{"id": 7}]}));
    /// # }
    /// ```
    #[track_caller]
    pub fn assert_json_matches(&self, expected: &(impl Serialize + ?Sized)) -> &Self {
        self.compare_json(serde_json::to_value(expected), Fields::AtLeast)
    }

    #[track_caller]
    fn compare_json(&self, expected: serde_json::Result<Value>, fields: Fields) -> &Self {
        let expected = match expected {
            Ok(expected) => expected,
            Err(error) => panic!("the expected value cannot be serialised as JSON: {error}"),
        };
        let found: Value = match serde_json::from_slice(self.bytes()) {
            Ok(found) => found,
            Err(_) if self.bytes().is_empty() => self.fail("expected JSON, found an empty body"),
            Err(error) => self.fail(&format!(
                "expected JSON, found a body that is not JSON: {error}"
            )),
        };
        let differences = differences(&expected, &found, fields);
        if !differences.is_empty() {
            self.fail(&table("the JSON", &differences));
        }
        self
    }

    /// Expects a body that is exactly this text.
    #[track_caller]
    pub fn assert_text(&self, expected: impl AsRef<str>) -> &Self {
        let (expected, found) = (expected.as_ref(), self.text());
        if expected != found {
            self.fail(&text_difference(expected, found));
        }
        self
    }

    /// Expects a header; of several of this name, one has to have this value.
    #[track_caller]
    pub fn assert_header(&self, name: &str, value: impl AsRef<str>) -> &Self {
        let value = value.as_ref();
        let values = self.headers().get_all(name);
        if !values
            .iter()
            .any(|found| found.as_bytes() == value.as_bytes())
        {
            let found = self.shown_values(name);
            let found = found.as_deref().unwrap_or("none");
            self.fail(&format!(
                "header `{name}`: expected `{value}`, found {found}"
            ));
        }
        self
    }

    /// Expects that there is no header of this name.
    ///
    /// # Panics
    /// Also if the name is invalid, since the assertion would never fail.
    #[track_caller]
    pub fn assert_no_header(&self, name: &str) -> &Self {
        assert!(
            HeaderName::try_from(name).is_ok(),
            "expected the name of a header, found {name:?}"
        );
        if let Some(found) = self.shown_values(name) {
            self.fail(&format!("header `{name}`: expected none, found {found}"));
        }
        self
    }

    /// All values of a header; `None` without any.
    fn shown_values(&self, name: &str) -> Option<String> {
        let values: Vec<String> = self
            .headers()
            .get_all(name)
            .iter()
            .map(|value| format!("`{}`", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        (!values.is_empty()).then(|| values.join(" and "))
    }

    /// Expects a problem (RFC 9457) of this status and code.
    ///
    /// Where [`Api::on_problem`](lambda_api::Api::on_problem) gives problems another form, the original
    /// problem is compared.
    ///
    /// ```
    /// # use lambda_api_testing::TestResponse;
    /// # fn check(response: &TestResponse) {
    /// response.assert_problem(404, "order_not_found");
    /// # }
    /// ```
    #[track_caller]
    pub fn assert_problem(&self, status: u16, code: &str) -> &Self {
        let received = self.received_problem();
        let problems = received.iter().cloned().chain(self.original_problem());
        let mut problems = problems.map(|problem| of_problem(&problem, status, code));
        let Some(mut found) = problems.next() else {
            let error = received.err().unwrap_or_default();
            self.fail(&format!(
                "expected the problem {status} `{code}`, found none: {error}"
            ));
        };
        // A problem that has another form may be one in that form as well.
        if let Some(original) = problems.next().filter(|_| !found.is_empty()) {
            found = original;
        }
        if !found.is_empty() {
            self.fail(&table("the problem", &found));
        }
        self
    }

    /// Expects that the response sets a cookie to this value, percent-decoded: the value that was
    /// given to [`SetCookie::new`](lambda_api::response::SetCookie::new).
    #[track_caller]
    pub fn assert_cookie(&self, name: &str, value: impl AsRef<str>) -> &Self {
        let expected = value.as_ref();
        let found = match self.cookie(name) {
            None => "none".to_owned(),
            Some(cookie) if cookie.is_removed() => "that it is removed".to_owned(),
            Some(cookie) if cookie.value() == expected => return self,
            Some(cookie) => format!("`{}`", cookie.value()),
        };
        self.fail(&format!(
            "cookie `{name}`: expected `{expected}`, found {found}"
        ));
    }

    /// Expects that the response removes a cookie.
    #[track_caller]
    pub fn assert_cookie_removed(&self, name: &str) -> &Self {
        let found = match self.cookie(name) {
            None => "nothing about it".to_owned(),
            Some(cookie) if cookie.is_removed() => return self,
            Some(cookie) => format!("`{}`", cookie.value()),
        };
        self.fail(&format!(
            "cookie `{name}`: expected that it is removed, found {found}"
        ));
    }
}
