//! A warehouse in memory, in place of a database.

use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The message of an order.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Order {
    pub(crate) id: u64,
    pub(crate) sku: String,
    pub(crate) quantity: u32,
}

/// Why an order is not shipped. The message comes again later.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShipError {
    #[error("only {left} of {sku} left")]
    OutOfStock { sku: String, left: u32 },
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Warehouse(Arc<Mutex<Shelves>>);

#[derive(Debug, Default)]
struct Shelves {
    shipped: HashSet<u64>,
    /// How many of each article are gone.
    gone: HashMap<String, u32>,
}

/// How many of each article a full shelf has.
const FULL: u32 = 10;

impl Warehouse {
    /// Ships an order, unless it was shipped before.
    pub(crate) fn ship(&self, order: &Order) -> Result<(), ShipError> {
        let mut shelves = self.lock();
        if shelves.shipped.contains(&order.id) {
            return Ok(());
        }
        let gone = shelves.gone.entry(order.sku.clone()).or_default();
        let left = FULL.saturating_sub(*gone);
        if order.quantity > left {
            let sku = order.sku.clone();
            return Err(ShipError::OutOfStock { sku, left });
        }
        *gone += order.quantity;
        shelves.shipped.insert(order.id);
        Ok(())
    }

    pub(crate) fn restock(&self) {
        self.lock().gone.clear();
    }

    pub(crate) fn shipped(&self) -> usize {
        self.lock().shipped.len()
    }

    fn lock(&self) -> MutexGuard<'_, Shelves> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
