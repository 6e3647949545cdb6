//! Account, and the pieces it is made of.

use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::emoji::{CustomEmoji, emojis};
use super::{date, day, id};
use crate::clock::Timestamp;
use crate::domain::account::{AccountKind, AccountState};
use crate::domain::host::HostStanding;
use crate::domain::media::{Purpose, account_picture};
use crate::domain::profile;
use crate::domain::site::Site;
use crate::domain::timeline::AccountView;
use crate::text::markdown;

/// An account as clients take it.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// Key.
    pub id: String,
    /// Name without a host.
    pub username: String,
    /// Name, with the host for accounts elsewhere.
    pub acct: String,
    /// Name as people read it.
    pub display_name: String,
    /// Whether it decides on each follower itself.
    pub locked: bool,
    /// Whether a program speaks.
    pub bot: bool,
    /// Whether it is a Forum.
    pub group: bool,
    /// Whether it agreed to stand in lists.
    pub discoverable: bool,
    /// Whether its public posts may be searched.
    pub indexable: bool,
    /// Whether search engines are asked to stay away; ours only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noindex: Option<bool>,
    /// The day on which it joined.
    pub created_at: String,
    /// Safe HTML about itself.
    pub note: String,
    /// Its page.
    pub url: String,
    /// Its identity on the wire.
    pub uri: String,
    /// Picture.
    pub avatar: String,
    /// The same without movement.
    pub avatar_static: String,
    /// What the picture shows.
    pub avatar_description: String,
    /// Wide picture.
    pub header: String,
    /// The same without movement.
    pub header_static: String,
    /// What the wide picture shows.
    pub header_description: String,
    /// Followers we know of.
    pub followers_count: i64,
    /// Whom it follows, as far as we know.
    pub following_count: i64,
    /// Contributions we have.
    pub statuses_count: i64,
    /// The day of the last one.
    pub last_status_at: Option<String>,
    /// Whether it hides whom it follows; unknown for accounts elsewhere.
    pub hide_collections: Option<bool>,
    /// Emoji in its texts.
    pub emojis: Vec<CustomEmoji>,
    /// Rows of its profile.
    pub fields: Vec<Field>,
    /// Roles that are shown.
    pub roles: Vec<Value>,
    /// Where it moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<Box<Account>>,
    /// Present when our moderators shut it out, or it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended: Option<bool>,
    /// Present when our moderators limited it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limited: Option<bool>,
    /// Until when the asking account does not want to hear it; only in the list of those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mute_expires_at: Option<Option<String>>,
}

/// A row of a profile.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    /// What it is about.
    pub name: String,
    /// Safe HTML.
    pub value: String,
    /// When the link was seen to lead back.
    pub verified_at: Option<String>,
}

impl Field {
    /// A row with plain parts.
    pub fn new(name: &str, value: &str, verified_at: Option<Timestamp>) -> Self {
        Self { name: name.to_owned(), value: value.to_owned(), verified_at: verified_at.map(date) }
    }
}

/// Renders an account. Local names carry no host; pictures are never missing.
pub fn account(view: &AccountView, site: &Site) -> Account {
    let account = &view.account;
    let (local, profile) = (account.is_local(), view.profile.as_ref());
    let gone = account.state == AccountState::Deleted || account.standing == HostStanding::Suspended;
    let shown = |text: &str| if gone { String::new() } else { text.to_owned() };
    let shown_as = |purpose| account_picture(account, purpose, &site.origin).filter(|_| !gone);
    let avatar = shown_as(Purpose::Avatar).unwrap_or_else(|| format!("{}/assets/avatar.png", site.origin));
    let header = shown_as(Purpose::Header).unwrap_or_else(|| format!("{}/assets/header.png", site.origin));
    Account {
        id: id(account.id.get()),
        username: account.name.clone(),
        acct: if local { account.name.clone() } else { account.handle().to_string() },
        display_name: shown(&account.display_name),
        locked: account.locked,
        bot: matches!(account.kind, AccountKind::Service | AccountKind::Application)
            || profile.is_some_and(|profile| profile.bot),
        group: account.kind == AccountKind::Forum,
        discoverable: account.discoverable,
        indexable: profile.is_some_and(|profile| profile.indexable),
        noindex: local.then_some(!account.discoverable),
        created_at: day(account.created_at),
        note: shown(&account.summary),
        url: picture(Some(&account.url)).unwrap_or_else(|| account.uri.to_string()),
        uri: account.uri.to_string(),
        avatar_static: avatar.clone(),
        avatar,
        avatar_description: String::new(),
        header_static: header.clone(),
        header,
        header_description: String::new(),
        followers_count: view.followers,
        following_count: view.following,
        statuses_count: view.contributions,
        last_status_at: view.last_at.map(Timestamp::to_date),
        hide_collections: local.then(|| profile.is_some_and(|profile| profile.hides_collections)),
        emojis: emojis(&view.emojis, site),
        fields: if gone { Vec::new() } else { fields(view) },
        roles: Vec::new(),
        moved: view.moved.as_ref().map(|moved| Box::new(self::account(moved, site))),
        suspended: gone.then_some(true),
        limited: (account.standing == HostStanding::Limited).then_some(true),
        mute_expires_at: None,
    }
}

/// The rows of a profile; those of accounts here are kept as they were typed.
fn fields(view: &AccountView) -> Vec<Field> {
    let rows = view.profile.as_ref().map(|profile| profile::Field::read_all(&profile.fields));
    let row = |row: profile::Field| {
        let typed = view.account.is_local();
        let value = if typed { markdown::inline(&row.value).as_str().to_owned() } else { row.value };
        Field { name: row.name, value, verified_at: row.verified_at.map(date) }
    };
    rows.unwrap_or_default().into_iter().map(row).collect()
}

/// Renders a list of accounts.
pub fn accounts(views: &[AccountView], site: &Site) -> Vec<Account> {
    views.iter().map(|view| account(view, site)).collect()
}

/// An address that every client can read: absolute, percent-encoded, `http(s)`.
pub fn picture(address: Option<&str>) -> Option<String> {
    let url = Url::parse(address?).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.into())
}
