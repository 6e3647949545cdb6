//! HTTP/2 turned against the server: frames that cost nothing to send (security item 68).

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::harness::world::{Instance, World};

/// Longer than any of this may take; only what fails waits for it.
const PATIENCE: Duration = Duration::from_secs(30);
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;
const END_STREAM: u8 = 1;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The headers of a request, written with names that both sides know.
fn request(north: &Instance, method: u8, path: &str) -> Vec<u8> {
    let text = |name: u8, text: &str| [&[name, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    [vec![method, 0x86], text(0x44, path), text(0x41, &north.host)].concat()
}
const GET: u8 = 0x82;
const POST: u8 = 0x83;

/// Somebody who speaks HTTP/2 from the first byte.
async fn opens(north: &Instance) -> TcpStream {
    let port: u16 = north.host.rsplit(':').next().unwrap().parse().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(PREFACE).await.unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, b"")).await.unwrap();
    stream
}

/// Sends all of it, and reads until the server says that it is enough, or ends the connection.
async fn is_turned_away(stream: TcpStream, attack: Vec<u8>) {
    let (mut reader, mut writer) = stream.into_split();
    let send = async {
        // The server may have closed before the end of it, which is the point.
        let _ = writer.write_all(&attack).await;
    };
    let hear = async {
        loop {
            let mut head = [0; 9];
            if reader.read_exact(&mut head).await.is_err() {
                return true;
            }
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            if reader.read_exact(&mut payload).await.is_err() || head[3] == GOAWAY {
                return true;
            }
        }
    };
    let both = async { tokio::join!(send, hear).1 };
    assert!(timeout(PATIENCE, both).await.expect("the server ends the connection"));
}

/// Others are answered as before.
async fn is_well(north: &Instance) {
    let mut stream = opens(north).await;
    let headers = request(north, GET, "/health");
    stream.write_all(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &headers)).await.unwrap();
    let mut heard = Vec::new();
    while !heard.ends_with(b"OK") {
        let mut part = [0; 1024];
        let read = timeout(PATIENCE, stream.read(&mut part)).await.expect("the server answers").unwrap();
        assert!(read > 0, "the connection ended: {heard:?}");
        heard.extend(&part[..read]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn item_68_requests_that_are_taken_back_at_once() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let headers = request(north, GET, "/health");
    let attack = (0..20_000_u32).flat_map(|at| {
        let stream = 2 * at + 1;
        let asked = frame(HEADERS, END_HEADERS | END_STREAM, stream, &headers);
        [asked, frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes())].concat()
    });
    is_turned_away(opens(north).await, attack.collect()).await;
    is_well(north).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_68_headers_without_end() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let field = [&[0x00, 0x01, b'a', 0x7f, 0x80, 0x01][..], &[b'a'; 255]].concat();
    let part = field.repeat(60);
    let mut attack = frame(HEADERS, 0, 1, &request(north, GET, "/health"));
    for _ in 0..2_000 {
        attack.extend(frame(CONTINUATION, 0, 1, &part));
    }
    is_turned_away(opens(north).await, attack).await;
    is_well(north).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_68_a_body_of_nothing() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let mut stream = opens(north).await;
    let mut attack = frame(HEADERS, END_HEADERS, 1, &request(north, POST, "/inbox"));
    attack.extend(frame(DATA, 0, 1, b"").repeat(200_000));
    attack.extend(frame(DATA, END_STREAM, 1, b""));
    // Whether it is read to its end or cut short: nobody waits for it.
    let _ = timeout(PATIENCE, stream.write_all(&attack)).await.expect("the server reads on, or closes");
    is_well(north).await;
}
