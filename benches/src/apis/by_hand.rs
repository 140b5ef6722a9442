//! The thirty routes as one `match`, for peers without a router.

/// The route of a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'p> {
    /// An order and its id.
    Order(&'p str),
    NewOrder,
    Picture,
    NewPicture,
    /// A route that exists but is never called, with an id.
    One(&'p str),
    All,
}

pub(super) fn find<'p>(method: &str, path: &'p str) -> Option<Found<'p>> {
    let mut segments = path.strip_prefix('/')?.splitn(3, '/');
    let (first, second, third) = (segments.next()?, segments.next(), segments.next());
    Some(match (method, first, second, third) {
        ("GET", "orders", Some(id), None) => Found::Order(id),
        ("POST", "orders", None, None) => Found::NewOrder,
        ("GET", "files", Some(_), None) => Found::Picture,
        ("POST", "files", None, None) => Found::NewPicture,
        ("GET", "orders", Some(id), Some("lines"))
        | ("PUT" | "DELETE", "orders", Some(id), None)
        | ("GET" | "PUT" | "DELETE", "customers" | "products" | "invoices", Some(id), None)
        | ("GET" | "DELETE", "carts", Some(id), None) => Found::One(id),
        ("GET", "orders" | "health" | "version" | "status" | "me", None, None)
        | ("GET" | "POST", "customers" | "products" | "invoices", None, None)
        | ("POST", "carts", None, None) => Found::All,
        _ => return None,
    })
}
