//! Another server on loopback that answers byte for byte as told and remembers what it was asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Makes the raw answer to a path at a host; `None` lets the asker wait for ever.
type Answers = dyn Fn(&str, &str) -> Option<Vec<u8>> + Send + Sync;

/// The server. Its thread ends with the tests.
pub(crate) struct Elsewhere {
    pub(crate) port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Elsewhere {
    /// A server that answers like this.
    pub(crate) fn answering(answers: impl Fn(&str, &str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let answers: Arc<Answers> = Arc::new(answers);
        let log = Arc::clone(&heads);
        thread::spawn(move || {
            let mut waiting = Vec::new();
            for stream in listener.incoming().flatten() {
                waiting.extend(answer(stream, &log, &*answers));
            }
        });
        Self { port, heads }
    }

    /// Answers every path with the same bytes.
    pub(crate) fn saying(response: Vec<u8>) -> Self {
        Self::answering(move |_, _| Some(response.clone()))
    }

    /// `http://name:port/path`
    pub(crate) fn url(&self, name: &str, path: &str) -> String {
        format!("http://{name}:{}{path}", self.port)
    }

    /// The heads of all requests so far, connections without one included.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// Answers one connection; hands it back when nothing is to be said.
fn answer(mut stream: TcpStream, log: &Mutex<Vec<String>>, answers: &Answers) -> Option<TcpStream> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    log.lock().unwrap().push(head.clone());
    let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    stream.read_exact(&mut vec![0; value("content-length: ").parse().unwrap_or(0)]).ok()?;
    let path = head.split(' ').nth(1).unwrap_or("/");
    let Some(response) = answers(path, value("host: ")) else { return Some(stream) };
    // The asker may have heard enough before the end.
    let _ = stream.write_all(&response);
    None
}

/// A response with a status, headers (each ended by `\r\n`) and a body of known length.
pub(crate) fn response(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
        .into_bytes()
}

/// A document as ActivityPub servers send it.
pub(crate) fn document(body: &str) -> Vec<u8> {
    response("200 OK", "Content-Type: application/activity+json\r\n", body)
}

/// A redirect.
pub(crate) fn redirect(location: &str) -> Vec<u8> {
    response("302 Found", &format!("Location: {location}\r\n"), "")
}
