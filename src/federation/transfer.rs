//! Taking in a row of a member's table: finding out whom or what it means, then doing it.

use activitypub_federation::config::Data;

use super::lookup::{self, Meant};
use super::{Federation, resolve};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::transfer::Row;
use crate::domain::uri::Uri;
use crate::services::{saved, transfers};
use crate::store::contributions::Viewer;
use crate::store::{Error, accounts};

/// Does what a row says for an account of ours.
pub async fn take_in(data: &Data<Federation>, account: Id<Account>, row: &Row) -> Result<(), Error> {
    let found = data.app.db.read(|conn| Ok(accounts::by_id(conn, account)?)).await?;
    let Some(account) = found.filter(Account::is_local) else { return Ok(()) };
    if let Row::Bookmark { uri } = row {
        return keep(data, &account, uri).await;
    }
    let name = transfers::named(row);
    // A name without a host is one of ours.
    let name = if name.contains('@') { name.to_owned() } else { format!("{name}@{}", data.app.site.host) };
    let target = resolve::account(data, &name).await?;
    data.app.db.write(|tx| transfers::apply(tx, &account, row, &target)).await
}

async fn keep(data: &Data<Federation>, account: &Account, address: &str) -> Result<(), Error> {
    let uri = Uri::parse(address).ok_or_else(|| Refusal::invalid("uri", "is no address"))?;
    let viewer = Viewer::Member(account.id);
    let known = data.app.db.read(|conn| lookup::known(conn, &data.app.site.origin, viewer, &uri)).await?;
    let meant = match known {
        Some(meant) => meant,
        None => lookup::anywhere(data, address).await?,
    };
    match meant {
        Meant::Contribution(head) => data.app.db.write(|tx| saved::bookmark(tx, account, head.id)).await,
        Meant::Account(_) => Err(Refusal::invalid("uri", "is an account, not a contribution").into()),
    }
}
