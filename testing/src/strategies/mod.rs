//! Arbitrary requests, responses and events, for tests with [`proptest`].
//!
//! A property test states what holds for *any* request, and `proptest` looks for one for which it
//! does not. This one states that every event is read as the source that it came from:
//!
//! ```
//! use lambda_api_testing::strategies;
//! use proptest::prelude::*;
//!
//! proptest! {
//!     # #![proptest_config(ProptestConfig::with_cases(16))]
//!     # /*
//!     #[test]
//!     # */
//!     fn the_source_is_recognized(event in strategies::sources().prop_flat_map(strategies::events)) {
//!         prop_assert_eq!(event.to_invocation().source(), Some(event.source()));
//!     }
//! }
//! # the_source_is_recognized();
//! ```

mod events;
mod requests;
mod text;

pub use events::events;
pub use requests::requests;

use lambda_api::event::Source;
use proptest::{sample::select, strategy::Strategy};

/// Any source.
pub fn sources() -> impl Strategy<Value = Source> + Clone + use<> {
    select(&Source::ALL[..])
}

#[doc(hidden)]
pub use {
    requests::append,
    text::{body, content_type, header_name, header_value},
};
