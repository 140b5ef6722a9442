//! The macros of lambda-api.
