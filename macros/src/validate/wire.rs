//! Where serde reads the fields of a type from.

use super::{
    case::Case,
    parse,
    rule::{Kind, Rules},
    serde_attrs::Serde,
};
use crate::error_store::ErrorStore;
use syn::{Data, DeriveInput, Fields, Ident, Member, Type, ext::IdentExt};

/// One variant of an enum, or the struct.
pub(crate) struct Variant<'a> {
    /// `None` for a struct.
    pub(crate) ident: Option<&'a Ident>,
    pub(crate) fields: Vec<Field<'a>>,
}

pub(crate) struct Field<'a> {
    pub(crate) member: Member,
    pub(crate) ty: &'a Type,
    /// The names that lead from the value to this field in the request.
    pub(crate) path: Vec<String>,
    pub(crate) rules: Rules,
}

/// Where the fields of a variant are.
struct Place {
    /// The names that lead to the fields.
    prefix: Vec<String>,
    rename: Option<Case>,
    /// The type is read like its only field.
    transparent: bool,
}

pub(crate) fn variants<'a>(input: &'a DeriveInput, errors: &mut ErrorStore) -> Vec<Variant<'a>> {
    let serde = Serde::read(&input.attrs);
    let variants = match &input.data {
        Data::Struct(data) => {
            let place = Place {
                prefix: Vec::new(),
                rename: serde.rename_all,
                transparent: serde.transparent,
            };
            let fields = fields(&data.fields, &place, errors);
            vec![Variant {
                ident: None,
                fields,
            }]
        }
        Data::Enum(data) => {
            let variants = data.variants.iter().map(|variant| {
                let own = Serde::read(&variant.attrs);
                let place = Place {
                    prefix: prefix(&serde, &own, &variant.ident),
                    rename: own.rename_all.or(serde.rename_all_fields),
                    transparent: false,
                };
                let mut fields = fields(&variant.fields, &place, errors);
                if own.skip {
                    fields.clear();
                }
                Variant {
                    ident: Some(&variant.ident),
                    fields,
                }
            });
            variants.collect()
        }
        Data::Union(data) => {
            errors.add(
                data.union_token.span,
                "`Validate` can only be derived for structs and enums",
            );
            Vec::new()
        }
    };
    if let Some(span) = serde.converted {
        let named = variants
            .iter()
            .flat_map(|variant| &variant.fields)
            .any(|field| !field.path.is_empty() && !field.rules.is_empty());
        if named {
            errors.add(
                span,
                "the fields of this type are not those of the request: derive `Validate` for the type \
                 that it is converted from, or implement it",
            );
        }
    }
    variants
}

/// The names that an enum's representation puts before the fields of a variant.
fn prefix(container: &Serde, variant: &Serde, ident: &Ident) -> Vec<String> {
    if container.untagged || variant.untagged {
        return Vec::new();
    }
    match (&container.tag, &container.content) {
        (Some(_), Some(content)) => vec![content.clone()],
        (Some(_), None) => Vec::new(),
        (None, _) => {
            let ident = ident.unraw().to_string();
            let name = variant.rename.clone();
            vec![name.unwrap_or_else(|| match container.rename_all {
                Some(case) => case.of_variant(&ident),
                None => ident,
            })]
        }
    }
}

fn fields<'a>(fields: &'a Fields, place: &Place, errors: &mut ErrorStore) -> Vec<Field<'a>> {
    let is_newtype = matches!(fields, Fields::Unnamed(_)) && fields.len() == 1;
    // A skipped field of a tuple is not an item of the array.
    let mut position = 0_usize;
    let mut all = Vec::new();
    for (field, member) in fields.iter().zip(fields.members()) {
        let serde = Serde::read(&field.attrs);
        let rules = parse::field(&field.attrs, errors);
        if serde.skip {
            if let Some(rule) = rules.list.first() {
                errors.add(rule.span, "serde does not read this field from the request");
            }
            continue;
        }
        let own = match &member {
            _ if is_newtype || place.transparent || serde.flatten => None,
            Member::Named(ident) => {
                let ident = ident.unraw().to_string();
                Some(serde.rename.unwrap_or_else(|| match place.rename {
                    Some(case) => case.of_field(&ident),
                    None => ident,
                }))
            }
            Member::Unnamed(_) => Some(position.to_string()),
        };
        position += 1;
        all.push(Field {
            member,
            ty: &field.ty,
            path: place.prefix.iter().cloned().chain(own).collect(),
            rules,
        });
    }
    check_siblings(&all, errors);
    all
}

/// Reports `matches(..)` with the name of no field.
fn check_siblings(fields: &[Field<'_>], errors: &mut ErrorStore) {
    for rule in fields.iter().flat_map(|field| &field.rules.list) {
        match &rule.kind {
            Kind::Matches(ident) => {
                let known = |field: &Field<'_>| matches!(&field.member, Member::Named(name) if name == ident);
                if !fields.iter().any(known) {
                    errors.at(ident, "no other field has this name");
                }
            }
            Kind::Inner(rules) => rules.reject_siblings(errors),
            _ => {}
        }
    }
}
