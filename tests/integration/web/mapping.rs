//! The map in each of its orders, the catalogue by its filters, and two positions marked on the map.

use plenum::domain::position::DraftPosition;
use plenum::domain::question::{DraftQuestion, Qid};
use plenum::domain::site::FederationMode;
use plenum::domain::view::{Body, View};
use plenum::services::questions::{self, NewQuestion};
use serde_json::Value;

use crate::harness::Database;
use crate::harness::debate::{answer, qid_of};
use crate::harness::world::{Instance, World, on_each_engine};

const ASKED: &str = "Did the deployment stabilise the situation?";
const PAGE: &str = "/questions/did-the-deployment-stabilise-the-situation";

/// Three organizations answer on three days in three languages: none of the orders is another one's.
async fn three(database: Database) -> (World, Qid) {
    let places = [("north", database), ("south", Database::sqlite()), ("east", Database::sqlite())];
    let world = World::on(places, FederationMode::Open).await;
    let north = world.at("north");
    for name in ["south", "east"] {
        world.at(name).follows(north).await;
        north.follows(world.at(name)).await;
    }
    world.settle().await;
    let qid = qid_of(&north.asks(ASKED, &["Yes", "No"]).await);
    world.settle().await;
    for (name, language, said) in [("south", "de", "Ja"), ("east", "fr", "Oui"), ("north", "en", "Yes")] {
        let draft = DraftPosition { language: language.to_owned(), ..answer("decided", said, "We saw it.") };
        world.at(name).answers(&qid, &draft, "").await.unwrap();
        world.settle().await;
        world.advance_hours(24);
    }
    (world, qid)
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_stand_by_name_by_date_or_by_language() {
    on_each_engine(async |database| {
        let (world, qid) = three(database).await;
        let north = world.at("north");
        let name =
            |row: &String| ["north", "south", "east"].into_iter().find(|name| row.contains(name)).unwrap();
        let orders = [
            ("name", ["east", "north", "south"]),
            ("date", ["north", "east", "south"]),
            ("language", ["south", "north", "east"]),
        ];
        let mut page = north.browser().open(PAGE).await;
        for (order, expected) in orders {
            if order != "name" {
                // The page leads there.
                let link = format!(".line a[href*='sort={order}']");
                let link = page.attribute(&link, "href").unwrap_or_else(|| panic!("{order}: {}", page.body));
                page = north.browser().open(&link).await;
            }
            let rows = page.texts(".chart tbody th");
            assert_eq!(rows.iter().map(name).collect::<Vec<_>>(), expected, "{order} on the page");
            let map = format!("/api/plenum/v1/questions/{qid}/map?order={order}");
            let map = north.stranger().get(&map).await.ok();
            let rows: Vec<String> = map["positions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["organization"].to_string())
                .collect();
            assert_eq!(rows.iter().map(name).collect::<Vec<_>>(), expected, "{order} for apps");
            let file = page.attribute(".line a[href*='map.json']", "href").unwrap();
            let file: Value = serde_json::from_str(&north.browser().open(&file).await.body).unwrap();
            assert_eq!(file["positions"], map["positions"], "{order} in the file");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_marked_on_the_map_stand_side_by_side() {
    let (world, _) = three(Database::sqlite()).await;
    let north = world.at("north");
    let mut reader = north.browser();
    let map = reader.open(PAGE).await;
    let boxes = scraper::Selector::parse(".chart input[name='o']").unwrap();
    let html = map.html();
    let marks: Vec<&str> = html.select(&boxes).map(|mark| mark.attr("value").unwrap()).collect();
    assert_eq!(marks.len(), 3);
    let (action, mut fields) = map.filled("form.chart");
    fields.retain(|(name, _)| name != "o");
    fields.extend([marks[0], marks[2]].map(|mark| ("o".to_owned(), mark.to_owned())));
    let query: Vec<String> = fields
        .iter()
        .map(|(name, value)| {
            let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            format!("{name}={value}")
        })
        .collect();
    let page = reader.open(&format!("{action}?{}", query.join("&"))).await;
    assert_eq!(page.texts("thead th"), ["Organization east", "Organization south"]);
    assert!(page.texts("tbody tr")[0].contains("Oui") && page.texts("tbody tr")[0].contains("Ja"));
}

/// The organization asks something about a place.
async fn asks_of(site: &Instance, text: &str, scope: &str) -> View {
    let user = site.admin().await;
    let draft = DraftQuestion { scope: scope.to_owned(), ..DraftQuestion::default() };
    let new = NewQuestion { text: text.to_owned(), language: "en".to_owned(), draft, invited: Vec::new() };
    site.app().db.write(|tx| questions::ask(tx, &user, &new)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_read_by_scope_status_and_carrier() {
    on_each_engine(async |database| {
        let places = [("north", database), ("south", Database::sqlite())];
        let world = World::on(places, FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        north.follows(south).await;
        world.settle().await;
        let there = asks_of(north, "Why there?", "Kazakhstan").await;
        asks_of(north, "Why then?", "").await;
        asks_of(south, "Why so?", "Kazakhstan").await;
        world.advance_seconds(60);
        let user = north.admin().await;
        let db = north.app().db;
        db.write(|tx| questions::retract(tx, &user, there.head.id, "Asked wrongly.")).await.unwrap();
        world.settle().await;
        let mut reader = north.browser();
        let form = reader.open("/questions").await;
        assert_eq!(form.texts(".catalogue a").len(), 3);
        let offered = |page: &crate::harness::browser::Page, name: &str| {
            page.texts(&format!("select[name='{name}'] option"))
        };
        assert_eq!(offered(&form, "scope"), ["Every scope", "Kazakhstan"]);
        assert_eq!(offered(&form, "by"), ["Every organization", "Organization north", "Organization south"]);
        let of = async |query: &str| {
            let mut found = north.browser().open(&format!("/questions?{query}")).await.texts(".catalogue a");
            found.sort();
            found
        };
        assert_eq!(of("scope=Kazakhstan").await, ["Why so?", "Why there?"]);
        assert_eq!(of("status=open").await, ["Why so?", "Why then?"]);
        assert_eq!(of("status=withdrawn").await, ["Why there?"]);
        assert_eq!(of(&format!("by={}", south.handle())).await, ["Why so?"]);
        assert_eq!(
            of(&format!("scope=Kazakhstan&by={}&status=open", north.handle())).await,
            Vec::<String>::new()
        );
        assert!(
            north.browser().open("/questions?scope=Mars").await.says("There is no question in this list.")
        );
        let file = reader.open("/questions.csv?scope=Kazakhstan&status=withdrawn").await.body;
        assert_eq!(file.lines().count(), 2, "{file}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_adopted_from_the_page_that_shows_it() {
    on_each_engine(async |database| {
        let places = [("south", database), ("north", Database::sqlite())];
        let world = World::on(places, FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        south.follows(north).await;
        world.settle().await;
        let qid = qid_of(&north.asks(ASKED, &["Yes", "No"]).await);
        world.settle().await;
        let mut editor = south.signed_in("south_admin").await;
        let found = editor.open("/questions?show=elsewhere").await;
        let copy = editor.open(&found.attribute(".catalogue a", "href").unwrap()).await;
        let form = editor.open(&copy.attribute(".tools a[href$='/adopt']", "href").unwrap()).await;
        assert!(form.texts("#field-answers")[0].contains("Yes"), "what was proposed stands in the form");
        let own = editor.send(&form, "main form", &[("wording", "Was it calm afterwards?")]).await;
        assert!(own.says("Was it calm afterwards?") && own.says(ASKED), "{}", own.texts("main").concat());
        assert!(own.path.starts_with(PAGE), "on the page of our own copy: {}", own.path);
        let read = format!("/api/plenum/v1/questions/{qid}");
        let read = south.stranger().get(&read).await.ok();
        assert_eq!((&read["adopted"], &read["author"]["name"]), (&true.into(), &"Organization south".into()));
        assert!(editor.open("/questions?show=elsewhere").await.texts(".catalogue a").is_empty());
    })
    .await;
}

/// South asks a question and, as a part of it, another, which comes to North.
async fn whole_and_part(database: Database) -> (World, View) {
    let places = [("north", database), ("south", Database::sqlite())];
    let world = World::on(places, FederationMode::Open).await;
    let (north, south) = (world.at("north"), world.at("south"));
    north.follows(south).await;
    world.settle().await;
    let whole = asks_of(south, "What moves the world?", "").await;
    let user = south.admin().await;
    let relations = vec![("part-of".to_owned(), qid_of(&whole).to_string())];
    let draft = DraftQuestion { relations, ..DraftQuestion::default() };
    let new = NewQuestion { text: ASKED.to_owned(), language: "en".to_owned(), draft, invited: Vec::new() };
    let part = south.app().db.write(|tx| questions::ask(tx, &user, &new)).await.unwrap();
    world.settle().await;
    (world, part)
}

/// North, which carries the part, shows it below the whole, and finds it among what South carries.
async fn stands_below_the_whole(world: &World) {
    let (north, south) = (world.at("north"), world.at("south"));
    let of = async |query: &str| north.browser().open(&format!("/questions{query}")).await;
    assert_eq!(of("").await.texts(".catalogue ul a"), [ASKED], "the part stands below the whole");
    let list = north.stranger().get("/api/plenum/v1/questions?top=true").await;
    assert_eq!(list.each("text"), ["What moves the world?"]);
    let theirs = format!("?by={}", south.handle());
    assert_eq!(of(&theirs).await.texts(".catalogue a").len(), 2);
    assert_eq!(of(&format!(".csv{theirs}")).await.body.lines().count(), 3);
    let own = of(&format!("?by={}", north.handle())).await;
    assert_eq!(own.texts(".catalogue a"), [ASKED]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_adopts_a_part_still_finds_it_below_the_whole() {
    on_each_engine(async |database| {
        let (world, part) = whole_and_part(database).await;
        let north = world.at("north");
        let mut editor = north.signed_in("north_admin").await;
        let copy = north.sees(&part.head.uri).await.unwrap();
        let form = editor.open(&format!("/questions/{}/adopt", copy.head.id)).await;
        let Body::Question(asked) = &part.body else { panic!("no question") };
        let said = ("target_1".to_owned(), asked.ties[0].target.to_string());
        assert!(form.filled("main form").1.contains(&said), "what the asker says stands in the form");
        let own = editor.send(&form, "main form", &[]).await;
        assert!(own.path.starts_with(PAGE), "{}", own.path);
        stands_below_the_whole(&world).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_a_part_finds_it_below_the_whole_as_the_asker_says() {
    on_each_engine(async |database| {
        let (world, part) = whole_and_part(database).await;
        let draft = answer("undecided", "", "We lack reports.");
        world.at("north").answers(&qid_of(&part), &draft, "").await.unwrap();
        let page = world.at("north").browser().open(PAGE).await;
        let ties = page.texts("dl.fields dd").concat();
        assert!(ties.contains("as Organization south says"), "{ties}");
        stands_below_the_whole(&world).await;
    })
    .await;
}
