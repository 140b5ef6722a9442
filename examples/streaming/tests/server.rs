//! The same program as an HTTP server, as in a container: only `PORT` is set.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// How long a test waits for the next bytes: half of what the whole import takes.
const PATIENCE: Duration = Duration::from_secs(5);

/// A running server, which ends with the test.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_streaming"))
            .env_clear()
            .env("PORT", "0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let record = loop {
            let line = lines.next().expect("the server starts").unwrap();
            if line.contains("serving HTTP") {
                break line;
            }
        };
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        let address = record["address"].as_str().expect("an address");
        let (_, port) = address.rsplit_once(':').unwrap();
        // A full pipe would stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            port: port.parse().unwrap(),
        }
    }

    /// The response to a request, as it is read.
    fn get(&self, path: &str, header: &str) -> BufReader<TcpStream> {
        let mut client = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{header}\r\n");
        client.write_all(request.as_bytes()).unwrap();
        BufReader::new(client)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn whole(mut response: BufReader<TcpStream>) -> String {
    let mut bytes = Vec::new();
    response.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn an_event_reaches_a_client_before_the_next_one_is_made() {
    let server = Server::start();
    let mut response = server.get("/import/events", "");
    let mut line = String::new();
    while !line.starts_with("data: ") {
        line.clear();
        assert_ne!(
            response.read_line(&mut line).unwrap(),
            0,
            "the stream has ended"
        );
    }
    // A server that collects the twenty events would send the first one after ten seconds.
    assert_eq!(line, "data: {\"done\":1,\"of\":20}\n");
}

#[test]
fn a_client_that_has_seen_all_events_gets_a_204() {
    let server = Server::start();
    let response = whole(server.get("/import/events", "last-event-id: 20\r\n"));
    assert!(response.starts_with("HTTP/1.1 204 "), "{response}");
}

#[test]
fn the_export_is_sent_in_chunks() {
    let server = Server::start();
    let response = whole(server.get("/orders.csv", ""));
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    assert!(
        response.contains("transfer-encoding: chunked\r\n"),
        "{response}"
    );
    assert!(
        response.contains("\n100000,coffee,"),
        "the last row is missing"
    );
    assert!(
        response.ends_with("\r\n0\r\n\r\n"),
        "the stream ended early"
    );
}

#[test]
fn a_part_of_a_file_has_its_length() {
    let server = Server::start();
    let response = whole(server.get("/tone.wav", "range: bytes=0-3\r\n"));
    assert!(response.starts_with("HTTP/1.1 206 "), "{response}");
    assert!(response.contains("content-length: 4\r\n"), "{response}");
    assert!(response.ends_with("\r\n\r\nRIFF"), "{response}");
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_unicode_is_an_error() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let output = Command::new(env!("CARGO_BIN_EXE_streaming"))
        .env_clear()
        .env("PORT", "0")
        .env("LAMBDA_API_STREAM", OsStr::from_bytes(b"url,\xff"))
        .output()
        .unwrap();
    assert!(!output.status.success());
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let expected = "`LAMBDA_API_STREAM`: expected a list of `url` and `rest`, found `\u{fffd}`";
    assert!(text.contains(expected), "{text}");
}
