//! What all the APIs answer with: the data of a small shop, the same for every peer.

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What a GET of an order replies: 400 bytes of JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// From the path.
    pub id: u64,
    /// From the query.
    pub page: u32,
    /// Who ordered.
    pub customer: String,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// Of all lines.
    pub total_cents: u64,
}

/// One kind of goods in an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The goods.
    pub sku: String,
    /// For people.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// Of one.
    pub price_cents: u64,
}

/// What a POST of an order sends: 2 KB of JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewOrder {
    /// Who orders.
    pub customer: String,
    /// What is ordered.
    pub lines: Vec<NewLine>,
    /// For the warehouse.
    pub notes: Vec<String>,
}

/// One kind of goods to order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewLine {
    /// The goods.
    pub sku: String,
    /// How many.
    pub quantity: u32,
    /// Wrapped as a gift.
    pub gift: bool,
    /// What to write on it.
    pub engraving: Option<String>,
}

/// What a POST of a file replies.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Stored {
    /// The length of the file.
    pub bytes: usize,
}

/// The query of a GET of an order.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Page {
    /// Which one.
    pub page: u32,
}

impl Order {
    /// An order as a database would have it.
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

/// 100 KB that are no text.
#[must_use]
pub fn picture() -> &'static [u8] {
    static PICTURE: LazyLock<Vec<u8>> = LazyLock::new(|| noise(100 * 1024));
    &PICTURE
}

/// Bytes without a pattern, the same ones each time.
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
