//! All orders as CSV.

use futures_util::{Stream, StreamExt, stream};
use lambda_api::{Body, State, api_handler, response::Download};
use std::{fmt::Write, future::ready, io};

/// The rows that are in memory at once.
pub(crate) const PAGE: u32 = 1_000;
pub(crate) const HEADER: &str = "id,sku,quantity\r\n";

/// One row.
pub(crate) struct Order {
    id: u32,
    sku: &'static str,
    quantity: u32,
}

/// The orders. A real program would have a database, which is read page by page, too.
#[derive(Clone, Copy)]
pub(crate) struct Orders {
    rows: u32,
}

impl Orders {
    pub(crate) fn new(rows: u32) -> Self {
        Self { rows }
    }

    /// The orders behind an id: at most a page.
    pub(crate) async fn after(self, id: u32) -> io::Result<Vec<Order>> {
        // Where a database would be waited for, other tasks run.
        tokio::task::yield_now().await;
        let last = self.rows.min(id.saturating_add(PAGE));
        let order = |id: u32| Order {
            id,
            sku: ["tea", "coffee", "\"fine\" cocoa, dark"][(id % 3) as usize],
            quantity: 1 + id % 9,
        };
        Ok((id + 1..=last).map(order).collect())
    }
}

/// Export all orders.
#[api_handler(GET "/orders.csv")]
pub(crate) async fn orders_as_csv(State(orders): State<Orders>) -> Download {
    let rows = all_rows(move |id| orders.after(id));
    Download::new(Body::from_stream(rows))
        .filename("orders.csv")
        .content_type("text/csv; charset=utf-8")
}

/// The header and all pages. At most a page is read ahead of what was written.
pub(crate) fn all_rows<F>(
    page_after: impl Fn(u32) -> F + Send,
) -> impl Stream<Item = io::Result<String>> + Send
where
    F: Future<Output = io::Result<Vec<Order>>> + Send,
{
    let pages = stream::try_unfold(0, move |id| {
        let page = page_after(id);
        async move {
            let page = page.await?;
            Ok(page.last().map(|last| (csv(&page), last.id)))
        }
    });
    stream::once(ready(Ok(HEADER.to_owned()))).chain(pages)
}

/// Rows as CSV (RFC 4180).
fn csv(page: &[Order]) -> String {
    let mut text = String::with_capacity(page.len() * 32);
    for Order { id, sku, quantity } in page {
        // Writing to a string never fails.
        let _ = write!(text, "{id},{},{quantity}\r\n", field(sku));
    }
    text
}

/// A value, in quotes if it needs them.
fn field(value: &str) -> String {
    if value.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}
