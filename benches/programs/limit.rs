//! The lower limit as a process: the Runtime API over one TCP connection of `std`.

use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
};

struct Next {
    request_id: String,
    body: Vec<u8>,
}

fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Next> {
    let (mut length, mut request_id, mut line) = (0, String::new(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line)? <= 2 {
            break;
        }
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().map_err(io::Error::other)?;
        } else if name.eq_ignore_ascii_case("lambda-runtime-aws-request-id") {
            value.clone_into(&mut request_id);
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Next { request_id, body })
}

fn main() -> io::Result<()> {
    let address = env::var("AWS_LAMBDA_RUNTIME_API").map_err(io::Error::other)?;
    let stream = TcpStream::connect(&address)?;
    stream.set_nodelay(true)?;
    let mut stream = BufReader::with_capacity(16 * 1024, stream);
    let next =
        format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: {address}\r\n\r\n");
    loop {
        stream.get_mut().write_all(next.as_bytes())?;
        let event = read(&mut stream)?;
        let response = benches::apis::limit::respond(&event.body);
        let mut post = format!(
            "POST /2018-06-01/runtime/invocation/{}/response HTTP/1.1\r\nhost: {address}\r\n\
             content-length: {}\r\n\r\n",
            event.request_id,
            response.len()
        )
        .into_bytes();
        post.extend_from_slice(&response);
        stream.get_mut().write_all(&post)?;
        read(&mut stream)?;
    }
}
