//! Blocks of mail addresses. They hold for addresses that are entered or confirmed; to one that is blocked later no
//! letter is sent any more.

use crate::domain::Refusal;
use crate::domain::id::Id;
use crate::domain::mail_address::MailAddress;
use crate::domain::mail_block::{MailBlock, NewMailBlock};
use crate::domain::user::User;
use crate::store::{Conn, Error, Tx, audit, mail_blocks};

/// Blocks a domain or an address.
pub fn add(tx: &mut Tx<'_>, by: Option<Id<User>>, new: &NewMailBlock) -> Result<MailBlock, Error> {
    audit::stand_in_line(tx)?;
    if mail_blocks::same(tx, new)?.is_some() {
        return Err(Refusal::Conflict("this is blocked already".to_owned()).into());
    }
    let block = MailBlock {
        id: tx.mint(),
        kind: new.kind,
        value: new.value.clone(),
        user_id: by,
        created_at: tx.now,
    };
    mail_blocks::insert(tx, &block)?;
    audit::record(tx, by, "mail.block", &block.value, "")?;
    Ok(block)
}

/// Takes a block back.
pub fn remove(tx: &mut Tx<'_>, by: Option<Id<User>>, id: Id<MailBlock>) -> Result<(), Error> {
    let block = mail_blocks::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    mail_blocks::delete(tx, id)?;
    audit::record(tx, by, "mail.unblock", &block.value, "")
}

/// Whether a block holds for an address.
pub fn is_blocked(conn: &mut Conn, address: &MailAddress) -> Result<bool, Error> {
    Ok(!mail_blocks::of_address(conn, address)?.is_empty())
}
