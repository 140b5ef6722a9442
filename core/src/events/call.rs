//! One function for each number of arguments, as in [`endpoint`](crate::endpoint).

use super::{
    event::Event, failures::BatchFailures, from_event::FromEvent, from_record::FromRecord,
    record::Record,
};
use crate::{BoxFuture, Error};
use std::future::Future;

// The bounds are on plain type parameters, so that a type that does not satisfy them is reported at
// the argument.
macro_rules! arity {
    ($name:ident: $from:ident $take:ident $input:ident -> $output:ty; $($t:ident)*) => {
        #[allow(non_snake_case, clippy::too_many_arguments)]
        #[doc(hidden)]
        pub fn $name<'e, $($t,)* F, Fut, P>(
            input: &'e $input,
            call: F,
            respond: P,
        ) -> BoxFuture<'e, Result<$output, Error>>
        where
            $($t: $from<'e> + Send + 'e,)*
            F: FnOnce($($t),*) -> Fut + Send + 'e,
            Fut: Future + Send + 'e,
            P: FnOnce(Fut::Output, &'e $input) -> Result<$output, Error> + Send + 'e,
        {
            Box::pin(async move {
                $(let $t = $t::$take(input).map_err(Into::into)?;)*
                let value = call($($t),*).await;
                respond(value, input)
            })
        }
    };
}

macro_rules! arities {
    ($from:ident $take:ident $input:ident -> $output:ty; $n0:ident $n1:ident $n2:ident $n3:ident $n4:ident $n5:ident $n6:ident $n7:ident $n8:ident) => {
        arity!($n0: $from $take $input -> $output;);
        arity!($n1: $from $take $input -> $output; A);
        arity!($n2: $from $take $input -> $output; A B);
        arity!($n3: $from $take $input -> $output; A B C);
        arity!($n4: $from $take $input -> $output; A B C D);
        arity!($n5: $from $take $input -> $output; A B C D E);
        arity!($n6: $from $take $input -> $output; A B C D E G);
        arity!($n7: $from $take $input -> $output; A B C D E G H);
        arity!($n8: $from $take $input -> $output; A B C D E G H I);
    };
}

arities!(FromRecord from_record Record -> (); record_0 record_1 record_2 record_3 record_4 record_5 record_6 record_7 record_8);
arities!(FromEvent from_event Event -> BatchFailures; batch_0 batch_1 batch_2 batch_3 batch_4 batch_5 batch_6 batch_7 batch_8);
arities!(FromEvent from_event Event -> Vec<u8>; event_0 event_1 event_2 event_3 event_4 event_5 event_6 event_7 event_8);
