//! Request bodies.

use super::{
    comparison::{Comparison, Part},
    finding::Place,
    media::{containing, media_types},
    operations::Operation,
    schema::{Direction, Form},
};

impl<'a> Comparison<'a> {
    pub(super) fn request_body(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let name = format!("{}: request body", new.name());
        let before = old.node.get("requestBody");
        let before = before.map(|one| self.old.resolve(one));
        let now = new.node.get("requestBody");
        let now = now.map(|one| self.new.resolve(one));
        let (before, now) = match (before, now) {
            (None, None) => return,
            (None, Some(now)) => {
                if now.is("required") {
                    let place = Place::new(&*now.pointer);
                    let change = "the body is new and required";
                    self.findings.error(place, change, name);
                }
                return;
            }
            (Some(before), None) => {
                let place = Place::gone(&*before.pointer);
                self.findings.error(place, "the body is gone", name);
                return;
            }
            (Some(before), Some(now)) => (before, now),
        };
        if now.is("required") && !before.is("required") {
            let place = Place::new(now.pointer_to("required"));
            self.findings
                .error(place, "the body is required now", &*name);
        }
        let accepted = media_types(&now);
        for (media, old) in media_types(&before) {
            let Some(new) = containing(&accepted, &media) else {
                let place = Place::gone(&*old.pointer);
                let change = format!("the media type `{media}` is no longer accepted");
                self.findings.error(place, change, &*name);
                continue;
            };
            let part = Part {
                name: &name,
                old: &old,
                new,
            };
            self.schemas(&part, Direction::Request, form(&media));
        }
    }
}

/// Fields of a form are texts.
fn form(media: &str) -> Form {
    match media {
        "application/x-www-form-urlencoded" | "multipart/form-data" => Form::Repeated,
        _ => Form::Json,
    }
}
