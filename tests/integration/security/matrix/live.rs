//! What streams and push messages carry while Ada speaks.

use plenum::services::users;
use serde_json::json;

use super::{Findings, MEMBERS, Stage, Way, says_all};
use crate::harness::Database;
use crate::harness::push::{PushService, Sleeper};
use crate::harness::world::on_each_engine;

/// Members whom Ada does not block.
const HEARERS: [&str; 6] = ["ada", "fred", "emil", "mina", "lena", "moni"];
/// What streams carry to apps that listen while Ada speaks.
const STREAMS: [Way; 12] = [
    ("user", "pufmi", &["ada", "fred", "mina"]),
    ("user:notification", "pufmi", &["mina"]),
    ("public", "p", &HEARERS),
    ("public:local", "p", &HEARERS),
    ("public:remote", "", &HEARERS),
    ("public:media", "", &HEARERS),
    ("public:local:media", "", &HEARERS),
    ("public:remote:media", "", &HEARERS),
    ("hashtag", "p", &HEARERS),
    ("hashtag:local", "p", &HEARERS),
    ("list", "pufmi", &["fred"]),
    ("direct", "m", &["ada", "mina"]),
];

/// What is sent to apps that sleep.
const PUSHED: [Way; 1] = [("push", "pufmi", &["mina"])];

#[tokio::test(flavor = "multi_thread")]
async fn item_87_streams_carry_what_the_table_says() {
    on_each_engine(async |database| {
        let stage = Stage::set(database).await;
        let tee = stage.tee();
        let mut sockets = Vec::new();
        for reader in MEMBERS {
            let db = tee.app().db;
            let token = db.write(|tx| users::token(tx, reader, false, "read write")).await.unwrap();
            let mut socket = tee.socket(&token).await;
            for (name, _, _) in STREAMS {
                match name {
                    "list" if reader != "fred" => {}
                    "list" => socket.subscribes(name, json!({ "list": stage.list })).await,
                    _ if name.starts_with("hashtag") => {
                        socket.subscribes(name, json!({ "tag": "zqtag" })).await
                    }
                    _ => socket.subscribes(name, json!({})).await,
                }
            }
            sockets.push((reader, tee.with_token(&token), socket));
        }
        let said = says_all(&stage.world, &stage.ada, &stage.mina, &stage.root).await;
        let mut findings = Findings::default();
        for (reader, app, mut socket) in sockets {
            // What everybody hears of themselves comes after all that Ada said.
            let end = json!({ "status": "zqend", "visibility": "direct" });
            app.post("/api/v1/statuses", end).await.ok();
            let mut heard = Vec::new();
            loop {
                let (stream, _, payload) = socket.frame().await;
                let payload = payload.to_string();
                if payload.contains("zqend") {
                    break;
                }
                heard.push((stream.split(' ').next().unwrap().to_owned(), payload));
            }
            for (name, _, _) in STREAMS {
                for said in &said {
                    let carries =
                        |(stream, payload): &(String, String)| stream == name && payload.contains(said.word);
                    findings.compare(&STREAMS, name, reader, said.word, heard.iter().any(carries));
                }
            }
        }
        findings.none();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_87_apps_that_sleep_are_sent_what_the_table_says() {
    let stage = Stage::set(Database::sqlite()).await;
    let tee = stage.tee();
    let (service, sleeper) = (PushService::open().await, Sleeper::new());
    for reader in MEMBERS {
        let app = tee.client(reader, "push").await;
        let alerts = ["mention", "status", "reblog", "follow", "favourite", "poll", "update"];
        let asked = sleeper.asks(&service.url(&format!("/{reader}")), true, &alerts);
        app.post("/api/v1/push/subscription", asked).await.ok();
    }
    let said = says_all(&stage.world, &stage.ada, &stage.mina, &stage.root).await;
    stage.world.settle().await;
    let sent = service.got();
    let mut findings = Findings::default();
    for reader in MEMBERS {
        let own: Vec<_> = sent.iter().filter(|one| one.path == format!("/{reader}")).collect();
        for said in &said {
            let shown = own.iter().any(|one| sleeper.reads(one).to_string().contains(said.word));
            findings.compare(&PUSHED, "push", reader, said.word, shown);
        }
    }
    findings.none();
}
