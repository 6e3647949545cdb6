//! Reports to the moderators.

use super::notifications;
use crate::domain::account::Account;
use crate::domain::notification::NotificationKind;
use crate::domain::uri::Uri;
use crate::domain::user::Role;
use crate::store::{Error, Tx, reports, users};
use crate::text::plain;

/// The longest text of a report that is kept, in characters.
const LONGEST: usize = 5_000;
/// The most contributions one report names.
const MOST: usize = 50;

/// A report from elsewhere: kept for the moderators, and nothing else happens by itself.
pub fn receive(
    tx: &mut Tx<'_>,
    uri: &Uri,
    reporter: &Account,
    target: Option<&Account>,
    items: &[Uri],
    content: &str,
) -> Result<(), Error> {
    let content = plain::excerpt(&plain::strip_format_chars(content), LONGEST);
    let items: Vec<&str> = items.iter().take(MOST).map(Uri::as_str).collect();
    if !reports::insert(tx, uri, reporter.id, target.map(|target| target.id), &content, &items)? {
        return Ok(());
    }
    for user in users::all(tx)?.into_iter().filter(|user| user.roles.has(Role::Moderator)) {
        notifications::tell(tx, user.account_id, NotificationKind::Report, reporter, None)?;
    }
    Ok(())
}
