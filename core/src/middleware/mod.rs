//! What stands between the event and the handler: layers, `from_fn` middleware, CORS, panics,
//! deadlines.

mod cors;
mod finish;
mod from_fn;
mod guard;
mod next;
mod note;
mod origin;
mod panic;
mod timed;
mod timing;

pub use cors::Cors;
pub(crate) use cors::{CorsGate, copy_permission};
pub(crate) use finish::{Finish, Restyled};
pub use from_fn::{FromFn, FromFnService, Middleware, from_fn};
pub(crate) use guard::Guard;
pub use next::Next;
pub(crate) use next::{Handle, ServiceFn, erase_layer, erase_service, whole};
pub(crate) use note::{Described, LayerFn, Note};
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use origin::{Origin, OriginRule, check_host, is_loopback, split_port};
pub(crate) use panic::{Panic, caught, caught_now, witness};
pub(crate) use timed::{late, timed, timed_body};
pub(crate) use timing::{Limit, RouteClock, Timing, keep_stop, stop_of};
