use super::{testing::Server, *};
use aws_lc_rs::{digest, hmac};
use http::HeaderMap;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const VARIABLES: [(&str, &str); 4] = [
    ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "a secret"),
    ("AWS_SESSION_TOKEN", "a token"),
    ("AWS_REGION", "eu-west-1"),
];

fn variable(name: &str) -> Option<String> {
    let found = VARIABLES.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| (*value).to_owned())
}

fn at(server: &Server) -> Management {
    Management::new(Endpoint::parse(&server.url("/prod")).unwrap())
}

fn post(text: &str) -> Command {
    Command::Post(text.to_owned())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

/// The signature of a request as its receiver computes it, for a path that is encoded already.
fn signature(request: &Request<Bytes>, path: &str) -> String {
    let headers = request.headers();
    let date = header(headers, "x-amz-date");
    let day = date.get(..8).unwrap();
    let hash = |bytes: &[u8]| hex(digest::digest(&digest::SHA256, bytes).as_ref());
    let canonical = [
        request.method().as_str(),
        path,
        "",
        &format!("host:{}", header(headers, "host")),
        &format!("x-amz-date:{date}"),
        "x-amz-security-token:a token",
        "",
        "host;x-amz-date;x-amz-security-token",
        &hash(request.body()),
    ]
    .join("\n");
    let scope = format!("{day}/eu-west-1/execute-api/aws4_request");
    let text = format!(
        "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
        hash(canonical.as_bytes())
    );
    let parts = [day, "eu-west-1", "execute-api", "aws4_request"];
    let key = parts
        .iter()
        .fold(b"AWS4a secret".to_vec(), |key, part| mac(&key, part));
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, \
         SignedHeaders=host;x-amz-date;x-amz-security-token, Signature={}",
        hex(&mac(&key, &text))
    )
}

#[tokio::test]
async fn requests_are_signed_and_ids_are_encoded() {
    let server = Server::start(|_| (200, String::new())).await;
    for (command, method, body) in [
        (post(r#"{"text":"ä"}"#), "POST", r#"{"text":"ä"}"#),
        (Command::Close, "DELETE", ""),
        (Command::Get, "GET", ""),
    ] {
        let sent = at(&server).send("a/b+c=", command, &variable).await;
        assert_eq!(sent, Ok(Delivery::Sent), "{method}");
        let request = server.requests().pop().unwrap();
        assert_eq!(request.method(), method);
        assert_eq!(request.uri().path(), "/prod/@connections/a%2Fb%2Bc%3D");
        assert_eq!(request.body(), body);
        let expected = signature(&request, "/prod/%40connections/a%252Fb%252Bc%253D");
        assert_eq!(header(request.headers(), "authorization"), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_status_is_an_outcome() {
    for (status, expected, attempts) in [
        (200, Ok(Delivery::Sent), 1),
        (204, Ok(Delivery::Sent), 1),
        (410, Ok(Delivery::Gone), 1),
        (403, Err(ManagementError::Denied), 1),
        (413, Err(ManagementError::TooLarge(2)), 1),
        (429, Err(ManagementError::Throttled), 3),
        (301, Err(ManagementError::Status(301)), 1),
        (500, Err(ManagementError::Status(500)), 3),
    ] {
        let server = Server::start(move |_| (status, "{}".to_owned())).await;
        let sent = at(&server).send("id", post("{}"), &variable).await;
        assert_eq!(sent, expected, "{status}");
        assert_eq!(server.requests().len(), attempts, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_gateway_is_asked_again() {
    let statuses = [429, 503, 200];
    let server = Server::start(move |count| (statuses[count], String::new())).await;
    let sent = at(&server).send("id", post("hi"), &variable).await;
    assert_eq!(sent, Ok(Delivery::Sent));
    let bodies: Vec<_> = server
        .requests()
        .into_iter()
        .map(Request::into_body)
        .collect();
    assert_eq!(bodies, ["hi", "hi", "hi"]);
}

#[tokio::test]
async fn a_connection_that_is_reset_is_tried_again() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/prod", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.unwrap();
        // To close it before all is read is a reset.
        first.read_u8().await.unwrap();
        drop(first);
        let (mut second, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let size = second.read(&mut request).await.unwrap();
        second
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .await
            .unwrap();
        String::from_utf8_lossy(&request[..size]).into_owned()
    });
    let management = Management::new(Endpoint::parse(&url).unwrap());
    let sent = management.send("id", post("hi"), &variable).await;
    assert_eq!(sent, Ok(Delivery::Sent));
    assert!(served.await.unwrap().ends_with("\r\n\r\nhi"));
}

#[tokio::test(start_paused = true)]
async fn a_response_without_an_end_is_not_waited_for() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/prod", listener.local_addr().unwrap());
    let _served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_u8().await.unwrap();
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n";
        stream.write_all(head).await.unwrap();
        std::future::pending::<()>().await;
    });
    let management = Management::new(Endpoint::parse(&url).unwrap());
    let sent = management.send("id", post("hi"), &variable).await;
    assert_eq!(sent, Ok(Delivery::Sent));
}

#[tokio::test]
async fn an_id_that_is_of_no_connection_is_gone() {
    for (message, expected) in [
        ("Invalid connectionId: x", Ok(Delivery::Gone)),
        ("Bad Request", Err(ManagementError::Status(400))),
    ] {
        let body = serde_json::json!({"message": message, "connectionId": "x"}).to_string();
        let server = Server::start(move |_| (400, body.clone())).await;
        let sent = at(&server).send("x", post("{}"), &variable).await;
        assert_eq!(sent, expected, "{message}");
    }
}

#[tokio::test]
async fn an_event_cannot_name_an_api_of_another_region() {
    let domain = "abc123.execute-api.us-east-1.amazonaws.com";
    let management = Management::new(Endpoint::of_event(domain, "prod").unwrap());
    let error = management.send("id", post(""), &variable).await;
    let error = error.unwrap_err().to_string();
    let expected = "expected an event from an API in eu-west-1, found us-east-1";
    assert!(error.starts_with(expected), "{error}");
}

#[tokio::test]
async fn a_closed_connection_is_tried_again() {
    let server = Server::forgetful(|_| (200, String::new())).await;
    for count in 1..=3 {
        let sent = at(&server).send("id", post("{}"), &variable).await;
        assert_eq!(sent, Ok(Delivery::Sent));
        assert_eq!(server.requests().len(), count);
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_sent() {
    let server = Server::start(|_| (200, String::new())).await;
    let largest = "k".repeat(MAX_MESSAGE);
    let sent = at(&server).send("id", post(&largest), &variable).await;
    assert_eq!(sent, Ok(Delivery::Sent));
    let sent = at(&server)
        .send("id", post(&format!("{largest}k")), &variable)
        .await;
    assert_eq!(sent, Err(ManagementError::TooLarge(MAX_MESSAGE + 1)));
    for id in ["", ".", "..", &"i".repeat(100_000)] {
        let sent = at(&server).send(id, Command::Close, &variable).await;
        assert_eq!(sent, Ok(Delivery::Gone));
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn missing_settings_are_named() {
    let endpoint = Endpoint::parse("https://chat.example.com").unwrap();
    let management = Management::new(endpoint);
    for (missing, expected) in [
        ("AWS_ACCESS_KEY_ID", "the environment has neither"),
        ("AWS_REGION", "expected the variable AWS_REGION"),
    ] {
        let get = |name: &str| variable(name).filter(|_| name != missing);
        let error = management.send("id", post(""), &get).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_an_error() {
    let server = Server::start(|_| (200, String::new())).await;
    let management = at(&server);
    drop(server);
    let sent = management.send("id", post(""), &variable).await;
    assert!(
        matches!(sent, Err(ManagementError::Unreachable(_))),
        "{sent:?}"
    );
}
