//! Each entity of the client API once, as it is answered: held against its description, and kept whole.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use image::ImageFormat;
use plenum::federation::resolve;
use plenum::services::notices;
use serde_json::{Value, json};

use super::emoji::has_emoji;
use super::member;
use crate::harness::client::Client;
use crate::harness::entities;
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::push::{PushService, Sleeper};
use crate::harness::world::{Instance, World};
use crate::media::picture;
use crate::security::routes::{Door, routes};

/// Described, and not made by this story: what each of them waits for is told in stories of its own.
const ELSEWHERE: [&str; 23] = [
    "AccountRole",
    "AccountWarning",
    "ActivityWeek",
    "AdminAccount",
    "AdminCanonicalEmailBlock",
    "AdminDomainAllow",
    "AdminDomainBlock",
    "AdminEmailDomainBlock",
    "AdminIpBlock",
    "AdminReport",
    "AnnouncementReaction",
    "AnnouncementStatus",
    "Appeal",
    "CardAuthor",
    "DomainBlock",
    "MediaColors",
    "PartialAccount",
    "PreviewCard",
    "RuleTranslation",
    "SeveranceEvent",
    "StatusApplication",
    "Suggestion",
    "TrendsLink",
];

#[test]
fn every_route_says_what_it_answers() {
    let described: BTreeSet<_> =
        entities::answers().map(|(method, path, _)| format!("{method} {path}")).collect();
    // Streams carry events, and say that they are well in plain text.
    // What our own API answers stands in its description, `openapi.json`.
    let told = routes().into_iter().filter(|route| {
        let apart = route.path.ends_with("/health") || route.path.starts_with("/api/plenum/");
        route.door != Door::Own && !apart
    });
    let routes: BTreeSet<_> = told.map(|route| format!("{} {}", route.method, route.path)).collect();
    let missing: Vec<_> = routes.difference(&described).collect();
    assert!(missing.is_empty(), "add these to tests/fixtures/answers.txt: {missing:#?}");
    let superfluous: Vec<_> = described.difference(&routes).collect();
    assert!(superfluous.is_empty(), "these are no routes: {superfluous:#?}");
    for (_, _, shape) in entities::answers() {
        let names = shape.split('|').map(|name| name.trim_matches(['[', ']']));
        names.for_each(|name| assert!(name == "name" || entities::is_known(name), "{name} is not described"));
    }
}

#[test]
fn the_descriptions_find_what_is_wrong() {
    let good = json!({ "id": "1", "url": "https://a.example/", "shortcode": "bee",
        "static_url": "https://a.example/", "visible_in_picker": true });
    let good = good.as_object().unwrap().clone();
    let mut emoji = good.clone();
    emoji.remove("id");
    assert!(entities::faults("CustomEmoji", &emoji.clone().into()).is_empty());
    assert_eq!(entities::faults("CustomEmoji", &good.into()).len(), 1, "nobody described an id");
    for (key, value) in [
        ("url", json!("/path")),
        ("visible_in_picker", Value::Null),
        ("shortcode", json!("")),
        ("category", json!(1)),
    ] {
        let mut bad = emoji.clone();
        bad.insert(key.to_owned(), value);
        assert_eq!(entities::faults("CustomEmoji", &bad.into()).len(), 1, "{key}");
    }
    emoji.remove("url");
    assert_eq!(entities::faults("CustomEmoji", &emoji.into()).len(), 1, "it needs an address");
    let marker = |id: Value, at: &str| json!({ "last_read_id": id, "version": 1, "updated_at": at });
    let at = "2026-11-24T12:00:00.000Z";
    assert!(entities::faults("Marker", &marker(json!("7"), at)).is_empty());
    assert_eq!(entities::faults("Marker", &marker(json!(7), "2026-11-24T12:00:00Z")).len(), 2);
    assert_eq!(entities::faults("[Marker]", &json!([marker(json!("x"), at)])).len(), 1);
    assert_eq!(entities::faults("Filter", &json!({ "context": ["nowhere"] })).len(), 7);
}

/// What this story collects: each entity by the name under which it is kept.
struct Album {
    /// Words that are others each time, and what stands here for them.
    names: Vec<(String, &'static str)>,
    /// Entities that were met.
    met: BTreeSet<&'static str>,
}

impl Album {
    /// Checks and keeps one.
    #[track_caller]
    fn keep(&mut self, name: &str, shape: &str, value: &Value) {
        self.met.extend(entities::check(shape, value));
        let plain = self.plain(value);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_json_snapshot!(name, plain);
        });
    }

    /// The same without what is another each time.
    fn plain(&self, value: &Value) -> Value {
        self.plain_value(value, &mut Vec::new())
    }

    fn plain_value(&self, value: &Value, known: &mut Vec<String>) -> Value {
        match value {
            Value::String(text) => {
                let names = self.names.iter();
                let text = names.fold(text.clone(), |text, (word, name)| text.replace(word, name));
                named(&text, known).into()
            }
            Value::Number(number) => {
                let name = named(&number.to_string(), known);
                if name.starts_with("key") { name.into() } else { value.clone() }
            }
            Value::Array(items) => items.iter().map(|item| self.plain_value(item, known)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| {
                    let plain = match name.as_str() {
                        name if SECRETS.contains(&name) => "random".into(),
                        // Kept once for itself.
                        "account" | "target_account" | "contact_account" => "Account".into(),
                        _ => self.plain_value(value, known),
                    };
                    (name.clone(), plain)
                })
                .collect(),
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }
}

/// Names keys in the order in which they come, and leaves out what is random.
fn named(text: &str, known: &mut Vec<String>) -> String {
    let mut out = String::new();
    for piece in text.split_inclusive(|char: char| !char.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|char: char| !char.is_ascii_alphanumeric());
        let key = word.len() >= 10 && word.bytes().all(|byte| byte.is_ascii_digit());
        if key {
            let at = known.iter().position(|one| one == word).unwrap_or(known.len());
            if at == known.len() {
                known.push(word.to_owned());
            }
            out.push_str(&format!("key-{}", at + 1));
        } else {
            out.push_str(if word.len() >= 20 { "random" } else { word });
        }
        out.push_str(&piece[word.len()..]);
    }
    out
}

/// Fields whose whole value is random.
const SECRETS: [&str; 7] =
    ["access_token", "client_id", "client_secret", "endpoint", "public_key", "server_key", "vapid_key"];

/// A film without pictures.
fn film() -> Vec<u8> {
    let part = |name: &[u8], body: &[u8]| {
        let length = u32::try_from(body.len() + 8).unwrap().to_be_bytes();
        [&length[..], name, body].concat()
    };
    let mut head = vec![0; 100];
    head[12..16].copy_from_slice(&1000_u32.to_be_bytes());
    head[16..20].copy_from_slice(&4500_u32.to_be_bytes());
    let mut track = vec![0; 84];
    track[76..78].copy_from_slice(&640_u16.to_be_bytes());
    track[80..82].copy_from_slice(&360_u16.to_be_bytes());
    let track = part(b"trak", &part(b"tkhd", &track));
    let movie = part(b"moov", &[part(b"mvhd", &head), track].concat());
    [part(b"ftyp", b"isom\0\0\0\0"), movie, part(b"mdat", b"pictures")].concat()
}

fn key(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

async fn uploads(app: &Client, bytes: &[u8]) -> Value {
    let texts = [("description", "A bee"), ("focus", "0.5,-0.25")];
    app.send(Method::POST, "/api/v2/media", &texts, &[("file", bytes)]).await.ok()
}

async fn says(app: &Client, body: Value) -> Value {
    app.post("/api/v1/statuses", body).await.ok()
}

/// Two servers, and the people of the first.
struct Scene {
    world: World,
    ada: Client,
    bela: Client,
    ada_key: String,
    bela_key: String,
}

impl Scene {
    async fn set() -> Self {
        let world = World::of(["north", "south"]).await;
        let north = world.at("north");
        let ((ada_account, _), (bela_account, _)) = (member(north, "ada").await, member(north, "bela").await);
        let all = "read write follow push profile";
        let (ada, bela) = (north.client("ada", all).await, north.client("bela", all).await);
        has_emoji(north, "bee").await;
        let me = json!({ "display_name": "Ada :bee:", "note": "About *bees*", "locked": "false",
            "fields_attributes": [{ "name": "Site", "value": "https://a.example" }] });
        ada.ask(Method::PATCH, "/api/v1/accounts/update_credentials", &[], Some(me)).await.ok();
        let (ada_key, bela_key) = (ada_account.id.to_string(), bela_account.id.to_string());
        Self { world, ada, bela, ada_key, bela_key }
    }

    fn album(&self) -> Album {
        let hosts = ["north", "south"].map(|name| (self.world.at(name).host.clone(), name));
        let hosts = hosts
            .into_iter()
            .map(|(host, name)| (host, if name == "north" { "north.example" } else { "south.example" }));
        let version = (env!("CARGO_PKG_VERSION").to_owned(), "VERSION");
        Album { names: hosts.chain([version]).collect(), met: BTreeSet::new() }
    }

    fn north(&self) -> &Instance {
        self.world.at("north")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_entity_is_what_its_description_says() {
    let scene = Scene::set().await;
    let mut album = scene.album();
    accounts(&scene, &mut album).await;
    statuses(&scene, &mut album).await;
    files(&scene, &mut album).await;
    threads(&scene, &mut album).await;
    relations(&scene, &mut album).await;
    notifications(&scene, &mut album).await;
    sleeping(&scene, &mut album).await;
    filters(&scene, &mut album).await;
    collections(&scene, &mut album).await;
    notices_and_reports(&scene, &mut album).await;
    instance(&scene, &mut album).await;
    oauth(&scene, &mut album).await;
    quotes(&scene, &mut album).await;
    let missing: Vec<_> =
        entities::names().filter(|name| !album.met.contains(name) && !ELSEWHERE.contains(name)).collect();
    assert!(missing.is_empty(), "nothing of this story has these: {missing:?}");
}

async fn accounts(scene: &Scene, album: &mut Album) {
    let (north, ada) = (scene.north(), &scene.ada);
    let stranger = north.stranger();
    let account = stranger.get(&format!("/api/v1/accounts/{}", scene.ada_key)).await.ok();
    album.keep("Account", "Account", &account);
    let me = ada.get("/api/v1/accounts/verify_credentials").await.ok();
    album.keep("CredentialAccount", "CredentialAccount", &me);
    let south = scene.world.at("south");
    let far = resolve::account(&north.data(), &south.handle()).await.unwrap();
    let far = stranger.get(&format!("/api/v1/accounts/{}", far.id)).await.ok();
    album.keep("Account-elsewhere", "Account", &far);
    let preferences = ada.get("/api/v1/preferences").await.ok();
    album.keep("Preferences", "Preferences", &preferences);
    album.keep("UserInfo", "UserInfo", &ada.get("/oauth/userinfo").await.ok());
}

async fn statuses(scene: &Scene, album: &mut Album) {
    let (ada, bela) = (&scene.ada, &scene.bela);
    let text = "@bela look: #Bees :bee:\nhttps://a.example/a-long-address-of-a-page";
    let body = json!({ "status": text, "spoiler_text": "Insects", "language": "en" });
    let status = says(ada, body).await;
    album.keep("Status", "Status", &status);
    let path = format!("/api/v1/statuses/{}", key(&status));
    let anyone = scene.north().stranger().get(&path).await.ok();
    album.keep("Status-to-anyone", "Status", &anyone);
    scene.world.advance_seconds(60);
    let boost = bela.post(&format!("{path}/reblog"), json!({})).await.ok();
    album.keep("Status-boost", "Status", &boost);
    let edit = json!({ "status": "@bela look twice" });
    let edited = ada.ask(Method::PUT, &path, &[], Some(edit)).await.ok();
    album.keep("Status-edited", "Status", &edited);
    album.keep("StatusEdit", "[StatusEdit]", &bela.get(&format!("{path}/history")).await.ok());
    album.keep("StatusSource", "StatusSource", &ada.get(&format!("{path}/source")).await.ok());
    let poll = json!({ "options": ["Yes", "No"], "expires_in": 3600, "hide_totals": true });
    let asked = says(ada, json!({ "status": "Well?", "poll": poll, "visibility": "private" })).await;
    album.keep("Status-poll", "Status", &asked);
    let poll = ada.get(&format!("/api/v1/polls/{}", asked["poll"]["id"].as_str().unwrap())).await.ok();
    album.keep("Poll", "Poll", &poll);
    let gone = ada.ask(Method::DELETE, &format!("/api/v1/statuses/{}", key(&asked)), &[], None).await.ok();
    album.keep("DeletedStatus", "DeletedStatus", &gone);
    let direct = says(ada, json!({ "status": "@bela hush", "visibility": "direct" })).await;
    album.keep("Status-direct", "Status", &direct);
    let poll = json!({ "options": ["Yes", "No"], "expires_in": 3600 });
    let later = json!({ "status": "Tomorrow", "poll": poll, "scheduled_at": "2026-11-25T12:00:00.000Z" });
    album.keep("ScheduledStatus", "ScheduledStatus", &says(ada, later).await);
}

async fn quotes(scene: &Scene, album: &mut Album) {
    let (ada, bela) = (&scene.ada, &scene.bela);
    let status = says(ada, json!({ "status": "Bees can count" })).await;
    let quote = says(bela, json!({ "status": "To four", "quoted_status_id": key(&status) })).await;
    let nested = says(ada, json!({ "status": "Or five", "quoted_status_id": key(&quote) })).await;
    album.keep("Status-quote", "Status", &nested);
    let told = bela.get("/api/v1/notifications?types[]=quote").await.ok();
    entities::check("Notification", &told[0]);
}

async fn files(scene: &Scene, album: &mut Album) {
    let sound = b"\xff\xfb\x90\x00 sound".to_vec();
    let mut ids = Vec::new();
    for (name, bytes) in [("image", picture(ImageFormat::Png)), ("video", film()), ("audio", sound)] {
        let file = uploads(&scene.ada, &bytes).await;
        assert_eq!(file["type"], name);
        album.keep(&format!("MediaAttachment-{name}"), "MediaAttachment", &file);
        ids.push(key(&file).to_owned());
    }
    let status = says(&scene.ada, json!({ "status": "", "media_ids": ids, "sensitive": true })).await;
    album.keep("Status-files", "Status", &status);
}

async fn threads(scene: &Scene, album: &mut Album) {
    let north = scene.north();
    let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let path = format!("/api/v1/statuses/{}", published.head.id);
    album.keep("Status-statement", "Status", &north.stranger().get(&path).await.ok());
    let thesis = north.sees(&thesis_of(&published, 1)).await.unwrap().head;
    let path = format!("/api/v1/statuses/{}", thesis.id);
    album.keep("Status-thesis", "Status", &north.stranger().get(&path).await.ok());
    let reply = json!({ "status": "Up to four", "in_reply_to_id": thesis.id.to_string() });
    says(&scene.bela, reply).await;
    album.keep("Context", "Context", &scene.bela.get(&format!("{path}/context")).await.ok());
}

async fn relations(scene: &Scene, album: &mut Album) {
    let (ada, bela) = (&scene.ada, &scene.bela);
    let path = format!("/api/v1/accounts/{}", scene.ada_key);
    let wish = json!({ "notify": true, "languages": ["en", "de"] });
    album.keep("Relationship", "Relationship", &bela.post(&format!("{path}/follow"), wish).await.ok());
    let path = format!("/api/v1/accounts/{}", scene.bela_key);
    ada.post(&format!("{path}/mute"), json!({ "duration": 3600 })).await.ok();
    album.keep("MutedAccount", "[MutedAccount]", &ada.get("/api/v1/mutes").await.ok());
    ada.post(&format!("{path}/unmute"), json!({})).await.ok();
    let familiar = format!("/api/v1/accounts/familiar_followers?id[]={}", scene.ada_key);
    album.keep("FamiliarFollowers", "[FamiliarFollowers]", &ada.get(&familiar).await.ok());
    ada.post("/api/v1/domain_blocks", json!({ "domain": "c.example" })).await.ok();
    album.keep("DomainBlocks", "[name]", &ada.get("/api/v1/domain_blocks").await.ok());
    let lifted = Some(json!({ "domain": "c.example" }));
    let lifted = ada.ask(Method::DELETE, "/api/v1/domain_blocks", &[], lifted).await.ok();
    album.keep("Empty", "Empty", &lifted);
}

async fn notifications(scene: &Scene, album: &mut Album) {
    let (ada, bela) = (&scene.ada, &scene.bela);
    let liked = says(ada, json!({ "status": "Like me" })).await;
    bela.post(&format!("/api/v1/statuses/{}/favourite", key(&liked)), json!({})).await.ok();
    let notes = ada.get("/api/v1/notifications?types[]=favourite").await.ok();
    album.keep("Notification", "Notification", &notes[0]);
    let notes = ada.get("/api/v1/notifications?types[]=follow").await.ok();
    album.keep("Notification-follow", "Notification", &notes[0]);
    let groups = ada.get("/api/v2/notifications?types[]=favourite").await.ok();
    album.keep("GroupedNotificationsResults", "GroupedNotificationsResults", &groups);
    album.keep("UnreadCount", "Count", &ada.get("/api/v2/notifications/unread_count").await.ok());
    let strict = json!({ "for_not_following": "filter" });
    let strict = ada.ask(Method::PATCH, "/api/v2/notifications/policy", &[], Some(strict)).await.ok();
    album.keep("NotificationPolicy", "NotificationPolicy", &strict);
    let old = ada.get("/api/v1/notifications/policy").await.ok();
    album.keep("V1NotificationPolicy", "V1NotificationPolicy", &old);
    let cleo = scene.north();
    cleo.person("cleo", &[]).await;
    says(&cleo.client("cleo", "write").await, json!({ "status": "@ada hello" })).await;
    let requests = ada.get("/api/v1/notifications/requests").await.ok();
    album.keep("NotificationRequest", "[NotificationRequest]", &requests);
    let merged = ada.get("/api/v1/notifications/requests/merged").await.ok();
    album.keep("MergedRequests", "MergedRequests", &merged);
}

async fn sleeping(scene: &Scene, album: &mut Album) {
    let (service, sleeper) = (PushService::open().await, Sleeper::new());
    let asked = sleeper.asks(&service.url("/"), true, &["mention"]);
    let made = scene.bela.post("/api/v1/push/subscription", asked).await.ok();
    album.keep("WebPushSubscription", "WebPushSubscription", &made);
    says(&scene.ada, json!({ "status": "@bela wake up" })).await;
    scene.world.settle().await;
    let got = service.got();
    album.keep("PushMessage", "PushMessage", &sleeper.reads(&got[0]));
}

async fn filters(scene: &Scene, album: &mut Album) {
    let ada = &scene.ada;
    let said = says(ada, json!({ "status": "About wasps" })).await;
    let body = json!({ "title": "Wasps", "context": ["home", "thread"], "filter_action": "warn",
        "keywords_attributes": [{ "keyword": "wasps", "whole_word": true }] });
    let filter = ada.post("/api/v2/filters", body).await.ok();
    let path = format!("/api/v2/filters/{}", key(&filter));
    ada.post(&format!("{path}/statuses"), json!({ "status_id": key(&said) })).await.ok();
    album.keep("Filter", "Filter", &ada.get(&path).await.ok());
    album.keep("V1Filter", "[V1Filter]", &ada.get("/api/v1/filters").await.ok());
    let shown = ada.get(&format!("/api/v1/statuses/{}", key(&said))).await.ok();
    album.keep("FilterResult", "FilterResult", &shown["filtered"][0]);
}

async fn collections(scene: &Scene, album: &mut Album) {
    let (ada, bela) = (&scene.ada, &scene.bela);
    album.keep("List", "List", &ada.post("/api/v1/lists", json!({ "title": "Hive" })).await.ok());
    ada.post("/api/v1/markers", json!({ "home": { "last_read_id": "7" } })).await.ok();
    let markers = "/api/v1/markers?timeline[]=home&timeline[]=notifications";
    album.keep("Markers", "Markers", &ada.get(markers).await.ok());
    album.keep("Conversation", "[Conversation]", &bela.get("/api/v1/conversations").await.ok());
    says(ada, json!({ "status": "#honey" })).await;
    album.keep("Tag", "Tag", &ada.post("/api/v1/tags/honey/follow", json!({})).await.ok());
    let featured = ada.post("/api/v1/featured_tags", json!({ "name": "honey" })).await.ok();
    album.keep("FeaturedTag", "FeaturedTag", &featured);
    album.keep("Search", "Search", &ada.get("/api/v2/search?q=honey").await.ok());
    album.keep("CustomEmoji", "[CustomEmoji]", &ada.get("/api/v1/custom_emojis").await.ok());
    album.keep("Suggestions", "[Suggestion]", &ada.get("/api/v2/suggestions").await.ok());
}

async fn notices_and_reports(scene: &Scene, album: &mut Album) {
    let (ada, db) = (&scene.ada, scene.north().app().db);
    let rule = db.write(|tx| notices::add_rule(tx, "Be kind.", "Always.")).await.unwrap();
    album.keep("Rule", "[Rule]", &ada.get("/api/v1/instance/rules").await.ok());
    let said = says(&scene.bela, json!({ "status": "rude" })).await;
    let body = json!({ "account_id": scene.bela_key, "status_ids": [key(&said)],
        "rule_ids": [rule.id.to_string()], "comment": "This is rude." });
    album.keep("Report", "Report", &ada.post("/api/v1/reports", body).await.ok());
    let end = scene.world.clock.now().plus_seconds(3600);
    let made = db.write(|tx| notices::announce(tx, "We *move*.", None, Some(end))).await.unwrap();
    let thumb = format!("/api/v1/announcements/{}/reactions/%F0%9F%91%8D", made.id);
    ada.ask(Method::PUT, &thumb, &[], None).await.ok();
    album.keep("Announcement", "[Announcement]", &ada.get("/api/v1/announcements").await.ok());
}

async fn instance(scene: &Scene, album: &mut Album) {
    let nobody = scene.north().stranger();
    album.keep("Instance", "Instance", &nobody.get("/api/v2/instance").await.ok());
    album.keep("V1Instance", "V1Instance", &nobody.get("/api/v1/instance").await.ok());
    album.keep("Languages", "[Language]", &nobody.get("/api/v1/instance/languages").await.ok());
    let about = nobody.get("/api/v1/instance/extended_description").await.ok();
    album.keep("ExtendedDescription", "ExtendedDescription", &about);
    let metadata = nobody.get("/.well-known/oauth-authorization-server").await.ok();
    album.keep("AuthorizationServer", "AuthorizationServer", &metadata);
    let missing = nobody.get("/api/v1/statuses/7").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    album.keep("Error", "Error", &missing.json);
    let wrong = scene.ada.post("/api/v1/apps", json!({ "client_name": "" })).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    album.keep("Error-details", "Error", &wrong.json);
}

async fn oauth(scene: &Scene, album: &mut Album) {
    let nobody = scene.north().stranger();
    let wish = json!({ "client_name": "App", "redirect_uris": "app:/back\nurn:ietf:wg:oauth:2.0:oob",
        "scopes": "read push" });
    let app = nobody.post("/api/v1/apps", wish).await.ok();
    album.keep("CredentialApplication", "CredentialApplication", &app);
    let grant = json!({ "grant_type": "client_credentials", "client_id": app["client_id"],
        "client_secret": app["client_secret"] });
    let token = nobody.post("/oauth/token", grant).await.ok();
    album.keep("Token", "Token", &token);
    let app = scene.north().with_token(token["access_token"].as_str().unwrap());
    album.keep("Application", "Application", &app.get("/api/v1/apps/verify_credentials").await.ok());
    let revoked = nobody.post("/oauth/revoke", json!({ "token": "x" })).await;
    assert_eq!(revoked.status, StatusCode::UNAUTHORIZED);
    album.keep("Error-oauth", "Error", &revoked.json);
}
