//! Questions, positions and critiques in front of a browser.

use axum::http::StatusCode;
use plenum::domain::attribution::DraftAttribution;
use plenum::domain::critique::Intent;
use plenum::domain::question::AnswerKey;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::services::attributions;
use plenum::store::contributions::Viewer;
use plenum::store::{self, exchanges, questions};
use serde_json::{Value, json};

use crate::harness::Database;
use crate::harness::browser::{Browser, Page};
use crate::harness::debate::{answer, qid_of};
use crate::harness::papers::{THEN, copy, core_of, position, tells};
use crate::harness::peer::Peers;
use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{World, on_each_engine};

const ASKED: &str = "Did the deployment stabilise the situation?";
const PAGE: &str = "/questions/did-the-deployment-stabilise-the-situation";
const DAY: i64 = 24 * 3600;

/// North and South follow each other.
async fn neighbours(database: Database) -> World {
    World::neighbours([Database::sqlite(), database], FederationMode::Quarantine).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_asked_adopted_and_answered_through_forms() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let mut asker = north.signed_in("north_admin").await;
        let form = asker.open("/questions/new").await;
        let draft = [
            ("text", ""),
            ("scope", "Kazakhstan"),
            ("answers", "Yes\nNo"),
            ("background", "It was *never* settled."),
        ];
        let silent = asker.send(&form, "main form", &draft).await;
        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(silent.texts("#mistake-text"), ["“The question”: say what is asked."]);
        assert_eq!(
            silent.attribute("#field-scope", "value").as_deref(),
            Some("Kazakhstan"),
            "nothing typed is lost"
        );
        let again = asker.send(&silent, "main form", &[("text", ASKED)]).await;
        assert!(again.says("Nothing is asked yet.") && again.says(ASKED), "{}", again.body);
        assert!(again.texts(".remarks li").is_empty(), "nothing to remark");
        let question = asker.send(&again, "main form", &[]).await;
        assert_eq!(question.texts("h1"), [ASKED]);
        assert!(question.says("No organization has answered yet."));
        world.settle().await;

        let mut south_admin = south.signed_in("south_admin").await;
        let found = south_admin.open("/questions?show=elsewhere").await;
        assert_eq!(found.texts(".catalogue a"), [ASKED], "discovered through whom we follow");
        let copy = south_admin.open(&found.attribute(".catalogue a", "href").unwrap()).await;
        assert!(copy.texts(".tools a").contains(&"Adopt this question".to_owned()));
        let paste = south_admin.open("/questions/adopt").await;
        let nothing = south_admin.send(&paste, "main form", &[("url", "nowhere")]).await;
        assert_eq!(nothing.texts("#mistake-url"), ["This is no web address."]);
        let newest = async |app: plenum::app::App| {
            let found = app.db.read(|conn| Ok(questions::newest(conn, Viewer::Anyone, 1)?)).await;
            found.unwrap()[0].0.uri.to_string()
        };
        let address = newest(north.app()).await;
        let adopt = south_admin.send(&nothing, "main form", &[("url", &address)]).await;
        assert_eq!(adopt.texts("h1"), ["Adopt this question"]);
        let own = south_admin.send(&adopt, "main form", &[("wording", "Was it calm afterwards?")]).await;
        assert_eq!((own.path.split('?').next(), own.texts("h1")), (Some(PAGE), vec![ASKED.to_owned()]));
        assert!(own.says("Was it calm afterwards?") && own.says("It was never settled."), "{}", own.body);

        let form = south_admin.open(&format!("{PAGE}/position")).await;
        let unsure = [("certainty", "decided"), ("answer", ""), ("reasoning", "We saw it.")];
        let wrong = south_admin.send(&form, "main form", &unsure).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(wrong.texts("#field-reasoning"), ["We saw it."], "nothing typed is lost");
        let key = AnswerKey::of("No");
        let position = south_admin
            .send(&wrong, "main form", &[("choice", key.as_str()), ("certainty", "provisional")])
            .await;
        assert_eq!(position.texts("h1"), ["No"]);
        world.settle().await;

        shows_the_answer(&mut asker, &north.browser().open(PAGE).await).await;
        let home = north.browser().open("/").await;
        assert!(home.texts("[aria-labelledby=unanswered-head] a").contains(&ASKED.to_owned()));
    })
    .await;
}

/// The map after South alone answered, and what who asked is told.
async fn shows_the_answer(asker: &mut Browser, map: &Page) {
    assert!(asker.open("/notifications").await.says("took a position"));
    assert_eq!(map.texts(".chart tbody tr").len(), 1);
    let row = &map.texts(".chart tbody tr")[0];
    assert!(row.contains("B No") && row.contains("for now") && row.contains("Itself, on south"), "{row}");
    let groups = map.texts(".reasons h3");
    assert_eq!(groups, ["A Yes", "B No", "C undecided", "D declines to answer", "E rejects the framing"]);
    assert!(map.body.find("<table>") < map.body.find("<svg"), "the table comes first");
    assert_eq!(map.texts("script").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_shows_the_map_as_it_stood_and_a_position_tells_what_changed() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let qid = qid_of(&north.asks(ASKED, &["Yes", "No"]).await);
        world.settle().await;
        world.advance_seconds(DAY);
        let first = south.answers(&qid, &answer("undecided", "", "We do not know yet."), "").await.unwrap();
        let then = north.app().clock().now().to_date();
        world.settle().await;
        world.advance_seconds(30 * DAY);
        south
            .answers(&qid, &answer("decided", "No", "We know that it froze."), "New reports.")
            .await
            .unwrap();
        world.settle().await;
        let mut reader = north.browser();
        let now = reader.open(PAGE).await;
        assert!(now.texts(".chart tbody tr")[0].contains("B No"));
        let before = reader.open(&format!("{PAGE}?as_of={then}")).await;
        assert!(before.texts(".chart tbody tr")[0].contains("undecided"), "{:?}", before.texts(".chart"));
        assert!(before.texts(".reasons")[0].contains("We do not know yet."));
        assert!(reader.open(&format!("{PAGE}?as_of=1999-12-31")).await.says("had answered by then"));
        let nonsense = reader.open(&format!("{PAGE}?as_of=31.02.2022")).await;
        assert_eq!(nonsense.status, StatusCode::UNPROCESSABLE_ENTITY);

        let file = reader.open(&format!("{PAGE}/map.json?as_of={then}")).await;
        let file: Value = serde_json::from_str(&file.body).unwrap();
        assert_eq!((&file["as_of"], &file["positions"][0]["certainty"]), (&then.into(), &"undecided".into()));
        assert_eq!(file["question"]["qid"], qid.as_str());
        let table = reader.open(&format!("{PAGE}/map.csv")).await;
        let line = table.body.lines().nth(1).unwrap();
        assert!(line.contains(",No,decided,") && line.contains(",2,current,"), "{line}");
        assert!(line.contains("froze"), "the reasons stand there, too: {line}");

        let copy = north.sees(&first.head.uri).await.unwrap().head.id;
        let page = reader.open(&format!("/positions/{copy}")).await;
        assert!(page.says("What changed and why: New reports."));
        assert_eq!(page.texts(".versions li").len(), 2);
        assert!(page.says("It names the version before it by its digest."));
        let second = reader.open(&format!("/positions/{copy}/versions/2")).await;
        assert!(second.texts(".diff del").concat().contains("yet"), "{:?}", second.texts(".diff"));
        assert!(second.texts(".diff ins").concat().contains("froze"));
        let earlier = reader.open(&format!("/positions/{copy}/versions/1")).await;
        assert!(earlier.texts(".standing")[0].starts_with("This is an earlier version."));
        assert_eq!(reader.open(&format!("/positions/{copy}/versions/3")).await.status, StatusCode::NOT_FOUND);

        let feed = reader.open("/questions/feed").await;
        assert!(feed.body.contains("Position: No"), "{}", feed.body);
        let mut admin = south.signed_in("south_admin").await;
        let form = admin.open(&format!("/positions/{}/retract", first.head.id)).await;
        let withdrawn = admin.send(&form, "main form", &[("reason", "We were misled.")]).await;
        assert!(withdrawn.texts(".standing")[0].contains("We were misled."));
        world.settle().await;
        let map = reader.open(PAGE).await;
        assert!(map.texts(".chart tbody tr")[0].contains("Withdrawn"), "{:?}", map.texts(".chart"));
        assert_eq!(map.texts(".reasons .nothing").len(), 5, "a withdrawn position is in no group");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_off_the_map_stays_readable_and_can_come_back() {
    let world = neighbours(Database::sqlite()).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let qid = qid_of(&north.asks(ASKED, &["Yes"]).await);
    world.settle().await;
    let position = south.answers(&qid, &answer("decided", "Yes", "Order returned."), "").await.unwrap();
    world.settle().await;
    let copy = north.sees(&position.head.uri).await.unwrap().head.id;
    let mut admin = north.signed_in("north_admin").await;
    let page = admin.open(&format!("/positions/{copy}")).await;
    let off = admin.send(&page, "form[action$='/list']", &[]).await;
    assert!(off.says("The map no longer lists it."));
    let reader = north.browser().open(PAGE).await;
    assert!(reader.texts(".chart").is_empty() && reader.texts("#unlisted").is_empty());
    assert_eq!(north.browser().open(&format!("/positions/{copy}")).await.texts("h1"), ["Yes"]);
    let map = admin.open(PAGE).await;
    assert_eq!(map.texts("#unlisted form").len(), 1);
    admin.send(&map, "#unlisted form", &[]).await;
    assert_eq!(north.browser().open(PAGE).await.texts(".chart tbody tr").len(), 1);
    let user = north.person("bela", &[]).await;
    let mut member = north.signed_in(&user.name).await;
    assert!(member.open(&format!("/positions/{copy}")).await.texts("form[action$='/list']").is_empty());
    assert_eq!(member.open(&format!("{PAGE}/position")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(member.open("/questions/new").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_source_says_stands_apart_and_is_taken_back() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Quarantine).await;
        let north = world.at("north");
        north.asks(ASKED, &["Yes", "No"]).await;
        north.person("arne", &[Role::Archivist]).await;
        let mut keeper = north.signed_in("arne").await;
        let form = keeper.open(&format!("{PAGE}/attribute")).await;
        let unproven = [("name", "Union of Weavers"), ("answer", "yes"), ("stated_on", "2022-01")];
        let wrong = keeper.send(&form, "main form", &unproven).await;
        assert_eq!(wrong.texts("#mistake-quotation"), ["“Quotation”: quote the words that show it."]);
        let proof = [
            ("quotation", "We say yes."),
            ("source_title", "Annual report"),
            ("source_url", "https://weavers.example/report"),
        ];
        let map = keeper.send(&wrong, "main form", &proof).await;
        let row = &map.texts(".chart tbody tr")[0];
        assert!(row.contains("A yes") && row.contains("2022-01") && row.contains("Attributed by"), "{row}");
        assert!(map.texts(".reasons")[0].contains("We say yes."));
        let reader = north.browser().open(PAGE).await;
        let source = reader.attribute(".chart td:last-child a", "href");
        assert_eq!(source.as_deref(), Some("https://weavers.example/report"));
        assert!(!reader.says("take it back"));
        let back =
            keeper.open(&map.attribute(".chart td:last-child a[href$=withdraw]", "href").unwrap()).await;
        keeper.send(&back, "main form", &[]).await;
        assert!(north.browser().open(PAGE).await.texts(".chart").is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn objections_wait_in_a_register_until_the_organization_answers() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let published = north.publishes(statement("On bees").thesis("Bees can count to four.")).await;
        world.settle().await;
        let (thesis, bela) = (thesis_of(&published, 1), south.person("bela", &[]).await);
        south.criticizes(&bela, &thesis, (Intent::Support, ""), "Seen it.").await.unwrap();
        let mut writer = south.signed_in("bela").await;
        let copy = south.sees(&thesis).await.unwrap().head.id;
        let form = writer.open(&format!("/reply?to={copy}")).await;
        let aimless = [("text", "To five!"), ("passage", "count to four")];
        let aimless = writer.send(&form, "form[action='/reply']", &aimless).await;
        assert_eq!(aimless.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(aimless.texts("#field-passage"), ["count to four"], "nothing typed is lost");
        let missing = [("intent", "objection"), ("passage", "count to nine")];
        let missing = writer.send(&aimless, "form[action='/reply']", &missing).await;
        assert!(missing.texts("#mistake-passage")[0].contains("do not stand in the text"));
        let twice = writer.send(&missing, "form[action='/reply']", &[("passage", "o")]).await;
        assert!(
            twice.texts("#mistake-passage")[0].contains("more than once"),
            "{:?}",
            twice.texts(".mistake")
        );
        let said =
            writer.send(&twice, "form[action='/reply']", &[("passage", "Bees can count to four")]).await;
        assert_eq!(said.status, StatusCode::OK, "{:?}", said.texts(".mistake"));
        world.settle().await;
        let mut admin = north.signed_in("north_admin").await;
        let register = admin.open("/objections").await;
        assert_eq!(register.texts(".excerpt").len(), 1, "support waits for nothing");
        assert!(register.texts(".excerpt")[0].contains("To five!"), "{:?}", register.texts(".excerpt"));
        let page = admin.open("/statements/on-bees/theses/k1").await;
        assert!(page.texts(".reply .tag").contains(&"an objection".to_owned()));
        let objection = register.attribute(".entry .line a", "href").unwrap();
        let objection = admin.open(&objection).await;
        let official = [("text", "We counted again: four."), ("voice", "organization")];
        admin.send(&objection, "form[action='/reply']", &official).await;
        assert!(admin.open("/objections").await.says("Every objection to our texts has an official answer."));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_register_of_objections_goes_on_behind_its_first_page() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let published = north.publishes(statement("On bees").thesis("Bees can count to four.")).await;
        world.settle().await;
        let (thesis, bela) = (thesis_of(&published, 1), south.person("bela", &[]).await);
        for number in 1..=52 {
            let text = format!("Objection {number}.");
            south.criticizes(&bela, &thesis, (Intent::Objection, ""), &text).await.unwrap();
            world.advance_seconds(60);
        }
        world.settle().await;
        let mut reader = north.browser();
        let first = reader.open("/objections").await;
        let older = first.attribute("a[rel=next]", "href").expect("a second page");
        let second = reader.open(&older).await;
        let said = [first.texts(".excerpt"), second.texts(".excerpt")].concat();
        assert_eq!(said.len(), 52);
        assert!(said[0].contains("Objection 52.") && said[51].contains("Objection 1."), "{said:?}");
        assert_eq!(reader.open("/objections.csv").await.body.lines().count(), 53);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_stand_side_by_side_and_agreement_is_a_list() {
    let world = neighbours(Database::sqlite()).await;
    let (north, south) = (world.at("north"), world.at("south"));
    let qid = qid_of(&north.asks(ASKED, &["Yes", "No"]).await);
    world.settle().await;
    north.answers(&qid, &answer("decided", "Yes", "Order returned."), "").await.unwrap();
    south.answers(&qid, &answer("provisional", "yes", "Order returned."), "").await.unwrap();
    world.settle().await;
    let mut reader = north.browser();
    let (one, other) = (north.handle(), south.handle());
    let page = reader.open(&format!("/compare?q={qid}&o={one}&o={other}")).await;
    assert_eq!(page.texts("thead th").len(), 2);
    assert!(page.texts("details").iter().any(|text| text.contains("Order returned.")), "equal passages fold");
    assert!(page.texts("tbody tr").iter().any(|row| row.contains("decided") && row.contains("for now")));
    assert!(reader.open(&format!("/compare?q={qid}&o={one}")).await.says("Mark two to four organizations"));
    assert_eq!(page.attribute("td[data-head]", "data-head").as_deref(), Some("Organization north"));
    assert_eq!(reader.open("/compare?q=nothing").await.status, StatusCode::NOT_FOUND);
    assert!(reader.open("/compare").await.texts("main a").contains(&ASKED.to_owned()), "choose one first");
    let agreement = reader.open("/questions/agreement").await;
    assert_eq!(agreement.texts("tbody tr").len(), 1);
    assert!(agreement.texts("tbody td")[0].contains(ASKED));
    let turned = reader.open(&format!("/questions/agreement?of={other}")).await;
    assert!(turned.texts("tbody th")[0].contains("Organization north"), "{:?}", turned.texts("tbody th"));
    assert_eq!(reader.open("/questions/agreement?of=nobody").await.status, StatusCode::NOT_FOUND);
    let file = reader.open(&format!("/questions/agreement.json?of={other}")).await;
    let file: Value = serde_json::from_str(&file.body).unwrap();
    assert_eq!(file["alike"][0]["questions"][0]["qid"], qid.as_str());
    assert!(reader.open("/questions/agreement.csv").await.body.contains(ASKED));
    let file = reader.open("/questions.csv?show=asked").await.body;
    assert!(file.lines().nth(1).unwrap().starts_with(&format!("{qid},{ASKED},Asked by us,")), "{file}");
    assert_eq!(reader.open("/questions.csv?show=nobody").await.body.lines().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_map_of_thirty_organizations_is_light() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let qid = qid_of(&north.asks(ASKED, &["Yes", "No"]).await);
    let user = north.admin().await;
    let draft = answer("decided", "Yes", &"Order returned, as far as we could see it from here. ".repeat(40));
    north.answers(&qid, &draft, "").await.unwrap();
    let app = north.app();
    for n in 0..29 {
        let draft = DraftAttribution {
            name: format!("Association of craftspeople number {n}"),
            answer: ["Yes", "No", "In part, and only in the towns"][n % 3].to_owned(),
            certainty: "decided".to_owned(),
            stated_on: "2022-01-05".to_owned(),
            quotation: "We have looked at it from every side and say so. ".repeat(15),
            source_title: "Report to the general assembly".to_owned(),
            source_url: format!("https://craftspeople-{n}.example/reports/2022"),
        };
        app.db.write(|tx| attributions::enter(tx, &user, &qid, &draft)).await.unwrap();
    }
    let map = north.browser().open(PAGE).await;
    assert_eq!(map.texts(".chart tbody tr").len(), 30);
    let files = files_of(&map);
    assert!(map.body.len() + files < 60_000, "{} and {files} bytes", map.body.len());
}

/// What a reader's browser loads besides a page, without scripts.
fn files_of(page: &Page) -> usize {
    let html = page.html();
    let links = scraper::Selector::parse("link[rel='stylesheet'], link[rel='icon']").unwrap();
    let named = html.select(&links).map(|link| link.attr("href").unwrap().to_owned());
    let name = |href: String| href.trim_start_matches("/assets/").split('?').next().unwrap().to_owned();
    let files: Vec<String> = named.map(name).collect();
    assert!(files.contains(&"plenum.css".to_owned()), "{files:?}");
    files.iter().map(|name| plenum::http::web::assets::find(name).unwrap().body.len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_map_of_thirty_declared_positions_is_light() {
    let world = World::of(["north"]).await;
    let (north, peers) = (world.at("north"), Peers::new());
    let qid = qid_of(&north.asks(ASKED, &["Yes", "No"]).await);
    let long = "Order returned, as far as we could see it from here. ".repeat(40);
    north.answers(&qid, &answer("decided", "Yes", &long), "").await.unwrap();
    for n in 0..29 {
        let server = format!("craftspeople-{n}");
        let author = peers.actor(&server, "association", "Organization");
        let carried = copy(&peers, &server, &author, (&core_of(north, &qid).await, &qid));
        tells(&world, &author, north, "Create", &carried).await;
        let said = ["Yes", "No", "In part, and only in the towns"][n % 3];
        let mut stand = position(&peers.url(&server, "/p/1"), &author, &qid, (1, said), THEN);
        stand["content"] = json!(format!("<p>{long}</p>"));
        tells(&world, &author, north, "Create", &stand).await;
    }
    // Each lists what the others say, as far as ours came to compare; ours is listed by none.
    north.app().db.write(|tx| compare_all(tx, &qid)).await.unwrap();
    world.advance_hours(2);
    let map = north.browser().open(PAGE).await;
    let rows = map.texts(".chart tbody tr");
    assert_eq!(rows.len(), 30);
    assert_eq!(
        rows.iter().filter(|row| row.contains("listed by 28 of 29 other sites")).count(),
        29,
        "{rows:?}"
    );
    assert!(map.says("One position that they list is not here"));
    let signed_in = north.signed_in("north_admin").await.open(PAGE).await;
    assert!(signed_in.body.len() > map.body.len(), "who may do something sees with what");
    for page in [map, signed_in] {
        let files = files_of(&page);
        assert!(page.body.len() + files < 60_000, "{} and {files} bytes", page.body.len());
    }
}

/// As if every site had been compared with: each lists all the positions of others, but its own.
fn compare_all(tx: &mut store::Tx<'_>, qid: &plenum::domain::question::Qid) -> Result<(), store::Error> {
    let stands = store::positions::on(tx, Viewer::Anyone, qid)?;
    let others: Vec<_> = stands.iter().filter(|(head, _)| !head.local).map(|(head, _)| head).collect();
    for site in &others {
        let mut named: Vec<_> =
            others.iter().filter(|head| head.id != site.id).map(|head| head.uri.clone()).collect();
        named.extend(plenum::domain::uri::Uri::parse("https://nobody.example/positions/1"));
        let exchange = exchanges::Exchange {
            qid: qid.clone(),
            account_id: site.author_id,
            digest: "0".repeat(64),
            agrees: false,
            error: None,
            checked_at: tx.now,
            deletions: String::new(),
        };
        exchanges::put(tx, &exchange)?;
        exchanges::set_listed(tx, qid, site.author_id, &named)?;
    }
    Ok(())
}
