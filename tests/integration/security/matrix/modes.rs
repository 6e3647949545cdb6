//! The same table where a site lets in others, or fewer.

use plenum::domain::site::FederationMode;

use super::{APPS, DOCUMENTS, PAGES, SERVERS, Stage};
use crate::harness::Database;

/// Whom a site lets in is about others: what is internal goes out nowhere, whatever holds for them.
#[tokio::test(flavor = "multi_thread")]
async fn item_87_what_is_internal_stays_inside_in_every_federation_mode() {
    for mode in FederationMode::ALL {
        let stage = Stage::set_in(Database::sqlite(), mode).await;
        let said = stage.said.iter().find(|said| said.word == "zqinternal").unwrap();
        let (app, mut browser) = (stage.tee().stranger(), stage.tee().browser());
        for (pattern, ..) in &APPS {
            let reply = app.get(&stage.path(pattern, said)).await;
            assert!(!reply.json.to_string().contains(said.word), "{mode:?} {pattern}");
        }
        for (pattern, ..) in &PAGES {
            let page = browser.open(&stage.path(pattern, said)).await;
            assert!(!page.body.contains(said.word), "{mode:?} {pattern}");
        }
        for reader in SERVERS {
            for (pattern, ..) in &DOCUMENTS {
                let (_, body) = stage.document(reader, &stage.path(pattern, said)).await;
                let told = body.contains(said.word) || body.contains(said.token());
                assert!(!told, "{mode:?} {pattern} to {reader}");
            }
        }
        let state = stage.tee().state().await;
        let sent = state.split("\nactivities:\n").nth(1).unwrap().split("\nhosts:\n").next().unwrap();
        assert!(sent.contains("zqpublic") && !sent.contains(said.word), "{mode:?}: {sent}");
    }
}
