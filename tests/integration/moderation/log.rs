//! The log: whole, only ever longer, and public only where somebody says so.

use axum::http::StatusCode;
use diesel::{RunQueryDsl, sql_query};
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::id::Id;
use plenum::domain::site::FederationMode;
use plenum::domain::user::Role;
use plenum::services::hosts;
use plenum::store::Conn;
use plenum::store::audit::{self, Chain};

use crate::harness::world::{Instance, World, on_each_engine};

async fn suspends(north: &Instance, name: &str, public: &str) {
    let decision = Decision {
        standing: HostStanding::Suspended,
        public_comment: public.to_owned(),
        ..Decision::default()
    };
    north.app().db.write(|tx| hosts::decide(tx, None, name, &decision).map(drop)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_sealed_one_after_the_other_and_never_change() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        for name in ["a.example", "b.example", "c.example"] {
            suspends(north, name, "").await;
        }
        let db = north.app().db;
        let entries = db.read(|conn| Ok(audit::all(conn)?)).await.unwrap();
        let seal = entries[1].digest.clone();
        let (chain, found) = db.read(|conn| Ok(audit::verify(conn, &seal)?)).await.unwrap();
        assert_eq!((chain.broken_at, found), (None, true));
        assert_eq!(chain.length, u64::try_from(entries.len()).unwrap());
        let (_, found) = db.read(|conn| Ok(audit::verify(conn, "00ff")?)).await.unwrap();
        assert!(!found, "a seal from elsewhere");
        let broken = |change: &dyn Fn(&mut Vec<audit::Entry>)| {
            let mut changed = entries.clone();
            change(&mut changed);
            let mut chain = Chain::default();
            changed.iter().for_each(|entry| chain.follow(entry));
            chain.broken_at
        };
        assert_eq!(broken(&|_| {}), None);
        assert_eq!(broken(&|all| all[1].detail.push('x')), Some(entries[1].id), "changed");
        assert_eq!(broken(&|all| drop(all.remove(1))), Some(entries[2].id), "taken out");
        assert_eq!(broken(&|all| all.swap(1, 2)), Some(entries[2].id), "put elsewhere");
        let resealed = |all: &mut Vec<audit::Entry>| {
            all[1].user_id = None;
            all[1].subject.push('x');
            all[1].digest = all[1].seal();
        };
        assert_eq!(broken(&resealed), Some(entries[2].id), "changed and sealed anew");
        for statement in ["UPDATE audit_entries SET detail = 'x'", "DELETE FROM audit_entries"] {
            let tried = db.write(|tx| {
                Ok(match &mut **tx {
                    Conn::Sqlite(conn) => sql_query(statement).execute(&mut **conn),
                    Conn::Postgres(conn) => sql_query(statement).execute(&mut **conn),
                }?)
            });
            assert!(tried.await.unwrap_err().to_string().contains("never"), "{statement}");
        }
        assert_eq!(db.read(|conn| Ok(audit::all(conn)?)).await.unwrap(), entries);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_that_are_written_at_once_stand_in_one_line() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let names: Vec<String> = (0..8).map(|number| format!("s{number}.example")).collect();
        let all = names.iter().map(|name| suspends(north, name, ""));
        futures_util::future::join_all(all).await;
        let db = north.app().db;
        let (chain, _) = db.read(|conn| Ok(audit::verify(conn, "")?)).await.unwrap();
        assert_eq!(chain.broken_at, None);
        assert!(chain.length > 8);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_reads_only_what_somebody_decided_to_show() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let north = world.at("north");
        let harsh = Decision { standing: HostStanding::Suspended, ..Decision::default() };
        let db = north.app().db;
        db.write(|tx| hosts::decide_privately(tx, None, "silent.example", &harsh)).await.unwrap();
        suspends(north, "loud.example", "Sends advertising.").await;
        let public = "/about/moderation";
        let page = north.browser().open(public).await;
        assert!(page.says("loud.example: suspended") && page.says("Sends advertising."), "{}", page.body);
        assert!(!page.says("silent.example"), "it was to stay within");
        let mut admin = north.signed_in("north_admin").await;
        let log = admin.open("/admin/log?q=host").await;
        assert_eq!(log.texts("tbody tr").len(), 2);
        let row = log.body.split("silent.example").nth(1).unwrap();
        let href = row.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let form = admin.open(&href).await;
        let empty = admin.send(&form, "main form", &[("shown", "yes"), ("reason", " ")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.says("Give the reason"));
        let fields = [("shown", "yes"), ("what", "A server was suspended"), ("reason", "It lied.")];
        assert!(admin.send(&form, "main form", &fields).await.says("Changed."));
        let page = north.browser().open(public).await;
        assert!(page.says("A server was suspended") && page.says("It lied."));
        assert!(
            !page.says("silent.example") && !page.says("north_admin"),
            "in the chosen words, without a name"
        );
        let form = admin.open(&href).await;
        admin.send(&form, "main form", &[("shown", "no")]).await;
        assert!(!north.browser().open(public).await.says("It lied."));
        let check = admin.open("/admin/log/check").await;
        assert!(check.says("are as they were written"), "{}", check.body);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_says_enough_to_check_it_elsewhere() {
    let world = World::of(["north"]).await;
    let north = world.at("north");
    suspends(north, "a.example", "=cmd, \"quoted\"\nand more").await;
    let mut admin = north.signed_in("north_admin").await;
    let file = admin.open("/admin/log.jsonl").await;
    let mut previous = String::new();
    let mut count = 0;
    for line in file.body.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let field = |name: &str| entry[name].as_str().unwrap().to_owned();
        let fields = ["previous", "at", "user", "action", "subject", "detail"].map(field);
        assert_eq!(fields[0], previous);
        let text: String = fields.iter().map(|text| format!("{}:{text},", text.len())).collect();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        let seal: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(field("seal"), seal);
        previous = seal;
        count += 1;
    }
    assert!(count > 1);
    north.person("mona", &[Role::Moderator]).await;
    let mut mona = north.signed_in("mona").await;
    assert_eq!(mona.open("/admin/log.jsonl").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_searched_for_words_as_they_are_written() {
    on_each_engine(|database| async {
        let world = World::on([("north", database)], FederationMode::Open).await;
        let db = world.at("north").app().db;
        let all = ["queue.give_up", "queue.giveXup", "queue.retry"];
        db.write(|tx| all.iter().try_for_each(|action| audit::record(tx, None, action, "x", "")))
            .await
            .unwrap();
        let found =
            db.read(|conn| Ok(audit::page(conn, Id::new(i64::MAX), "queue.give_", 9)?)).await.unwrap();
        assert_eq!(found.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["queue.give_up"]);
    })
    .await;
}
