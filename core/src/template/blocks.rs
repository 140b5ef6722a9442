//! Blocks in a file, between markers.
//!
//! The file belongs to the user: only lines between markers change. Whatever could hide a generated line,
//! such as a second definition of a resource, is an error.

mod keys;
mod markers;

use super::block::Block;
use keys::RESOURCES;
use markers::{Error, Marker, Span, begin, end};

/// The first lines of a new file.
const HEADER: &str = "\
# The command `template` of the program writes the lines between the markers `lambda-api: begin` and
# `lambda-api: end`; `template --check FILE` fails if they differ from the program. All other lines are
# yours. A line after an end marker adds to the resource of this block if it is indented like a property.
AWSTemplateFormatVersion: \"2010-09-09\"
Transform: AWS::Serverless-2016-10-31
";

/// A new file with these blocks.
pub(super) fn write(blocks: &[Block]) -> String {
    let is_first = |block: &&Block| block.indent == 0 && block.name == "Parameters";
    let is_resource = |block: &&Block| block.indent > 0;
    let is_last = |block: &&Block| !is_first(block) && !is_resource(block);
    let mut text = HEADER.to_owned();
    blocks
        .iter()
        .filter(is_first)
        .for_each(|block| push(block, &mut text));
    text.push_str("Resources:\n");
    let others = blocks.iter().filter(is_resource);
    others
        .chain(blocks.iter().filter(is_last))
        .for_each(|block| push(block, &mut text));
    text
}

fn push(block: &Block, text: &mut String) {
    text.push_str(&format!("{}\n{}{}\n", begin(block), block.text, end(block)));
}

/// The file with these blocks. All other bytes stay, and generated lines get the line end of their
/// marker.
///
/// # Errors
/// Returns all reasons why a block has no place in the file, each with its line.
pub(super) fn update(blocks: &[Block], existing: &str) -> Result<String, Vec<String>> {
    let lines: Vec<&str> = existing.split_inclusive('\n').collect();
    let markers: Vec<Marker<'_>> = Marker::all(&lines).collect();
    if markers.is_empty() {
        return Err(vec![without_markers(blocks)]);
    }
    let mut errors = Vec::new();
    let found = markers::find(&markers, blocks, &mut errors);
    keys::check(&lines, &found, blocks, &mut errors);
    for (index, block) in blocks.iter().enumerate() {
        if !markers.iter().any(|marker| marker.name == block.name) {
            errors.push(missing(block, &blocks[..index], &lines, &found.spans));
        }
    }
    if errors.is_empty() {
        return Ok(replaced(&lines, &found.spans));
    }
    errors.sort_by_key(|(line, _)| *line);
    Err(errors.into_iter().map(|(_, text)| text).collect())
}

fn replaced(lines: &[&str], spans: &[Span<'_>]) -> String {
    let mut text = String::new();
    let mut skipped_to = 0;
    for (index, line) in lines.iter().enumerate() {
        if index >= skipped_to {
            text.push_str(line);
        }
        if let Some(span) = spans.iter().find(|span| span.begin == index) {
            let line_end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
            for generated in span.block.text.lines() {
                text.push_str(generated);
                text.push_str(line_end);
            }
            skipped_to = span.end;
        }
    }
    text
}

fn without_markers(blocks: &[Block]) -> String {
    let lines = blocks.iter().map(two_lines).collect::<String>();
    format!(
        "the file has no line `# lambda-api: begin NAME`, so there is no place for generated lines: choose \
         another file, or add these lines where each block belongs{lines}"
    )
}

/// The error of a block that the file does not have: it says where to add which lines.
fn missing(block: &Block, before: &[Block], lines: &[&str], spans: &[Span<'_>]) -> Error {
    let above = |block: &Block| spans.iter().find(|span| span.block == block);
    let mut previous = before
        .iter()
        .rev()
        .filter(|one| one.indent > 0 && one.indent == block.indent)
        .filter_map(above);
    let key = |key: &str| {
        let mut numbered = (1..).zip(lines);
        let (line, _) = numbered.find(|(_, line)| keys::top_level(line) == Some(key))?;
        Some(line)
    };
    let (line, place) = match (previous.next(), key(RESOURCES)) {
        (Some(span), _) => {
            let line = keys::last_extension(lines, span.end, block.indent) + 1;
            (line, format!("below line {line}"))
        }
        (None, Some(line)) if block.indent > 0 => (line, format!("below line {line}")),
        (None, Some(line)) if block.name == "Parameters" => (line, format!("above line {line}")),
        _ if block.indent > 0 => (0, "below a line `Resources:`".to_owned()),
        _ => (lines.len(), "at the end of the file".to_owned()),
    };
    let name = &block.name;
    let text = format!(
        "block `{name}` is missing: add these lines {place}{}",
        two_lines(block)
    );
    (line, text)
}

fn two_lines(block: &Block) -> String {
    format!("\n{}\n{}", begin(block), end(block))
}

#[cfg(test)]
mod tests;
