//! The schema: the same on both engines, made once, and never touched by an older program.

use std::collections::BTreeSet;

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use plenum::clock::Clock;
use plenum::store::{Conn, Db, Error};

use crate::harness::{Database, databases};

/// A column as the engine's own catalogue lists it.
#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
}

// The full text is an index, and each engine has its own form of it.
const SQLITE: &str = "SELECT m.name AS table_name, c.name AS column_name \
    FROM sqlite_master m JOIN pragma_table_info(m.name) c \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'contribution_texts%'";
const POSTGRES: &str = "SELECT table_name::text, column_name::text FROM information_schema.columns \
    WHERE table_schema = 'public' AND table_name <> 'contribution_texts'";

async fn open(database: &Database) -> Result<Db, Error> {
    Db::open(&database.url(), None, 2, Clock::System).await
}

async fn columns(db: &Db) -> BTreeSet<(String, String)> {
    let listed = db.read(|conn| {
        Ok(match conn {
            Conn::Sqlite(conn) => sql_query(SQLITE).load::<Column>(&mut **conn),
            Conn::Postgres(conn) => sql_query(POSTGRES).load::<Column>(&mut **conn),
        }?)
    });
    listed.await.unwrap().into_iter().map(|column| (column.table_name, column.column_name)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_tables_and_columns() {
    let mut seen = Vec::new();
    for database in databases() {
        let db = open(&database).await.unwrap();
        let listed = columns(&db).await;
        drop(db);
        let again = open(&database).await.unwrap();
        assert_eq!(columns(&again).await, listed, "{}", database.url());
        seen.push(listed);
    }
    assert!(seen[0].iter().any(|(table, _)| table == "contributions"));
    for other in &seen[1..] {
        let difference: Vec<_> = seen[0].symmetric_difference(other).collect();
        assert!(difference.is_empty(), "only on one engine: {difference:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_of_a_newer_version_is_refused() {
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000000')";
    for database in databases() {
        let db = open(&database).await.unwrap();
        let written = db.write(|tx| {
            Ok(match &mut **tx {
                Conn::Sqlite(conn) => sql_query(newer).execute(&mut **conn),
                Conn::Postgres(conn) => sql_query(newer).execute(&mut **conn),
            }?)
        });
        assert_eq!(written.await.unwrap(), 1);
        drop(db);
        let why = open(&database).await.map(drop).unwrap_err().to_string();
        assert!(why.contains("made by a newer Plenum") && why.contains("29991231000000"), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_cannot_write() {
    for database in databases() {
        let db = open(&database).await.unwrap();
        let written = db.read(|conn| {
            let delete = "DELETE FROM contributions";
            Ok(match conn {
                Conn::Sqlite(conn) => sql_query(delete).execute(&mut **conn),
                Conn::Postgres(conn) => sql_query(delete).execute(&mut **conn),
            }?)
        });
        assert!(written.await.is_err(), "{}", database.url());
    }
}
