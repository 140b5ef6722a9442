//! APIs with any number of routes, extractors and layers.

use crate::orders::Order;
use axum::{
    Router,
    extract::{Path, Query},
    middleware,
    routing::get,
};
use lambda_api::{
    Api, Json, Request, api_handler,
    middleware::{Next, from_fn},
    routes,
};

/// The number of routes in a group.
const GROUP: usize = 10;

/// Returns a path of the last group.
pub(super) fn last_path(routes: usize) -> String {
    format!("/shop-{}/orders/7", routes / GROUP - 1)
}

macro_rules! groups {
    ($($path:tt $ours:ident($($id:ident)?);)*) => {
        $(
            #[api_handler(GET $path)]
            async fn $ours($($id: u64)?) -> Json<Order> {
                Json(Order::found(0 $(+ $id)?, 1))
            }
        )*

        pub(super) fn ours_with_routes(count: usize) -> Api {
            let group = || Api::new().routes(routes![$($ours),*]);
            let groups = 0..count / GROUP;
            groups.fold(Api::new(), |api, n| api.nest(format!("/shop-{n}"), group()))
        }

        const PATHS: [&str; GROUP] = [$($path),*];
    };
}
groups! {
    "/orders" orders();
    "/orders/{id}" order(id);
    "/orders/{id}/lines" lines(id);
    "/customers" customers();
    "/customers/{id}" customer(id);
    "/products" products();
    "/products/{id}" product(id);
    "/invoices/{id}" invoice(id);
    "/health" health();
    "/version" version();
}

pub(super) fn axum_with_routes(count: usize) -> Router {
    async fn one(Path(id): Path<u64>) -> axum::Json<Order> {
        axum::Json(Order::found(id, 1))
    }
    async fn all() -> axum::Json<Order> {
        axum::Json(Order::found(0, 1))
    }
    let mut router = Router::new();
    for group in 0..count / GROUP {
        for path in PATHS {
            let method = if path.contains('{') {
                get(one)
            } else {
                get(all)
            };
            router = router.route(&format!("/shop-{group}{path}"), method);
        }
    }
    router
}

macro_rules! extractors {
    ($($path:literal $name:ident $query:ident($($q:ident)*);)*) => {
        $(
            #[allow(clippy::too_many_arguments, reason = "their number is what is measured")]
            #[api_handler(GET $path)]
            async fn $name($(#[query] $q: u32),*) -> String {
                (0 $(+ $q)*).to_string()
            }

            #[derive(serde::Deserialize)]
            struct $query { $($q: u32),* }
        )*

        pub(super) fn ours_with_extractors() -> Api {
            Api::new().routes(routes![$($name),*])
        }

        /// One struct for the query, as is usual with axum.
        pub(super) fn axum_with_extractors() -> Router {
            Router::new()
                $(.route($path, get(|Query($query { $($q),* }): Query<$query>| async move {
                    (0 $(+ $q)*).to_string()
                })))*
        }
    };
}
extractors! {
    "/of/1" of_1 Of1(q1);
    "/of/4" of_4 Of4(q1 q2 q3 q4);
    "/of/8" of_8 Of8(q1 q2 q3 q4 q5 q6 q7 q8);
    "/of/12" of_12 Of12(q1 q2 q3 q4 q5 q6 q7 q8 q9 q10 q11 q12);
}

/// A layer that inspects each request and passes it on.
pub(super) fn ours_layer(api: Api) -> Api {
    api.layer(from_fn(|request: Request, next: Next| async move {
        next.run(request).await
    }))
}

pub(super) fn axum_layer(router: Router) -> Router {
    router.layer(middleware::from_fn(
        |request, next: middleware::Next| async move { next.run(request).await },
    ))
}
