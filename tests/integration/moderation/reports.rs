//! Reports: from members and from other servers, with what was reported as it stood then, to their outcome.

use axum::http::StatusCode;
use plenum::domain::account_rule::AccountDecision;
use plenum::domain::contribution::State;
use plenum::domain::host::HostStanding;
use plenum::domain::report::Outcome;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::services::{account_rules, cases};
use plenum::store::contributions::Viewer;
use plenum::store::page;
use plenum::store::reports::Wanted;
use plenum::store::{self, contributions, deliveries, reports, warnings};
use serde_json::json;

use super::{presses, uri_of};
use crate::harness::browser::{Browser, Page};
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

/// The first report of the list, opened.
async fn first(browser: &mut Browser) -> Page {
    let list = browser.open("/admin/reports").await;
    let href = list.attribute("tbody a", "href").unwrap_or_else(|| panic!("{}", list.body));
    browser.open(&href).await
}

/// Decides about an open report in two steps; what is said between them.
async fn closes(browser: &mut Browser, page: &Page, fields: &[(&str, &str)]) -> (Page, Page) {
    let form = browser.open(&page.attribute("main a[href$=decide]", "href").unwrap()).await;
    let asked = browser.send(&form, "main form", fields).await;
    let done = browser.send(&asked, "main form", &[]).await;
    (asked, done)
}

/// The first report that was decided.
async fn closed(browser: &mut Browser) -> Page {
    let list = browser.open("/admin/reports?closed=yes").await;
    browser.open(&list.attribute("tbody a", "href").unwrap()).await
}

/// The page of the report shows what was said then, and who says what against it.
fn tells_of_then(page: &Page) {
    let told =
        ["You are all fools.", "He insults us.", "anna@", "Nobody looks at it yet", "A rule of this site"];
    for words in told {
        assert!(page.says(words), "{words}: {}", page.body);
    }
    assert!(!page.says("lovely"), "as it stood then");
}

/// Takes back what was removed of somebody.
async fn takes_back(browser: &mut Browser, who: &str) {
    let removed = browser.open("/admin/removed").await;
    assert!(removed.says(who) && removed.says("1 text"), "{}", removed.body);
    let key = removed.attribute("tbody button", "value").unwrap();
    assert!(presses(browser, &removed, &key, &[]).await.says("Taken back."));
}

async fn outcomes(north: &Instance) -> Vec<Option<Outcome>> {
    let db = north.app().db;
    let found = db.read(|conn| {
        let wanted = |open| Wanted { open, ..Wanted::default() };
        let mut all = reports::page(conn, &wanted(true), &page::Page::first(9))?;
        all.extend(reports::page(conn, &wanted(false), &page::Page::first(9))?);
        Ok(all)
    });
    found.await.unwrap().into_iter().map(|report| report.outcome).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_reports_and_the_text_of_then_counts() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let vic = peers.person("a", "vic");
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        let note = vic.reply("1", &bees, "You are all fools.");
        assert_eq!(vic.sends(north, &vic.does("Create", note.clone())), 202);
        world.settle().await;
        north.person("anna", &[]).await;
        let mut anna = north.signed_in("anna").await;
        let id = north.sees(&uri_of(&note)).await.unwrap().head.id;
        let form = anna.open(&format!("/contributions/{id}/report")).await;
        let fields = [("category", "violation"), ("comment", "He insults us.")];
        let sent = anna.send(&form, "main form", &fields).await;
        assert!(sent.says("Reported.") && sent.says("Waits for a moderator"), "{}", sent.body);
        let mut edited = note.clone();
        edited["content"] = json!("What a lovely day.");
        edited["updated"] = json!("2026-11-24T12:30:00Z");
        world.advance_hours(1);
        assert_eq!(vic.sends(north, &vic.does("Update", edited)), 202);
        world.settle().await;
        north.person("mona", &[Role::Moderator]).await;
        let mut mona = north.signed_in("mona").await;
        assert_eq!(anna.open("/admin/reports").await.status, StatusCode::FORBIDDEN);
        let page = first(&mut mona).await;
        tells_of_then(&page);
        let page = presses(&mut mona, &page, "assign", &[]).await;
        assert!(page.says("mona looks at it"));
        let page = presses(&mut mona, &page, "note", &[("note", "He did that before.")]).await;
        assert!(page.says("He did that before."), "{}", page.body);
        let ruling = [
            ("outcome", "remove"),
            ("answer", "Thank you, it is gone."),
            ("public", "Insults are no arguments."),
        ];
        let (asked, done) = closes(&mut mona, &page, &ruling).await;
        assert!(asked.says("deleted after 3 days: 1 reported contribution"), "{}", asked.body);
        assert!(done.says("Changed."), "{}", done.body);
        assert!(north.sees(&uri_of(&note)).await.is_none(), "out of sight at once");
        takes_back(&mut mona, "vic@").await;
        assert!(north.sees(&uri_of(&note)).await.is_some(), "as it was before");
        let page = presses(&mut mona, &page, "reopen", &[]).await;
        closes(&mut mona, &page, &ruling).await;
        world.advance_hours(73);
        world.settle().await;
        assert_eq!(vic.sends(north, &vic.does("Create", note.clone())), 202);
        world.settle().await;
        assert!(north.sees(&uri_of(&note)).await.is_none(), "and is not taken in again");
        assert!(anna.open("/settings/reports").await.says("Thank you, it is gone."));
        let about = north.browser().open("/about/moderation").await;
        assert!(about.says("contributions were removed") && about.says("Insults are no arguments."));
        assert_eq!(outcomes(north).await, [Some(Outcome::Remove)]);
        let page = closed(&mut mona).await;
        assert!(page.says("You are all fools."), "the evidence stays");
        presses(&mut mona, &page, "reopen", &[]).await;
        assert_eq!(outcomes(north).await, [None]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_about_a_member_ends_in_a_rule_that_they_are_told_of() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        north.person("bela", &[]).await;
        let app = north.client("bela", "read write").await;
        let said = app.post("/api/v1/statuses", json!({ "status": "Down with them." })).await.ok();
        let vic = peers.person("lemmy", "vic");
        let mut flag = vic.does("Flag", said["uri"].clone());
        flag["content"] = json!("This is hateful.");
        assert_eq!(vic.sends(north, &flag), 202);
        world.settle().await;
        north.person("mona", &[Role::Moderator]).await;
        let mut mona = north.signed_in("mona").await;
        let page = first(&mut mona).await;
        for words in ["Down with them.", "This is hateful.", "vic@"] {
            assert!(page.says(words), "{words}: {}", page.body);
        }
        let ruling = [("outcome", "freeze"), ("text", "No hate here."), ("answer", "We have acted.")];
        let before = north.app().db.read(|conn| Ok(deliveries::pending(conn)?)).await.unwrap();
        let (asked, _) = closes(&mut mona, &page, &ruling).await;
        assert!(asked.says("may object once"), "{}", asked.body);
        let after = north.app().db.read(|conn| Ok(deliveries::pending(conn)?)).await.unwrap();
        assert_eq!(after, before + 1, "a letter to who reported in their own name");
        let refused = app.post("/api/v1/statuses", json!({ "status": "more" })).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let mut bela = north.signed_in("bela").await;
        let list = bela.open("/settings/decisions").await;
        assert_eq!(list.texts("main .ways li").len(), 1, "told once: {}", list.body);
        let one = bela.open(&list.attribute("main .ways a", "href").unwrap()).await;
        assert!(one.says("No hate here.") && !one.says("hateful"), "not what was reported: {}", one.body);
        let second = closes(&mut mona, &page, &[("outcome", "nothing")]).await.1;
        assert_eq!(second.status, StatusCode::CONFLICT, "somebody decided already");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_changes_nothing_and_is_read() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let bela = north.person("bela", &[]).await;
    north.person("anna", &[]).await;
    let (app, other) = (north.client("bela", "read write").await, north.client("anna", "read write").await);
    let said = app.post("/api/v1/statuses", json!({ "status": "shouting" })).await.ok();
    let body =
        json!({ "account_id": bela.id.to_string(), "status_ids": [said["id"]], "comment": "too loud" });
    other.post("/api/v1/reports", body).await.ok();
    let mut admin = north.signed_in("north_admin").await;
    let page = first(&mut admin).await;
    let again = admin.open(&page.attribute("main a[href$=decide]", "href").unwrap()).await;
    let again = admin.post(&again.path, &again.filled("main form").1[..1]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "an outcome has to be chosen");
    let mut mute = again.filled("main form").1[..1].to_vec();
    mute.push(("outcome".to_owned(), "warning".to_owned()));
    let mute = admin.post(&page.attribute("main a[href$=decide]", "href").unwrap(), &mute).await;
    assert_eq!(mute.status, StatusCode::UNPROCESSABLE_ENTITY, "a warning has to say something");
    closes(&mut admin, &page, &[("outcome", "warning"), ("text", "Please be calm.")]).await;
    assert_eq!(app.post("/api/v1/statuses", json!({ "status": "calm" })).await.status, StatusCode::OK);
    let mut browser = north.signed_in("bela").await;
    let list = browser.open("/settings/decisions").await;
    let one = browser.open(&list.attribute("main .ways a", "href").unwrap()).await;
    assert!(one.says("Please be calm.") && one.says("shouting"), "what it is about: {}", one.body);
    let stranger = north.signed_in("anna").await.open(&one.path).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND, "nobody else reads it");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_or_decides_what_is_reported_about_themselves() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let mona = north.person("mona", &[Role::Moderator]).await;
        north.person("nina", &[Role::Moderator]).await;
        north.person("anna", &[]).await;
        let (hers, other) =
            (north.client("mona", "read write").await, north.client("anna", "read write").await);
        let said = hers.post("/api/v1/statuses", json!({ "status": "shouting" })).await.ok();
        for comment in ["too loud", "again"] {
            let body = json!({
                "account_id": mona.id.to_string(), "status_ids": [said["id"]], "comment": comment,
            });
            other.post("/api/v1/reports", body).await.ok();
        }
        let (mut about, mut nina) = (north.signed_in("mona").await, north.signed_in("nina").await);
        assert!(!about.open("/admin/reports").await.says("anna@"));
        let page = first(&mut nina).await;
        assert!(page.says("anna@"));
        assert_eq!(about.open(&page.path).await.status, StatusCode::NOT_FOUND);
        let decide = page.attribute("main a[href$=decide]", "href").unwrap();
        assert_eq!(about.open(&decide).await.status, StatusCode::NOT_FOUND);
        assert!(!about.open("/notifications").await.says("anna"), "it would say who reported");
        assert!(nina.open("/notifications").await.says("anna"));
        // Nor does a moderator decide about an admin.
        let admin = north.admin().await;
        let body = json!({ "account_id": admin.account_id.to_string(), "comment": "too strict" });
        other.post("/api/v1/reports", body).await.ok();
        let page = first(&mut nina).await;
        let (_, done) = closes(&mut nina, &page, &[("outcome", "warning"), ("text", "Please.")]).await;
        assert_eq!(done.status, StatusCode::FORBIDDEN, "{}", done.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_objection_takes_back_only_what_it_is_about() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let bela = north.person("bela", &[]).await;
    let decides = |sensitive: bool, standing: HostStanding| AccountDecision {
        standing,
        sensitive,
        ..AccountDecision::default()
    };
    let db = north.app().db;
    let first = decides(true, HostStanding::Unknown);
    db.write(|tx| account_rules::decide(tx, None, bela.id, &first)).await.unwrap();
    let second = decides(true, HostStanding::Limited);
    db.write(|tx| account_rules::decide(tx, None, bela.id, &second)).await.unwrap();
    let told = db.read(|conn| Ok(warnings::of(conn, bela.id, 9)?)).await.unwrap();
    let early = told.iter().map(|warning| warning.id).min().unwrap();
    db.write(|tx| cases::appeal(tx, &bela, early, "They are harmless.")).await.unwrap();
    db.write(|tx| cases::answer_appeal(tx, None, early, (true, false), "You are right.")).await.unwrap();
    let rule = db.read(|conn| Ok(store::account_rules::of(conn, bela.id)?)).await.unwrap();
    let rule = rule.expect("the later rule holds");
    assert_eq!((rule.standing, rule.sensitive), (HostStanding::Limited, false));
}

/// What is said about a voice of the site is for admins: moderators may be the ones who speak with it.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_organization_published_is_for_admins_and_never_removed_by_a_report() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let vic = peers.person("a", "vic");
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await.head.uri;
        north.person("mona", &[Role::Moderator, Role::Publisher]).await;
        let flag = |about: &str| vic.sends(north, &vic.does("Flag", about));
        assert_eq!((flag(&north.organization().await.uri.to_string()), flag(bees.as_str())), (202, 202));
        world.settle().await;
        let mut admin = north.signed_in("north_admin").await;
        let page = first(&mut admin).await;
        let mut mona = north.signed_in("mona").await;
        let list = mona.open("/admin/reports").await;
        assert!(list.says("There are none.") && !mona.open("/notifications").await.says("vic"));
        assert!(admin.open("/notifications").await.says("vic"));
        assert!(mona.open("/admin").await.says("Nothing waits for you."));
        assert!(admin.open("/admin").await.says("Reports: 2 open"));
        let decide = page.attribute("main a[href$=decide]", "href").unwrap();
        for path in [&page.path, &decide] {
            assert_eq!(mona.open(path).await.status, StatusCode::NOT_FOUND);
            let csrf = list.attribute("input[name=csrf]", "value").unwrap();
            let form = [("csrf", csrf.as_str()), ("do", "assign"), ("outcome", "nothing")];
            let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(mona.post(path, &form).await.status, StatusCode::NOT_FOUND);
        }
        let app = north.client("mona", "read write admin:read admin:write").await;
        assert_eq!(app.get("/api/v1/admin/reports").await.ok(), json!([]));
        let key = page.path.rsplit('/').next().unwrap().to_owned();
        let resolve = app.post(&format!("/api/v1/admin/reports/{key}/resolve"), json!({})).await;
        assert_eq!(resolve.status, StatusCode::NOT_FOUND);
        let db = north.app().db;
        let id = plenum::domain::id::Id::parse(&key).unwrap();
        let user = db.read(|conn| Ok(store::users::by_name(conn, "mona")?)).await.unwrap().unwrap().id;
        let handed = db.write(|tx| cases::assign(tx, None, id, Some(user))).await;
        assert!(handed.unwrap_err().to_string().contains("is not for this moderator"));
        assert!(admin.open(&decide).await.says("a voice of the site itself"));
        let (asked, _) = closes(&mut admin, &page, &[("outcome", "remove")]).await;
        assert!(asked.says("no reported contributions"), "{}", asked.body);
        let known = db.read(|conn| Ok(contributions::known(conn, &bees)?)).await.unwrap();
        assert_eq!(known.unwrap().state, State::Current);
        let (_, done) = closes(&mut admin, &page, &[("outcome", "nothing")]).await;
        assert!(done.says("Changed."), "{}", done.body);
    })
    .await;
}

/// What never left comes back, and what went out is shown again here.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_said_inside_and_in_public_comes_back_here() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let bela = north.person("bela", &[]).await;
        north.person("anna", &[]).await;
        let (app, other) =
            (north.client("bela", "read write").await, north.client("anna", "read write").await);
        let said = app.post("/api/v1/statuses", json!({ "status": "shouting" })).await.ok();
        let mut browser = north.signed_in("bela").await;
        let form = browser.open("/internal/new").await;
        browser.send(&form, "main form", &[("text", "whispering")]).await;
        let db = north.app().db;
        let inside = db.read(|conn| Ok(store::internal::page(conn, Viewer::Member(bela.id), None, 9)?));
        let inside = inside.await.unwrap().remove(0);
        let body = json!({
            "account_id": bela.id.to_string(), "status_ids": [said["id"], inside.id.to_string()],
        });
        for _ in 0..2 {
            other.post("/api/v1/reports", body.clone()).await.ok();
        }
        let mut admin = north.signed_in("north_admin").await;
        let page = first(&mut admin).await;
        let (asked, _) = closes(&mut admin, &page, &[("outcome", "remove")]).await;
        for words in ["their copies of 1 reported contribution", "after 3 days: 2 reported contributions"] {
            assert!(asked.says(words), "{words}: {}", asked.body);
        }
        let page = first(&mut admin).await;
        closes(&mut admin, &page, &[("outcome", "remove")]).await;
        assert!(!browser.open("/internal").await.says("whispering"));
        let removed = admin.open("/admin/removed").await;
        assert_eq!(removed.texts("tbody button").len(), 1, "removed once: {}", removed.body);
        let key = removed.attribute("tbody button", "value").unwrap();
        assert!(presses(&mut admin, &removed, &key, &[]).await.says("Taken back."));
        assert!(browser.open("/internal").await.says("whispering"));
        let uri = uri_of(&json!({ "id": said["uri"] }));
        let back = db.read(|conn| Ok(contributions::known(conn, &uri)?)).await.unwrap().unwrap();
        assert_eq!(back.state, State::Current);
    })
    .await;
}

/// Whoever decides here is judged by admins, and whoever decided leaves the objection to somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn moderators_judge_neither_each_other_nor_objections_to_what_they_decided() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let mona = north.person("mona", &[Role::Moderator]).await;
        let paul = north.person("paul", &[Role::Publisher]).await;
        let bela = north.person("bela", &[]).await;
        north.person("nina", &[Role::Moderator]).await;
        let db = north.app().db;
        let user = async |name: &str| {
            let found = db.read(|conn| Ok(store::users::by_name(conn, name)?)).await.unwrap();
            Some(found.unwrap().id)
        };
        let (nina, admin) = (user("nina").await, Some(north.admin().await.id));
        let frozen = AccountDecision { frozen: true, ..AccountDecision::default() };
        for account in [&mona, &paul] {
            let tried = db.write(|tx| account_rules::decide(tx, nina, account.id, &frozen)).await;
            assert!(tried.unwrap_err().to_string().contains("an admin has to decide"));
            let rule = db.read(|conn| Ok(store::account_rules::of(conn, account.id)?)).await.unwrap();
            assert!(rule.is_none(), "nothing happened");
        }
        db.write(|tx| account_rules::decide(tx, admin, paul.id, &frozen)).await.unwrap();
        db.write(|tx| account_rules::decide(tx, nina, bela.id, &frozen)).await.unwrap();
        let told = db.read(|conn| Ok(warnings::of(conn, bela.id, 9)?)).await.unwrap();
        db.write(|tx| cases::appeal(tx, &bela, told[0].id, "I was calm.")).await.unwrap();
        let other = user("mona").await;
        let own = db.write(|tx| cases::answer_appeal(tx, nina, told[0].id, (false, false), "No.")).await;
        assert!(own.unwrap_err().to_string().contains("another moderator answers"));
        db.write(|tx| cases::answer_appeal(tx, other, told[0].id, (true, false), "Yes.")).await.unwrap();
        let rule = db.read(|conn| Ok(store::account_rules::of(conn, bela.id)?)).await.unwrap();
        assert!(rule.is_none(), "it is taken back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_about_two_people_is_one_about_each() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let (anna, mona) = (north.person("anna", &[]).await, north.person("mona", &[Role::Moderator]).await);
        let vic = peers.person("a", "vic");
        let mut flag = vic.does("Flag", json!([anna.uri, mona.uri]));
        flag["content"] = json!("Both of them");
        assert_eq!(vic.sends(north, &flag), 202);
        assert_eq!(vic.sends(north, &flag), 202, "twice is once");
        world.settle().await;
        let told = async |name: &str| {
            let app = north.client(name, "read admin:read").await;
            let found = app.get("/api/v1/admin/reports").await.ok();
            let found = found.as_array().unwrap().clone();
            found.iter().map(|one| one["target_account"]["username"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(told("mona").await, ["anna"], "what is said about her is for others");
        assert_eq!(told("north_admin").await, ["mona", "anna"]);
    })
    .await;
}
