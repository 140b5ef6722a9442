//! Arguments that handlers of records and of whole events take alike.

use super::{
    event::Event, from_event::FromEvent, from_record::FromRecord, kinds::Kinds, record::Record,
};
use crate::{
    LambdaContext, Operation, State,
    extract::{Deadline, StateRejection},
};
use std::{any::type_name, convert::Infallible};

macro_rules! arguments {
    ($from:ident $take:ident $input:ident $($reads:ident)?) => {
        impl<'e> $from<'e> for &'e $input {
            type Rejection = Infallible;

            fn $take(input: &'e $input) -> Result<Self, Infallible> {
                Ok(input)
            }
        }

        impl<'e> $from<'e> for &'e LambdaContext {
            type Rejection = Infallible;

            fn $take(input: &'e $input) -> Result<Self, Infallible> {
                Ok(input.data().invocation.lambda())
            }
        }

        impl<'e> $from<'e> for LambdaContext {
            type Rejection = Infallible;

            fn $take(input: &'e $input) -> Result<Self, Infallible> {
                Ok(input.data().invocation.lambda().clone())
            }
        }

        impl<'e> $from<'e> for Deadline {
            type Rejection = Infallible;

            fn $take(input: &'e $input) -> Result<Self, Infallible> {
                Ok(input.data().deadline())
            }
        }

        impl<'e, T: Clone + Send + Sync + 'static> $from<'e> for State<T> {
            type Rejection = StateRejection;

            $(const $reads: bool = false;)?

            fn $take(input: &'e $input) -> Result<Self, StateRejection> {
                let state = input.data().state::<T>().cloned();
                let missing = || StateRejection::Missing(type_name::<T>());
                state.map(State).ok_or_else(missing)
            }

            fn describe(operation: &mut Operation) {
                operation.require_state::<T>();
            }
        }

        impl<'e, T: $from<'e>> $from<'e> for Result<T, T::Rejection> {
            type Rejection = Infallible;

            const KINDS: Kinds = T::KINDS;
            $(const $reads: bool = T::$reads;)?

            fn $take(input: &'e $input) -> Result<Self, Infallible> {
                Ok(T::$take(input))
            }

            fn describe(operation: &mut Operation) {
                T::describe(operation);
            }
        }
    };
}

arguments!(FromEvent from_event Event READS_EVENT);
arguments!(FromRecord from_record Record);
