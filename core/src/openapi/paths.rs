//! Paths of routes as path templates.

/// A path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    /// The path as OpenAPI writes it: `/files/{path}` for `/files/{path+}`.
    pub(super) text: String,
    /// The same for two paths that OpenAPI cannot distinguish: names of parameters are left out.
    pub(super) key: String,
    /// The names of the parameters in their order, and whether each is greedy.
    pub(super) parameters: Vec<(String, bool)>,
}

impl Template {
    /// The template of a path in the syntax of API Gateway.
    pub(super) fn of(path: &str) -> Self {
        let mut parameters = Vec::new();
        let mut segments = Vec::new();
        for segment in path.split('/') {
            match name(segment) {
                Some(name) => {
                    let greedy = name.strip_suffix('+');
                    let name = greedy.unwrap_or(name);
                    segments.push((format!("{{{name}}}"), "{}"));
                    parameters.push((name.to_owned(), greedy.is_some()));
                }
                None => segments.push((segment.to_owned(), segment)),
            }
        }
        let texts: Vec<_> = segments.iter().map(|(text, _)| text.as_str()).collect();
        let keys: Vec<_> = segments.iter().map(|(_, key)| *key).collect();
        Self {
            text: texts.join("/"),
            key: keys.join("/"),
            parameters,
        }
    }

    /// Whether the last parameter takes several segments.
    pub(super) fn is_greedy(&self) -> bool {
        self.parameters.iter().any(|(_, greedy)| *greedy)
    }
}

fn name(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// A path as part of a name: `v1_files_path` for `/v1/files/{path+}`.
pub(super) fn slug(path: &str) -> String {
    let word = |text: &str| {
        let kept = text.chars().map(|one| match one {
            one if one.is_ascii_alphanumeric() => one,
            _ => '_',
        });
        kept.collect::<String>().trim_matches('_').to_owned()
    };
    let words: Vec<_> = path
        .split('/')
        .map(word)
        .filter(|one| !one.is_empty())
        .collect();
    words.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_differ_by_more_than_names() {
        let order = Template::of("/v1/orders/{id}");
        assert_eq!(order.text, "/v1/orders/{id}");
        assert_eq!(order.key, Template::of("/v1/orders/{order_id}").key);
        assert_ne!(order.key, Template::of("/v1/orders/id").key);
        let file = Template::of("/files/{path+}");
        assert_eq!(file.text, "/files/{path}");
        assert_eq!(file.parameters, [("path".to_owned(), true)]);
        assert!(file.is_greedy() && !order.is_greedy());
        assert_eq!(Template::of("/").text, "/");
    }

    #[test]
    fn slugs_are_parts_of_names() {
        assert_eq!(slug("/v1/files/{path+}"), "v1_files_path");
        assert_eq!(slug("/a-b/c.d"), "a_b_c_d");
        assert_eq!(slug("/"), "");
    }
}
