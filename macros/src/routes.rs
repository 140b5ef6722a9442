//! `routes!`: a list of handlers, and the check that no two of them answer the same.

use crate::{ends::Ends, faults::Faults, krate::Krate};
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

/// `$crate; a, b::c` as `routes!` of core passes it on.
pub(crate) fn routes(input: TokenStream) -> TokenStream {
    let mut faults = Faults::default();
    let mut list = List::default();
    let result = (|input: ParseStream<'_>| list.parse(input, &mut faults)).parse2(input);
    faults.keep(result);
    let krate = &list.krate;
    if faults.is_empty() {
        expand(&list)
    } else {
        // The handlers are named, so that none of them looks forgotten.
        let faults = faults.to_tokens();
        let routes = list.items.iter().map(|item| item.route(krate));
        quote!({
            #faults
            const __BROKEN: &[#krate::__private::Route] = &[#(#routes),*];
            #krate::Routes::__new(__BROKEN.split_at(0).0)
        })
    }
}

impl List {
    fn parse(&mut self, input: ParseStream<'_>, faults: &mut Faults) -> syn::Result<()> {
        self.krate = Krate::parse_leading(input)?;
        while !input.is_empty() {
            let attrs = input.call(Attribute::parse_outer)?;
            for attr in attrs.iter().filter(|attr| !attr.path().is_ident("cfg")) {
                faults.at(attr, "only `#[cfg(..)]` can stand before a handler here");
            }
            if input.peek(Ident::peek_any) || input.peek(Token![::]) {
                let path = Path::parse_mod_style(input)?;
                if !input.is_empty() && !input.peek(Token![,]) {
                    return Err(input.error(format!(
                        "expected `,`: name the handlers, without calling them: `routes![{}, ..]`",
                        display(&path)
                    )));
                }
                self.items.push(Item { attrs, path });
            } else {
                let other: Expr = input.parse()?;
                faults.at(
                    &other,
                    "expected the name of a handler: a function marked `#[api_handler(..)]`",
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

    /// Panics at this item's place if it is the duplicate.
    fn check(&self) -> TokenStream {
        let Self { attrs, path } = self;
        let next = Ends::of(path).put(&quote!(__unique), &quote!(.next()));
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
            let __unique = #private::Unique::new::<{ #private::slots(__ROUTES) }>(__ROUTES);
            #(#checks)*
            let _ = __unique;
        };
        #krate::Routes::__new(__ROUTES)
    })
}

fn display(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}
