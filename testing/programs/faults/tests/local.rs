//! What goes wrong on the developer's machine.

// The tests of `hello` start a server just so.
#[path = "../../../../examples/hello/tests/server/mod.rs"]
mod server;

use server::Server;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, Output, Stdio},
};

fn faults(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_faults"));
    command
        .args(arguments)
        .env_remove("AWS_LAMBDA_RUNTIME_API")
        .env_remove("RUST_BACKTRACE")
        .env_remove("RUST_LIB_BACKTRACE")
        .env("FAULTS_SHUTDOWN", "flush")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn serve() -> Server {
    Server::start(&mut faults(&["--port", "0"]))
}

#[cfg(unix)]
#[test]
fn the_hooks_for_the_end_run_after_ctrl_c_and_sigterm() {
    for signal in ["TERM", "INT"] {
        let mut server = serve();
        let pid = server.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(sent.unwrap().success());
        assert_eq!(server.child.wait().unwrap().code(), Some(0), "{signal}");
        let mut written = String::new();
        let mut stdout = server.child.stdout.take().unwrap();
        stdout.read_to_string(&mut written).unwrap();
        let last: Vec<_> = written.lines().rev().take(2).collect();
        assert!(
            last.contains(&"flushed") && last.contains(&"closed"),
            "{signal}: {written}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_second_ctrl_c_ends_a_server_whose_handler_blocks() {
    let mut server = serve();
    let mut client = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let host = format!("localhost:{}", server.port);
    write!(client, "GET /block HTTP/1.1\r\nhost: {host}\r\n\r\n").unwrap();
    let pid = server.child.id().to_string();
    let interrupt = || {
        let sent = Command::new("kill").args(["-s", "INT", &pid]).status();
        assert!(sent.unwrap().success());
    };
    let mut out = BufReader::new(server.child.stdout.take().unwrap()).lines();
    assert!(out.any(|line| line.unwrap() == "about to block"));
    interrupt();
    let mut said = BufReader::new(server.child.stderr.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().starts_with("waiting for responses")));
    interrupt();
    assert_eq!(server.child.wait().unwrap().code(), Some(130));
}

#[test]
fn the_cause_of_a_failure_follows_its_line() {
    let mut command = faults(&["--port", "0"]);
    let mut server = Server::start(command.env("RUST_BACKTRACE", "1"));
    server.get("/nothing");
    server.get("/panic");
    server.get("/panic%1b%5b2J%0aGET");
    server.child.kill().unwrap();
    let mut said = String::new();
    let mut stderr = server.child.stderr.take().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    let lines: Vec<_> = said.lines().collect();
    assert!(lines[0].starts_with("GET /nothing -> 404 in "), "{said}");
    assert_eq!(
        lines[1],
        "    route_not_found: there is nothing at this path"
    );
    assert!(lines[2].starts_with("GET /panic -> 500 in "), "{said}");
    assert!(
        lines[3].starts_with("    panicked at testing/programs/faults/src/main.rs:"),
        "{said}"
    );
    assert_eq!(lines[4], "    as it was asked to");
    assert!(lines[5].starts_with("        faults::"), "{said}");
    // Of the hundreds of frames there are, these are the developer's own.
    assert!(lines.len() < 20, "{said}");
    assert!(lines.iter().all(|line| !line.contains("tokio::")), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn serve_enforces_timeouts_and_logs_a_panic_once() {
    let mut server = serve();
    let response = server.get("/short");
    assert!(response.starts_with("HTTP/1.1 504 "), "{response}");
    let response = server.get("/panic");
    assert!(response.starts_with("HTTP/1.1 500 "), "{response}");
    server.child.kill().unwrap();
    let mut said = String::new();
    let mut stderr = server.child.stderr.take().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(said.matches("as it was asked to").count(), 1, "{said}");
    assert!(said.contains("main.rs:"), "{said}");
    assert!(said.contains("/short"), "{said}");
}

const EVENT: &str = r#"{"version": "2.0", "rawPath": "/log/x",
    "requestContext": {"http": {"method": "GET"}, "requestId": "id-1"}}"#;

#[test]
fn invoke_runs_the_hooks_after_its_response() {
    for (event, code) in [(EVENT, 0), (r#"{"Records": []}"#, 1)] {
        let mut invoke = faults(&["invoke", "-"])
            .env("FAULTS_AFTER", "flush")
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = invoke.stdin.take().unwrap();
        stdin.write_all(event.as_bytes()).unwrap();
        drop(stdin);
        let Output { stdout, status, .. } = invoke.wait_with_output().unwrap();
        let written = String::from_utf8(stdout).unwrap();
        assert_eq!(status.code(), Some(code), "{written}");
        assert!(written.ends_with("flushed what is left\n"), "{written}");
    }
}

#[cfg(unix)]
#[test]
fn serve_runs_the_hooks_after_each_response() {
    let mut command = faults(&["--port", "0"]);
    let mut server = Server::start(command.env("FAULTS_AFTER", "flush"));
    for _ in 0..2 {
        assert!(server.get("/log/x").starts_with("HTTP/1.1 200 "));
    }
    let pid = server.child.id().to_string();
    let sent = Command::new("kill").args(["-s", "TERM", &pid]).status();
    assert!(sent.unwrap().success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let mut written = String::new();
    let mut stdout = server.child.stdout.take().unwrap();
    stdout.read_to_string(&mut written).unwrap();
    assert_eq!(
        written.matches("flushed what is left").count(),
        2,
        "{written}"
    );
}

#[test]
fn the_table_of_routes_has_their_timeouts() {
    let table = |arguments: &[&str]| {
        let Output { stdout, .. } = faults(arguments).output().unwrap();
        String::from_utf8(stdout).unwrap()
    };
    let text = table(&["routes"]);
    let line = |path: &str| {
        let found = text.lines().find(|line| line.contains(path));
        let words: Vec<_> = found.unwrap().split_whitespace().take(4).collect();
        words.join(" ")
    };
    assert_eq!(line("METHOD"), "METHOD PATH ACCESS TIMEOUT");
    assert_eq!(line("/short"), "GET /short open 50ms");
    assert_eq!(line("/hang"), "GET /hang open -");
    let json: serde_json::Value = serde_json::from_str(&table(&["routes", "--json"])).unwrap();
    let routes = json["routes"].as_array().unwrap();
    let timeouts: Vec<_> = routes
        .iter()
        .filter_map(|route| route.get("timeout_ms"))
        .collect();
    assert_eq!(timeouts, [50]);
}
