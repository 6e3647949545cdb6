//! Words that a member does not want to read.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::again::again;
use super::ask::refused;
use super::{Answer, key, page, then};
use crate::clock::Timestamp;
use crate::domain::counting::counted;
use crate::domain::date::Day;
use crate::domain::filter::{Context, Contexts, Filter, FilterAction, FilterChange};
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
use crate::services::filters::{self as service, WordChange};
use crate::store::{Error, filters};
use crate::text::plain::strip_format_chars;

const PATH: &str = "/settings/filters";

/// What the form says.
struct Typed {
    title: String,
    whole: String,
    parts: String,
    contexts: Vec<Context>,
    action: FilterAction,
    until: String,
}

/// `GET /settings/filters`.
pub async fn index(data: Data<Federation>, visit: Visit) -> Answer {
    let me = visit.member()?.account.id;
    let known = data.app.db.read(|conn| Ok(filters::of(conn, me)?)).await?;
    let now = data.app.clock().now();
    page(&LedgerPage {
        layout: visit.private_layout("Filters", Section::Elsewhere),
        heading: "Words that you do not want to read".to_owned(),
        lead: "Every app that you use here applies these filters. Pages in the browser show everything."
            .to_owned(),
        facts: Vec::new(),
        ways: vec![
            Link::new("Make a filter", format!("{PATH}/new")),
            Link::new("Whom you do not want to see", "/settings/hidden"),
        ],
        search: None,
        nothing: "You have no filters.".to_owned(),
        heads: vec!["Filter", "Words", "Where", "What it does", "Until", ""],
        rows: known.iter().map(|filter| row(filter, now)).collect(),
        action: PATH.into(),
        buttons: Vec::new(),
        pager: Pager::default(),
    })
}

fn row(filter: &Filter, now: Timestamp) -> Vec<Cell> {
    let mut words: Vec<String> = filter.keywords.iter().map(|word| word.keyword.clone()).collect();
    if !filter.contributions.is_empty() {
        let count = i64::try_from(filter.contributions.len()).unwrap_or(i64::MAX);
        words.push(counted(count, "single text"));
    }
    let places: Vec<&str> = filter.row.contexts.list().into_iter().map(place).collect();
    let until = match filter.row.expires_at {
        None => "you delete it".to_owned(),
        Some(at) if at > now => present::moment(at).minute(),
        Some(_) => "it is over".to_owned(),
    };
    vec![
        Cell::link(filter.row.title.clone(), format!("{PATH}/{}", filter.row.id)),
        Cell::text(words.join(", ")),
        Cell::text(places.join(", ")),
        Cell::text(effect(filter.row.action)),
        Cell::text(until),
        Cell::buttons(vec![(filter.row.id.to_string(), "Delete".to_owned())]),
    ]
}

const fn place(context: Context) -> &'static str {
    match context {
        Context::Home => "Home and lists",
        Context::Notifications => "Notifications",
        Context::Public => "Public timelines and searches",
        Context::Thread => "Threads",
        Context::Account => "Pages of accounts",
    }
}

const fn effect(action: FilterAction) -> &'static str {
    match action {
        FilterAction::Warn => "Shown behind a warning",
        FilterAction::Hide => "Not shown at all",
        FilterAction::Blur => "Pictures are blurred",
    }
}

/// `POST /settings/filters`: deletes one.
pub async fn delete(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let me = &visit.member()?.account;
    let id = key(fields.get("do"))?;
    data.app.db.write(|tx| service::remove(tx, me, id)).await?;
    then(&format!("{PATH}?note=changed"))
}

/// `GET /settings/filters/new`.
pub async fn ask(visit: Visit) -> Answer {
    visit.member()?;
    let blank = Typed {
        title: String::new(),
        whole: String::new(),
        parts: String::new(),
        contexts: Context::ALL.into(),
        action: FilterAction::default(),
        until: String::new(),
    };
    form(&visit, "new", &blank, Mistakes::default())
}

/// `GET /settings/filters/{id}`.
pub async fn show(data: Data<Federation>, visit: Visit, Path(id): Path<String>) -> Answer {
    let filter = own(&data, &visit, &id).await?;
    let words = |whole: bool| {
        let words = filter.keywords.iter().filter(|word| word.whole_word == whole);
        words.map(|word| word.keyword.as_str()).collect::<Vec<_>>().join("\n")
    };
    let typed = Typed {
        title: filter.row.title.clone(),
        whole: words(true),
        parts: words(false),
        contexts: filter.row.contexts.list(),
        action: filter.row.action,
        until: filter.row.expires_at.map(last_day).unwrap_or_default(),
    };
    form(&visit, &id, &typed, Mistakes::default())
}

/// The last day of what ends at this moment.
fn last_day(end: Timestamp) -> String {
    end.plus_seconds(-1).to_date()
}

async fn own(data: &Data<Federation>, visit: &Visit, id: &str) -> Result<Filter, PageError> {
    let me = &visit.member()?.account;
    let id = key(id)?;
    Ok(data.app.db.read(|conn| service::own(conn, me, id)).await?)
}

/// `POST /settings/filters/new`.
pub async fn make(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let me = &visit.member()?.account;
    let typed = typed(&fields);
    let change = match change(&typed, None, data.app.clock().now()) {
        Ok(change) => change,
        Err(mistakes) => return refused(form(&visit, "new", &typed, mistakes)),
    };
    let words: Vec<WordChange> =
        wanted(&typed).into_iter().map(|(word, whole)| WordChange::Add(word, whole)).collect();
    let made = data.app.db.write(|tx| service::make(tx, me, &change, &words)).await;
    answer(&visit, "new", &typed, made)
}

/// `POST /settings/filters/{id}`.
pub async fn revise(
    data: Data<Federation>,
    Path(id): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let before = own(&data, &visit, &id).await?;
    let me = &visit.member()?.account;
    let typed = typed(&fields);
    let change = match change(&typed, before.row.expires_at, data.app.clock().now()) {
        Ok(change) => change,
        Err(mistakes) => return refused(form(&visit, &id, &typed, mistakes)),
    };
    let words = differences(&before, &wanted(&typed));
    let changed = data.app.db.write(|tx| service::change(tx, me, before.row.id, &change, &words)).await;
    answer(&visit, &id, &typed, changed)
}

fn answer(visit: &Visit, id: &str, typed: &Typed, done: Result<Filter, Error>) -> Answer {
    match done {
        Ok(_) => then(&format!("{PATH}?note=changed")),
        Err(error) => again(error, |mut mistakes| {
            mistakes.0.iter_mut().filter(|one| one.field == "keyword").for_each(|one| one.field = "whole");
            form(visit, id, typed, mistakes)
        }),
    }
}

fn typed(fields: &Fields) -> Typed {
    Typed {
        title: strip_format_chars(fields.get("title").trim()),
        whole: fields.get("whole").to_owned(),
        parts: fields.get("parts").to_owned(),
        contexts: fields.all("context").filter_map(Context::parse).collect(),
        action: FilterAction::parse(fields.get("action")).unwrap_or_default(),
        until: fields.get("until").trim().to_owned(),
    }
}

/// The head of the filter. Where the day was left as it stood, so is the moment.
fn change(typed: &Typed, before: Option<Timestamp>, now: Timestamp) -> Result<FilterChange, Mistakes> {
    let mut mistakes = Mistakes::default();
    if typed.title.is_empty() {
        mistakes.add("title", "Call the filter something.");
    }
    if typed.contexts.is_empty() {
        mistakes.add("context", "Choose where it holds.");
    }
    let chosen = Day::parse(&typed.until).and_then(Day::end);
    let expires_at = match (typed.until.as_str(), chosen) {
        ("", _) => None,
        (until, _) if before.map(last_day).as_deref() == Some(until) => before,
        (_, Some(end)) if end > now => Some(end),
        (_, _) => {
            mistakes.add("until", "Choose a day that is not over, or none.");
            None
        }
    };
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    Ok(FilterChange {
        title: typed.title.clone(),
        contexts: Contexts::of(&typed.contexts),
        action: typed.action,
        expires_at,
    })
}

/// The words of the form, each with whether it counts only between the ends of words.
fn wanted(typed: &Typed) -> Vec<(String, bool)> {
    let mut words: Vec<(String, bool)> = Vec::new();
    for (text, whole) in [(&typed.whole, true), (&typed.parts, false)] {
        for word in text.lines().map(str::trim).filter(|word| !word.is_empty()) {
            if !words.iter().any(|(known, _)| known == word) {
                words.push((word.to_owned(), whole));
            }
        }
    }
    words
}

/// What has to be done so that the filter has these words.
fn differences(before: &Filter, wanted: &[(String, bool)]) -> Vec<WordChange> {
    let mut changes = Vec::new();
    for known in &before.keywords {
        match wanted.iter().find(|(word, _)| *word == known.keyword) {
            None => changes.push(WordChange::Remove(known.id)),
            Some((_, whole)) if *whole != known.whole_word => {
                changes.push(WordChange::Change(known.id, None, Some(*whole)));
            }
            Some(_) => {}
        }
    }
    let is_new = |word: &str| before.keywords.iter().all(|known| known.keyword != word);
    let new = wanted.iter().filter(|(word, _)| is_new(word));
    changes.extend(new.map(|(word, whole)| WordChange::Add(word.clone(), *whole)));
    changes
}

fn form(visit: &Visit, id: &str, typed: &Typed, mistakes: Mistakes) -> Answer {
    let places = Context::ALL.map(|one| Choice::new(one.as_str(), place(one), typed.contexts.contains(&one)));
    let effects = FilterAction::ALL.map(|one| Choice::new(one.as_str(), effect(one), typed.action == one));
    let heading = if id == "new" { "Make a filter" } else { "Change a filter" };
    page(&FormPage {
        layout: visit.private_layout(heading, Section::Elsewhere),
        heading: heading.to_owned(),
        lead: "Nobody but you learns of it.".to_owned(),
        about: None,
        action: format!("{PATH}/{id}").into(),
        fields: vec![
            Field::line("title", "Name", "How you find it again; apps show it.", &typed.title),
            Field::text(
                "whole",
                "Whole words",
                "One word or phrase on each line. “rent” does not fit “parents”.",
                &typed.whole,
                5,
            ),
            Field::text(
                "parts",
                "Also within other words",
                "One on each line. “rent” fits “parents”.",
                &typed.parts,
                3,
            ),
            Field::new("context", "Where does it hold?", "", FieldKind::Checks(places.to_vec()), ""),
            Field::new("action", "What happens to what fits?", "", FieldKind::Radios(effects.to_vec()), ""),
            Field::new("until", "Until", "The last day; none for ever.", FieldKind::Day, &typed.until),
        ],
        mistakes,
        button: "Keep the filter".to_owned(),
        back: PATH.into(),
    })
}
