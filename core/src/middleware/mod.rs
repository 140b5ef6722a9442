//! The services between the event and the handler: layers, `from_fn` middleware, CORS, panics,
//! deadlines.

mod cors;
mod from_fn;
mod guard;
mod into_service;
mod layer;
mod next;
mod origin;
mod problem_renderer;
mod timeout;

pub use cors::Cors;
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use cors::CorsRules;
pub(crate) use cors::{CorsGate, PathMethods, copy_permission};
pub use from_fn::{FromFn, FromFnService, Middleware, from_fn};
pub(crate) use guard::{Guard, Layered};
pub use into_service::{Erased, IntoService};
pub(crate) use layer::{Described, LayerFn, erase_layer};
pub use next::Next;
pub(crate) use next::{Handle, Note, ServiceFn, erase_service, whole};

#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use origin::{Origin, OriginRule, check_host, is_loopback, split_port};
pub(crate) use problem_renderer::{FailedLink, ProblemRenderer, Restyled};
pub(crate) use timeout::{find_elapsed, timed, timed_body};
