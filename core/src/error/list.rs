//! Several errors as one text.

use std::fmt;

/// Writes a list with one error in each line.
pub(crate) fn write_list(f: &mut fmt::Formatter<'_>, errors: &[String]) -> fmt::Result {
    for (index, error) in errors.iter().enumerate() {
        let separator = if index > 0 { "\n" } else { "" };
        write!(f, "{separator}- {error}")?;
    }
    Ok(())
}
