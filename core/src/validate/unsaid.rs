//! The rules of a type that JSON Schema cannot say, for the notes of a document.

use crate::json_pointer::JsonPointer;

/// The rules that no schema has, with the pointers to the values that they are for.
///
/// `*` is every item of a list or map.
#[derive(Debug, Default)]
pub struct Unsaid {
    pointer: JsonPointer,
    /// The names of the types around, because types can contain themselves.
    around: Vec<&'static str>,
    list: Vec<(String, &'static str)>,
}

impl Unsaid {
    /// The rules that `add` adds.
    pub fn of(add: impl FnOnce(&mut Self)) -> Vec<(String, &'static str)> {
        let mut unsaid = Self::default();
        add(&mut unsaid);
        unsaid.list
    }

    /// Adds a rule of the value at a path.
    pub fn rule(&mut self, path: &[&str], rule: &'static str) {
        self.within(path, |unsaid| {
            let found = (unsaid.pointer.as_str().to_owned(), rule);
            // Variants of an enum can have fields of the same name.
            if !unsaid.list.contains(&found) {
                unsaid.list.push(found);
            }
        });
    }

    /// Adds the rules of the type `name` at a path.
    pub fn inside(&mut self, path: &[&str], name: &'static str, add: fn(&mut Self)) {
        if self.around.contains(&name) {
            return;
        }
        self.around.push(name);
        self.within(path, add);
        self.around.pop();
    }

    fn within(&mut self, path: &[&str], add: impl FnOnce(&mut Self)) {
        match path {
            [] => add(self),
            [first, rest @ ..] => {
                let ancestor = self.pointer.enter(first);
                self.within(rest, add);
                self.pointer.leave(&ancestor);
            }
        }
    }
}
