//! Replies around a contribution: loaded once, arranged by `replies::Replies`.

use std::collections::{HashMap, HashSet};

use super::around::{Around, page_of};
use super::margin;
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind, State, Visibility};
use crate::domain::critique::{Critique, Hold, Intent};
use crate::domain::id::Id;
use crate::domain::permission::Permission;
use crate::domain::view::{Body, View};
use crate::http::extract::visit::Visit;
use crate::http::web::contribution::Entry;
use crate::http::web::forms::{Choice, Mistakes, language_choices};
use crate::http::web::present;
use crate::http::web::replies::{Later, Replies, Reply, ReplyState};
use crate::http::web::reply::{Elsewhere, Invitation, ReplyForm};
use crate::http::web::shown::{Lang, Link};
use crate::store::contributions::{self, Viewer};
use crate::store::{Conn, Error, quotes, views};

/// How far back "what was said before" goes.
const BEFORE: usize = 20;

/// One contribution with what it quotes.
pub fn one(conn: &mut Conn, viewer: Viewer, head: Contribution) -> Result<View, Error> {
    let mut views = views::load(conn, viewer, vec![head])?;
    quotes::fill(conn, viewer, &mut views)?;
    views.pop().ok_or_else(|| Refusal::NotFound.into())
}

/// Arranges loaded replies for a viewer.
pub(super) fn arrange(visit: &Visit, around: &Around) -> Replies {
    let mut replies = Replies::arrange(around.views.iter().map(|view| reply(visit, view)).collect());
    replies.marked = margin::notes(visit, around);
    let page = |id| format!("{}#replies", page_of(visit, id));
    replies.earlier = around.earlier.map(|id| page(id).into());
    replies.later = around.later.map(|(id, count)| Later {
        href: page(id).into(),
        count: present::small(count),
        uncounted: around.uncounted,
    });
    for placed in replies.official.iter_mut().chain(&mut replies.personal) {
        let answers =
            |above: &(&Id<Contribution>, &View)| placed.reply.parent == Some(format!("r{}", above.0));
        if let Some((id, view)) = around.above.iter().find(answers) {
            placed.answers = Some(Link::new(view.author.title(), format!("{}#r{id}", page_of(visit, *id))));
        }
    }
    replies
}

fn whole(critique: &Critique) -> bool {
    critique.hold == Hold::Whole
}

fn critique(view: &View) -> Option<&Critique> {
    let Body::Critique(critique) = &view.body else { return None };
    (view.head.state != State::Deleted).then_some(critique)
}

fn reply(visit: &Visit, view: &View) -> Reply {
    let head = &view.head;
    let state = match head.state {
        State::Held => ReplyState::Held,
        State::Deleted | State::Withheld => ReplyState::Deleted,
        State::Current | State::Superseded | State::Retracted => ReplyState::Shown,
    };
    let critique = critique(view);
    Reply {
        key: format!("r{}", head.id),
        parent: head.in_reply_to_id.map(|id| format!("r{id}")),
        author: present::author(&view.author),
        published: present::moment(head.published_at),
        edited: head.edited_at.map(present::moment),
        language: Lang::new(&head.language),
        intent: marked_as(head, critique),
        warning: head.summary.clone(),
        content: present::dressed(&head.content, &view.emojis),
        attachments: present::attachments(view),
        quoted: present::quoted(view),
        href: present::path(view).into(),
        origin: present::origin(head, None),
        answer: Some(format!("/reply?to={}", head.id).into()),
        // On its own page its words can be marked.
        criticize: critique.map(|_| format!("{}#answer", present::path(view)).into()),
        tools: tools(visit, view),
        state,
        refers_to: critique
            .filter(|critique| critique.hold == Hold::Historic)
            .map(|critique| present::small(critique.revision))
            // A passage that still stands is about the text as it is.
            .or_else(|| view.answers_version.filter(|_| critique.is_none_or(whole)).map(present::small)),
    }
}

/// What stands above an answer: what it means to do, and that it is internal.
fn marked_as(head: &Contribution, critique: Option<&Critique>) -> String {
    let intent = critique.map(|critique| present::intent(critique.intent)).unwrap_or_default();
    match (head.visibility == Visibility::Internal, intent) {
        (true, "") => "internal".to_owned(),
        (true, intent) => format!("{intent}, internal"),
        (false, intent) => intent.to_owned(),
    }
}

/// What the viewer may do with a post.
pub fn tools(visit: &Visit, view: &View) -> Vec<Link> {
    let head = &view.head;
    let to = |label: &str, deed: &str| Link::new(label, format!("/contributions/{}/{deed}", head.id));
    let mut tools = Vec::new();
    let own = visit.may_write() && visit.voice(head.author_id).is_some();
    if matches!(head.kind, Kind::Post | Kind::Critique) && own {
        tools.extend([to("Edit", "edit"), to("Delete", "delete")]);
        if head.visibility == Visibility::Internal {
            tools.push(to("Publish it for everybody", "publish"));
        } else {
            tools.push(to("Who may answer", "replies"));
        }
    }
    if head.state == State::Held && visit.has(Permission::Review) {
        tools.push(to("Approve", "approve"));
    }
    let theirs = visit.may_write() && visit.voice(head.author_id).is_none();
    if theirs {
        tools.push(to("Report", "report"));
    }
    if may_be_external(head) && visit.has(Permission::Review) {
        tools.push(to("List it as an external statement on a question", "external"));
    }
    tools
}

/// Whether it is a text that could stand beside a question; the service says the rest.
fn may_be_external(head: &Contribution) -> bool {
    let open = head.visibility == Visibility::Public && head.state == State::Current;
    open && !head.local && head.kind == Kind::Post && head.in_reply_to_uri.is_none()
}

/// How the viewer may answer `view`.
pub fn invitation(visit: &Visit, view: &View, limit: usize) -> Invitation {
    let uri = view.head.uri.to_string();
    if visit.session.member.is_none() {
        return Invitation::Elsewhere(Elsewhere { uri, sign_in: visit.sign_in_path().into(), mistake: None });
    }
    if !visit.may_write() {
        let why = "You can answer again once moderators take back that your account is frozen.";
        return Invitation::Closed(why.to_owned());
    }
    let language = if view.head.language.is_empty() { visit.language() } else { &view.head.language };
    let mut form = form(visit, uri, language, limit);
    form.intents = intents(view, "");
    form.reaches = reaches(&view.head, "");
    Invitation::Form(Box::new(form))
}

/// What an answer may mean to do: to texts of the debate, critiques among them. Posts are simply answered.
pub fn intents(view: &View, chosen: &str) -> Vec<Choice> {
    match &view.body {
        Body::Plain => return Vec::new(),
        Body::Critique(_)
        | Body::Statement { .. }
        | Body::Thesis { .. }
        | Body::Question(_)
        | Body::Position(_)
        | Body::Event(_) => {}
    }
    let all = Intent::ALL.into_iter();
    let named =
        all.map(|intent| Choice::new(intent.as_str(), present::intent(intent), intent.as_str() == chosen));
    [Choice::new("", "an answer, nothing more", chosen.is_empty())].into_iter().chain(named).collect()
}

/// An empty reply form.
pub fn form(visit: &Visit, in_reply_to: String, language: &str, limit: usize) -> ReplyForm {
    ReplyForm {
        action: "/reply".into(),
        in_reply_to,
        voices: voices(visit, ""),
        reaches: Vec::new(),
        intents: Vec::new(),
        passage: String::new(),
        around: Default::default(),
        languages: language_choices(language),
        text: String::new(),
        limit: present::small(limit),
        mistakes: Mistakes::default(),
    }
}

/// Who reads an answer: whoever reads what it answers, or only members. What answers something internal
/// stays inside.
pub fn reaches(head: &Contribution, chosen: &str) -> Vec<Choice> {
    let inside = |selected| Choice {
        hint: "It is not sent to any other server, and nobody outside sees that it is there.".to_owned(),
        ..Choice::new("internal", "Only members of this site", selected)
    };
    let same = |label: &str, hint: &str| Choice {
        hint: hint.to_owned(),
        ..Choice::new("same", label, chosen != "internal")
    };
    let outside = match head.visibility {
        Visibility::Internal => return vec![inside(true)],
        Visibility::Public | Visibility::Unlisted => same(
            "Everybody",
            "It is public, and it is sent to the servers of those who take part in this conversation.",
        ),
        Visibility::Followers => {
            same("Followers of yours, and whom it names", "It is sent to their servers.")
        }
        Visibility::Mentioned => same("Whom it names", "It is sent to their servers."),
    };
    vec![outside, inside(chosen == "internal")]
}

/// In whose name the viewer may speak; `chosen` is `person` or `organization`.
pub fn voices(visit: &Visit, chosen: &str) -> Vec<Choice> {
    let organization = chosen == "organization";
    let names = [
        ("person", "A personal contribution.", !organization),
        ("organization", "The official answer of the organization.", organization),
    ];
    let speakers = visit.voices().into_iter().zip(names);
    let choice = |(account, (value, hint, selected)): (&Account, (&str, &str, bool))| Choice {
        hint: hint.to_owned(),
        ..Choice::new(value, account.title(), selected)
    };
    speakers.map(choice).collect()
}

/// Entries of a list, each with what it answers.
pub fn entries(conn: &mut Conn, viewer: Viewer, heads: Vec<Contribution>) -> Result<Vec<Entry>, Error> {
    let views = views::load(conn, viewer, heads)?;
    let targets = targets(conn, viewer, &views)?;
    let answers = |view: &View| view.head.in_reply_to_id.and_then(|id| targets.get(&id)).map(present::link);
    Ok(views.iter().map(|view| present::entry(view, answers(view))).collect())
}

/// What these views answer, as far as the viewer may see it.
pub fn targets(
    conn: &mut Conn,
    viewer: Viewer,
    views: &[View],
) -> Result<HashMap<Id<Contribution>, View>, Error> {
    let ids: HashSet<_> = views.iter().filter_map(|view| view.head.in_reply_to_id).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let heads = contributions::by_ids(conn, viewer, &ids)?;
    Ok(views::load(conn, viewer, heads)?.into_iter().map(|view| (view.head.id, view)).collect())
}

/// What `head` answers, from the beginning of the conversation down to its parent.
pub fn before(conn: &mut Conn, viewer: Viewer, head: &Contribution) -> Result<Vec<View>, Error> {
    let mut line: Vec<Contribution> = Vec::new();
    let mut next = head.in_reply_to_id;
    while let Some(id) = next.filter(|_| line.len() < BEFORE) {
        if line.iter().any(|seen| seen.id == id) {
            break;
        }
        let Some(parent) = contributions::by_id(conn, viewer, id)? else { break };
        // A thesis names its statement itself.
        next = parent.in_reply_to_id.filter(|_| parent.kind != Kind::Thesis);
        line.push(parent);
    }
    line.reverse();
    Ok(views::load(conn, viewer, line)?)
}

/// Says of each reply in a thread which thesis it answers, because the theses are not in the list.
pub fn name_theses(replies: &mut Replies, views: &[View], targets: &HashMap<Id<Contribution>, View>) {
    let theses: HashMap<String, Link> = views
        .iter()
        .filter_map(|view| {
            let target = targets.get(&view.head.in_reply_to_id?)?;
            matches!(target.body, Body::Thesis { .. })
                .then(|| (format!("r{}", view.head.id), present::link(target)))
        })
        .collect();
    for placed in replies.official.iter_mut().chain(&mut replies.personal) {
        if placed.answers.is_none() {
            placed.answers = theses.get(&placed.reply.key).cloned();
        }
    }
}
