//! How sites that carry the same questions come to the same positions: what it costs when they
//! agree, and how long ten thousand missing positions take, proofs verified; what the map of a question
//! costs; and how a back-catalogue of a thousand statements goes on after interruptions.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot be set up has nothing to say, and two servers run side by side"
)]

mod fixture;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use activitypub_federation::config::Data;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http_body_util::BodyExt;
use plenum::domain::account::{Account, AccountKind};
use plenum::domain::keys::{Algorithm, SigningKey};
use plenum::domain::question::{DraftQuestion, Qid};
use plenum::domain::statement::{Draft, DraftThesis};
use plenum::domain::trust::Trust;
use plenum::domain::uri::Uri;
use plenum::domain::view::Body;
use plenum::federation::catalogue::fetch_on;
use plenum::federation::objects::{self, Authored};
use plenum::federation::{Federation, exchange};
use plenum::services::questions::{self, NewQuestion};
use plenum::services::statements;
use plenum::store::contributions::Viewer;
use plenum::store::page::Page;
use plenum::store::{accounts, completeness, keys, positions, revisions, users};
use plenum::vocab::incoming::{Document, IncomingObject};
use plenum::vocab::proof;
use plenum::{config, http as doors, serve};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt;

const QUESTIONS: usize = 40;
const ORGANIZATIONS: usize = 250;
const ROUNDS: usize = 21;
const STATEMENTS: usize = 1000;
const CUTS: u32 = 5;

struct Speaker {
    account: Account,
    key: SigningKey,
}

#[tokio::main]
async fn main() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let carrier = fixture::Place::new(&format!("carrier.localhost:{port}")).await;
    let second = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let other = second.local_addr().unwrap().port();
    let newcomer = fixture::Place::new(&format!("newcomer.localhost:{other}")).await;
    let keys: Vec<SigningKey> =
        (0..ORGANIZATIONS).map(|_| SigningKey::generate(Algorithm::Ed25519).unwrap()).collect();
    let here = introduce(&carrier, &keys).await;
    let _ = introduce(&newcomer, &keys).await;
    let qids = ask(&carrier).await;
    println!("writing {} signed positions …", QUESTIONS * ORGANIZATIONS);
    for qid in &qids {
        fill(&carrier, &here, qid).await;
    }

    let (requests, bytes) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let router = counted(&carrier, &requests, &bytes);
    map(&carrier, &qids[0]).await;
    println!("writing {STATEMENTS} signed statements …");
    publish(&carrier).await;
    let (stop, stopped) = watch::channel(false);
    let limits = config::Config::default().http;
    let (again, ended) = (limits.clone(), stopped.clone());
    tokio::spawn(async move { serve::answer(&listener, router, &limits, stopped).await });
    let router = doors::router(newcomer.federation.clone());
    tokio::spawn(async move { serve::answer(&second, router, &again, ended).await });
    adopt(&carrier, &newcomer, &qids).await;

    let data = newcomer.federation.to_request_data();
    let start = Instant::now();
    for qid in &qids {
        exchange::reconcile(&data, qid).await.unwrap();
    }
    let caught_up = start.elapsed();
    let mut here = 0;
    for qid in &qids {
        here += data.app.db.read(|conn| Ok(positions::on(conn, Viewer::Anyone, qid)?.len())).await.unwrap();
    }
    assert_eq!(here, QUESTIONS * ORGANIZATIONS, "every position is here");
    println!("caught up with {here} positions  {caught_up:9.2?}   (target: below 30 s)");

    requests.store(0, Ordering::Relaxed);
    bytes.store(0, Ordering::Relaxed);
    for qid in &qids {
        exchange::reconcile(&data, qid).await.unwrap();
    }
    let counters = (&*requests, &*bytes);
    let (requests, bytes) = (requests.load(Ordering::Relaxed), bytes.load(Ordering::Relaxed));
    println!(
        "agreeing costs                {requests} requests for {QUESTIONS} questions (target: one each)"
    );
    println!("and moves                     {} bytes each          (target: below 1000)", bytes / QUESTIONS);
    catalogue(&carrier, &data, counters).await;
    stop.send_replace(true);
}

/// Statements with a thesis each.
async fn publish(place: &fixture::Place) {
    let db = place.app().db;
    for number in 0..STATEMENTS {
        let done = db.write(|tx| {
            let user = users::by_name(tx, "bench_admin")?.unwrap();
            let thesis = DraftThesis { head: "Bees can count to four.".to_owned(), ..DraftThesis::default() };
            let draft = Draft {
                title: format!("On bees, part {number}"),
                language: "en".to_owned(),
                announcement: "What we found when we counted.".to_owned(),
                theses: vec![thesis],
                ..Draft::default()
            };
            statements::publish(tx, &user, draft)
        });
        done.await.unwrap();
    }
}

/// A back-catalogue that is cut off in the middle, again and again, as by `kill -9`: what was kept by then
/// is not asked for again.
async fn catalogue(
    carrier: &fixture::Place,
    data: &Data<Federation>,
    (requests, bytes): (&AtomicUsize, &AtomicUsize),
) {
    let owner = carrier.organization().await;
    let owner = plenum::federation::resolve::account(data, owner.uri.as_str()).await.unwrap();
    requests.store(0, Ordering::Relaxed);
    bytes.store(0, Ordering::Relaxed);
    let state = async || {
        let found = data.app.db.read(|conn| Ok(completeness::catalogue(conn, owner.id)?)).await.unwrap();
        found.map_or((0, false), |state| (state.taken, state.finished_at.is_some()))
    };
    let (mut cuts, start) = (0, Instant::now());
    while !state().await.1 {
        // A tenth further it is dropped wherever it stands; after that it may go on to its end.
        let enough =
            if cuts < CUTS { state().await.0 + i32::try_from(STATEMENTS / 10).unwrap() } else { i32::MAX };
        let far = async {
            while state().await.0 < enough {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            done = fetch_on(data, owner.id, cuts + 1) => done.unwrap(),
            () = far => {}
        }
        cuts += 1;
    }
    let took = start.elapsed();
    let here = data.app.db.read(|conn| {
        Ok(plenum::store::registers::statements(conn, Viewer::Anyone, Some(owner.id), Page::first(5000))?
            .len())
    });
    let here = here.await.unwrap();
    assert_eq!(here, STATEMENTS, "every statement is here, once");
    let (requests, bytes) = (requests.load(Ordering::Relaxed), bytes.load(Ordering::Relaxed));
    println!(
        "back-catalogue of {here}       {took:9.2?} in {cuts} lives, {requests} requests, {} KiB",
        bytes / 1024
    );
}

/// The doors of a place, and how often and with how much they answer.
fn counted(place: &fixture::Place, requests: &Arc<AtomicUsize>, bytes: &Arc<AtomicUsize>) -> axum::Router {
    let (asked, sent) = (Arc::clone(requests), Arc::clone(bytes));
    let count = from_fn(move |request: Request, next: Next| {
        let (asked, sent) = (Arc::clone(&asked), Arc::clone(&sent));
        async move {
            asked.fetch_add(1, Ordering::Relaxed);
            let (parts, body) = next.run(request).await.into_parts();
            let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
            sent.fetch_add(body.len(), Ordering::Relaxed);
            Response::from_parts(parts, axum::body::Body::from(body))
        }
    });
    doors::router(place.federation.clone()).layer(count)
}

/// The page of a question with everybody's position on it.
async fn map(place: &fixture::Place, qid: &Qid) {
    let app = place.app();
    let found =
        app.db.read(|conn| Ok(plenum::store::questions::of_account(conn, qid, app.site.organization)?));
    let slug = found.await.unwrap().unwrap().1.slug;
    let router = doors::router(place.federation.clone());
    let mut times = Vec::new();
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        let request = Request::builder().uri(format!("/questions/{slug}"));
        let request = request.header("host", &app.site.host).body(axum::body::Body::empty()).unwrap();
        let start = Instant::now();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        bytes = response.into_body().collect().await.unwrap().to_bytes().len();
        times.push(start.elapsed());
    }
    times.sort();
    println!(
        "map of {ORGANIZATIONS} organizations      median {:?}, slowest {:?}, {} KiB   (target: below 20 ms for 200)",
        times[ROUNDS / 2],
        times[ROUNDS - 1],
        bytes / 1024
    );
}

/// Organizations elsewhere whose keys are known.
async fn introduce(place: &fixture::Place, keys: &[SigningKey]) -> Vec<Speaker> {
    let organization = place.organization().await;
    let db = place.app().db;
    let made = db.write(|tx| {
        let mut speakers = Vec::new();
        for (number, key) in keys.iter().enumerate() {
            let host = format!("org-{number}.example");
            fixture::follower(tx, &organization, (&host, "org"), AccountKind::Organization)?;
            let uri = Uri::ours(&format!("http://{host}"), "/users/org");
            let account = accounts::by_uri(tx, &uri)?.unwrap();
            let method = Uri::parse(&format!("{uri}#ed25519-key")).unwrap();
            keys::keep(tx, account.id, (&method, &key.verifying_key()), keys::Sight::Own)?;
            speakers.push(Speaker { account, key: key.clone() });
        }
        Ok(speakers)
    });
    made.await.unwrap()
}

async fn ask(place: &fixture::Place) -> Vec<Qid> {
    let db = place.app().db;
    let asked = db.write(|tx| {
        let user = users::by_name(tx, "bench_admin")?.unwrap();
        let mut qids = Vec::new();
        for number in 0..QUESTIONS {
            let new = NewQuestion {
                text: format!("How far do bees count, part {number}?"),
                language: "en".to_owned(),
                ..NewQuestion::default()
            };
            let view = questions::ask(tx, &user, &new)?;
            if let Body::Question(asked) = view.body {
                qids.push(asked.question.qid);
            }
        }
        Ok(qids)
    });
    asked.await.unwrap()
}

async fn fill(place: &fixture::Place, speakers: &[Speaker], qid: &Qid) {
    let app = place.app();
    let now = app.clock().now();
    let documents: Vec<Value> = speakers
        .iter()
        .map(|speaker| {
            let uri = &speaker.account.uri;
            let document = json!({
                "@context": ["https://www.w3.org/ns/activitystreams", { "plenum": "urn:plenum:v1#" }],
                "id": format!("{}/q/{qid}/position", uri.origin()),
                "type": "Note",
                "attributedTo": uri,
                "content": "<p>We hold that bees count to four, because they were watched while they did it \
                            by people who had no reason to wish for it.</p>",
                "published": now.to_rfc3339(),
                "updated": now.to_rfc3339(),
                "to": [plenum::vocab::PUBLIC],
                "plenum:kind": "Position",
                "plenum:qid": qid.as_str(),
                "plenum:certainty": "decided",
                "plenum:answer": { "en": "To four" },
                "plenum:rev": 1,
            });
            proof::sign(&document, &speaker.key, &format!("{uri}#ed25519-key"), now).unwrap()
        })
        .collect();
    app.db
        .write(|tx| {
            for (document, speaker) in documents.iter().zip(speakers) {
                let object = IncomingObject::read(document).unwrap();
                let authored = Authored {
                    object,
                    author: speaker.account.clone(),
                    text: document.to_string(),
                    trust: Trust::Fetched,
                };
                objects::keep(tx, &authored)?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

/// The newcomer gets the carrier's copies and adopts the questions.
async fn adopt(carrier: &fixture::Place, newcomer: &fixture::Place, qids: &[Qid]) {
    let owner = carrier.organization().await;
    let data = newcomer.federation.to_request_data();
    let owner = plenum::federation::resolve::account(&data, owner.uri.as_str()).await.unwrap();
    for qid in qids {
        let app = carrier.app();
        let found = app.db.read(|conn| {
            let (head, _) = plenum::store::questions::of_account(conn, qid, app.site.organization)?.unwrap();
            Ok(revisions::newest(conn, head.id)?.unwrap().document.unwrap())
        });
        let text = found.await.unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let Document::Object(object) = Document::read(&value).unwrap() else { unreachable!() };
        let authored = Authored { object: *object, author: owner.clone(), text, trust: Trust::Fetched };
        let adopted = data.app.db.write(|tx| {
            let user = users::by_name(tx, "bench_admin")?.unwrap();
            objects::keep(tx, &authored)?;
            let (head, _) = plenum::store::questions::carried(tx, Viewer::Anyone, qid)?.remove(0);
            questions::adopt(tx, &user, head.id, &DraftQuestion::default())
        });
        adopted.await.unwrap();
    }
}
