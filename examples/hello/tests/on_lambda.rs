//! The compiled program behind a Lambda Runtime API on loopback.

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

const LIMIT: Duration = Duration::from_secs(30);

/// What the function posted: the last part of the path (`response`, `error`), and the body.
type Posted = (String, Value);

/// A function's process, and the service that hands it invocations.
struct Function {
    process: Child,
    events: mpsc::Sender<Value>,
    posted: mpsc::Receiver<Posted>,
}

impl Function {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (events, next) = mpsc::channel();
        let (post, posted) = mpsc::channel();
        let next = Arc::new(Mutex::new(next));
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (next, post) = (Arc::clone(&next), post.clone());
                std::thread::spawn(move || serve(&connection, &next, &post));
            }
        });
        let process = Command::new(env!("CARGO_BIN_EXE_hello"))
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "hello")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            process,
            events,
            posted,
        }
    }

    fn invoke(&self, event: Value) -> Posted {
        self.events.send(event).unwrap();
        self.posted.recv_timeout(LIMIT).expect("a reply in time")
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One connection of the function: `next` waits for an event, everything else is kept.
fn serve(
    connection: &TcpStream,
    next: &Mutex<mpsc::Receiver<Value>>,
    post: &mpsc::Sender<Posted>,
) -> Option<()> {
    let mut reader = BufReader::new(connection);
    let mut writer = connection;
    loop {
        let mut request = String::new();
        reader
            .read_line(&mut request)
            .ok()
            .filter(|read| *read > 0)?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let path = request.split(' ').nth(1)?;
        let reply = match path.rsplit('/').next()? {
            "next" => {
                let event = next.lock().ok()?.recv().ok()?.to_string();
                format!(
                    "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: 1-2-3\r\n\
                     lambda-runtime-deadline-ms: 600000\r\n\
                     lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-west-1:123456789012:function:hello\r\n\
                     content-length: {}\r\n\r\n{event}",
                    event.len()
                )
            }
            kind => {
                let body = serde_json::from_slice(&body).ok()?;
                post.send((kind.to_owned(), body)).ok()?;
                "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_owned()
            }
        };
        writer.write_all(reply.as_bytes()).ok()?;
    }
}

#[test]
fn the_program_answers_invocations() {
    let function = Function::start();
    let event = |path: &str| json!({"version": "2.0", "rawPath": path, "requestContext": {"http": {"method": "GET"}}});

    let (kind, reply) = function.invoke(event("/hello/world"));
    assert_eq!(kind, "response");
    assert_eq!(reply["statusCode"], 200);
    assert_eq!(reply["body"], "Hello, world!");

    let (kind, reply) = function.invoke(event("/nothing"));
    assert_eq!(
        (kind.as_str(), &reply["statusCode"]),
        ("response", &json!(404))
    );
    assert!(
        reply["body"]
            .as_str()
            .unwrap()
            .contains(r#""request_id":"1-2-3""#),
        "{reply}"
    );

    let (kind, error) = function.invoke(json!({"Records": []}));
    assert_eq!(kind, "error");
    assert_eq!(error["errorType"], "NotAnHttpEvent");
    assert!(
        error["errorMessage"].as_str().unwrap().contains("Records"),
        "{error}"
    );

    let (_, reply) = function.invoke(event("/hello/again"));
    assert_eq!(reply["body"], "Hello, again!");
}
