//! The code that `#[api_handler]` generates for: a route that can be described and called.

use crate::{
    BoxFuture, FromRequest, IntoResponse, Problem, Request, Response,
    auth::Access,
    describe::Operation,
    extract::{Check, merge_rejections},
    path_shape::{Shape, hash, written_alike},
};
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

/// The handler of a route: a function marked `#[api_handler(..)]`.
///
/// The attribute implements this for a hidden struct with the function's name. Do not implement it
/// by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an API handler",
    label = "expected a function marked `#[api_handler(..)]`",
    note = "functions marked `#[event_handler(..)]`, `#[authorizer]` or `#[ws_handler(..)]` belong in `events![..]`"
)]
pub trait Endpoint {
    #[doc(hidden)]
    const ROUTE: Route;
}

/// One route: its methods and paths, its access rule, and the function.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Route {
    /// An HTTP method in capitals, or `ANY`.
    pub method: &'static str,
    /// A path in API Gateway's syntax, or [`FALLBACK`].
    pub path: &'static str,
    pub shape: Shape,
    /// The other methods and paths, if there are several.
    pub also: &'static [Place],
    pub name: &'static str,
    pub module: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub doc: &'static str,
    pub access: Access,
    /// The timeout of a request.
    pub timeout: Option<Duration>,
    /// The parameters that `#[path]` arguments name.
    pub path_args: &'static [&'static str],
    pub call: for<'r> fn(&'r Request) -> BoxFuture<'r, Response>,
    pub describe: fn(&mut Operation),
    pub document: Document,
}

/// The function that adds schemas to the description of a route; `None` in a build that does not
/// write documents.
#[cfg(feature = "openapi")]
#[doc(hidden)]
pub type Document = Option<fn(&mut crate::documentation::Documentation)>;

/// Without the feature `openapi`, a route has no such function.
#[cfg(not(feature = "openapi"))]
#[doc(hidden)]
pub type Document = ();

/// The value for a route without a description.
#[cfg(feature = "openapi")]
#[doc(hidden)]
pub const NO_DOCUMENT: Document = None;

/// The value for a route without a description.
#[cfg(not(feature = "openapi"))]
#[doc(hidden)]
pub const NO_DOCUMENT: Document = ();

/// The `document` of a route, from the code that adds its schemas: `|documentation| { .. }`.
///
/// The features of this crate choose whether the code is compiled, so that a build that writes no
/// documents spends nothing on it.
#[cfg(all(
    feature = "openapi",
    any(debug_assertions, feature = "local", feature = "openapi-release")
))]
#[doc(hidden)]
#[macro_export]
macro_rules! __document {
    (|$documentation:ident| $body:block) => {
        ::core::option::Option::Some(|$documentation: &mut $crate::__private::Documentation| {
            #[allow(unused_imports)]
            use $crate::__private::NoSchema as _;
            $body
        })
    };
}

#[cfg(not(all(
    feature = "openapi",
    any(debug_assertions, feature = "local", feature = "openapi-release")
)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __document {
    ($($code:tt)*) => {
        $crate::__private::NO_DOCUMENT
    };
}

/// A method and a path of a route.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Place {
    pub method: &'static str,
    pub path: &'static str,
    pub shape: Shape,
}

/// The path of `#[api_handler(fallback)]`, which no request's path can match.
#[doc(hidden)]
pub const FALLBACK: &str = "(fallback)";

impl Route {
    pub(crate) const fn is_fallback(&self) -> bool {
        same(self.path, FALLBACK)
    }

    /// All methods and paths, at least one.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        std::iter::once(self.place(0)).chain(self.also.iter().copied())
    }

    const fn place(&self, index: usize) -> Place {
        if index > 0 {
            return self.also[index - 1];
        }
        Place {
            method: self.method,
            path: self.path,
            shape: self.shape,
        }
    }
}

/// The route of a function whose `#[api_handler]` has an error that was reported. It differs from
/// all other routes, so that it causes no further error.
#[doc(hidden)]
pub const INVALID: Route = Route {
    method: "",
    path: "",
    shape: Shape::of(""),
    also: &[],
    name: "",
    module: "",
    file: "",
    line: 0,
    doc: "",
    access: Access::authenticated(),
    timeout: None,
    path_args: &[],
    call: |_| ready_response(Response::default()),
    describe: |_| {},
    document: NO_DOCUMENT,
};

/// The number of slots that [`DuplicateCheck::new`] uses for these routes: half of them stay empty.
#[doc(hidden)]
#[must_use]
pub const fn slots(routes: &[Route]) -> usize {
    let mut places = 1;
    let mut route = 0;
    while route < routes.len() {
        places += 1 + routes[route].also.len();
        route += 1;
    }
    (2 * places).next_power_of_two()
}

/// Checks the routes of one `routes!` for duplicates, and reports the second one of each pair.
///
/// `routes!` calls [`next`](DuplicateCheck::next) once for each handler, with the handler's span,
/// so that the compiler reports the error there.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct DuplicateCheck {
    routes: &'static [Route],
    next: usize,
    /// The first two duplicates, each with the index of its method and path.
    duplicate: Option<[(usize, usize); 2]>,
}

impl DuplicateCheck {
    /// Compares all routes, using a table with `SLOTS` places: a power of two, and more than they
    /// have methods and paths. (Comparing all pairs takes the compiler a second for 1000 routes.)
    #[must_use]
    pub const fn new<const SLOTS: usize>(routes: &'static [Route]) -> Self {
        assert!(SLOTS.is_power_of_two());
        let mut unique = Self {
            routes,
            next: 0,
            duplicate: None,
        };
        let mut slots: [Option<(usize, usize)>; SLOTS] = [None; SLOTS];
        let mut position = 0;
        while position < routes.len() {
            let mut index = 0;
            while index <= routes[position].also.len() && unique.duplicate.is_none() {
                let place = routes[position].place(index);
                let mut slot = place.number() as usize % SLOTS;
                while let Some((other, at)) = slots[slot] {
                    if handle_the_same(&routes[other].place(at), &place) {
                        unique.duplicate = Some([(other, at), (position, index)]);
                    }
                    slot = (slot + 1) % SLOTS;
                }
                slots[slot] = Some((position, index));
                index += 1;
            }
            position += 1;
        }
        unique
    }

    /// Continues with the next route.
    #[must_use]
    #[track_caller]
    pub const fn next(self) -> Self {
        if let Some([first, second]) = self.duplicate
            && second.0 == self.next
        {
            panic!(
                "{}",
                rejection(
                    (&self.routes[first.0], self.routes[first.0].place(first.1)),
                    (
                        &self.routes[second.0],
                        self.routes[second.0].place(second.1)
                    ),
                )
                .as_str()
            );
        }
        Self {
            next: self.next + 1,
            ..self
        }
    }
}

impl Place {
    /// A hash: duplicates have the same one, and hardly any others.
    const fn number(&self) -> u64 {
        self.shape.key() ^ hash(self.method.as_bytes()).0
    }
}

const fn handle_the_same(a: &Place, b: &Place) -> bool {
    a.number() == b.number()
        && !a.method.is_empty()
        && same(a.method, b.method)
        && written_alike(a.path, b.path)
}

const fn rejection((first, here): (&Route, Place), (second, there): (&Route, Place)) -> Text {
    let text = Text::new()
        .push("duplicate route: `")
        .push(second.module)
        .push("::")
        .push(second.name);
    if first.line == second.line && same(first.name, second.name) && same(first.file, second.file) {
        return text.push("` is listed twice");
    }
    text.push("` handles ")
        .push(there.method)
        .push(" ")
        .push(there.path)
        .push(", and so does `")
        .push(first.module)
        .push("::")
        .push(first.name)
        .push("` with ")
        .push(here.method)
        .push(" ")
        .push(here.path)
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// A message built at compile time. Text that does not fit is cut off.
struct Text {
    bytes: [u8; 512],
    len: usize,
}

impl Text {
    const fn new() -> Self {
        Self {
            bytes: [0; 512],
            len: 0,
        }
    }

    const fn push(mut self, part: &str) -> Self {
        let part = part.as_bytes();
        let mut i = 0;
        while i < part.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = part[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "duplicate route",
        }
    }
}

fn ready_response<'r>(response: Response) -> BoxFuture<'r, Response> {
    Box::pin(std::future::ready(response))
}

#[cold]
fn problem<'r, T: FromRequest<'r>>(rejection: &T::Rejection) -> Problem {
    Problem::from_error(rejection)
}

#[inline(never)]
fn extract_sync<'r, T: FromRequest<'r>>(request: &'r Request) -> Option<Result<T, Problem>> {
    let now = T::SYNC?;
    Some(now(request).map_err(|rejection| problem::<T>(&rejection)))
}

#[inline(never)]
fn extract_async<'r, T: FromRequest<'r> + Send + 'r>(
    request: &'r Request,
) -> BoxFuture<'r, Result<T, Problem>> {
    Box::pin(async move {
        match extract_sync::<T>(request) {
            Some(taken) => taken,
            None => T::from_request(request)
                .await
                .map_err(|rejection| problem::<T>(&rejection)),
        }
    })
}

/// The [`Check`] of an extractor. Asynchronous extractors are not run, since that may cost too much
/// for a request that is rejected anyway.
#[doc(hidden)]
#[inline(never)]
pub fn check<'r, T: FromRequest<'r>>(request: &'r Request) -> Option<Problem> {
    extract_sync::<T>(request)?.err()
}

/// The response to a request that an extractor has rejected, together with the rejections of the
/// extractors after the first `asked` ones.
#[cold]
fn rejected<'r>(
    first: Problem,
    request: &'r Request,
    checks: &[Check<'r>],
    asked: usize,
) -> Response {
    let behind = checks.iter().skip(asked);
    merge_rejections(first, behind.filter_map(|check| check(request))).into_response()
}

pin_project_lite::pin_project! {
    /// A handler's future, and the function that converts its value into a response.
    struct MapResponse<F, P> {
        #[pin]
        future: F,
        respond: P,
    }
}

impl<F: Future, P: Fn(F::Output) -> Response> Future for MapResponse<F, P> {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        let this = self.project();
        let value = ready!(this.future.poll(cx));
        Poll::Ready((this.respond)(value))
    }
}

// One function for each number of extractors. The bounds are on plain type parameters, so that a
// type that does not satisfy them is reported at the argument. Asynchronous extractors are proved
// `Send` here, in generic code, to avoid rust-lang/rust#100013.
macro_rules! arity {
    ($async_name:ident $sync_name:ident: $($t:ident)*) => {
        #[allow(non_snake_case, clippy::too_many_arguments)]
        #[doc(hidden)]
        pub fn $async_name<'r, $($t,)* F, Fut, P>(request: &'r Request, call: F, respond: P) -> BoxFuture<'r, Response>
        where
            $($t: FromRequest<'r> + Send + 'r,)*
            F: FnOnce($($t),*) -> Fut + Send + 'r,
            Fut: Future + Send + 'r,
            P: Fn(Fut::Output) -> Response + Send + Sync + 'r,
        {
            let _ = request;
            let checks = || -> Vec<Check<'r>> { vec![$(check::<$t>),*] };
            let _ = &checks;
            let mut asked = 0;
            let _ = &mut asked;
            if const { false $(|| $t::SYNC.is_none())* } {
                Box::pin(async move {
                    $(asked += 1;
                    let $t = match extract_async::<$t>(request).await {
                        Ok(taken) => taken,
                        Err(first) => return rejected(first, request, &checks(), asked),
                    };)*
                    respond(call($($t),*).await)
                })
            } else {
                $(asked += 1;
                let $t = match extract_sync::<$t>(request) {
                    Some(Ok(taken)) => taken,
                    Some(Err(first)) => {
                        return ready_response(rejected(first, request, &checks(), asked));
                    }
                    None => unreachable!("every extractor has `SYNC`"),
                };)*
                Box::pin(MapResponse { future: call($($t),*), respond })
            }
        }

        #[allow(non_snake_case, clippy::too_many_arguments)]
        #[doc(hidden)]
        pub fn $sync_name<'r, $($t,)* F, R, P>(request: &'r Request, call: F, respond: P) -> BoxFuture<'r, Response>
        where
            $($t: FromRequest<'r> + Send + 'r,)*
            F: FnOnce($($t),*) -> R + Send + 'r,
            P: Fn(R) -> Response + Send + Sync + 'r,
        {
            $async_name::<$($t,)* _, _, _>(
                request,
                move |$($t),*| std::future::ready(respond(call($($t),*))),
                std::convert::identity,
            )
        }
    };
}

// Separate calls, so that a compile error shows one of them instead of all.
arity!(async_0 sync_0:);
arity!(async_1 sync_1: A);
arity!(async_2 sync_2: A B);
arity!(async_3 sync_3: A B C);
arity!(async_4 sync_4: A B C D);
arity!(async_5 sync_5: A B C D E);
arity!(async_6 sync_6: A B C D E G);
arity!(async_7 sync_7: A B C D E G H);
arity!(async_8 sync_8: A B C D E G H I);
arity!(async_9 sync_9: A B C D E G H I J);
arity!(async_10 sync_10: A B C D E G H I J K);
arity!(async_11 sync_11: A B C D E G H I J K L);
arity!(async_12 sync_12: A B C D E G H I J K L M);

/// Converts a handler's value into a response; instantiated once per type.
#[doc(hidden)]
#[inline(never)]
pub fn into_response<R: IntoResponse>(value: R) -> Response {
    value.into_response()
}
