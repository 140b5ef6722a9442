//! One alternative of a schema: a type with its constraints.

use super::{
    super::document::{Document, Node},
    bound::{Bound, Side, divides},
    expand::alternatives,
    kind::Kind,
};
use crate::integer_format::integer_bounds;
use serde_json::{Number, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Keywords that are compared only for equality, and the type of the values that they constrain.
pub(super) const OPAQUE: [(&str, Option<Kind>); 13] = [
    // One that is not followed.
    ("$ref", None),
    ("$dynamicRef", None),
    ("not", None),
    ("if", None),
    ("then", None),
    ("else", None),
    ("format", Some(Kind::String)),
    ("pattern", Some(Kind::String)),
    ("contentSchema", Some(Kind::String)),
    ("contains", Some(Kind::Array)),
    ("unevaluatedItems", Some(Kind::Array)),
    ("dependentRequired", Some(Kind::Object)),
    ("dependentSchemas", Some(Kind::Object)),
];

/// Keywords that say how to read a text: any difference matters.
pub(super) const ENCODINGS: [&str; 2] = ["contentEncoding", "contentMediaType"];

/// Keywords that limit a size.
pub(super) const SIZES: [(&str, Kind, Side); 8] = [
    ("minLength", Kind::String, Side::Lower),
    ("maxLength", Kind::String, Side::Upper),
    ("minItems", Kind::Array, Side::Lower),
    ("maxItems", Kind::Array, Side::Upper),
    ("minContains", Kind::Array, Side::Lower),
    ("maxContains", Kind::Array, Side::Upper),
    ("minProperties", Kind::Object, Side::Lower),
    ("maxProperties", Kind::Object, Side::Upper),
];

/// The constraints of one type, or of all types. Lists of schemas must all hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape<'a> {
    pub(super) kind: Option<Kind>,
    /// The values of `enum` and `const`.
    pub(super) values: Option<Vec<Node<'a>>>,
    pub(super) lower: Option<Bound>,
    pub(super) upper: Option<Bound>,
    pub(super) multiples: Vec<(Number, String)>,
    pub(super) sizes: BTreeMap<&'static str, (u64, String)>,
    pub(super) opaque: BTreeMap<&'static str, Vec<Node<'a>>>,
    pub(super) unique: Option<String>,
    pub(super) prefix: Vec<Vec<Node<'a>>>,
    pub(super) items: Vec<Node<'a>>,
    pub(super) properties: BTreeMap<&'a str, Vec<Node<'a>>>,
    pub(super) required: BTreeMap<&'a str, String>,
    pub(super) patterns: BTreeMap<&'a str, Vec<Node<'a>>>,
    pub(super) additional: Vec<Node<'a>>,
    pub(super) names: Vec<Node<'a>>,
    /// The schemas that were read.
    pub(super) sources: Vec<Node<'a>>,
}

/// The alternatives of a value that fits all of `nodes`, each with one type or without any. `None` if
/// there are too many.
pub(super) fn shapes<'a>(document: Document<'a>, nodes: &[Node<'a>]) -> Option<Vec<Shape<'a>>> {
    let mut found: Vec<Shape<'_>> = Vec::new();
    for alternative in alternatives(document, nodes)? {
        for shape in Shape::read(document, &alternative).by_kind() {
            // Values of several alternatives are one enumeration.
            let same = found
                .iter_mut()
                .find(|one| one.kind == shape.kind && one.values.is_some() && one.is_like(&shape));
            match (same.and_then(|one| one.values.as_mut()), &shape.values) {
                (Some(values), Some(more)) => values.extend(more.iter().cloned()),
                _ => found.push(shape),
            }
        }
    }
    Some(found)
}

/// Whether values may be arrays or objects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Composite {
    pub(crate) arrays: bool,
    pub(crate) objects: bool,
}

impl Composite {
    /// Of a schema that is too large, all is possible.
    pub(crate) fn of(document: Document<'_>, nodes: &[Node<'_>]) -> Self {
        let shapes = shapes(document, nodes);
        let may_be = |kind| {
            let shapes = shapes.as_ref();
            shapes.is_none_or(|shapes| {
                shapes
                    .iter()
                    .any(|one| one.kind.is_none_or(|own| own == kind))
            })
        };
        Self {
            arrays: may_be(Kind::Array),
            objects: may_be(Kind::Object),
        }
    }
}

struct Read<'a> {
    shape: Shape<'a>,
    kinds: Option<BTreeSet<Kind>>,
}

impl<'a> Shape<'a> {
    fn read(document: Document<'a>, nodes: &[Node<'a>]) -> Read<'a> {
        let mut read = Read {
            shape: Self::default(),
            kinds: None,
        };
        for node in nodes {
            read.types(node);
            read.values(node);
            read.shape.numbers(node);
            read.shape.others(document, node);
            read.shape.array(node);
            read.shape.object(node);
            read.shape.sources.push(node.clone());
        }
        read
    }

    fn numbers(&mut self, node: &Node<'a>) {
        let implied = node.text("format").and_then(integer_bounds).unzip();
        for (inclusive, exclusive, side, implied) in [
            ("minimum", "exclusiveMinimum", Side::Lower, implied.0),
            ("maximum", "exclusiveMaximum", Side::Upper, implied.1),
        ] {
            // In 3.0 the second keyword is a flag.
            let flag = node.is(exclusive);
            let number = |keyword| node.value.get(keyword).and_then(Value::as_number);
            let stated = [(inclusive, flag), (exclusive, true)]
                .into_iter()
                .filter_map(|(keyword, is_exclusive)| {
                    Some((keyword, is_exclusive, number(keyword)?))
                });
            let mut found: Vec<_> = stated.collect();
            // A format says what a schema need not repeat.
            if let (true, Some(number)) = (
                found.is_empty(),
                implied.as_ref().and_then(Value::as_number),
            ) {
                found.push(("format", false, number));
            }
            for (keyword, is_exclusive, number) in found {
                let bound = Bound {
                    number: number.clone(),
                    is_exclusive,
                    pointer: node.pointer_to(keyword),
                };
                let known = match side {
                    Side::Lower => &mut self.lower,
                    Side::Upper => &mut self.upper,
                };
                if known
                    .as_ref()
                    .is_none_or(|known| !known.is_within(&bound, side, false))
                {
                    *known = Some(bound);
                }
            }
        }
        if let Some(number) = node.value.get("multipleOf").and_then(Value::as_number) {
            let pointer = node.pointer_to("multipleOf");
            self.multiples.push((number.clone(), pointer));
        }
    }

    fn others(&mut self, document: Document<'a>, node: &Node<'a>) {
        for (keyword, _, side) in SIZES {
            let Some(size) = node.value.get(keyword).and_then(Value::as_u64) else {
                continue;
            };
            let is_tighter = self.sizes.get(keyword).is_none_or(|(known, _)| match side {
                Side::Lower => size > *known,
                Side::Upper => size < *known,
            });
            // At least nothing is no limit, unless the default is another one.
            if is_tighter && (size > 0 || side == Side::Upper || keyword == "minContains") {
                self.sizes.insert(keyword, (size, node.pointer_to(keyword)));
            }
        }
        let keywords = OPAQUE.iter().map(|(keyword, _)| *keyword);
        let has = |keyword: &str| node.value.get(keyword).is_some();
        let says_nothing = |keyword: &str| match keyword {
            "$ref" => document.target(node).is_some(),
            "if" => !has("then") && !has("else"),
            "then" | "else" => !has("if"),
            // Any number of elements may match.
            "contains" => {
                let least = node.value.get("minContains").and_then(Value::as_u64);
                least == Some(0) && !has("maxContains")
            }
            _ => false,
        };
        for keyword in keywords.chain(ENCODINGS).filter(|one| !says_nothing(one)) {
            if let Some(one) = node.get(keyword) {
                self.opaque.entry(keyword).or_default().push(one);
            }
        }
        if node.is("uniqueItems") {
            self.unique = Some(node.pointer_to("uniqueItems"));
        }
    }

    fn array(&mut self, node: &Node<'a>) {
        let prefix = node.get("prefixItems").map(|one| one.elements());
        let prefix = prefix.unwrap_or_default();
        let items = node.get("items");
        // Each list says what is behind its own prefix.
        let length = self.prefix.len().max(prefix.len());
        while self.prefix.len() < length {
            self.prefix.push(self.items.clone());
        }
        for (at, schemas) in self.prefix.iter_mut().enumerate() {
            schemas.extend(prefix.get(at).or(items.as_ref()).cloned());
        }
        self.items.extend(items);
    }

    fn object(&mut self, node: &Node<'a>) {
        let members = |keyword| node.get(keyword).map(|one| one.members());
        for (name, schema) in members("properties").unwrap_or_default() {
            self.properties.entry(name).or_default().push(schema);
        }
        for (pattern, schema) in members("patternProperties").unwrap_or_default() {
            self.patterns.entry(pattern).or_default().push(schema);
        }
        let required = node.get("required").map(|one| one.elements());
        for one in required.unwrap_or_default() {
            if let Some(name) = one.value.as_str() {
                self.required.entry(name).or_insert(one.pointer);
            }
        }
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            self.additional.extend(node.get(keyword));
        }
        self.names.extend(node.get("propertyNames"));
    }

    /// The size that a keyword says, with its pointer.
    pub(super) fn size(&self, keyword: &str) -> Option<(u64, &str)> {
        let stated = self.sizes.get(keyword).map(|(size, at)| (*size, &**at));
        let contains = self.opaque.get("contains").and_then(|all| all.first());
        match keyword {
            "minContains" | "maxContains" if contains.is_none() => None,
            "minContains" => stated.or_else(|| Some((1, &*contains?.pointer))),
            _ => stated,
        }
    }

    /// Whether properties without a schema are rejected.
    pub(super) fn is_closed(&self) -> bool {
        let closed = &Value::Bool(false);
        self.additional.iter().any(|one| one.value == closed)
    }

    /// The schemas of properties that have none of their own, if that is more than "any" or "none".
    pub(super) fn others_fit(&self) -> Option<&[Node<'a>]> {
        let says = |one: &Node<'_>| one.value.as_object().is_some_and(|one| !one.is_empty());
        self.additional
            .iter()
            .any(says)
            .then_some(&self.additional[..])
    }

    /// Whether every value fits.
    pub(super) fn is_anything(&self) -> bool {
        self.kind.is_none()
            && self.values.is_none()
            && self.lower.is_none()
            && self.upper.is_none()
            && self.multiples.is_empty()
            && self.sizes.is_empty()
            && self.opaque.is_empty()
            && self.unique.is_none()
            && self.prefix.is_empty()
            && self.items.is_empty()
            && self.properties.is_empty()
            && self.required.is_empty()
            && self.patterns.is_empty()
            && self.additional.is_empty()
            && self.names.is_empty()
    }

    /// Whether a listed value fits the constraints that can be evaluated.
    fn allows(&self, value: &Value) -> bool {
        let size = |size: usize, least, most| {
            let bound = |keyword| Some(self.sizes.get(keyword)?.0);
            let size = size as u64;
            bound(least).is_none_or(|one| size >= one) && bound(most).is_none_or(|one| size <= one)
        };
        match value {
            Value::Number(number) => {
                let own = Bound {
                    number: number.clone(),
                    is_exclusive: false,
                    pointer: String::new(),
                };
                let is_within = |bound: &Option<Bound>, side| {
                    bound
                        .as_ref()
                        .is_none_or(|bound| own.is_within(bound, side, false))
                };
                is_within(&self.lower, Side::Lower)
                    && is_within(&self.upper, Side::Upper)
                    && self.multiples.iter().all(|(one, _)| divides(one, number))
            }
            Value::String(text) => size(text.chars().count(), "minLength", "maxLength"),
            Value::Array(elements) => size(elements.len(), "minItems", "maxItems"),
            Value::Object(members) => size(members.len(), "minProperties", "maxProperties"),
            Value::Null | Value::Bool(_) => true,
        }
    }

    /// These values, with the constraints that cannot be evaluated.
    fn listing(&self, kind: Kind, values: Vec<Node<'a>>) -> Self {
        let concerns = |keyword: &str| {
            let known = OPAQUE.iter().find(|(one, _)| *one == keyword);
            known.map_or(kind == Kind::String, |(_, of)| {
                of.is_none_or(|of| of == kind)
            })
        };
        let mut opaque = self.opaque.clone();
        opaque.retain(|keyword, _| concerns(keyword));
        Self {
            kind: Some(kind),
            values: (kind != Kind::Null).then_some(values),
            opaque,
            sources: self.sources.clone(),
            ..Self::default()
        }
    }

    /// Whether both have the same constraints that cannot be evaluated.
    fn is_like(&self, other: &Self) -> bool {
        let pointers = |shape: &Self| {
            let nodes = shape.opaque.values().flatten();
            nodes.map(|one| one.pointer.clone()).collect::<Vec<_>>()
        };
        pointers(self) == pointers(other)
    }

    /// Whether every text fits.
    pub(super) fn is_any_text(&self) -> bool {
        self.kind == Some(Kind::String)
            && self.values.is_none()
            && self.opaque.is_empty()
            && !self.sizes.keys().any(|keyword| keyword.ends_with("Length"))
    }
}

impl<'a> Read<'a> {
    fn types(&mut self, node: &Node<'a>) {
        let names = match node.value.get("type") {
            Some(Value::String(name)) => vec![name.as_str()],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => return,
        };
        let mut kinds: BTreeSet<_> = names.into_iter().filter_map(Kind::named).collect();
        // OpenAPI 3.0.
        if node.is("nullable") {
            kinds.insert(Kind::Null);
        }
        self.kinds = Some(match self.kinds.take() {
            None => kinds,
            Some(known) => known
                .iter()
                .flat_map(|a| kinds.iter().map(move |b| (*a, *b)))
                .filter_map(|(a, b)| match (a.contains(b), b.contains(a)) {
                    (true, _) => Some(b),
                    (_, true) => Some(a),
                    _ => None,
                })
                .collect(),
        });
    }

    fn values(&mut self, node: &Node<'a>) {
        let listed = node.get("enum").map(|one| one.elements());
        let only = node.get("const").map(|one| vec![one]);
        for values in listed.into_iter().chain(only) {
            self.shape.values = Some(match self.shape.values.take() {
                None => values,
                Some(known) => known
                    .into_iter()
                    .filter(|one| values.iter().any(|other| other.value == one.value))
                    .collect(),
            });
        }
    }

    /// A shape for each type.
    fn by_kind(self) -> Vec<Shape<'a>> {
        let mut shape = self.shape;
        if let Some(values) = shape.values.take() {
            let mut by_kind: BTreeMap<Kind, Vec<Node<'a>>> = BTreeMap::new();
            for value in values {
                let kind = Kind::of(value.value);
                let is_allowed =
                    |kinds: &BTreeSet<Kind>| kinds.iter().any(|one| one.contains(kind));
                if self.kinds.as_ref().is_none_or(is_allowed) {
                    by_kind.entry(kind).or_default().push(value);
                }
            }
            let enumerated = by_kind.into_iter().filter_map(|(kind, mut values)| {
                values.retain(|one| shape.allows(one.value));
                (!values.is_empty()).then(|| shape.listing(kind, values))
            });
            return enumerated.collect();
        }
        let Some(kinds) = self.kinds else {
            return vec![shape];
        };
        let of = |kind| Shape {
            kind: Some(kind),
            ..shape.clone()
        };
        kinds.into_iter().map(of).collect()
    }
}
