//! The source of each argument of a handler.

use super::{
    arg_attr::{self, Part},
    lifetimes,
    path::{RoutePath, caret},
};
use crate::{
    error_store::ErrorStore,
    suggest::similar,
    validate::{self, Rules},
};
use syn::{Attribute, FnArg, Ident, LitStr, Pat, Signature, Type, ext::IdentExt};

/// The arguments of a handler, in order.
#[derive(Default)]
pub(crate) struct Arguments(pub(crate) Vec<Argument>);

/// One argument; the lifetimes of its type are erased.
pub(crate) enum Argument {
    /// One string of the request, read through `serde::Deserialize`.
    Scalar {
        part: Part,
        name: String,
        ty: Type,
        rules: Rules,
    },
    /// A type that implements `FromRequest`.
    Extractor { ty: Type },
}

impl Arguments {
    /// Parses the arguments, and removes the attributes of this crate.
    ///
    /// Without a path, names are not checked.
    pub(crate) fn read(
        sig: &mut Signature,
        paths: &[(LitStr, RoutePath)],
        errors: &mut ErrorStore,
    ) -> Self {
        let mut arguments = Self::default();
        let mut idents = Vec::new();
        for input in &mut sig.inputs {
            let FnArg::Typed(input) = input else { continue };
            reject_cfg(&input.attrs, errors);
            let ident = ident_of(&input.pat);
            let bare = ident.as_deref().map(|name| name.trim_start_matches('_'));
            let rules = validate::take(&mut input.attrs, errors);
            let Ok(attr) = arg_attr::take(&mut input.attrs, bare, errors) else {
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
            let scalar = attr.map(|attr| (attr.part, attr.name)).or_else(by_name);
            let ty = lifetimes::erase(&input.ty);
            lifetimes::reject_static(&input.ty, scalar.is_some(), errors);
            let argument = match scalar {
                Some((part, name)) => {
                    if part == Part::Path && !lifetimes::is_option(&ty) {
                        reject_missing(&name, &input.ty, paths, errors);
                    }
                    Argument::Scalar {
                        part,
                        name,
                        ty,
                        rules,
                    }
                }
                None => {
                    if let Some(rule) = rules.list.first() {
                        errors.add(
                            rule.span,
                            "the rules of an extractor are those of its type: derive `Validate` for \
                             it, and take `Valid<..>`",
                        );
                    }
                    idents.extend(bare.map(str::to_owned));
                    Argument::Extractor { ty }
                }
            };
            arguments.0.push(argument);
        }
        arguments.check_bound(&sig.ident, paths, &idents, errors);
        arguments
    }

    /// The types of the extractors, in order.
    pub(crate) fn extractors(&self) -> impl Iterator<Item = &Type> {
        self.0.iter().filter_map(|argument| match argument {
            Argument::Extractor { ty } => Some(ty),
            Argument::Scalar { .. } => None,
        })
    }

    /// The names of the path parameters that arguments take.
    pub(crate) fn path_names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|argument| match argument {
            Argument::Scalar {
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
        errors: &mut ErrorStore,
    ) {
        // `Path<T>` takes all parameters, by the names of the fields of `T`.
        if self.extractors().any(lifetimes::names_path) {
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
                // A name that no path has can be a misspelling of this one.
                let unknown = self
                    .path_names()
                    .filter(|bound| !paths.iter().any(|(_, path)| path.has(bound)));
                let spelt = name.replace(['-', '.'], "_");
                let meant = similar(&spelt, idents.iter().map(String::as_str).chain(unknown));
                let advice = advice(name, meant);
                errors.add(
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

/// Rejects an argument whose path parameter is missing in some of the paths.
fn reject_missing(name: &str, ty: &Type, paths: &[(LitStr, RoutePath)], errors: &mut ErrorStore) {
    let without = paths.iter().find(|(_, path)| !path.has(name));
    if let Some((_, without)) = without
        && paths.iter().any(|(_, path)| path.has(name))
    {
        let text = &without.text;
        errors.at(
            ty,
            format!(
                "the path `{text}` has no parameter `{name}`: take an `Option`, which is `None` there"
            ),
        );
    }
}

/// The suggestion for a path parameter that no argument takes.
fn advice(name: &str, meant: Option<&str>) -> String {
    let spelling = if syn::parse_str::<Ident>(name).is_ok() {
        Some(name.to_owned())
    } else {
        let raw = format!("r#{name}");
        syn::parse_str::<Ident>(&raw).is_ok().then_some(raw)
    };
    match (meant, spelling) {
        (Some(meant), Some(spelling)) if meant != name => format!(
            "did you mean `{meant}`? use the same name, or add an attribute: `#[path({name:?})] {meant}: ..`; \
             a new argument is `{spelling}: ..`"
        ),
        (Some(meant), _) => {
            format!("did you mean `{meant}`? add an attribute: `#[path({name:?})] {meant}: ..`")
        }
        (None, Some(spelling)) => {
            format!(
                "add an argument `{spelling}: ..`, or an attribute: `#[path({name:?})] .. : ..`"
            )
        }
        (None, None) => format!("add an attribute to an argument: `#[path({name:?})] .. : ..`"),
    }
}

fn ident_of(pat: &Pat) -> Option<String> {
    match pat {
        Pat::Ident(pat) if pat.subpat.is_none() => Some(pat.ident.unraw().to_string()),
        Pat::Paren(pat) => ident_of(&pat.pat),
        _ => None,
    }
}

fn reject_cfg(attrs: &[Attribute], errors: &mut ErrorStore) {
    for attr in attrs {
        if attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr") {
            errors.at(
                attr,
                "`#[cfg]` is not supported on an argument of an API handler: \
                 write two functions, and put the `#[cfg]` on them",
            );
        }
    }
}
