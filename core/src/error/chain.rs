//! An error with its sources, on one line.

use std::{error::Error, fmt};

/// More sources than this are assumed to be a cycle.
const MAX_LINKS: usize = 32;

/// Writes an error and its sources as `first: second: third`.
pub(crate) struct Chain<'a>(pub(crate) &'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        for _ in 0..MAX_LINKS {
            let Some(source) = next else { break };
            write!(f, ": {source}")?;
            next = source.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Circle;

    impl fmt::Display for Circle {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("again")
        }
    }

    impl Error for Circle {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(self)
        }
    }

    #[test]
    fn a_circle_of_causes_ends() {
        let text = Chain(&Circle).to_string();
        assert_eq!(text.matches("again").count(), 1 + MAX_LINKS);
    }
}
