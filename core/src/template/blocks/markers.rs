//! The markers of a file.

use crate::template::block::Block;
use std::{iter::zip, ops::RangeInclusive};

const BEGIN: &str = "# lambda-api: begin ";
const END: &str = "# lambda-api: end ";

/// An error, with the number of a line for the order of errors.
pub(super) type Error = (usize, String);

/// A line that begins or ends a block.
pub(super) struct Marker<'a> {
    /// The index of the line.
    line: usize,
    begins: bool,
    pub(super) name: &'a str,
    indentation: &'a str,
}

/// A block in the file.
pub(super) struct Span<'a> {
    pub(super) block: &'a Block,
    /// The indices of the lines of the markers.
    pub(super) begin: usize,
    pub(super) end: usize,
}

/// The blocks of a file.
#[derive(Default)]
pub(super) struct Found<'a> {
    /// The blocks of the template that the file has, each once.
    pub(super) spans: Vec<Span<'a>>,
    /// The lines of all blocks, with their markers.
    pub(super) inside: Vec<RangeInclusive<usize>>,
    /// The names of blocks with a marker that has no partner.
    pub(super) broken: Vec<&'a str>,
}

/// The line that begins a block.
pub(super) fn begin(block: &Block) -> String {
    format!("{}{BEGIN}{}", " ".repeat(block.indent), block.name)
}

/// The line that ends a block.
pub(super) fn end(block: &Block) -> String {
    format!("{}{END}{}", " ".repeat(block.indent), block.name)
}

impl<'a> Marker<'a> {
    /// The markers of a file. A marker is alone in its line, and any other text is no marker.
    pub(super) fn all(lines: &[&'a str]) -> impl Iterator<Item = Self> {
        zip(0.., lines).filter_map(|(line, text)| {
            let text = text.trim_end().trim_start_matches('\u{feff}');
            let marker = text.trim_start();
            let (begins, name) = match marker.strip_prefix(BEGIN) {
                Some(name) => (true, name),
                None => (false, marker.strip_prefix(END)?),
            };
            let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
            (is_name && !name.is_empty()).then(|| Self {
                line,
                begins,
                name,
                indentation: &text[..text.len() - marker.len()],
            })
        })
    }

    /// The number of the line.
    fn number(&self) -> usize {
        self.line + 1
    }

    /// The marker without its indentation.
    fn text(&self) -> String {
        let start = if self.begins { BEGIN } else { END };
        format!("{start}{}", self.name)
    }
}

/// Finds the blocks of a file. The errors are those of markers without a partner, of blocks that the
/// file has twice or inside each other, and of blocks that the template does not have.
pub(super) fn find<'a>(
    markers: &[Marker<'a>],
    blocks: &'a [Block],
    errors: &mut Vec<Error>,
) -> Found<'a> {
    let mut names: Vec<&str> = Vec::new();
    for marker in markers {
        if !names.contains(&marker.name) {
            names.push(marker.name);
        }
    }
    let mut found = Found::default();
    let mut all = Vec::new();
    for name in names {
        let own = markers.iter().filter(|marker| marker.name == name);
        let before = errors.len();
        let pairs = pairs(own, errors);
        if errors.len() > before {
            found.broken.push(name);
        }
        if let [(first, last), others @ ..] = pairs.as_slice() {
            errors.extend(others.iter().map(|(begin, _)| {
                let text = format!(
                    "line {}: block `{name}` is in the file twice, the first one in line {}: delete one",
                    begin.number(),
                    first.number()
                );
                (begin.number(), text)
            }));
            match blocks.iter().find(|block| block.name == name) {
                Some(block) => found.spans.push(Span {
                    block,
                    begin: first.line,
                    end: last.line,
                }),
                None => {
                    let text = format!(
                        "lines {} to {}: the template has no block `{name}`: delete these lines",
                        first.number(),
                        last.number()
                    );
                    errors.push((first.number(), text));
                }
            }
        }
        all.extend(pairs);
    }
    errors.extend(nested(&mut all));
    for marker in markers {
        let block = blocks.iter().find(|block| block.name == marker.name);
        errors.extend(block.and_then(|block| indentation(marker, block)));
    }
    let lines = all.iter().map(|(begin, end)| begin.line..=end.line);
    found.inside.extend(lines);
    found
}

/// Pairs of the markers of one block.
fn pairs<'a, 'b>(
    markers: impl Iterator<Item = &'a Marker<'b>>,
    errors: &mut Vec<Error>,
) -> Vec<(&'a Marker<'b>, &'a Marker<'b>)> {
    let mut pairs: Vec<(&Marker<'_>, &Marker<'_>)> = Vec::new();
    let mut open: Option<&Marker<'_>> = None;
    let not_closed = |begin: &Marker<'_>| {
        let (line, name) = (begin.number(), begin.name);
        let text = format!(
            "line {line}: block `{name}` is not closed: add the line `{}{END}{name}` below its last line",
            begin.indentation
        );
        (line, text)
    };
    for marker in markers {
        let (line, name) = (marker.number(), marker.name);
        match (marker.begins, open.take(), pairs.last()) {
            (true, before, _) => {
                errors.extend(before.map(not_closed));
                open = Some(marker);
            }
            (false, Some(begin), _) => pairs.push((begin, marker)),
            (false, None, Some((_, end))) => {
                let text = format!(
                    "line {line}: block `{name}` is closed twice, first in line {}: delete this line",
                    end.number()
                );
                errors.push((line, text));
            }
            (false, None, None) => {
                let text = format!(
                    "line {line}: block `{name}` ends and does not begin: add the line `{}{BEGIN}{name}` \
                     above its first line, or delete this one",
                    marker.indentation
                );
                errors.push((line, text));
            }
        }
    }
    errors.extend(open.map(not_closed));
    pairs
}

/// The errors of blocks that begin before another one ends.
fn nested(pairs: &mut [(&Marker<'_>, &Marker<'_>)]) -> Vec<Error> {
    pairs.sort_by_key(|(begin, _)| begin.line);
    let mut errors = Vec::new();
    let mut outer: Option<(&Marker<'_>, &Marker<'_>)> = None;
    for (begin, end) in pairs.iter() {
        match outer {
            Some((outer, last)) if begin.line < last.line => {
                let text = format!(
                    "line {}: block `{}` begins inside block `{}` of lines {} to {}: move it out",
                    begin.number(),
                    begin.name,
                    outer.name,
                    outer.number(),
                    last.number()
                );
                errors.push((begin.number(), text));
            }
            _ => outer = Some((begin, end)),
        }
    }
    errors
}

fn indentation(marker: &Marker<'_>, block: &Block) -> Option<Error> {
    let expected = " ".repeat(block.indent);
    (marker.indentation != expected).then(|| {
        let spaces = match block.indent {
            0 => "no indentation".to_owned(),
            spaces => format!("{spaces} spaces before it"),
        };
        let line = marker.number();
        let text = format!(
            "line {line}: the marker `{}` needs {spaces}, found {:?}",
            marker.text(),
            marker.indentation
        );
        (line, text)
    })
}
