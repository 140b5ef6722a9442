//! Where each argument of a handler comes from.

use super::{
    erase,
    mark::{self, Part},
    path::{RoutePath, caret},
};
use crate::{faults::Faults, similar::similar};
use syn::{Attribute, FnArg, Ident, LitStr, Pat, Signature, Type, ext::IdentExt};

/// The arguments of a handler, in order.
#[derive(Default)]
pub(crate) struct Arguments(pub(crate) Vec<Argument>);

/// One argument; the lifetimes of its type are erased.
pub(crate) enum Argument {
    /// One string of the request, read through `serde::Deserialize`.
    Plain { part: Part, name: String, ty: Type },
    /// Anything that is `FromRequest`.
    Extractor { ty: Type },
}

impl Arguments {
    /// Reads the arguments, and takes our attributes off them.
    ///
    /// Without a path nothing can be said of names.
    pub(crate) fn read(
        sig: &mut Signature,
        paths: &[(LitStr, RoutePath)],
        faults: &mut Faults,
    ) -> Self {
        let mut arguments = Self::default();
        let mut idents = Vec::new();
        for input in &mut sig.inputs {
            let FnArg::Typed(input) = input else { continue };
            refuse_cfg(&input.attrs, faults);
            let ident = ident_of(&input.pat);
            let bare = ident.as_deref().map(|name| name.trim_start_matches('_'));
            let Ok(mark) = mark::take(&mut input.attrs, bare, faults) else {
                continue;
            };
            let in_path = |name: &str| paths.iter().any(|(_, path)| path.has(name));
            let by_name = || {
                let name = ident
                    .as_deref()
                    .into_iter()
                    .chain(bare)
                    .find(|name| in_path(name))?;
                Some((Part::Path, name.to_owned()))
            };
            let plain = mark.map(|mark| (mark.part, mark.name)).or_else(by_name);
            let ty = erase::lifetimes(&input.ty);
            erase::refuse_static(&input.ty, plain.is_some(), faults);
            let argument = match plain {
                Some((part, name)) => {
                    if part == Part::Path && !erase::is_option(&ty) {
                        refuse_missing(&name, &input.ty, paths, faults);
                    }
                    Argument::Plain { part, name, ty }
                }
                None => {
                    idents.extend(bare.map(str::to_owned));
                    Argument::Extractor { ty }
                }
            };
            arguments.0.push(argument);
        }
        arguments.check_bound(&sig.ident, paths, &idents, faults);
        arguments
    }

    /// The types of the extractors, in order.
    pub(crate) fn extractors(&self) -> impl Iterator<Item = &Type> {
        self.0.iter().filter_map(|argument| match argument {
            Argument::Extractor { ty } => Some(ty),
            Argument::Plain { .. } => None,
        })
    }

    /// The path parameters that are asked for by argument.
    pub(crate) fn path_names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|argument| match argument {
            Argument::Plain {
                part: Part::Path,
                name,
                ..
            } => Some(name.as_str()),
            _ => None,
        })
    }

    fn check_bound(
        &self,
        handler: &Ident,
        paths: &[(LitStr, RoutePath)],
        idents: &[String],
        faults: &mut Faults,
    ) {
        // `Path<T>` takes all parameters, by the names of the fields of `T`.
        if self.extractors().any(erase::names_path) {
            return;
        }
        for (index, (literal, path)) in paths.iter().enumerate() {
            let before = paths.iter().take(index);
            for param in &path.params {
                let name = param.name.as_str();
                if self.path_names().any(|bound| bound == name)
                    || before.clone().any(|(_, path)| path.has(name))
                {
                    continue;
                }
                // What stands neither in a path nor in the request may be this one, misspelt.
                let unknown = self
                    .path_names()
                    .filter(|bound| !paths.iter().any(|(_, path)| path.has(bound)));
                let spelt = name.replace(['-', '.'], "_");
                let meant = similar(&spelt, idents.iter().map(String::as_str).chain(unknown));
                let advice = advice(name, meant);
                faults.add(
                    literal.span(),
                    format!(
                        "no argument of `{handler}` takes the path parameter `{name}`{}\n\n{advice}",
                        caret(&path.text, &param.range)
                    ),
                );
            }
        }
    }
}

/// Refuses an argument that some of the route's paths have a parameter for, and others not.
fn refuse_missing(name: &str, ty: &Type, paths: &[(LitStr, RoutePath)], faults: &mut Faults) {
    let without = paths.iter().find(|(_, path)| !path.has(name));
    if let Some((_, without)) = without
        && paths.iter().any(|(_, path)| path.has(name))
    {
        let text = &without.text;
        faults.at(
            ty,
            format!(
                "the path `{text}` has no parameter `{name}`: take an `Option`, which is `None` there"
            ),
        );
    }
}

/// What to write for a path parameter that no argument takes.
fn advice(name: &str, meant: Option<&str>) -> String {
    let spelling = if syn::parse_str::<Ident>(name).is_ok() {
        Some(name.to_owned())
    } else {
        let raw = format!("r#{name}");
        syn::parse_str::<Ident>(&raw).is_ok().then_some(raw)
    };
    match (meant, spelling) {
        (Some(meant), Some(spelling)) if meant != name => format!(
            "did you mean `{meant}`? name both alike, or mark the argument: `#[path({name:?})] {meant}: ..`; \
             a new argument is `{spelling}: ..`"
        ),
        (Some(meant), _) => {
            format!("did you mean `{meant}`? mark it: `#[path({name:?})] {meant}: ..`")
        }
        (None, Some(spelling)) => {
            format!("add an argument `{spelling}: ..`, or mark one: `#[path({name:?})] .. : ..`")
        }
        (None, None) => format!("mark an argument: `#[path({name:?})] .. : ..`"),
    }
}

fn ident_of(pat: &Pat) -> Option<String> {
    match pat {
        Pat::Ident(pat) if pat.subpat.is_none() => Some(pat.ident.unraw().to_string()),
        Pat::Paren(pat) => ident_of(&pat.pat),
        _ => None,
    }
}

fn refuse_cfg(attrs: &[Attribute], faults: &mut Faults) {
    for attr in attrs {
        if attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr") {
            faults.at(
                attr,
                "an argument of an API handler is there in every build: \
                 write two functions, and put the `#[cfg]` on them",
            );
        }
    }
}
