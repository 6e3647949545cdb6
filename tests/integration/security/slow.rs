//! Clients that take their time (security item 58): their connections end, others are not kept waiting.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use plenum::federation::Federation;
use plenum::{http, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::harness::world::World;

/// Longer than any of this may take; only what fails waits for it.
const GUARD: Duration = Duration::from_secs(60);
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
const GET: &[u8] = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

/// A server that is as patient as can be configured least, with so many seats.
async fn impatient(world: &World, seats: usize) -> (u16, watch::Sender<bool>) {
    let mut app = world.at("tee").app();
    let mut config = (*app.config).clone();
    config.http.header_seconds = 1;
    config.http.request_seconds = 1;
    config.http.connections = seats;
    let limits = config.http.clone();
    app.config = Arc::new(config);
    let router = http::router(Federation::start(app).await.unwrap());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (stop, stopped) = watch::channel(false);
    #[expect(clippy::disallowed_methods, reason = "the server of the story runs beside it")]
    tokio::spawn(async move { serve::answer(&listener, router, &limits, stopped).await });
    (port, stop)
}

/// Says this much and no more; what the server said until it closed the connection.
async fn says(port: u16, beginning: &[u8]) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    stream.write_all(beginning).await.unwrap();
    let mut heard = Vec::new();
    let ended = timeout(GUARD, stream.read_to_end(&mut heard)).await;
    assert!(ended.is_ok(), "still open after {:?}", String::from_utf8_lossy(beginning));
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn item_58_who_says_nothing_or_half_of_it_loses_the_seat() {
    let world = World::of(["tee"]).await;
    let beginnings: [&[u8]; 6] =
        [b"", b"PRI * HTTP/2.0", PREFACE, b"GET / HT", b"GET / HTTP/1.1\r\nHost: ", GET];
    // As many seats as silent clients: whoever comes after them is served when they are gone.
    let (port, _stop) = impatient(&world, beginnings.len()).await;
    let said = join_all(beginnings.map(|beginning| says(port, beginning))).await;
    assert!(said[5].starts_with("HTTP/1.1 200"), "{}", said[5]);
    assert!(says(port, GET).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn item_58_a_body_that_does_not_come_is_not_waited_for() {
    let world = World::of(["tee"]).await;
    let (port, _stop) = impatient(&world, 8).await;
    let before = world.at("tee").state().await;
    let head = format!(
        "POST /inbox HTTP/1.1\r\nHost: {}\r\nContent-Type: application/activity+json\r\n\
         Connection: close\r\nContent-Length: 100\r\n\r\n{{",
        world.at("tee").host
    );
    let said = says(port, head.as_bytes()).await;
    assert!(said.starts_with("HTTP/1.1 4") || said.starts_with("HTTP/1.1 503"), "{said}");
    assert_eq!(world.at("tee").state().await, before);
}
