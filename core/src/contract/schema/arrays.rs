//! Elements of arrays.

use super::{super::document::Node, comparer::Comparer, gap::Gap, shape::Shape};
use serde_json::Value;

impl Shape<'_> {
    /// Whether an array has no elements behind those with a schema of their own.
    pub(super) fn is_tuple(&self) -> bool {
        is_nothing(&self.items)
    }
}

fn is_nothing(schemas: &[Node<'_>]) -> bool {
    let nothing = &Value::Bool(false);
    schemas.iter().any(|one| one.value == nothing)
}

impl<'a> Comparer<'a> {
    pub(super) fn arrays(&mut self, sent: &Shape<'a>, accepted: &Shape<'a>, gaps: &mut Vec<Gap>) {
        if let Some(at) = &accepted.unique
            && sent.unique.is_none()
        {
            gaps.push(self.keyword("uniqueItems", None, &("true".to_owned(), at)));
        }
        let most = sent.sizes.get("maxItems").map(|(most, _)| *most);
        let is_possible = |index: usize| most.is_none_or(|most| (index as u64) < most);
        let length = sent.prefix.len().max(accepted.prefix.len());
        for index in (0..length).filter(|index| is_possible(*index)) {
            let own = sent.prefix.get(index).unwrap_or(&sent.items);
            let other = accepted.prefix.get(index).unwrap_or(&accepted.items);
            self.element(own, other, &format!("[{index}]"), gaps);
        }
        if is_possible(length) {
            self.element(&sent.items, &accepted.items, "[]", gaps);
        }
    }

    /// A single value where a list is expected.
    pub(super) fn single(&mut self, sent: &Shape<'a>, accepted: &Shape<'a>) -> Vec<Gap> {
        let mut gaps = self.gaps(&sent.sources, &accepted.items);
        if let Some((least, at)) = accepted
            .sizes
            .get("minItems")
            .filter(|(least, _)| *least > 1)
        {
            gaps.push(self.keyword("minItems", None, &(least.to_string(), at)));
        }
        gaps
    }

    fn element(
        &mut self,
        sent: &[Node<'a>],
        accepted: &[Node<'a>],
        step: &str,
        gaps: &mut Vec<Gap>,
    ) {
        if accepted.is_empty() || is_nothing(sent) {
            return;
        }
        if is_nothing(accepted) {
            let place = self.whole(sent, accepted, "");
            let change = match self.is_request() {
                true => "the element is no longer accepted",
                false => "the element is new",
            };
            gaps.push(Gap::error(place, change).below(step));
            return;
        }
        let found = self.gaps(sent, accepted);
        gaps.extend(found.into_iter().map(|gap| gap.below(step)));
    }
}
