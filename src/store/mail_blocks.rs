//! Blocks of mail addresses.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper,
};

use super::conn::{Conn, run};
use super::page::{Page, paged};
use crate::domain::host_rule::upwards;
use crate::domain::id::Id;
use crate::domain::mail_address::MailAddress;
use crate::domain::mail_block::{MailBlock, MailBlockKind, NewMailBlock};
use crate::schema::mail_blocks;

/// The blocks of these kinds, the newest first.
pub fn page(conn: &mut Conn, kinds: &[MailBlockKind], page: &Page) -> QueryResult<Vec<MailBlock>> {
    let query = mail_blocks::table.filter(mail_blocks::kind.eq_any(kinds.to_vec()));
    paged!(conn, page, query.select(MailBlock::as_select()), mail_blocks::id)
}

/// The block with this key.
pub fn by_id(conn: &mut Conn, id: Id<MailBlock>) -> QueryResult<Option<MailBlock>> {
    run!(conn, first, mail_blocks::table.find(id).select(MailBlock::as_select())).optional()
}

/// The block of exactly this.
pub fn same(conn: &mut Conn, new: &NewMailBlock) -> QueryResult<Option<MailBlock>> {
    let query =
        mail_blocks::table.filter(mail_blocks::kind.eq(new.kind)).filter(mail_blocks::value.eq(&new.value));
    run!(conn, first, query.select(MailBlock::as_select())).optional()
}

/// The blocks that hold for a domain: its own, and those of the names above it.
pub fn of_domain(conn: &mut Conn, name: &str) -> QueryResult<Vec<MailBlock>> {
    let query = mail_blocks::table
        .filter(mail_blocks::kind.eq(MailBlockKind::Domain))
        .filter(mail_blocks::value.eq_any(upwards(name)))
        .order(mail_blocks::id.desc());
    run!(conn, load, query.select(MailBlock::as_select()))
}

/// The blocks that hold for an address.
pub fn of_address(conn: &mut Conn, address: &MailAddress) -> QueryResult<Vec<MailBlock>> {
    let domain =
        mail_blocks::kind.eq(MailBlockKind::Domain).and(mail_blocks::value.eq_any(upwards(address.domain())));
    let single = mail_blocks::kind.eq(MailBlockKind::Address).and(mail_blocks::value.eq(address.digest()));
    let query = mail_blocks::table.filter(domain.or(single)).order(mail_blocks::id.desc());
    run!(conn, load, query.select(MailBlock::as_select()))
}

/// Keeps a block.
pub fn insert(conn: &mut Conn, block: &MailBlock) -> QueryResult<usize> {
    run!(conn, execute, diesel::insert_into(mail_blocks::table).values(block))
}

/// Removes a block.
pub fn delete(conn: &mut Conn, id: Id<MailBlock>) -> QueryResult<usize> {
    run!(conn, execute, diesel::delete(mail_blocks::table.find(id)))
}
