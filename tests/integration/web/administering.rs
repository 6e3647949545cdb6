//! What moderators and admins decide in front of a browser, and who may not.

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::{Method, StatusCode};
use plenum::domain::permission::Permission;
use plenum::domain::position::ListingPolicy;
use plenum::domain::site::{FederationMode, ReplyPolicy, Settings};
use plenum::domain::uri::Uri;
use plenum::domain::user::{Role, Roles};
use plenum::store::{audit, notices, settings};
use serde_json::json;

use crate::harness::Database;
use crate::harness::browser::Browser;
use crate::harness::debate::{answer, qid_of};
use crate::harness::peer::{Actor, Peers};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

/// Every page below `/admin`, what it takes, and whether it is sent forms.
const ROUTES: &[(&str, Option<Permission>, bool)] = &[
    ("/admin", None, false),
    ("/admin/accounts", Some(Permission::Accounts), false),
    ("/admin/accounts/{id}", Some(Permission::Accounts), true),
    ("/admin/addresses", Some(Permission::Settings), true),
    ("/admin/addresses/new", Some(Permission::Settings), true),
    ("/admin/appeals", Some(Permission::Reports), false),
    ("/admin/appeals/{id}", Some(Permission::Reports), true),
    ("/admin/federation", Some(Permission::Queues), true),
    ("/admin/federation/jobs", Some(Permission::Queues), true),
    ("/admin/federation/{name}", Some(Permission::Queues), true),
    ("/admin/log", Some(Permission::Log), false),
    ("/admin/log.jsonl", Some(Permission::Log), false),
    ("/admin/log/check", Some(Permission::Log), false),
    ("/admin/log/{id}", Some(Permission::Log), true),
    ("/admin/succession", Some(Permission::Settings), true),
    ("/admin/succession/confirm", Some(Permission::Settings), true),
    ("/admin/remove", Some(Permission::Rules), true),
    ("/admin/removed", Some(Permission::Review), true),
    ("/admin/reports", Some(Permission::Reports), true),
    ("/admin/reports/{id}", Some(Permission::Reports), true),
    ("/admin/reports/{id}/decide", Some(Permission::Reports), true),
    ("/admin/rules", Some(Permission::Rules), true),
    ("/admin/rules/new", Some(Permission::Rules), true),
    ("/admin/networks", Some(Permission::Settings), true),
    ("/admin/networks/new", Some(Permission::Settings), true),
    ("/admin/people", Some(Permission::People), true),
    ("/admin/people/{name}", Some(Permission::People), true),
    ("/admin/settings", Some(Permission::Settings), true),
    ("/admin/hosts", Some(Permission::Hosts), false),
    ("/admin/hosts/allowances.csv", Some(Permission::Hosts), false),
    ("/admin/hosts/list", Some(Permission::Hosts), true),
    ("/admin/hosts/list.csv", Some(Permission::Hosts), false),
    ("/admin/hosts/list/taken", Some(Permission::Hosts), false),
    ("/admin/hosts/list/taken/{id}", Some(Permission::Hosts), true),
    ("/admin/hosts/lists", Some(Permission::Hosts), true),
    ("/admin/hosts/lists/drafts", Some(Permission::Hosts), true),
    ("/admin/hosts/lists/new", Some(Permission::Hosts), true),
    ("/admin/hosts/lists/refused", Some(Permission::Hosts), true),
    ("/admin/hosts/lists/{id}", Some(Permission::Hosts), true),
    ("/admin/hosts/lists/{id}/leave", Some(Permission::Hosts), true),
    ("/admin/hosts/{name}", Some(Permission::Hosts), true),
    ("/admin/review", Some(Permission::Review), true),
    ("/admin/review/approved", Some(Permission::Review), true),
];

#[test]
fn every_page_of_the_administration_stands_in_the_table() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/web/handlers/mod.rs");
    let source = std::fs::read_to_string(source).unwrap();
    let literals = source.split('"').skip(1).step_by(2);
    let found: BTreeSet<&str> = literals.filter(|text| text.starts_with("/admin")).collect();
    let listed: BTreeSet<&str> = ROUTES.iter().map(|(path, ..)| *path).collect();
    assert_eq!(found, listed);
}

/// A path with something in the place of what stands in braces.
fn filled(path: &str) -> String {
    path.replace("{name}", "far.example").replace("{id}", "7")
}

/// What this browser's pages put into its forms.
async fn token(browser: &mut Browser) -> Vec<(String, String)> {
    let page = browser.open("/notifications").await;
    vec![("csrf".to_owned(), page.attribute("nav form input[name=csrf]", "value").unwrap())]
}

/// The one table, asked through every page with every role, by looking and by sending.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_decides_what_the_table_says_and_nothing_else() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let mut visitor = north.browser();
    for (path, ..) in ROUTES {
        let page = visitor.once(Method::GET, &filled(path), None).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}: visitors sign in first");
    }
    for role in Role::ALL {
        let name = format!("has_{}", role.as_str());
        north.person(&name, &[role]).await;
        let mut browser = north.signed_in(&name).await;
        let token = token(&mut browser).await;
        let roles = Roles::of(&[role]);
        for (path, permission, sent) in ROUTES {
            let path = filled(path);
            let may = permission.map_or_else(|| roles.administers(), |permission| roles.may(permission));
            let page = browser.open(&path).await;
            assert_eq!(page.status != StatusCode::FORBIDDEN, may, "{name} opens {path}: {}", page.status);
            if *sent {
                let page = browser.post(&path, &token).await;
                assert_eq!(page.status != StatusCode::FORBIDDEN, may, "{name} sends {path}: {}", page.status);
            }
        }
        let shown = browser.open("/").await.texts("nav li").contains(&"Administration".to_owned());
        assert_eq!(shown, roles.administers(), "{name} is shown the way there");
    }
    assert_eq!(log(north).await, ["site.setup"], "nothing was changed by asking");
}

async fn log(instance: &Instance) -> Vec<String> {
    let entries = instance.app().db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
    let told = |action: &str| !action.starts_with("account.") && !action.starts_with("statement.");
    entries.into_iter().map(|entry| entry.action).filter(|action| told(action)).collect()
}

async fn current(instance: &Instance) -> Settings {
    instance.app().db.read(|conn| Ok(settings::get(conn)?)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_changes_what_holds_for_everybody() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Quarantine).await;
        let north = world.at("north");
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin").await;
        let way = page.attribute("main a[href$=settings]", "href").unwrap();
        let page = admin.open(&way).await;
        let wrong = [
            ("name", ""),
            ("languages", "en, 1x"),
            ("reply_policy", "nobody"),
            ("rules", "| why"),
            ("description", "We count."),
        ];
        let again = admin.send(&page, "main form", &wrong).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(again.texts(".mistake").len(), 4, "all at once: {:?}", again.texts(".mistake"));
        assert!(again.attribute("#field-languages", "value").unwrap().contains("1x"), "as it was typed");
        assert_eq!(current(north).await.description, "", "nothing changes until all is well");
        let right = [
            ("name", "The North"),
            ("languages", "en, de"),
            ("reply_policy", "followed"),
            ("listing_policy", "manual"),
            ("rules", "Be fair. | Answer what was said.\nNo advertising."),
        ];
        let done = admin.send(&again, "main form", &right).await;
        assert!(done.says("Changed."), "{}", done.body);
        let now = current(north).await;
        assert_eq!((now.name.as_str(), now.languages.len()), ("The North", 2));
        assert_eq!((now.reply_policy, now.listing_policy), (ReplyPolicy::Followed, ListingPolicy::Manual));
        let about = north.browser().open("/about").await;
        assert!(
            about.says("No advertising.") && about.says("Answer what was said.") && about.says("We count.")
        );
        let keys = async || north.app().db.read(|conn| Ok(notices::rules(conn)?)).await.unwrap();
        let before = keys().await;
        let page = admin.open("/admin/settings").await;
        admin.send(&page, "main form", &[("rules", "No advertising.\nBe brief.")]).await;
        let after = keys().await;
        assert_eq!(after[0].id, before[1].id, "a rule that stays keeps its key");
        let changes = ["setting.change"; 7];
        assert_eq!(log(north).await[1..], changes, "one entry a setting, and one each time for the rules");
        let page = admin.open("/admin/settings").await;
        assert!(admin.send(&page, "main form", &[]).await.says("Nothing was different"));
        assert_eq!(log(north).await.len(), 8);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_federation_mode_says_first_what_it_does() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    south.follows(north).await;
    world.settle().await;
    let mut admin = north.signed_in("north_admin").await;
    let page = admin.open("/admin/settings").await;
    let asked = admin.send(&page, "main form", &[("federation_mode", "allowlist"), ("name", "N")]).await;
    assert_eq!(current(north).await.federation_mode, FederationMode::Open, "not yet");
    assert_eq!(current(north).await.name, "Organization north", "neither is anything else");
    assert!(
        asked.says("1 server is not") && asked.says("2 followers there get nothing more"),
        "{}",
        asked.body
    );
    let done = admin.send(&asked, "main form", &[]).await;
    assert!(done.says("Changed."), "{}", done.body);
    let now = current(north).await;
    assert_eq!((now.federation_mode, now.name.as_str()), (FederationMode::Allowlist, "N"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_finds_a_server_reads_what_follows_and_decides() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        let vic = peers.person("a", "vic");
        assert_eq!(vic.sends(north, &vic.does("Create", vic.reply("1", &bees.head.uri, "hello"))), 202);
        world.settle().await;
        let mut admin = north.signed_in("north_admin").await;
        let found = admin.open("/admin/hosts?q=a.local").await;
        assert_eq!(found.texts("tbody th"), [peers.host("a")]);
        assert!(found.says("Nothing decided") && found.says("Last exchange"), "{}", found.body);
        let host = admin.open(&found.attribute("tbody a", "href").unwrap()).await;
        let suspend = [
            ("standing", "suspend"),
            ("public_comment", "Sends advertising."),
            ("private_comment", "Anna's report"),
            ("obfuscate", "yes"),
        ];
        let asked = admin.send(&host, "main form", &suspend).await;
        assert!(asked.says("1 contribution disappears from this site"), "{}", asked.body);
        assert_eq!(
            vic.sends(north, &vic.does("Create", vic.reply("2", &bees.head.uri, "still"))),
            202,
            "not decided yet"
        );
        let done = admin.send(&asked, "main form", &[]).await;
        assert!(done.says("Changed."), "{}", done.body);
        assert_eq!(vic.sends(north, &vic.does("Create", vic.reply("3", &bees.head.uri, "no more"))), 403);
        let about = north.browser().open("/about").await;
        assert!(about.says("Sends advertising.") && !about.says(&peers.host("a")) && !about.says("Anna's"));
        let told = north.stranger().get("/api/v1/instance/domain_blocks").await.ok();
        assert_eq!(
            (&told[0]["severity"], &told[0]["comment"]),
            (&json!("suspend"), &json!("Sends advertising."))
        );
        assert_ne!(told[0]["domain"], json!(peers.host("a")));
        assert!(admin.open("/admin/hosts?standing=suspend").await.says(&peers.host("a")));
        let host = admin.open(&format!("/admin/hosts/{}", peers.host("a"))).await;
        let asked = admin.send(&host, "main form", &[("standing", "none"), ("obfuscate", "no")]).await;
        admin.send(&asked, "main form", &[]).await;
        assert_eq!(vic.sends(north, &vic.does("Create", vic.reply("4", &bees.head.uri, "again"))), 202);
        assert_eq!(log(north).await[1..], ["host.decide", "host.undo"]);
        for (name, why) in
            [("com", "everybody may register"), ("127.0.0.1", "address of a machine"), ("x y", "no name")]
        {
            let name = name.replace(' ', "+");
            assert!(admin.open(&format!("/admin/hosts?q={name}")).await.says(why), "{name}");
        }
        let new = admin.open("/admin/hosts?q=https://New.Example/about").await;
        assert_eq!(new.attribute("main a[href*=new]", "href").as_deref(), Some("/admin/hosts/new.example"));
    })
    .await;
}

/// The button by which the last server of the list is let in.
fn last_host(body: &str) -> String {
    let at = body.match_indices("approve host ").last().unwrap().0;
    body[at..].split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_clears_the_list_author_by_author_and_all_at_once() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Quarantine).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        let actors: Vec<_> = [("a", "ana"), ("a", "bela"), ("b", "cleo"), ("b", "dora")]
            .map(|(at, name)| peers.person(at, name))
            .into();
        let says = |actor: &Actor, path: &str| {
            let reply = actor.reply(path, &bees.head.uri, &format!("said {path}"));
            assert_eq!(actor.sends(north, &actor.does("Create", reply)), 202);
        };
        for actor in &actors {
            says(actor, "1");
            says(actor, "2");
        }
        world.settle().await;
        let shown = async |actor: usize, path: &str| {
            let note = actors[actor].note(path, "");
            north.sees(&Uri::parse(note["id"].as_str().unwrap()).unwrap()).await.is_some()
        };
        north.person("mona", &[Role::Moderator]).await;
        let mut mona = north.signed_in("mona").await;
        let list = mona.open("/moderation").await;
        assert_eq!(list.texts("h2.group")[..2], [peers.host("a"), peers.host("b")]);
        assert_eq!(list.texts("h3 label").len(), 4);
        for words in ["2 contributions", "said 1", "first seen"] {
            assert!(list.says(words), "{}", list.body);
        }
        let csrf = list.attribute("main input[name=csrf]", "value").unwrap();
        let keys = list.texts("h3 label").into_iter().zip(values(&list.body)).collect::<Vec<_>>();
        let key = |name: &str| keys.iter().find(|(label, _)| label == name).unwrap().1.clone();
        let form = |pairs: &[(&str, String)]| {
            let mut values = vec![("csrf".to_owned(), csrf.clone())];
            values.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            values
        };
        let nobody = form(&[("do", "approve ticked".to_owned())]);
        assert_eq!(mona.post("/admin/review", &nobody).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let one = form(&[("do", format!("approve author {}", key("ana")))]);
        assert!(mona.post("/admin/review", &one).await.says("Approved."));
        assert!(shown(0, "1").await && shown(0, "2").await && !shown(1, "1").await);
        let some = [("author", key("bela")), ("author", key("cleo")), ("do", "reject ticked".to_owned())];
        assert!(mona.post("/admin/review", &form(&some)).await.says("Rejected."));
        assert_eq!(mona.open("/admin/review").await.texts("h3 label"), ["dora"]);
        says(&actors[1], "1");
        says(&actors[1], "3");
        world.settle().await;
        let list = mona.open("/admin/review").await;
        let old = list.texts(".part").concat().contains("bela 2");
        assert!(list.says("said 3") && !old, "only what is new waits");
        assert!(list.says("1 contribution ·"), "what was rejected is not taken in again: {}", list.body);
        let whole = [("do", last_host(&list.body)), ("confirmed", "yes".to_owned())];
        mona.post("/admin/review", &form(&whole)).await;
        assert!(shown(3, "1").await, "the whole server is let in");
        says(&actors[2], "4");
        world.settle().await;
        assert!(shown(2, "4").await, "and whoever comes from there");
        assert_eq!(log(north).await[1..], ["host.decide"], "besides the entries of authors");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn item_94_a_list_is_looked_at_before_it_is_taken_in() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let (north, peers) = (world.at("north"), Peers::new());
        let bees = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        let vic = peers.person("deep.a", "vic");
        assert_eq!(vic.sends(north, &vic.does("Create", vic.reply("1", &bees.head.uri, "hello"))), 202);
        world.settle().await;
        let bad = peers.host("a");
        let list = format!(
            "\u{feff}#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\r\n\
             {bad},suspend,false,false,\"Spam, mostly\",true\r\nloud.example,silence,true,false,,false\r\n\
             LOUD.example.,suspend,,,,\r\ncom,suspend,,,,\r\nex***le.org,suspend,,,,\r\n{},suspend,,,,\r\n\
             odd.example,perhaps,,,,\r\n",
            north.host
        );
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin/hosts/list").await;
        let looked = admin.send(&page, "main form", &[("file", &list)]).await;
        assert!(looked.says("2 rules in this list, of which 2 are not here yet"), "{}", looked.body);
        assert!(
            looked.says("repeat an earlier one: 1")
                && looked.says("1 contribution disappears from this site")
        );
        assert_eq!(looked.texts("main ul:not(.row) li").len(), 4, "{}", looked.body);
        assert!(
            looked.says("this server itself")
                && looked.says("everybody may register")
                && looked.says("obfuscated")
        );
        assert_eq!(
            vic.sends(north, &vic.does("Create", vic.reply("2", &bees.head.uri, "still"))),
            202,
            "looking changes nothing"
        );
        assert_eq!(log(north).await.len(), 1);
        admin.send(&looked, "main form", &[]).await;
        assert_eq!(
            vic.sends(north, &vic.does("Create", vic.reply("3", &bees.head.uri, "no more"))),
            403,
            "names below, too"
        );
        let entries = ["host.decide", "host.decide", "list.take_in"];
        assert_eq!(log(north).await[1..], entries, "an entry for each server, and one for the list");
        let again = admin.send(&page, "main form", &[("file", &list)]).await;
        assert!(again.says("of which 0 are not here yet"));
        let ours = admin.open("/admin/hosts/list.csv").await;
        let mut lines: Vec<&str> = ours.body.lines().collect();
        lines[1..].sort_unstable();
        let deep = format!("{bad},suspend,false,false,\"Spam, mostly\",true");
        assert_eq!(
            lines,
            [
                "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate",
                deep.as_str(),
                "loud.example,silence,true,false,,false",
            ]
        );
    })
    .await;
}

/// The keys in the boxes that one may tick, in their order.
fn values(body: &str) -> Vec<String> {
    let boxes = body.split("name=\"author\" value=\"").skip(1);
    boxes.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_of_chosen_organizations_are_listed_by_themselves() {
    on_each_engine(|database| async {
        let places = [("north", database), ("south", Database::sqlite()), ("east", Database::sqlite())];
        let world = World::on(places, FederationMode::Open).await;
        let (north, south, east) = (world.at("north"), world.at("south"), world.at("east"));
        south.follows(north).await;
        east.follows(north).await;
        world.settle().await;
        let qid = qid_of(&north.asks("Who gave the order?", &[]).await);
        world.settle().await;
        let mut admin = north.signed_in("north_admin").await;
        let page = admin.open("/admin/settings").await;
        let fields = [("listing_policy", "chosen"), ("chosen", "nobody@nowhere")];
        let wrong = admin.send(&page, "main form", &fields).await;
        assert!(wrong.texts("#mistake-chosen")[0].starts_with("nobody@nowhere"));
        let chosen = admin.send(&wrong, "main form", &[("chosen", &south.handle())]).await;
        assert!(chosen.says("Changed."));
        for (site, said) in [(south, "The South"), (east, "The East")] {
            site.answers(&qid, &answer("decided", said, "We saw it."), "").await.unwrap();
        }
        world.settle().await;
        let map = format!("/q/{qid}");
        let rows = async || north.browser().open(&map).await.texts(".chart tbody tr").concat();
        let listed = rows().await;
        assert!(listed.contains("The South") && !listed.contains("The East"), "{listed}");

        // Whoever is added later is listed with what waits.
        let page = admin.open("/admin/settings").await;
        let both = format!("{}\n{}", south.handle(), east.handle());
        admin.send(&page, "main form", &[("chosen", &both)]).await;
        assert!(rows().await.contains("The East"));
        let page = admin.open("/admin/settings").await;
        assert_eq!(page.texts("#field-chosen")[0].split_whitespace().count(), 2);
        admin.send(&page, "main form", &[("chosen", &south.handle())]).await;
        assert!(rows().await.contains("The East"), "what is listed stays so");
        let done = log(north).await;
        assert_eq!(done.iter().filter(|action| *action == "listing.choose").count(), 2);
        assert_eq!(done.iter().filter(|action| *action == "listing.leave_out").count(), 1);
    })
    .await;
}
