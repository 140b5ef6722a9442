//! A large API: 300 routes in one `routes!`.

use lambda_api::{Routes, routes};

/// Defines six handlers for each path, and returns all of them as routes.
macro_rules! resources {
    ($($module:ident $path:literal,)*) => {
        $(
            mod $module {
                use lambda_api::{Response, api_handler};

                resources!(@ $path GET get, POST post, PUT put, PATCH patch, DELETE delete, ANY any);
            }
        )*

        fn all() -> Routes {
            routes![$(
                $module::get,
                $module::post,
                $module::put,
                $module::patch,
                $module::delete,
                $module::any,
            )*]
        }
    };
    (@ $path:literal $($method:ident $name:ident),*) => { $(
        #[api_handler($method $path)]
        pub(super) async fn $name(id: u64) -> Response {
            Response::new(id.to_string().into())
        }
    )* };
}

resources! {
    m00 "/m00/{id}", m01 "/m01/{id}", m02 "/m02/{id}", m03 "/m03/{id}", m04 "/m04/{id}",
    m05 "/m05/{id}", m06 "/m06/{id}", m07 "/m07/{id}", m08 "/m08/{id}", m09 "/m09/{id}",
    m10 "/m10/{id}", m11 "/m11/{id}", m12 "/m12/{id}", m13 "/m13/{id}", m14 "/m14/{id}",
    m15 "/m15/{id}", m16 "/m16/{id}", m17 "/m17/{id}", m18 "/m18/{id}", m19 "/m19/{id}",
    m20 "/m20/{id}", m21 "/m21/{id}", m22 "/m22/{id}", m23 "/m23/{id}", m24 "/m24/{id}",
    m25 "/m25/{id}", m26 "/m26/{id}", m27 "/m27/{id}", m28 "/m28/{id}", m29 "/m29/{id}",
    m30 "/m30/{id}", m31 "/m31/{id}", m32 "/m32/{id}", m33 "/m33/{id}", m34 "/m34/{id}",
    m35 "/m35/{id}", m36 "/m36/{id}", m37 "/m37/{id}", m38 "/m38/{id}", m39 "/m39/{id}",
    m40 "/m40/{id}", m41 "/m41/{id}", m42 "/m42/{id}", m43 "/m43/{id}", m44 "/m44/{id}",
    m45 "/m45/{id}", m46 "/m46/{id}", m47 "/m47/{id}", m48 "/m48/{id}", m49 "/m49/{id}",
}

#[test]
fn three_hundred_routes_are_one_list() {
    assert_eq!(all().len(), 300);
}
