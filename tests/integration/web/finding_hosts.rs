//! Admins who look for servers, and what they read of one.

use plenum::domain::host_rule::Decision;
use plenum::domain::site::FederationMode;
use plenum::services::hosts as service;
use plenum::store::hosts;

use crate::harness::Database;
use crate::harness::world::{Instance, World, on_each_engine};
use plenum::domain::host::HostStanding;

/// Servers of which somebody heard, one after the other.
async fn knows(north: &Instance, names: &[String]) {
    let db = north.app().db;
    let known = db.write(|tx| {
        for name in names {
            hosts::ensure(tx, name)?;
        }
        Ok(())
    });
    known.await.unwrap();
}

async fn decides(north: &Instance, name: &str, decision: Decision) {
    let db = north.app().db;
    db.write(|tx| service::decide(tx, None, name, &decision).map(drop)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_filtered_ordered_and_goes_on_as_it_began() {
    on_each_engine(|database| async {
        let world = World::listening([database, Database::sqlite()], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let many: Vec<String> = (0..150).map(|number| format!("n{number:03}.example")).collect();
        knows(north, &many).await;
        let suspend = Decision { standing: HostStanding::Suspended, ..Decision::default() };
        decides(north, "n007.example", suspend).await;
        decides(north, "n008.example", Decision { reject_media: true, ..Decision::default() }).await;
        let mut admin = north.signed_in("north_admin").await;
        let names = async |admin: &mut crate::harness::browser::Browser, query: &str| {
            admin.open(&format!("/admin/hosts?{query}")).await.texts("tbody th")
        };
        assert_eq!(names(&mut admin, "q=n00&rule=own").await, ["n007.example", "n008.example"]);
        assert_eq!(names(&mut admin, "q=n00&rule=none").await.len(), 8);
        assert_eq!(names(&mut admin, "rule=files").await, ["n008.example"]);
        assert_eq!(names(&mut admin, "standing=suspend&q=n0").await, ["n007.example"]);
        assert_eq!(
            names(&mut admin, "order=heard").await,
            std::slice::from_ref(&south.host),
            "who was never heard is left out"
        );
        assert_eq!(names(&mut admin, "state=yes").await, std::slice::from_ref(&south.host));
        assert_eq!(names(&mut admin, "state=untried&order=known&q=example").await[0], "n149.example");

        // The next page of a search is a page of that search.
        let first = admin.open("/admin/hosts?q=n&rule=none&state=untried&order=known").await;
        let chosen = ["rule", "state", "order"]
            .map(|name| first.attribute(&format!("select[name={name}] option[selected]"), "value").unwrap());
        assert_eq!(chosen, ["none", "untried", "known"]);
        let next = first.attribute(".pager a[rel=next]", "href").unwrap();
        let second = admin.open(&next).await;
        let mut all = first.texts("tbody th");
        assert_eq!(all.len(), 100, "{}", first.body);
        all.extend(second.texts("tbody th"));
        let expected: Vec<String> = many
            .iter()
            .rev()
            .filter(|name| !["n007.example", "n008.example"].contains(&name.as_str()))
            .cloned()
            .collect();
        assert_eq!(all, expected, "each once, and in the order that was asked for");
        let form = second.filled("form.filter").1;
        assert!(form.contains(&("order".to_owned(), "known".to_owned())), "{form:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_comes_before_what_can_be_decided() {
    on_each_engine(|database| async {
        let world = World::neighbours([database, Database::sqlite()], FederationMode::Open).await;
        let (north, south) = (world.at("north"), world.at("south"));
        let mut admin = north.signed_in("north_admin").await;
        let path = format!("/admin/hosts/{}", south.host);
        let page = admin.open(&path).await;
        let known = page.texts(".known dt");
        for fact in ["Holds now", "First seen", "Last heard", "Follow from there", "Followed from here"] {
            assert!(known.iter().any(|name| name == fact), "{fact}: {known:?}");
        }
        assert!(!known.iter().any(|name| name == "Reported"), "nothing that is not there");
        let (facts, rule) =
            (page.body.find("class=\"known\"").unwrap(), page.body.find("The rule about it").unwrap());
        assert!(facts < rule);
        assert!(!admin.open("/admin/hosts/far.example").await.texts("main").concat().contains("First seen"));

        // What a rule took is counted before the rule is taken back.
        let asked = admin.send(&page, "main form", &[("standing", "suspend")]).await;
        // The organization, and its Forum with it.
        let lines =
            ["2 followers there no longer follow", "2 accounts there are no longer followed from here"];
        assert_eq!(asked.texts(".touched li"), lines);
        admin.send(&asked, "main form", &[]).await;
        let page = admin.open(&path).await;
        let asked = admin.send(&page, "main form", &[("standing", "none")]).await;
        let lines = ["2 followers there follow again", "2 accounts there are followed from here again"];
        assert_eq!(asked.texts(".touched li"), lines);
        admin.send(&asked, "main form", &[]).await;
        let asked = admin.send(&page, "main form", &[("standing", "none")]).await;
        assert!(asked.says("It took nothing that would come back."), "{}", asked.body);
    })
    .await;
}
