//! The kinds of an argument, also of a type that is not one: then another error says so, and this should not
//! be a second one.

use super::{from_event::FromEvent, from_record::FromRecord, kinds::Kinds};
use std::marker::PhantomData;

/// The kinds of an argument of a handler of records.
#[derive(Debug)]
pub struct RecordKinds<T>(PhantomData<T>);

/// The kinds of an argument of a handler of events.
#[derive(Debug)]
pub struct EventKinds<T>(PhantomData<T>);

impl<T: FromRecord<'static>> RecordKinds<T> {
    /// Takes precedence over the trait's, if the type is an argument.
    pub const KINDS: Kinds = T::KINDS;
}

impl<T: FromEvent<'static>> EventKinds<T> {
    /// Takes precedence over the trait's, if the type is an argument.
    pub const KINDS: Kinds = T::KINDS;
}

/// The kinds of a type that is not an argument.
pub trait NoArgument {
    /// No check fails.
    const KINDS: Kinds = Kinds::ALL;
}

impl<T> NoArgument for RecordKinds<T> {}

impl<T> NoArgument for EventKinds<T> {}
