//! A reply on its way through the runtime, which only takes what `serde` can write.

use serde::{
    Serialize, Serializer,
    ser::{Error, SerializeStruct},
};
use serde_json::value::RawValue;
use std::sync::OnceLock;

/// A reply that is JSON already, and is written as it is.
///
/// A `RawValue` can be made of a text only by reading the whole of it once more, or with `unsafe`.
/// So this writes what a `RawValue` writes: a struct of a name that the serializer of `serde_json`
/// knows. The name is an internal of that crate, so it is tried out before it is relied on.
#[derive(Debug)]
pub(super) struct Reply(pub(super) String);

/// The name and the only field of a `RawValue`, for `serde_json`.
const TOKEN: &str = "$serde_json::private::RawValue";

impl Serialize for Reply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if token_is_known() {
            return Verbatim(&self.0).serialize(serializer);
        }
        let checked: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        checked.serialize(serializer)
    }
}

struct Verbatim<'t>(&'t str);

impl Serialize for Verbatim<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut raw = serializer.serialize_struct(TOKEN, 1)?;
        raw.serialize_field(TOKEN, self.0)?;
        raw.end()
    }
}

/// Whether this `serde_json` writes a [`Verbatim`] as it is.
fn token_is_known() -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    *KNOWN.get_or_init(|| serde_json::to_string(&Verbatim("[ 1]")).is_ok_and(|text| text == "[ 1]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When this fails, `serde_json` has changed its internals. Replies are right nevertheless, but
    /// each is read once more before it is sent.
    #[test]
    fn the_token_is_that_of_serde_json() {
        assert!(token_is_known());
    }

    #[test]
    fn a_reply_is_written_as_it_is() {
        let text = "{\"statusCode\": 200,\n\"body\": \"\u{e9}\\n\"}";
        assert_eq!(
            serde_json::to_string(&Reply(text.to_owned())).unwrap(),
            text
        );
    }
}
