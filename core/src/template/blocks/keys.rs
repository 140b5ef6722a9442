//! The keys of a file: what the user defines outside of the blocks, and the blocks too.

use super::markers::{Error, Found};
use crate::template::block::Block;
use std::{collections::HashMap, iter::zip};

/// The key that the blocks of resources are below.
pub(super) const RESOURCES: &str = "Resources";

/// The keys around a line, with their indentation.
#[derive(Default)]
struct Path<'a>(Vec<(usize, &'a str)>);

impl<'a> Path<'a> {
    /// Enters a line. Returns the path of its key, if it has one.
    fn enter(&mut self, line: &'a str) -> Option<String> {
        let (indentation, key) = key(line)?;
        while self.0.last().is_some_and(|(last, _)| *last >= indentation) {
            self.0.pop();
        }
        self.0.push((indentation, key));
        let names: Vec<_> = self.0.iter().map(|(_, name)| *name).collect();
        Some(names.join("/"))
    }

    fn top(&self) -> Option<&'a str> {
        self.0.first().map(|(_, name)| *name)
    }
}

/// The key of a line of block style, and its indentation. A list item has none.
fn key(line: &str) -> Option<(usize, &str)> {
    let line = line.trim_end().trim_start_matches('\u{feff}');
    let text = line.trim_start_matches(' ');
    let (name, after) = match text.chars().next()? {
        quote @ ('"' | '\'') => text.strip_prefix(quote)?.split_once(quote)?,
        _ => text.split_at(text.find([':', ' ', '\t', '#'])?),
    };
    let after = after.trim_start().strip_prefix(':')?;
    let is_key = after.is_empty() || after.starts_with([' ', '\t']);
    (is_key && !name.is_empty()).then_some((line.len() - text.len(), name))
}

/// The key of a line without indentation.
pub(super) fn top_level(line: &str) -> Option<&str> {
    key(line)
        .filter(|(indentation, _)| *indentation == 0)
        .map(|(_, name)| name)
}

/// The index of the last line that belongs to the block above: it is indented more than the markers.
pub(super) fn last_extension(lines: &[&str], end: usize, indent: usize) -> usize {
    let mut last = end;
    for (index, line) in zip(0.., lines).skip(end + 1) {
        let text = line.trim_start_matches(' ');
        if text.trim().is_empty() {
            continue;
        }
        if line.len() - text.len() <= indent {
            break;
        }
        last = index;
    }
    last
}

/// Adds an error for each key outside of the blocks that a block has too, for lines that would continue a
/// generated value, and for blocks of resources that are not below `Resources`.
pub(super) fn check(lines: &[&str], found: &Found<'_>, blocks: &[Block], errors: &mut Vec<Error>) {
    let generated = generated(blocks);
    let mut path = Path::default();
    let (mut resources, mut reported) = (None, None::<String>);
    // The block above, until a line of the user follows.
    let mut above = None::<&Block>;
    for (index, line) in lines.iter().enumerate() {
        let number = index + 1;
        if let Some(span) = found.spans.iter().find(|span| span.begin == index) {
            errors.extend(misplaced(number, span.block, path.top()));
            for line in span.block.text.lines() {
                path.enter(line);
            }
            above = Some(span.block);
        }
        if found.inside.iter().any(|lines| lines.contains(&index)) {
            continue;
        }
        if is_text(line) {
            errors.extend(
                above
                    .take()
                    .and_then(|block| continued(number, line, block)),
            );
            errors.extend(complex_key(number, line));
        }
        let Some(key) = path.enter(line) else {
            continue;
        };
        // The keys below a reported one follow it, and the lines of a broken block are not known.
        let is_below = reported
            .as_ref()
            .is_some_and(|above| key.starts_with(above));
        let block = generated.get(&key).map(|block| &block.name);
        let is_broken = |name: &&String| found.broken.contains(&name.as_str());
        if let Some(block) = block.filter(|name| !is_below && !is_broken(name)) {
            errors.push((number, defined_twice(number, &key, block)));
            reported = Some(format!("{key}/"));
        }
        if key == RESOURCES
            && let Some(first) = resources.replace(number)
        {
            let text =
                format!("line {number}: `Resources:` is in the file twice, first in line {first}");
            errors.push((number, text));
        }
    }
    if resources.is_none() {
        errors.push((0, "the file has no line `Resources:`".to_owned()));
    }
}

/// Whether a line is neither empty nor a comment.
fn is_text(line: &str) -> bool {
    let text = line.trim();
    !text.is_empty() && !text.starts_with('#')
}

/// The error of a line below a block that YAML reads as a part of the last generated value.
fn continued(number: usize, line: &str, block: &Block) -> Option<Error> {
    let most = match block.indent {
        0 => 2,
        indent => indent + 4,
    };
    let indentation = line.len() - line.trim_start().len();
    (indentation > most).then(|| {
        let name = &block.name;
        let text = format!(
            "line {number}: this line would belong to the last value of block `{name}`: indent it by at \
             most {most} spaces"
        );
        (number, text)
    })
}

/// The error of a key after `?`, which this module cannot compare.
fn complex_key(number: usize, line: &str) -> Option<Error> {
    let text = line.trim_start();
    (text.starts_with("? ") || text.trim_end() == "?").then(|| {
        let text = format!("line {number}: write the key without `?`");
        (number, text)
    })
}

/// The paths of the keys of blocks.
fn generated(blocks: &[Block]) -> HashMap<String, &Block> {
    let mut keys = HashMap::new();
    for block in blocks {
        let mut path = Path::default();
        if block.indent > 0 {
            path.enter("Resources:");
        }
        for line in block.text.lines() {
            keys.extend(path.enter(line).map(|key| (key, block)));
        }
    }
    keys
}

fn misplaced(number: usize, block: &Block, above: Option<&str>) -> Option<Error> {
    (block.indent > 0 && above != Some(RESOURCES)).then(|| {
        let found = above.map_or(String::new(), |key| format!(", found below `{key}:`"));
        let name = &block.name;
        let text = format!("line {number}: block `{name}` belongs below `Resources:`{found}");
        (number, text)
    })
}

fn defined_twice(number: usize, key: &str, block: &str) -> String {
    let name = key.rsplit('/').next().unwrap_or(key);
    let advice = match key.split('/').count() {
        1 => "delete this line, and move the lines below it behind the end of the block",
        2 => "rename or delete it here",
        _ => "delete it here, or set it in the program",
    };
    format!("line {number}: `{name}` is defined here and in block `{block}`: {advice}")
}
