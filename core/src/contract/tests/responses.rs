//! Changes of responses.

use super::{
    operations::{check, problem},
    *,
};

#[test]
fn responses_of_an_operation() {
    let responses = |statuses: Value| json!({"responses": statuses});
    let header = |header: Value| responses(json!({"200": {"headers": {"x-a": header}}}));
    let media = |types: &[&str]| {
        let content = types.iter().map(|media| ((*media).to_owned(), json!({})));
        let content: serde_json::Map<_, _> = content.collect();
        responses(json!({"200": {"content": content}}))
    };
    let (json, csv) = ("application/json", "text/csv");
    let ndjson = "application/x-ndjson";
    let lines = |items: Value| {
        let content = json!({ndjson: {"schema": {"type": "string"}, "x-item-schema": items}});
        responses(json!({"200": {"content": content}}))
    };
    let sized = |kind: &str| json!({"content": {json: {"schema": {"type": kind}}}});
    check(&[
        // Statuses.
        (
            responses(json!({"200": {}})),
            responses(json!({"200": {}, "201": {}})),
            &["warning: the status 201 is new"],
        ),
        (
            responses(json!({"200": {}, "201": {}})),
            responses(json!({"200": {}})),
            &["error: the status 201 is gone"],
        ),
        (
            responses(json!({"200": {}})),
            responses(json!({"204": {}})),
            &[
                "error: the status 200 is gone",
                "warning: the status 204 is new",
            ],
        ),
        (
            responses(json!({"200": {}, "404": {}})),
            responses(json!({"200": {}})),
            &["warning: the status 404 is gone"],
        ),
        (
            responses(json!({"200": {}})),
            responses(json!({"200": {}, "410": {"$ref": "#/components/responses/GoneOrBusy"}})),
            &["warning: the status 410 is new (`busy`, `gone`)"],
        ),
        (
            responses(json!({"2XX": {}, "404": {}})),
            responses(json!({"201": {}, "404": {}})),
            &[],
        ),
        (
            responses(json!({"2XX": {}})),
            responses(json!({"201": {}})),
            &[],
        ),
        (
            responses(json!({"2XX": sized("integer")})),
            responses(json!({"201": sized("number")})),
            &["error: the type was integer and is number"],
        ),
        (
            responses(json!({"200": sized("integer")})),
            responses(json!({"2xx": sized("number")})),
            &[
                "error: the type was integer and is number",
                "warning: the status 2XX is new",
            ],
        ),
        (
            responses(json!({"default": {}})),
            responses(json!({"200": {}, "404": {}})),
            &[],
        ),
        (
            responses(json!({"200": {}})),
            responses(json!({"200": {}, "default": {}})),
            &["warning: there may be other statuses now"],
        ),
        // Codes of errors.
        (
            responses(json!({"410": {"$ref": "#/components/responses/Gone"}})),
            responses(json!({"410": {"$ref": "#/components/responses/GoneOrBusy"}})),
            &["warning: the error code `busy` is new"],
        ),
        (
            responses(json!({"410": {"$ref": "#/components/responses/GoneOrBusy"}})),
            responses(json!({"410": problem(&["gone"])})),
            &[],
        ),
        // Header fields.
        (
            header(json!({})),
            responses(json!({"200": {}})),
            &["error: the header is gone"],
        ),
        (responses(json!({"200": {}})), header(json!({})), &[]),
        (
            responses(json!({"401": {"headers": {"x-a": {}, "x-b": {"required": true}}}})),
            responses(json!({"401": {}})),
            &["error: the header is gone", "warning: the header is gone"],
        ),
        (
            header(json!({"required": true})),
            header(json!({})),
            &["error: the header is no longer always there"],
        ),
        (
            header(json!({})),
            responses(json!({"200": {"headers": {"X-A": {}}}})),
            &[],
        ),
        (
            header(json!({"schema": {"type": "integer"}})),
            header(json!({"schema": {"type": "string"}})),
            &["error: the type was integer and is string"],
        ),
        (
            header(json!({"schema": {"type": "string"}})),
            header(json!({"schema": {"type": "integer"}})),
            &[],
        ),
        (
            header(json!({"content": {json: {"schema": {"type": "integer"}}}})),
            header(json!({"content": {json: {"schema": {"type": "string"}}}})),
            &["error: the type was integer and is string"],
        ),
        // Lines of JSON.
        (
            lines(json!({"type": "string"})),
            lines(json!({"type": "integer"})),
            &["error: the type was string and is integer"],
        ),
        (
            lines(json!({"type": "number"})),
            lines(json!({"type": "integer"})),
            &[],
        ),
        (
            lines(json!({"type": "integer"})),
            responses(json!({"200": {"content": {ndjson: {"schema": {"type": "string"}}}}})),
            &["error: the type was integer and is any type"],
        ),
        (
            responses(json!({"200": {"content": {ndjson: {"schema": {"type": "string"}}}}})),
            lines(json!({"type": "integer"})),
            &[],
        ),
        // Media types.
        (media(&[json]), media(&[json, csv]), &[]),
        (
            media(&[json, csv]),
            media(&[json]),
            &["error: the media type `text/csv` is gone"],
        ),
        (media(&["text/*"]), media(&[csv]), &[]),
        (
            media(&[json]),
            responses(json!({"200": {}})),
            &["error: the media type `application/json` is gone"],
        ),
    ]);
}
