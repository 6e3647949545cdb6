//! Who did what and when: append-only, each entry sealed with the digest of the one before.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};

use super::conn::{Conn, run};
use super::{Error, Tx};
use crate::clock::Timestamp;
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::schema::audit_entries;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_entries, treat_none_as_default_value = false)]
pub struct Entry {
    /// Our key.
    pub id: Id<Entry>,
    /// Who; `None` for someone at the command line.
    pub user_id: Option<Id<User>>,
    /// What: `statement.publish`.
    pub action: String,
    /// To what.
    pub subject: String,
    /// Reason or particulars.
    pub detail: String,
    /// Digest of the entry before, empty for the first.
    pub previous: String,
    /// Digest of this entry, the one before included.
    pub digest: String,
    /// When.
    pub created_at: Timestamp,
}

impl Entry {
    /// The digest that this entry must carry.
    pub fn seal(&self) -> String {
        let user = self.user_id.map_or_else(String::new, |id| id.to_string());
        let at = self.created_at.0.to_string();
        let fields = [&self.previous, &at, &user, &self.action, &self.subject, &self.detail];
        // Lengths keep two different entries from reading alike.
        let text: String = fields.iter().map(|field| format!("{}:{field},", field.len())).collect();
        HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref())
    }
}

/// Writes down what was done.
pub fn record(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<(), Error> {
    let mut entry = Entry {
        id: tx.mint(),
        user_id: user,
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_owned(),
        previous: newest(tx)?.map(|entry| entry.digest).unwrap_or_default(),
        digest: String::new(),
        created_at: tx.now,
    };
    entry.digest = entry.seal();
    run!(tx, execute, diesel::insert_into(audit_entries::table).values(&entry))?;
    Ok(())
}

fn newest(conn: &mut Conn) -> QueryResult<Option<Entry>> {
    let query = audit_entries::table.order(audit_entries::id.desc());
    run!(conn, first, query.select(Entry::as_select())).optional()
}

/// Everything, oldest first.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<Entry>> {
    run!(conn, load, audit_entries::table.order(audit_entries::id).select(Entry::as_select()))
}
