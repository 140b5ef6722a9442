//! What all events of tests have in common.

use serde::Serialize;
use serde_json::Value;

pub(super) const REGION: &str = "eu-west-1";
pub(super) const ACCOUNT: &str = "123456789012";

/// When everything in events of tests happens.
pub(super) const TIME: &str = "2026-01-02T03:04:05.000Z";
pub(super) const TIME_S: &str = "2026-01-02T03:04:05Z";
pub(super) const TIME_MS: u64 = 1_767_323_045_000;

/// The id of the `number`th thing of a service.
pub(super) fn uuid(service: u8, number: usize) -> String {
    format!("{service:08x}-0000-4000-8000-{number:012}")
}

pub(super) fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}

#[track_caller]
pub(super) fn value(content: &(impl Serialize + ?Sized)) -> Value {
    match serde_json::to_value(content) {
        Ok(value) => value,
        Err(error) => panic!("the content cannot be serialised as JSON: {error}"),
    }
}

/// What a method changes about the record that was added last.
#[track_caller]
pub(super) fn last<'r, T>(records: &'r mut [T], what: &str) -> &'r mut T {
    match records.last_mut() {
        Some(last) => last,
        None => panic!("the event has no {what} yet: add one first"),
    }
}

/// The methods that all builders have.
macro_rules! builder {
    ($name:ident, default) => {
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        builder!($name);
    };
    ($name:ident) => {
        impl $name {
            /// Sets a value of the event at a JSON pointer
            /// ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)), for members without a method and for
            /// invalid events.
            #[track_caller]
            pub fn set(mut self, pointer: &str, value: impl Into<serde_json::Value>) -> Self {
                let patch = crate::event::Patch::new(pointer, Some(value.into()));
                self.patches.push(patch);
                self
            }

            /// Removes the member or item at a JSON pointer, if there is one.
            #[track_caller]
            pub fn unset(mut self, pointer: &str) -> Self {
                self.patches.push(crate::event::Patch::new(pointer, None));
                self
            }

            /// The event.
            #[must_use]
            pub fn to_value(&self) -> serde_json::Value {
                let mut event = self.event();
                for patch in &self.patches {
                    patch.apply(&mut event);
                }
                event
            }

            /// The event as the bytes that a function receives.
            #[must_use]
            pub fn to_bytes(&self) -> bytes::Bytes {
                self.to_value().to_string().into()
            }
        }

        impl crate::events::TestEvent for $name {
            fn to_bytes(&self) -> bytes::Bytes {
                self.to_bytes()
            }
        }
    };
}

pub(super) use builder;
