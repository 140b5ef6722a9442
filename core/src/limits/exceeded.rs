//! A limit that was exceeded.

use std::fmt;

/// The quantity that is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Body,
    EncodedBody,
    Path,
    /// Path and query together, whose limit cannot be changed.
    Uri,
    Headers,
    HeaderBytes,
    QueryPairs,
    Cookies,
}

/// A limit that a request exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) measure: Measure,
    pub(crate) limit: usize,
    /// The actual value, if known.
    pub(crate) found: Option<usize>,
}

impl Measure {
    /// Returns an error if `found` exceeds the limit.
    #[inline]
    pub(crate) fn check(self, found: usize, limit: usize) -> Result<(), Exceeded> {
        if found > limit {
            return Err(self.exceeded(limit, Some(found)));
        }
        Ok(())
    }

    #[cold]
    pub(crate) fn exceeded(self, limit: usize, found: Option<usize>) -> Exceeded {
        Exceeded {
            measure: self,
            limit,
            found,
        }
    }
}

/// The text for the client.
impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = self.limit;
        match self.measure {
            Measure::Body => write!(f, "the body has more than {limit} bytes"),
            Measure::EncodedBody => write!(f, "the encoded body has more than {limit} bytes"),
            Measure::Path => write!(f, "the path has more than {limit} bytes"),
            Measure::Uri => write!(f, "path and query have more than {limit} bytes"),
            Measure::Headers => write!(f, "there are more than {limit} header fields"),
            Measure::HeaderBytes => write!(f, "the header fields have more than {limit} bytes"),
            Measure::QueryPairs => write!(f, "the query has more than {limit} parameters"),
            Measure::Cookies => write!(f, "there are more than {limit} cookies"),
        }
    }
}
