//! Rules that let contributions of others wait, and removing a whole wave of them in one step.

use activitypub_federation::config::Data;

use super::again::again;
use super::ask::refused;
use super::{Answer, key, page, then};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::content_rule::{ContentRule, NewRule, RuleKind};
use crate::domain::contribution::Contribution;
use crate::domain::counting::{counted, number, told};
use crate::domain::handle::Handle;
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
use crate::http::web::ledger::{Cell, LedgerPage};
use crate::http::web::present;
use crate::http::web::shown::{Link, Pager};
use crate::services::content_rules as service;
use crate::store::content_rules::{self, Wave};
use crate::store::{accounts, hosts, users};

/// The field that says that the consequences were read.
const CONFIRMED: &str = "confirmed";
/// The fields of a rule.
const FIELDS: [&str; 5] = ["kind", "pattern", "number", "minutes", "before"];
/// What came before a rule was made and waits, too, in hours.
const BEFORE: [(&str, &str); 4] = [
    ("0", "Only what comes from now on"),
    ("1", "Also what came in the last hour"),
    ("24", "Also what came in the last day"),
    ("168", "Also what came in the last week"),
];
/// How far back a removal may reach, in hours; 0 for everything.
const HOURS: [(&str, &str); 4] =
    [("1", "The last hour"), ("24", "The last day"), ("168", "The last week"), ("0", "Everything")];

/// `GET /admin/rules`.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Rules)?;
    let loaded = data
        .app
        .db
        .read(|conn| Ok((content_rules::all(conn)?, content_rules::counts(conn)?, users::all(conn)?)));
    let (rules, counts, known) = loaded.await?;
    let row = |rule: &ContentRule| {
        let who = rule.user_id.and_then(|id| known.iter().find(|user| user.id == id));
        let who = who.map_or("terminal", |user| user.name.as_str());
        let held = counts.get(&rule.id).copied().unwrap_or_default();
        let wave = format!("/admin/remove?by=rule&of={}", rule.id);
        let held = if held > 0 { Cell::link(counted(held, "text"), wave) } else { Cell::text("nothing") };
        vec![
            Cell::text(rule.typed().sentence()),
            held,
            Cell::text(who),
            Cell::text(present::moment(rule.created_at).day()),
            Cell::buttons(vec![(rule.id.to_string(), "Remove the rule".to_owned())]),
        ]
    };
    let gone = |(id, count): (&Id<ContentRule>, &i64)| {
        let wave = format!("/admin/remove?by=rule&of={id}");
        vec![
            Cell::text(service::REMOVED),
            Cell::link(counted(*count, "text"), wave),
            Cell::text(""),
            Cell::text(""),
            Cell::text(""),
        ]
    };
    let mut left: Vec<_> =
        counts.iter().filter(|(id, _)| !rules.iter().any(|rule| rule.id == **id)).collect();
    left.sort_by_key(|(id, _)| **id);
    page(&LedgerPage {
        layout: visit.private_layout("Rules about texts", Section::Administration),
        heading: "Which texts wait for you".to_owned(),
        lead: "What a rule catches is not deleted: members see it, the public does not, and it waits in the list of \
               what waits. Open the number beside a rule to delete all that it caught in one step. What was shown \
               before a rule was made comes back when you remove the rule."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![Link::new("Make a rule", "/admin/rules/new"), Link::new("What waits", "/admin/review")],
        search: None,
        nothing: "There are no rules.".to_owned(),
        heads: vec!["These texts wait", "Waiting now", "Made by", "On", ""],
        rows: rules.iter().map(row).chain(left.into_iter().map(gone)).collect(),
        action: "/admin/rules".into(),
        buttons: Vec::new(),
        pager: Pager::default(),
    })
}

/// `POST /admin/rules`: removes a rule.
pub async fn remove(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Rules)?.id;
    let id: Id<ContentRule> = key(fields.get("do"))?;
    data.app.db.write(|tx| service::remove(tx, Some(user), id)).await?;
    then("/admin/rules?note=changed")
}

/// `GET /admin/rules/new`.
pub async fn ask(visit: Visit) -> Answer {
    visit.may(Permission::Rules)?;
    form(&visit, &Fields::default(), Mistakes::default())
}

/// `POST /admin/rules/new`: shows what the rule would have held, and makes it when that was read.
pub async fn make(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Rules)?.id;
    let rule = match read(&fields) {
        Ok(rule) => rule,
        Err(mistakes) => return refused(form(&visit, &fields, mistakes)),
    };
    if fields.get(CONFIRMED) != "yes" {
        return confirm(&data, &visit, &rule, &fields).await;
    }
    let fitting = fitting(&data, &rule, &fields).await?;
    let made = data.app.db.write(|tx| {
        let made = service::make(tx, Some(user), &rule)?;
        let held = service::hold(tx, Some(user), &made, &fitting)?;
        Ok((made.id, held))
    });
    match made.await {
        Ok((_, 0)) => then("/admin/rules?note=changed"),
        Ok((id, _)) => then(&format!("/admin/remove?by=rule&of={id}&hours=0")),
        Err(error) => again(error, |mistakes| form(&visit, &fields, mistakes)),
    }
}

/// What is here already and waits because of a rule from now on.
async fn fitting(
    data: &Data<Federation>,
    rule: &NewRule,
    fields: &Fields,
) -> Result<Vec<Id<Contribution>>, PageError> {
    let hours: i64 = fields.get("before").parse().unwrap_or(0);
    if !(1..=168).contains(&hours) || !rule.kind.is_about_texts() {
        return Ok(Vec::new());
    }
    let since = data.app.clock().now().plus_seconds(-hours * 3600);
    Ok(data.app.db.read(|conn| service::fitting_since(conn, rule, since)).await?)
}

fn read(fields: &Fields) -> Result<NewRule, Mistakes> {
    let Some(kind) = RuleKind::parse(fields.get("kind")) else {
        return Err(Mistakes::one("kind", "Choose what the rule looks at."));
    };
    let number = |name: &str| fields.get(name).trim().parse().unwrap_or(0);
    let pattern = crate::text::plain::strip_format_chars(fields.get("pattern"));
    let mut rule = NewRule { kind, pattern, number: number("number"), minutes: number("minutes") };
    match rule.accept() {
        Ok(()) => Ok(rule),
        Err(_) => {
            let mut mistakes = Mistakes::default();
            for (field, why) in rule.mistakes() {
                mistakes.add(field, why);
            }
            Err(mistakes)
        }
    }
}

async fn confirm(data: &Data<Federation>, visit: &Visit, rule: &NewRule, fields: &Fields) -> Answer {
    let now = data.app.clock().now();
    let tried = data.app.db.read(|conn| service::try_out(conn, rule, now)).await?;
    let tried = match tried {
        Some((held, of)) => {
            let texts = if of == 1 { "text" } else { "texts" };
            format!(" In the last 30 days {held} of {of} {texts} would have waited.")
        }
        None => String::new(),
    };
    let here = match fitting(data, rule, fields).await?.len() {
        0 => "What is here already stays as it is.".to_owned(),
        some => {
            let said = (
                "of what is here already waits, too, and comes back when you remove the rule",
                "of what is here already wait, too, and come back when you remove the rule",
            );
            format!("{}.", told(number(some), "text", said))
        }
    };
    let mut hidden: Vec<(&'static str, String)> =
        FIELDS.map(|field| (field, fields.get(field).to_owned())).into();
    hidden.push((CONFIRMED, "yes".to_owned()));
    page(&ConfirmPage {
        layout: visit.private_layout("Make a rule", Section::Administration),
        question: format!("{}: should this wait from now on?", rule.sentence()),
        consequence: format!(
            "{here}{tried} Statements, questions and positions of organizations never wait \
             because of such a rule, nor does anything of members of this site."
        ),
        action: "/admin/rules/new".into(),
        fields: hidden,
        button: "Make the rule".to_owned(),
        back: "/admin/rules/new".into(),
    })
}

const fn label(kind: RuleKind) -> (&'static str, &'static str) {
    match kind {
        RuleKind::Words => ("Words", "Whole words, in any case; with a * the word may go on: cheap*"),
        RuleKind::Link => {
            ("Links to a server", "Its name, for example shop.example; names below it are meant, too.")
        }
        RuleKind::Links => ("Many links", "More links than the number below."),
        RuleKind::FirstTime => {
            ("New authors", "The first text of everybody whom nobody here follows or let in.")
        }
        RuleKind::AuthorRate => {
            ("Much from one author", "More texts than the number below within the minutes below.")
        }
        RuleKind::HostRate => {
            ("Much from one server", "More texts than the number below within the minutes below.")
        }
    }
}

fn form(visit: &Visit, fields: &Fields, mistakes: Mistakes) -> Answer {
    let choice = |kind: RuleKind| {
        let (name, hint) = label(kind);
        Choice { hint: hint.to_owned(), ..Choice::new(kind.word(), name, fields.get("kind") == kind.word()) }
    };
    let chosen = fields.get("before");
    let before = BEFORE.map(|(value, label)| {
        Choice::new(value, label, value == if chosen.is_empty() { "0" } else { chosen })
    });
    page(&FormPage {
        layout: visit.private_layout("Make a rule", Section::Administration),
        heading: "Which texts should wait?".to_owned(),
        lead: "You are shown first how many texts of the last 30 days the rule would have held.".to_owned(),
        about: None,
        action: "/admin/rules/new".into(),
        fields: vec![
            Field::new(
                "kind",
                "What does it look at?",
                "",
                FieldKind::Radios(RuleKind::ALL.map(choice).into()),
                "",
            ),
            Field::line(
                "pattern",
                "Words, or the name of a server",
                "Blank for the other kinds.",
                fields.get("pattern"),
            ),
            Field::line("number", "How many", "For the kinds with a number.", fields.get("number")),
            Field::line(
                "minutes",
                "Within how many minutes",
                "For the last two kinds.",
                fields.get("minutes"),
            ),
            Field::new(
                "before",
                "And what is here already?",
                "For words and links: a wave that is under way waits, too, and can be removed in the next step.",
                FieldKind::Radios(before.into()),
                "",
            ),
        ],
        mistakes,
        button: "Show what follows".to_owned(),
        back: "/admin/rules".into(),
    })
}

/// What is to be removed: by a rule, by an author, or by a server, as `by` and `of` say.
async fn wave(data: &Data<Federation>, by: &str, of: &str) -> Result<(Wave, String), PageError> {
    let wave = match by {
        "rule" => Wave::Rule(key(of)?),
        "author" => Wave::Author(key(of)?),
        "host" => {
            let host = data.app.db.read(|conn| Ok(hosts::by_name(conn, of)?)).await?;
            Wave::Host(host.ok_or_else(PageError::not_found)?.id)
        }
        _ => return Err(PageError::not_found()),
    };
    let name = data.app.db.read(|conn| service::name(conn, wave)).await?;
    Ok((wave, name.ok_or_else(PageError::not_found)?))
}

fn since(now: Timestamp, hours: &str) -> Result<Timestamp, PageError> {
    let unclear = || PageError::from(Refusal::invalid("hours", "Choose how far back it reaches."));
    match hours.parse::<i64>() {
        Ok(0) => Ok(Timestamp(0)),
        Ok(hours) if (1..=168).contains(&hours) => Ok(now.plus_seconds(-hours * 3600)),
        Ok(_) | Err(_) => Err(unclear()),
    }
}

/// `GET /admin/remove?by=…&of=…`: how far back it should reach.
pub async fn ask_clear(data: Data<Federation>, visit: Visit) -> Answer {
    visit.may(Permission::Rules)?;
    let (by, of) = (visit.asked("by").unwrap_or_default(), visit.asked("of").unwrap_or_default());
    if by.is_empty() {
        return whose_form(&visit, &of, "24", Mistakes::default());
    }
    let (wave, name) = wave(&data, &by, &of).await?;
    if let Some(hours) = visit.asked("hours") {
        return confirm_clear(&data, &visit, (wave, &name), [by, of, hours]).await;
    }
    clear_form(&visit, &name, [by, of], Mistakes::default())
}

fn clear_form(visit: &Visit, name: &str, [by, of]: [String; 2], mistakes: Mistakes) -> Answer {
    let rule = by == "rule";
    let hours = HOURS.map(|(value, label)| Choice::new(value, label, value == if rule { "0" } else { "24" }));
    page(&FormPage {
        layout: visit.private_layout("Remove a wave", Section::Administration),
        heading: format!("Remove a wave: {name}"),
        lead: if rule {
            "All that waits because of this rule is deleted in one step.".to_owned()
        } else {
            "Posts and answers are deleted in one step, whether they wait or are shown. Statements, questions and \
             positions of organizations stay."
                .to_owned()
        },
        about: None,
        action: "/admin/remove".into(),
        fields: vec![
            Field::new("hours", "How far back?", "", FieldKind::Radios(hours.into()), ""),
            Field::new("by", "", "", FieldKind::Hidden, &by),
            Field::new("of", "", "", FieldKind::Hidden, &of),
        ],
        mistakes,
        button: "Show what follows".to_owned(),
        back: if rule { "/admin/rules".into() } else { "/admin".into() },
    })
}

/// A form for whoever comes from no page that says whose texts they are.
fn whose_form(visit: &Visit, of: &str, hours: &str, mistakes: Mistakes) -> Answer {
    let choices = HOURS.map(|(value, label)| Choice::new(value, label, value == hours));
    page(&FormPage {
        layout: visit.private_layout("Remove a wave", Section::Administration),
        heading: "Remove a wave".to_owned(),
        lead: "Posts and answers of a server or of one of its authors go in one step, whether they wait or are shown. \
               You are shown first how many that is."
            .to_owned(),
        about: None,
        action: "/admin/remove".into(),
        fields: vec![
            Field::line(
                "of",
                "Server or author",
                "Its name, such as social.example, or an address, such as name@social.example.",
                of,
            ),
            Field::new("hours", "How far back?", "", FieldKind::Radios(choices.into()), ""),
        ],
        mistakes,
        button: "Show what follows".to_owned(),
        back: "/admin".into(),
    })
}

/// What a form names: as links do, by kind and key, or as somebody typed it.
async fn named(
    data: &Data<Federation>,
    fields: &Fields,
) -> Result<Result<(String, String), Mistakes>, PageError> {
    if !fields.get("by").is_empty() {
        return Ok(Ok((fields.get("by").to_owned(), fields.get("of").to_owned())));
    }
    let typed = fields.get("of").trim().trim_start_matches('@').to_lowercase();
    let found = data.app.db.read(|conn| match Handle::parse(&typed) {
        Some(handle) => {
            let account = accounts::by_handle(conn, &handle)?;
            Ok(account.map(|account| (account.is_local(), account.id.to_string())))
        }
        None => Ok(hosts::by_name(conn, &typed)?.map(|host| (false, host.name))),
    });
    let wrong = |why: &str| Ok(Err(Mistakes::one("of", why)));
    match found.await? {
        None if typed.is_empty() => wrong("Name a server or an author."),
        None => wrong(
            "Nothing is known here of this name: look whether it is written as it stands beside the texts.",
        ),
        Some((true, _)) => {
            wrong("This is a member of this site: what members say is removed by deciding a report about it.")
        }
        Some((false, of)) => {
            let by = if typed.contains('@') { "author" } else { "host" };
            Ok(Ok((by.to_owned(), of)))
        }
    }
}

/// `POST /admin/remove`: shows how much that is, and deletes it when that was read.
pub async fn clear(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.may(Permission::Rules)?.id;
    let (by, of) = match named(&data, &fields).await? {
        Ok(named) => named,
        Err(mistakes) => {
            return refused(whose_form(&visit, fields.get("of"), fields.get("hours"), mistakes));
        }
    };
    let (wave, name) = wave(&data, &by, &of).await?;
    let since = match since(data.app.clock().now(), fields.get("hours")) {
        Ok(since) => since,
        Err(error) => return again(error, |mistakes| clear_form(&visit, &name, [by, of], mistakes)),
    };
    if fields.get(CONFIRMED) == "yes" {
        data.app.db.write(|tx| service::clear(tx, Some(user), wave, since)).await?;
        return then("/admin/rules?note=removed");
    }
    let hours = fields.get("hours").to_owned();
    confirm_clear(&data, &visit, (wave, &name), [by, of, hours]).await
}

/// Shows how much a removal would take.
async fn confirm_clear(
    data: &Data<Federation>,
    visit: &Visit,
    (wave, name): (Wave, &str),
    [by, of, hours]: [String; 3],
) -> Answer {
    let since = since(data.app.clock().now(), &hours)?;
    let found = data.app.db.read(|conn| Ok(content_rules::wave(conn, wave, since)?)).await?;
    let count = number(found.len());
    let out = told(count, "text", ("is out of sight at once", "are out of sight at once"));
    let until = match visit.settings.grace_days {
        0 => "deleted at once, which cannot be taken back".to_owned(),
        days => format!("deleted after {}; until then you can take it back", counted(i64::from(days), "day")),
    };
    page(&ConfirmPage {
        layout: visit.private_layout("Remove a wave", Section::Administration),
        question: format!("Delete {}?", counted(count, "text")),
        consequence: format!(
            "{name}: {out}, not taken in again, and {until}. What comes later is not touched: make a rule for that."
        ),
        action: "/admin/remove".into(),
        fields: vec![("by", by), ("of", of), ("hours", hours), (CONFIRMED, "yes".to_owned())],
        button: "Delete".to_owned(),
        back: "/admin/rules".into(),
    })
}
