//! The data that all APIs return: a small shop, the same for every peer.

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// The response to a GET of an order: 400 bytes of JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The id, from the path.
    pub id: u64,
    /// The page, from the query.
    pub page: u32,
    /// The customer.
    pub customer: String,
    /// The lines of the order.
    pub lines: Vec<Line>,
    /// The sum of all lines.
    pub total_cents: u64,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The article number.
    pub sku: String,
    /// The name of the article.
    pub name: String,
    /// The quantity.
    pub quantity: u32,
    /// The price of one piece.
    pub price_cents: u64,
}

/// The body of a POST of an order: 2 KB of JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewOrder {
    /// The customer.
    pub customer: String,
    /// The lines of the order.
    pub lines: Vec<NewLine>,
    /// Notes for the warehouse.
    pub notes: Vec<String>,
}

/// A line of a new order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewLine {
    /// The article number.
    pub sku: String,
    /// The quantity.
    pub quantity: u32,
    /// Whether it is wrapped as a gift.
    pub gift: bool,
    /// The text of the engraving.
    pub engraving: Option<String>,
}

/// The response to a POST of a file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Stored {
    /// The length of the file.
    pub bytes: usize,
}

/// The query of a GET of an order.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Page {
    /// The page.
    pub page: u32,
}

impl Order {
    /// Returns an order, like a database would.
    #[must_use]
    pub fn found(id: u64, page: u32) -> Self {
        let lines = [
            ("tea-green-100", "Green tea, 100 g", 2, 790),
            ("pot-iron-08", "Iron pot, 0.8 l", 1, 5490),
            ("cup-clay-4", "Four cups of clay", 1, 2380),
            ("sieve-fine", "Fine sieve for pots", 3, 450),
        ];
        Self {
            id,
            page,
            customer: "customer-51f0".to_owned(),
            total_cents: lines.iter().map(|line| line.2 * line.3).sum(),
            lines: lines
                .into_iter()
                .map(|(sku, name, quantity, price_cents)| Line {
                    sku: sku.to_owned(),
                    name: name.to_owned(),
                    quantity: quantity as u32,
                    price_cents,
                })
                .collect(),
        }
    }
}

impl From<NewOrder> for Order {
    fn from(order: NewOrder) -> Self {
        let lines: Vec<Line> = order
            .lines
            .into_iter()
            .take(4)
            .map(|line| Line {
                sku: line.sku,
                name: line.engraving.unwrap_or_default(),
                quantity: line.quantity,
                price_cents: u64::from(line.gift),
            })
            .collect();
        Self {
            id: 1,
            page: u32::try_from(order.notes.len()).unwrap_or_default(),
            customer: order.customer,
            total_cents: lines.iter().map(|line| line.price_cents).sum(),
            lines,
        }
    }
}

/// Returns 100 KB of binary data.
#[must_use]
pub fn picture() -> &'static [u8] {
    static PICTURE: LazyLock<Vec<u8>> = LazyLock::new(|| noise(100 * 1024));
    &PICTURE
}

/// Returns pseudorandom bytes, the same in each run.
#[must_use]
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}
