//! Reports.

use diesel::{ExpressionMethods, QueryDsl};

use super::Error;
use super::conn::run;
use super::tx::Tx;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::notice::Rule;
use crate::domain::uri::Uri;
use crate::schema::reports;

/// A report, as its key names it.
#[derive(Clone, Copy, Debug)]
pub enum Report {}

/// A report to keep.
#[derive(Clone, Copy, Debug)]
pub struct NewReport<'a> {
    /// Its address.
    pub uri: &'a Uri,
    /// Who reports.
    pub reporter: Id<Account>,
    /// Whom.
    pub target: Option<Id<Account>>,
    /// What is said about it.
    pub content: &'a str,
    /// The addresses of what is reported.
    pub items: &'a [Uri],
    /// What it is about, in a word.
    pub category: &'a str,
    /// The rules that were broken.
    pub rules: &'a [Id<Rule>],
    /// Whether the account's own server was told.
    pub forwarded: bool,
}

/// Keeps a report; its key, or `None` when it was here already.
pub fn insert(tx: &mut Tx<'_>, report: &NewReport<'_>) -> Result<Option<Id<Report>>, Error> {
    let same = reports::table.filter(reports::uri.eq(report.uri));
    let known: i64 = run!(tx, get_result, same.count())?;
    if known > 0 {
        return Ok(None);
    }
    let id: Id<Report> = tx.mint();
    let items: Vec<&str> = report.items.iter().map(Uri::as_str).collect();
    let rules: Vec<String> = report.rules.iter().map(ToString::to_string).collect();
    let row = (
        reports::id.eq(id),
        reports::uri.eq(report.uri),
        reports::reporter_id.eq(report.reporter),
        reports::target_id.eq(report.target),
        reports::content.eq(report.content),
        reports::items.eq(items.join("\n")),
        reports::created_at.eq(tx.now),
        (
            reports::category.eq(report.category),
            reports::rules.eq(rules.join(" ")),
            reports::forwarded.eq(report.forwarded),
        ),
    );
    run!(tx, execute, diesel::insert_into(reports::table).values(row))?;
    Ok(Some(id))
}
