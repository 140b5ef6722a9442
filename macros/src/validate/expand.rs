//! Generates the implementation of `Validate`.

use super::{
    parse::Container,
    rule::{Holder, mentions},
    wire::{Field, Variant},
};
use crate::error_store::ErrorStore;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{DeriveInput, Member};

pub(crate) fn implementation(
    input: &DeriveInput,
    container: &Container,
    variants: &[Variant<'_>],
) -> TokenStream {
    let krate = &container.krate;
    let private = quote!(#krate::__private);
    let checks = match variants {
        [
            Variant {
                ident: None,
                fields,
            },
        ] => checks(fields, &private, &|field| {
            let member = &field.member;
            quote!(&self.#member)
        }),
        variants => {
            let arms = variants.iter().map(|variant| arm(variant, &private));
            // An enum without variants has no value.
            let arms = arms.collect::<TokenStream>();
            if arms.is_empty() {
                quote!(match *self {})
            } else {
                quote!(match self { #arms })
            }
        }
    };
    let whole = container.rules.checks(&quote!(self), &private, &|_| None);
    implement(
        input,
        container,
        &bounds(input, container, variants),
        &quote!(#checks #whole),
        &unsaid(container, variants),
    )
}

/// Lists the rules that no schema has.
fn unsaid(container: &Container, variants: &[Variant<'_>]) -> TokenStream {
    let krate = container.krate.to_token_stream();
    let fields = variants.iter().flat_map(|variant| &variant.fields);
    let of_fields = fields.map(|field| {
        let path: Vec<_> = field.path.iter().map(String::as_str).collect();
        let ty = field.ty.to_token_stream();
        field.rules.unsaid(Holder::Field, &ty, &path, &krate)
    });
    let of_fields = of_fields.collect::<TokenStream>();
    let whole = container
        .rules
        .unsaid(Holder::Field, &quote!(Self), &[], &krate);
    quote!(#of_fields #whole)
}

/// The errors and an implementation without checks, so that uses of the type cause no further errors.
pub(crate) fn stub(input: &DeriveInput, container: &Container, errors: &ErrorStore) -> TokenStream {
    let errors = errors.to_tokens();
    let implementation = implement(
        input,
        container,
        &[],
        &TokenStream::new(),
        &TokenStream::new(),
    );
    quote!(#errors #implementation)
}

fn implement(
    input: &DeriveInput,
    container: &Container,
    bounds: &[TokenStream],
    checks: &TokenStream,
    unsaid: &TokenStream,
) -> TokenStream {
    let krate = &container.krate;
    let ident = &input.ident;
    let (generics, arguments, where_clause) = input.generics.split_for_impl();
    let unsaid = (!unsaid.is_empty()).then(|| {
        quote! {
            fn __unsaid(__unsaid: &mut #krate::__private::validate::Unsaid) {
                #[allow(unused_imports)]
                use #krate::__private::validate::NoRules as _;
                #unsaid
            }
        }
    });
    let known = where_clause.iter().flat_map(|clause| &clause.predicates);
    quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_variables, clippy::all)]
        impl #generics #krate::Validate for #ident #arguments where #(#known,)* #(#bounds,)* {
            fn validate(&self, __violations: &mut #krate::Violations) {
                #checks
            }

            #unsaid
        }
    }
}

/// Bounds of fields with a generic type.
fn bounds(
    input: &DeriveInput,
    container: &Container,
    variants: &[Variant<'_>],
) -> Vec<TokenStream> {
    let krate = &container.krate;
    let parameters: Vec<&Ident> = input
        .generics
        .type_params()
        .map(|param| &param.ident)
        .collect();
    let fields = variants.iter().flat_map(|variant| &variant.fields);
    // A bound on the type itself would need itself.
    let generic = fields
        .filter(|field| mentions(field.ty, &parameters) && !mentions(field.ty, &[&input.ident]));
    generic
        .flat_map(|field| {
            let ty = field.ty;
            let bounds = field.rules.list.iter().filter_map(|rule| rule.kind.bound());
            bounds.map(move |bound| quote!(#ty: #krate::#bound))
        })
        .collect()
}

fn arm(variant: &Variant<'_>, private: &TokenStream) -> TokenStream {
    let ident = variant.ident;
    let name = |field: &Field<'_>| match &field.member {
        Member::Named(ident) => format_ident!("__field_{ident}"),
        Member::Unnamed(index) => format_ident!("__field_{}", index.index),
    };
    let bindings = variant.fields.iter().map(|field| {
        let (member, name) = (&field.member, name(field));
        quote!(#member: #name)
    });
    let checks = checks(&variant.fields, private, &|field| {
        let name = name(field);
        quote!(#name)
    });
    quote!(Self::#ident { #(#bindings,)* .. } => { #checks })
}

/// The checks of all fields; `value` is an expression of a reference to a field.
fn checks(
    fields: &[Field<'_>],
    private: &TokenStream,
    value: &dyn Fn(&Field<'_>) -> TokenStream,
) -> TokenStream {
    let siblings = |ident: &Ident| {
        let known =
            |field: &&Field<'_>| matches!(&field.member, Member::Named(name) if name == ident);
        let field = fields.iter().find(known)?;
        Some((value(field), field.path.last().cloned().unwrap_or_default()))
    };
    let checked = fields.iter().filter(|field| !field.rules.is_empty());
    let checks = checked.map(|field| {
        let checks = field.rules.checks(&value(field), private, &siblings);
        field.path.iter().rfold(checks, |checks, name| {
            quote!(#private::validate::member(#name, __violations, |__violations| { #checks });)
        })
    });
    checks.collect()
}
