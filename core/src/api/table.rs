//! The route table, as the command line shows it.

use crate::endpoint::Route;
#[cfg(any(debug_assertions, feature = "local"))]
use crate::events::Listed;
use std::panic::Location;

/// One line of the route table.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(any(debug_assertions, feature = "local")),
    allow(dead_code, reason = "the command line alone prints all fields")
)]
pub(crate) struct RouteInfo {
    /// An HTTP method in capitals, or `ANY`.
    pub(crate) method: &'static str,
    /// The full path, nest prefixes included, in API Gateway's syntax.
    pub(crate) path: String,
    /// `public`, `open` (no authenticator), `scopes(a b)`, ...
    pub(crate) access: String,
    /// The timeout of the route, in milliseconds.
    pub(crate) timeout: Option<u64>,
    /// `module::function`.
    pub(crate) handler: String,
    /// `file:line`.
    pub(crate) location: String,
}

#[cfg(any(debug_assertions, feature = "local"))]
impl RouteInfo {
    /// The cells of one row. The timeout column only exists if a route has a timeout.
    fn cells(&self, with_timeout: bool) -> Vec<String> {
        let timeout = self.timeout.map(|ms| match ms % 1000 {
            0 => format!("{}s", ms / 1000),
            _ => format!("{ms}ms"),
        });
        let mut cells = vec![
            self.method.to_owned(),
            self.path.clone(),
            self.access.clone(),
        ];
        cells.extend(with_timeout.then(|| timeout.unwrap_or_else(|| "-".to_owned())));
        cells.extend([self.handler.clone(), self.location.clone()]);
        cells
    }

    /// Formats the table as text: aligned columns, one line per route.
    pub(crate) fn text(routes: &[RouteInfo]) -> String {
        if routes.is_empty() {
            return "no routes\n".to_owned();
        }
        let with_timeout = routes.iter().any(|route| route.timeout.is_some());
        let mut head = vec!["METHOD", "PATH", "ACCESS"];
        head.extend(with_timeout.then_some("TIMEOUT"));
        head.extend(["HANDLER", "LOCATION"]);
        let head = head.into_iter().map(str::to_owned).collect();
        let rows: Vec<Vec<String>> = std::iter::once(head)
            .chain(routes.iter().map(|route| route.cells(with_timeout)))
            .collect();
        aligned(&rows)
    }
}

/// One line of the table of event handlers.
#[cfg(any(debug_assertions, feature = "local"))]
#[derive(Clone, Debug)]
pub(crate) struct EventInfo {
    /// The kind, and what narrows it: `sqs(from = $ORDERS_QUEUE)`.
    event: String,
    /// `module::function`.
    handler: String,
    /// `file:line`.
    location: String,
}

#[cfg(any(debug_assertions, feature = "local"))]
impl EventInfo {
    /// Formats the table as text: aligned columns, one line per handler.
    pub(crate) fn text(handlers: &[Self]) -> String {
        let head = ["EVENT", "HANDLER", "LOCATION"].map(str::to_owned);
        let rows = handlers.iter().cloned().map(|one| {
            let Self {
                event,
                handler,
                location,
            } = one;
            vec![event, handler, location]
        });
        let rows: Vec<_> = std::iter::once(head.to_vec()).chain(rows).collect();
        aligned(&rows)
    }
}

#[cfg(any(debug_assertions, feature = "local"))]
impl From<&Listed> for EventInfo {
    fn from(listed: &Listed) -> Self {
        let handler = &listed.handler;
        Self {
            event: listed.trigger.to_string(),
            handler: format!("{}::{}", handler.module, handler.name),
            location: format!("{}:{}", handler.file, handler.line),
        }
    }
}

/// Routes and handlers of events as text, one table below the other. Without both, it says that there
/// are no routes.
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) fn listing(routes: &[RouteInfo], events: &[EventInfo]) -> String {
    match (routes, events) {
        (routes, []) => RouteInfo::text(routes),
        ([], events) => EventInfo::text(events),
        (routes, events) => format!("{}\n{}", RouteInfo::text(routes), EventInfo::text(events)),
    }
}

/// Rows with columns as wide as their widest cell.
#[cfg(any(debug_assertions, feature = "local"))]
fn aligned(rows: &[Vec<String>]) -> String {
    let mut widths = [0; 6];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut table = String::new();
    for row in rows {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        table.push_str(line.trim_end());
        table.push('\n');
    }
    table
}

/// `module::function`.
pub(super) fn handler(route: &Route) -> String {
    format!("{}::{}", route.module, route.name)
}

/// `file:line`.
pub(super) fn location(route: &Route) -> String {
    format!("{}:{}", route.file, route.line)
}

/// `file:line`.
pub(super) fn line(location: &Location<'_>) -> String {
    format!("{}:{}", location.file(), location.line())
}

/// The timeout of a route, in milliseconds.
pub(super) fn timeout(route: &Route) -> Option<u64> {
    let timeout = route.timeout?.as_millis();
    u64::try_from(timeout).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Handler, INVALID, Trigger};

    fn route(method: &'static str, path: &str, access: &str) -> RouteInfo {
        RouteInfo {
            method,
            path: path.to_owned(),
            access: access.to_owned(),
            timeout: None,
            handler: "orders::read".to_owned(),
            location: "src/main.rs:7".to_owned(),
        }
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let routes = [
            route("GET", "/orders/{id}", "public"),
            route("DELETE", "/ü", "scopes(orders/write)"),
        ];
        assert_eq!(
            RouteInfo::text(&routes),
            "METHOD  PATH          ACCESS                HANDLER       LOCATION\n\
             GET     /orders/{id}  public                orders::read  src/main.rs:7\n\
             DELETE  /ü            scopes(orders/write)  orders::read  src/main.rs:7\n"
        );
    }

    #[test]
    fn timeouts_have_a_column_where_there_are_some() {
        let mut routes = [
            route("GET", "/a", "open"),
            route("GET", "/b", "open"),
            route("GET", "/c", "open"),
        ];
        routes[1].timeout = Some(3000);
        routes[2].timeout = Some(1500);
        assert_eq!(
            RouteInfo::text(&routes),
            "METHOD  PATH  ACCESS  TIMEOUT  HANDLER       LOCATION\n\
             GET     /a    open    -        orders::read  src/main.rs:7\n\
             GET     /b    open    3s       orders::read  src/main.rs:7\n\
             GET     /c    open    1500ms   orders::read  src/main.rs:7\n"
        );
    }

    #[test]
    fn a_table_without_routes_says_so() {
        assert_eq!(RouteInfo::text(&[]), "no routes\n");
        assert_eq!(listing(&[], &[]), "no routes\n");
    }

    #[test]
    fn handlers_of_events_are_below_the_routes() {
        let trigger = Trigger::Schedule {
            expression: Some("rate(1 day)"),
            rule: Some("nightly"),
        };
        let handler = Handler {
            name: "clean_up",
            module: "orders",
            file: "src/main.rs",
            line: 9,
            ..INVALID
        };
        let events = [EventInfo::from(&Listed { handler, trigger })];
        let expected = "EVENT                                  HANDLER           LOCATION\n\
                        schedule(rate(1 day), rule = nightly)  orders::clean_up  src/main.rs:9\n";
        assert_eq!(listing(&[], &events), expected);
        let routes = [route("GET", "/a", "open")];
        assert_eq!(
            listing(&routes, &events),
            format!("{}\n{expected}", RouteInfo::text(&routes))
        );
    }
}
