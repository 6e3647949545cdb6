//! Texts of servers of other kinds that name a question: moderators decide, strangers do not.

use axum::http::StatusCode;
use plenum::domain::account::Account;
use plenum::domain::exchange::SetDigest;
use plenum::domain::host::HostStanding;
use plenum::domain::question::Qid;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::domain::user::Role;
use plenum::domain::view::View;
use plenum::federation::{exchange, resolve};
use plenum::services::{external_statements, held, relations};
use plenum::store::contributions::Viewer;
use plenum::store::{self, Error, audit, hosts};
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::debate::{answer, qid_of};
use crate::harness::peer::{Actor, Peers};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

const ASKED: &str = "Did the deployment stabilise the situation?";
const PAGE: &str = "/questions/did-the-deployment-stabilise-the-situation";
const ROW: &str = "has published a text on it; has not said which answer it gives";

/// What a blog sends when something is published there.
pub(crate) fn article(author: &Actor, path: &str, title: &str, tags: &[String]) -> Value {
    let mut text = author.note(path, "<p>The whole text, with <b>reasons</b>.</p>");
    text["type"] = json!("Article");
    text["name"] = json!(title);
    text["summary"] = json!("<p>An excerpt.</p>");
    text["contentMap"] = json!({ "en": text["content"] });
    let tag = |name: &String| json!({ "type": "Hashtag", "name": format!("#{name}"), "href": author.id });
    text["tag"] = tags.iter().map(tag).collect();
    text
}

impl Instance {
    /// Our organization follows somebody on a foreign server.
    pub(crate) async fn reads(&self, actor: &Actor) -> Account {
        let data = self.data();
        let account = resolve::account(&data, &actor.id).await.unwrap();
        let organization = self.organization().await;
        data.app.db.write(|tx| relations::follow(tx, &organization, &account)).await.unwrap();
        account
    }

    /// Moderators decide about a whole server.
    async fn decides_about(&self, actor: &Actor, standing: HostStanding) {
        let (host, db) = (actor.uri().host().to_owned(), self.app().db);
        let decided = db.write(|tx| {
            let host = hosts::ensure(tx, &host)?;
            Ok(hosts::set_standing(tx, host.id, standing)?)
        });
        decided.await.unwrap();
    }

    /// How many texts wait for a moderator.
    async fn texts_wait(&self) -> i64 {
        let db = self.app().db;
        db.read(|conn| Ok(store::external_statements::count_waiting(conn)?)).await.unwrap()
    }

    /// What the map of a question says to programs.
    async fn map(&self, qid: &Qid) -> Value {
        self.stranger().get(&format!("/api/plenum/v1/questions/{qid}/map")).await.ok()
    }

    /// A moderator puts a text beside a question.
    async fn lists(&self, by: &str, text: &Uri, qid: &Qid) -> Result<(), Error> {
        let user = self.app().db.read(|conn| Ok(store::users::by_name(conn, by)?)).await.unwrap().unwrap();
        let id = self.view(Viewer::Member(user.account_id), text).await.expect("it is here").head.id;
        self.app().db.write(|tx| external_statements::list(tx, &user, id, qid)).await
    }
}

/// North, which asks a question and answers it.
async fn asking(database: Database) -> (World, View) {
    let world = World::on([("north", database)], FederationMode::Quarantine).await;
    let north = world.at("north");
    let question = north.asks(ASKED, &["Yes", "No"]).await;
    north.answers(&qid_of(&question), &answer("decided", "Yes", "Order returned."), "").await.unwrap();
    north.person("mona", &[Role::Moderator]).await;
    world.settle().await;
    (world, question)
}

async fn is_hidden_while_suspended(north: &Instance, blog: &Actor, qid: &Qid) {
    let mut reader = north.browser();
    north.decides_about(blog, HostStanding::Suspended).await;
    assert!(!reader.open(PAGE).await.says(ROW));
    assert_eq!(north.map(qid).await["external_statements"], json!([]));
    north.decides_about(blog, HostStanding::Approved).await;
    assert!(reader.open(PAGE).await.says(ROW));
}

/// A change keeps it, a suspension hides it, its author's deletion ends it.
async fn ends(world: &World, blog: &Actor, mut text: Value, qid: &Qid) {
    let north = world.at("north");
    let mut reader = north.browser();
    text["name"] = json!("What soldiers stabilise");
    text["updated"] = json!("2026-11-24T11:30:00Z");
    assert_eq!(blog.sends(north, &blog.does("Update", text.clone())), 202);
    world.settle().await;
    assert!(reader.open(PAGE).await.texts(".texts tbody tr")[0].contains("What soldiers stabilise"));
    assert_eq!(north.texts_wait().await, 0, "nobody is asked twice");
    is_hidden_while_suspended(north, blog, qid).await;
    let gone = json!({ "type": "Tombstone", "id": text["id"] });
    assert_eq!(blog.sends(north, &blog.does("Delete", gone)), 202);
    world.settle().await;
    assert!(!reader.open(PAGE).await.says(ROW));
    let entrance = north.document(&format!("/q/{qid}/positions")).await;
    assert_eq!(entrance["totalItems"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_names_a_question_waits_and_is_listed_by_itself() {
    on_each_engine(|database| async {
        let (world, question) = asking(database).await;
        let (north, peers, qid) = (world.at("north"), Peers::new(), qid_of(&question));
        let blog = peers.person("blog", "ada");
        north.decides_about(&blog, HostStanding::Approved).await;
        let text = article(&blog, "1", "What bayonets stabilise", &[qid.hashtag()]);
        let before = north.document(&format!("/q/{qid}/positions")).await;
        assert_eq!(blog.sends(north, &blog.does("Create", text.clone())), 202);
        world.settle().await;
        let mut reader = north.browser();
        assert!(!reader.open(PAGE).await.says(ROW), "it waits");
        assert_eq!(north.map(&qid).await["external_statements"], json!([]));

        let mut mona = north.signed_in("mona").await;
        let desk = mona.open("/admin").await;
        assert!(desk.attribute("a[href='/moderation/external']", "href").is_some(), "moderators find it");
        assert!(
            mona.open(PAGE).await.texts(".tools a").contains(&"Texts that may belong here: 1".to_owned())
        );
        let waiting = mona.open(&format!("/moderation/external?question={qid}")).await;
        assert!(waiting.says(ASKED) && waiting.says("What bayonets stabilise"));
        let decided = mona.send(&waiting, "form[action^='/external/']", &[("decision", "list")]).await;
        assert!(decided.says("The map lists it.") && decided.says("Nothing waits."));

        let page = reader.open(PAGE).await;
        assert_eq!(page.texts(".texts tbody tr").len(), 1);
        let row = &page.texts(".texts tbody tr")[0];
        assert!(row.contains(ROW) && row.contains("External statement on blog.localhost"), "{row}");
        let href = page.attribute(".texts td a", "href");
        assert_eq!(href.as_deref(), text["id"].as_str(), "the link leads to its own page");
        assert_eq!(page.texts("form.chart tbody tr").len(), 1, "apart from the positions");
        assert!(!page.texts(".reasons").concat().contains("ada"), "in no group");
        assert!(page.texts(".texts a[href$='/withdraw']").is_empty(), "readers decide nothing");
        let map = north.map(&qid).await;
        let one = &map["external_statements"][0];
        assert_eq!((&one["stance"], &one["source"]), (&json!("unstated"), &json!("external")));
        assert_eq!((&one["uri"], &one["title"]), (&text["id"], &json!("What bayonets stabilise")));
        assert_eq!(map["positions"].as_array().unwrap().len(), 1);
        let csv = reader.open(&format!("{PAGE}/map.csv")).await.body;
        let line = csv.lines().find(|line| line.contains("external")).expect("a line of its own");
        assert!(line.contains(",unstated,") && line.contains(&format!(",{},", one["uri"].as_str().unwrap())));
        assert!(line.contains(",current,,What bayonets stabilise,"), "{line}");

        // Listed by its address, and no part of the digest by which sites compare.
        let entrance = north.document(&format!("/q/{qid}/positions")).await;
        assert_eq!(entrance["plenum:setDigest"], before["plenum:setDigest"]);
        assert_eq!((&before["totalItems"], &entrance["totalItems"]), (&json!(1), &json!(2)));
        let listed = north.document(&format!("/q/{qid}/positions?page=true")).await;
        assert_eq!(listed["orderedItems"][0]["plenum:kind"], "Position", "the newest first");
        assert_eq!(listed["orderedItems"][1], text["id"], "published before it, and never converted");

        ends(&world, &blog, text, &qid).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_refuses_lists_by_hand_and_takes_off_for_a_reason() {
    let (world, question) = asking(Database::sqlite()).await;
    let (north, peers, qid) = (world.at("north"), Peers::new(), qid_of(&question));
    let blog = peers.person("blog", "ada");
    north.reads(&blog).await;
    let linked = "<p>On <a href=\"{}\">this question</a>.</p>";
    let own = format!("{}{PAGE}", north.origin());
    let copy = format!("https://elsewhere.example/q/{qid}");
    for (n, address) in [own, copy].into_iter().enumerate() {
        let mut text = article(&blog, &n.to_string(), &format!("Text {n}"), &[]);
        text["content"] = json!(linked.replace("{}", &address));
        assert_eq!(blog.sends(north, &blog.does("Create", text)), 202);
    }
    let quiet = article(&blog, "quiet", "On bees", &[]);
    assert_eq!(blog.sends(north, &blog.does("Create", quiet.clone())), 202);
    world.settle().await;
    assert_eq!(north.texts_wait().await, 2, "links count like hashtags");
    let mut mona = north.signed_in("mona").await;
    let waiting = mona.open("/moderation/external").await;
    let left = mona.send(&waiting, "form[action^='/external/']", &[("decision", "refuse")]).await;
    assert_eq!(left.texts(".candidate").len(), 1);
    assert!(!north.browser().open(PAGE).await.says(ROW));
    let again = mona.send(&waiting, "form[action^='/external/']", &[("decision", "refuse")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let neither = mona.send(&waiting, "form[action^='/external/']", &[("decision", "")]).await;
    assert_eq!(neither.status, StatusCode::UNPROCESSABLE_ENTITY);

    let uri = Uri::parse(quiet["id"].as_str().unwrap()).unwrap();
    let id = north.sees(&uri).await.unwrap().head.id;
    let page = mona.open(&format!("/c/{id}")).await;
    let tool = page.attribute(".tools a[href$='/external']", "href").unwrap();
    let form = mona.open(&tool).await;
    let silent = mona.send(&form, "main form", &[]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!silent.texts("#mistake-question").is_empty());
    let listed = mona.send(&form, "main form", &[("question", qid.as_str())]).await;
    assert!(listed.texts(".texts tbody tr")[0].contains("On bees"));
    let twice = mona.send(&form, "main form", &[("question", qid.as_str())]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);

    world.advance_seconds(24 * 3600);
    let off = mona.open(&listed.attribute(".texts a[href$='/withdraw']", "href").unwrap()).await;
    let silent = mona.send(&off, "main form", &[]).await;
    assert!(!silent.texts("#mistake-reason").is_empty());
    let page = mona.send(&off, "main form", &[("reason", "It is about other bees.")]).await;
    assert!(!page.says(ROW));
    assert!(north.browser().open(&format!("{PAGE}?as_of=2026-11-24")).await.says(ROW), "it stood there then");
    let entries = north.app().db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
    let last = entries.last().unwrap();
    assert_eq!(last.action, "external_statement.withdraw");
    assert!(last.detail.contains("It is about other bees.") && last.subject == uri.as_str());
    assert!(mona.send(&form, "main form", &[("question", qid.as_str())]).await.says(ROW), "and back");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_stand_beside_a_question_is_refused_with_the_reason() {
    let (world, question) = asking(Database::sqlite()).await;
    let (north, peers, qid) = (world.at("north"), Peers::new(), qid_of(&question));
    let blog = peers.person("blog", "ada");
    north.reads(&blog).await;
    let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let anna = north.person("anna", &[Role::Publisher, Role::Archivist]).await;
    let ours = north.replies(&anna, &published.head.uri, "Yes.").await;
    let mona = north.app().db.read(|conn| Ok(store::users::by_name(conn, "mona")?)).await.unwrap().unwrap();
    let text = article(&blog, "1", "Text", &[]);
    let mut letter = article(&blog, "2", "Letter", &[qid.hashtag()]);
    letter["to"] = json!([format!("{}/followers", blog.id)]);
    letter["cc"] = json!([]);
    for one in [&text, &letter] {
        assert_eq!(blog.sends(north, &blog.does("Create", one.clone())), 202);
    }
    world.settle().await;
    let uri = |value: &Value| Uri::parse(value["id"].as_str().unwrap()).unwrap();
    let refused =
        async |by: &str, text: &Uri, qid: &Qid| north.lists(by, text, qid).await.unwrap_err().to_string();
    assert!(refused("anna", &uri(&text), &qid).await.contains("by moderators"), "whatever else she may");
    let other = Qid::parse("bciqe5nkrypm7nvmn2mytk4esx7n67k47ikc72feya5dtzjdv72bcjqi").unwrap();
    assert!(refused("mona", &uri(&text), &other).await.contains("carried here"));
    assert!(refused("mona", &ours.head.uri, &qid).await.contains("ourselves"));
    assert!(refused("mona", &published.head.uri, &qid).await.contains("ourselves"));
    let hidden =
        north.app().db.read(|conn| Ok(store::contributions::known(conn, &uri(&letter))?)).await.unwrap();
    let hidden = hidden.expect("the organization follows its author").id;
    let list = north.app().db.write(|tx| external_statements::list(tx, &mona, hidden, &qid)).await;
    assert_eq!(list.unwrap_err().to_string(), "not found", "mona may not even read it");
    assert_eq!(north.texts_wait().await, 0, "a letter names no question");
    north.lists("mona", &uri(&text), &qid).await.unwrap();
    assert!(refused("mona", &uri(&text), &qid).await.contains("already"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_whose_author_is_let_in_later_waits_from_then_on() {
    let (world, question) = asking(Database::sqlite()).await;
    let (north, peers, qid) = (world.at("north"), Peers::new(), qid_of(&question));
    let blog = peers.person("blog", "ada");
    let organization = north.organization().await.uri.to_string();
    let mut text = article(&blog, "1", "What bayonets stabilise", &[qid.hashtag()]);
    text["cc"] = json!([organization]);
    text["tag"].as_array_mut().unwrap().push(json!({ "type": "Mention", "href": organization }));
    assert_eq!(blog.sends(north, &blog.does("Create", text.clone())), 202);
    world.settle().await;
    let uri = Uri::parse(text["id"].as_str().unwrap()).unwrap();
    assert!(north.sees(&uri).await.is_none(), "its author waits");
    assert_eq!(north.texts_wait().await, 0);
    let held = north.lists("mona", &uri, &qid).await.unwrap_err().to_string();
    assert!(held.contains("approve its author first"), "{held}");
    let author =
        north.app().db.read(|conn| Ok(store::contributions::known(conn, &uri)?)).await.unwrap().unwrap();
    north.app().db.write(|tx| held::approve(tx, author.author_id)).await.unwrap();
    assert_eq!(north.texts_wait().await, 1);
    assert!(!north.browser().open(PAGE).await.says(ROW), "and nobody has decided yet");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_whose_author_is_followed_later_waits_from_then_on() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let qid = qid_of(&north.asks(ASKED, &[]).await);
        let blog = peers.person("blog", "ada");
        let organization = north.organization().await.uri.to_string();
        let mut text = article(&blog, "1", "What bayonets stabilise", &[qid.hashtag()]);
        text["cc"] = json!([organization]);
        text["tag"].as_array_mut().unwrap().push(json!({ "type": "Mention", "href": organization }));
        assert_eq!(blog.sends(north, &blog.does("Create", text)), 202);
        world.settle().await;
        assert_eq!(north.texts_wait().await, 0, "nobody here knows its author");
        north.reads(&blog).await;
        assert_eq!(north.texts_wait().await, 0, "nor has the author agreed yet");
        let accept = json!({ "type": "Follow", "actor": organization, "object": blog.id });
        assert_eq!(blog.sends(north, &blog.does("Accept", accept)), 202);
        world.settle().await;
        assert_eq!(north.texts_wait().await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_moderators_decide() {
    let (world, question) = asking(Database::sqlite()).await;
    let (north, peers, qid) = (world.at("north"), Peers::new(), qid_of(&question));
    let blog = peers.person("blog", "ada");
    north.reads(&blog).await;
    let text = article(&blog, "1", "What bayonets stabilise", &[qid.hashtag()]);
    assert_eq!(blog.sends(north, &blog.does("Create", text.clone())), 202);
    world.settle().await;
    let id = north.sees(&Uri::parse(text["id"].as_str().unwrap()).unwrap()).await.unwrap().head.id;
    let pages = ["/moderation/external".to_owned(), format!("/contributions/{id}/external")];
    let deeds = [
        (format!("/external/{id}/{qid}/decide"), "decision", "list"),
        (format!("/contributions/{id}/external"), "question", qid.as_str()),
        (format!("/external/{id}/{qid}/withdraw"), "reason", "Because."),
    ];
    // Administrators may do everything.
    let others = Role::ALL.into_iter().filter(|role| !matches!(role, Role::Moderator | Role::Admin));
    for role in others {
        let name = format!("p_{}", role.as_str());
        north.person(&name, &[role]).await;
        let mut browser = north.signed_in(&name).await;
        let home = browser.open("/notifications").await;
        let csrf = home.attribute("input[name='csrf']", "value").unwrap();
        for page in &pages {
            assert_eq!(browser.open(page).await.status, StatusCode::FORBIDDEN, "{name} opens {page}");
        }
        for (path, field, value) in &deeds {
            let fields = [("csrf".to_owned(), csrf.clone()), ((*field).to_owned(), (*value).to_owned())];
            assert_eq!(
                browser.post(path, &fields).await.status,
                StatusCode::FORBIDDEN,
                "{name} posts {path}"
            );
        }
        assert!(!browser.open(PAGE).await.says("Texts that may belong here"), "{name}");
        assert!(!browser.open(&format!("/c/{id}")).await.says("List it as an external statement"), "{name}");
    }
    let mut visitor = north.browser();
    for page in &pages {
        assert!(visitor.open(page).await.path.starts_with("/sign-in"), "{page}");
    }
    assert_eq!(north.texts_wait().await, 1, "nothing was decided");
    assert!(!visitor.open(PAGE).await.says(ROW));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_floods_reach_nobody() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let qid = qid_of(&north.asks(ASKED, &["Yes", "No"]).await);
        let organization = north.organization().await.uri.to_string();
        let mal = peers.person("spam", "mal");
        // He names the organization, so that what he sends is kept.
        let mut spam = article(&mal, "1", "Cheap pills", &[qid.hashtag()]);
        spam["cc"] = json!([organization]);
        spam["tag"].as_array_mut().unwrap().push(json!({ "type": "Mention", "href": organization }));
        assert_eq!(mal.sends(north, &mal.does("Create", spam.clone())), 202);
        world.settle().await;
        assert!(north.sees(&Uri::parse(spam["id"].as_str().unwrap()).unwrap()).await.is_some(), "it is here");
        assert_eq!(north.texts_wait().await, 0, "nobody here knows him");
        assert!(!north.browser().open(PAGE).await.says("Cheap pills"));
        let listed = north.document(&format!("/q/{qid}/positions?page=true")).await;
        assert_eq!(listed["orderedItems"], json!([]));

        let ada = peers.person("blog", "ada");
        north.reads(&ada).await;
        let mut short = article(&ada, "short", "", &[qid.hashtag()]);
        short["type"] = json!("Note");
        let mut reply = article(&ada, "reply", "", &[qid.hashtag()]);
        reply["inReplyTo"] = json!(format!("{}/q/{qid}", north.origin()));
        let unknown = article(&ada, "unknown", "", &["q_aaaaaaaa".to_owned(), "q_%_____%".to_owned()]);
        for text in [short, reply, unknown] {
            assert_eq!(ada.sends(north, &ada.does("Create", text)), 202);
        }
        world.settle().await;
        assert_eq!(north.texts_wait().await, 0, "notes, answers and other questions are something else");
        for n in 0..9 {
            let mut long = article(&ada, &format!("long{n}"), "", &[qid.hashtag()]);
            long["type"] = json!("Note");
            long["content"] = json!(format!("<p>{}</p>", "A long text. ".repeat(130)));
            assert_eq!(ada.sends(north, &ada.does("Create", long)), 202);
            world.settle().await;
        }
        assert_eq!(north.texts_wait().await, 5, "of one author only so many wait");
        north.decides_about(&ada, HostStanding::Approved).await;
        for n in 0..6 {
            let name = format!("author{n}");
            let author = peers.person("blog", &name);
            for text in 0..4 {
                let text = article(&author, &text.to_string(), "More", &[qid.hashtag()]);
                assert_eq!(author.sends(north, &author.does("Create", text)), 202);
            }
            world.settle().await;
        }
        assert_eq!(north.texts_wait().await, 20, "and of one server");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_reads_the_list_asks_once_for_what_is_no_position() {
    on_each_engine(|database| async {
        let places = [("north", Database::sqlite()), ("south", database)];
        let world = World::on(places, FederationMode::Open).await;
        let (north, south, peers) = (world.at("north"), world.at("south"), Peers::new());
        south.follows(north).await;
        north.follows(south).await;
        world.settle().await;
        let qid = qid_of(&north.asks(ASKED, &["Yes", "No"]).await);
        world.settle().await;
        let blog = peers.person("blog", "ada");
        north.reads(&blog).await;
        north.person("mona", &[Role::Moderator]).await;
        let text = article(&blog, "1", "What bayonets stabilise", &[qid.hashtag()]);
        peers.publish(&text);
        assert_eq!(blog.sends(north, &blog.does("Create", text.clone())), 202);
        world.settle().await;
        north.lists("mona", &Uri::parse(text["id"].as_str().unwrap()).unwrap(), &qid).await.unwrap();
        let asked = || peers.requests_for("blog", "/users/ada/notes/1");
        let before = asked();
        // North answers while South is away, so that their lists differ afterwards.
        for (n, reason) in ["", "New reports.", "Newer reports."].into_iter().enumerate() {
            south.goes_dark();
            world.advance_hours(24 * 8);
            north
                .answers(&qid, &answer("decided", "Yes", &format!("Order returned {n}.")), reason)
                .await
                .unwrap();
            world.settle().await;
            south.returns();
            exchange::reconcile(&south.data(), &qid).await.unwrap();
            let there = south.stands(&qid).await;
            assert_eq!(there.len(), 1);
            assert_eq!(there[0].3, i32::try_from(n + 1).unwrap(), "the position came by the list");
            assert_eq!(asked(), before + 1, "after {} comparisons", n + 1);
        }
        let theirs = north.document(&format!("/q/{qid}/positions")).await;
        assert_ne!(
            theirs["plenum:setDigest"],
            SetDigest::default().to_hex(),
            "there is something to compare"
        );
        assert_eq!(south.map(&qid).await["external_statements"], json!([]), "each site decides for itself");
        assert_eq!(south.stands(&qid).await, north.stands(&qid).await);
    })
    .await;
}
