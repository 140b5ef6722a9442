use super::super::openapi::{self, Wanted};
use super::*;
use std::fs;

fn parsed(line: &str) -> Result<Wanted, String> {
    openapi::parse(&line.split_whitespace().collect::<Vec<_>>())
}

#[test]
fn options_are_parsed() {
    for (line, gateway, routing, models) in [
        ("--gateway http", Gateway::HttpApi, Routing::Each, false),
        (
            "--models --gateway=rest",
            Gateway::RestApi,
            Routing::Each,
            true,
        ),
        (
            "--gateway rest --routes proxy",
            Gateway::RestApi,
            Routing::Proxy,
            false,
        ),
        (
            "--gateway rest --routes each --models --stream",
            Gateway::RestApi,
            Routing::Each,
            true,
        ),
    ] {
        let expected = ForGateway {
            gateway,
            routing,
            models,
            stream: line.contains("--stream"),
        };
        let wanted = parsed(line).expect("options");
        assert_eq!(wanted.gateway, Some(expected), "{line}");
    }
    assert_eq!(parsed("").expect("options").gateway, None);
}

#[test]
fn invalid_options_are_errors() {
    for (line, expected) in [
        (
            "--gateway url",
            "`--gateway` needs http or rest, found \"url\"",
        ),
        ("--gateway", "`--gateway` needs a value"),
        (
            "--gateway http --gateway rest",
            "`--gateway` is given twice",
        ),
        ("--models", "`--models` needs `--gateway rest`"),
        (
            "--gateway http --models",
            "`--models` needs `--gateway rest`",
        ),
        ("--stream", "`--stream` needs `--gateway rest`"),
        (
            "--gateway http --stream",
            "`--stream` needs `--gateway rest`",
        ),
        (
            "--gateway rest --models --models",
            "`--models` is given twice",
        ),
        ("--models=yes", "`openapi` does not know \"--models=yes\""),
        ("--routes proxy", "`--routes` needs `--gateway`"),
        (
            "--gateway rest --models --routes proxy",
            "`--models` and `--routes proxy` exclude each other",
        ),
        (
            "--gateway rest --dialect 3.0",
            "`--gateway` and `--dialect` exclude each other",
        ),
    ] {
        assert_eq!(parsed(line), Err(expected.to_owned()), "{line}");
    }
}

#[test]
fn a_check_fails_for_an_old_file() {
    let directory = std::env::temp_dir();
    let file = directory.join(format!("lambda-api-gateway-{}.json", std::process::id()));
    let name = file.to_string_lossy().into_owned();
    let run = |option: &str| {
        let wanted = parsed(&format!("--gateway rest {option} {name}")).expect("options");
        openapi::run(&Api::new(), &wanted).map_err(|Failure(text)| text.replace(&name, "FILE"))
    };
    run("--out").expect("a file");
    let written = fs::read_to_string(&file).expect("a file");
    run("--check").expect("the same document");
    fs::write(&file, written.replace("3.0.1", "3.0.0")).expect("a file");
    let failed = run("--check");
    fs::remove_file(&file).expect("a file");
    assert_eq!(
        failed,
        Err(
            "FILE is out of date: write it again with `openapi --gateway rest --out FILE`"
                .to_owned()
        )
    );
}
