//! The macros of lambda-api, which exports them: depend on that crate.
//!
//! Each one is a pipeline: parse, check, expand. All faults of one call are gathered and reported
//! together, each at its token; what the rest of the program expects to exist is emitted all the
//! same, so that one mistake is one error. The code they write calls into
//! `lambda_api::__private`, and holds nothing that a function could hold.

mod ends;
mod error;
mod faults;
mod function;
mod handler;
mod krate;
mod main_fn;
mod routes;
mod similar;

use proc_macro::TokenStream;

/// Makes a function the handler of one route.
///
/// ```
/// use lambda_api::api_handler;
///
/// #[api_handler(GET "/hello/{name}")]
/// async fn hello(name: String, #[query] shout: Option<bool>) -> String {
///     match shout {
///         Some(true) => format!("HELLO, {name}!"),
///         _ => format!("Hello, {name}!"),
///     }
/// }
/// ```
///
/// The function stays what it is, and can be called: `hello("Ada".to_owned(), None).await`. Beside
/// it stands a hidden `struct hello {}` that carries the route; one `use` brings both, and
/// [`routes!`](https://docs.rs/lambda-api/latest/lambda_api/macro.routes.html) collects them. A
/// handler that no `routes!` names is reported as dead code, like any function.
///
/// # Method and path
///
/// One of `GET`, `POST`, `PUT`, `PATCH`, `DELETE`, `HEAD`, `OPTIONS` and `ANY`, then the path in
/// [API Gateway's own syntax][path]: it begins with `/`; a parameter is a whole segment, `{id}`; a
/// parameter that takes the rest of the path is the last segment, `{path+}`. `/orders/` is another
/// path than `/orders`. With the prefixes of all nests, a path has at most 64 segments.
///
/// A handler may answer several methods and several paths, each method on each of the paths; all
/// methods stand before all paths. A parameter that not all of the paths have is an `Option`:
///
/// ```
/// use lambda_api::{Api, api_handler, routes};
///
/// #[api_handler(GET | POST "/orders" | "/orders/{id}")]
/// async fn orders(id: Option<u64>) -> String {
///     format!("{id:?}")
/// }
///
/// /// Every method and every path, `/` included.
/// #[api_handler(ANY "/" | "/{path+}")]
/// async fn everything(path: Option<&str>) -> String {
///     path.unwrap_or("the root").to_owned()
/// }
///
/// let routes = routes![orders, everything];
/// assert_eq!(routes.len(), 6);
/// ```
///
/// # Which route answers
///
/// Of the routes whose path and method fit, the narrowest one: a route without a greedy parameter
/// goes before one with it, and of two others the one whose first different segment is no parameter.
/// A route for `ANY` method comes behind those of its path that name the method, and a `HEAD` is
/// answered as a `GET` where no route of the path names it. So with `POST "/users/me"` and
/// `GET "/users/{id}"`, `GET /users/me` goes to the second one, with the `id` `me`: as at API Gateway,
/// where [method and path][order] have to fit. Access rules are those of the route that answers.
///
/// # Fallback
///
/// `#[api_handler(fallback)]` is a handler for the paths that no route has; it has options and no
/// method or path. See `Api::fallback`.
///
/// ```
/// use lambda_api::{Api, api_handler, http::Uri, routes};
///
/// #[api_handler(fallback, public)]
/// async fn nowhere(uri: &Uri) -> String {
///     format!("there is nothing at {uri}")
/// }
///
/// let api = Api::new().fallback(routes![nowhere]);
/// ```
///
/// # Options
///
/// | option | says |
/// |---|---|
/// | `public` | everybody may call this, though the API has an authenticator |
/// | `scopes("orders/read orders/list")` | the credential has all of these scopes |
/// | `scopes(any("orders/read", "admin"))` | it has one of these scopes |
/// | `groups("staff", "Domain Admins")` | the caller is in all of these groups, one in each literal; `any(..)` as above |
/// | `guard = path::to::function` | the function says yes: `fn(&Identity, &Request) -> bool`, async or not |
/// | `authenticator = "staff"` | the caller was recognised by the authenticator of this name; where an API has several, a rule needs it |
/// | `timeout = "3s"` | how long the route may take |
/// | `crate = path` | where lambda-api is, if not at `::lambda_api` |
///
/// All rules of a route must be met; one that the API could not enforce, because it has no
/// authenticator, keeps it from being built. A guard sees the identity and the request:
///
/// ```
/// use lambda_api::{Identity, Path, Request, api_handler, extract};
///
/// /// Everybody may see what is under their own name.
/// async fn own(identity: &Identity, request: &Request) -> bool {
///     let user = extract::<Path<String>>(request).await;
///     user.is_ok_and(|Path(user)| user == identity.subject())
/// }
///
/// #[api_handler(GET "/users/{user}", guard = own)]
/// async fn profile(user: String) -> String {
///     format!("the profile of {user}")
/// }
/// ```
///
/// # Time
///
/// With `timeout = "3s"` the route has so long, in whole `ms`, `s` or `m`, from when its caller was let
/// in to the end of its reply: the layers of the route, extractors, the function and the stream of the
/// reply included, but neither authentication and access rules, so that who is not let in cannot tell
/// from a 504 that there is a route, nor the layers of `Api::layer`. Then the function's future is
/// dropped, and the client gets a 504 problem, `timed_out`; a 503 with `Api::retry_after_timeout`.
/// Where the deadline of the request is sooner (`Api::gateway_timeout`), that ends it. A function
/// that blocks the thread cannot be stopped.
///
/// ```
/// use lambda_api::{Deadline, api_handler};
///
/// #[api_handler(GET "/search", timeout = "800ms")]
/// async fn search(#[query] q: &str, deadline: Deadline) -> String {
///     format!("{q}: found nothing, and {:?} are left", deadline.remaining())
/// }
/// ```
///
/// # Arguments
///
/// Where an argument comes from is said by its attribute, by its name, or by its type, in this
/// order:
///
/// | argument | comes from |
/// |---|---|
/// | `#[path] tenant: u64`, `#[path("order-id")] id: u64` | the path: also parameters that the prefix of a nest brings |
/// | `#[query] page: Option<u32>`, `#[query("page-size")] size: u32` | the query |
/// | `#[header] x_tenant: &str`, `#[header("x-tenant")] tenant: &str` | a header; of the name, `_` is `-` |
/// | `#[cookie] sid: Option<String>`, `#[cookie("theme")] theme: &str` | a cookie |
/// | `id: u64`, `_id: u64`, `r#type: &str` where the path has `{id}`, `{type}` | the path |
/// | everything else | its type, an extractor: `FromRequest` |
///
/// All but extractors are read from one string through `serde::Deserialize`; what is wrong with
/// any of them, and with the extractors beside them, is reported in one response. A key of the query
/// that is repeated, `?tag=a&tag=b`, is a `Vec<T>` or another sequence, in the order in which it was
/// sent, and where one value is expected it is rejected; `?ids=1,2` is a `CommaSeparated<T>`. In the
/// query an empty value, `?page=`, is `None` for an `Option` of anything but text. Each parameter of the path has its argument. Any number
/// of arguments may be read that way, and up to 12 may be extractors; both may borrow from the
/// request.
///
/// ```
/// use lambda_api::{Response, api_handler};
///
/// #[derive(serde::Deserialize)]
/// struct OrderId(u64);
///
/// #[api_handler(GET "/orders/{id}/files/{path+}", scopes("orders/read"))]
/// async fn order_file(
///     id: OrderId,
///     path: &str,
///     #[query("page-size")] size: Option<u32>,
///     #[header("x-tenant")] tenant: &str,
/// ) -> Response {
/// #   let _ = (id, path, size, tenant);
///     Response::default()
/// }
/// ```
///
/// ```
/// use lambda_api::{CommaSeparated, api_handler};
///
/// // GET /orders?tag=tea&tag=green&ids=1,2&page=
/// #[api_handler(GET "/orders")]
/// async fn find(
///     #[query] tag: Vec<String>,
///     #[query] ids: CommaSeparated<u64>,
///     #[query] page: Option<u32>,
/// ) -> String {
///     format!("{} tags, {} ids, page {page:?}", tag.len(), ids.0.len())
/// }
/// ```
///
/// # The function
///
/// Async or not; it returns what is `IntoResponse`: a string, a `Json<T>`, a
/// `Result<_, E>` whose error is an `ApiError`, .. A future that is not `Send`, or a type that fits
/// nothing, is reported when compiled. It cannot be generic, a method, `unsafe` or `extern`; an
/// argument cannot be under `#[cfg]`, the whole function can. The doc comment describes the
/// operation in the OpenAPI document. Other attributes, like `#[tracing::instrument]`, can stand
/// before or behind this one.
///
/// # On `main`
///
/// The handler is the whole program: `cargo run` serves it on loopback, and on Lambda it answers.
///
/// ```no_run
/// use lambda_api::api_handler;
///
/// #[api_handler(GET "/hello/{name}")]
/// async fn main(name: String) -> String {
///     format!("Hello, {name}!")
/// }
/// ```
///
/// # Two names to avoid
///
/// A handler takes its name as a type too, so it cannot share it with a module in one place:
///
/// ```compile_fail,E0255
/// mod health {
///     #[lambda_api::api_handler(GET "/health")]
///     pub async fn health() -> &'static str { "ok" }
/// }
/// pub use health::health;      // `health` is the module already
/// # fn main() {}
/// ```
///
/// Name it by its path instead, `routes![health::health]`. And a handler named like a crate hides
/// that crate in its module: beside `async fn tokio()` write `::tokio::spawn(..)`.
///
/// [order]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
/// [path]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
#[proc_macro_attribute]
pub fn api_handler(attribute: TokenStream, item: TokenStream) -> TokenStream {
    handler::api_handler(attribute.into(), &item.into()).into()
}

/// Runs the API that `main` returns: on Lambda, on loopback or from the command line.
///
/// ```no_run
/// use lambda_api::{Api, api_handler, routes};
///
/// #[api_handler(GET "/health", public)]
/// async fn health() -> &'static str {
///     "ok"
/// }
///
/// #[lambda_api::main]
/// fn main() -> Api {
///     Api::new().routes(routes![health])
/// }
/// ```
///
/// `main` may be `async`, and may return `Result<Api, E>` for any error: it is logged, and the
/// process ends with a failure. What takes time, a connection say, belongs into
/// `Api::state_with`, which is not run to print a route table.
///
/// ```no_run
/// use lambda_api::{Api, BoxError};
///
/// #[lambda_api::main]
/// async fn main() -> Result<Api, BoxError> {
///     let origin = std::env::var("ORIGIN")?;
///     # let _ = origin;
///     Ok(Api::new())
/// }
/// ```
///
/// # The log
///
/// The body runs before there is a log: a `tracing` subscriber that it installs stays, and where it
/// installs none, the library's own comes right after it. What the body itself logs before there is
/// one is lost; `lambda_api::log_layer()` is the library's log for a subscriber of your own.
///
/// # Options
///
/// | option | says |
/// |---|---|
/// | `flavor = "current_thread"` | tokio on one thread: the default, and the cheapest on Lambda |
/// | `flavor = "multi_thread"` | on several threads, for handlers that compute on more than one |
/// | `crate = path` | where lambda-api is, if not at `::lambda_api` |
///
/// It cannot have arguments; an API of one handler is
/// [`#[api_handler(..)]`](macro@api_handler) on `main`. It takes the place of `#[tokio::main]`: both
/// together are a compile error.
#[proc_macro_attribute]
pub fn main(attribute: TokenStream, item: TokenStream) -> TokenStream {
    main_fn::main(attribute.into(), &item.into()).into()
}

/// What `lambda_api::routes!` calls, with the path of its crate in front.
#[doc(hidden)]
#[proc_macro]
pub fn routes(input: TokenStream) -> TokenStream {
    routes::routes(input.into()).into()
}

/// Says which reply an error makes; it works beside `thiserror::Error`.
///
/// ```
/// use lambda_api::ApiError;
///
/// #[derive(Debug, thiserror::Error, ApiError)]
/// enum OrderError {
///     #[error("order {0} does not exist")]
///     #[api(status = 404, code = "order_not_found")]
///     NotFound(u64),
///
///     #[error("only {left} of {sku} left")]
///     #[api(status = 409, code = "out_of_stock", title = "Out of stock")]
///     OutOfStock {
///         #[api(extension)]
///         left: u32,
///         sku: String,
///     },
///
///     #[error("the store is overloaded")]
///     #[api(status = 503, code = "store_overloaded")]
///     Overloaded {
///         #[api(header = "retry-after")]
///         seconds: u32,
///     },
///
///     #[error(transparent)]
///     #[api(transparent)]
///     Payment(#[from] PaymentError),
/// }
///
/// #[derive(Debug, thiserror::Error, ApiError)]
/// #[error("the card was refused: {reason}")]
/// #[api(status = 402, code = "card_refused")]
/// struct PaymentError {
///     reason: String,
/// }
///
/// assert_eq!(OrderError::NotFound(7).status(), 404);
/// assert_eq!(OrderError::from(PaymentError { reason: "expired".into() }).code(), "card_refused");
/// ```
///
/// # On each variant, or on the struct
///
/// | key | says |
/// |---|---|
/// | `status = 404` | the status of the reply, 400 to 599; of a 5xx the text stays in the log |
/// | `code = "order_not_found"` | the stable name of the error, in snake_case; no two variants have the same |
/// | `title = ".."` | the title of the problem, which else is the status in words |
/// | `type = "https://.."` | the URI of the kind of problem ([RFC 9457, section 3.1.1][type]) |
/// | `absent` | as the rejection of an extractor: the thing was not there, so that `Option<T>` is `None` |
/// | `transparent` | alone, with one field: the error inside says everything |
///
/// # On a field
///
/// | key | says |
/// |---|---|
/// | `extension`, `extension = "name"` | a member of the problem, by `serde::Serialize`: in the reply of a 5xx too |
/// | `header = "retry-after"` | a header of the reply, by `Display`; left out if it is no valid value |
///
/// # On the type
///
/// `crate = path`, where lambda-api is, if not at `::lambda_api`.
///
/// The cause, for the log, is [`source`](std::error::Error::source) of the type; one that is no
/// `std::error::Error` has none.
///
/// [type]: https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1
#[proc_macro_derive(ApiError, attributes(api))]
pub fn api_error(item: TokenStream) -> TokenStream {
    error::derive(item.into()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn with_another_name_of_the_crate_nothing_names_it_otherwise() {
        let handler = handler::api_handler(
            quote!(GET "/orders/{id}", scopes("a"), crate = gateway),
            &quote! {
                async fn order(id: u64, #[query] page: u32, body: Text) -> Result<String, Error> {}
            },
        );
        let main = main_fn::main(
            quote!(flavor = "multi_thread", crate = gateway),
            &quote!(
                async fn main() -> Api {}
            ),
        );
        let routes = routes::routes(quote!(gateway; a, b::c));
        let error = error::derive(quote! {
            #[api(crate = gateway)]
            enum OrderError {
                #[api(status = 404, code = "order_not_found", absent, title = "x", type = "y")]
                NotFound { #[api(extension, header = "x-id")] id: u64 },
                #[api(transparent)]
                Other(Other),
            }
        });
        for code in [handler, main, routes, error] {
            let code = code.to_string();
            assert!(code.contains("gateway"), "{code}");
            assert!(!code.contains(":: lambda_api"), "{code}");
            assert!(!code.contains("compile_error"), "{code}");
        }
    }

    #[test]
    fn of_several_mistakes_each_is_reported() {
        let code = handler::api_handler(
            quote!(FETCH "/orders/{id}", publik),
            &quote! {
                async fn order<T>(#[querry] page: u32) -> String {}
            },
        );
        let errors = code.to_string().matches("compile_error").count();
        assert_eq!(errors, 5, "{code}");
    }
}
