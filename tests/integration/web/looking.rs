//! How much of what others said is here: pages say it, look for the rest, and let members ask for it.

use axum::http::StatusCode;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::http::web::present;

use crate::federation::events::fact;
use crate::harness::Database;
use crate::harness::people::{Drafting, statement};
use crate::harness::world::{World, on_each_engine};

async fn neighbours(database: Database) -> World {
    World::neighbours([Database::sqlite(), database], FederationMode::Open).await
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_events_and_answers_from_elsewhere_say_what_is_here_and_look_for_the_rest() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let question = north.asks("Can bees count?", &["Yes", "No"]).await.head.uri;
        let event = north.records(&fact("The hive is opened.", "2022-01-05")).await.unwrap().head.uri;
        let other = north.asks("Can bees dance?", &["Yes", "No"]).await.head.uri;
        world.settle().await;
        let bela = south.person("bela", &[]).await;
        let answer = south.replies(&bela, &other, "They can.").await.head.uri;
        world.settle().await;
        world.advance_hours(2);
        let before = south.app().clock().now().to_utc();
        for text in [&question, &event, &answer] {
            let page = present::path(&south.sees(text).await.unwrap());
            let opened = south.browser().open(&page).await;
            assert!(opened.texts(".completeness")[0].contains("every reply is here"), "{page}");
            world.settle().await;
            let again = south.browser().open(&page).await;
            let checked = again.attribute(".completeness time", "datetime");
            let now = plenum::http::web::shown::Moment::from(before).iso();
            assert!(checked.as_deref() >= Some(now.as_str()), "{page}: {checked:?} is not after {now}");
            assert!(south.signed_in("bela").await.open(&page).await.says("Look for missing replies"));
            let home = present::path(&north.sees(text).await.unwrap());
            assert!(north.browser().open(&home).await.texts(".completeness").is_empty(), "it began there");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_an_organization_says_how_far_it_was_looked_through() {
    on_each_engine(|database| async {
        let world = neighbours(database).await;
        let (north, south) = (world.at("north"), world.at("south"));
        north.publishes(statement("On bees").thesis("Bees can count.")).await;
        world.settle().await;
        south.person("mara", &[Role::Moderator]).await;
        south.person("bela", &[]).await;
        let path = format!("/@{}", north.handle());
        let visitor = south.browser().open(&path).await;
        let told = visitor.texts(".origin").concat();
        assert!(told.contains("What it published was looked through on"), "{told}");
        let button = format!("form[action='{path}/resync']");
        let mut member = south.signed_in("bela").await;
        let page = member.open(&path).await;
        assert!(page.texts(&button).is_empty(), "it may be thousands of texts");
        let refused = member.post(&format!("{path}/resync"), &page.filled("form[method='post']").1).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        // What South did not hear of is there once a moderator asks for it.
        south.goes_dark();
        let unheard = north.publishes(statement("On wasps").thesis("Wasps can count.")).await.head.uri;
        world.settle().await;
        south.returns();
        world.settle().await;
        assert!(south.sees(&unheard).await.is_none());
        let mut moderator = south.signed_in("mara").await;
        let page = moderator.open(&path).await;
        let asked = moderator.send(&page, &button, &[]).await;
        assert!(asked.says("We are asking the other servers."), "{}", asked.body);
        world.settle().await;
        assert!(south.sees(&unheard).await.is_some());
        let own = moderator.open("/@south").await;
        assert!(own.texts("form[action$='/resync']").is_empty(), "ours is whole");
    })
    .await;
}
