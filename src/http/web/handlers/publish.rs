//! Writing a statement: the form, the preview, the confirmation; drafts keep the text in between.

use std::collections::BTreeSet;

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::StatusCode;
use url::form_urlencoded::Serializer;

use super::again::{come_back, what_was_wrong};
use super::standing::{Now, going_on, loses, overtaken, standing};
use super::{Answer, bases, page, references, then, typed_statement};
use crate::clock::Timestamp;
use crate::domain::Refusal;
use crate::domain::contribution::Contribution;
use crate::domain::id::Id;
use crate::domain::statement::Draft;
use crate::domain::user::{Role, User};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::contribution::Standing;
use crate::http::web::forms::Mistakes;
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::http::web::publish::{Found, Meanwhile, PreviewPage, PublishPage, Revises, StatementForm};
use crate::http::web::shown::{Lang, Link};
use crate::http::web::statement::{Edges, StatementView, ThesisView, Version};
use crate::http::web::statement_references::ReferencesShown;
use crate::import::markdown as form;
use crate::import::report;
use crate::services::drafts::{self as drafting, Written};
use crate::services::statements as service;
use crate::store::drafts::{self, StoredDraft};
use crate::store::{Error, Tx, relations, statement_references, statements};
use crate::text::markdown::{Breaks, render_with};
use crate::text::{Html, Markdown};

/// Characters of a head above which it is hard to quote.
const LONG_HEAD: usize = 280;
/// Characters below which an announcement tells too little.
const SHORT_ANNOUNCEMENT: usize = 200;

/// The statement that a form revises.
pub(super) struct Revised {
    /// The statement.
    pub(super) head: Contribution,
    slug: String,
}

/// `GET /publish`, and with `?draft=…` a draft to go on with.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    editor(&visit)?;
    let asked = visit.asked("draft").and_then(|text| Id::parse(&text));
    let loaded = data.app.db.read(|conn| {
        let found = match asked {
            Some(id) => drafts::by_id(conn, id)?.filter(|draft| draft.revises_id.is_none()),
            None => None,
        };
        Ok((drafts::outlines(conn)?, found))
    });
    let (drafts, found) = loaded.await?;
    if asked.is_some() && found.is_none() {
        return Err(PageError::not_found());
    }
    let mut form = empty("/publish", &visit);
    if let Some(draft) = &found {
        fill(&mut form, &draft.markdown, &draft.language)?;
        going_on(&mut form, draft);
    }
    let found = found.as_ref().map(left).unwrap_or_default();
    let beside = Beside { drafts: super::drafts::links(&drafts), found, ..Beside::default() };
    write_page(&data, &visit, form, Mistakes::default(), beside).await
}

/// `POST /publish` with `step=preview`, `edit` or `publish`.
pub async fn submit(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let form = filled("/publish", &fields, None);
    step(&data, &visit, form, &fields, None).await
}

/// `GET /statements/{slug}/revise`.
pub async fn revise(data: Data<Federation>, visit: Visit, Path(slug): Path<String>) -> Answer {
    visit.with_role(Role::Publisher)?;
    let revised = revised(&data, &visit, &slug).await?;
    let waiting = data.app.db.read(|conn| Ok(drafts::of_next(conn, revised.head.id)?)).await?;
    let mut form = filled(&format!("/statements/{slug}/revise"), &Fields::default(), Some(&revised));
    let current = revised.head.markdown.clone().unwrap_or_default();
    let (markdown, language) = match &waiting {
        Some(draft) => (&draft.markdown, &draft.language),
        None => (&current, &revised.head.language),
    };
    fill(&mut form, markdown, language)?;
    form.base = revised.head.revision.to_string();
    if let Some(draft) = &waiting {
        going_on(&mut form, draft);
        // A version that came after the draft was written was never seen by who wrote it.
        if revised.head.edited_at.is_some_and(|at| at > draft.updated_at) {
            form.base = "0".to_owned();
        }
    }
    write_page(&data, &visit, form, Mistakes::default(), Beside::default()).await
}

/// `POST /statements/{slug}/revise`, in the same steps.
pub async fn submit_revision(
    data: Data<Federation>,
    Path(slug): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    visit.with_role(Role::Publisher)?;
    let revised = revised(&data, &visit, &slug).await?;
    let form = filled(&format!("/statements/{slug}/revise"), &fields, Some(&revised));
    step(&data, &visit, form, &fields, Some(&revised)).await
}

/// Who may write drafts: editors, and publishers.
pub(super) fn editor(visit: &Visit) -> Result<&User, PageError> {
    let roles = visit.member()?.user.roles;
    visit.with_role(if roles.has(Role::Publisher) { Role::Publisher } else { Role::Editor })
}

async fn step(
    data: &Data<Federation>,
    visit: &Visit,
    mut form: StatementForm,
    fields: &Fields,
    revised: Option<&Revised>,
) -> Answer {
    let user = editor(visit)?;
    let draft = match typed_statement::checked(data, visit, &mut form, revised.is_some()).await {
        Ok(draft) => draft,
        Err(mistakes) => return again(data, visit, form, mistakes).await,
    };
    if let Some(mistakes) = loses(data, &mut form, &draft, revised).await? {
        return again(data, visit, form, mistakes).await;
    }
    match fields.get("step") {
        "publish" => publish(data, visit, form, draft, revised).await,
        wanted => {
            let kept = data.app.db.write(|tx| match standing(tx, &form, revised)? {
                Some(now) => Ok(Err(now)),
                None => keep(tx, user, &form, revised).map(Ok),
            });
            match kept.await? {
                Ok((id, at)) => (form.draft, form.draft_of) = (id.to_string(), at.0.to_string()),
                Err(now) => return overtaken(data, visit, form, now).await,
            }
            if wanted == "edit" {
                let beside = Beside { found: found_in(data, &form).await?, ..Beside::default() };
                return write_page(data, visit, form, Mistakes::default(), beside).await;
            }
            preview(data, visit, form, &draft, revised).await
        }
    }
}

async fn publish(
    data: &Data<Federation>,
    visit: &Visit,
    form: StatementForm,
    draft: Draft,
    revised: Option<&Revised>,
) -> Answer {
    let user = visit.with_role(Role::Publisher)?;
    let kept = Id::parse(&form.draft);
    let published = data.app.db.write(|tx| {
        if let Some(now) = standing(tx, &form, revised)? {
            return Ok(Err(now));
        }
        // First of all: of two who publish one draft at once, the second finds nothing to publish.
        if let Some(kept) = kept
            && drafts::delete(tx, kept)? == 0
        {
            return Ok(Err(Now::gone()));
        }
        match revised {
            Some(revised) => service::revise(tx, user, revised.head.id, draft.clone(), &form.reason).map(Ok),
            None => service::publish(tx, user, draft.clone()).map(Ok),
        }
    });
    match published.await {
        Ok(Ok(view)) => then(&format!("{}?note=published", present::path(&view))),
        Ok(Err(now)) => overtaken(data, visit, form, now).await,
        Err(Error::Refused(refusal @ Refusal::Invalid { .. })) => {
            let (field, why) = typed_statement::at_field(refusal);
            again(data, visit, form, Mistakes::one(field, why)).await
        }
        Err(error) => {
            let (status, wrong) = what_was_wrong(error)?;
            come_back(status, again(data, visit, form, wrong).await)
        }
    }
}

async fn preview(
    data: &Data<Federation>,
    visit: &Visit,
    form: StatementForm,
    draft: &Draft,
    revised: Option<&Revised>,
) -> Answer {
    let organization = visit.organization.id;
    let found = data.app.db.read(|conn| {
        let named = statement_references::view_of(conn, &draft.references)?;
        Ok((relations::count_followers(conn, organization)?, named))
    });
    let (followers, named) = found.await?;
    let named = present::references(&named);
    let statement = previewed(visit, draft, revised, named, data.app.clock().now());
    page(&PreviewPage {
        layout: visit.private_layout("Preview", Section::Publish),
        remarks: remarks(draft, &statement),
        found: found_in(data, &form).await?,
        statement,
        form,
        followers: present::small(followers),
    })
}

/// Keeps the text as a draft, under the key it already has where it has one.
fn keep(
    tx: &mut Tx<'_>,
    user: &User,
    form: &StatementForm,
    revised: Option<&Revised>,
) -> Result<(Id<StoredDraft>, Timestamp), Error> {
    let now = tx.now;
    let markdown = whole(form);
    let written = Written { title: &form.title, language: &form.language, markdown: &markdown };
    if let Some(id) = Id::parse(&form.draft)
        && drafts::by_id(tx, id)?.is_some()
    {
        drafting::change(tx, user, id, written)?;
        return Ok((id, now));
    }
    Ok((drafting::begin(tx, user, revised.map(|revised| revised.head.id), written)?, now))
}

/// The whole statement as one Markdown text, the form in which drafts and revisions keep it.
pub(super) fn whole(form: &StatementForm) -> String {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (title, announcement) = (line(&form.title), line(&form.announcement));
    let references = references::written(form);
    let gap = if references.is_empty() { "" } else { "\n" };
    format!("# {title}\n\n> {announcement}\n\n{references}{gap}{}\n", form.text.trim())
}

/// The reverse of [`whole`]: what stands after title and announcement.
fn fill(form: &mut StatementForm, markdown: &str, language: &str) -> Result<(), PageError> {
    let import = form::parse(markdown).map_err(|error| PageError::fault(&error))?;
    form.title = import.draft.title.clone();
    form.announcement = import.draft.announcement.clone();
    form.language = if language.is_empty() { import.draft.language.clone() } else { language.to_owned() };
    let head = |line: &&str| line.trim().is_empty() || line.starts_with("# ") || line.starts_with('>');
    let mut title_seen = false;
    let body = markdown.lines().skip_while(|line| {
        let first = !title_seen || !line.starts_with("# ");
        title_seen |= line.starts_with("# ");
        head(line) && first
    });
    form.text = form::without_references(&body.collect::<Vec<_>>().join("\n"));
    references::fill(form, &import.draft.references);
    Ok(())
}

fn empty(action: &str, visit: &Visit) -> StatementForm {
    StatementForm { language: visit.language().to_owned(), ..filled(action, &Fields::default(), None) }
}

fn filled(action: &str, fields: &Fields, revised: Option<&Revised>) -> StatementForm {
    StatementForm {
        action: action.into(),
        revises: revised.map(|revised| Revises {
            title: revised.head.title.clone().unwrap_or_default(),
            href: format!("/statements/{}", revised.slug).into(),
            next_revision: present::small(revised.head.revision.saturating_add(1)),
        }),
        title: fields.get("title").to_owned(),
        language: fields.get("language").to_owned(),
        announcement: fields.get("announcement").to_owned(),
        text: fields.get("text").to_owned(),
        questions: fields.all("question").map(str::to_owned).collect(),
        sources: fields.get("sources").to_owned(),
        signatories: fields.get("signatories").to_owned(),
        reason: fields.get("reason").to_owned(),
        convinced_by: fields.get("convinced_by").trim().to_owned(),
        draft: fields.get("draft").to_owned(),
        draft_of: fields.get("draft_of").to_owned(),
        base: fields.get(bases::BASE).to_owned(),
        loses_theses: false,
        new_theses: !fields.get("new_theses").is_empty(),
    }
}

/// What the importer found, for as long as its draft is kept.
async fn found_in(data: &Data<Federation>, form: &StatementForm) -> Result<Found, PageError> {
    let Some(id) = Id::parse(&form.draft) else { return Ok(Found::default()) };
    let draft = data.app.db.read(|conn| Ok(drafts::by_id(conn, id)?)).await?;
    Ok(draft.as_ref().map(left).unwrap_or_default())
}

fn left(draft: &StoredDraft) -> Found {
    let kept = draft.report.as_deref().map(report::kept).unwrap_or_default();
    let question = |question: report::Question| {
        let pairs = [("text", question.text.as_str()), ("language", draft.language.as_str())];
        let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
        Link::new(question.text, format!("/questions/new?{query}"))
    };
    Found { decisions: kept.decisions, questions: kept.questions.into_iter().map(question).collect() }
}

async fn again(data: &Data<Federation>, visit: &Visit, form: StatementForm, mistakes: Mistakes) -> Answer {
    let beside = Beside { found: found_in(data, &form).await?, ..Beside::default() };
    let mut response = write_page(data, visit, form, mistakes, beside).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// What stands around the form.
#[derive(Default)]
pub(super) struct Beside {
    /// Drafts to go on with.
    pub(super) drafts: Vec<Link>,
    /// What an importer found.
    pub(super) found: Found,
    /// What stands there now, where somebody else was faster.
    pub(super) standing: Option<Meanwhile>,
}

pub(super) async fn write_page(
    data: &Data<Federation>,
    visit: &Visit,
    form: StatementForm,
    mistakes: Mistakes,
    beside: Beside,
) -> Answer {
    let layout = visit.private_layout(form.heading(), Section::Publish);
    let offered = references::offered(data, visit, &form).await?;
    let Beside { drafts, found, standing } = beside;
    page(&PublishPage { layout, form, mistakes, offered, drafts, found, standing })
}

pub(super) async fn revised_head(
    data: &Data<Federation>,
    visit: &Visit,
    slug: &str,
) -> Result<Contribution, PageError> {
    Ok(revised(data, visit, slug).await?.head)
}

async fn revised(data: &Data<Federation>, visit: &Visit, slug: &str) -> Result<Revised, PageError> {
    let viewer = visit.viewer();
    let head = data.app.db.read(|conn| Ok(statements::by_slug(conn, viewer, slug)?)).await?;
    let ours = head.filter(|head| head.author_id == visit.organization.id);
    let head = ours.ok_or_else(PageError::not_found)?;
    Ok(Revised { head, slug: slug.to_owned() })
}

fn render(markdown: &Markdown) -> Html {
    render_with(markdown, Breaks::Soft, &|_| None)
}

/// Introduction, theses and closing of a text that is not, or no longer, what stands on the page.
pub(super) fn render_draft(draft: &Draft, href: &str) -> (Html, Vec<ThesisView>, Html) {
    let theses = draft.theses.iter().enumerate().map(|(at, thesis)| {
        let place = (at + 1).to_string();
        let key = thesis.key.clone().unwrap_or_else(|| format!("k{place}"));
        let page = format!("{href}/theses/{key}");
        ThesisView {
            number: if thesis.number.trim().is_empty() { place } else { thesis.number.clone() },
            kind: thesis.kind,
            head: thesis.head.clone(),
            body: render(&thesis.body),
            limits: render(&thesis.limits),
            evidence: render(&thesis.evidence),
            answer: page.as_str().into(),
            href: page.into(),
            replies: 0,
            marked: Vec::new(),
            key,
        }
    });
    (render(&draft.introduction), theses.collect(), render(&draft.closing))
}

fn previewed(
    visit: &Visit,
    draft: &Draft,
    revised: Option<&Revised>,
    references: ReferencesShown,
    now: Timestamp,
) -> StatementView {
    let href =
        revised.map_or_else(|| "/publish".to_owned(), |revised| format!("/statements/{}", revised.slug));
    let revision = revised.map_or(1, |revised| revised.head.revision.saturating_add(1));
    let (introduction, theses, closing) = render_draft(draft, &href);
    StatementView {
        title: draft.title.clone(),
        announcement: draft.announcement.clone(),
        author: present::author(&visit.organization),
        published: present::moment(now),
        language: Lang::new(&draft.language),
        standing: Standing::Current,
        origin: None,
        introduction,
        theses,
        closing,
        edges: Edges::default(),
        references,
        version: Version {
            revision: present::small(revision),
            published: present::moment(now),
            digest: String::new(),
            reason: String::new(),
            of: present::small(revision),
            convinced_by: Vec::new(),
            original: None,
            permalink: visit.absolute(&href).into(),
            all: href.as_str().into(),
        },
        missing: 0,
        feed: None,
        activity: None,
        tools: Vec::new(),
        href: visit.absolute(&href).into(),
    }
}

/// What an editor may want to look at again.
fn remarks(draft: &Draft, statement: &StatementView) -> Vec<String> {
    let mut remarks = Vec::new();
    if draft.announcement.chars().count() < SHORT_ANNOUNCEMENT {
        remarks.push(format!("The announcement is shorter than {SHORT_ANNOUNCEMENT} characters."));
    }
    let theses = || draft.theses.iter().zip(&statement.theses);
    for (_, shown) in theses().filter(|(thesis, _)| thesis.head.chars().count() > LONG_HEAD) {
        remarks.push(format!("The head of thesis {} is too long to be quoted alone.", shown.number));
    }
    let bare =
        theses().filter(|(thesis, _)| thesis.evidence.is_blank()).map(|(_, shown)| shown.number.as_str());
    match bare.collect::<Vec<_>>().as_slice() {
        [] => {}
        [number] => remarks.push(format!("Thesis {number} names no evidence.")),
        numbers => remarks.push(format!("Theses {} name no evidence.", numbers.join(", "))),
    }
    let mut seen = BTreeSet::new();
    let again = theses().map(|(_, shown)| &shown.number).filter(|number| !seen.insert(*number));
    remarks.extend(again.collect::<BTreeSet<_>>().into_iter().map(|number| {
        format!(
            "More than one thesis has the number {number}: whoever cites it by its number may mean either."
        )
    }));
    remarks
}
