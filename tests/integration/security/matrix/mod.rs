//! Who sees what: every visibility, every kind of reader, every way out (security item 87).
//!
//! One table says who may see, one says what each way out carries; everything is then looked at.

mod cast;
mod live;
mod modes;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use plenum::domain::account::Account;
use plenum::domain::contribution::Visibility;
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::id::Id;
use plenum::domain::quote::{Consent, Quote};
use plenum::domain::site::FederationMode;
use plenum::http;
use plenum::services::posts::{self, NewPost};
use plenum::services::{self, interactions, internal_rooms, relations, saved};
use plenum::store::{self, quotes};
use plenum::text::Markdown;
use serde_json::json;
use tower::ServiceExt;

use super::ParseUri;
use crate::harness::Database;
use crate::harness::browser::Browser;
use crate::harness::client::Client;
use crate::harness::peer::{Actor, Peers};
use crate::harness::world::{Instance, World, on_each_engine};

/// Who may see what Ada says, by visibility and the word that marks it.
const TRUTH: [(Visibility, &str, &[&str]); 5] = [
    (Visibility::Public, "zqpublic", &EVERYBODY),
    (Visibility::Unlisted, "zqunlisted", &EVERYBODY),
    (Visibility::Followers, "zqfollowers", &["ada", "fred", "mina", "vic"]),
    (Visibility::Mentioned, "zqmentioned", &["ada", "mina"]),
    (Visibility::Internal, "zqinternal", &MEMBERS),
];
const EVERYBODY: [&str; 11] =
    ["anyone", "ada", "fred", "emil", "mina", "bodo", "lena", "moni", "vic", "mal", "bill"];
/// The author, a follower, a former follower, one who is named, a blocked one, one who knows nobody,
/// and a moderator, who keeps nothing and answers nothing.
const MEMBERS: [&str; 7] = ["ada", "fred", "emil", "mina", "bodo", "lena", "moni"];
/// Readers with a browser or an app.
const READERS: [&str; 8] = ["anyone", "ada", "fred", "emil", "mina", "bodo", "lena", "moni"];
/// Members whom Ada does not block, and who like and keep what they see.
const FRIENDS: [&str; 5] = ["ada", "fred", "emil", "mina", "lena"];
/// Readers of lists and of single texts: somebody who is blocked finds nothing of Ada in them.
const LISTED: [&str; 7] = ["anyone", "ada", "fred", "emil", "mina", "lena", "moni"];
/// Those on other servers: nobody in particular, a follower, somebody, one whom Ada blocks, and one
/// whose server is suspended.
const SERVERS: [&str; 5] = ["anyone", "vic", "mal", "bill", "susi"];

/// What is carried: the first letters of the visibilities.
type Carries = &'static str;
type Way = (&'static str, Carries, &'static [&'static str]);

/// What apps are told. `{id}` is the thing itself, `{word}` its mark, `{root}` what it answers.
const APPS: [Way; 34] = [
    ("/api/v1/statuses/{id}", "pufmi", &LISTED),
    ("/api/v1/statuses/{id}/history", "pufmi", &LISTED),
    ("/api/v1/statuses/{id}/source", "pufmi", &["ada", "fred", "emil", "mina", "lena", "moni"]),
    ("/api/v1/statuses?id[]={id}", "pufmi", &LISTED),
    ("/api/v1/statuses/{root}/context", "pufmi", &LISTED),
    ("/api/v1/accounts/{ada}/statuses?limit=40", "pufmi", &LISTED),
    ("/api/v1/accounts/{ada}/statuses?pinned=true", "puf", &LISTED),
    ("/api/v1/timelines/public?limit=40", "p", &LISTED),
    ("/api/v1/timelines/public?local=true&limit=40", "p", &LISTED),
    ("/api/v1/timelines/tag/zqtag?limit=40", "p", &LISTED),
    ("/api/v1/timelines/home?limit=40", "pufmi", &["ada", "fred"]),
    ("/api/v1/timelines/list/{list}?limit=40", "pufmi", &["fred"]),
    ("/api/v2/search?q={word}&type=statuses", "pufmi", &FRIENDS),
    // What somebody has to do with nothing of is found only where it is said to all.
    ("/api/v2/search?q={word}&type=statuses", "p", &["anyone"]),
    ("/api/v2/search?q={word}&type=statuses", "pi", &["moni"]),
    ("/api/v1/favourites?limit=40", "pufmi", &FRIENDS),
    ("/api/v1/bookmarks?limit=40", "pufmi", &FRIENDS),
    ("/api/v1/notifications?limit=40", "pufmi", &["ada", "mina"]),
    ("/api/v2/notifications?limit=40", "pufmi", &["ada", "mina"]),
    ("/api/v1/conversations?limit=40", "m", &["ada", "mina"]),
    ("/api/v1/mutes", "", &READERS),
    ("/api/v1/trends/statuses", "", &READERS),
    ("/api/v1/timelines/link?url=http%3A%2F%2Fa.example", "", &READERS),
    ("/api/oembed?url={uri}", "", &READERS),
    ("/api/v1/statuses/{quote}", "pufmi", &LISTED),
    ("/api/v1/statuses/{quote}/history", "pufmi", &LISTED),
    ("/api/v1/statuses/{id}/quotes", "pufmi", &["ada", "fred", "emil", "mina", "lena", "moni"]),
    // Posts are no part of the debate.
    ("/api/plenum/v1/contributions/{root}/critiques", "", &READERS),
    ("/api/plenum/v1/contributions/{id}/versions/1", "", &READERS),
    ("/api/plenum/v1/contributions/{id}/versions/1/changes?since=1", "", &READERS),
    ("/api/plenum/v1/critiques/{id}", "", &READERS),
    ("/api/plenum/v1/theses/{id}", "", &READERS),
    ("/api/plenum/v1/registers/objections", "", &READERS),
    ("/api/plenum/v1/statements", "", &READERS),
];

/// What pages and feeds show.
const PAGES: [Way; 24] = [
    ("/c/{token}", "pufmi", &READERS),
    ("/c/{roottoken}", "pufmi", &LISTED),
    ("/threads/{root}", "pufmi", &LISTED),
    ("/threads/{root}/feed", "pufmi", &READERS),
    ("/@ada", "pufmi", &READERS),
    ("/@ada/feed", "pufmi", &READERS),
    ("/tags/zqtag", "pufmi", &LISTED),
    ("/feed", "", &READERS),
    ("/statements", "", &READERS),
    ("/statements?from=elsewhere", "", &READERS),
    ("/questions", "", &READERS),
    ("/questions/feed", "", &READERS),
    ("/objections", "", &READERS),
    ("/about", "", &READERS),
    ("/notifications", "pufmi", &["ada", "mina"]),
    ("/oembed?url={uri}", "", &READERS),
    ("/c/{quotetoken}", "pufmi", &LISTED),
    ("/timeline", "", &READERS),
    ("/events/{id}", "", &READERS),
    ("/events/{id}/versions", "", &READERS),
    ("/events/{id}/versions/1", "", &READERS),
    ("/internal", "i", &MEMBERS),
    ("/internal/rooms/{room}", "i", &MEMBERS),
    // What our own people say is never an external statement.
    ("/moderation/external", "", &READERS),
];

/// What other servers get.
const DOCUMENTS: [Way; 10] = [
    ("/c/{token}", "pufmi", &SERVERS),
    ("/c/{roottoken}/replies?page=true", "pufmi", &SERVERS),
    ("/c/{roottoken}/context?page=true", "pufmi", &SERVERS),
    ("/actors/ada/outbox?page=true", "pu", &SERVERS),
    ("/actors/ada/featured", "pu", &SERVERS),
    ("/actors/ada/followers", "", &SERVERS),
    ("/actors/tee/outbox?page=true", "", &SERVERS),
    ("/.well-known/webfinger?resource={uri}", "", &SERVERS),
    ("/c/{quotetoken}", "", &SERVERS),
    ("/.well-known/plenum/thread?id={uri}", "pu", &SERVERS),
];

/// Ways that show only whether the thing is there.
const BARE: [&str; 3] = [
    "/api/v1/statuses/{id}/card",
    "/api/v1/statuses/{id}/favourited_by",
    "/api/v1/statuses/{id}/reblogged_by",
];

/// Something Ada said.
struct Said {
    id: String,
    uri: String,
    word: &'static str,
    /// Key and address of a post in which Quinn quotes it, whom nobody follows.
    quote: (String, String),
}

impl Said {
    fn token(&self) -> &str {
        self.uri.rsplit('/').next().unwrap()
    }
}

/// A server on which Ada said one thing of each kind, all in one thread.
struct Stage {
    world: World,
    _peers: Peers,
    remote: [Actor; 4],
    ada: Account,
    mina: Account,
    list: String,
    room: String,
    root: Said,
    said: Vec<Said>,
}

async fn says(tee: &Instance, author: &Account, post: NewPost, word: &'static str) -> Said {
    let view = tee.app().db.write(|tx| posts::publish(tx, author, &post)).await.unwrap();
    let quote = (String::new(), String::new());
    Said { id: view.head.id.to_string(), uri: view.head.uri.to_string(), word, quote }
}

/// Quinn quotes what she may not even see, as if its author had agreed.
async fn quoted(tee: &Instance, quinn: &Account, said: &mut Said) {
    let post = NewPost {
        markdown: Markdown::new("Look at this"),
        visibility: Visibility::Unlisted,
        language: "en".to_owned(),
        ..NewPost::default()
    };
    let view = tee.app().db.write(|tx| posts::publish(tx, quinn, &post)).await.unwrap();
    let quote = Quote {
        contribution_id: view.head.id,
        quoted_id: said.id.parse().map(Id::new).ok(),
        quoted_uri: said.uri.parse_uri(),
        state: Consent::Accepted,
        stamp_uri: None,
        request_uri: None,
    };
    tee.app().db.write(|tx| Ok(quotes::put(tx, &quote)?)).await.unwrap();
    said.quote = (view.head.id.to_string(), view.head.uri.to_string());
}

async fn quoted_all(tee: &Instance, said: &mut [Said]) {
    let quinn = tee.person("quinn", &[]).await;
    for one in said {
        quoted(tee, &quinn, one).await;
    }
}

/// One thing of each visibility, all under the same root.
async fn says_all(world: &World, ada: &Account, mina: &Account, root: &Said) -> Vec<Said> {
    let mut said = Vec::new();
    for (visibility, word, _) in TRUTH {
        world.advance_seconds(1);
        let post = NewPost {
            markdown: Markdown::new(format!("{word} #zqtag @mina")),
            visibility,
            in_reply_to: Some(root.id.parse().map(Id::new).unwrap()),
            mentions: vec![mina.clone()],
            language: "en".to_owned(),
            ..NewPost::default()
        };
        said.push(says(world.at("tee"), ada, post, word).await);
    }
    said
}

/// A list of Fred's with Ada on it.
async fn listed(tee: &Instance, ada: &Account) -> String {
    let app = tee.client("fred", "read write").await;
    let list = app.post("/api/v1/lists", json!({ "title": "All" })).await.ok();
    let list = list["id"].as_str().unwrap().to_owned();
    let body = json!({ "account_ids": [ada.id.to_string()] });
    app.post(&format!("/api/v1/lists/{list}/accounts"), body).await.ok();
    list
}

/// A room in which the whole thread is, whoever may see what of it.
async fn gathered(tee: &Instance, root: &Said) -> String {
    let (admin, thread) = (tee.admin().await, root.id.parse().map(Id::new).unwrap());
    let db = tee.app().db;
    let room = db.write(|tx| {
        let room = internal_rooms::open(tx, &admin, "Everything")?;
        store::internal_rooms::place(tx, thread, room)?;
        Ok(room)
    });
    room.await.unwrap().to_string()
}

/// Lets these servers in by a rule.
async fn list(tee: &Instance, hosts: &[String]) {
    let listed = Decision { standing: HostStanding::Approved, ..Decision::default() };
    for host in hosts {
        tee.app().db.write(|tx| services::hosts::decide(tx, None, host, &listed)).await.unwrap();
    }
}

impl Stage {
    async fn set(database: Database) -> Self {
        Self::set_in(database, FederationMode::Open).await
    }

    async fn set_in(database: Database, mode: FederationMode) -> Self {
        let world = World::on([("tee", database)], mode).await;
        let peers = Peers::new();
        let remote = [("v", "vic"), ("a", "mal"), ("b", "bill"), ("s", "susi")];
        let tee = world.at("tee");
        if mode == FederationMode::Allowlist {
            list(tee, &remote.map(|(server, _)| peers.host(server))).await;
        }
        let remote = remote.map(|(server, name)| peers.person(server, name));
        let people = cast::members(tee).await;
        let [ada, fred, emil, mina, bodo, ..] = &people[..] else { panic!("seven members") };
        let far = cast::known(tee, &remote).await;
        let db = tee.app().db;
        db.write(|tx| cast::tie(tx, ada, [fred, emil, bodo], [&far[0], &far[3]])).await.unwrap();
        let text =
            |word| NewPost { markdown: Markdown::new(word), language: "en".to_owned(), ..NewPost::default() };
        let root = says(tee, ada, text("zqroot"), "zqroot").await;
        let mut said = says_all(&world, ada, mina, &root).await;
        quoted_all(tee, &mut said).await;
        let list = listed(tee, ada).await;
        let room = gathered(tee, &root).await;
        for account in people.iter().filter(|account| account.name != "moni") {
            keep_all(tee, account, &said).await;
        }
        db.write(|tx| {
            relations::unfollow(tx, emil, ada)?;
            relations::block_from_here(tx, ada, bodo)?;
            relations::block_from_here(tx, ada, &far[2])
        })
        .await
        .unwrap();
        let (ada, mina) = (ada.clone(), mina.clone());
        Self { ada, mina, list, room, remote, root, said, _peers: peers, world }
    }

    fn tee(&self) -> &Instance {
        self.world.at("tee")
    }

    fn path(&self, pattern: &str, said: &Said) -> String {
        let uri: String = url::form_urlencoded::byte_serialize(said.uri.as_bytes()).collect();
        pattern
            .replace("{id}", &said.id)
            .replace("{token}", said.token())
            .replace("{quote}", &said.quote.0)
            .replace("{quotetoken}", said.quote.1.rsplit('/').next().unwrap())
            .replace("{word}", said.word)
            .replace("{uri}", &uri)
            .replace("{roottoken}", self.root.token())
            .replace("{root}", &self.root.id)
            .replace("{list}", &self.list)
            .replace("{room}", &self.room)
            .replace("{ada}", &self.ada.id.to_string())
    }

    /// Status and text of what another server gets.
    async fn document(&self, reader: &str, path: &str) -> (StatusCode, String) {
        let tee = self.tee();
        let mut request = Request::builder().uri(path).header("host", &tee.host);
        request = request.header("accept", "application/activity+json");
        if let Some(actor) = self.remote.iter().find(|actor| actor.name == reader) {
            for (name, value) in &actor.get(tee, path).headers {
                if name != "host" && name != "accept" {
                    request = request.header(name, value);
                }
            }
        }
        let router = http::router(tee.federation.clone());
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, String::from_utf8(body.to_vec()).unwrap())
    }
}

/// Everything that this account sees now, it likes, keeps, and of its own shows first.
async fn keep_all(tee: &Instance, account: &Account, said: &[Said]) {
    for one in said {
        let id = one.id.parse().map(Id::new).unwrap();
        let db = tee.app().db;
        let liked = db.write(|tx| interactions::like(tx, account, id)).await;
        if liked.is_ok() {
            db.write(|tx| saved::bookmark(tx, account, id)).await.unwrap();
        }
        let open = !matches!(one.word, "zqmentioned" | "zqinternal");
        let pinned = db.write(|tx| saved::pin(tx, account, id)).await;
        assert_eq!(pinned.is_ok(), account.name == "ada" && open, "{} pins {}", account.name, one.word);
    }
}

/// What went wrong, all of it at once.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    /// Compares what a way out showed with what it should: rows of the same way add up.
    fn compare(&mut self, ways: &[Way], pattern: &str, reader: &str, word: &'static str, shown: bool) {
        let (_, _, allowed) = TRUTH.iter().find(|(_, mark, _)| *mark == word).unwrap();
        let may = allowed.contains(&reader);
        let carried = ways
            .iter()
            .filter(|(way, _, _)| *way == pattern)
            .any(|(_, carries, readers)| carries.contains(&word[2..3]) && readers.contains(&reader));
        if shown && !may {
            self.0.push(format!("LEAK: {pattern} shows {word} to {reader}"));
        } else if shown != (may && carried) {
            let verb = if shown { "shows" } else { "keeps back" };
            self.0.push(format!("{pattern} {verb} {word}, reader {reader}"));
        }
    }

    fn none(self) {
        assert!(self.0.is_empty(), "{} differences:\n{}", self.0.len(), self.0.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn item_87_apps_see_what_the_table_says() {
    on_each_engine(async |database| {
        let stage = Stage::set(database).await;
        let mut findings = Findings::default();
        for reader in READERS {
            let app = match reader {
                "anyone" => stage.tee().stranger(),
                name => stage.tee().client(name, "read").await,
            };
            for way in &APPS {
                for said in &stage.said {
                    let reply = app.get(&stage.path(way.0, said)).await;
                    let shown = reply.status.is_success() && reply.json.to_string().contains(said.word);
                    findings.compare(&APPS, way.0, reader, said.word, shown);
                }
            }
            for said in &stage.said {
                bare(&stage, &app, reader, said, &mut findings).await;
            }
        }
        findings.none();
    })
    .await;
}

/// What is hidden answers letter by letter like what never was.
async fn bare(stage: &Stage, app: &Client, reader: &str, said: &Said, findings: &mut Findings) {
    let (_, _, allowed) = TRUTH.iter().find(|(_, mark, _)| *mark == said.word).unwrap();
    let may = allowed.contains(&reader) && LISTED.contains(&reader);
    let direct = ["/api/v1/statuses/{id}", "/api/v1/statuses/{id}/context", "/api/v1/statuses/{id}/history"];
    for pattern in direct.iter().chain(&BARE) {
        let reply = app.get(&stage.path(pattern, said)).await;
        if may != reply.status.is_success() {
            findings.0.push(format!("{pattern} of {} answers {} to {reader}", said.word, reply.status));
        }
        if !may {
            let never = app.get(&pattern.replace("{id}", "7")).await;
            assert_eq!((reply.status, &reply.json), (never.status, &never.json), "{pattern} to {reader}");
        }
    }
    for verb in ["favourite", "bookmark", "reblog", "mute"] {
        let path = format!("/api/v1/statuses/{}/{verb}", said.id);
        if !may && reader != "anyone" {
            let writer = stage.tee().client(reader, "write").await;
            let reply = writer.post(&path, json!({})).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{reader} does {verb} to {}", said.word);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn item_87_pages_show_what_the_table_says() {
    let stage = Stage::set(Database::sqlite()).await;
    let mut findings = Findings::default();
    for reader in READERS {
        let mut browser: Browser = match reader {
            "anyone" => stage.tee().browser(),
            name => stage.tee().signed_in(name).await,
        };
        for way in &PAGES {
            for said in &stage.said {
                let page = browser.open(&stage.path(way.0, said)).await;
                let shown = page.status.is_success() && page.body.contains(said.word);
                findings.compare(&PAGES, way.0, reader, said.word, shown);
                if way.0 == "/c/{token}" && !page.status.is_success() {
                    let never = browser.open("/c/never").await;
                    let same = page.body.replace(said.token(), "never") == never.body;
                    assert!(same && page.status == never.status, "{} to {reader}", said.word);
                }
            }
        }
    }
    findings.none();
}

#[tokio::test(flavor = "multi_thread")]
async fn item_87_other_servers_get_what_the_table_says() {
    on_each_engine(async |database| {
        let stage = Stage::set(database).await;
        let mut findings = Findings::default();
        for reader in SERVERS {
            for way in &DOCUMENTS {
                for said in &stage.said {
                    let (status, body) = stage.document(reader, &stage.path(way.0, said)).await;
                    let mark = if way.1.is_empty() { said.word } else { said.token() };
                    let shown = status.is_success() && body.contains(mark);
                    findings.compare(&DOCUMENTS, way.0, reader, said.word, shown);
                    if way.0 == "/c/{token}" && !status.is_success() {
                        let never = stage.document(reader, "/c/never").await;
                        assert_eq!((status, body), never, "{} to {reader}", said.word);
                    }
                }
            }
            for said in &stage.said {
                for end in ["replies", "context"] {
                    let (_, _, allowed) = TRUTH.iter().find(|(_, mark, _)| *mark == said.word).unwrap();
                    let path = format!("/c/{}/{end}", said.token());
                    let (status, _) = stage.document(reader, &path).await;
                    assert_eq!(
                        status.is_success(),
                        allowed.contains(&reader),
                        "{end} of {} to {reader}",
                        said.word
                    );
                }
            }
        }
        findings.none();
    })
    .await;
}
