//! Answering a thesis, in two voices, and taking it back.

use axum::http::StatusCode;
use plenum::domain::user::Role;

use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_lands_under_its_thesis_with_organizations_first() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    north.publishes(statement("On bees").thesis("Bees can count.").thesis("Bees can dance.")).await;
    north.person("anna", &[]).await;
    let mut anna = north.signed_in("anna").await;
    let thesis = anna.open("/statements/on-bees/theses/1").await;
    assert_eq!(thesis.path, "/statements/on-bees/theses/k1", "a number moves, the key stays");
    assert!(!thesis.says("The official answer"), "anna speaks for herself only");
    let fields = [("text", "To **four**, <script>alert(1)</script> I think.")];
    let page = anna.send(&thesis, ".invitation form", &fields).await;
    assert!(page.path.starts_with("/statements/on-bees/theses/k1#r"));
    assert_eq!(page.texts(".reply .author"), ["anna"]);
    assert_eq!(page.texts(".reply strong"), ["four"]);
    assert!(page.texts("script").iter().all(String::is_empty), "none but the file of this site");
    world.advance_seconds(60);
    let mut admin = north.signed_in("north_admin").await;
    let fields = [("text", "We agree."), ("voice", "organization")];
    let form = admin.open("/statements/on-bees/theses/k1").await;
    let page = admin.send(&form, ".invitation form", &fields).await;
    assert_eq!(page.texts(".reply .author"), ["Organization north", "anna"]);
    assert_eq!(page.texts(".reply.official .kind"), ["Official answer"]);
    assert!(admin.open("/notifications").await.says("anna answered Organization north:"));
    let statement = admin.open("/statements/on-bees").await;
    assert!(statement.texts(".reply").is_empty(), "what answers a thesis stands below it");
    assert!(statement.says("2 replies to thesis 1"));
    let silent = admin.send(&form, ".invitation form", &[("text", " ")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_gone_and_answers_to_it_stay() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let view = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let anna = north.person("anna", &[]).await;
    let bert = north.person("bert", &[]).await;
    let first = north.replies(&anna, &thesis_of(&view, 1), "To four.").await;
    world.advance_seconds(60);
    north.replies(&bert, &first.head.uri, "To five.").await;
    let mut browser = north.signed_in("anna").await;
    let page = browser.open("/statements/on-bees/theses/k1").await;
    let edit = page.attribute(".reply a[href$=edit]", "href").expect("one's own can be edited");
    let form = browser.open(&edit).await;
    let page = browser.send(&form, "main form", &[("text", "To seven.")]).await;
    assert!(page.says("To seven."));
    let ask = browser.open(&edit.replace("edit", "delete")).await;
    let page = browser.send(&ask, "main form", &[]).await;
    assert!(page.says("Deleted."));
    assert!(page.says("This contribution was deleted by its author"));
    assert!(page.says("To five.") && !page.says("To seven."));
    let path = first.head.uri.as_str().strip_prefix(&north.origin()).unwrap();
    assert_eq!(north.browser().open(path).await.status, StatusCode::GONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_what_others_wrote() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    let view = north.publishes(statement("On bees").thesis("Bees can count.")).await;
    let anna = north.person("anna", &[Role::Moderator]).await;
    north.person("bert", &[]).await;
    let reply = north.replies(&anna, &thesis_of(&view, 1), "To four.").await;
    let mut bert = north.signed_in("bert").await;
    let page = bert.open("/statements/on-bees/theses/k1").await;
    assert_eq!(page.attribute(".reply a[href$=edit]", "href"), None);
    for deed in ["edit", "delete", "approve"] {
        let page = bert.open(&format!("/contributions/{}/{deed}", reply.head.id)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{deed}");
    }
    assert_eq!(bert.open("/statements/on-bees/retract").await.status, StatusCode::FORBIDDEN);
}
