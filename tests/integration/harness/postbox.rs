//! A mail server on loopback that keeps what it is given.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How long one exchange may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// The server; it ends with this value.
pub(crate) struct Postbox {
    port: u16,
    kept: Arc<Mutex<Vec<Letter>>>,
    closed: Arc<AtomicBool>,
    server: JoinHandle<()>,
}

/// A letter as it arrived, its encoding taken away.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) text: String,
}

impl Letter {
    /// The only link of this kind in the letter, as the path on the site at `origin`.
    pub(crate) fn link(&self, origin: &str, kind: &str) -> String {
        let start = format!("{origin}{kind}");
        let found: Vec<&str> = self.text.split_whitespace().filter(|word| word.starts_with(&start)).collect();
        assert_eq!(found.len(), 1, "one link to {start}: {}", self.text);
        assert_eq!(self.text.matches(kind).count(), 1, "and no other: {}", self.text);
        found[0][origin.len()..].to_owned()
    }
}

impl Postbox {
    /// Opens it.
    #[expect(clippy::disallowed_methods, reason = "a mail server runs beside the story")]
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (kept, closed) = (Arc::<Mutex<Vec<Letter>>>::default(), Arc::<AtomicBool>::default());
        let (taken, shut) = (Arc::clone(&kept), Arc::clone(&closed));
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (taken, shut) = (Arc::clone(&taken), Arc::clone(&shut));
                let talk = async move { tokio::time::timeout(DEADLINE, talk(stream, &taken, &shut)).await };
                tokio::spawn(talk);
            }
        });
        Self { port, kept, closed, server }
    }

    /// Its address, for the settings.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// From now on it takes nothing.
    pub(crate) fn closes(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    /// It takes letters again.
    pub(crate) fn opens(&self) {
        self.closed.store(false, Ordering::SeqCst);
    }

    /// What arrived since it was looked at.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        std::mem::take(&mut *self.kept.lock().unwrap())
    }

    /// The only letter that arrived since.
    pub(crate) fn letter(&self) -> Letter {
        let mut letters = self.letters();
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters.remove(0)
    }
}

impl Drop for Postbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// One exchange (RFC 5321), as far as whoever sends one letter after the other needs it.
async fn talk(stream: TcpStream, kept: &Mutex<Vec<Letter>>, closed: &AtomicBool) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    if closed.load(Ordering::SeqCst) {
        return stream.write_all(b"421 4.3.2 nobody is here for ada\r\n").await;
    }
    stream.write_all(b"220 postbox\r\n").await?;
    let (mut from, mut to) = (String::new(), String::new());
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let named = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let answer: &[u8] = match line.get(..4).unwrap_or_default() {
            "EHLO" => b"250-postbox\r\n250 8BITMIME\r\n",
            "MAIL" => {
                from = named();
                b"250 ok\r\n"
            }
            "RCPT" => {
                to = named();
                b"250 ok\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let text = body(&mut stream).await?;
                kept.lock().unwrap().push(Letter { from: from.clone(), to: to.clone(), text });
                b"250 kept\r\n"
            }
            "QUIT" => return stream.write_all(b"221 bye\r\n").await,
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer).await?;
    }
}

/// The lines of a letter up to the lone dot.
async fn body(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(unquoted(&text));
        }
        text.push_str(line.strip_prefix("..").map_or(line.as_str(), |_| &line[1..]));
    }
}

/// The text without quoted-printable (RFC 2045, 6.7), where it has that.
fn unquoted(text: &str) -> String {
    if !text.contains("quoted-printable") {
        return text.to_owned();
    }
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
