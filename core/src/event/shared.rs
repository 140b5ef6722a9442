//! Slices of an event that share its memory.

use bytes::Bytes;
use std::{borrow::Cow, ops::Range};

/// Returns the position of the slice `part` in `whole`; `None` if it is not a part of it.
pub(super) fn place(whole: &[u8], part: &[u8]) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    let end = start.checked_add(part.len())?;
    (end <= whole.len()).then_some(start..end)
}

/// Returns the slice of `event` that `part` is, without copying; a copy if it is not one.
pub(super) fn share(event: &Bytes, part: &[u8]) -> Bytes {
    match place(event, part) {
        Some(range) => event.slice(range),
        None => Bytes::copy_from_slice(part),
    }
}

/// Like [`share`] for a text; owned text is not copied.
pub(super) fn share_text(event: &Bytes, text: Cow<'_, [u8]>) -> Bytes {
    match text {
        Cow::Borrowed(part) => share(event, part),
        Cow::Owned(text) => text.into(),
    }
}

/// A text that shares the memory of an event.
#[derive(Clone, Default)]
pub(crate) struct Shared(Bytes);

impl Shared {
    /// A text in the event.
    pub(super) fn part(event: &Bytes, part: &[u8]) -> Self {
        Self(share(event, part))
    }

    /// A copy of any text.
    pub(super) fn copy(text: &str) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()))
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_event_is_shared_and_anything_else_is_copied() {
        let event = Bytes::from(String::from("0123456789"));
        let text = std::str::from_utf8(&event).unwrap();
        assert_eq!(
            share(&event, &text.as_bytes()[3..5]).as_ptr(),
            text[3..].as_ptr()
        );
        assert_eq!(share(&event, b"elsewhere"), "elsewhere");
        assert_eq!(share(&Bytes::new(), b""), "");
    }
}
