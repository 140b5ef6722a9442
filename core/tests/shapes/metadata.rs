//! The metadata of routes.

use crate::route;
use lambda_api::{__private::Shape, Response, api_handler};

/// Gets an order.
///
/// - one
///   - indented
#[api_handler(GET "/orders/{id}/files/{path+}", scopes("orders/read orders/list", "x"))]
async fn documented(id: u64, path: String) -> Response {
    Response::new(format!("{id}{path}").into())
}
const LINE: u32 = line!() - 3;

/** Of the other form.
 *
 * Second. */
#[api_handler(ANY "/", public)]
async fn block() -> Response {
    Response::default()
}

#[api_handler(DELETE "/a/", groups(any("staff", "Domain Admins")), scopes(any("a")))]
async fn guarded() -> Response {
    Response::default()
}

#[test]
fn a_route_knows_its_handler_and_its_place() {
    let route = route!(documented);
    assert_eq!(
        (route.method, route.path),
        ("GET", "/orders/{id}/files/{path+}")
    );
    assert_eq!(route.shape, Shape::of("/orders/{a}/files/{b+}"));
    assert_eq!(
        (route.name, route.module),
        ("documented", "shapes::metadata")
    );
    assert!(route.file.ends_with("metadata.rs"), "{}", route.file);
    assert_eq!(route.line, LINE);
    assert_eq!(route.doc, "Gets an order.\n\n- one\n  - indented");
    assert_eq!(route!(block).doc, "Of the other form.\n\nSecond.");
    assert_eq!(route!(guarded).doc, "");
}

#[test]
fn the_access_rule_is_kept() {
    for (route, expected) in [
        (route!(documented), "scopes(orders/read, orders/list, x)"),
        (route!(block), "public"),
        (
            route!(guarded),
            "scopes(any(a)) groups(any(staff, Domain Admins))",
        ),
    ] {
        assert_eq!(route.access.to_string(), expected);
    }
}
