//! Errors of orders, and their problems.

use crate::order::{OrderId, Version};
use lambda_api::ApiError;

/// The errors of the handlers; each variant is one `code` that clients can rely on.
#[derive(Debug, thiserror::Error, ApiError)]
pub(crate) enum OrderError {
    #[error("order {0} does not exist")]
    #[api(status = 404, code = "order_not_found")]
    NotFound(OrderId),

    #[error("no order was placed from here")]
    #[api(status = 404, code = "no_last_order")]
    NoLastOrder,

    #[error("order {id} was changed meanwhile")]
    #[api(status = 412, code = "order_changed")]
    Changed {
        id: OrderId,
        #[api(extension)]
        version: Version,
    },

    #[error("no more than {limit} orders at a time")]
    #[api(status = 429, code = "too_many_orders")]
    TooMany {
        #[api(extension)]
        limit: usize,
        /// In seconds.
        #[api(header = "retry-after")]
        retry_after: u32,
    },
}
