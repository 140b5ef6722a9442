//! The order of layers, and their effects.

use crate::{app, ask, code, header, send, text};
use bytes::{Buf, Bytes};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body::{Frame, SizeHint};
use lambda_api::{
    Api, Body, BoxError, Cors, Problem, Request, Response, State, api_handler,
    extract::{Extension, StateRejection, Text, extract},
    middleware::{Next, from_fn},
    routes,
};
use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};
use tower::{Service, ServiceExt, layer::layer_fn, util::MapRequestLayer};

#[api_handler(POST "/orders/{id}")]
async fn order(id: u64, headers: &HeaderMap, Text(body): Text) -> String {
    let way: Vec<_> = headers
        .get_all("x-way")
        .iter()
        .map(|way| way.to_str().unwrap())
        .collect();
    format!("{id} {} {}", way.join(">"), body)
}

#[api_handler(GET "/plain")]
async fn plain(headers: HeaderMap) -> String {
    let way: Vec<_> = headers
        .get_all("x-way")
        .iter()
        .map(|way| way.to_str().unwrap())
        .collect();
    way.join(">")
}

/// A middleware that adds its name to the request and to the response.
macro_rules! mark {
    ($name:literal) => {
        from_fn(async |mut request: Request, next: Next| {
            request
                .headers_mut()
                .append("x-way", HeaderValue::from_static($name));
            let mut response = next.run(request).await;
            response
                .headers_mut()
                .append("x-back", HeaderValue::from_static($name));
            response
        })
    };
}

#[tokio::test]
async fn a_request_passes_the_layers_in_the_order_of_the_design() {
    let nested = Api::new()
        .routes(routes![plain].layer(mark!("6")).layer(mark!("7")))
        .layer(mark!("4"))
        .route_layer(mark!("5"));
    let api = Api::new()
        .routes(routes![order].layer(mark!("route")))
        .routes(routes![plain])
        .route_layer(mark!("3"))
        .layer(mark!("1"))
        .layer(mark!("2"))
        .nest("/nested", nested);
    let app = app(api).await;
    let back = |response: &crate::BytesResponse| {
        let names: Vec<_> = response
            .headers()
            .get_all("x-back")
            .iter()
            .map(|name| name.to_str().unwrap().to_owned())
            .collect();
        names.join(">")
    };
    for (method, uri, way, returned) in [
        ("GET", "/plain", "1>2>3", "3>2>1"),
        ("POST", "/orders/7", "7 1>2>3>route ", "route>3>2>1"),
        ("GET", "/nested/plain", "1>2>3>4>5>6>7", "7>6>5>4>3>2>1"),
    ] {
        let response = ask(&app, method, uri).await;
        assert_eq!(text(&response), way, "{uri}");
        assert_eq!(back(&response), returned, "{uri}");
    }
    let missing = ask(&app, "GET", "/nothing").await;
    assert_eq!(back(&missing), "2>1", "route layers only run for routes");
}

#[tokio::test]
async fn cors_is_outside_of_every_layer() {
    let api = Api::new()
        .routes(routes![plain])
        .cors(Cors::new().allow_origins(["https://app.example.com"]))
        .layer(from_fn(async |_: Request, _: Next| StatusCode::IM_A_TEAPOT));
    let request = http::Request::get("/plain").header("origin", "https://app.example.com");
    let response = send(&app(api).await, request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), 418);
    assert_eq!(
        header(&response, "access-control-allow-origin"),
        Some("https://app.example.com")
    );
}

#[derive(Clone)]
struct User(&'static str);

#[api_handler(GET "/me")]
async fn me(Extension(user): Extension<User>) -> String {
    user.0.to_owned()
}

#[tokio::test]
async fn a_layer_can_hand_something_on_to_a_handler() {
    let api =
        Api::new()
            .routes(routes![me])
            .layer(from_fn(async |mut request: Request, next: Next| {
                request.extensions_mut().insert(User("alice"));
                next.run(request).await
            }));
    assert_eq!(text(&ask(&app(api).await, "GET", "/me").await), "alice");
}

#[tokio::test]
async fn a_middleware_may_reject_with_a_problem() {
    let api = Api::new().routes(routes![plain]).route_layer(from_fn(
        async |_: Request, _: Next| -> Result<Response, Problem> {
            Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "slow_down"))
        },
    ));
    let response = ask(&app(api).await, "GET", "/plain").await;
    assert_eq!(
        (response.status().as_u16(), code(&response).as_str()),
        (429, "slow_down")
    );
}

/// A body of another type, as compression and limit layers return it.
struct Shouting(Body);

impl http_body::Body for Shouting {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.0).poll_frame(cx).map_ok(|frame| {
            frame.map_data(|mut data| {
                data.copy_to_bytes(data.remaining())
                    .to_ascii_uppercase()
                    .into()
            })
        })
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

#[tokio::test]
async fn a_layer_may_change_the_type_of_either_body() {
    let api = Api::new()
        .routes(routes![order])
        .layer(layer_fn(|next: Next| {
            tower::service_fn(move |request: Request| {
                let mut next = next.clone();
                async move {
                    let response = Service::call(&mut next, request.map(Shouting)).await?;
                    Ok::<_, Infallible>(response.map(Shouting))
                }
            })
        }));
    let request = http::Request::post("/orders/7")
        .body(Body::from("loud"))
        .unwrap();
    assert_eq!(text(&send(&app(api).await, request).await), "7  LOUD");
}

#[tokio::test]
async fn a_body_above_the_limit_of_a_layer_is_a_413_problem() {
    let limit = MapRequestLayer::new(|request: Request| {
        request.map(|body| http_body_util::Limited::new(body, 4))
    });
    let app = app(Api::new().routes(routes![order]).layer(limit)).await;
    let post = async |body: &'static str| {
        let request = http::Request::post("/orders/7");
        send(&app, request.body(Body::from(body)).unwrap()).await
    };
    assert_eq!(text(&post("four").await), "7  four");
    let response = post("larger").await;
    assert_eq!(response.status(), 413);
    assert_eq!(code(&response), "body_too_large");
}

#[tokio::test]
async fn every_layer_can_take_the_state_of_its_application() {
    async fn named(request: Request, next: Next) -> Result<Response, StateRejection> {
        let State(name) = extract::<State<&'static str>>(&request).await?;
        let mut response = next.run(request).await;
        let name = HeaderValue::from_static(name);
        response.headers_mut().append("x-name", name);
        Ok(response)
    }
    let api = |name: &'static str| Api::new().state(name).routes(routes![plain]);
    let inner = app(api("inner").layer(from_fn(named))).await;
    let outer = app(api("outer")
        .layer(from_fn(named))
        .route_layer(from_fn(named))
        .mount_service("/inner", inner))
    .await;
    for (uri, names) in [
        ("/plain", &["outer", "outer"][..]),
        ("/inner/plain", &["inner", "outer", "outer"]),
        ("/nothing", &["outer"]),
    ] {
        let raw_response = ask(&outer, "GET", uri).await;
        let found: Vec<_> = raw_response.headers().get_all("x-name").iter().collect();
        assert_eq!(found, names, "{uri}");
    }
}

#[tokio::test]
async fn the_error_of_a_layer_is_a_masked_500_problem() {
    let api = Api::new().routes(routes![plain]).layer(layer_fn(|_: Next| {
        tower::service_fn(|_: Request| async {
            Err::<Response, _>(std::io::Error::other("secret"))
        })
    }));
    let response = ask(&app(api).await, "GET", "/plain").await;
    assert_eq!(
        (response.status().as_u16(), code(&response).as_str()),
        (500, "internal_error")
    );
    assert!(!text(&response).contains("secret"));
}

#[tokio::test]
async fn a_layer_that_drops_extensions_causes_a_500() {
    let api =
        Api::new()
            .routes(routes![plain])
            .route_layer(from_fn(async |_: Request, next: Next| {
                next.run(http::Request::get("/plain").body(Body::empty()).unwrap())
                    .await
            }));
    let response = ask(&app(api).await, "GET", "/plain").await;
    assert_eq!(
        (response.status().as_u16(), code(&response).as_str()),
        (500, "internal_error")
    );
}

#[tokio::test]
async fn an_app_is_a_tower_service_of_any_body() {
    let app = app(Api::new().routes(routes![order])).await;
    let body = http_body_util::Full::new(Bytes::from_static(b"full"));
    let response = app
        .oneshot(http::Request::post("/orders/1").body(body).unwrap())
        .await
        .unwrap();
    assert_eq!(response.into_body().collect().await.unwrap(), "1  full");
}
