//! People of servers that take no part in a story: rows, with nothing behind them.

use plenum::clock::Timestamp;
use plenum::domain::account::{Account, AccountKind, AccountState};
use plenum::domain::contribution::{Received, ReceivedBody, Visibility};
use plenum::domain::handle::Handle;
use plenum::domain::host::HostStanding;
use plenum::domain::quote::QuotePolicy;
use plenum::domain::trust::Trust;
use plenum::domain::uri::Uri;
use plenum::store::accounts::{self, NewAccount, Profile};
use plenum::store::{Error, Tx, hosts};
use plenum::text::sanitize;

/// Somebody at `origin` who is known from now on; `change` says what is unusual about them.
pub(crate) fn person(
    tx: &mut Tx<'_>,
    origin: &str,
    name: &str,
    change: impl FnOnce(&mut Profile),
) -> Result<Account, Error> {
    let uri = Uri::ours(origin, &format!("/users/{name}"));
    let mut profile = Profile {
        url: uri.to_string(),
        kind: AccountKind::Person,
        name: name.to_owned(),
        handle: Handle::new(name, uri.host()).to_string(),
        display_name: String::new(),
        summary: String::new(),
        icon_url: None,
        header_url: None,
        inbox: Uri::ours(origin, &format!("/users/{name}/inbox")),
        shared_inbox: None,
        outbox: None,
        followers: None,
        featured: None,
        forum: None,
        locked: false,
        discoverable: true,
        moved_to: None,
        updated_at: tx.now,
        fetched_at: Some(tx.now),
    };
    change(&mut profile);
    let account = NewAccount {
        id: tx.mint(),
        host_id: Some(hosts::ensure(tx, uri.host())?.id),
        uri,
        created_at: tx.now,
        profile,
        state: AccountState::Active,
        standing: HostStanding::Unknown,
    };
    accounts::insert(tx, &account)?;
    accounts::by_id(tx, account.id)?.ok_or_else(|| Error::broken("it was just made"))
}

/// What they say to everybody, as it arrives; `name` is the end of its address.
pub(crate) fn said(author: Account, name: &str, text: &str, now: Timestamp) -> Received {
    let uri = Uri::parse(&format!("{}/{name}", author.uri)).unwrap();
    Received {
        url: uri.to_string(),
        uri,
        author,
        on_behalf_of: None,
        visibility: Visibility::Public,
        language: "en".to_owned(),
        title: None,
        summary: None,
        sensitive: false,
        content: sanitize::clean(text),
        published_at: now,
        updated_at: None,
        in_reply_to: None,
        mentions: Vec::new(),
        emojis: Vec::new(),
        media: Vec::new(),
        poll: None,
        card: None,
        quote: None,
        quote_policy: QuotePolicy::EVERYONE,
        tags: Vec::new(),
        trust: Trust::Delivered,
        document: "{}".to_owned(),
        body: ReceivedBody::Post,
    }
}
