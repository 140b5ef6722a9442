//! Lifetimes in the types of a handler's signature.
//!
//! Generated code names these types in another function, where the handler's lifetimes are not
//! declared, so the lifetimes are erased and inferred there.

use crate::error_store::ErrorStore;
use syn::{
    Ident, Lifetime, PathSegment, TraitBound, Type, TypeFnPtr, TypeImplTrait, TypeReference,
    TypeTraitObject,
    visit_mut::{self, VisitMut},
};

/// Replaces every lifetime but `'static` with `'_`, and removes a trailing `+` of a list of bounds,
/// as in `dyn Send +`.
pub(crate) fn erase(ty: &Type) -> Type {
    let mut ty = ty.clone();
    Erase.visit_type_mut(&mut ty);
    ty
}

struct Erase;

impl VisitMut for Erase {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "static" {
            lifetime.ident = Ident::new("_", lifetime.ident.span());
        }
    }

    fn visit_type_trait_object_mut(&mut self, ty: &mut TypeTraitObject) {
        ty.bounds.pop_punct();
        visit_mut::visit_type_trait_object_mut(self, ty);
    }

    fn visit_type_impl_trait_mut(&mut self, ty: &mut TypeImplTrait) {
        ty.bounds.pop_punct();
        visit_mut::visit_type_impl_trait_mut(self, ty);
    }

    // `fn(&'a str)` and `for<'a> Fn(&'a str)` declare their own lifetimes.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}

    fn visit_trait_bound_mut(&mut self, bound: &mut TraitBound) {
        if bound.lifetimes.is_none() {
            visit_mut::visit_trait_bound_mut(self, bound);
        }
    }
}

/// Gives all erased lifetimes this name, also that of a reference without one.
pub(crate) fn name(ty: &Type, name: &str) -> Type {
    struct Name<'a>(&'a str);
    impl VisitMut for Name<'_> {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            if lifetime.ident == "_" {
                *lifetime = Lifetime::new(self.0, lifetime.span());
            }
        }

        fn visit_type_reference_mut(&mut self, ty: &mut TypeReference) {
            if ty.lifetime.is_none() {
                ty.lifetime = Some(Lifetime::new(self.0, ty.and_token.span));
            }
            visit_mut::visit_type_reference_mut(self, ty);
        }

        // `fn(&str)` declares its own lifetime.
        fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}
    }
    let mut ty = ty.clone();
    Name(name).visit_type_mut(&mut ty);
    ty
}

/// Rejects types such as `&'static str`: a request does not live that long.
///
/// Inside an extractor they can be valid: `State<&'static str>`.
pub(crate) fn reject_static(ty: &Type, scalar: bool, errors: &mut ErrorStore) {
    struct Find<'a> {
        deep: bool,
        errors: &'a mut ErrorStore,
    }
    impl VisitMut for Find<'_> {
        fn visit_type_reference_mut(&mut self, ty: &mut TypeReference) {
            if let Some(lifetime) = ty.lifetime.as_ref().filter(|l| l.ident == "static") {
                self.errors.at(
                    lifetime,
                    "an argument cannot borrow for `'static`: remove the lifetime, or take an owned value",
                );
            }
            if self.deep {
                visit_mut::visit_type_reference_mut(self, ty);
            }
        }

        fn visit_type_path_mut(&mut self, ty: &mut syn::TypePath) {
            if self.deep {
                visit_mut::visit_type_path_mut(self, ty);
            }
        }
    }
    let mut find = Find {
        deep: scalar,
        errors,
    };
    find.visit_type_mut(&mut ty.clone());
}

/// Finds an `impl Trait` in a type, which then cannot be named.
pub(crate) fn find_impl_trait(ty: &Type) -> Option<TypeImplTrait> {
    struct Find(Option<TypeImplTrait>);
    impl VisitMut for Find {
        fn visit_type_impl_trait_mut(&mut self, ty: &mut TypeImplTrait) {
            self.0.get_or_insert_with(|| ty.clone());
        }
    }
    let mut find = Find(None);
    find.visit_type_mut(&mut ty.clone());
    find.0
}

/// Whether a type is or contains the extractor `Path`: `Option<Path<Order>>`.
pub(crate) fn names_path(ty: &Type) -> bool {
    struct Find(bool);
    impl VisitMut for Find {
        fn visit_path_segment_mut(&mut self, segment: &mut PathSegment) {
            self.0 |= segment.ident == "Path" && !segment.arguments.is_none();
            visit_mut::visit_path_segment_mut(self, segment);
        }
    }
    let mut find = Find(false);
    find.visit_type_mut(&mut ty.clone());
    find.0
}

/// Whether a type is an `Option`, by its name.
pub(crate) fn is_option(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|last| last.ident == "Option")
        }
        Type::Paren(ty) => is_option(&ty.elem),
        Type::Group(ty) => is_option(&ty.elem),
        _ => false,
    }
}
