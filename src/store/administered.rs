//! Accounts as moderators look for them.

use diesel::sql_types::{Bool, Text};
use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, IntoSql, QueryDsl, QueryResult,
    SelectableHelper, TextExpressionMethods,
};

use super::conn::Conn;
use super::page::{Page, paged};
use crate::domain::account::{Account, AccountKind, AccountState};
use crate::domain::host::{Host, HostStanding};
use crate::domain::id::Id;
use crate::schema::accounts;

diesel::define_sql_function! {
    /// A text in small letters; on SQLite those of English alone.
    fn lower(text: Text) -> Text;
}

/// Which accounts are wanted; what says nothing leaves nothing out.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of here, or of elsewhere.
    pub local: Option<bool>,
    /// With one of these standings.
    pub standings: Option<Vec<HostStanding>>,
    /// Whose pictures are hidden at first.
    pub sensitive: bool,
    /// With a handle that begins like this.
    pub handle: String,
    /// With a name for people that begins like this.
    pub display_name: String,
    /// On this server.
    pub host: Option<Id<Host>>,
    /// Among these.
    pub among: Option<Vec<Id<Account>>>,
}

/// The accounts that are wanted, the newest first.
pub fn page(conn: &mut Conn, wanted: &Wanted, page: &Page) -> QueryResult<Vec<Account>> {
    let unless = |condition: bool| condition.into_sql::<Bool>();
    let begins =
        |text: &str| format!("{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let standings = wanted.standings.clone().unwrap_or_default();
    let among = wanted.among.clone().unwrap_or_default();
    let query = accounts::table
        .filter(accounts::state.eq(AccountState::Active))
        .filter(accounts::kind.ne(AccountKind::Application))
        .filter(accounts::host_id.is_null().or(unless(wanted.local != Some(true))))
        .filter(accounts::host_id.is_not_null().or(unless(wanted.local != Some(false))))
        .filter(accounts::standing.eq_any(standings).or(unless(wanted.standings.is_none())))
        .filter(accounts::sensitive.eq(true).or(unless(!wanted.sensitive)))
        .filter(accounts::handle.like(begins(&wanted.handle)).escape('\\'))
        .filter(lower(accounts::display_name).like(begins(&wanted.display_name.to_lowercase())).escape('\\'))
        .filter(accounts::host_id.eq(wanted.host).or(unless(wanted.host.is_none())))
        .filter(accounts::id.eq_any(among).or(unless(wanted.among.is_none())));
    paged!(conn, page, query.select(Account::as_select()), accounts::id)
}
