//! A block of a template.

/// A part of a template that is replaced as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// A logical id, `Parameters` or `Outputs`.
    pub(crate) name: String,
    /// The indentation of its lines and markers: 2 for resources, else 0.
    pub(crate) indent: usize,
    /// Whole lines, indented. May be empty.
    pub(crate) text: String,
}
