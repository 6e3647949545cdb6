//! The position map: loaded, shown, and as files for programs.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::{Answer, same_questions};
use crate::domain::Refusal;
use crate::domain::contribution::State;
use crate::domain::date::Day;
use crate::domain::external_statement::PublishedText;
use crate::domain::map::{Declared, Group, Map, Order, Row, Source};
use crate::domain::position::{Certainty, Listing};
use crate::domain::question::{Answer as Proposed, Qid, Question};
use crate::domain::user::Role;
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::http::web::map::{GroupView, MapView, Mark, ReasonView, RowView, SourceView, TextView, letter};
use crate::http::web::map_files;
use crate::http::web::present;
use crate::http::web::shown::{Lang, Link, Moment};
use crate::services::maps;
use crate::store::questions;
use crate::text::plain;

/// Characters of the reasons beside a map of a few organizations, and of many.
const REASONS: (usize, usize) = (280, 60);
/// Characters of the beginning of a text that has no title.
const TITLE: usize = 90;
/// From how many rows on a map has many organizations.
const MANY: usize = 12;

/// What somebody wants to see of a map.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// How it stood at the end of this day.
    pub as_of: Option<Day>,
    /// In which order.
    pub order: Order,
}

/// Reads `?as_of=…&sort=…`; a day that is none is said to be none.
pub fn asked(visit: &Visit) -> Result<Asked, PageError> {
    let day = visit.asked("as_of").filter(|text| !text.trim().is_empty());
    let as_of = match day {
        Some(text) => {
            let why = format!("“{text}” is no day; write it as 2022-01-05.");
            let day = Day::parse(text.trim());
            Some(day.ok_or_else(|| PageError::from(Refusal::invalid("day", why)))?)
        }
        None => None,
    };
    let order = visit.asked("sort").and_then(|word| Order::parse(&word)).unwrap_or_default();
    Ok(Asked { as_of, order })
}

/// `?with=…`: the question that is to be shown as one with this one.
pub(super) fn with(visit: &Visit) -> Option<Qid> {
    visit.asked("with").and_then(|text| Qid::parse(&text))
}

/// `GET /questions/{slug}/map.json`.
pub async fn json(data: Data<Federation>, visit: Visit, Path(slug): Path<String>) -> Answer {
    let (question, map, asked) = load(&data, &visit, &slug).await?;
    let value = map_files::json(&question, &map, asked.as_of);
    Ok(([(CONTENT_TYPE, "application/json; charset=utf-8")], value.to_string()).into_response())
}

/// `GET /questions/{slug}/map.csv`.
pub async fn csv(data: Data<Federation>, visit: Visit, Path(slug): Path<String>) -> Answer {
    let (question, map, _) = load(&data, &visit, &slug).await?;
    Ok(map_files::csv_file(&question.qid.hashtag(), map_files::csv(&map)))
}

async fn load(
    data: &Data<Federation>,
    visit: &Visit,
    slug: &str,
) -> Result<(Question, Map, Asked), PageError> {
    let (viewer, organization) = (visit.viewer(), visit.organization.id);
    let (asked, with) = (asked(visit)?, with(visit));
    let loaded = data.app.db.read(|conn| {
        let (head, question) = questions::by_slug(conn, viewer, slug)?.ok_or(Refusal::NotFound)?;
        let answers = questions::views(conn, &[head.id])?.remove(&head.id);
        let proposed: Vec<Proposed> = answers.map(|view| view.answers).unwrap_or_default();
        let same = same_questions::said(conn, viewer, &question.qid, organization)?;
        let merged = same_questions::merged(&same, with.as_ref());
        let qids: Vec<&Qid> = std::iter::once(&question.qid).chain(merged).collect();
        let mut map = maps::of_all(conn, viewer, &qids, &proposed, asked.as_of)?;
        map.sort(asked.order);
        Ok((question, map))
    });
    let (question, map) = loaded.await?;
    Ok((question, map, asked))
}

/// The map as its page shows it.
pub fn shown(visit: &Visit, page: &str, qid: &str, map: &Map, asked: Asked) -> MapView {
    let as_of = asked.as_of.map(Day::as_text).unwrap_or_default();
    let with = with(visit).map(|qid| qid.to_string()).unwrap_or_default();
    let kept = [("as_of", &as_of), ("with", &with)].into_iter().filter(|(_, value)| !value.is_empty());
    let kept: String = kept.map(|(name, value)| format!("&{name}={value}")).collect();
    let others = Order::ALL.into_iter().filter(|order| *order != asked.order);
    let sorts =
        others.map(|order| Link::new(word(order), format!("{page}?sort={}{kept}#map", order.as_str())));
    let files = ["json", "csv"].map(|file| {
        let query = format!("?sort={}{kept}", asked.order.as_str());
        Link::new(file.to_uppercase(), format!("{page}/map.{file}{query}"))
    });
    MapView {
        page: page.to_owned(),
        qid: qid.to_owned(),
        groups: map.groups.iter().enumerate().map(|(place, group)| group_view(map, place, group)).collect(),
        rows: map.rows.iter().map(|row| row_view(visit, map, row)).collect(),
        texts: map.texts.iter().map(|text| text_view(visit, text)).collect(),
        comparison: None,
        as_of,
        with,
        sort: word(asked.order),
        sorts: sorts.collect(),
        files: files.into(),
    }
}

const fn word(order: Order) -> &'static str {
    match order {
        Order::Name => "by name",
        Order::Date => "by date",
        Order::Language => "by language",
    }
}

fn group_view(map: &Map, place: usize, group: &Group) -> GroupView {
    let most = if map.rows.len() < MANY { REASONS.0 } else { REASONS.1 };
    GroupView {
        letter: letter(place),
        label: group.label.clone(),
        proposed: group.proposed,
        reasons: map.members(group).map(|row| reason(row, most)).collect(),
    }
}

fn reason(row: &Row, most: usize) -> ReasonView {
    let (excerpt, mark) = match &row.source {
        Source::Attributed(said) => (plain::excerpt(&said.quotation, most), Mark::Attributed),
        Source::Declared(_) => {
            let open = row.held.certainty == Certainty::Provisional;
            let words = plain::text(&present::html(&row.held.reasoning));
            (plain::excerpt(&words, most), if open { Mark::Provisional } else { Mark::Declared })
        }
    };
    ReasonView {
        name: row.name.clone(),
        excerpt,
        language: Lang::new(&row.held.language),
        href: match &row.source {
            Source::Declared(_) => why(row).into(),
            Source::Attributed(said) => said.source_url.as_str().into(),
        },
        id: why(row).strip_prefix('#').unwrap_or_default().to_owned(),
        mark,
    }
}

/// Where the reasons of a row stand: the position, in the version that the map shows.
fn why(row: &Row) -> String {
    match &row.source {
        Source::Declared(declared) if row.held.revision < declared.newest => {
            format!("/positions/{}/versions/{}", declared.position, row.held.revision)
        }
        Source::Declared(declared) => format!("/positions/{}", declared.position),
        Source::Attributed(said) => format!("#a{}", said.id),
    }
}

/// A row as the table shows it.
pub fn row_view(visit: &Visit, map: &Map, row: &Row) -> RowView {
    let column = row.column();
    let place = map.groups.iter().position(|group| Some(&group.column) == column.as_ref());
    let declared = row.declared();
    RowView {
        name: row.name.clone(),
        href: declared.map(|declared| present::account_path(&declared.organization).into()),
        handle: declared.map(|declared| declared.organization.handle.clone()).unwrap_or_default(),
        letter: place.map(letter).unwrap_or_default(),
        answer: row.held.answer.clone(),
        language: Lang::new(&row.held.language),
        certainty: row.held.certainty.label(),
        since: row.since.clone(),
        why: why(row).into(),
        standing: match row.held.state {
            State::Current => "",
            State::Retracted | State::Superseded | State::Deleted | State::Withheld => "Withdrawn",
            State::Held => "Waits for a moderator",
        },
        source: source(visit, row),
        key: declared.map(|declared| declared.organization.handle.clone()).unwrap_or_default(),
    }
}

fn text_view(visit: &Visit, text: &PublishedText) -> TextView {
    let head = &text.head;
    let named = head.title.clone().filter(|title| !title.trim().is_empty());
    let withdraw = || format!("/external/{}/{}/withdraw", head.id, text.statement.qid).into();
    let stands = text.statement.listing == Listing::Listed;
    TextView {
        author: present::author(&text.author),
        title: named.unwrap_or_else(|| plain::excerpt(&present::words(&head.content), TITLE)),
        language: Lang::new(&head.language),
        published: present::moment(head.published_at),
        host: head.uri.host().to_owned(),
        href: head.url.as_str().into(),
        copy: present::plain_path(head).into(),
        withdraw: (stands && visit.has_role(Role::Moderator)).then(withdraw),
    }
}

fn source(visit: &Visit, row: &Row) -> SourceView {
    match &row.source {
        Source::Declared(declared) => declared_by(declared),
        Source::Attributed(said) => SourceView::Attributed {
            by: visit.settings.name.clone(),
            source: Link::new(&said.source_title, said.source_url.as_str()),
            withdraw: may_attribute(visit).then(|| format!("/attributions/{}/withdraw", said.id).into()),
        },
    }
}

fn declared_by(declared: &Declared) -> SourceView {
    let away = !declared.organization.is_local();
    let listed = declared.listed_by.filter(|_| declared.listing != Listing::Waiting);
    SourceView::Declared {
        host: if away { declared.uri.host().to_owned() } else { String::new() },
        unreachable_since: declared.unreachable_since.map(|at| Moment::from(at.to_utc())),
        gap: declared.gap,
        equivocal: declared.equivocal.then(|| format!("/positions/{}#texts", declared.position).into()),
        listed_by: listed.map(|(n, m)| format!("listed by {n} of {m} other sites")).unwrap_or_default(),
    }
}

/// Whether the viewer may enter what others said.
pub fn may_attribute(visit: &Visit) -> bool {
    visit.has_role(Role::Publisher) || visit.has_role(Role::Archivist)
}

/// Whether the viewer decides what the map lists.
pub fn may_list(visit: &Visit) -> bool {
    [Role::Publisher, Role::Moderator, Role::Admin].into_iter().any(|role| visit.has_role(role))
}
