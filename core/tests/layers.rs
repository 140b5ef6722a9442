//! Imports between the modules of `src` go one way: down the table of layers in `ARCHITECTURE.md`.
//!
//! A path counts for the module that defines what it names, whichever re-export it goes through.
//! Comments and items under `cfg(test)` do not count.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The segments of a path, or of the module that a file is.
type Segments = Vec<String>;

/// What one module declares and names.
#[derive(Default)]
struct Module {
    children: BTreeSet<String>,
    /// What `use` declarations bring into scope, by the name that they give it.
    imports: BTreeMap<String, Segments>,
    paths: Vec<Segments>,
    /// The names that `pub use` passes on, with their paths.
    passed_on: Vec<(Segments, String)>,
    /// All words outside of `use` declarations.
    words: BTreeSet<String>,
    inline: bool,
}

#[derive(Default)]
struct Crate(BTreeMap<Segments, Module>);

impl Crate {
    /// Reads the modules that `lib.rs` leads to, from sources by their path below `src`.
    fn read(sources: &BTreeMap<String, String>) -> Self {
        let mut all = Self::default();
        all.read_file(sources, &Vec::new(), "lib.rs");
        all
    }

    fn read_file(&mut self, sources: &BTreeMap<String, String>, module: &Segments, file: &str) {
        let tokens: TokenStream = sources[file].parse().expect("Rust source");
        self.0.insert(module.clone(), Module::default());
        self.walk(sources, module, tokens);
    }

    fn walk(&mut self, sources: &BTreeMap<String, String>, module: &Segments, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            let word = word(&tokens, at);
            if is_punct(&tokens, at, '#')
                && let Some(attribute) = group(&tokens, at + 1, Delimiter::Bracket)
            {
                at += 2;
                if is_left_out(&attribute) {
                    at = end_of_item(&tokens, at);
                }
            } else if word == "mod" && !self::word(&tokens, at + 1).is_empty() {
                let name = self::word(&tokens, at + 1);
                let child = [module.clone(), vec![name.clone()]].concat();
                self.0
                    .entry(module.clone())
                    .or_default()
                    .children
                    .insert(name);
                if let Some(content) = group(&tokens, at + 2, Delimiter::Brace) {
                    let inline = Module {
                        inline: true,
                        ..Module::default()
                    };
                    self.0.insert(child.clone(), inline);
                    self.walk(sources, &child, content);
                } else {
                    let path = child.join("/");
                    let files = [format!("{path}.rs"), format!("{path}/mod.rs")];
                    let file = files.iter().find(|file| sources.contains_key(*file));
                    self.read_file(sources, &child, file.expect("a file of the module"));
                }
                at += 3;
            } else if word == "use" {
                let end = (at..tokens.len()).find(|at| is_punct(&tokens, *at, ';'));
                let end = end.unwrap_or(tokens.len());
                let mut found = Vec::new();
                tree(&tokens[at + 1..end], &mut Vec::new(), &mut found);
                let is_public = at > 0 && self::word(&tokens, at - 1) == "pub"
                    || at > 1 && self::word(&tokens, at - 2) == "pub";
                let entry = self.0.entry(module.clone()).or_default();
                for (path, name) in found {
                    entry.imports.insert(name.clone(), path.clone());
                    match is_public && entry.children.contains(&path[0]) {
                        true => entry.passed_on.push((path, name)),
                        false => entry.paths.push(path),
                    }
                }
                at = end;
            } else if !word.is_empty() && !is_double_colon(&tokens, at + 1) {
                self.0.entry(module.clone()).or_default().words.insert(word);
                at += 1;
            } else if !word.is_empty() && is_double_colon(&tokens, at + 1) {
                let mut end = at + 1;
                while is_double_colon(&tokens, end) && !self::word(&tokens, end + 2).is_empty() {
                    end += 3;
                }
                let path = (at..end).step_by(3).map(|at| self::word(&tokens, at));
                self.0
                    .entry(module.clone())
                    .or_default()
                    .paths
                    .push(path.collect());
                at = end;
            } else {
                if let TokenTree::Group(group) = &tokens[at] {
                    self.walk(sources, module, group.stream());
                }
                at += 1;
            }
        }
    }

    /// The module that defines what `path` names within `module`; `None` if that is another crate.
    fn definer(&self, module: &Segments, path: &[String], depth: usize) -> Option<Found> {
        let mut at = module.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => (at, rest) = (Vec::new(), &path[1..]),
            "self" => rest = &path[1..],
            "super" => {}
            first => {
                let here = &self.0[module];
                if !here.children.contains(first) && !here.imports.contains_key(first) {
                    return None;
                }
            }
        }
        while let [name, behind @ ..] = rest {
            let here = &self.0[&at];
            rest = behind;
            if name == "super" {
                at.pop();
            } else if let Some(import) = here.imports.get(name)
                && depth < 16
                && (rest.is_empty() || !here.children.contains(name))
                && let Some(found) = self.definer(&at, import, depth + 1)
            {
                // A module and an item in it may have one name: the last segment is the item.
                if !found.is_module {
                    return Some(found);
                }
                at = found.module;
            } else if here.children.contains(name) {
                at.push(name.clone());
            } else if here.imports.contains_key(name) {
                return None;
            } else {
                return Some(Found {
                    module: at,
                    is_module: false,
                });
            }
        }
        Some(Found {
            module: at,
            is_module: true,
        })
    }

    /// All pairs of a file's module and another one of which it uses an item.
    fn uses(&self) -> BTreeSet<(Segments, Segments)> {
        let mut uses = BTreeSet::new();
        for (module, content) in &self.0 {
            // A module does not use what it only passes on of its own children.
            let used = content
                .passed_on
                .iter()
                .filter(|(_, name)| content.words.contains(name));
            for path in content.paths.iter().chain(used.map(|(path, _)| path)) {
                if let Some(found) = self.definer(module, path, 0)
                    && !found.is_module
                {
                    uses.insert((self.file(module), self.file(&found.module)));
                }
            }
        }
        uses.retain(|(from, to)| from != to);
        uses
    }

    /// The module that has a file of its own, of which `module` is a part.
    fn file(&self, module: &[String]) -> Segments {
        let mut module = module.to_vec();
        while self.0[&module].inline {
            module.pop();
        }
        module
    }
}

struct Found {
    module: Segments,
    /// The path names the module itself, not an item of it.
    is_module: bool,
}

fn word(tokens: &[TokenTree], at: usize) -> String {
    match tokens.get(at) {
        Some(TokenTree::Ident(word)) => word.to_string(),
        _ => String::new(),
    }
}

fn is_punct(tokens: &[TokenTree], at: usize, char: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

fn is_double_colon(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens, at, ':') && is_punct(tokens, at + 1, ':')
}

fn group(tokens: &[TokenTree], at: usize, delimiter: Delimiter) -> Option<TokenStream> {
    match tokens.get(at) {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group.stream()),
        _ => None,
    }
}

/// `cfg(test)`, `cfg(all(test, ..))`, and the same of `doc` and `doctest`.
fn is_left_out(attribute: &TokenStream) -> bool {
    let text = attribute.to_string().replace(' ', "");
    let text = text
        .strip_prefix("cfg(")
        .map(|text| text.strip_prefix("all(").unwrap_or(text));
    let first = text.and_then(|text| text.split([',', ')']).next());
    matches!(first, Some("test" | "doc" | "doctest"))
}

/// The place behind the item, field, variant or match arm that begins at `at`.
fn end_of_item(tokens: &[TokenTree], mut at: usize) -> usize {
    while is_punct(tokens, at, '#') {
        at += 2;
    }
    let is_item = is_item(tokens, at);
    let mut depth = 0_usize;
    while at < tokens.len() {
        let is_arrow = at > 0 && (is_punct(tokens, at - 1, '-') || is_punct(tokens, at - 1, '='));
        if is_punct(tokens, at, '<') {
            depth += 1;
        } else if is_punct(tokens, at, '>') && !is_arrow {
            depth = depth.saturating_sub(1);
        }
        // What goes on behind braces: `use a::{b, c};`, a pattern, a field's value.
        let goes_on = [';', ',', '=', '|', '.', '?']
            .iter()
            .any(|char| is_punct(tokens, at + 1, *char))
            || word(tokens, at + 1) == "if";
        let is_end = is_punct(tokens, at, ';')
            || group(tokens, at, Delimiter::Brace).is_some() && !goes_on
            || is_punct(tokens, at, ',') && depth == 0 && !is_item;
        at += 1;
        if is_end {
            break;
        }
    }
    at
}

/// An item or `let`, which may have commas outside of brackets, as in a `where` clause.
fn is_item(tokens: &[TokenTree], mut at: usize) -> bool {
    if word(tokens, at) == "pub" {
        at += 1 + usize::from(group(tokens, at + 1, Delimiter::Parenthesis).is_some());
    }
    // A field may have the name of a weak keyword, but is followed by a colon.
    let items = [
        "async", "const", "enum", "extern", "fn", "impl", "let", "mod", "static", "struct",
        "trait", "type", "union", "unsafe", "use",
    ];
    items.contains(&word(tokens, at).as_str()) && !is_punct(tokens, at + 1, ':')
}

/// The paths of a `use`, each with the name that it brings into scope.
fn tree(tokens: &[TokenTree], prefix: &mut Segments, found: &mut Vec<(Segments, String)>) {
    for branch in tokens.split(|token| token.to_string() == ",") {
        let mut path = prefix.clone();
        let mut name = None;
        let mut at = 0;
        while at < branch.len() {
            match &branch[at] {
                TokenTree::Group(group) => {
                    let tokens: Vec<_> = group.stream().into_iter().collect();
                    tree(&tokens, &mut path, found);
                    name = Some(None);
                }
                TokenTree::Ident(word) if word == "as" => {
                    name = Some(Some(self::word(branch, at + 1)));
                    break;
                }
                TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
                TokenTree::Ident(word) => path.push(word.to_string()),
                token if token.to_string() == "*" => path.push("*".to_owned()),
                _ => {}
            }
            at += 1;
        }
        match name {
            None => found.extend(path.last().cloned().map(|name| (path, name))),
            Some(Some(name)) => found.push((path, name)),
            Some(None) => {}
        }
    }
}

/// Modules by layer, the lowest first, from the table in the section "Layers".
fn layers(architecture: &str) -> Vec<Vec<String>> {
    let section = architecture
        .split("\n## Layers\n")
        .nth(1)
        .expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.split('|').nth(2));
    let modules = rows.map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned));
    modules
        .map(Iterator::collect)
        .filter(|layer: &Vec<_>| !layer.is_empty())
        .collect()
}

/// The module in the table that a file belongs to, with its layer.
fn place<'a>(layers: &[Vec<String>], file: &'a [String]) -> Option<(usize, &'a str)> {
    let name = file.first()?.as_str();
    let layer = layers
        .iter()
        .position(|layer| layer.iter().any(|module| module == name))?;
    Some((layer + 1, name))
}

/// Everything that goes against the table, and a circle of files if there is one.
fn violations(layers: &[Vec<String>], uses: &BTreeSet<(Segments, Segments)>) -> Vec<String> {
    let mut violations = Vec::new();
    // The root passes everything on: what it imports may be in any layer.
    for (from, to) in uses.iter().filter(|(from, _)| !from.is_empty()) {
        let (a, b) = (place(layers, from), place(layers, to));
        let (from, to) = (from.join("/"), to.join("/"));
        match (a, b) {
            (None, _) => violations.push(format!("`{from}` is in no layer")),
            (_, None) => violations.push(format!("`{from}` imports `{to}`, which is in no layer")),
            (Some((low, one)), Some((high, other))) if one != other && low <= high => violations
                .push(format!(
                    "`{from}` (layer {low}) imports from `{to}` (layer {high})"
                )),
            _ => {}
        }
    }
    let circle = circle(uses).map(|circle| format!("circle: {}", circle.join(" -> ")));
    violations.extend(circle);
    violations
}

/// Follows the uses that are left when files without any are taken away, again and again.
fn circle(uses: &BTreeSet<(Segments, Segments)>) -> Option<Vec<String>> {
    let mut left = uses.clone();
    loop {
        let from: BTreeSet<_> = left.iter().map(|(from, _)| from.clone()).collect();
        let before = left.len();
        left.retain(|(_, to)| from.contains(to));
        if left.len() == before {
            break;
        }
    }
    let mut at = &left.first()?.0;
    let mut path: Vec<&Segments> = Vec::new();
    while !path.contains(&at) {
        path.push(at);
        at = &left.iter().find(|(from, _)| from == at)?.1;
    }
    let path = path.iter().skip_while(|one| **one != at).copied();
    Some(path.chain([at]).map(|file| file.join("/")).collect())
}

fn sources(folder: &Path, below: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            sources(&entry.path(), &format!("{name}/"), found);
        } else if name.ends_with(".rs") {
            found.insert(name, fs::read_to_string(entry.path()).expect("a file"));
        }
    }
}

/// The modules of this crate, and the table of layers.
fn this_crate() -> (Crate, Vec<Vec<String>>) {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    sources(&core.join("src"), "", &mut files);
    let architecture = fs::read_to_string(core.join("../ARCHITECTURE.md")).expect("a file");
    (Crate::read(&files), layers(&architecture))
}

#[test]
fn imports_go_down_the_layers() {
    let (modules, layers) = this_crate();
    let uses = modules.uses();
    assert!(layers.len() > 5 && uses.len() > 500, "little was read");
    let violations = violations(&layers, &uses);
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn the_table_has_each_module_once() {
    let (modules, layers) = this_crate();
    let mut named = layers.concat();
    named.sort_unstable();
    // The guide is documentation and imports nothing.
    let root = modules.0[&Segments::new()].children.iter();
    let declared: Vec<_> = root.filter(|name| *name != "guide").cloned().collect();
    assert_eq!(named, declared);
}

/// What goes against a table of the layers `low` and `high` in these sources.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let files = files
        .iter()
        .map(|(name, text)| (format!("{name}.rs"), (*text).to_owned()));
    let table = "\n## Layers\n| layer | modules |\n|---|---|\n| 1 | `low` |\n| 2 | `high` |\n";
    violations(&layers(table), &Crate::read(&files.collect()).uses())
}

#[test]
fn an_upward_import_is_found_however_it_is_written() {
    let upward = ["`low` (layer 1) imports from `high` (layer 2)"];
    let root = "mod low; mod high; pub use high::{High, Other as Renamed};";
    for low in [
        "use crate::high::High;",
        "use crate::{low::Low, high::{self, High}}; struct Low;",
        "use super::high::High as H;",
        "fn f() -> crate::high::High { todo!() }",
        "fn f() { use crate::high; high::call(); }",
        "use crate::High;",
        "use super::Renamed;",
        "macro_rules! m { () => { $crate::high::call() } }",
        "fn f() { println!(\"{}\", crate::high::call()); }",
        "mod inner { use super::super::high::High; }",
        "#[cfg(not(test))] use crate::high::High;",
        "struct S { #[cfg(test)] a: u8, b: crate::high::High }",
        "enum E { #[cfg(test)] A(u8, u8), B(crate::high::High) }",
        "fn f(n: u8) { match n { #[cfg(test)] 0 => g(), _ => crate::high::call() } }",
        "fn f(n: u8) { match n { #[cfg(test)] 0 => {} _ => crate::high::call() } }",
        "#[cfg(test)] use a::{b, c}; use crate::high::High;",
    ] {
        let sources = [
            ("lib", root),
            ("low", low),
            ("high", "pub struct High; pub struct Other;"),
        ];
        assert_eq!(found(&sources), upward, "{low}");
    }
}

#[test]
fn other_mentions_are_not_imports() {
    for low in [
        "// use crate::high::High;",
        "/* use crate::high::High; */",
        "/// [`High`](crate::high::High)\nstruct Low;",
        "const TEXT: &str = \"crate::high::High\";",
        "#[cfg(test)] use crate::high::High;",
        "#[cfg(test)] mod tests { use crate::high::High; }",
        "#[cfg(all(test, unix))] fn f() { crate::high::call(); }",
        "#[cfg(test)] #[inline] fn f<A, B>() -> A where A: B, B: crate::high::High {}",
        "struct S { #[cfg(test)] a: Map<u8, crate::high::High>, b: u8 }",
        "fn f(n: N) { match n { #[cfg(test)] N { a, .. } if a => crate::high::call(), _ => {} } }",
        "use http::high::High; use std::{fmt, high::Other};",
        "mod high { pub struct High; } use self::high::High;",
    ] {
        let sources = [
            ("lib", "mod low; mod high;"),
            ("low", low),
            ("high", "pub struct High;"),
        ];
        assert_eq!(found(&sources), [""; 0], "{low}");
    }
}

#[test]
fn a_downward_import_is_allowed() {
    let sources = [
        ("lib", "mod low; mod high; pub use low::Low;"),
        ("low", "pub struct Low;"),
        (
            "high",
            "use crate::Low; fn f(_: Low) -> crate::low::Low { todo!() }",
        ),
    ];
    assert_eq!(found(&sources), [""; 0]);
}

#[test]
fn a_circle_of_files_is_found() {
    let sources = [
        ("lib", "mod low;"),
        ("low", "mod a; mod b; mod c; pub use a::A;"),
        ("low/a", "use super::b::B; pub struct A;"),
        ("low/b", "pub struct B(super::c::C);"),
        ("low/c", "use crate::low::A; pub struct C;"),
    ];
    assert_eq!(
        found(&sources),
        ["circle: low/a -> low/b -> low/c -> low/a"]
    );
}

#[test]
fn a_parent_may_pass_on_what_uses_it() {
    let child = ("low/a", "use super::Base; pub struct A(Base);");
    let lib = ("lib", "mod low;");
    let low = ("low", "mod a; pub use a::A; pub struct Base;");
    assert_eq!(found(&[lib, low, child]), [""; 0]);
    let low = ("low", "mod a; pub use a::A; pub struct Base; fn f(_: A) {}");
    assert_eq!(found(&[lib, low, child]), ["circle: low -> low/a -> low"]);
}

#[test]
fn a_module_without_a_layer_is_found() {
    let sources = [
        ("lib", "mod low; mod odd;"),
        ("low", "pub struct Low;"),
        ("odd", "use crate::low::Low;"),
    ];
    assert_eq!(found(&sources), ["`odd` is in no layer"]);
}
