//! What moderation costs: asking the rules about a server with each request, the list of what waits, taking
//! in a list of rules with a look at it first, of which a tenth is about servers with which something hangs
//! together, and a wave of a thousand answers that is removed while somebody reads.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot be set up has nothing to say, and a reader runs beside the work"
)]

mod fixture;

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::header::COOKIE;
use axum::http::{Request, StatusCode};
use diesel::{RunQueryDsl, sql_query};
use http_body_util::BodyExt;
use plenum::clock::{Clock, Timestamp};
use plenum::domain::account::AccountKind;
use plenum::domain::host::HostStanding;
use plenum::domain::host_list::RuleBook;
use plenum::domain::host_rule::Decision;
use plenum::domain::site::Settings;
use plenum::domain::uri::Uri;
use plenum::http as doors;
use plenum::services::uploaded_lists::{self, Choices, Said};
use plenum::services::{condemnations, content_rules, hosts, settings, taken_lists, users};
use plenum::store::content_rules::Wave;
use plenum::store::page::Page as Bounds;
use plenum::store::{Conn, Db, accounts, taken_lists as kept};
use tower::ServiceExt;

const RULES: usize = 50_000;
const QUESTIONS: usize = 1_000_000;
const HELD: i64 = 10_000;
const AUTHORS: i64 = 500;
const LISTED: usize = 5_000;
/// Of each so many servers of the list, one is known here, with followers and texts.
const KNOWN_OF: usize = 10;
const FOLLOWERS: i64 = 20;
const TEXTS: i64 = 100;
/// How long a reader looks at a page before the next.
const PAUSE: Duration = Duration::from_millis(5);
/// In milliseconds.
const YEAR: i64 = 365 * 24 * 3_600_000;

static TEXTS_MADE: AtomicI64 = AtomicI64::new(0);
const WAVE: i64 = 1_000;

#[tokio::main]
async fn main() {
    rule_check();
    let place = fixture::Place::new("bench.localhost").await;
    waiting(&place).await;
    wave(&place).await;
    list(&place).await;
}

/// One look for each label of a name, whoever asks.
fn rule_check() {
    let rules = (0..RULES).map(|number| (format!("bad{number}.example"), HostStanding::Suspended));
    let book = RuleBook::new(rules);
    let names =
        ["social.example", "a.b.bad777.example", "bad49999.example", "very.long.name.of.a.server.example"];
    let start = Instant::now();
    for number in 0..QUESTIONS {
        black_box(book.standing_of(black_box(names[number % names.len()])));
    }
    let each = start.elapsed().as_nanos() / u128::try_from(QUESTIONS).unwrap();
    println!("{RULES} rules, one question     {each} ns   (target: below 1000 ns)");
}

async fn sql(db: &Db, statement: String) {
    let run = db.write(|tx| {
        let Conn::Sqlite(conn) = &mut **tx else { return Ok(0) };
        Ok(sql_query(statement.clone()).execute(&mut **conn)?)
    });
    run.await.unwrap();
}

/// Accounts elsewhere, and contributions of theirs in a state.
async fn fill(place: &fixture::Place, (host, authors): (&str, i64), (count, state): (i64, i64)) -> i64 {
    let organization = place.organization().await;
    let app = place.app();
    let names: Vec<String> = (0..authors).map(|number| format!("a{number}")).collect();
    app.db
        .write(|tx| {
            for name in &names {
                fixture::follower(tx, &organization, (host, name), AccountKind::Person)?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let first = Uri::ours(&format!("http://{host}"), "/users/a0");
    let first = app.db.read(|conn| Ok(accounts::by_uri(conn, &first)?)).await.unwrap().unwrap();
    // Every text has a moment of its own, and with it a key.
    let now = Clock::System.now().0 - YEAR + TEXTS_MADE.fetch_add(count, Ordering::Relaxed);
    let host_id = first.host_id.unwrap();
    let last = host_id.get() & 0xffff;
    sql(
        &app.db,
        format!(
            "INSERT INTO contributions (id, uri, url, kind, author_id, visibility, reply_policy, language, sensitive, \
             content, published_at, arrived_at, thread_id, revision, state, local) \
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count}) \
             SELECT (({now} + i) << 16) + {last}, 'http://{host}/c/' || i, 'http://{host}/c/' || i, 0, \
             a.id, 0, 0, 'en', 0, '<p>What we sell, part ' || i || '</p>', {now} + i, {now} + i, \
             (({now} + i) << 16) + {last}, 1, {state}, 0 FROM n JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS nth FROM accounts \
             WHERE host_id = {host_id}) AS a ON a.nth = i % {authors}"
        ),
    )
    .await;
    host_id.get()
}

/// The list of what waits, as a moderator opens it.
async fn waiting(place: &fixture::Place) {
    fill(place, ("waits.example", AUTHORS), (HELD, 4)).await;
    let app = place.app();
    let session = app.db.write(|tx| {
        let user = plenum::store::users::by_name(tx, "bench_admin")?.unwrap();
        users::open_session(tx, user.id, "bench")
    });
    let cookie = format!("plenum={}", session.await.unwrap());
    let router = doors::router(place.federation.clone());
    let mut times = Vec::new();
    for _ in 0..20 {
        let request = Request::get("/admin/review").header(COOKIE, &cookie).body(Body::empty()).unwrap();
        let start = Instant::now();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        times.push(start.elapsed());
        assert!(String::from_utf8_lossy(&body).contains("waits.example"));
    }
    median("list of 10000 that wait", &mut times, "50 ms");
}

/// A thousand answers that are removed by one decision.
async fn wave(place: &fixture::Place) {
    let host = fill(place, ("wave.example", 50), (WAVE, 0)).await;
    let db = place.app().db;
    // What can be taken back is deleted later: here nothing can.
    db.write(|tx| {
        let now = plenum::store::settings::get(tx)?;
        settings::change(tx, None, &Settings { grace_days: 0, ..now }).map(drop)
    })
    .await
    .unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(reads(doors::router(place.federation.clone()), Arc::clone(&done)));
    let start = Instant::now();
    let wave = Wave::Host(plenum::domain::id::Id::new(host));
    let count = db.write(|tx| content_rules::clear(tx, None, wave, Timestamp(0))).await.unwrap();
    let decided = start.elapsed();
    while db.write(condemnations::expel_some).await.unwrap() {}
    println!("wave of {count} out of sight in   {decided:?}, deleted in {:?}", start.elapsed());
    assert_eq!(i64::try_from(count).unwrap(), WAVE);
    done.store(true, Ordering::Relaxed);
    let mut times = reader.await.unwrap();
    times.sort();
    println!(
        "  a reader meanwhile: {} pages, median {:?}, 95 of 100 below {:?}   (target: 300 ms)",
        times.len(),
        times[times.len() / 2],
        times[times.len() * 95 / 100]
    );
}

/// Opens the page of the organization again and again until something is done; how long each took.
async fn reads(router: Router, done: Arc<AtomicBool>) -> Vec<Duration> {
    let mut times = Vec::new();
    loop {
        let request = Request::get("/").body(Body::empty()).unwrap();
        let start = Instant::now();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.into_body().collect().await.unwrap();
        times.push(start.elapsed());
        if done.load(Ordering::Relaxed) {
            return times;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// A list is looked at and taken in.
async fn list(place: &fixture::Place) {
    let suspend = Decision { standing: HostStanding::Suspended, ..Decision::default() };
    let rules: Vec<(String, Decision)> =
        (0..LISTED).map(|number| (format!("bad{number}.example"), suspend.clone())).collect();
    let db = place.app().db;
    for (name, _) in rules.iter().step_by(KNOWN_OF) {
        fill(place, (name, FOLLOWERS), (TEXTS, 0)).await;
    }
    let start = Instant::now();
    let new = db.read(|conn| hosts::preview_list(conn, &rules)).await.unwrap().new;
    let looked = start.elapsed();
    let taken = db
        .write(|tx| uploaded_lists::take_in(tx, None, &rules, (&Choices::default(), &Said::default())))
        .await
        .unwrap();
    println!(
        "list of {taken} rules taken in   {:?}, of which the look first {looked:?}   (target: 5 s)",
        start.elapsed()
    );
    assert_eq!((new, taken), (LISTED, LISTED));
    let id = db.read(|conn| Ok(kept::page(conn, &Bounds::first(1))?)).await.unwrap()[0].id;
    let start = Instant::now();
    let back = db.write(|tx| taken_lists::take_back(tx, None, id)).await.unwrap();
    println!("list of {back} rules taken back   {:?}   (target: 2 s)", start.elapsed());
}

fn median(what: &str, times: &mut [Duration], target: &str) {
    times.sort();
    println!(
        "{what}   median {:?}, slowest {:?}   (target: {target})",
        times[times.len() / 2],
        times[times.len() - 1]
    );
}
