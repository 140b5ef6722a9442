//! `routes!`: a list of handlers, and a compile-time check for duplicate routes.

use crate::{error_store::ErrorStore, krate::Krate, span_range::SpanRange};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, Ident, Path, Token, ext::IdentExt, parse::ParseStream, parse::Parser};

/// One handler: `#[cfg(..)] orders::get`.
struct Item {
    attrs: Vec<Attribute>,
    path: Path,
}

#[derive(Default)]
struct List {
    krate: Krate,
    items: Vec<Item>,
}

/// `$crate; a, b::c`, as `routes!` of core passes it.
pub(crate) fn routes(input: TokenStream) -> TokenStream {
    let mut errors = ErrorStore::default();
    let mut list = List::default();
    let result = (|input: ParseStream<'_>| list.parse(input, &mut errors)).parse2(input);
    errors.keep(result);
    let krate = &list.krate;
    if errors.is_empty() {
        expand(&list)
    } else {
        // Refers to the handlers, so that none of them is reported as dead code.
        let errors = errors.to_tokens();
        let routes = list.items.iter().map(|item| item.route(krate));
        quote!({
            #errors
            const __INVALID: &[#krate::__private::Route] = &[#(#routes),*];
            #krate::Routes::__new(__INVALID.split_at(0).0)
        })
    }
}

impl List {
    fn parse(&mut self, input: ParseStream<'_>, errors: &mut ErrorStore) -> syn::Result<()> {
        self.krate = Krate::parse_leading(input)?;
        while !input.is_empty() {
            let attrs = input.call(Attribute::parse_outer)?;
            for attr in attrs.iter().filter(|attr| !attr.path().is_ident("cfg")) {
                errors.at(attr, "only `#[cfg(..)]` attributes are supported here");
            }
            if input.peek(Ident::peek_any) || input.peek(Token![::]) {
                let path = Path::parse_mod_style(input)?;
                if !input.is_empty() && !input.peek(Token![,]) {
                    return Err(input.error(format!(
                        "expected `,`: list handlers by name, without calling them: `routes![{}, ..]`",
                        display(&path)
                    )));
                }
                self.items.push(Item { attrs, path });
            } else {
                let other: Expr = input.parse()?;
                errors.at(
                    &other,
                    "expected the name of a function with `#[api_handler(..)]`",
                );
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }
}

impl Item {
    fn route(&self, krate: &Krate) -> TokenStream {
        let Self { attrs, path } = self;
        quote!(#(#attrs)* <#path as #krate::Endpoint>::ROUTE)
    }

    /// Panics at the span of this item if it is a duplicate.
    fn check(&self) -> TokenStream {
        let Self { attrs, path } = self;
        let next = SpanRange::of(path).put(&quote!(__unique), &quote!(.next()));
        quote! {
            #(#attrs)*
            let __unique = #next;
        }
    }
}

fn expand(list: &List) -> TokenStream {
    let krate = &list.krate;
    let private = quote!(#krate::__private);
    let routes = list.items.iter().map(|item| item.route(krate));
    let checks = list.items.iter().map(Item::check);
    quote!({
        const __ROUTES: &[#private::Route] = &[#(#routes),*];
        const _: () = {
            let __unique = #private::DuplicateCheck::new::<{ #private::slots(__ROUTES) }>(__ROUTES);
            #(#checks)*
            let _ = __unique;
        };
        #krate::Routes::__new(__ROUTES)
    })
}

fn display(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}
