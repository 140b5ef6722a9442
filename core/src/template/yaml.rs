//! Values as YAML, with the short tags of CloudFormation.

use super::tree::{Entry, Map, Node};

/// The width up to which a value is written in one line.
const WIDTH: usize = 110;

/// The entries of a map as lines with this indentation.
pub(super) fn lines(map: &Map, indent: usize) -> String {
    let mut out = String::new();
    entries(map, indent, &mut out);
    out
}

fn entries(map: &Map, indent: usize, out: &mut String) {
    let space = " ".repeat(indent);
    for Entry {
        comments,
        key,
        value,
    } in &map.0
    {
        for comment in comments {
            out.push_str(&format!("{space}# {comment}\n"));
        }
        out.push_str(&format!("{space}{}:", scalar(key)));
        below(value, indent + 2, out);
    }
}

/// A value after its key or dash: in the same line if it fits.
fn below(value: &Node, indent: usize, out: &mut String) {
    let line_start = out.rfind('\n').map_or(0, |newline| newline + 1);
    let used = out.len() - line_start;
    let flow = flow(value);
    let is_scalar = !matches!(value, Node::Map(map) | Node::Long(map) if !map.is_empty())
        && !matches!(value, Node::List(list) if !list.is_empty());
    match (value, flow) {
        (_, Some(flow)) if is_scalar || used + 1 + flow.len() <= WIDTH => {
            out.push_str(&format!(" {flow}\n"));
        }
        (Node::Map(map) | Node::Long(map), _) => {
            out.push('\n');
            entries(map, indent, out);
        }
        (Node::List(list), _) => {
            out.push('\n');
            for item in list {
                out.push_str(&format!("{}-", " ".repeat(indent)));
                match item {
                    // The first entry follows the dash.
                    Node::Map(map) | Node::Long(map)
                        if self::flow(item).is_none_or(|one| indent + one.len() > WIDTH) =>
                    {
                        let mut item = String::new();
                        entries(map, indent + 2, &mut item);
                        out.push_str(&format!(" {}", item.trim_start()));
                    }
                    _ => below(item, indent + 2, out),
                }
            }
        }
        (_, flow) => out.push_str(&format!(" {}\n", flow.unwrap_or_default())),
    }
}

/// The value in one line; `None` if it has comments or is long.
fn flow(value: &Node) -> Option<String> {
    Some(match value {
        Node::Text(text) => scalar(text),
        Node::Number(number) => number.to_string(),
        Node::Bool(value) => value.to_string(),
        Node::Ref(name) => format!("!Ref {}", scalar(name)),
        Node::GetAtt(name) => format!("!GetAtt {name}"),
        Node::Sub(text, values) if values.is_empty() => format!("!Sub {}", quoted(text)),
        Node::Sub(text, values) => {
            let values = values
                .iter()
                .map(|(name, value)| Some(format!("{}: {}", scalar(name), flow(value)?)));
            let values: Option<Vec<_>> = values.collect();
            format!("!Sub [{}, {{{}}}]", quoted(text), values?.join(", "))
        }
        Node::Part(index, separator, text) => {
            format!(
                "!Select [{index}, !Split [{}, {}]]",
                quoted(separator),
                flow(text)?
            )
        }
        Node::List(list) => {
            let list: Option<Vec<_>> = list.iter().map(flow).collect();
            format!("[{}]", list?.join(", "))
        }
        Node::Long(map) if !map.is_empty() => return None,
        Node::Map(map) | Node::Long(map) => {
            let entries = map.0.iter().map(|entry| {
                let value = flow(&entry.value).filter(|_| entry.comments.is_empty())?;
                Some(format!("{}: {value}", scalar(&entry.key)))
            });
            let entries: Option<Vec<_>> = entries.collect();
            format!("{{{}}}", entries?.join(", "))
        }
    })
}

/// A text, quoted if YAML could read it as something else.
fn scalar(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./$+-".contains(&byte);
    let starts_plain =
        text.starts_with(|first: char| first.is_ascii_alphabetic() || "/$_".contains(first));
    let reserved = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];
    let is_reserved = reserved.iter().any(|word| text.eq_ignore_ascii_case(word));
    // `AWS::Partition` and its like are unambiguous: no space follows the colons.
    let plain = text.replace("::", "");
    if starts_plain && plain.bytes().all(is_plain) && !is_reserved && !text.ends_with(':') {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A text in double quotes: the escapes of JSON are escapes of YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_in_lines_that_fit() {
        let long: Vec<Node> = (0..20)
            .map(|number| format!("origin-{number}").into())
            .collect();
        let mut paths = Map::new();
        paths.push_with(
            vec!["the function checks groups(\"admins\")".to_owned()],
            "/orders/{id}",
            Map::new().with("get", Map::new().with("security", Node::List(Vec::new()))),
        );
        let map = Map::new()
            .with("Type", "AWS::Serverless::Function")
            .with(
                "Yes",
                Map::new()
                    .with("On", "on")
                    .with("Number", "2.0")
                    .with("Size", 256_u32),
            )
            .with("Paths", paths)
            .with("Name", Node::sub("${AWS::StackName}-\"a\""))
            .with(
                "Pool",
                Node::Part(0, "_", Box::new(Node::reference("Pool"))),
            )
            .with("Long", long)
            .with("Empty", Map::new());
        let yaml = lines(&map, 2);
        let start = r#"  Type: AWS::Serverless::Function
  "Yes": {"On": "on", Number: "2.0", Size: 256}
  Paths:
    # the function checks groups("admins")
    "/orders/{id}": {get: {security: []}}
  Name: !Sub "${AWS::StackName}-\"a\""
  Pool: !Select [0, !Split ["_", !Ref Pool]]
  Long:
    - origin-0
    - origin-1
"#;
        assert!(yaml.starts_with(start), "{yaml}");
        assert!(yaml.ends_with("    - origin-19\n  Empty: {}\n"), "{yaml}");
    }

    #[test]
    fn ambiguous_texts_are_quoted() {
        for plain in [
            "GET",
            "/orders",
            "$default",
            "aws_proxy",
            "AWS::Partition",
            "a.b-c",
        ] {
            assert_eq!(scalar(plain), plain);
        }
        for text in [
            "",
            "*",
            "2.0",
            "2015-03-31",
            "No",
            "null",
            "a: b",
            "a #b",
            "{x}",
            "x:",
            "~",
            "-a",
            "ü",
            "a\nb",
        ] {
            assert!(scalar(text).starts_with('"'), "{text}");
        }
    }
}
