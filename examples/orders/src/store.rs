//! Where the orders are kept.

use crate::{
    error::OrderError,
    order::{NewOrder, Order, OrderId, Page, PageSize, Version},
};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Orders in memory; a clone shares them.
///
/// Each instance of a Lambda function has a memory of its own, so this is a store to try things
/// with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store(Arc<Mutex<Orders>>);

#[derive(Debug, Default)]
struct Orders {
    by_id: BTreeMap<OrderId, Order>,
    /// The id given last: an id is never used again, not even after its order was deleted.
    last: u64,
}

impl Orders {
    fn of<'s>(&'s self, caller: &'s str, after: Bound<OrderId>) -> impl Iterator<Item = &'s Order> {
        self.by_id
            .range((after, Bound::Unbounded))
            .map(|(_, order)| order)
            .filter(move |order| order.placed_by == caller)
    }
}

impl Store {
    /// One caller may have so many orders.
    pub(crate) const LIMIT: usize = 1000;

    /// Where a store of another kind is connected. A test gives the API one of its own instead.
    pub(crate) async fn connect() -> Result<Self, Infallible> {
        Ok(Self::default())
    }

    pub(crate) fn place(&self, caller: &str, new: NewOrder<'_>) -> Result<Order, OrderError> {
        let mut orders = self.orders();
        if orders.of(caller, Bound::Unbounded).count() >= Self::LIMIT {
            return Err(OrderError::TooMany {
                limit: Self::LIMIT,
                retry_after: 60,
            });
        }
        orders.last += 1;
        let order = Order {
            id: OrderId(orders.last),
            sku: new.sku.into_owned(),
            quantity: new.quantity,
            version: Version(1),
            placed_by: caller.to_owned(),
        };
        orders.by_id.insert(order.id, order.clone());
        Ok(order)
    }

    pub(crate) fn get(&self, caller: &str, id: OrderId) -> Result<Order, OrderError> {
        let orders = self.orders();
        let order = orders.by_id.get(&id);
        let own = order.filter(|order| order.placed_by == caller);
        own.cloned().ok_or(OrderError::NotFound(id))
    }

    pub(crate) fn list(&self, caller: &str, after: Option<OrderId>, size: PageSize) -> Page {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let orders = self.orders();
        let mut own = orders.of(caller, start).cloned();
        let page: Vec<_> = own.by_ref().take(size.0).collect();
        let next = own.next().and(page.last()).map(|order| order.id);
        Page { orders: page, next }
    }

    /// Replaces an order, if it still has the version that the caller saw.
    pub(crate) fn change(
        &self,
        caller: &str,
        id: OrderId,
        seen: Option<&str>,
        new: NewOrder<'_>,
    ) -> Result<Order, OrderError> {
        let mut orders = self.orders();
        let order = orders
            .by_id
            .get_mut(&id)
            .filter(|order| order.placed_by == caller)
            .ok_or(OrderError::NotFound(id))?;
        if seen.is_some_and(|seen| !order.version.is_in(seen)) {
            return Err(OrderError::Changed {
                id,
                version: order.version,
            });
        }
        order.sku = new.sku.into_owned();
        order.quantity = new.quantity;
        order.version = order.version.next();
        Ok(order.clone())
    }

    pub(crate) fn delete(&self, caller: &str, id: OrderId) -> Result<(), OrderError> {
        let mut orders = self.orders();
        let order = orders.by_id.get(&id);
        if order.is_some_and(|order| order.placed_by == caller) {
            orders.by_id.remove(&id);
            Ok(())
        } else {
            Err(OrderError::NotFound(id))
        }
    }

    // A panic while the lock is held leaves the orders whole: no method panics halfway through a
    // change.
    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    fn tea(quantity: u32) -> NewOrder<'static> {
        NewOrder {
            sku: "tea".into(),
            quantity: NonZeroU32::new(quantity).unwrap(),
        }
    }

    fn ids(page: &Page) -> Vec<u64> {
        page.orders.iter().map(|order| order.id.0).collect()
    }

    #[test]
    fn orders_are_visible_to_their_owner_only() {
        let store = Store::default();
        let id = store.place("alice", tea(1)).unwrap().id;
        assert!(store.get("bob", id).is_err());
        assert!(store.change("bob", id, None, tea(2)).is_err());
        assert!(store.delete("bob", id).is_err());
        assert_eq!(store.list("bob", None, PageSize::default()).orders, []);
        assert_eq!(store.get("alice", id).unwrap().quantity.get(), 1);
    }

    #[test]
    fn pages_follow_one_another_without_gap_or_overlap() {
        let store = Store::default();
        for caller in ["alice", "bob", "alice", "alice", "bob"] {
            store.place(caller, tea(1)).unwrap();
        }
        let size = PageSize(2);
        let first = store.list("alice", None, size);
        assert_eq!(ids(&first), [1, 3]);
        let second = store.list("alice", first.next, size);
        assert_eq!(ids(&second), [4]);
        assert_eq!(second.next, None);
    }

    #[test]
    fn concurrent_changes_are_not_overwritten() {
        let store = Store::default();
        let placed = store.place("alice", tea(1)).unwrap();
        let seen = placed.version.entity_tag();
        let changed = store.change("alice", placed.id, Some(&seen), tea(2));
        assert_eq!(changed.unwrap().version, Version(2));
        let late = store.change("alice", placed.id, Some(&seen), tea(3));
        assert!(matches!(
            late,
            Err(OrderError::Changed {
                version: Version(2),
                ..
            })
        ));
        assert_eq!(store.get("alice", placed.id).unwrap().quantity.get(), 2);
    }

    #[test]
    fn the_id_of_a_deleted_order_is_not_used_again() {
        let store = Store::default();
        let id = store.place("alice", tea(1)).unwrap().id;
        store.delete("alice", id).unwrap();
        assert_ne!(store.place("alice", tea(1)).unwrap().id, id);
    }

    #[test]
    fn one_caller_cannot_fill_the_store() {
        let store = Store::default();
        for _ in 0..Store::LIMIT {
            store.place("alice", tea(1)).unwrap();
        }
        assert!(matches!(
            store.place("alice", tea(1)),
            Err(OrderError::TooMany { .. })
        ));
        assert!(store.place("bob", tea(1)).is_ok());
    }
}
