//! A client library that others maintain reads everything strictly and finds nothing odd.

use megalodon::entities::notification::NotificationType;
use megalodon::megalodon::{AppInputOptions, PostStatusInputOptions, PostStatusOutput, SearchInputOptions};
use megalodon::{Megalodon, SNS, entities};
use plenum::domain::site::FederationMode;
use plenum::services::users;

use crate::harness::people::{Drafting, statement, thesis_of};
use crate::harness::world::{Instance, World, on_each_engine};

type Library = Box<dyn Megalodon + Send + Sync>;

/// By number: not every machine knows the names below `localhost`, and the library asks the machine.
fn library(north: &Instance, token: Option<String>) -> Library {
    let port = north.host.rsplit(':').next().unwrap();
    megalodon::generator(SNS::Mastodon, format!("http://127.0.0.1:{port}"), token, None).unwrap()
}

async fn signed_in(north: &Instance, name: &str) -> Library {
    let db = north.app().db;
    let token = db.write(|tx| users::token(tx, name, false, "read write follow")).await.unwrap();
    library(north, Some(token))
}

async fn says(app: &Library, text: &str, options: PostStatusInputOptions) -> entities::Status {
    match app.post_status(text.to_owned(), Some(&options)).await.unwrap().json {
        PostStatusOutput::Status(status) => status,
        PostStatusOutput::ScheduledStatus(_) => panic!("it was to be published at once"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_reads_posts_answers_and_searches() {
    on_each_engine(async |database| {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let published = north.publishes(statement("On bees").thesis("Bees can count.")).await;
        let thesis = north.sees(&thesis_of(&published, 1)).await.unwrap().head;
        world.advance_seconds(60);
        north.person("ada", &[]).await;
        north.person("bela", &[]).await;

        let nobody = library(north, None);
        assert_eq!(nobody.get_instance().await.unwrap().json.uri, north.host);
        let wish = AppInputOptions {
            scopes: Some(vec!["read".to_owned(), "write".to_owned()]),
            redirect_uris: Some("urn:ietf:wg:oauth:2.0:oob".to_owned()),
            website: None,
        };
        let made = nobody.register_app("Library".to_owned(), &wish).await.unwrap();
        assert!(made.url.unwrap().contains("/oauth/authorize"));

        let (ada, bela) = (signed_in(north, "ada").await, signed_in(north, "bela").await);
        let me = ada.verify_account_credentials().await.unwrap().json;
        assert_eq!(me.username, "ada");
        let relation = bela.follow_account(me.id.clone(), None).await.unwrap().json;
        assert!(relation.following);
        let post = says(&ada, "Good morning #bees", PostStatusInputOptions::default()).await;
        let home = bela.get_home_timeline(None).await.unwrap().json;
        assert_eq!(home.iter().map(|status| &status.id).collect::<Vec<_>>(), [&post.id]);
        assert!(bela.favourite_status(post.id.clone()).await.unwrap().json.favourited.unwrap());

        let to = PostStatusInputOptions { in_reply_to_id: Some(thesis.id.to_string()), ..Default::default() };
        let reply = says(&bela, "Up to four, at least", to).await;
        assert_eq!(reply.in_reply_to_id, Some(thesis.id.to_string()));
        let around = ada.get_status_context(thesis.id.to_string(), None).await.unwrap().json;
        assert_eq!(
            around.ancestors.iter().map(|one| one.id.clone()).collect::<Vec<_>>(),
            [published.head.id.to_string()]
        );
        assert!(around.descendants.iter().any(|one| one.id == reply.id));

        let told = ada.get_notifications(None).await.unwrap().json;
        let kinds: Vec<_> = told.iter().map(|one| one.r#type.clone()).collect();
        assert_eq!(kinds, [NotificationType::Favourite, NotificationType::Follow]);
        let found = ada.search("bela".to_owned(), Some(&SearchInputOptions::default())).await.unwrap().json;
        assert_eq!(found.accounts[0].acct, "bela");
        let found = ada.search("morning".to_owned(), None).await.unwrap().json;
        assert_eq!(found.statuses[0].id, post.id);
        let said = bela.get_account_statuses(me.id, None).await.unwrap().json;
        assert_eq!(said.len(), 1);
        assert!(ada.get_local_timeline(None).await.unwrap().json.len() >= 2);
        assert!(ada.get_lists().await.unwrap().json.is_empty());
        assert!(ada.get_filters().await.unwrap().json.is_empty());
        assert!(ada.get_bookmarks(None).await.unwrap().json.is_empty());
        assert!(ada.get_conversation_timeline(None).await.unwrap().json.is_empty());
    })
    .await;
}
