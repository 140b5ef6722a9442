use super::*;
use serde_json::json;

#[test]
fn settings_are_read() {
    let table = json!({
        "memory": 512, "timeout": 10, "log-retention": 7, "tracing": false,
        "environment": {"CURRENCY": "EUR"}, "policies": ["One"], "role": "arn:role",
        "functions": {"reports": {"memory": 2048}}, "max-routes": 600,
    });
    let mut options = Options::default();
    set(&mut options, Some(&table)).expect("settings");
    let Options {
        defaults: function,
        nested_defaults: nested,
        max_routes,
        ..
    } = options;
    assert_eq!(max_routes, Some(600));
    assert_eq!(function.memory, Some(512));
    assert_eq!(function.timeout, Some(Duration::from_secs(10)));
    assert_eq!(function.log_retention, Some(7));
    assert_eq!(function.tracing, Some(false));
    assert_eq!(
        function.environment,
        [("CURRENCY".to_owned(), "EUR".to_owned())]
    );
    assert_eq!(function.policies, ["One"]);
    assert_eq!(function.role.as_deref(), Some("arn:role"));
    assert_eq!(nested["reports"].memory, Some(2048));
    assert_eq!(nested["reports"].timeout, None);
    let mut none = Options::default();
    set(&mut none, None).expect("settings");
    assert!(none.defaults.memory.is_none() && none.nested_defaults.is_empty());
}

#[test]
fn invalid_settings_name_their_key() {
    for (table, expected) in [
        (
            json!({"memory": "512"}),
            "`package.metadata.lambda-api.memory`: invalid type: string \"512\", expected u32",
        ),
        (
            json!({"environment": {"A": 1}}),
            "`package.metadata.lambda-api.environment.A`: invalid type: integer `1`, expected a string",
        ),
        (
            json!({"functions": {"reports": {"memory": -1}}}),
            "`package.metadata.lambda-api.functions.reports.memory`: invalid value: integer `-1`, expected \
             u32",
        ),
        (
            json!({"functions": []}),
            "`package.metadata.lambda-api.functions`: invalid type: sequence, expected a map",
        ),
        (
            json!({"functions": {"reports": {"functions": {}}}}),
            "`package.metadata.lambda-api.functions.reports.functions`: unknown field `functions`, expected \
             one of `memory`, `timeout`, `log-retention`, `tracing`, `environment`, `policies`, `role`",
        ),
        (
            json!({"memroy": 1}),
            "`package.metadata.lambda-api.memroy`: unknown field `memroy`, expected one of `memory`, \
             `timeout`, `log-retention`, `tracing`, `environment`, `policies`, `role`",
        ),
    ] {
        let error = set(&mut Options::default(), Some(&table)).unwrap_err();
        assert_eq!(error, expected);
    }
}

#[test]
fn the_binary_is_the_program_or_the_default() {
    let package = |default_run: Option<&str>, names: &[&str]| Package {
        manifest_path: PathBuf::new(),
        targets: names
            .iter()
            .map(|name| Target {
                name: (*name).to_owned(),
                kind: vec!["bin".to_owned()],
            })
            .collect(),
        default_run: default_run.map(str::to_owned),
        metadata: Value::Null,
    };
    for (default, names, program, expected) in [
        (None, &["a", "b"][..], Some("b"), Some("b")),
        (Some("a"), &["a", "b"], Some("b"), Some("b")),
        (Some("a"), &["a", "b"], Some("test-1f"), Some("a")),
        (None, &["a"], None, Some("a")),
        (None, &["a", "b"], Some("c"), None),
        (None, &[], Some("c"), None),
    ] {
        let binary = package(default, names).binary(program);
        assert_eq!(binary.as_deref(), expected, "{names:?} {program:?}");
    }
}

#[test]
fn paths_are_relative_to_the_template() {
    for (from, to, expected) in [
        ("/a/b", "/a/b", "."),
        ("/a", "/a/b/c", "b/c"),
        ("/a/b/c", "/a/d", "../../d"),
        ("/a/b/c", "/a", "../.."),
    ] {
        assert_eq!(relative(Path::new(from), Path::new(to)), expected);
    }
}

#[test]
fn the_package_of_this_crate_is_found() {
    let mut options = Options::default();
    let done = apply(&mut options, Path::new(""));
    assert!(done.is_ok());
    assert_eq!(options.code_uri, ".");
}
