//! What everybody may read of the log.

use serde_json::json;

use crate::domain::Refusal;
use crate::domain::id::Id;
use crate::domain::user::User;
use crate::store::audit::Entry;
use crate::store::public_entries::{self, PublicEntry};
use crate::store::{Error, Tx, audit};
use crate::text::plain;

/// The longest text of a public entry, in characters.
const LONGEST: usize = 1_000;

/// Shows an entry to everybody in these words, or shows it differently from now on. A reason is needed:
/// a list of names without reasons helps nobody.
pub fn show(
    tx: &mut Tx<'_>,
    user: Option<Id<User>>,
    id: Id<Entry>,
    what: &str,
    reason: &str,
) -> Result<(), Error> {
    let entry = audit::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    let (what, reason) = (checked("what", what)?, checked("reason", reason)?);
    put(tx, entry.id, &what, &reason)?;
    audit::record(tx, user, "log.show", &entry.digest, &what)
}

/// Shows an entry no longer.
pub fn hide(tx: &mut Tx<'_>, user: Option<Id<User>>, id: Id<Entry>) -> Result<(), Error> {
    let shown = public_entries::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    let entry = audit::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    public_entries::delete(tx, id)?;
    audit::record(tx, user, "log.hide", &entry.digest, &shown.what)
}

/// An entry as a line of a file for keeping elsewhere. Its seal is SHA-256 over `previous`, `at`, `user`,
/// `action`, `subject` and `detail` in this order, each as its length in bytes, a colon, the text and a comma.
pub fn line(entry: &Entry) -> String {
    let user = entry.user_id.map_or_else(String::new, |id| id.to_string());
    let fields = json!({
        "at": entry.created_at.0.to_string(),
        "user": user,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
        "previous": entry.previous,
        "seal": entry.digest,
    });
    format!("{fields}\n")
}

/// Shows a decision together with the entry that was just written about it.
pub(super) fn put(tx: &mut Tx<'_>, id: Id<Entry>, what: &str, reason: &str) -> Result<(), Error> {
    let shown =
        PublicEntry { entry_id: id, what: what.to_owned(), reason: reason.to_owned(), created_at: tx.now };
    public_entries::put(tx, &shown)?;
    Ok(())
}

fn checked(field: &'static str, typed: &str) -> Result<String, Error> {
    let text = plain::strip_format_chars(typed.trim());
    if text.is_empty() {
        return Err(Refusal::invalid(field, "is needed: everybody who reads the entry asks for it").into());
    }
    if text.chars().count() > LONGEST {
        return Err(Refusal::invalid(field, format!("is longer than {LONGEST} characters")).into());
    }
    Ok(text)
}
