//! The schema of problems.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// The schema of problems, as a type whose name others cannot have.
pub(super) struct Problem;

impl JsonSchema for Problem {
    fn schema_name() -> Cow<'static, str> {
        "Problem".into()
    }

    fn schema_id() -> Cow<'static, str> {
        "lambda_api::Problem".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schema()
    }
}

/// The schema of a problem that is not restyled.
fn schema() -> Schema {
    json_schema!({
        "type": "object",
        "description": "An error response (RFC 9457).",
        "required": ["type", "title", "status", "code"],
        "properties": {
            "type": {
                "type": "string",
                "format": "uri-reference",
                "description": "The kind of problem.",
            },
            "title": {
                "type": "string",
                "description": "The text that all problems of this kind share.",
            },
            "status": {
                "type": "integer",
                "minimum": 400,
                "maximum": 599,
                "description": "The status of the response.",
            },
            "detail": {
                "type": "string",
                "description": "The explanation of this occurrence.",
            },
            "instance": {
                "type": "string",
                "format": "uri-reference",
                "description": "This occurrence.",
            },
            "code": {
                "type": "string",
                "description": "The stable name of the error, for programs.",
            },
            "request_id": {
                "type": "string",
                "description": "The id of the request, as in the log.",
            },
            "errors": {
                "type": "array",
                "description": "The invalid values of the request.",
                "items": {
                    "type": "object",
                    "properties": {
                        "in": {
                            "type": "string",
                            "enum": ["path", "query", "header", "cookie", "body"],
                            "description": "The part of the request.",
                        },
                        "name": {
                            "type": "string",
                            "description": "The name of the parameter, or the path of the field.",
                        },
                        "pointer": {
                            "type": "string",
                            "description": "The JSON pointer to the value.",
                        },
                        "code": {
                            "type": "string",
                            "description": "The stable name of the error, for programs.",
                        },
                        "detail": {
                            "type": "string",
                            "description": "What is wrong with the value.",
                        },
                    },
                },
            },
        },
    })
}
