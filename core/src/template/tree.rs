//! Values of a template.

/// A value: text, a number, a list, a map, or what CloudFormation replaces when it deploys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Text(String),
    Number(u64),
    Bool(bool),
    List(Vec<Node>),
    Map(Map),
    /// A map that is written with one entry in a line, even if it is short.
    Long(Map),
    /// `!Ref`: a logical id or a parameter.
    Ref(String),
    /// `!GetAtt`: a logical id and an attribute.
    GetAtt(String),
    /// `!Sub`: a text with `${NAME}`, and the values of names that are neither a logical id nor a
    /// parameter.
    Sub(String, Vec<(String, Node)>),
    /// `!Select`: the part with this index of `!Split` text.
    Part(usize, &'static str, Box<Node>),
}

/// A map in the order of its entries, with a comment above each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Map(pub(super) Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) comments: Vec<String>,
    pub(super) key: String,
    pub(super) value: Node,
}

impl Map {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds an entry.
    pub(crate) fn with(mut self, key: impl Into<String>, value: impl Into<Node>) -> Self {
        self.push(key, value);
        self
    }

    /// Adds an entry if there is a value.
    pub(crate) fn with_some(self, key: &str, value: Option<impl Into<Node>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub(crate) fn push(&mut self, key: impl Into<String>, value: impl Into<Node>) {
        self.push_with(Vec::new(), key, value);
    }

    /// Adds an entry with comments.
    pub(crate) fn push_with(
        &mut self,
        comments: Vec<String>,
        key: impl Into<String>,
        value: impl Into<Node>,
    ) {
        self.0.push(Entry {
            comments,
            key: key.into(),
            value: value.into(),
        });
    }

    /// Adds the entries of another map.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Node {
    /// `!Sub` without values of its own.
    pub(crate) fn sub(text: impl Into<String>) -> Self {
        Self::Sub(text.into(), Vec::new())
    }

    pub(crate) fn reference(id: impl Into<String>) -> Self {
        Self::Ref(id.into())
    }

    pub(crate) fn texts<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let texts = texts.into_iter();
        Self::List(texts.map(|text| text.as_ref().into()).collect())
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Node {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Node {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Map> for Node {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<Vec<Node>> for Node {
    fn from(list: Vec<Node>) -> Self {
        Self::List(list)
    }
}
