//! Statements, their theses and their versions.

use activitypub_federation::config::Data;
use axum::extract::Path;

use super::around::{Below, beside, load};
use super::conversation::{arrange, invitation};
use super::links::Links;
use super::margin::{hang, mark};
use super::passages;
use super::publish::render_draft;
use super::thread::{checked, elsewhere};
use super::{Answer, page, page_with, then};
use crate::domain::Refusal;
use crate::domain::contribution::{Contribution, State};
use crate::domain::host::Host;
use crate::domain::statement::{Draft, ReferencesView};
use crate::domain::user::Role;
use crate::domain::view::{Body, View};
use crate::federation::Federation;
use crate::http::error::PageError;
use crate::http::extract::visit::Visit;
use crate::http::web::contribution::Standing;
use crate::http::web::layout::{Flash, Layout, OpenGraph, Section};
use crate::http::web::present::{self, moment};
use crate::http::web::reply::Invitation;
use crate::http::web::shown::{Lang, Link};
use crate::http::web::statement::{Edges, StatementPage, StatementView, Version};
use crate::http::web::statement_references::ReferencesShown;
use crate::http::web::thesis::{StatementRef, ThesisPage};
use crate::http::web::versions::{VersionRow, VersionsPage};
use crate::import::markdown as form;
use crate::store::contributions::Viewer;
use crate::store::revisions::{self, Revision};
use crate::store::{Conn, Error, contributions, events, hosts, statement_references, statements, views};
use crate::vocab::incoming::{IncomingObject, ObjectKind};

/// A statement as the viewer may see it, with what its head needs besides.
struct Loaded {
    view: View,
    host: Option<Host>,
    successor: Option<Link>,
    /// Where what the shown version names leads.
    links: Links,
}

/// `GET /statements/{slug}`; digits alone are the copy of another organization's statement.
pub async fn show(data: &Data<Federation>, visit: &Visit, slug: &str) -> Answer {
    let viewer = visit.viewer();
    let loaded = data.app.db.read(|conn| {
        let loaded = one(conn, viewer, slug)?;
        let replies = load(conn, visit, &loaded.view.head, Below::Itself)?;
        let current = revisions::by_number(conn, loaded.view.head.id, loaded.view.head.revision)?;
        let loaded = Loaded { links: named(conn, viewer, current.as_ref())?, ..loaded };
        let theses: Vec<_> = present::theses(&loaded.view).iter().map(|thesis| thesis.head.id).collect();
        let beside = beside(conn, viewer, &theses)?;
        let checked = checked(conn, viewer, &loaded.view.head)?;
        let texts: Vec<_> = theses.iter().copied().chain([loaded.view.head.id]).collect();
        let cited = events::cited(conn, viewer, &texts)?;
        Ok((loaded, replies, current, beside, checked, cited))
    });
    let (loaded, around, current, beside, checked, cited) = loaded.await?;
    let mut replies = arrange(visit, &around);
    replies.completeness = elsewhere(data, visit, checked).await?;
    let mut statement = statement_view(visit, &loaded, current.as_ref());
    let listed = current.as_ref().map_or(0, |version| listed(version.document.as_deref()));
    statement.missing = listed.saturating_sub(statement.theses.len());
    for (thesis, shown) in present::theses(&loaded.view).iter().zip(&mut statement.theses) {
        let here = beside.iter().filter(|(head, ..)| head.in_reply_to_id == Some(thesis.head.id));
        let at = (shown.href.as_str(), shown.key.as_str());
        shown.marked = here.map(|(head, critique, author)| mark(head, critique, author, at)).collect();
    }
    replies.marked = hang(visit, &around, &mut statement);
    let layout = frame(visit, &loaded.view);
    page_with(
        layout.activity.clone().as_ref(),
        &StatementPage {
            layout,
            statement,
            changes: Vec::new(),
            events: present::cited_events(&cited),
            replies: Some(replies),
            invitation: invitation(visit, &loaded.view, data.app.config.limits.post_characters),
        },
    )
}

/// `GET /statements/{slug}/theses/{key}`, by key or by number.
pub async fn thesis(data: &Data<Federation>, visit: &Visit, slug: &str, key: &str) -> Answer {
    let viewer = visit.viewer();
    let loaded = data.app.db.read(|conn| {
        let loaded = one(conn, viewer, slug)?;
        let found = statements::thesis_by_key(conn, loaded.view.head.id, key)?;
        let (head, thesis) = found.ok_or(Refusal::NotFound)?;
        let view = see(conn, viewer, &head)?;
        let replies = load(conn, visit, &head, Below::All)?;
        let checked = checked(conn, viewer, &head)?;
        let cited = events::cited(conn, viewer, &[head.id])?;
        Ok((loaded, thesis, view, replies, checked, cited))
    });
    let (loaded, thesis, view, replies, checked, cited) = loaded.await?;
    if thesis.key != key {
        // A number moves when theses are put in between; the key is its address for good.
        return then(&format!("{}/theses/{}", present::path(&loaded.view), thesis.key));
    }
    let mut replies = arrange(visit, &replies);
    replies.completeness = elsewhere(data, visit, checked).await?;
    let href = present::path(&loaded.view);
    let all = present::theses(&loaded.view);
    let place = all.iter().position(|other| other.thesis.key == thesis.key);
    let at = |place: Option<usize>| {
        place.and_then(|at| all.get(at)).map(|other| present::neighbour(&href, &other.thesis))
    };
    let mut layout = frame(visit, &view);
    layout.title = thesis.head.clone();
    if thesis.withdrawn {
        let text = "The current version of the statement no longer contains this thesis.".to_owned();
        layout.flash = Some(Flash { problem: false, text });
    }
    page_with(
        layout.activity.clone().as_ref(),
        &ThesisPage {
            layout,
            thesis: present::thesis(&href, &view.head, &thesis, view.replies),
            statement: reference(&loaded),
            previous: at(place.and_then(|at| at.checked_sub(1))),
            next: at(place.map(|at| at + 1)),
            events: present::cited_events(&cited),
            replies,
            invitation: invitation(visit, &view, data.app.config.limits.post_characters),
        },
    )
}

/// `GET /statements/{slug}/versions`.
pub async fn versions(data: Data<Federation>, visit: Visit, Path(slug): Path<String>) -> Answer {
    let viewer = visit.viewer();
    let loaded = data.app.db.read(|conn| {
        let loaded = one(conn, viewer, &slug)?;
        let rows = revisions::of(conn, loaded.view.head.id)?;
        Ok((loaded, rows))
    });
    let (loaded, rows) = loaded.await?;
    let view = &loaded.view;
    let href = present::path(view);
    let row = |revision: &Revision| VersionRow {
        version: version_line(&visit, &loaded, Some(revision)),
        href: format!("{href}/versions/{}", revision.revision).into(),
        standing: version_word(view, revision).to_owned(),
    };
    page(&VersionsPage {
        layout: Layout { here: Section::Statements, ..visit.layout(format!("Versions of {}", title(view))) },
        noun: "statement",
        title: title(view),
        language: Lang::new(&view.head.language),
        author: present::author(&view.author),
        versions: rows.iter().rev().map(row).collect(),
        href: href.into(),
    })
}

/// `GET /statements/{slug}/versions/{number}`: one frozen version.
pub async fn version_page(data: &Data<Federation>, visit: &Visit, slug: &str, number: i32) -> Answer {
    let viewer = visit.viewer();
    let loaded = data.app.db.read(|conn| {
        let loaded = one(conn, viewer, slug)?;
        let id = loaded.view.head.id;
        let revision = revisions::by_number(conn, id, number)?.ok_or(Refusal::NotFound)?;
        let before = revisions::by_number(conn, id, number.saturating_sub(1))?;
        let loaded = Loaded { links: named(conn, viewer, Some(&revision))?, ..loaded };
        let typed = revision.markdown.as_deref().and_then(|text| form::parse(text).ok());
        let draft = typed.map(|import| import.draft);
        let named = match &draft {
            Some(draft) => statement_references::view_of(conn, &draft.references)?,
            None => ReferencesView::default(),
        };
        Ok((loaded, revision, before, Earlier { draft, references: present::references(&named) }))
    });
    let (loaded, revision, before, earlier) = loaded.await?;
    let changes = match &before {
        Some(before) => data.app.differences.find(|| passages::changes(before, &revision)).await?,
        None => Vec::new(),
    };
    let mut statement = statement_view(visit, &loaded, Some(&revision));
    frozen(&mut statement, &loaded.view, &revision, earlier);
    let path = format!("{}/versions/{number}", present::path(&loaded.view));
    let layout = Layout {
        canonical: Some(visit.absolute(&path).into()),
        activity: loaded.view.head.local.then(|| format!("{}/rev/{number}", loaded.view.head.uri).into()),
        no_index: number != loaded.view.head.revision,
        ..frame(visit, &loaded.view)
    };
    page_with(
        layout.activity.clone().as_ref(),
        &StatementPage {
            layout,
            statement,
            changes,
            events: Vec::new(),
            replies: None,
            invitation: Invitation::Closed("Replies belong to the version in force.".to_owned()),
        },
    )
}

/// The route of [`version_page`]; anything but a number is an address of nothing.
pub async fn version(
    data: Data<Federation>,
    visit: Visit,
    Path((slug, number)): Path<(String, String)>,
) -> Answer {
    let number = number.parse().map_err(|_| PageError::not_found())?;
    version_page(&data, &visit, &slug, number).await
}

fn one(conn: &mut Conn, viewer: Viewer, slug: &str) -> Result<Loaded, Error> {
    let head = statements::by_slug(conn, viewer, slug)?.ok_or(Refusal::NotFound)?;
    let view = see(conn, viewer, &head)?;
    let host = match view.author.host_id {
        Some(id) => hosts::by_id(conn, id)?,
        None => None,
    };
    let next = if let Body::Statement { statement, .. } = &view.body {
        statement.superseded_by.clone()
    } else {
        None
    };
    let successor = match &next {
        Some(uri) => contributions::by_uri(conn, viewer, uri)?,
        None => None,
    };
    let successor = match successor {
        Some(head) => Some(present::link(&see(conn, viewer, &head)?)),
        None => next.map(|uri| Link::new(uri.as_str(), uri.as_str())),
    };
    Ok(Loaded { view, host, successor, links: Links::default() })
}

/// How many theses the signed document of a version lists.
fn listed(document: Option<&str>) -> usize {
    let document = document.and_then(|text| serde_json::from_str(text).ok());
    let kind = document.and_then(|value| IncomingObject::read(&value).ok()).map(|object| object.kind);
    if let Some(ObjectKind::Statement(parts)) = kind { parts.theses.len() } else { 0 }
}

fn named(conn: &mut Conn, viewer: Viewer, version: Option<&Revision>) -> Result<Links, Error> {
    Links::of(conn, viewer, &version.map(|version| version.convinced_by.all()).unwrap_or_default())
}

fn see(conn: &mut Conn, viewer: Viewer, head: &Contribution) -> Result<View, Error> {
    let missing = || Error::broken("a contribution without its author");
    views::one(conn, viewer, head.clone())?.ok_or_else(missing)
}

fn title(view: &View) -> String {
    view.head.title.clone().unwrap_or_default()
}

/// The frame of a statement's or a thesis's page.
fn frame(visit: &Visit, view: &View) -> Layout {
    let path = present::path(view);
    let description = present::excerpt(view);
    let canonical = if view.head.local { visit.absolute(&path) } else { view.head.url.clone() };
    let statement = path.split("/theses/").next().unwrap_or_default();
    Layout {
        canonical: Some(canonical.into()),
        activity: Some(view.head.uri.as_str().into()),
        feeds: vec![Link::new("Replies", format!("{statement}/feed"))],
        open_graph: Some(OpenGraph {
            kind: "article",
            title: title(view),
            description: description.clone(),
            author: view.author.title().to_owned(),
            published: Some(moment(view.head.published_at)),
            changed: view.head.edited_at.map(moment),
            language: Lang::new(&view.head.language),
        }),
        fediverse_creator: Some(view.author.handle.clone()),
        no_index: !view.head.local,
        here: Section::Statements,
        description,
        ..visit.layout(title(view))
    }
}

fn statement_view(visit: &Visit, loaded: &Loaded, current: Option<&Revision>) -> StatementView {
    let view = &loaded.view;
    let href = present::path(view);
    let (introduction, closing) = if let Body::Statement { statement, .. } = &view.body {
        (present::html(&statement.introduction), present::html(&statement.closing))
    } else {
        (present::html(&view.head.content), present::html(""))
    };
    let theses = present::theses(view);
    StatementView {
        title: title(view),
        announcement: view.head.summary.clone().unwrap_or_default(),
        author: present::author(&view.author),
        published: moment(view.head.published_at),
        language: Lang::new(&view.head.language),
        standing: present::standing(view, loaded.successor.clone()),
        origin: present::origin(&view.head, loaded.host.as_ref()),
        introduction,
        theses: theses
            .iter()
            .map(|thesis| present::thesis(&href, &thesis.head, &thesis.thesis, thesis.replies))
            .collect(),
        closing,
        edges: Edges::default(),
        references: if let Body::Statement { references, .. } = &view.body {
            present::references(references)
        } else {
            ReferencesShown::default()
        },
        version: version_line(visit, loaded, current),
        missing: 0,
        feed: Some(format!("{href}/feed").into()),
        activity: Some(view.head.uri.as_str().into()),
        tools: tools(visit, view, &href),
        href: href.into(),
    }
}

fn tools(visit: &Visit, view: &View, href: &str) -> Vec<Link> {
    let ours = view.head.author_id == visit.organization.id && view.head.state == State::Current;
    if !ours || !visit.has_role(Role::Publisher) {
        return Vec::new();
    }
    ["revise", "supersede", "retract"]
        .into_iter()
        .zip(["Revise", "Supersede", "Retract"])
        .map(|(deed, label)| Link::new(label, format!("{href}/{deed}")))
        .collect()
}

/// What an earlier version of a statement of ours said, as it was typed.
struct Earlier {
    draft: Option<Draft>,
    references: ReferencesShown,
}

/// Puts the text of a frozen version in the place of the current one.
fn frozen(statement: &mut StatementView, view: &View, revision: &Revision, earlier: Earlier) {
    if revision.revision == view.head.revision {
        return;
    }
    let href = present::path(view);
    statement.standing =
        Standing::Earlier { newest: href.as_str().into(), revision: present::small(view.head.revision) };
    statement.title = revision.title.clone().unwrap_or_default();
    statement.announcement = revision.summary.clone().unwrap_or_default();
    statement.tools = Vec::new();
    statement.references = earlier.references;
    let Some(draft) = &earlier.draft else {
        // Of another organization's earlier version we keep what clients saw of it.
        statement.introduction = present::html(&revision.content);
        (statement.theses, statement.closing) = (Vec::new(), present::html(""));
        return;
    };
    let (introduction, theses, closing) = render_draft(draft, &href);
    (statement.introduction, statement.theses, statement.closing) = (introduction, theses, closing);
}

fn reference(loaded: &Loaded) -> StatementRef {
    let view = &loaded.view;
    StatementRef {
        title: title(view),
        href: present::path(view).into(),
        author: present::author(&view.author),
        published: moment(view.head.published_at),
        revision: present::small(view.head.revision),
        language: Lang::new(&view.head.language),
        standing: present::standing(view, loaded.successor.clone()),
    }
}

/// Whether a version is in force, in a word.
pub(super) fn version_word(view: &View, revision: &Revision) -> &'static str {
    if revision.revision < view.head.revision {
        return "Earlier version";
    }
    match view.head.state {
        State::Superseded => "Superseded",
        State::Retracted => "Retracted",
        State::Current | State::Held | State::Deleted | State::Withheld => "In force",
    }
}

fn version_line(visit: &Visit, loaded: &Loaded, revision: Option<&Revision>) -> Version {
    let view = &loaded.view;
    let href = present::path(view);
    let head = &view.head;
    let number = revision.map_or(head.revision, |revision| revision.revision);
    let since = match revision {
        Some(revision) if revision.revision > 1 => revision.created_at,
        _ => head.published_at,
    };
    let digest = revision.map_or("", |revision| revision.digest.as_str());
    Version {
        revision: present::small(number),
        published: moment(since),
        digest: digest.strip_prefix("sha256-").unwrap_or(digest).to_owned(),
        reason: revision.and_then(|revision| revision.reason.clone()).unwrap_or_default(),
        of: present::small(head.revision),
        convinced_by: revision
            .map(|revision| loaded.links.each(&revision.convinced_by.all()))
            .unwrap_or_default(),
        original: (!head.local).then(|| head.url.as_str().into()),
        permalink: visit.absolute(&format!("{href}/versions/{number}")).into(),
        all: format!("{href}/versions").into(),
    }
}
