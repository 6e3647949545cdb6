//! What apps wait for: a page of the home timeline among few and among a million contributions, a
//! thread of a thousand replies, posting to ten thousand followers here, and what open streams cost.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot be set up has nothing to say, and readers run beside each other"
)]

mod fixture;

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, Request, StatusCode};
use diesel::{RunQueryDsl, sql_query};
use http_body_util::BodyExt;
use plenum::clock::{Clock, Timestamp};
use plenum::domain::account::{Account, AccountKind};
use plenum::domain::id::Id;
use plenum::http as doors;
use plenum::services::users;
use plenum::store::{Conn, Db};
use plenum::{config, serve};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

const FEW: i64 = 10_000;
const MANY: i64 = 1_000_000;
const AUTHORS: i64 = 2_000;
const FOLLOWED: i64 = 1_000;
const READERS: usize = 16;
const PAGES: usize = 400;
/// How long a reader looks at a page before the next; people take far longer.
const PAUSE: Duration = Duration::from_millis(50);
const REPLIES: i64 = 1_000;
const FOLLOWERS: i64 = 10_000;
const STREAMS: usize = 1_000;
const STREAMS_PER_TOKEN: usize = 20;

struct Bench {
    db: Db,
    router: Router,
    token: String,
    me: Id<Account>,
    now: Timestamp,
}

#[tokio::main]
async fn main() {
    let place = fixture::Place::new("bench.localhost").await;
    let db = place.app().db;
    let token = db.write(|tx| users::token(tx, "bench_admin", false, "read write")).await.unwrap();
    let me = db.read(|conn| Ok(plenum::store::users::by_name(conn, "bench_admin")?)).await.unwrap().unwrap();
    let organization = place.organization().await;
    // Makes their server known, too.
    db.write(|tx| fixture::follower(tx, &organization, ("far.example", "ana"), AccountKind::Person))
        .await
        .unwrap();
    let (stop, stopped) = watch::channel(false);
    let streams = serve::streams(place.federation.clone(), stopped);
    let router = doors::router(place.federation.clone());
    let bench = Bench { db, router, token, me: me.account_id, now: Clock::System.now() };
    bench.people().await;
    // First, while nothing that was used before hides what they take.
    bench.streams().await;
    bench.contributions(0, FEW).await;
    let few = bench.home("10,000 contributions").await;
    bench.contributions(FEW, MANY).await;
    let many = bench.home("1,000,000 contributions").await;
    println!(
        "growth of the median       {:6.2} x  (target: at most 1.5)",
        many.as_secs_f64() / few.as_secs_f64()
    );
    bench.thread().await;
    bench.posting().await;
    stop.send_replace(true);
    streams.await.unwrap();
}

impl Bench {
    async fn sql(&self, statement: String) {
        let done = self.db.write(|tx| {
            let Conn::Sqlite(conn) = &mut **tx else { panic!("benchmarks run on SQLite") };
            sql_query(&statement).execute(&mut **conn)?;
            Ok(())
        });
        done.await.unwrap();
    }

    /// The first key of authors.
    fn author(&self) -> i64 {
        (self.now.0 - 40 * 24 * 3_600_000) << 16
    }

    /// When the first contribution was published, with one per millisecond from there.
    fn first(&self) -> i64 {
        self.now.0 - 2 * MANY
    }

    async fn people(&self) {
        let (author, now) = (self.author(), self.now.0);
        self.sql(format!(
            "INSERT INTO accounts (id, uri, url, kind, name, handle, host_id, display_name, summary, inbox, locked, \
             discoverable, state, standing, created_at, updated_at) \
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {AUTHORS}) \
             SELECT {author} + i, 'https://far.example/users/u' || i, 'https://far.example/@u' || i, 0, 'u' || i, \
             'u' || i || '@far.example', (SELECT id FROM hosts), 'User ' || i, '<p>About</p>', 'https://far.example/inbox', 0, 1, 0, 1, \
             {now}, {now} FROM n"
        ))
        .await;
        let me = self.me;
        self.sql(format!(
            "INSERT INTO follows (id, follower_id, followee_id, uri, state, created_at) \
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {FOLLOWED}) \
             SELECT {author} + i, {me}, {author} + i, 'https://bench.localhost/f/' || i, 1, {now} FROM n"
        ))
        .await;
    }

    async fn contributions(&self, from: i64, to: i64) {
        let (author, first) = (self.author(), self.first());
        for start in (from..to).step_by(100_000) {
            let end = (start + 100_000).min(to);
            self.sql(format!(
                "INSERT INTO contributions (id, uri, url, kind, author_id, visibility, reply_policy, language, \
                 sensitive, content, published_at, thread_id, revision, state, local) \
                 WITH RECURSIVE n(i) AS (SELECT {start} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {end}) \
                 SELECT ({first} + i) << 16, 'https://far.example/c/' || i, 'https://far.example/c/' || i, 0, \
                 {author} + (i * 7919) % {AUTHORS}, 0, 0, 'en', 0, '<p>What we counted, part ' || i || '</p>', \
                 {first} + i, ({first} + i) << 16, 1, 0, 0 FROM n"
            ))
            .await;
        }
        self.sql("ANALYZE".to_owned()).await;
    }

    async fn ask(&self, method: Method, path: &str, form: Option<String>) -> (StatusCode, Value) {
        let (status, body) = ask(&self.router, &self.token, method, path, form).await;
        (status, serde_json::from_slice(&body).unwrap())
    }

    /// Pages of the home timeline for many readers at once; the median.
    async fn home(&self, among: &str) -> Duration {
        let (status, page) = self.ask(Method::GET, "/api/v1/timelines/home", None).await;
        assert_eq!((status, page.as_array().unwrap().len()), (StatusCode::OK, 20));
        let mut alone = Vec::new();
        for _ in 0..PAGES {
            let start = Instant::now();
            ask(&self.router, &self.token, Method::GET, "/api/v1/timelines/home", None).await;
            alone.push(start.elapsed());
        }
        alone.sort();
        println!(
            "home timeline among {among}: one reader p50 {:?}, p99 {:?};",
            alone[PAGES / 2],
            alone[PAGES * 99 / 100]
        );
        let (median, slow, rate) = self.readers(PAUSE).await;
        println!(
            "  {READERS} readers, each looking at a page for {PAUSE:?}: p50 {median:?}, p99 {slow:?}, {rate:.0} pages/s   (targets: 2 ms, 10 ms)"
        );
        let (crowded, slow, rate) = self.readers(Duration::ZERO).await;
        println!("  {READERS} readers without a pause: p50 {crowded:?}, p99 {slow:?}, {rate:.0} pages/s");
        median
    }

    /// Pages for many readers at once, each of whom rests between two; median, 99th of a hundred,
    /// and how many pages a second that was.
    async fn readers(&self, pause: Duration) -> (Duration, Duration, f64) {
        let start = Instant::now();
        let readers: Vec<_> = (0..READERS)
            .map(|number| {
                let (router, token) = (self.router.clone(), self.token.clone());
                let first = pause / u32::try_from(READERS).unwrap() * u32::try_from(number).unwrap();
                tokio::spawn(async move {
                    tokio::time::sleep(first).await;
                    let mut times = Vec::new();
                    for _ in 0..PAGES {
                        let start = Instant::now();
                        ask(&router, &token, Method::GET, "/api/v1/timelines/home", None).await;
                        times.push(start.elapsed());
                        if !pause.is_zero() {
                            tokio::time::sleep(pause).await;
                        }
                    }
                    times
                })
            })
            .collect();
        let mut times = Vec::new();
        for reader in readers {
            times.extend(reader.await.unwrap());
        }
        let rate = f64::from(u32::try_from(times.len()).unwrap()) / start.elapsed().as_secs_f64();
        times.sort();
        (times[times.len() / 2], times[times.len() * 99 / 100], rate)
    }

    async fn thread(&self) {
        let (_, root) =
            self.ask(Method::POST, "/api/v1/statuses", Some("status=Who%20counted?".to_owned())).await;
        let id: i64 = root["id"].as_str().unwrap().parse().unwrap();
        let uri = root["uri"].as_str().unwrap();
        let author = self.author();
        self.sql(format!(
            "INSERT INTO contributions (id, uri, url, kind, author_id, visibility, reply_policy, language, sensitive, \
             content, published_at, in_reply_to_id, in_reply_to_uri, thread_id, revision, state, local) \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {REPLIES}) \
             SELECT {id} + i * 65536, 'https://far.example/r/' || i, 'https://far.example/r/' || i, 0, \
             {author} + i % {AUTHORS}, 0, 0, 'en', 0, '<p>We did</p>', ({id} >> 16) + i, \
             CASE WHEN i % 3 = 0 THEN {id} + (i - 1) * 65536 ELSE {id} END, '{uri}', {id}, 1, 0, 0 FROM n"
        ))
        .await;
        let path = format!("/api/v1/statuses/{id}/context");
        let mut times = Vec::new();
        for _ in 0..20 {
            let start = Instant::now();
            let (_, context) = ask(&self.router, &self.token, Method::GET, &path, None).await;
            times.push(start.elapsed());
            let context: Value = serde_json::from_slice(&context).unwrap();
            assert_eq!(i64::try_from(context["descendants"].as_array().unwrap().len()).unwrap(), REPLIES);
        }
        times.sort();
        println!(
            "thread of {REPLIES} replies     median {:?}, slowest {:?}   (target: 50 ms)",
            times[10], times[19]
        );
    }

    async fn posting(&self) {
        let (author, me, now) = (self.author(), self.me, self.now.0);
        let base = author + 1_000_000;
        self.sql(format!(
            "INSERT INTO accounts (id, uri, url, kind, name, handle, display_name, summary, inbox, locked, \
             discoverable, state, standing, created_at, updated_at) \
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {FOLLOWERS}) \
             SELECT {base} + i, 'http://bench.localhost/actors/l' || i, 'http://bench.localhost/@l' || i, 0, \
             'l' || i, 'l' || i || '@bench.localhost', '', '', 'http://bench.localhost/actors/l/inbox', 0, 1, 0, 1, \
             {now}, {now} FROM n"
        ))
        .await;
        self.sql(format!(
            "INSERT INTO follows (id, follower_id, followee_id, uri, state, created_at) \
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {FOLLOWERS}) \
             SELECT {base} + i, {base} + i, {me}, 'http://bench.localhost/g/' || i, 1, {now} FROM n"
        ))
        .await;
        let mut times = Vec::new();
        for round in 0..20 {
            let start = Instant::now();
            let form = format!("status=Round%20{round}");
            let (status, _) = self.ask(Method::POST, "/api/v1/statuses", Some(form)).await;
            times.push(start.elapsed());
            assert_eq!(status, StatusCode::OK);
        }
        times.sort();
        println!(
            "posting to {FOLLOWERS} followers here: median {:?}, slowest {:?}   (target: 100 ms)",
            times[10], times[19]
        );
    }

    /// Streams over connections of their own, as browsers without WebSocket hold them.
    async fn streams(&self) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = watch::channel(false);
        let (router, limits) = (self.router.clone(), config::Config::default().http);
        let server = tokio::spawn(async move { serve::answer(&listener, router, &limits, stopped).await });
        let mut tokens = Vec::new();
        for _ in 0..STREAMS / STREAMS_PER_TOKEN {
            tokens.push(self.db.write(|tx| users::token(tx, "bench_admin", false, "read")).await.unwrap());
        }
        let before = resident();
        let mut open = Vec::new();
        for number in 0..STREAMS {
            let token = &tokens[number / STREAMS_PER_TOKEN];
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
            let path = "/api/v1/streaming/user";
            let request = format!(
                "GET {path} HTTP/1.1\r\nhost: bench.localhost\r\nauthorization: Bearer {token}\r\n\r\n"
            );
            stream.write_all(request.as_bytes()).await.unwrap();
            heard(&mut stream, ":)").await;
            open.push(stream);
        }
        let (status, _) = self.ask(Method::POST, "/api/v1/statuses", Some("status=Heard?".to_owned())).await;
        assert_eq!(status, StatusCode::OK);
        let start = Instant::now();
        for stream in &mut open {
            heard(stream, "event: update").await;
        }
        let (cost, time) = (resident().saturating_sub(before) / 1024, start.elapsed());
        println!(
            "{STREAMS} open streams, both ends: {cost} MiB, told within {time:?}   (target: below 40 MB)"
        );
        drop(open);
        stop.send_replace(true);
        server.await.unwrap();
    }
}

/// Reads until this is said.
async fn heard(stream: &mut TcpStream, said: &str) {
    let mut text = String::new();
    let mut part = [0; 4096];
    while !text.contains(said) {
        let length = stream.read(&mut part).await.unwrap();
        assert!(length > 0, "the stream ended: {text}");
        text.push_str(&String::from_utf8_lossy(&part[..length]));
    }
}

async fn ask(
    router: &Router,
    token: &str,
    method: Method,
    path: &str,
    form: Option<String>,
) -> (StatusCode, Bytes) {
    let mut request =
        Request::builder().method(method).uri(path).header(AUTHORIZATION, format!("Bearer {token}"));
    if form.is_some() {
        request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    let request = request.body(form.map_or_else(Body::empty, Body::from)).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    (status, response.into_body().collect().await.unwrap().to_bytes())
}

/// Memory of this process in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
