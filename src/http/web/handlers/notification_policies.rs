//! Of whom a member wants to be told, and what was put aside because of it.

use activitypub_federation::config::Data;

use super::{Answer, cut, key, page, then};
use crate::domain::account::Account;
use crate::domain::counting::counted;
use crate::domain::id::Id;
use crate::domain::notification::{Aside, Handling, Policy};
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
use crate::services::notifications as service;
use crate::store::{accounts, notification_policies};

const PATH: &str = "/settings/notifications";
/// Requests on one page.
const PAGE: usize = 100;
/// The rules: the field, of whom it speaks, and what that means.
const RULES: [(&str, &str, &str); 6] = [
    ("not_following", "Those whom you do not follow", "Until you let them through."),
    ("not_followers", "Those who do not follow you", "This includes those who began to follow you only now."),
    ("new_accounts", "New accounts", "Made within the last 30 days, by what their server says."),
    ("private_mentions", "Letters that nobody asked for", "Answers to letters of yours always arrive."),
    ("limited_accounts", "Accounts that moderators limited", "And those on servers that are limited."),
    ("bots", "Programs", "Accounts that say that they are one."),
];

/// The six fields of a policy in the order of the rules.
const fn chosen(policy: &Policy) -> [Handling; 6] {
    [
        policy.not_following,
        policy.not_followers,
        policy.new_accounts,
        policy.private_mentions,
        policy.limited_accounts,
        policy.bots,
    ]
}

const fn label(handling: Handling) -> &'static str {
    match handling {
        Handling::Accept => "Tell me",
        Handling::Filter => "Put it aside, and let me decide",
        Handling::Drop => "Keep nothing of it",
    }
}

/// `GET /settings/notifications`.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    let me = visit.member()?.account.id;
    let loaded = data
        .app
        .db
        .read(|conn| Ok((notification_policies::of(conn, me)?, notification_policies::aside(conn, me)?)));
    let (policy, aside) = loaded.await?;
    let waiting = i64::try_from(aside.len()).unwrap_or(i64::MAX);
    let field = |((name, label, hint), now): ((&'static str, &str, &str), Handling)| {
        Field::new(name, label, hint, FieldKind::Select(choices(now)), "")
    };
    page(&FormPage {
        layout: visit.private_layout("Of whom you want to be told", Section::Notifications),
        heading: "Of whom you want to be told".to_owned(),
        lead: "Where several of these fit, the strictest counts. Moderators always reach you.".to_owned(),
        about: (waiting > 0).then(|| {
            let label = format!("{} whose notifications were put aside", counted(waiting, "account"));
            Link::new(label, format!("{PATH}/requests"))
        }),
        action: PATH.into(),
        fields: RULES.into_iter().zip(chosen(&policy)).map(field).collect(),
        mistakes: Mistakes::default(),
        button: "Keep it so".to_owned(),
        back: "/notifications".into(),
    })
}

fn choices(now: Handling) -> Vec<Choice> {
    Handling::ALL.map(|one| Choice::new(one.as_str(), label(one), one == now)).into()
}

/// `POST /settings/notifications`.
pub async fn choose(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let me = visit.member()?.account.id;
    let policy = read(&fields);
    data.app.db.write(|tx| service::choose(tx, me, &policy)).await?;
    then(&format!("{PATH}?note=changed"))
}

fn read(fields: &Fields) -> Policy {
    let [not_following, not_followers, new_accounts, private_mentions, limited_accounts, bots] =
        RULES.map(|(name, ..)| Handling::parse(fields.get(name)).unwrap_or_default());
    Policy { not_following, not_followers, new_accounts, private_mentions, limited_accounts, bots }
}

/// `GET /settings/notifications/requests`: whose notifications wait.
pub async fn requests(data: Data<Federation>, visit: Visit) -> Answer {
    let me = visit.member()?.account.id;
    let before: Option<i64> = visit.asked("before").and_then(|text| text.parse().ok());
    let loaded = data.app.db.read(|conn| {
        let mut aside = notification_policies::aside(conn, me)?;
        aside.retain(|one| before.is_none_or(|key| one.last_id.get() < key));
        let more = cut(&mut aside, PAGE);
        let people: Vec<_> = aside.iter().map(|one| one.from).collect();
        Ok((accounts::by_ids(conn, &people)?, aside, more))
    });
    let (people, aside, more) = loaded.await?;
    let own = format!("{PATH}/requests");
    let older = aside.last().filter(|_| more).map(|one| format!("{own}?before={}", one.last_id).into());
    let known = |one: &Aside| people.iter().find(|account| account.id == one.from).map(|who| row(one, who));
    page(&LedgerPage {
        layout: visit.private_layout("What was put aside", Section::Notifications),
        heading: "What was put aside".to_owned(),
        lead: "Whom you let through you are told of from now on, and of what waits at once. Whom you put away may \
               come again."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![Link::new("Of whom you want to be told", PATH)],
        search: None,
        nothing: "Nothing waits.".to_owned(),
        heads: vec!["Who", "How much", "Last on", ""],
        rows: aside.iter().filter_map(known).collect(),
        action: own.as_str().into(),
        buttons: Vec::new(),
        pager: Pager { newer: before.map(|_| own.as_str().into()), older },
    })
}

fn row(aside: &Aside, who: &Account) -> Vec<Cell> {
    let button = |verb: &str, words: &str| (format!("{verb} {}", aside.from), words.to_owned());
    vec![
        Cell::link(who.handle.clone(), present::account_path(who)),
        Cell::text(counted(aside.count, "notification")),
        Cell::text(present::moment(aside.last).minute()),
        Cell::buttons(vec![button("accept", "Let through"), button("dismiss", "Put away")]),
    ]
}

/// `POST /settings/notifications/requests`.
pub async fn decide(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let me = visit.member()?.account.id;
    let (verb, of) = fields.get("do").split_once(' ').ok_or_else(PageError::not_found)?;
    let from: [Id<Account>; 1] = [key(of)?];
    let db = &data.app.db;
    match verb {
        "accept" => db.write(|tx| service::let_through(tx, me, &from)).await?,
        "dismiss" => db.write(|tx| service::dismiss(tx, me, &from)).await?,
        _ => return Err(PageError::not_found()),
    }
    then(&format!("{PATH}/requests?note=changed"))
}
