//! `#[derive(ApiError)]`: parse, check, expand.

mod expand;
mod names;
mod parse;
mod valid;

use crate::faults::Faults;
use proc_macro2::TokenStream;

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let input: syn::DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut faults = Faults::default();
    let container = parse::container(&input, &mut faults);
    let variants = parse::variants(&input, &mut faults);
    let checked = valid::variants(&variants, &mut faults);
    if faults.is_empty() {
        expand::implementation(&input, &container, &checked)
    } else {
        expand::stub(&input, &container, &faults)
    }
}
