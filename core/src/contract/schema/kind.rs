//! The types of JSON Schema.

use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Array,
    Boolean,
    Integer,
    Null,
    Number,
    Object,
    String,
}

impl Kind {
    /// Disjoint types that contain every value.
    pub(super) const ALL: [Self; 6] = [
        Self::Array,
        Self::Boolean,
        Self::Null,
        Self::Number,
        Self::Object,
        Self::String,
    ];

    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.as_f64().is_some_and(|one| one.fract() == 0.0) => {
                Self::Integer
            }
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        let all = Self::ALL.into_iter().chain([Self::Integer]);
        all.into_iter().find(|kind| kind.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Array => "array",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Null => "null",
            Self::Number => "number",
            Self::Object => "object",
            Self::String => "string",
        }
    }

    /// Whether each value of `other` is one of this type.
    pub(super) fn contains(self, other: Self) -> bool {
        self == other || (self, other) == (Self::Number, Self::Integer)
    }

    pub(super) fn is_scalar(self) -> bool {
        matches!(
            self,
            Self::Boolean | Self::Integer | Self::Number | Self::String
        )
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Number)
    }
}
