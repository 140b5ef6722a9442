//! What went over a limit.

use std::fmt;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Body,
    EncodedBody,
    Path,
    /// Path and query together, which have a limit that cannot be changed.
    Uri,
    Headers,
    HeaderBytes,
    QueryPairs,
    Cookies,
}

/// A limit that something of a request is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) measure: Measure,
    pub(crate) limit: usize,
    /// How much there is, if that is known.
    pub(crate) found: Option<usize>,
}

impl Measure {
    /// Whether so much is let through.
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

/// What the client is told.
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
