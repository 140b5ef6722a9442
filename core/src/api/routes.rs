//! A list of routes, as `routes!` makes it.

use crate::endpoint::Route;

/// Routes to add to an [`Api`](crate::Api): what [`routes!`](crate::routes) makes.
#[derive(Debug)]
#[must_use = "routes do nothing until they are added to an `Api`"]
pub struct Routes {
    pub(crate) routes: &'static [Route],
}

impl Routes {
    #[doc(hidden)]
    pub const fn __new(routes: &'static [Route]) -> Self {
        Self { routes }
    }
}

/// The routes of the named handlers, to be added to an [`Api`](crate::Api).
#[macro_export]
macro_rules! routes {
    ($($handlers:tt)*) => {
        $crate::__private::routes!($crate; $($handlers)*)
    };
}
