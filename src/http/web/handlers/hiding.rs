//! Whom a member does not want to see: muting, blocking, blocking a whole server, and taking it back.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::account::find;
use super::again::{come_back, what_was_wrong};
use super::ask::refused;
use super::{Answer, cut, key, page, then};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::domain::relation::{Mute, Relationship};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
use crate::services::relations as service;
use crate::store::page::Page;
use crate::store::{Conn, Error, accounts, mutes, relationships};

const PATH: &str = "/settings/hidden";
/// Rows on one page.
const PAGE: usize = 100;
/// How long a mute may last, in seconds; 0 for ever.
const DURATIONS: [(&str, &str); 6] = [
    ("0", "Until you take it back"),
    ("3600", "For an hour"),
    ("86400", "For a day"),
    ("604800", "For a week"),
    ("2592000", "For 30 days"),
    ("31536000", "For a year"),
];

/// What is done about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Mute,
    Block,
    Host,
    Nothing,
}

impl Deed {
    const ALL: [Self; 4] = [Self::Mute, Self::Block, Self::Host, Self::Nothing];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Mute => "mute",
            Self::Block => "block",
            Self::Host => "host",
            Self::Nothing => "nothing",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.as_str() == word)
    }

    fn label(self, other: &Account) -> String {
        match self {
            Self::Mute => "Mute".to_owned(),
            Self::Block => "Block".to_owned(),
            Self::Host => format!("Block everything on {}", other.uri.host()),
            Self::Nothing => "Hide nothing".to_owned(),
        }
    }

    const fn hint(self) -> &'static str {
        match self {
            Self::Mute => "Lists and threads leave out what it writes, for you alone. It is told nothing.",
            Self::Block => {
                "Neither of you follows the other any longer, and what it writes is left out for you. Its server is \
                 told, so that it leaves you out, too."
            }
            Self::Host => {
                "You follow nobody there and nobody there follows you any longer, and what comes from there is left \
                 out for you. Follows do not come back when you take it back."
            }
            Self::Nothing => "What you decided before about it or its server is taken back.",
        }
    }
}

/// `GET /@{name}/hide`: what a member wants of somebody.
pub async fn ask(data: Data<Federation>, visit: Visit, Path(name): Path<String>) -> Answer {
    let (other, stands) = one_to_hide(&data, &visit, &name).await?;
    form(&visit, &stands, &other, Mistakes::default())
}

/// An account, and how the member stands to it.
async fn one_to_hide(
    data: &Data<Federation>,
    visit: &Visit,
    name: &str,
) -> Result<(Account, Relationship), PageError> {
    let me = visit.member()?.account.id;
    let now = data.app.clock().now();
    let loaded = data.app.db.read(|conn| {
        let other = find(conn, visit, name)?;
        let stands = relationships::of(conn, me, &[other.id], now)?.remove(&other.id);
        Ok((other, stands.unwrap_or_default()))
    });
    Ok(loaded.await?)
}

fn form(visit: &Visit, stands: &Relationship, other: &Account, mistakes: Mistakes) -> Answer {
    let path = present::account_path(other);
    page(&FormPage {
        layout: visit.private_layout(format!("Hide {}", other.title()), Section::Elsewhere),
        heading: format!("What you want to see of {}", other.title()),
        lead: state(stands, other),
        about: Some(Link::new(other.handle.clone(), path.clone())),
        action: format!("{path}/hide").into(),
        fields: fields(stands, other),
        mistakes,
        button: "Do so".to_owned(),
        back: path.into(),
    })
}

/// `POST /@{name}/hide`.
pub async fn hide(
    data: Data<Federation>,
    Path(name): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let me = &visit.member()?.account;
    let (deed, seconds) = (Deed::parse(fields.get("deed")), duration(&fields));
    let (Some(deed), Some(seconds)) = (deed, seconds) else {
        let mut wrong = Mistakes::default();
        if deed.is_none() {
            wrong.add("deed", "Choose what is to be done.");
        }
        if seconds.is_none() {
            wrong.add("duration", "Choose how long.");
        }
        let (other, stands) = one_to_hide(&data, &visit, &name).await?;
        return refused(form(&visit, &stands, &other, wrong));
    };
    let keep_away = fields.get("notifications") != "told";
    let path = data.app.db.write(|tx| {
        let other = find(tx, &visit, &name)?;
        match deed {
            Deed::Mute => service::mute(tx, me, &other, keep_away, Some(seconds))?,
            Deed::Block => service::block_from_here(tx, me, &other)?,
            Deed::Host if other.is_local() => {
                return Err(Refusal::invalid("deed", "this is your own server").into());
            }
            Deed::Host => service::mute_host(tx, me, other.uri.host())?,
            Deed::Nothing => {
                service::unmute(tx, me, &other)?;
                service::unblock_from_here(tx, me, &other)?;
                service::unmute_host(tx, me, other.uri.host())?;
            }
        }
        Ok(present::account_path(&other))
    });
    match path.await {
        Ok(path) => then(&format!("{path}?note=changed")),
        Err(error) => {
            let (status, mut wrong) = what_was_wrong(error)?;
            // The refusals of this are about whom it is done to, which the deed says.
            wrong.0.iter_mut().for_each(|one| one.field = "deed");
            let (other, stands) = one_to_hide(&data, &visit, &name).await?;
            come_back(status, form(&visit, &stands, &other, wrong))
        }
    }
}

fn duration(fields: &Fields) -> Option<i64> {
    let known = DURATIONS.iter().find(|(value, _)| *value == fields.get("duration"));
    known.and_then(|(value, _)| value.parse().ok())
}

/// How the member stands to the account, in a sentence.
fn state(stands: &Relationship, other: &Account) -> String {
    let mut words = Vec::new();
    words.extend(stands.mute.as_ref().map(|mute| format!("You mute it {}.", how_long(mute))));
    words.extend(stands.blocking.then(|| "You block it.".to_owned()));
    words.extend(stands.host_muted.then(|| format!("You block everything on {}.", other.uri.host())));
    if words.is_empty() { "You see what it writes.".to_owned() } else { words.join(" ") }
}

fn how_long(mute: &Mute) -> String {
    let told = if mute.notifications { "" } else { ", and are still told what it does about you" };
    let until = mute.expires_at.map(|at| format!("until {}", present::moment(at).minute()));
    format!("{}{told}", until.unwrap_or_else(|| "until you take it back".to_owned()))
}

fn fields(stands: &Relationship, other: &Account) -> Vec<Field> {
    let now = match stands {
        stands if stands.host_muted => Deed::Host,
        stands if stands.blocking => Deed::Block,
        stands if stands.mute.is_some() => Deed::Mute,
        _ => Deed::Nothing,
    };
    let offered = Deed::ALL.into_iter().filter(|deed| *deed != Deed::Host || !other.is_local());
    let choice = |deed: Deed| Choice {
        hint: deed.hint().to_owned(),
        ..Choice::new(deed.as_str(), deed.label(other), deed == now)
    };
    let duration = DURATIONS.map(|(value, label)| Choice::new(value, label, value == "0"));
    let told = stands.mute.as_ref().is_some_and(|mute| !mute.notifications);
    let notifications =
        vec![Choice::new("kept", "Kept away, too", !told), Choice::new("told", "Still shown", told)];
    vec![
        Field::new("deed", "What do you want?", "", FieldKind::Radios(offered.map(choice).collect()), ""),
        Field::new("duration", "How long?", "Counts for a mute.", FieldKind::Select(duration.to_vec()), ""),
        Field::new(
            "notifications",
            "Notifications",
            "Whether you are told when it answers or names you. Counts for a mute.",
            FieldKind::Select(notifications),
            "",
        ),
    ]
}

/// `GET /settings/hidden`: everything that is hidden, the latest first.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    let me = visit.member()?.account.id;
    let before = visit.asked("before").and_then(|text| text.parse::<i64>().ok());
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let wanted = Page { max_id: before, ..Page::first(limit) };
    let now = data.app.clock().now();
    let rows = data.app.db.read(|conn| {
        let mut rows: Vec<(i64, Vec<Cell>)> = Vec::new();
        let blocked = relationships::blocked(conn, me, wanted)?;
        rows.extend(blocked.iter().map(|(key, account)| (*key, whom(account, "blocked", "unblock"))));
        for (mute, account) in mutes::page(conn, me, now, wanted)? {
            rows.push((mute.id.get(), whom(&account, &format!("muted {}", how_long(&mute)), "unmute")));
        }
        let hosts = mutes::hosts_page(conn, me, wanted)?;
        rows.extend(hosts.into_iter().map(|(key, host)| (key, whole(&host))));
        Ok(rows)
    });
    let mut rows = rows.await?;
    rows.sort_by_key(|(key, _)| std::cmp::Reverse(*key));
    let more = cut(&mut rows, PAGE);
    let older = rows.last().filter(|_| more).map(|(key, _)| format!("{PATH}?before={key}").into());
    page(&LedgerPage {
        layout: visit.private_layout("What you do not want to see", Section::Elsewhere),
        heading: "What you do not want to see".to_owned(),
        lead: "Only you read this list. Open the page of somebody to mute or to block them.".to_owned(),
        facts: Vec::new(),
        ways: vec![
            Link::new("Words that you do not want to read", "/settings/filters"),
            Link::new("Of whom you want to be told", "/settings/notifications"),
        ],
        search: None,
        nothing: "You see everything.".to_owned(),
        heads: vec!["Who", "What", ""],
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        action: PATH.into(),
        buttons: Vec::new(),
        pager: Pager { newer: before.map(|_| PATH.into()), older },
    })
}

fn whom(account: &Account, what: &str, verb: &str) -> Vec<Cell> {
    let button = (format!("{verb} {}", account.id), "Take it back".to_owned());
    vec![
        Cell::link(account.handle.clone(), present::account_path(account)),
        Cell::text(what),
        Cell::buttons(vec![button]),
    ]
}

fn whole(host: &str) -> Vec<Cell> {
    let button = (format!("host {host}"), "Take it back".to_owned());
    vec![Cell::text(host), Cell::text("everything on this server is blocked"), Cell::buttons(vec![button])]
}

/// `POST /settings/hidden`: takes one of them back.
pub async fn take_back(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let me = &visit.member()?.account;
    let (verb, of) = fields.get("do").split_once(' ').ok_or_else(PageError::not_found)?;
    let db = &data.app.db;
    match verb {
        "host" => db.write(|tx| service::unmute_host(tx, me, of)).await?,
        "unblock" => {
            let id = key(of)?;
            db.write(|tx| {
                let other = one(tx, id)?;
                service::unblock_from_here(tx, me, &other)
            })
            .await?;
        }
        "unmute" => {
            let id = key(of)?;
            db.write(|tx| {
                let other = one(tx, id)?;
                service::unmute(tx, me, &other)
            })
            .await?;
        }
        _ => return Err(PageError::not_found()),
    }
    then(&format!("{PATH}?note=changed"))
}

fn one(conn: &mut Conn, id: Id<Account>) -> Result<Account, Error> {
    accounts::by_id(conn, id)?.ok_or_else(|| Refusal::NotFound.into())
}
