//! Relations that decisions of the moderators ended, as those read it who lost them.

use std::collections::HashMap;

use activitypub_federation::config::Data;

use super::{Answer, page};
use crate::clock::Timestamp;
use crate::domain::account::Account;
use crate::domain::id::Id;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::map_files;
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
use crate::store::{Conn, Error, account_rules, accounts, withheld};

/// Relations on the page.
const SHOWN: i64 = 500;
/// The columns of the file.
const COLUMNS: [&str; 6] = ["account", "other", "other_uri", "relation", "severed_on", "because_of"];

/// A relation that ended.
struct Ended {
    /// Who of ours lost it.
    own: Id<Account>,
    /// The other one.
    other: Account,
    /// Whether ours followed the other.
    outward: bool,
    /// When.
    at: Timestamp,
    /// The server that was suspended; blank where it was one of the two accounts.
    host: String,
}

/// `GET /settings/severed`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    visit.member()?;
    let ended = load(&data, &visit, SHOWN).await?;
    let row = |one: &Ended| {
        let what = if one.outward { "no longer followed from here" } else { "no longer follows" };
        let why = match one.host.as_str() {
            "" => "one of the two accounts was suspended".to_owned(),
            host => format!("{host} was suspended"),
        };
        let whose = visit.voice(one.own).map(|voice| voice.title().to_owned()).unwrap_or_default();
        vec![
            Cell::link(one.other.handle.clone(), one.other.uri.as_str()),
            Cell::text(what),
            Cell::text(whose),
            Cell::text(present::moment(one.at).day()),
            Cell::text(why),
        ]
    };
    page(&LedgerPage {
        layout: visit.private_layout("Severed relations", Section::Elsewhere),
        heading: "Relations that decisions of the moderators ended".to_owned(),
        lead:
            "When the administrators suspend a server or an account, nobody here follows anybody there, nor the other \
               way round. If they take that back, these relations stand again by themselves."
                .to_owned(),
        facts: Vec::new(),
        ways: vec![Link::new("All of them as a file", "/settings/severed.csv")],
        search: None,
        nothing: "None of yours was ended.".to_owned(),
        heads: vec!["Who", "What", "Of whom", "Since", "Because"],
        rows: ended.iter().map(row).collect(),
        action: "/settings/severed".into(),
        buttons: Vec::new(),
        pager: Pager::default(),
    })
}

/// `GET /settings/severed.csv`.
pub async fn download(data: Data<Federation>, visit: Visit) -> Answer {
    visit.member()?;
    let ended = load(&data, &visit, i64::MAX).await?;
    let line = |one: Ended| {
        vec![
            visit.voice(one.own).map(|voice| voice.handle.clone()).unwrap_or_default(),
            one.other.handle,
            one.other.uri.to_string(),
            if one.outward { "followed" } else { "follower" }.to_owned(),
            one.at.to_date(),
            if one.host.is_empty() { "account".to_owned() } else { one.host },
        ]
    };
    let text = map_files::table(&COLUMNS, ended.into_iter().map(line));
    Ok(map_files::csv_file("severed_relationships", text))
}

async fn load(data: &Data<Federation>, visit: &Visit, limit: i64) -> Result<Vec<Ended>, PageError> {
    let voices: Vec<Id<Account>> = visit.voices().iter().map(|voice| voice.id).collect();
    Ok(data.app.db.read(|conn| of(conn, &voices, limit)).await?)
}

/// What these accounts lost, the latest first.
fn of(conn: &mut Conn, voices: &[Id<Account>], limit: i64) -> Result<Vec<Ended>, Error> {
    let mut rows = Vec::new();
    for (host, row) in withheld::severed_of(conn, voices, limit)? {
        rows.push((row.follower_id, row.followee_id, row.severed_at, host));
    }
    for row in account_rules::severed_of(conn, voices, limit)? {
        rows.push((row.follower_id, row.followee_id, row.severed_at, String::new()));
    }
    let ids: Vec<_> = rows.iter().flat_map(|(follower, followee, ..)| [*follower, *followee]).collect();
    let people: HashMap<Id<Account>, Account> =
        accounts::by_ids(conn, &ids)?.into_iter().map(|account| (account.id, account)).collect();
    let mut ended = Vec::new();
    for (follower, followee, at, host) in rows {
        let outward = voices.contains(&follower);
        let (own, other) = if outward { (follower, followee) } else { (followee, follower) };
        if let Some(other) = people.get(&other) {
            ended.push(Ended { own, other: other.clone(), outward, at, host });
        }
    }
    ended.sort_by_key(|one| std::cmp::Reverse(one.at));
    Ok(ended)
}
