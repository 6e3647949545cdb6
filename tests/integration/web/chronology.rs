//! The chronology in the browser: read it, add to it, revise and withdraw.

use axum::http::StatusCode;
use plenum::domain::site::FederationMode;
use plenum::domain::uri::Uri;
use plenum::domain::user::Role;
use plenum::text::Markdown;

use crate::federation::events::fact;
use crate::harness::Database;
use crate::harness::debate::{answer, qid_of};
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{Instance, World, on_each_engine};

#[tokio::test(flavor = "multi_thread")]
async fn events_and_statements_stand_on_two_lanes_as_exact_as_they_are_known() {
    let world = World::of(["north", "south"]).await;
    let (north, south) = (world.at("north"), world.at("south"));
    south.follows(north).await;
    world.settle().await;
    let resigns = north.records(&fact("The government resigns.", "2022-01-05")).await.unwrap();
    north.records(&fact("Protests begin.", "2022-01")).await.unwrap();
    north.records(&fact("Troops stay.", "2022-01-06/2022-01-19")).await.unwrap();
    north.publishes(statement("On bees").thesis("Bees can count.")).await;
    world.settle().await;
    for site in [north, south] {
        let page = site.browser().open("/timeline").await;
        assert_eq!(page.texts("h2.group"), ["2022", "2026"]);
        let whens = page.texts(".happened time");
        assert_eq!(whens, ["January 2022", "5 January 2022", "6 January 2022 – 19 January 2022"]);
        assert_eq!(page.texts(".happened .tag"), ["known to the month"]);
        assert_eq!(page.texts(".said .entry-title"), ["On bees"]);
        assert!(page.texts("a[href='/events/new']").is_empty(), "visitors add nothing");
    }
    let later = north.browser().open("/timeline?from=2022-02-01").await;
    assert_eq!((later.texts(".happened").len(), later.texts(".said").len()), (0, 1));
    let own = resigns.head.uri.as_str().strip_prefix(&north.origin()).unwrap().to_owned();
    let page = north.browser().open(&own).await;
    assert_eq!(page.texts("h1"), ["The government resigns."]);
    assert!(page.says("5 January 2022, Almaty") && page.says("Report 12, p. 4"));
    let copy = south.sees(&resigns.head.uri).await.unwrap().head.id;
    let page = south.browser().open(&format!("/events/{copy}")).await;
    assert!(page.texts(".origin")[0].contains(&north.host), "{:?}", page.texts(".origin"));
    let nothing = south.browser().open("/events/7").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

/// Statement, theses and position name their events, each once and by date.
async fn refers(site: &Instance, published: &Uri, position: &Uri) {
    let both = ["The government resigns. 5 January 2022", "Troops leave. 19 January 2022"];
    let month = "A forgery. January 2022";
    let mut browser = site.browser();
    let copy = site.sees(published).await.unwrap();
    let statement = if site.name == "north" { "on-bees".to_owned() } else { copy.head.id.to_string() };
    let page = browser.open(&format!("/statements/{statement}")).await;
    assert_eq!(page.texts("#events li"), [month, both[0], both[1]], "{}", site.name);
    assert_eq!(page.texts("#events h2"), ["Events it refers to"]);
    let thesis = browser.open(&format!("/statements/{statement}/theses/k1")).await;
    assert_eq!(thesis.texts("#events li"), [month, both[0]], "{}", site.name);
    let other = browser.open(&format!("/statements/{statement}/theses/k2")).await;
    assert_eq!(other.texts("#events li"), [both[0]], "{}", site.name);
    let stand = site.sees(position).await.unwrap().head.id;
    let page = browser.open(&format!("/positions/{stand}")).await;
    assert_eq!(page.texts("#events li"), both, "{}: each once, by date", site.name);
    let event = browser.open(&page.attribute("#events a", "href").unwrap()).await;
    assert_eq!(event.texts("h1"), ["The government resigns."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_shows_the_events_it_refers_to() {
    on_each_engine(|database| async {
        let world = World::neighbours([Database::sqlite(), database], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let later = north.records(&fact("Troops leave.", "2022-01-19")).await.unwrap().head.uri;
        let first = north.records(&fact("The government resigns.", "2022-01-05")).await.unwrap().head.uri;
        let gone = north.records(&fact("A forgery.", "2022-01")).await.unwrap();
        let mut draft = statement("On bees").thesis("Bees can count.").thesis("Bees can dance.");
        draft.introduction = Markdown::new(format!("Since [they left]({later})."));
        draft.theses[0].body =
            Markdown::new(format!("Since [it resigned]({first}), and [not]({}).", gone.head.uri));
        draft.theses[1].limits = Markdown::new(format!("Before [it resigned]({first})."));
        let published = north.publishes(draft).await;
        let qid = qid_of(&north.asks("Why then?", &["Yes"]).await);
        world.settle().await;
        let words = format!(
            "[First]({first}), [then]({later}), [again]({first}), [no event]({}/about).",
            north.origin()
        );
        let position = south.answers(&qid, &answer("decided", "Yes", &words), "").await.unwrap();
        world.settle().await;
        for site in [north, south] {
            Box::pin(refers(site, &published.head.uri, &position.head.uri)).await;
        }
        let plain = north.publishes(statement("On wasps").thesis("Wasps can count.")).await;
        assert!(
            plain.head.local
                && north.browser().open("/statements/on-wasps").await.texts("#events").is_empty()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_adds_revises_and_withdraws_an_event() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let mut browser = north.signed_in("north_admin").await;
    let form = browser.open("/events/new").await;
    let fields = [
        ("text", "The government resigns."),
        ("date", "31.02.2022"),
        ("sources", "https://archive.example/r1 Report 12"),
    ];
    let refused = browser.send(&form, "main form", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.texts("#mistake-date")[0].contains("31.02.2022"), "{:?}", refused.texts(".mistake"));
    assert_eq!(refused.attribute("#field-text", "value").as_deref(), Some("The government resigns."));
    assert!(refused.texts("#field-sources")[0].contains("Report 12"), "nothing typed is lost");
    let page = browser.send(&refused, "main form", &[("date", "2022-01-05")]).await;
    assert_eq!(page.texts("h1"), ["The government resigns."]);
    let revise = page.attribute(".tools a[href$='/revise']", "href").unwrap();
    world.advance_seconds(60);
    let form = browser.open(&revise).await;
    assert_eq!(form.attribute("#field-date", "value").as_deref(), Some("2022-01-05"));
    let silent = browser.send(&form, "main form", &[("step", "revise")]).await;
    assert!(!silent.texts("#mistake-reason").is_empty());
    let fields = [("date", "2022-01"), ("reason", "The day is disputed."), ("step", "revise")];
    let page = browser.send(&form, "main form", &fields).await;
    assert!(page.says("January 2022") && !page.says("5 January 2022"));
    let told = page.texts("#changed");
    assert!(told[0].contains("Reason given: The day is disputed."), "{told:?}");
    let list = browser.open(&page.attribute("#changed a", "href").unwrap()).await;
    assert_eq!(list.texts(".versions .tag"), ["In force", "Earlier version"]);
    let second = browser.open(&list.attribute(".versions a", "href").unwrap()).await;
    assert!(second.texts(".diff del").concat().contains('5'), "{:?}", second.texts(".diff"));
    let first = browser.open(&list.attribute(".versions li:last-child a", "href").unwrap()).await;
    assert!(first.says("5 January 2022") && first.texts(".diff").is_empty());
    world.advance_seconds(60);
    let form = browser.open(&revise).await;
    let page = browser.send(&form, "main form", &[("reason", "A forgery."), ("step", "retract")]).await;
    assert!(page.texts(".standing")[0].contains("A forgery."));
    assert_eq!(page.texts("#changed"), ["All versions"], "the notice says why");
    assert_eq!(browser.open("/timeline").await.texts(".happened .tag"), ["Retracted", "known to the month"]);

    north.person("erik", &[Role::Editor]).await;
    let mut editor = north.signed_in("erik").await;
    assert_eq!(editor.open("/events/new").await.status, StatusCode::FORBIDDEN);
    assert_eq!(editor.open(&revise).await.status, StatusCode::FORBIDDEN);
}
