//! From checked variants to the implementation of `ApiError`.

use super::{
    parse::Container,
    validate::{Checked, Into, Put, Response},
};
use crate::error_store::ErrorStore;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Ident, Index, Member};

/// The `ApiError` implementation of a valid type.
pub(crate) fn implementation(
    input: &DeriveInput,
    container: &Container,
    variants: &[Checked<'_>],
) -> TokenStream {
    let krate = &container.krate;
    let private = quote!(#krate::__private);
    let parts = Parts {
        krate: &quote!(#krate),
        private: &private,
    };
    let status = variants.iter().map(|v| parts.status(v));
    let code = variants.iter().map(|v| parts.code(v));
    let decorate = parts.decorate(variants);
    let cause = parts.cause(input, variants);
    let absent = parts.is_absent(variants);
    let outcomes = variants.iter().map(|v| parts.outcome(v));
    implement(
        input,
        container,
        &quote! {
            fn status(&self) -> #private::StatusCode {
                match *self { #(#status,)* }
            }

            fn code(&self) -> ::std::borrow::Cow<'static, ::core::primitive::str> {
                match *self { #(#code,)* }
            }

            #decorate
            #cause
            #absent

            fn outcomes() -> ::std::vec::Vec<#krate::Outcome> {
                #[allow(unused_mut)]
                let mut __outcomes = ::std::vec::Vec::new();
                #(#outcomes)*
                __outcomes
            }
        },
    )
}

/// The errors and a stub implementation, so that uses of the type cause no further errors.
pub(crate) fn stub(input: &DeriveInput, container: &Container, errors: &ErrorStore) -> TokenStream {
    let krate = &container.krate;
    let errors = errors.to_tokens();
    if let Data::Union(_) = input.data {
        return errors;
    }
    let stub = implement(
        input,
        container,
        &quote! {
            fn status(&self) -> #krate::__private::StatusCode { ::core::panic!() }
            fn code(&self) -> ::std::borrow::Cow<'static, ::core::primitive::str> { ::core::panic!() }
        },
    );
    quote!(#errors #stub)
}

fn implement(input: &DeriveInput, container: &Container, body: &TokenStream) -> TokenStream {
    let krate = &container.krate;
    let ident = &input.ident;
    let (generics, arguments, conditions) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #generics #krate::ApiError for #ident #arguments #conditions {
            #body
        }
    }
}

struct Parts<'a> {
    krate: &'a TokenStream,
    private: &'a TokenStream,
}

impl Parts<'_> {
    fn status(&self, variant: &Checked<'_>) -> TokenStream {
        let private = self.private;
        match variant {
            Checked::Response(Response {
                variant, status, ..
            }) => {
                let pattern = pattern(*variant);
                quote!(#pattern { .. } => #private::status(#status))
            }
            Checked::Transparent { .. } => self.delegate(variant, &quote!(status), &quote!()),
        }
    }

    fn code(&self, variant: &Checked<'_>) -> TokenStream {
        match variant {
            Checked::Response(Response { variant, code, .. }) => {
                let pattern = pattern(*variant);
                quote!(#pattern { .. } => ::std::borrow::Cow::Borrowed(#code))
            }
            Checked::Transparent { .. } => self.delegate(variant, &quote!(code), &quote!()),
        }
    }

    /// A match arm that delegates to the inner error.
    fn delegate(
        &self,
        variant: &Checked<'_>,
        method: &TokenStream,
        arguments: &TokenStream,
    ) -> TokenStream {
        let krate = self.krate;
        let Checked::Transparent { variant, field } = variant else {
            return quote!();
        };
        let pattern = pattern(*variant);
        let ty = &field.ty;
        let member = member(0, field.ident.as_ref());
        quote! {
            #pattern { #member: ref __inner } => <#ty as #krate::ApiError>::#method(__inner, #arguments)
        }
    }

    /// A `match` with an arm for each variant that differs from the default.
    fn with_default(
        &self,
        arms: impl Iterator<Item = Option<TokenStream>>,
        default: &TokenStream,
    ) -> Option<TokenStream> {
        let arms: Vec<_> = arms.flatten().collect();
        (!arms.is_empty()).then(|| {
            quote! {
                match *self {
                    #(#arms,)*
                    #[allow(unreachable_patterns)]
                    _ => #default,
                }
            }
        })
    }

    fn decorate(&self, variants: &[Checked<'_>]) -> Option<TokenStream> {
        let krate = self.krate;
        let arms = variants.iter().map(|variant| match variant {
            Checked::Response(response) => self.decorations(response),
            Checked::Transparent { .. } => {
                Some(self.delegate(variant, &quote!(decorate), &quote!(__problem)))
            }
        });
        let body = self.with_default(arms, &quote!(__problem))?;
        Some(quote! {
            fn decorate(&self, __problem: #krate::Problem) -> #krate::Problem {
                #body
            }
        })
    }

    fn decorations(&self, response: &Response<'_>) -> Option<TokenStream> {
        let private = self.private;
        let title = response.title.iter();
        let kind = response.kind.iter();
        let mut fields = Vec::new();
        let mut puts = Vec::new();
        let mut bound = Vec::new();
        for put in &response.puts {
            let Put {
                index,
                ident,
                ty,
                into,
                name,
            } = put;
            let variable = format_ident!("__f{index}");
            // A field can be both an extension and a header.
            if !bound.contains(index) {
                bound.push(*index);
                let member = member(*index, *ident);
                fields.push(quote!(#member: ref #variable));
            }
            let with = match into {
                Into::Extension => quote!(with_extension),
                Into::Header => quote!(with_header),
            };
            puts.push(quote!(let __problem = #private::#with::<#ty>(__problem, #name, #variable);));
        }
        if response.title.is_none() && response.kind.is_none() && puts.is_empty() {
            return None;
        }
        let pattern = pattern(response.variant);
        Some(quote! {
            #pattern { #(#fields,)* .. } => {
                #(let __problem = __problem.with_title(#title);)*
                #(let __problem = __problem.with_type(#kind);)*
                #(#puts)*
                __problem
            }
        })
    }

    /// The cause: `std::error::Error::source`.
    fn cause(&self, input: &DeriveInput, variants: &[Checked<'_>]) -> TokenStream {
        let arms = variants.iter().map(|variant| match variant {
            Checked::Response(_) => None,
            Checked::Transparent { .. } => Some(self.delegate(variant, &quote!(cause), &quote!())),
        });
        let own = if input.generics.type_params().next().is_some() {
            quote!(::std::error::Error::source(self))
        } else {
            // A type without `Display` is reported once, by the bounds of the trait.
            let private = self.private;
            quote! {{
                #[allow(unused_imports)]
                use #private::NoCause as _;
                #private::Cause(self).cause()
            }}
        };
        let body = self.with_default(arms, &own).unwrap_or(own);
        quote! {
            fn cause(&self) -> ::core::option::Option<&(dyn ::std::error::Error + 'static)> {
                #body
            }
        }
    }

    fn is_absent(&self, variants: &[Checked<'_>]) -> Option<TokenStream> {
        let arms = variants.iter().map(|variant| match variant {
            Checked::Response(Response {
                variant,
                absent: true,
                ..
            }) => {
                let pattern = pattern(*variant);
                Some(quote!(#pattern { .. } => true))
            }
            Checked::Response(_) => None,
            Checked::Transparent { .. } => {
                Some(self.delegate(variant, &quote!(is_absent), &quote!()))
            }
        });
        let body = self.with_default(arms, &quote!(false))?;
        Some(quote!(fn is_absent(&self) -> ::core::primitive::bool { #body }))
    }

    fn outcome(&self, variant: &Checked<'_>) -> TokenStream {
        let Self { krate, private } = self;
        match variant {
            Checked::Response(Response {
                status,
                code,
                title,
                kind,
                description,
                detail,
                absent,
                ..
            }) => {
                let absent = absent.then(|| quote!(.with_absent()));
                let title = title.iter();
                let kind = kind.iter();
                let detail = detail.iter();
                let description = Some(description).filter(|text| !text.is_empty());
                let description = description.iter();
                quote! {
                    __outcomes.push(
                        #krate::Outcome::new(#private::status(#status), #code)
                            #(.with_title(#title))*
                            #(.with_type(#kind))*
                            #(.with_description(#description))*
                            #(.with_detail(#detail))*
                            #absent
                    );
                }
            }
            Checked::Transparent { field, .. } => {
                let ty = &field.ty;
                quote!(::core::iter::Extend::extend(&mut __outcomes, <#ty as #krate::ApiError>::outcomes());)
            }
        }
    }
}

fn pattern(variant: Option<&Ident>) -> TokenStream {
    match variant {
        Some(variant) => quote!(Self::#variant),
        None => quote!(Self),
    }
}

fn member(index: usize, ident: Option<&Ident>) -> Member {
    match ident {
        Some(ident) => Member::from(ident.clone()),
        None => Member::Unnamed(Index::from(index)),
    }
}
