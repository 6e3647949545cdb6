//! Who did what and when: append-only, each entry sealed with the digest of the one before.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use diesel::prelude::{Insertable, Queryable, Selectable};
use diesel::{
    EscapeExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl,
    SelectableHelper, TextExpressionMethods,
};

use super::conn::{Conn, run};
use super::{Error, Tx};
use crate::clock::Timestamp;
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::schema::{audit_entries, sites};

/// What a list did that is followed, in numbers.
pub const LIST_READ: &str = "list.read";

/// Rows that are written with one statement: SQLite takes 32,766 values.
const AT_ONCE: usize = 1_000;

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
    /// Whether a list that this site follows did it, and nobody in person.
    pub fn is_by_list(&self) -> bool {
        let by_list = matches!(self.action.as_str(), "list.decide" | "list.undo" | "list.reword" | LIST_READ);
        self.user_id.is_none() && by_list
    }

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
    enter(tx, user, action, subject, detail).map(drop)
}

/// Like [`record`]; returns the key of the entry.
pub fn enter(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<Id<Entry>, Error> {
    stand_in_line(tx)?;
    let before = newest(tx)?;
    let entry = next(tx, before.as_ref(), (user, action), (subject, detail));
    run!(tx, execute, diesel::insert_into(audit_entries::table).values(&entry))?;
    Ok(entry.id)
}

/// Writes down that the same was done to many things, one entry for each: what, and the particulars.
pub fn record_all(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    action: &str,
    done: &[(&str, String)],
) -> Result<(), Error> {
    stand_in_line(tx)?;
    let mut before = newest(tx)?;
    for some in done.chunks(AT_ONCE) {
        let mut entries = Vec::with_capacity(some.len());
        for (subject, detail) in some {
            let entry = next(tx, before.as_ref(), (user, action), (*subject, detail));
            before = Some(entry.clone());
            entries.push(entry);
        }
        run!(tx, execute, diesel::insert_into(audit_entries::table).values(entries))?;
    }
    Ok(())
}

/// The entry that follows this one.
fn next(
    tx: &mut Tx<'_>,
    before: Option<&Entry>,
    (user, action): (Option<Id<User>>, &str),
    (subject, detail): (&str, &str),
) -> Entry {
    // Another process may mint keys that are ahead of ours: the order of keys is the order of the chain.
    let after = before.map_or(0, |before| before.id.get().saturating_add(1));
    let minted: Id<Entry> = tx.mint();
    let mut entry = Entry {
        id: Id::new(minted.get().max(after)),
        user_id: user,
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_owned(),
        previous: before.map(|entry| entry.digest.clone()).unwrap_or_default(),
        digest: String::new(),
        created_at: tx.now,
    };
    entry.digest = entry.seal();
    entry
}

/// Two entries that are written at the same moment must not follow the same one: on PostgreSQL
/// whoever writes an entry holds the site's row until its transaction ends. SQLite has one writer.
/// Whoever reads first and decides after it stands in line before reading.
pub fn stand_in_line(tx: &mut Tx<'_>) -> QueryResult<()> {
    if let Conn::Postgres(conn) = &mut **tx {
        let _: Vec<i16> = sites::table.select(sites::id).for_no_key_update().load(&mut **conn)?;
    }
    Ok(())
}

fn newest(conn: &mut Conn) -> QueryResult<Option<Entry>> {
    let query = audit_entries::table.order(audit_entries::id.desc());
    run!(conn, first, query.select(Entry::as_select())).optional()
}

/// What lists did since then, the latest first.
pub fn readings(conn: &mut Conn, since: Timestamp, limit: i64) -> QueryResult<Vec<Entry>> {
    let query = audit_entries::table
        .filter(audit_entries::created_at.ge(since))
        .filter(audit_entries::action.eq(LIST_READ))
        .order(audit_entries::id.desc())
        .limit(limit);
    run!(conn, load, query.select(Entry::as_select()))
}

/// Everything, oldest first.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<Entry>> {
    run!(conn, load, audit_entries::table.order(audit_entries::id).select(Entry::as_select()))
}

/// One entry.
pub fn by_id(conn: &mut Conn, id: Id<Entry>) -> QueryResult<Option<Entry>> {
    run!(conn, first, audit_entries::table.find(id).select(Entry::as_select())).optional()
}

/// Entries before this one, newest first; only those whose action begins with `action`.
pub fn page(conn: &mut Conn, before: Id<Entry>, action: &str, limit: i64) -> QueryResult<Vec<Entry>> {
    let begins = action.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let query = audit_entries::table
        .filter(audit_entries::id.lt(before))
        .filter(audit_entries::action.like(format!("{begins}%")).escape('\\'))
        .order(audit_entries::id.desc())
        .limit(limit);
    run!(conn, load, query.select(Entry::as_select()))
}

/// Entries after this one, oldest first.
pub fn after(conn: &mut Conn, after: Id<Entry>, limit: i64) -> QueryResult<Vec<Entry>> {
    let query =
        audit_entries::table.filter(audit_entries::id.gt(after)).order(audit_entries::id).limit(limit);
    run!(conn, load, query.select(Entry::as_select()))
}

/// A chain that is being followed, entry by entry from the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// How many entries were followed.
    pub length: u64,
    /// The seal of the last one.
    pub tip: String,
    /// The first entry that does not follow from those before it, or is not as it was sealed.
    pub broken_at: Option<Id<Entry>>,
}

impl Chain {
    /// Follows one more entry.
    pub fn follow(&mut self, entry: &Entry) {
        let sound = entry.previous == self.tip && entry.seal() == entry.digest;
        if !sound && self.broken_at.is_none() {
            self.broken_at = Some(entry.id);
        }
        self.length = self.length.saturating_add(1);
        self.tip.clone_from(&entry.digest);
    }
}

/// Entries that are read at a time.
const STRETCH: i64 = 1_000;

/// Follows the whole chain, and says whether an entry with this seal is part of it.
pub fn verify(conn: &mut Conn, known: &str) -> QueryResult<(Chain, bool)> {
    let (mut chain, mut found, mut last) = (Chain::default(), known.is_empty(), Id::new(0));
    loop {
        let entries = after(conn, last, STRETCH)?;
        let Some(newest) = entries.last() else { return Ok((chain, found)) };
        last = newest.id;
        for entry in &entries {
            chain.follow(entry);
            found |= entry.digest == known;
        }
    }
}
