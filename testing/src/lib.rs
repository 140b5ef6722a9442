//! Fake events.
