//! Builds the API of a client.

use super::TestClient;
#[cfg(feature = "openapi")]
use super::conform::Conformance;
use crate::TrackedFuture;
use lambda_api::{__private, Api};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// Future of [`TestClient::new`], which builds the API and returns the client.
///
/// If the API cannot be built, it panics at the line that awaits it.
#[must_use = "futures do nothing unless they are awaited"]
pub struct TestClientBuilder(State);

enum State {
    Described(Box<Described>),
    Building(TrackedFuture<'static, TestClient>),
}

#[derive(Default)]
struct Described {
    api: Api,
    #[cfg(feature = "openapi")]
    conforming: bool,
}

impl TestClientBuilder {
    pub(super) fn new(api: Api) -> Self {
        let mut described = Box::<Described>::default();
        described.api = api;
        Self(State::Described(described))
    }

    /// Holds each response to the OpenAPI document of the API: a response that the document does not promise
    /// fails the test where its request is awaited. This is true of clones and of
    /// [other sources](TestClient::via), too.
    ///
    /// ```should_panic
    /// use lambda_api::{Api, Json, api_handler, routes};
    /// use lambda_api_testing::TestClient;
    /// use schemars::JsonSchema;
    /// use serde::Serialize;
    ///
    /// #[derive(Serialize, JsonSchema)]
    /// struct Order {
    ///     id: u32,
    ///     // What is written is a text.
    ///     #[schemars(with = "u32")]
    ///     quantity: &'static str,
    /// }
    ///
    /// #[api_handler(GET "/orders/{id}")]
    /// async fn get_order(id: u32) -> Json<Order> {
    ///     Json(Order { id, quantity: "two" })
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let client = TestClient::new(Api::new().routes(routes![get_order])).conforming().await;
    /// client.get("/orders/7").await;
    /// # }
    /// ```
    ///
    /// ```text
    /// GET /orders/{id} -> 200 does not conform to the document of the API
    ///   body at /quantity: expected a value of type integer, found "two"
    ///     schema at /components/schemas/Order/properties/quantity: {"format":"uint32","maximum":4294967295,..}
    /// ```
    ///
    /// Of a request that reached a route, however its response came about, these are compared:
    ///
    /// - the status: its own response in the document, that of its class (`4XX`), or `default`
    /// - the media type, without parameters, also with ranges such as `image/*`
    /// - header fields that the document names: whether those that are `required` exist, and their values.
    ///   A field that a REST API has renamed counts under both names
    /// - a JSON body: its schema with JSON Schema 2020-12, and the `format`s that it defines, such as
    ///   `date-time` and `uuid`; unknown formats are ignored
    /// - a body of `text/*`: its schema
    /// - each line of a [`JsonLines`](lambda_api::response::JsonLines): the schema of an item
    /// - the `code` of a problem: it is one of the examples of this status, unless the operation promises
    ///   problems of any status (`default`); and its `status`, which is that of the response
    ///
    /// A status that a layer adds, such as the 429 of a rate limit, is promised by `response(429, "..")` of a
    /// handler, or by [`Api::openapi_operation`].
    ///
    /// Not compared are requests; responses to requests without an operation: 404 and 405, preflights, mounted
    /// services, fallbacks, handlers with `hidden`, other methods of `ANY` than the document has, routes that it
    /// leaves out because their paths look alike, requests that exceed a limit, and responses of the
    /// source itself; of requests at the same time with one `request_id`, all but the last; the body of other
    /// media types, and one that ended early, is compressed, was left as base64, or is nested deeper than 127 levels. What the
    /// document leaves open, because a type has no schema or a handler returns `impl IntoResponse`, accepts
    /// everything. Header fields and properties that the document does not name are accepted, unless a schema
    /// closes its object.
    ///
    /// # Panics
    /// Where the future is awaited, if the API [has no document](Api::openapi), or cannot be built.
    #[cfg(feature = "openapi")]
    #[cfg_attr(docsrs, doc(cfg(feature = "openapi")))]
    pub fn conforming(mut self) -> Self {
        if let State::Described(described) = &mut self.0 {
            described.conforming = true;
        }
        self
    }
}

impl Described {
    async fn build(self) -> Result<TestClient, String> {
        #[cfg(feature = "openapi")]
        if self.conforming {
            let (api, conformance) = Conformance::of(self.api)?;
            let mut client = client(api).await?;
            client.conformance = Some(conformance);
            return Ok(client);
        }
        client(self.api).await
    }
}

async fn client(api: Api) -> Result<TestClient, String> {
    let api = __private::assume_partial_responses(api);
    match api.build().await {
        Ok(app) => Ok(TestClient::from(app)),
        Err(errors) => Err(format!("the API cannot be built\n{errors}")),
    }
}

impl Future for TestClientBuilder {
    type Output = TestClient;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<TestClient> {
        let mut building = match &mut self.0 {
            State::Described(described) => {
                TrackedFuture::new(std::mem::take(&mut **described).build())
            }
            State::Building(building) => return Pin::new(building).poll(context),
        };
        let polled = Pin::new(&mut building).poll(context);
        self.0 = State::Building(building);
        polled
    }
}

impl fmt::Debug for TestClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestClientBuilder")
    }
}
