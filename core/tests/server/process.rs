//! Whole programs that the environment makes a server.

use super::PATIENCE;
use lambda_api::{Api, Problem, api_handler, routes};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

mod program {
    use super::*;

    #[api_handler(GET "/orders/{id}")]
    async fn order(id: u32) -> Result<String, Problem> {
        tracing::info!("looked up");
        match id {
            0 => Err(Problem::new(http::StatusCode::CONFLICT, "sold_out")),
            id => Ok(format!("order {id}")),
        }
    }

    #[api_handler(GET "/thread")]
    async fn thread() -> String {
        let runtime = tokio::runtime::Handle::current();
        format!("{:?}", runtime.runtime_flavor())
    }

    #[api_handler(GET "/waits")]
    async fn waits() {
        tracing::info!("waits");
        std::future::pending::<()>().await;
    }

    fn api() -> Api {
        Api::new()
            .routes(routes![order, thread, waits])
            .on_shutdown(async || tracing::info!("shut down"))
            .server(|serve| serve.healthz("/up"))
            .nest("/v2", Api::new().server(|serve| serve.healthz("/nested")))
    }

    #[lambda_api::main]
    pub fn main() -> Api {
        api()
    }

    pub(super) async fn run() -> Result<(), lambda_api::BoxError> {
        lambda_api::run(api()).await
    }
}

mod starting {
    use super::*;

    #[derive(Clone)]
    struct Never;

    #[lambda_api::main]
    pub fn main() -> Api {
        Api::new().state_with(async || {
            tracing::info!("starting");
            std::future::pending::<Result<Never, lambda_api::BoxError>>().await
        })
    }
}

const WHICH: &str = "TEST_PROGRAM";

/// The programs, as processes of their own: see [`Program`].
#[test]
fn a_program() {
    let code = match std::env::var(WHICH).as_deref() {
        Ok("main") => format!("{:?}", program::main()),
        Ok("starting") => format!("{:?}", starting::main()),
        Ok("run") => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let done = runtime.unwrap().block_on(program::run());
            if let Err(error) = &done {
                eprintln!("error: {error}");
            }
            format!(
                "{:?}",
                std::process::ExitCode::from(u8::from(done.is_err()))
            )
        }
        _ => return,
    };
    let is_success = code == format!("{:?}", std::process::ExitCode::SUCCESS);
    std::process::exit(if is_success { 0 } else { 3 });
}

/// A running program, and the lines of its log.
struct Program {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Program {
    fn start(which: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["process::a_program", "--exact", "--nocapture"])
            .env(WHICH, which)
            .env_remove("AWS_LAMBDA_RUNTIME_API")
            .env_remove("AWS_LAMBDA_HTTP_ENDPOINT")
            .env_remove("PORT")
            .env_remove("RUST_LOG")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self { child, lines }
    }

    /// The next record with this message.
    fn record(&self, message: &str) -> Value {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect(message);
            // The test harness writes to the same output.
            let Some(json) = line.find('{').and_then(|at| line.get(at..)) else {
                continue;
            };
            let record: Value = serde_json::from_str(json).unwrap_or_default();
            if record["message"] == message {
                return record;
            }
        }
    }

    fn connect(&self, address: &Value) -> TcpStream {
        let address = address.as_str().unwrap().replace("0.0.0.0", "127.0.0.1");
        let address = address.replace("[::]", "127.0.0.1");
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    fn get(&self, address: &Value, path: &str) -> String {
        let mut stream = self.connect(address);
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end: the exit code and standard error.
    fn ended(mut self) -> (Option<i32>, String) {
        // A program that does not end must not keep the test.
        let id = self.child.id().to_string();
        thread::spawn(move || {
            thread::sleep(PATIENCE);
            let _ = Command::new("kill").args(["-KILL", &id]).status();
        });
        let mut text = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut text).unwrap();
        (self.child.wait().unwrap().code(), text)
    }
}

#[test]
fn a_port_makes_a_program_a_server() {
    for which in ["main", "run"] {
        for variable in [("PORT", "0"), ("AWS_LAMBDA_HTTP_ENDPOINT", "127.0.0.1:0")] {
            let program = Program::start(which, &[variable, ("RUST_LOG", "info")]);
            let address = program.record("serving HTTP")["address"].clone();
            assert!(program.get(&address, "/orders/7").ends_with("order 7"));
            assert!(program.get(&address, "/up").ends_with("ok\n"));
            assert!(program.get(&address, "/nested").starts_with("HTTP/1.1 404"));
            let flavor = program.get(&address, "/thread");
            let expected = if which == "main" {
                "MultiThread"
            } else {
                "CurrentThread"
            };
            assert!(flavor.ends_with(expected), "{flavor}");
            program.signal("-TERM");
            program.record("shut down");
            assert_eq!(program.ended().0, Some(0), "{which} {variable:?}");
        }
    }
}

#[test]
fn each_request_is_one_record() {
    let program = Program::start("main", &[("PORT", "0")]);
    let address = program.record("serving HTTP")["address"].clone();
    let response = program.get(&address, "/orders/7?secret=s");
    assert!(response.ends_with("order 7"));
    let handlers = program.record("looked up");
    let record = program.record("request");
    assert_eq!(record["level"], "INFO");
    assert_eq!(record["method"], "GET");
    assert_eq!(record["route"], "/orders/{id}");
    assert_eq!(record["status"], 200);
    assert_eq!(record["response_bytes"], 7);
    assert!(record["duration_ms"].is_u64(), "{record}");
    assert_eq!(record["requestId"], handlers["requestId"]);
    // Query and values of a path can be secret.
    assert!(
        record.get("path").is_none() && !record.to_string().contains("secret"),
        "{record}"
    );

    program.get(&address, "/none?secret=s");
    let record = program.record("request");
    assert_eq!(
        (&record["status"], &record["path"]),
        (&404.into(), &"/none".into())
    );
    assert!(!record.to_string().contains("secret"), "{record}");

    let long = program.get(&address, &format!("/{}", "x".repeat(1000)));
    assert!(long.starts_with("HTTP/1.1 404"));
    let record = program.record("request");
    assert_eq!(record["path"].as_str().map(str::len), Some(300));

    // These end before the router, and may be for a route.
    for rest in ["\r\n", "host: a\r\ncontent-length: 9999999\r\n\r\n"] {
        let mut stream = program.connect(&address);
        write!(stream, "POST /orders/secret HTTP/1.1\r\n{rest}").unwrap();
        stream.read_to_string(&mut String::new()).unwrap();
        let record = program.record("request");
        assert!(
            record["status"]
                .as_u64()
                .is_some_and(|status| status >= 400)
        );
        assert!(!record.to_string().contains("secret"), "{record}");
    }

    let mut stream = program.connect(&address);
    stream.write_all(b"no request\r\n\r\n").unwrap();
    let record = program.record("request rejected");
    assert!(record["error"].is_string(), "{record}");

    let mut stream = program.connect(&address);
    stream
        .write_all(b"GET /waits HTTP/1.1\r\nhost: a\r\n\r\n")
        .unwrap();
    program.record("waits");
    drop(stream);
    let record = program.record("request");
    assert_eq!(record["ended_early"], "client");
    assert!(record.get("status").is_none(), "{record}");
    program.signal("-INT");
    assert_eq!(program.ended().0, Some(0));
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let program = Program::start("main", &[("PORT", "0")]);
    let address = program.record("serving HTTP")["address"].clone();
    let mut stream = program.connect(&address);
    stream
        .write_all(b"GET /waits HTTP/1.1\r\nhost: a\r\n\r\n")
        .unwrap();
    program.record("waits");
    program.signal("-TERM");
    program.record("draining: the server stops after the responses in flight");
    program.signal("-TERM");
    assert_eq!(program.ended().0, Some(143));
}

/// The first process of a container has no default action for signals, so it must end itself.
#[test]
fn a_signal_during_the_start_ends_the_process() {
    let program = Program::start("starting", &[("PORT", "0")]);
    program.record("starting");
    program.signal("-TERM");
    assert_eq!(program.ended().0, Some(143));
}

#[test]
fn an_invalid_variable_is_named() {
    for which in ["main", "run"] {
        let table = [
            (
                "PORT",
                "http",
                "PORT: expected a port, 0 to 65535, found `http`",
            ),
            (
                "AWS_LAMBDA_HTTP_ENDPOINT",
                "3000",
                "AWS_LAMBDA_HTTP_ENDPOINT: expected a host",
            ),
        ];
        for (name, value, error) in table {
            let (code, text) = Program::start(which, &[(name, value)]).ended();
            assert_ne!(code, Some(0));
            assert!(text.contains(error), "{text}");
        }
    }
}
