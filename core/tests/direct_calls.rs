//! Handlers are functions: unit tests can call them and construct each argument.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri, Version};
use lambda_api::{
    Body, Created, Invocation, Json, LambdaContext, Path, Query, Request, State, api_handler,
    event::Source,
    extract::{Cookies, Deadline, Extension, Form, MatchedPath, Text},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
struct Order {
    sku: String,
    quantity: u32,
}

#[derive(Clone, Default)]
struct Store(Arc<Mutex<HashMap<u32, Order>>>);

#[api_handler(PUT "/orders/{id}")]
async fn put_order(
    id: u32,
    State(store): State<Store>,
    Json(order): Json<Order>,
) -> Created<Json<Order>> {
    store.0.lock().unwrap().insert(id, order.clone());
    Created::at(format!("/orders/{id}"), Json(order))
}

#[tokio::test]
async fn a_handler_is_called_with_its_state_and_body() {
    let store = Store::default();
    let order = Order {
        sku: "tea".to_owned(),
        quantity: 2,
    };
    put_order(7, State(store.clone()), Json(order.clone())).await;
    assert_eq!(store.0.lock().unwrap().get(&7), Some(&order));
}

#[derive(Deserialize)]
struct Page {
    page: u32,
    tags: Vec<String>,
}

#[api_handler(GET "/shops/{shop}/orders/{id}")]
async fn find(Path((shop, id)): Path<(String, u32)>, Query(page): Query<Page>) -> String {
    format!("{shop} {id} {} {}", page.page, page.tags.join("+"))
}

#[tokio::test]
async fn path_and_query_are_plain_values() {
    let page = Page {
        page: 2,
        tags: vec!["a".to_owned(), "b".to_owned()],
    };
    let found = find(Path(("berlin".to_owned(), 7)), Query(page)).await;
    assert_eq!(found, "berlin 7 2 a+b");
}

#[api_handler(POST "/notes")]
async fn note(Form(order): Form<Order>, Text(note): Text, raw: Bytes) -> String {
    format!("{} {} {note} {}", order.sku, order.quantity, raw.len())
}

#[tokio::test]
async fn bodies_of_every_kind_are_plain_values() {
    let order = Order {
        sku: "tea".to_owned(),
        quantity: 2,
    };
    let text = Text("leave at the door".to_owned());
    let found = note(Form(order), text, Bytes::from_static(b"\xff")).await;
    assert_eq!(found, "tea 2 leave at the door 1");
}

#[derive(Clone)]
struct Tenant(&'static str);

#[api_handler(GET "/whoami")]
async fn whoami(
    Extension(tenant): Extension<Tenant>,
    cookies: Cookies<'_>,
    route: MatchedPath,
    #[header("accept-language")] language: Option<String>,
) -> String {
    let theme = cookies.get("theme").unwrap_or("light");
    let language = language.unwrap_or_else(|| "en".to_owned());
    format!("{} {theme} {route} {language}", tenant.0)
}

#[tokio::test]
async fn layers_and_router_add_extensions() {
    let found = whoami(
        Extension(Tenant("blue")),
        Cookies::parse("theme=dark"),
        MatchedPath::new("/whoami"),
        Some("de".to_owned()),
    )
    .await;
    assert_eq!(found, "blue dark /whoami de");

    let headers = HeaderMap::new();
    let route = MatchedPath::new("/{path+}");
    let found = whoami(
        Extension(Tenant("red")),
        Cookies::new(&headers),
        route,
        None,
    )
    .await;
    assert_eq!(found, "red light /{path+} en");
}

#[api_handler(GET "/report")]
async fn report(deadline: Deadline, invocation: Invocation, lambda: LambdaContext) -> String {
    let source = invocation.source().map_or("none", Source::name);
    let stage = invocation.stage().unwrap_or("none");
    let tenant = lambda.tenant_id.as_deref().unwrap_or("none");
    let in_time = deadline.remaining() > Duration::from_secs(5);
    format!("{source} {stage} {tenant} {in_time}")
}

#[tokio::test]
async fn an_invocation_and_its_deadline_are_made_for_the_test() {
    let mut lambda = LambdaContext::for_test();
    lambda.tenant_id = Some("blue".to_owned());
    let found = report(Deadline::none(), Invocation::for_test(), lambda).await;
    assert_eq!(found, "http $default blue true");

    let found = report(
        Deadline::after(Duration::from_secs(1)),
        Invocation::default(),
        LambdaContext::default(),
    )
    .await;
    assert_eq!(found, "none none none false");
}

#[tokio::test]
async fn the_invocation_of_any_source_comes_from_an_event() {
    let invocation = lambda_api_testing::EventBuilder::new(Source::RestApi)
        .gateway(|gateway| gateway.stage("test"))
        .to_invocation();
    let lambda = invocation.lambda().clone();
    let found = report(Deadline::none(), invocation, lambda).await;
    assert_eq!(found, "rest test none true");
}

#[api_handler(ANY "/raw")]
async fn raw(
    method: Method,
    uri: &Uri,
    headers: &HeaderMap,
    version: Version,
    request: &Request,
) -> String {
    let body = request.body().bytes().len();
    format!("{method} {uri} {} {version:?} {body}", headers.len())
}

#[tokio::test]
async fn the_request_itself_is_made_like_any_other() {
    let mut request = Request::new(Body::from("hello"));
    request.headers_mut().insert("x-a", "1".parse().unwrap());
    *request.uri_mut() = "/raw?y=1".parse().unwrap();
    let found = raw(
        Method::POST,
        request.uri(),
        request.headers(),
        request.version(),
        &request,
    )
    .await;
    assert_eq!(found, "POST /raw?y=1 1 HTTP/1.1 5");
}

#[api_handler(POST "/maybe")]
async fn maybe(
    order: Option<Json<Order>>,
    page: Result<Query<Page>, lambda_api::extract::QueryRejection>,
) -> StatusCode {
    match (order, page) {
        (Some(_), Ok(_)) => StatusCode::OK,
        (None, Ok(_)) => StatusCode::NO_CONTENT,
        (_, Err(_)) => StatusCode::BAD_REQUEST,
    }
}

#[tokio::test]
async fn extractors_can_be_options_or_results() {
    let page = || {
        Ok(Query(Page {
            page: 1,
            tags: Vec::new(),
        }))
    };
    assert_eq!(maybe(None, page()).await, 204);
    let rejected = lambda_api::extract::extract::<Query<Page>>(&Request::default()).await;
    assert_eq!(maybe(None, rejected).await, 400);
}

#[cfg(feature = "multipart")]
mod multipart {
    use lambda_api::{
        api_handler,
        extract::{Multipart, Part},
    };

    #[api_handler(POST "/photos")]
    async fn upload(form: Multipart) -> String {
        let title = form.get("title").and_then(Part::text).unwrap_or("untitled");
        let photo = form.get("photo").and_then(Part::file_name);
        format!(
            "{title} {} of {}",
            photo.unwrap_or("none"),
            form.iter().count()
        )
    }

    #[tokio::test]
    async fn a_form_with_files_is_made_of_its_parts() {
        let form = Multipart::from_iter([
            Part::new("title", "Tea"),
            Part::new("photo", &b"\xff\xd8"[..]).with_file("tea.jpg", "image/jpeg"),
        ]);
        assert_eq!(upload(form).await, "Tea tea.jpg of 2");
        assert_eq!(upload(Multipart::default()).await, "untitled none of 0");
    }
}
