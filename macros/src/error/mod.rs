//! `#[derive(ApiError)]`: parse, check, expand.

mod expand;
mod names;
mod parse;
mod text;
mod validate;

use crate::error_store::ErrorStore;
use proc_macro2::TokenStream;

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let input: syn::DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = ErrorStore::default();
    let container = parse::container(&input, &mut errors);
    let variants = parse::variants(&input, &mut errors);
    let checked = validate::variants(&variants, &mut errors);
    if errors.is_empty() {
        expand::implementation(&input, &container, &checked)
    } else {
        expand::stub(&input, &container, &errors)
    }
}
