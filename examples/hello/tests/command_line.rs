//! The command line of a program in a debug build.
#![cfg(debug_assertions)]

mod server;

use server::Server;
use std::{
    ffi::OsString,
    fs::{self, DirEntry},
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

fn hello(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hello"));
    command
        .args(arguments)
        .env_remove("AWS_LAMBDA_RUNTIME_API")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let run = lambda_api_testing_internal::run(&mut hello(arguments), input.as_bytes());
    (run.code, run.out, run.log)
}

#[test]
fn the_routes_are_listed() {
    let (code, out, _) = run(&["routes"], "");
    assert_eq!(code, Some(0));
    let lines: Vec<Vec<&str>> = out
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let [head, route] = lines.as_slice() else {
        panic!("expected two lines, found {out}");
    };
    assert_eq!(head, &["METHOD", "PATH", "ACCESS", "HANDLER", "LOCATION"]);
    assert_eq!(route[..4], ["GET", "/hello/{name}", "open", "hello::main"]);
    assert!(route[4].contains("main.rs:"), "{out}");

    let (code, out, _) = run(&["routes", "--json"], "");
    assert_eq!(code, Some(0));
    let manifest: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(manifest["routes"][0]["path"], "/hello/{name}");
}

#[test]
fn one_event_gets_a_response() {
    let event = r#"{"version": "2.0", "rawPath": "/hello/world", "rawQueryString": "",
        "headers": {}, "requestContext": {"http": {"method": "GET"}}}"#;
    let (code, out, _) = run(&["invoke", "-"], event);
    assert_eq!(code, Some(0));
    assert!(out.ends_with("}\n"), "{out}");
    let response: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(response["statusCode"], 200);
    assert_eq!(response["body"], "Hello, world!");
}

#[test]
fn an_event_of_no_http_source_fails_with_a_reason() {
    let (code, out, err) = run(&["invoke", "-"], r#"{"Records": []}"#);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.starts_with("error: standard input: UnsupportedEvent: "));
    let (code, _, err) = run(&["invoke", "no/such/file"], "");
    assert_eq!(code, Some(1));
    assert!(
        err.starts_with("error: no/such/file cannot be read: "),
        "{err}"
    );
}

#[test]
fn usage_errors_exit_with_2_and_help_with_0() {
    let (code, out, err) = run(&["sevre"], "");
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.starts_with("usage: "), "{err}");
    // What went wrong is what is read last.
    let last = err.lines().last().unwrap();
    assert!(last.starts_with("error: "), "{err}");
    assert!(last.ends_with("found \"sevre\""), "{err}");
    assert_eq!(err.matches("error: ").count(), 1, "{err}");
    let (code, out, err) = run(&["--help"], "");
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with("usage: "), "{out}");
}

#[test]
fn a_program_that_verifies_no_tokens_makes_none() {
    let (code, out, err) = run(&["token", "alice", "--groups", "admins"], "");
    assert_eq!((code, out.as_str()), (Some(1), ""));
    let expected = "error: no authenticator of this program verifies tokens itself";
    assert!(err.starts_with(expected), "{err}");
}

#[test]
fn rejected_origins_are_shown_on_the_terminal() {
    let page = "http://localhost:5173";
    let post = |server: &Server| {
        server.send(&format!(
            "GET /hello/world HTTP/1.1\r\nhost: localhost:{}\r\norigin: {page}\r\n\
             sec-fetch-site: same-site\r\nconnection: close\r\n\r\n",
            server.port
        ))
    };
    let mut closed = Server::start(&mut hello(&["--port", "0"]));
    let response = post(&closed);
    assert!(
        response.starts_with("HTTP/1.1 403 Forbidden\r\n"),
        "{response}"
    );
    assert!(!response.contains(page), "{response}");
    closed.child.kill().unwrap();
    let mut said = String::new();
    let mut stderr = closed.child.stderr.take().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    let advice = format!("start with `--allow-origin {page}`");
    assert!(said.contains(&advice), "{said}");

    let open = serve(&["--port", "0", "--allow-origin", page]);
    let response = post(&open);
    assert!(response.ends_with("Hello, world!"), "{response}");
}

#[test]
fn other_hosts_are_served_if_named() {
    let get = |server: &Server| {
        server
            .send("GET /hello/world HTTP/1.1\r\nhost: tunnel.example\r\nconnection: close\r\n\r\n")
    };
    let response = get(&serve(&["--port", "0"]));
    assert!(
        response.starts_with("HTTP/1.1 403 Forbidden\r\n"),
        "{response}"
    );
    let names = ["--host", "other.example", "--host=tunnel.example"];
    let response = get(&serve(&[&["--port", "0"][..], &names].concat()));
    assert!(response.ends_with("Hello, world!"), "{response}");
}

fn serve(arguments: &[&str]) -> Server {
    Server::start(hello(arguments).stderr(Stdio::null()))
}

#[test]
fn requests_are_served_through_every_source() {
    for source in [
        "http",
        "rest",
        "http1",
        "url",
        "alb",
        "alb-multi",
        "lattice1",
        "lattice2",
        "lattice",
    ] {
        let server = serve(&["serve", "--port", "0", "--source", source]);
        let response = server.get("/hello/J%C3%BCrgen%20K");
        assert!(
            response.starts_with("HTTP/1.1 200 OK\r\n"),
            "{source}: {response}"
        );
        assert!(
            response.ends_with("\r\n\r\nHello, Jürgen K!"),
            "{source}: {response}"
        );
    }
}

/// A directory of one test, which goes with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&directory);
        Self(directory)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn recorded_events_get_a_response() {
    let scratch = Scratch::new("record");
    for source in ["rest", "http", "alb-multi"] {
        let server = serve(&[
            "--port",
            "0",
            "--source",
            source,
            "--record",
            scratch.path(),
        ]);
        let response = server.get("/hello/world%20again?access_token=open-sesame");
        assert!(
            response.ends_with("Hello, world again!"),
            "{source}: {response}"
        );
    }
    let mut files: Vec<_> = fs::read_dir(&scratch.0)
        .unwrap()
        .map(|file| file.unwrap())
        .collect();
    files.sort_by_key(DirEntry::file_name);
    let names: Vec<_> = files.iter().map(DirEntry::file_name).collect();
    let name = "GET-hello-world-20again.json";
    assert_eq!(
        names,
        [
            format!("0001-{name}"),
            format!("0002-{name}"),
            format!("0003-{name}")
        ]
        .map(OsString::from)
    );
    for file in files {
        let path = file.path();
        let (code, out, err) = run(&["invoke", path.to_str().unwrap()], "");
        assert_eq!(code, Some(0), "{path:?}: {err}");
        let response: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(response["body"], "Hello, world again!", "{path:?}");
        assert!(
            !fs::read_to_string(&path).unwrap().contains("open-sesame"),
            "{path:?}"
        );
    }
}

#[test]
fn a_failure_to_record_does_not_fail_the_request() {
    let scratch = Scratch::new("record-fails");
    let server = serve(&["--port", "0", "--record", scratch.path()]);
    fs::remove_dir_all(&scratch.0).unwrap();
    assert!(server.get("/hello/world").ends_with("Hello, world!"));
}

#[test]
fn a_directory_that_cannot_be_made_fails_the_start() {
    let file = env!("CARGO_BIN_EXE_hello");
    let (code, out, err) = run(&["--port", "0", "--record", file], "");
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(
        err.starts_with(&format!("error: events cannot be recorded in {file}: ")),
        "{err}"
    );
}

#[test]
fn a_port_in_use_is_named() {
    let server = serve(&["--port", "0"]);
    let port = server.port.to_string();
    let (code, out, err) = run(&["--port", &port], "");
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(
        err.starts_with(&format!("error: port {port} is in use")),
        "{err}"
    );
}

#[cfg(unix)]
#[test]
fn sigterm_and_ctrl_c_end_it_with_success() {
    for signal in ["TERM", "INT"] {
        let mut server = serve(&["--port", "0"]);
        let pid = server.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(sent.unwrap().success());
        assert_eq!(server.child.wait().unwrap().code(), Some(0), "{signal}");
    }
}
