//! Tokens for local calls: one process signs, another one accepts.
#![cfg(debug_assertions)]

// The tests of `hello` start a server just so.
#[path = "../../hello/tests/server/mod.rs"]
mod server;

use server::Server;
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The state of one machine, of which the key is a part.
struct Machine(PathBuf);

impl Machine {
    fn new(name: &str) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&directory);
        Self(directory)
    }

    fn secured(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_secured"));
        command
            .args(arguments)
            .env("XDG_STATE_HOME", &self.0)
            .env("LOCALAPPDATA", &self.0)
            .env("COGNITO_POOL", "eu-west-1_abc123")
            .env("COGNITO_CLIENT", "app-client-id")
            // Keys cannot be fetched.
            .env("JWKS_URL", "http://127.0.0.1:1/keys")
            .env_remove("AWS_LAMBDA_RUNTIME_API")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Exit code, standard output and standard error of a command.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = self.secured(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    }

    fn token(&self, arguments: &[&str]) -> String {
        let (code, out, err) = self.run(&[&["token"], arguments].concat());
        assert_eq!(code, Some(0), "{err}");
        assert!(err.starts_with("for `cognito` "), "{err}");
        assert_eq!(out.lines().count(), 1, "{out}");
        out.trim_end().to_owned()
    }

    fn serve(&self, arguments: &[&str]) -> Server {
        Server::start(&mut self.secured(&[&["serve", "--port", "0"], arguments].concat()))
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn call(server: &Server, method: &str, path: &str, token: &str) -> String {
    server.send(&format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost:{}\r\nauthorization: Bearer {token}\r\n\
         content-length: 0\r\nconnection: close\r\n\r\n",
        server.port
    ))
}

#[test]
fn a_token_is_trusted_by_another_process_of_this_machine() {
    let (machine, other) = (Machine::new("token"), Machine::new("token-elsewhere"));
    // The first process creates the key.
    let server = machine.serve(&[]);
    assert!(server.get("/health").ends_with("ok"));
    let alice = machine.token(&["alice", "--groups", "admins", "--scopes", "orders/write"]);
    let response = call(&server, "GET", "/me", &alice);
    assert!(
        response.ends_with(r#"{"subject":"alice","scopes":["orders/write"],"groups":["admins"]}"#),
        "{response}"
    );
    for (method, path, token, status) in [
        ("GET", "/admin", &alice, 200),
        ("POST", "/orders", &alice, 201),
        ("GET", "/admin", &machine.token(&["bob"]), 403),
        ("POST", "/orders", &machine.token(&["bob"]), 403),
        ("GET", "/me", &other.token(&["mallory"]), 401),
    ] {
        let response = call(&server, method, path, token);
        let expected = format!("HTTP/1.1 {status} ");
        assert!(
            response.starts_with(&expected),
            "{method} {path}: {response}"
        );
    }
}

#[test]
fn a_token_is_trusted_by_invoke() {
    let machine = Machine::new("token-invoke");
    let token = machine.token(&["alice", "--expires-in", "5m"]);
    let event = format!(
        r#"{{"version": "2.0", "rawPath": "/me", "headers": {{"authorization": "Bearer {token}"}},
            "requestContext": {{"http": {{"method": "GET"}}}}}}"#
    );
    let file = machine.0.join("event.json");
    fs::write(&file, event).unwrap();
    let (code, out, err) = machine.run(&["invoke", file.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains(r#""statusCode":200"#), "{out}");
}

#[test]
fn the_start_of_serve_tells_of_tokens() {
    let machine = Machine::new("token-start");
    let mut child = machine.secured(&["--port", "0"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told = lines.find_map(|line| line.ok().filter(|line| line.contains("run -- token")));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(told.unwrap().ends_with("accepted here by `cognito`"));
}

#[test]
fn a_token_names_an_issuer_and_a_client_that_are_trusted() {
    let machine = Machine::new("token-choice");
    let pool = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123";
    for arguments in [
        ["--issuer", pool],
        ["--issuer", "cognito"],
        ["--client", "app-client-id"],
    ] {
        machine.token(&[&["alice"][..], &arguments].concat());
    }
    for (option, value) in [
        ("--issuer", "https://id.example.com"),
        ("--client", "another-client-id"),
    ] {
        let (code, out, err) = machine.run(&["token", "alice", option, value]);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(
            err.starts_with(&format!("error: `{option}` is not trusted by this program")),
            "{err}"
        );
        assert!(err.contains(pool), "{err}");
    }
}

#[test]
fn the_key_is_not_lent_where_lambda_could_be() {
    let machine = Machine::new("token-lambda");
    let token = machine.token(&["alice"]);
    let mut command = machine.secured(&["serve", "--port", "0"]);
    let server = Server::start(command.env("AWS_LAMBDA_FUNCTION_NAME", "orders"));
    let response = call(&server, "GET", "/me", &token);
    assert!(response.starts_with("HTTP/1.1 401 "), "{response}");
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_signs_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let machine = Machine::new("token-open");
    machine.token(&["alice"]);
    let key = machine.0.join("lambda-api/local-key");
    let mode = fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::set_permissions(&key, PermissionsExt::from_mode(0o644)).unwrap();
    let (code, out, err) = machine.run(&["token", "alice"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("others can read"), "{err}");
}
