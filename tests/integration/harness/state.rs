//! Everything a server holds, as text: what must not have changed is compared whole.

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use plenum::store::Conn;

use super::world::Instance;

/// The tables that other servers could change.
const TABLES: [&str; 21] = [
    "accounts",
    "account_keys",
    "contributions",
    "revisions",
    "statements",
    "theses",
    "mentions",
    "tags",
    "likes",
    "boosts",
    "pins",
    "follows",
    "blocks",
    "tombstones",
    "undone",
    "notifications",
    "reports",
    "activities",
    "deliveries",
    "hosts",
    "quotes",
];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Instance {
    /// Every row of every table that matters, as text; on SQLite.
    ///
    /// When a host was heard of last is left out: that is all a refused request may leave behind.
    pub(crate) async fn state(&self) -> String {
        let read = |conn: &mut Conn| {
            let Conn::Sqlite(conn) = conn else { panic!("states are compared on SQLite") };
            let mut state = String::new();
            for table in TABLES {
                let columns = format!("SELECT name AS line FROM pragma_table_info('{table}')");
                let columns: Vec<Line> = sql_query(columns).load(&mut **conn)?;
                let columns = columns.into_iter().map(|column| column.line);
                let columns: Vec<String> = columns
                    .filter(|name| name != "last_seen_at")
                    .map(|name| format!("quote(\"{name}\")"))
                    .collect();
                let rows = format!("SELECT {} AS line FROM {table} ORDER BY 1", columns.join("||','||"));
                let rows: Vec<Line> = sql_query(rows).load(&mut **conn)?;
                state.push_str(&format!("{table}:\n"));
                rows.into_iter().for_each(|row| state.push_str(&format!("  {}\n", row.line)));
            }
            Ok(state)
        };
        self.app().db.read(read).await.unwrap()
    }
}
