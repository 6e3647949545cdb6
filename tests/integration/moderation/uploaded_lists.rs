//! Lists of rules that admins upload: looked at, kept while they decide, and taken in.

use axum::http::StatusCode;
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::{Decision, HostRule};
use plenum::domain::job::Job;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::services::{host_lists, hosts, taken_lists};
use plenum::store::page::Page as Bounds;
use plenum::store::{audit, host_rules, jobs, relations, taken_lists as kept};

use crate::harness::Database;
use crate::harness::browser::{Browser, Page};
use crate::harness::world::{Instance, World, on_each_engine};

const PATH: &str = "/admin/hosts/list";
const HEADER: &str = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate";
/// Rows of the long list that say something of their own, and those that repeat one.
const LONG: (usize, usize) = (90_000, 10_000);

async fn looks(browser: &mut Browser, kind: &str, list: &str) -> Page {
    let page = browser.open(PATH).await;
    browser.send(&page, "main form", &[("kind", kind), ("file", list)]).await
}

async fn rules(at: &Instance) -> Vec<HostRule> {
    at.app().db.read(|conn| Ok(host_rules::all(conn)?)).await.unwrap()
}

async fn rule(at: &Instance, name: &str) -> Option<HostRule> {
    at.app().db.read(|conn| Ok(host_rules::by_name(conn, name)?)).await.unwrap()
}

/// A list as long as lists may be, with the mark that some editors put first.
fn long(own: &str) -> String {
    let (new, again) = LONG;
    let odd = ["ex***le.org,suspend,,,,", "odd.example,perhaps,,,,", "com,suspend,,,,"];
    let mut rows: Vec<String> = odd.map(str::to_owned).into();
    rows.push(format!("{own},suspend,,,,"));
    let severity = |number: usize| if number.is_multiple_of(3) { "silence" } else { "suspend" };
    let star = |number: usize| if number.is_multiple_of(10) { "*." } else { "" };
    rows.extend((rows.len()..new).map(|number| {
        format!("{}bad{number:05}.example,{},false,false,,false", star(number), severity(number))
    }));
    rows.extend((0..again).map(|number| format!("BAD{:05}.example,suspend,,,,", number + 100)));
    format!("\u{feff}{HEADER}\r\n{}\r\n", rows.join("\r\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_a_hundred_thousand_rows_is_taken_in() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let mut admin = north.signed_in("north_admin").await;
        let looked = looks(&mut admin, "blocks", &long(&north.host)).await;
        assert!(
            looked.says("89996 rules in this list, of which 89996 are not here yet"),
            "{}",
            looked.status
        );
        assert!(looked.says("Rows that repeat an earlier one: 10000."));
        assert!(looked.says("New: 59998 suspensions.") && looked.says("New: 29998 limits."));
        let refused = looked.texts("main ul:not(.row) li");
        assert_eq!(refused.len(), 4, "{refused:?}");
        assert!(refused[0].starts_with("Row 2:"), "as a table shows it: {refused:?}");
        assert!(looked.body.len() < 20_000, "the list itself stays here");
        let done = admin.send(&looked, "main form", &[]).await;
        assert!(done.says("Changed."), "{}", done.status);
        assert_eq!(rules(north).await.len(), 89_996);
        assert_eq!(rule(north, "bad00010.example").await.unwrap().standing, HostStanding::Suspended);
        assert_eq!(rule(north, "bad00012.example").await.unwrap().standing, HostStanding::Limited);
        let db = north.app().db;
        let (chain, _) = db.read(|conn| Ok(audit::verify(conn, "")?)).await.unwrap();
        assert!(chain.broken_at.is_none() && chain.length > 89_996, "an entry for each: {chain:?}");
        let again = looks(&mut admin, "blocks", &long(&north.host)).await;
        assert!(again.says("of which 0 are not here yet") && !again.body.contains("Take it in</button>"));
        let one_more = format!("{}last.example,suspend,,,,\r\n", long(&north.host));
        let looked = looks(&mut admin, "blocks", &one_more).await;
        assert!(looked.says("Only 100000 rows are read"), "names of columns are no row");
        let list = db.read(|conn| Ok(kept::page(conn, &Bounds::first(1))?)).await.unwrap().remove(0);
        assert_eq!(db.write(|tx| taken_lists::take_back(tx, None, list.id)).await.unwrap(), 89_996);
        assert_eq!(rules(north).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_looked_at_is_what_is_taken_in() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        north.person("bela", &[Role::Admin]).await;
        let mut admin = north.signed_in("north_admin").await;
        let mut bela = north.signed_in("bela").await;
        let first = looks(&mut admin, "blocks", "one.example\n").await;
        let other = bela.open(PATH).await;
        let token = other.attribute("main form input[name=csrf]", "value").unwrap();
        let digest = first.attribute("main form input[name=digest]", "value").unwrap();
        let taken = [("csrf".to_owned(), token), ("digest".to_owned(), digest)];
        assert_eq!(bela.post(PATH, &taken).await.status, StatusCode::CONFLICT, "bela did not look at it");
        looks(&mut admin, "blocks", "two.example\n").await;
        let late = admin.send(&first, "main form", &[]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "another one was looked at since");
        let looked = looks(&mut admin, "blocks", "one.example\n").await;
        let db = north.app().db;
        db.write(|tx| jobs::enqueue(tx, &Job::Cleanup, tx.now)).await.unwrap();
        world.advance_hours(25);
        world.settle().await;
        let late = admin.send(&looked, "main form", &[]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "a day is over");
        assert_eq!(rules(north).await, []);
        let looked = looks(&mut admin, "blocks", "one.example\n").await;
        assert!(admin.send(&looked, "main form", &[]).await.says("Changed."));
        assert_eq!(rules(north).await.len(), 1);
        let twice = admin.send(&looked, "main form", &[]).await;
        assert_eq!(twice.status, StatusCode::CONFLICT, "it is taken in once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_chosen_and_each_standing_is_said() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let mild = Decision {
            standing: HostStanding::Limited,
            private_comment: "they asked us".to_owned(),
            ..Decision::default()
        };
        let db = north.app().db;
        for name in ["ours.example", "theirs.example", "alike.example"] {
            db.write(|tx| hosts::decide(tx, None, name, &mild)).await.unwrap();
        }
        let mut admin = north.signed_in("north_admin").await;
        let list = "[{\"domain\":\"ours.example\",\"severity\":\"suspend\"},\
                    {\"domain\":\"theirs.example\",\"severity\":\"suspend\",\"comment\":\"Spam\"},\
                    {\"domain\":\"alike.example\",\"severity\":\"silence\",\"comment\":\"Loud\"},\
                    {\"domain\":\"new.example\",\"severity\":\"suspend\"},\
                    {\"domain\":\"left.example\",\"severity\":\"silence\"},\
                    {\"domain\":\"files.example\",\"severity\":\"noop\",\"reject_media\":true}]";
        let looked = looks(&mut admin, "blocks", list).await;
        for said in ["New: 1 suspension.", "New: 1 limit.", "New: 1 rule that reject files"] {
            assert!(looked.says(said), "{said}: {}", looked.body);
        }
        let differing = looked.texts("#field-over label");
        assert_eq!(
            differing,
            [
                "ours.example: here limit, in the list suspend",
                "theirs.example: here limit, in the list suspend"
            ]
        );
        let wrong = admin.send(&looked, "main form", &[("except", "no name")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(rules(north).await.len(), 3, "nothing was taken in");
        let fields = [("except", "left.example\r\n"), ("over", "theirs.example")];
        assert!(admin.send(&wrong, "main form", &fields).await.says("Changed."));
        let stands = async |name: &str| rule(north, name).await.map(|rule| rule.standing);
        assert_eq!(stands("ours.example").await, Some(HostStanding::Limited));
        assert_eq!(stands("theirs.example").await, Some(HostStanding::Suspended));
        assert_eq!(rule(north, "theirs.example").await.unwrap().private_comment, "they asked us");
        assert_eq!(stands("new.example").await, Some(HostStanding::Suspended));
        assert_eq!(stands("left.example").await, None);
        assert!(rule(north, "files.example").await.unwrap().reject_media);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_of_friends_moves_with_its_allowances() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Allowlist).await;
        let north = world.at("north");
        let mut admin = north.signed_in("north_admin").await;
        let list = "#domain\nfriend.example\nally.example\nFRIEND.example\ncom\n";
        let looked = looks(&mut admin, "allowances", list).await;
        assert!(looked.says("New: 2 allowances. What comes from there is shown at once."), "{}", looked.body);
        assert!(admin.send(&looked, "main form", &[]).await.says("Changed."));
        let allowed = rule(north, "friend.example").await.unwrap();
        assert_eq!(allowed.standing, HostStanding::Approved);
        let file = admin.open("/admin/hosts/allowances.csv").await;
        assert_eq!(file.body.lines().collect::<Vec<_>>(), ["#domain", "ally.example", "friend.example"]);
        let blocks = admin.open("/admin/hosts/list.csv").await;
        assert_eq!(blocks.body.lines().count(), 1, "allowances are no blocks");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn partners_are_left_out_unless_somebody_wants_them_in() {
    on_each_engine(|database| async {
        let world = World::listening([database, Database::sqlite()], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let mut admin = north.signed_in("north_admin").await;
        let list = format!("{HEADER}\n{},suspend,,,,\nbad.example,suspend,,,,\n", south.host);
        let looked = looks(&mut admin, "blocks", &list).await;
        assert_eq!(looked.texts("#field-except"), [south.host.as_str()], "{}", looked.body);
        admin.send(&looked, "main form", &[]).await;
        assert!(rule(north, "bad.example").await.is_some() && rule(north, &south.host).await.is_none());
        let looked = looks(&mut admin, "blocks", &list).await;
        admin.send(&looked, "main form", &[("except", "")]).await;
        assert_eq!(rule(north, &south.host).await.unwrap().standing, HostStanding::Suspended);
    })
    .await;
}

/// How many follow the organization.
async fn followers(at: &Instance) -> i64 {
    let organization = at.app().site.organization;
    at.app().db.read(|conn| Ok(relations::count_followers(conn, organization)?)).await.unwrap()
}

fn stands(standing: HostStanding) -> Decision {
    Decision { standing, ..Decision::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_taken_back_as_a_whole() {
    on_each_engine(|database| async {
        let world = World::listening([database, Database::sqlite()], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let (before, db) = (followers(north).await, north.app().db);
        let ours = Decision { private_comment: "they asked us".to_owned(), ..stands(HostStanding::Limited) };
        db.write(|tx| hosts::decide(tx, None, "ours.example", &ours)).await.unwrap();
        let mut admin = north.signed_in("north_admin").await;
        let rows = [&south.host, "one.example", "two.example", "three.example", "ours.example"];
        let list = format!("{HEADER}\n{},suspend,,,,\n", rows.join(",suspend,,,,\n"));
        let looked = looks(&mut admin, "blocks", &list).await;
        let said = [("except", ""), ("over", "ours.example"), ("title", "List of June"), ("reason", "Spam.")];
        let long = [said[0], said[1], said[3], ("title", &"x".repeat(101))];
        let wrong = admin.send(&looked, "main form", &long).await;
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.says("more than 100 characters"));
        assert_eq!(wrong.texts("#field-reason"), ["Spam."], "as it was typed");
        assert!(admin.send(&wrong, "main form", &said).await.says("List of June"));
        assert!(before > 0 && followers(north).await == 0, "{before}");
        let by_hand = stands(HostStanding::Limited);
        db.write(|tx| hosts::decide(tx, None, "three.example", &by_hand)).await.unwrap();
        db.write(|tx| hosts::undo(tx, None, "two.example")).await.unwrap();
        let page = admin.open("/admin/hosts/list/taken").await;
        let way = page.attribute("main td a", "href").unwrap();
        let asked = admin.open(&way).await;
        for words in [
            "These rules hold no longer: 2 suspended.",
            "ours.example: limit instead of suspend",
            "Kept aside by these rules, and given back",
            "decided about these servers since, so their rules stay: three.example, two.example.",
        ] {
            assert!(asked.says(words), "{words}: {}", asked.body);
        }
        assert_eq!((followers(north).await, rules(north).await.len()), (0, 4), "asking changes nothing");
        let done = admin.send(&asked, "main form", &[]).await;
        assert!(done.says("It is as it was before.") && done.says("Taken back on"), "{}", done.body);
        assert_eq!(followers(north).await, before);
        let left: Vec<_> =
            rules(north).await.into_iter().map(|rule| (rule.name.clone(), rule.decision())).collect();
        assert_eq!(left, [("ours.example".to_owned(), ours), ("three.example".to_owned(), by_hand)]);
        assert_eq!(admin.send(&asked, "main form", &[]).await.status, StatusCode::CONFLICT, "once");
        let log = north.browser().open("/about/moderation").await;
        for words in ["was taken in: 5 suspended", "Spam.", "holds no longer: 3 suspended"] {
            assert!(log.says(words), "{words}: {}", log.body);
        }
        assert!(!log.says("one.example") && !log.says("List of June"), "{}", log.body);
        let entries = db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
        let of = |action: &str| entries.iter().filter(|entry| entry.action == action).count();
        assert_eq!((of("list.take_in"), of("list.take_back")), (1, 1));
        assert!(db.read(|conn| Ok(audit::verify(conn, "")?)).await.unwrap().0.broken_at.is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_list_that_is_followed_says_too_goes_on_when_one_is_taken_back() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let mut admin = north.signed_in("north_admin").await;
        let looked = looks(&mut admin, "blocks", "bad.example\nworse.example\n").await;
        assert!(admin.send(&looked, "main form", &[("log", "private")]).await.says("Changed."));
        let public = north.browser().open("/about/moderation").await;
        assert!(!public.says("list of rules"), "as private as it was wanted: {}", public.body);
        let db = north.app().db;
        let followed = host_lists::NewList {
            url: "https://lists.example/blocks.csv".to_owned(),
            title: "Blocks".to_owned(),
            priority: 50,
            adopts: false,
        };
        let list = db.write(|tx| host_lists::follow(tx, None, &followed)).await.unwrap();
        let says = [("worse.example".to_owned(), stands(HostStanding::Suspended))];
        db.write(|tx| host_lists::receive(tx, list, &says)).await.unwrap();
        db.write(|tx| host_lists::change(tx, None, list, 50, true)).await.unwrap();
        // It waited as long as the list asked, and is let go by whoever reads it again.
        db.write(|tx| Ok(plenum::store::host_lists::let_go(tx, list, &["worse.example".to_owned()])?))
            .await
            .unwrap();
        let taken = db.read(|conn| Ok(kept::page(conn, &Bounds::first(9))?)).await.unwrap();
        let trial = db.read(|conn| taken_lists::preview(conn, taken[0].id)).await.unwrap();
        assert_eq!((trial.listed.as_slice(), trial.gone.len()), (&["worse.example".to_owned()][..], 1));
        db.write(|tx| taken_lists::take_back(tx, None, taken[0].id)).await.unwrap();
        let left = rules(north).await;
        assert_eq!(left.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["worse.example"]);
        db.write(|tx| host_lists::leave(tx, None, list, false)).await.unwrap();
        assert_eq!(rules(north).await, [], "it was that list's rule from then on");
        assert!(!north.browser().open("/about/moderation").await.says("list of rules"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_a_valid_row_offers_nothing() {
    let world = World::of(["north"]).await;
    let mut admin = world.at("north").signed_in("north_admin").await;
    let looked = looks(&mut admin, "blocks", "com\nodd name\n").await;
    assert!(looked.says("There is nothing to take in") && looked.says("Row 1"), "{}", looked.body);
    assert!(!looked.says("Take in this list?") && !looked.body.contains("Take it in</button>"));
}
