//! Streams as apps hold them open: a WebSocket, and lines of server-sent events.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::entities;
use super::world::Instance;

/// Longer than anything here may take; only what fails waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A WebSocket in an app.
pub(crate) struct Socket(WebSocketStream<TcpStream>);

/// Server-sent events in an app.
pub(crate) struct Lines(BufReader<TcpStream>);

impl Instance {
    async fn dial(&self) -> TcpStream {
        let port = self.host.rsplit(':').next().unwrap().parse().unwrap();
        TcpStream::connect(("127.0.0.1", port)).await.unwrap()
    }

    /// Asks for a WebSocket; the query and headers are the app's.
    pub(crate) async fn upgrades(
        &self,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<(Socket, Response), Error> {
        let url = format!("ws://{}/api/v1/streaming{query}", self.host);
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (socket, response) = client_async(request, self.dial().await).await?;
        Ok((Socket(socket), response))
    }

    /// A WebSocket for this token.
    pub(crate) async fn socket(&self, token: &str) -> Socket {
        self.upgrades(&format!("?access_token={token}"), &[]).await.unwrap().0
    }

    /// A stream of lines for this token, after its first line.
    pub(crate) async fn lines(&self, path: &str, token: &str) -> Lines {
        let mut stream = self.dial().await;
        let request = format!(
            "GET /api/v1/streaming/{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\r\n",
            self.host
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut lines = Lines(BufReader::new(stream));
        assert_eq!(lines.line().await, "HTTP/1.1 200 OK");
        let mut head = Vec::new();
        loop {
            let line = lines.line().await;
            if line.is_empty() {
                break;
            }
            head.push(line.to_lowercase());
        }
        assert!(head.iter().any(|line| line == "content-type: text/event-stream"), "{head:?}");
        assert_eq!(lines.content().await, ":)");
        lines
    }
}

impl Socket {
    pub(crate) async fn says(&mut self, message: Value) {
        self.sends(Message::text(message.to_string())).await;
    }

    pub(crate) async fn sends(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// Subscribes, and waits until that has arrived: an unknown stream is answered after it.
    pub(crate) async fn subscribes(&mut self, stream: &str, more: Value) {
        let mut message = json!({ "type": "subscribe", "stream": stream });
        for (name, value) in more.as_object().into_iter().flatten() {
            message[name] = value.clone();
        }
        self.says(message).await;
        self.says(json!({ "type": "subscribe", "stream": "no such stream" })).await;
        assert_eq!(self.hears().await["status"], 400);
    }

    /// The next frame.
    pub(crate) async fn hears(&mut self) -> Value {
        loop {
            match self.next().await {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(text.as_str()).unwrap();
                    if let Some(event) = frame["event"].as_str() {
                        entities::check_event(event, frame["payload"].as_str().unwrap());
                    }
                    return frame;
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("a frame was awaited, not {other:?}"),
            }
        }
    }

    /// The next frame in short: its stream, its event, and its payload as JSON.
    pub(crate) async fn frame(&mut self) -> (String, String, Value) {
        let frame = self.hears().await;
        let stream: Vec<&str> =
            frame["stream"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let payload = serde_json::from_str(frame["payload"].as_str().unwrap()).unwrap();
        (stream.join(" "), frame["event"].as_str().unwrap().to_owned(), payload)
    }

    /// What comes next, whatever it is.
    pub(crate) async fn next(&mut self) -> Option<Result<Message, Error>> {
        timeout(PATIENCE, self.0.next()).await.expect("the server says something")
    }
}

impl Lines {
    async fn line(&mut self) -> String {
        let mut line = String::new();
        timeout(PATIENCE, self.0.read_line(&mut line)).await.expect("the server says something").unwrap();
        line.trim_end().to_owned()
    }

    /// The next line that is no length of a chunk and no end of one.
    async fn content(&mut self) -> String {
        loop {
            let line = self.line().await;
            let length = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !line.is_empty() && !length {
                return line;
            }
        }
    }

    /// The next event and its data.
    pub(crate) async fn event(&mut self) -> (String, String) {
        let (event, data) = (self.content().await, self.content().await);
        let field =
            |line: String, name: &str| line.strip_prefix(name).unwrap_or_else(|| panic!("{line}")).to_owned();
        let (event, data) = (field(event, "event: "), field(data, "data: "));
        entities::check_event(&event, &data);
        (event, data)
    }

    /// Reads until the server ends the stream.
    pub(crate) async fn ends(&mut self) {
        let mut line = String::new();
        while timeout(PATIENCE, self.0.read_line(&mut line)).await.expect("the stream ends").unwrap() > 0 {
            line.clear();
        }
    }
}
