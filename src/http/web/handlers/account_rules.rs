//! Single accounts: finding them, deciding about them, and what a decision takes.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::again::again;
use super::ask::refused;
use super::{Answer, cut, key, page, then};
use crate::domain::account::Account;
use crate::domain::account_rule::{AccountDecision, AccountRule};
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::confirm::ConfirmPage;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Choice, Mistakes};
use crate::http::web::layout::Section;
use crate::http::web::ledger::{Cell, LedgerPage, Search};
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
use crate::services::account_rules as service;
use crate::store::{account_rules, accounts};
use crate::text::plain::strip_format_chars;

/// Accounts on one page.
const PAGE: usize = 100;
/// The field that says that the consequences were read.
const CONFIRMED: &str = "confirmed";
/// The fields of the form.
const FIELDS: [&str; 5] = ["standing", "frozen", "sensitive", "public_comment", "private_comment"];

/// `GET /admin/accounts`: accounts about which there are rules, or those that somebody looks for.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Accounts)?;
    let query = visit.asked("q").unwrap_or_default().trim().trim_start_matches('@').to_lowercase();
    let after = visit.asked("after").unwrap_or_default();
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let found = data.app.db.read(|conn| {
        let mut found = Vec::new();
        for account in account_rules::page(conn, &query, &after, limit)? {
            let rule = account_rules::of(conn, account.id)?;
            found.push((account, rule));
        }
        Ok(found)
    });
    let mut found = found.await?;
    let more = cut(&mut found, PAGE);
    let link = |after: &str| {
        let pairs = [("q", query.as_str()), ("after", after)];
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("/admin/accounts?{query}").into()
    };
    let pager = Pager {
        newer: (!after.is_empty()).then(|| link("")),
        older: found.last().filter(|_| more).map(|(last, _)| link(&last.handle)),
    };
    let row = |(account, rule): &(Account, Option<AccountRule>)| {
        vec![
            Cell::link(&account.handle, format!("/admin/accounts/{}", account.id)),
            Cell::text(account.title()),
            Cell::text(rule.as_ref().map_or("Nothing decided".to_owned(), decided)),
            Cell::text(present::moment(account.id.minted_at()).day()),
            Cell::text(rule.as_ref().map(|rule| rule.private_comment.clone()).unwrap_or_default()),
        ]
    };
    page(&LedgerPage {
        layout: visit.private_layout("Accounts", Section::Administration),
        heading: "Accounts".to_owned(),
        lead: "Look for a person or an organization, here or elsewhere, to decide about it. Without a search you see \
               those about whom something was decided."
            .to_owned(),
        facts: Vec::new(),
        ways: Vec::new(),
        nothing: "No account fits.".to_owned(),
        heads: vec!["Address", "Name", "Decided", "Known here since", "Reason for those who decide"],
        rows: found.iter().map(row).collect(),
        action: "/admin/accounts".into(),
        buttons: Vec::new(),
        search: Some(Search { action: "/admin/accounts".into(), label: "name@social.example", query }),
        pager,
    })
}

/// `GET /admin/accounts/{id}`: one account, and the rule about it.
pub async fn show(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    visit.may(Permission::Accounts)?;
    let account = find(&data, &id).await?;
    let rule = data.app.db.read(|conn| Ok(account_rules::of(conn, account.id)?)).await?;
    let decision = rule.map(|rule| rule.decision()).unwrap_or_default();
    form(&visit, &account, &decision, Mistakes::default())
}

/// `POST /admin/accounts/{id}`: shows what follows, and decides when that was read.
pub async fn decide(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.may(Permission::Accounts)?.id;
    let account = find(&data, &id).await?;
    let (decision, mistakes) = read(&fields);
    if !mistakes.is_empty() {
        return refused(form(&visit, &account, &decision, mistakes));
    }
    if fields.get(CONFIRMED) != decision.words() {
        return confirm(&data, &visit, &account, &decision, &fields).await;
    }
    let decided = data.app.db.write(|tx| service::decide(tx, Some(user), account.id, &decision)).await;
    if let Err(error) = decided {
        return again(error, |mistakes| form(&visit, &account, &decision, mistakes));
    }
    then(&format!("/admin/accounts/{id}?note=changed"))
}

async fn find(data: &Data<Federation>, id: &str) -> Result<Account, PageError> {
    let id: Id<Account> = key(id)?;
    data.app.db.read(|conn| Ok(accounts::by_id(conn, id)?)).await?.ok_or_else(PageError::not_found)
}

fn read(fields: &Fields) -> (AccountDecision, Mistakes) {
    let mut mistakes = Mistakes::default();
    let text = |name: &str| strip_format_chars(fields.get(name).trim());
    let standing = HostStanding::parse(fields.get("standing")).unwrap_or_else(|| {
        mistakes.add("standing", "Choose what is decided.");
        HostStanding::Unknown
    });
    let decision = AccountDecision {
        standing,
        sensitive: fields.get("sensitive") == "yes",
        frozen: fields.get("frozen") == "yes",
        public_comment: text("public_comment"),
        private_comment: text("private_comment"),
    };
    for (field, why) in decision.mistakes() {
        mistakes.add(field, why);
    }
    (decision, mistakes)
}

async fn confirm(
    data: &Data<Federation>,
    visit: &Visit,
    account: &Account,
    decision: &AccountDecision,
    fields: &Fields,
) -> Answer {
    let loaded =
        data.app.db.read(|conn| Ok((service::preview(conn, account)?, account_rules::of(conn, account.id)?)));
    let (touched, before) = loaded.await?;
    let before = before.as_ref().map(AccountRule::decision).unwrap_or_default();
    if before == *decision || before.is_none() && decision.is_none() {
        let why = "This is what holds already: nothing would change.";
        return refused(form(visit, account, decision, Mistakes::one("standing", why)));
    }
    let mut hidden: Vec<(&'static str, String)> =
        FIELDS.map(|field| (field, fields.get(field).to_owned())).into();
    hidden.push((CONFIRMED, decision.words()));
    let public = if decision.public_comment.is_empty() {
        " Nobody but those who decide reads of it."
    } else {
        " Everybody can read the decision and its reason on the page “Decisions of the moderators”."
    };
    let mut said = touched.of_account((&before, decision), account.is_local());
    said.and(public);
    let path = format!("/admin/accounts/{}", account.id);
    page(&ConfirmPage {
        layout: visit.private_layout("Decide about an account", Section::Administration),
        question: format!("{}: {}?", account.handle, words(decision)),
        consequence: said.below_each_other(),
        action: path.as_str().into(),
        fields: hidden,
        button: "Decide so".to_owned(),
        back: path.into(),
    })
}

fn words(decision: &AccountDecision) -> String {
    let mut words = Vec::new();
    if decision.standing != HostStanding::Unknown {
        words.push(label(decision.standing));
    }
    words.extend(decision.frozen.then_some("frozen"));
    words.extend(decision.sensitive.then_some("pictures hidden at first"));
    if words.is_empty() { "take every rule back".to_owned() } else { words.join(", ").to_lowercase() }
}

/// What a rule says, in a few words.
fn decided(rule: &AccountRule) -> String {
    words(&rule.decision())
}

const fn label(standing: HostStanding) -> &'static str {
    match standing {
        HostStanding::Unknown => "Nothing decided",
        HostStanding::Approved => "Let in",
        HostStanding::Limited => "Limited",
        HostStanding::Suspended => "Suspended",
    }
}

fn hint(standing: HostStanding, local: bool) -> &'static str {
    match standing {
        HostStanding::Unknown => "No rule; what an earlier one took is given back.",
        HostStanding::Approved => "What it writes is shown at once, whatever holds for its server.",
        HostStanding::Limited if local => "It reaches those who follow it and stands in no public list.",
        HostStanding::Limited => "Members go on seeing what it writes; the public does not.",
        HostStanding::Suspended => "It disappears from this site, in both directions.",
    }
}

fn form(visit: &Visit, account: &Account, decision: &AccountDecision, mistakes: Mistakes) -> Answer {
    let since = present::moment(account.id.minted_at()).day();
    let whence = if account.is_local() {
        format!("A member of this site since {since}")
    } else {
        let says = present::moment(account.created_at).day();
        format!("From another server, known here since {since}, says it exists since {says}")
    };
    let mut fields = fields(account.is_local(), decision);
    fields.extend(waves(visit, account));
    let page_of = Link::new(account.title(), present::account_path(account));
    page(&FormPage {
        layout: visit.private_layout(account.handle.clone(), Section::Administration),
        heading: account.handle.clone(),
        lead: format!("{whence}. You are shown what follows before anything is done."),
        about: Some(page_of),
        action: format!("/admin/accounts/{}", account.id).into(),
        fields,
        mistakes,
        button: "Show what follows".to_owned(),
        back: "/admin/accounts".into(),
    })
}

/// Where what it or its server said lately is removed in one step.
fn waves(visit: &Visit, account: &Account) -> Option<Field> {
    let (_, host) = account.handle.rsplit_once('@').filter(|_| !account.is_local())?;
    let links = vec![
        Link::new("What it said lately", format!("/admin/remove?by=author&of={}", account.id)),
        Link::new(format!("What came from {host} lately"), format!("/admin/remove?by=host&of={host}")),
    ];
    let remove = Field::new(
        "remove",
        "Remove a wave.",
        "What it has sent already goes in one step; you are shown first how much that is.",
        FieldKind::Remarks(links),
        "",
    );
    visit.has(Permission::Rules).then_some(remove)
}

fn fields(local: bool, decision: &AccountDecision) -> Vec<Field> {
    let offered =
        [HostStanding::Unknown, HostStanding::Approved, HostStanding::Limited, HostStanding::Suspended];
    let offered = offered.into_iter().filter(|one| !(local && *one == HostStanding::Approved));
    let choice = |one: HostStanding| Choice {
        hint: hint(one, local).to_owned(),
        ..Choice::new(one.word(), label(one), decision.standing == one)
    };
    let pair = |no: &str, yes: &str, chosen: bool| {
        FieldKind::Select(vec![Choice::new("no", no, !chosen), Choice::new("yes", yes, chosen)])
    };
    let (no, yes, about) = if local {
        (
            "May take part",
            "May read what members read, and nothing else",
            "A frozen member signs in and reads as before, is shown why above every page, and can object.",
        )
    } else {
        ("Taken in", "Not taken in", "What is here already stays as it is.")
    };
    vec![
        Field::new("standing", "What is decided?", "", FieldKind::Radios(offered.map(choice).collect()), ""),
        Field::new(
            "frozen",
            if local { "Freeze" } else { "New contributions" },
            about,
            pair(no, yes, decision.frozen),
            "",
        ),
        Field::new(
            "sensitive",
            "Pictures and recordings",
            "Whatever the account says about them itself.",
            pair("Shown as their author wants", "Hidden until a reader asks", decision.sensitive),
            "",
        ),
        Field::text(
            "public_comment",
            "Reason that everybody may read",
            "With a reason the decision stands on the page “Decisions of the moderators”; without one it does not.",
            &decision.public_comment,
            2,
        ),
        Field::text(
            "private_comment",
            "Reason for those who decide",
            "Moderators and administrators read it.",
            &decision.private_comment,
            2,
        ),
    ]
}
