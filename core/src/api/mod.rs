//! The description of an API: routes, state, layers. Making one does nothing.

mod build;
mod routes;
mod table;

pub use build::BuildErrors;
pub use routes::Routes;
pub(crate) use table::RouteInfo;

/// The description of an API.
#[derive(Debug, Default)]
#[must_use = "an `Api` does nothing until it is run or built"]
pub struct Api {
    pub(crate) routes: Vec<Routes>,
}

impl Api {
    /// An API without routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds routes.
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes.push(routes);
        self
    }

    /// The route table: nothing is initialised for it.
    pub(crate) fn table(&self) -> Vec<RouteInfo> {
        Vec::new()
    }
}
