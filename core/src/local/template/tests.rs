use super::*;
use std::path::PathBuf;

fn parsed(line: &str) -> Result<Wanted, String> {
    parse(&line.split_whitespace().collect::<Vec<_>>())
}

#[test]
fn options_are_parsed() {
    let expected = Wanted {
        gateway: Gateway::RestApi,
        routing: Routing::Proxy,
        destination: Destination::Out("a.yaml".to_owned()),
        stream: true,
        caller_policy: false,
    };
    let line = "--kind rest --routes=proxy --stream --out a.yaml";
    assert_eq!(parsed(line), Ok(expected));
    assert_eq!(parsed(""), Ok(Wanted::default()));
    let policy = parsed("--caller-policy --kind rest").expect("options");
    assert!(policy.caller_policy);
}

#[test]
fn invalid_options_are_errors() {
    for (line, expected) in [
        ("--yaml", "`template` does not know \"--yaml\""),
        ("file", "`template` does not know \"file\""),
        (
            "--kind http2",
            "`--kind` needs http, rest, url or alb, found \"http2\"",
        ),
        (
            "--routes all",
            "`--routes` needs each or proxy, found \"all\"",
        ),
        ("--out=", "`--out` needs a file, found \"\""),
        ("--kind url --kind alb", "`--kind` is given twice"),
        (
            "--caller-policy --caller-policy",
            "`--caller-policy` is given twice",
        ),
        ("--stream --stream", "`--stream` is given twice"),
        (
            "--caller-policy=yes",
            "`template` does not know \"--caller-policy=yes\"",
        ),
        (
            "--out a --check a",
            "`--out` and `--check` exclude each other",
        ),
        (
            "--caller-policy --out a",
            "`--caller-policy` excludes `--out` and `--check`",
        ),
    ] {
        assert_eq!(parsed(line), Err(expected.to_owned()), "{line}");
    }
}

/// A directory that is removed at the end.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let name = format!("lambda-api-template-{name}-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        fs::create_dir_all(&directory).expect("a directory");
        Self(directory)
    }

    fn file(&self) -> String {
        self.0.join("template.yaml").to_string_lossy().into_owned()
    }

    fn run(&self, template: &Template, option: &str) -> Result<(), String> {
        let file = self.file();
        let wanted = parsed(&format!("--kind rest {option} {file}")).expect("options");
        let command = "template --kind rest";
        deliver(template, &wanted.destination, command)
            .map_err(|Failure(text)| text.replace(&file, "FILE"))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn template(property: &str) -> Template {
    let api = format!("  Api:\n    Properties:\n      {property}\n");
    Template::of(&[("Parameters", 0, ""), ("Api", 2, &api), ("Outputs", 0, "")])
}

#[test]
fn out_creates_and_updates_a_file() {
    let directory = Directory::new("out");
    assert_eq!(directory.run(&template("Name: a"), "--out"), Ok(()));
    let created = fs::read_to_string(directory.file()).expect("a file");
    assert_eq!(created, template("Name: a").to_yaml());
    assert_eq!(directory.run(&template("Name: a"), "--check"), Ok(()));

    let edited = format!("{created}# mine\n").replace('\n', "\r\n");
    fs::write(directory.file(), &edited).expect("a file");
    assert_eq!(directory.run(&template("Name: a"), "--check"), Ok(()));
    assert_eq!(directory.run(&template("Name: b"), "--out"), Ok(()));
    let updated = fs::read_to_string(directory.file()).expect("a file");
    assert_eq!(updated, edited.replace("Name: a", "Name: b"));
    let files = fs::read_dir(&directory.0).expect("a directory");
    assert_eq!(files.count(), 1);
}

#[test]
fn check_fails_for_an_old_or_edited_file() {
    let directory = Directory::new("check");
    let missing = directory.run(&template("Name: a"), "--check").unwrap_err();
    assert!(missing.starts_with("FILE cannot be read: "), "{missing}");
    fs::write(directory.file(), template("Name: a").to_yaml()).expect("a file");
    assert_eq!(
        directory.run(&template("Name: b"), "--check"),
        Err(
            "FILE is out of date: write it again with `template --kind rest --out FILE`".to_owned()
        )
    );
}

#[test]
fn out_keeps_a_file_without_markers() {
    let directory = Directory::new("foreign");
    fs::write(directory.file(), "Resources: {}\n").expect("a file");
    let error = directory.run(&template("Name: a"), "--out").unwrap_err();
    let expected = "FILE cannot be updated\n- the file has no line `# lambda-api: begin NAME`";
    assert!(error.starts_with(expected), "{error}");
    let kept = fs::read_to_string(directory.file()).expect("a file");
    assert_eq!(kept, "Resources: {}\n");
}

#[test]
fn the_gateway_of_a_file_does_not_change() {
    let directory = Directory::new("kind");
    let other = Template::of(&[
        ("Parameters", 0, "# written by `template --routes proxy`\n"),
        ("Api", 2, "  Api: {}\n"),
    ]);
    fs::write(directory.file(), other.to_yaml()).expect("a file");
    for option in ["--check", "--out"] {
        let error = directory.run(&other, option).unwrap_err();
        let expected =
            "FILE was written by `template --routes proxy`, not by `template --kind rest`: ";
        assert!(error.starts_with(expected), "{error}");
    }
}
