//! What generated code calls. No part of this is public interface.

pub use crate::extract::plain::{Faults, cookie, header, path, query};
pub use crate::runtime::{Flavor, IntoApi, main, main_of_one};
pub use crate::{
    BoxFuture,
    describe::Operation,
    endpoint::{
        Access, Refusal, Require, Route, assert_unique, async_0, async_1, async_2, async_3,
        async_4, async_5, async_6, async_7, async_8, async_9, async_10, async_11, async_12, reply,
        sync_0, sync_1, sync_2, sync_3, sync_4, sync_5, sync_6, sync_7, sync_8, sync_9, sync_10,
        sync_11, sync_12,
    },
};
