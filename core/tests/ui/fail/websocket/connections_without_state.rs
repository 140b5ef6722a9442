use lambda_api::{websocket::Connections, ws_handler};

#[ws_handler(message)]
async fn echo(connections: Connections) {
    let _ = connections;
}

fn main() {}
