//! Warm signed deliveries per second through the real queue, beside what signing and a bare POST
//! allow on one core in the same run.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has nothing to say")]

mod fixture;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use plenum::domain::account::AccountKind;
use plenum::domain::keys::{Algorithm, SigningKey};
use plenum::domain::uri::Uri;
use plenum::jobs;
use plenum::services::publish::{self, Recipients};
use serde_json::json;
use tokio::net::TcpListener;

const ACTIVITIES: usize = 3_000;

#[tokio::main]
async fn main() {
    let place = fixture::Place::new("bench.localhost").await;
    let (port, count) = sink().await;
    let host = format!("sink.localhost:{port}");
    let organization = place.organization().await;
    let db = place.app().db;
    db.write(|tx| fixture::follower(tx, &organization, (&host, "ana"), AccountKind::Person)).await.unwrap();

    let text = "x".repeat(1_000);
    let ceiling = ceiling(port, &text).await;

    db.write(|tx| {
        for number in 0..ACTIVITIES {
            let id = format!("http://bench.localhost/activities/{number}");
            let activity = json!({ "id": id, "type": "Create", "content": text });
            let object = Uri::ours("http://bench.localhost", &format!("/c/{number}"));
            let to = Recipients { followers_of: vec![organization.id], ..Recipients::default() };
            publish::send(tx, &organization, &activity, &object, true, &to)?;
        }
        Ok(())
    })
    .await
    .unwrap();
    let before = count.load(Ordering::Relaxed);
    let data = place.federation.to_request_data();
    let (start, busy) = (Instant::now(), cpu_seconds());
    while jobs::run_due(&data).await.unwrap() > 0 {}
    let delivered = count.load(Ordering::Relaxed) - before;
    assert_eq!(delivered, ACTIVITIES);
    let queue = Rate::of(delivered, &start, busy);
    println!("                               per second   per second of one core");
    println!("deliveries through the queue   {:10.0}   {:10.0}", queue.wall, queue.core);
    println!("ceiling: sign + bare POST      {:10.0}   {:10.0}", ceiling.wall, ceiling.core);
    let share = (queue.wall / ceiling.wall * 100.0, queue.core / ceiling.core * 100.0);
    println!(
        "share of the ceiling         {:10.0} %   {:10.0} %   (target: at least 70 %)",
        share.0, share.1
    );
}

/// How many in a second that passed, and in a second of one core: the queue sends side by side and
/// the ceiling one by one, and other programs may want the cores, too. The sink is in both.
struct Rate {
    wall: f64,
    core: f64,
}

impl Rate {
    fn of(count: usize, start: &Instant, busy: f64) -> Self {
        let count = f64::from(u32::try_from(count).unwrap());
        Self { wall: count / start.elapsed().as_secs_f64(), core: count / (cpu_seconds() - busy) }
    }
}

/// Seconds that this process kept cores busy; Linux counts them in hundredths.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
    fields.skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap() / 100.0).sum()
}

/// What one core can do that signs each request with RSA-2048 and posts it over a kept connection.
async fn ceiling(port: u16, text: &str) -> Rate {
    const ROUNDS: usize = 2_000;
    let key = SigningKey::generate(Algorithm::Rsa).unwrap();
    let client = reqwest::Client::new();
    let url = format!("http://127.0.0.1:{port}/inbox");
    for _ in 0..50 {
        client.post(&url).body(text.to_owned()).send().await.unwrap();
    }
    let (start, busy) = (Instant::now(), cpu_seconds());
    for _ in 0..ROUNDS {
        key.sign(text.as_bytes()).unwrap();
        client.post(&url).body(text.to_owned()).send().await.unwrap();
    }
    Rate::of(ROUNDS, &start, busy)
}

/// A server that answers every POST with 202 and counts; returns its port.
#[expect(clippy::disallowed_methods, reason = "the sink runs beside what is measured")]
async fn sink() -> (u16, Arc<AtomicUsize>) {
    async fn take(State(count): State<Arc<AtomicUsize>>, _body: axum::body::Bytes) -> StatusCode {
        count.fetch_add(1, Ordering::Relaxed);
        StatusCode::ACCEPTED
    }
    let count = Arc::new(AtomicUsize::new(0));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = Router::new().fallback(take).with_state(Arc::clone(&count));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (port, count)
}
