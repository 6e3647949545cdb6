//! Networks from which nobody joins, or of which nothing is answered.

use std::net::IpAddr;

use activitypub_federation::config::Data;

use super::again::again;
use super::ask::refused;
use super::people::{last_day, until};
use super::{Answer, before, cut, key, page, pager, then};
use crate::domain::id::Id;
use crate::domain::network_rule::{self, Bar, NetworkRule, NewNetworkRule};
use crate::domain::permission::Permission;
use crate::federation::Federation;
use crate::http::extract::peer::Address;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::present;
use crate::http::web::shown::Link;
use crate::services::network_rules as service;
use crate::store::page::Page;
use crate::store::{network_rules, users};

const PATH: &str = "/admin/networks";
const NEW: &str = "/admin/networks/new";
/// The field that says that the consequences were read.
const CONFIRMED: &str = "confirmed";
/// The fields of a rule.
const FIELDS: [&str; 4] = ["network", "bar", "comment", "until"];
/// Rules on one page.
const PAGE: usize = 100;

/// `GET /admin/networks`.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Settings)?;
    let from: Option<Id<NetworkRule>> = before(&visit);
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let (now, bounds) = (data.app.clock().now(), Page { max_id: from.map(Id::get), ..Page::first(limit) });
    let loaded = data.app.db.read(|conn| Ok((network_rules::page(conn, now, &bounds)?, users::all(conn)?)));
    let (mut rules, known) = loaded.await?;
    let more = cut(&mut rules, PAGE);
    let older = rules.last().filter(|_| more).map(|rule| rule.id);
    let row = |rule: &NetworkRule| {
        let who = rule.user_id.and_then(|id| known.iter().find(|user| user.id == id));
        let end = rule.ends_at.map_or_else(|| "somebody takes it back".to_owned(), |end| last_day(end).day());
        vec![
            Cell::text(rule.network.clone()),
            Cell::text(meaning(rule.bar)),
            Cell::text(rule.comment.clone()),
            Cell::text(who.map_or("terminal", |user| user.name.as_str())),
            Cell::text(present::moment(rule.created_at).day()),
            Cell::text(end),
            Cell::buttons(vec![(rule.id.to_string(), "Take it back".to_owned())]),
        ]
    };
    page(&LedgerPage {
        layout: visit.private_layout("Networks", Section::Administration),
        heading: "Networks that are kept out".to_owned(),
        lead: "A rule about a network holds for every address in it. Nobody’s address is kept here: it is compared \
               with these rules while a request is answered, and forgotten."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![Link::new("Keep a network out", NEW)],
        search: None,
        nothing: "No network is kept out.".to_owned(),
        heads: vec!["Network", "From there", "Comment", "By", "On", "Until", ""],
        rows: rules.iter().map(row).collect(),
        action: PATH.into(),
        buttons: Vec::new(),
        pager: pager(PATH, older, from.is_none()),
    })
}

const fn meaning(bar: Bar) -> &'static str {
    match bar {
        Bar::Uninvited => "Nobody joins without an invitation, as everywhere",
        Bar::Joining => "Nobody joins",
        Bar::Everything => "Nothing is answered",
    }
}

/// `POST /admin/networks`: takes a rule back.
pub async fn undo(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Settings)?.id;
    let id: Id<NetworkRule> = key(fields.get("do"))?;
    data.app.db.write(|tx| service::undo(tx, Some(user), id)).await?;
    data.app.networks.forget();
    then(&format!("{PATH}?note=changed"))
}

/// `GET /admin/networks/new`.
pub async fn ask(visit: Visit) -> Answer {
    visit.may(Permission::Settings)?;
    form(&visit, &Fields::default(), Mistakes::default())
}

/// `POST /admin/networks/new`: says what follows, and makes the rule when that was read.
pub async fn make(data: Data<Federation>, Address(own): Address, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Settings)?.id;
    let new = match read(&data, own, &fields) {
        Ok(new) => new,
        Err(mistakes) => return refused(form(&visit, &fields, mistakes)),
    };
    if fields.get(CONFIRMED) != "yes" {
        return confirm(&visit, &new, &fields);
    }
    let proxies = &data.app.config.site.proxies;
    let made = data.app.db.write(|tx| service::put(tx, Some(user), (None, &new), (proxies, own)));
    match made.await {
        Ok(_) => {
            data.app.networks.forget();
            then(&format!("{PATH}?note=changed"))
        }
        Err(error) => again(error, |mistakes| form(&visit, &fields, mistakes)),
    }
}

fn read(data: &Data<Federation>, own: Option<IpAddr>, fields: &Fields) -> Result<NewNetworkRule, Mistakes> {
    let mut mistakes = Mistakes::default();
    let network = network_rule::parse(fields.get("network")).map_err(|why| mistakes.add("network", why));
    let ends_at = until(fields).map_err(|why| mistakes.add("until", why));
    let bar = Bar::parse(fields.get("bar"));
    if bar.is_none() {
        mistakes.add("bar", "Choose what is kept out.");
    }
    let (Ok(network), Some(bar), Ok(ends_at)) = (network, bar, ends_at) else { return Err(mistakes) };
    let comment = crate::text::plain::strip_format_chars(fields.get("comment"));
    let new = NewNetworkRule { network, bar, comment, ends_at };
    match new.accept(data.app.clock().now(), (&data.app.config.site.proxies, own)) {
        Ok(()) => Ok(new),
        Err((field, why)) => Err(Mistakes::one(field, why)),
    }
}

fn confirm(visit: &Visit, new: &NewNetworkRule, fields: &Fields) -> Answer {
    let what = match new.bar {
        Bar::Uninvited => {
            "Nothing changes: people join by invitation wherever they are. The rule only notes what you know of the \
             network."
        }
        Bar::Joining => {
            "Invitations cannot be used from there; they stay good elsewhere. Whoever has an account goes on as \
             before, and so do readers and servers."
        }
        Bar::Everything => {
            "Nothing that comes from there is answered: no reader, no member, no app, and no server. Servers that \
             stand there hear of what is said here, and cannot answer. It holds within a second."
        }
    };
    let end = match new.ends_at {
        Some(end) => format!("It ends after {}.", last_day(end).day()),
        None => "It holds until somebody takes it back.".to_owned(),
    };
    let mut hidden: Vec<(&'static str, String)> =
        FIELDS.map(|field| (field, fields.get(field).to_owned())).into();
    hidden.push((CONFIRMED, "yes".to_owned()));
    page(&ConfirmPage {
        layout: visit.private_layout("Keep a network out", Section::Administration),
        question: format!("From {}: {}?", new.network, new.bar.sentence()),
        consequence: format!("{what} {end}"),
        action: NEW.into(),
        fields: hidden,
        button: "Make the rule".to_owned(),
        back: PATH.into(),
    })
}

fn form(visit: &Visit, fields: &Fields, mistakes: Mistakes) -> Answer {
    let hint = |bar: Bar| match bar {
        Bar::Joining => "Invitations cannot be used from there.",
        Bar::Everything => "No reader, no member, no app and no server that is there gets an answer.",
        Bar::Uninvited => "It changes nothing, and notes what you know of the network.",
    };
    let choice = |bar: Bar| Choice {
        hint: hint(bar).to_owned(),
        ..Choice::new(bar.word(), meaning(bar), fields.get("bar") == bar.word())
    };
    page(&FormPage {
        layout: visit.private_layout("Keep a network out", Section::Administration),
        heading: "Keep a network out".to_owned(),
        lead: "Networks change hands, and many people share an address: a rule with an end does less harm."
            .to_owned(),
        about: None,
        action: NEW.into(),
        fields: vec![
            Field::line(
                "network",
                "Network",
                "Such as 203.0.113.0/24 or 2001:db8::/32, or a single address.",
                fields.get("network"),
            ),
            Field::new("bar", "From there", "", FieldKind::Radios(Bar::ALL.map(choice).into()), ""),
            Field::line(
                "comment",
                "Comment",
                "For those who decide; may be left blank.",
                fields.get("comment"),
            ),
            Field::new(
                "until",
                "Until",
                "The last day; none where it holds until somebody takes it back.",
                FieldKind::Day,
                fields.get("until"),
            ),
        ],
        mistakes,
        button: "Show what follows".to_owned(),
        back: PATH.into(),
    })
}
