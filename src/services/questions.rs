//! What an organization does with questions: ask, adopt, revise, withdraw.

use super::contributions::later;
use super::positions;
use super::speaking::{end, given, ours, slug, speak, speaker, standing_text, still_stands};
use crate::domain::Refusal;
use crate::domain::account::{Account, AccountKind};
use crate::domain::contribution::{Contribution, Kind, Received, State, Visibility};
use crate::domain::id::Id;
use crate::domain::job::Job;
use crate::domain::question::{
    Answer, Core, DraftQuestion, Qid, Question, ReceivedQuestion, Tie, closes_a_circle,
};
use crate::domain::quote::QuotePolicy;
use crate::domain::rebuff::Rebuff;
use crate::domain::uri::Uri;
use crate::domain::user::User;
use crate::domain::view::View;
use crate::store::contributions::{self, NewContribution, Text, Viewer};
use crate::store::questions::{self, Copy};
use crate::store::{Conn, Error, Tx, accounts, audit, jobs, rebuffs, relations, revisions, settings};
use crate::text::markdown::{Breaks, render_with};
use crate::text::{Html, Markdown};

/// What can be changed here.
const QUESTION: (Kind, &str) = (Kind::Question, "a question");
/// Organizations that one question asks by name.
pub const MOST_INVITED: usize = 10;
/// Addresses of copies that are taken from one copy.
const COPIES_OF_ONE: usize = 20;

/// Copies of one server in a day that are answered with our position.
const INTRODUCED: i64 = 50;

/// Addresses below `/questions/` that are pages of their own, and never one of a question.
const PAGES: [&str; 4] = ["new", "adopt", "agreement", "feed"];

/// A question before it is asked.
#[derive(Clone, Debug, Default)]
pub struct NewQuestion {
    /// What is asked.
    pub text: String,
    /// BCP 47 tag of the text.
    pub language: String,
    /// What stands around it.
    pub draft: DraftQuestion,
    /// The organizations that are asked by name.
    pub invited: Vec<Account>,
}

/// Asks a question in the organization's name.
pub fn ask(tx: &mut Tx<'_>, user: &User, new: &NewQuestion) -> Result<View, Error> {
    let organization = speaker(tx, user)?;
    if new.invited.len() > MOST_INVITED {
        let why = format!("at most {MOST_INVITED} organizations are asked by name");
        return Err(Refusal::invalid("invited", why).into());
    }
    if let Some(other) = new.invited.iter().find(|account| account.kind != AccountKind::Organization) {
        let why = format!("{} is no organization; only organizations take positions", other.handle);
        return Err(Refusal::invalid("invited", why).into());
    }
    let core = Core::new(&new.text, &new.language, &organization.uri, tx.now)?;
    let invited: Vec<Id<Account>> = new.invited.iter().map(|account| account.id).collect();
    let view = carry(tx, &organization, &core, &new.draft, None, &invited)?;
    audit::record(tx, Some(user.id), "question.ask", view.head.uri.as_str(), core.text())?;
    Ok(view)
}

/// Takes a question that another site carries over: our own copy, with the asker's original inside.
pub fn adopt(
    tx: &mut Tx<'_>,
    user: &User,
    copy: Id<Contribution>,
    draft: &DraftQuestion,
) -> Result<View, Error> {
    let organization = speaker(tx, user)?;
    let viewer = Viewer::Member(user.account_id);
    let head = contributions::by_id(tx, viewer, copy)?.ok_or(Refusal::NotFound)?;
    let none = || Refusal::invalid("question", "this is no question that could be adopted");
    let question = questions::parts(tx, head.id)?.ok_or_else(none)?;
    let view = adopt_copy(tx, &organization, &question, draft)?;
    audit::record(tx, Some(user.id), "question.adopt", view.head.uri.as_str(), head.uri.as_str())?;
    Ok(view)
}

/// The organization's copy of a question; where it has none yet, it adopts the question as it is.
pub(super) fn own_copy(
    tx: &mut Tx<'_>,
    user: &User,
    organization: &Account,
    qid: &Qid,
) -> Result<Copy, Error> {
    if let Some(own) = questions::of_account(tx, qid, organization.id)? {
        still_stands(&own.0, "question")?;
        return Ok(own);
    }
    let carried = questions::carried(tx, Viewer::Member(user.account_id), qid)?;
    let Some((_, question)) = carried.into_iter().next() else { return Err(Refusal::NotFound.into()) };
    // What was proposed with it goes on being proposed; background and ties are the other site's own.
    let proposed = questions::views(tx, &[question.contribution_id])?.remove(&question.contribution_id);
    let answers = proposed.map(|view| view.answers).unwrap_or_default();
    let draft = DraftQuestion {
        answers: answers.into_iter().map(|answer| answer.text).collect(),
        scope: question.scope.clone(),
        ..DraftQuestion::default()
    };
    let view = adopt_copy(tx, organization, &question, &draft)?;
    audit::record(tx, Some(user.id), "question.adopt", view.head.uri.as_str(), "")?;
    let missing = || Error::broken("an adopted question vanished");
    questions::of_account(tx, qid, organization.id)?.ok_or_else(missing)
}

fn adopt_copy(
    tx: &mut Tx<'_>,
    organization: &Account,
    question: &Question,
    draft: &DraftQuestion,
) -> Result<View, Error> {
    if questions::of_account(tx, &question.qid, organization.id)?.is_some() {
        return Err(Refusal::Conflict("this question is here already".to_owned()).into());
    }
    let core: serde_json::Value =
        serde_json::from_str(&question.core).map_err(|error| Error::broken(error.to_string()))?;
    let core = Core::read(&core)?;
    let original = original(tx, question)?;
    let asker = accounts::by_uri(tx, &question.asked_by)?;
    let named: Vec<Id<Account>> = asker.into_iter().map(|asker| asker.id).collect();
    carry(tx, organization, &core, draft, Some(original), &named)
}

/// The asker's own copy and its signed document, as far as they are here.
fn original(tx: &mut Tx<'_>, question: &Question) -> Result<(Uri, Option<String>), Error> {
    if let Some(asker) = accounts::by_uri(tx, &question.asked_by)?
        && let Some((head, _)) = questions::of_account(tx, &question.qid, asker.id)?
    {
        let document = revisions::newest(tx, head.id)?.and_then(|revision| revision.document);
        return Ok((head.uri, document));
    }
    let address = format!("{}/q/{}", question.asked_by.origin(), question.qid);
    let known = questions::copies_of(tx, &question.qid)?;
    let uri = known.into_iter().find(|uri| uri.same_origin(&question.asked_by)).or(Uri::parse(&address));
    Ok((uri.unwrap_or_else(|| question.asked_by.clone()), question.original.clone()))
}

/// Makes our own copy of a question and tells the world.
fn carry(
    tx: &mut Tx<'_>,
    organization: &Account,
    core: &Core,
    draft: &DraftQuestion,
    original: Option<(Uri, Option<String>)>,
    named: &[Id<Account>],
) -> Result<View, Error> {
    let qid = core.qid()?;
    let (answers, ties) = accept(tx, organization, draft, core)?;
    let site = tx.site()?;
    let id: Id<Contribution> = tx.mint();
    let uri = Uri::ours(&site.origin, &format!("/q/{qid}"));
    let slug = address(tx, core)?;
    let head = NewContribution {
        id,
        uri: uri.clone(),
        kind: Kind::Question,
        author_id: organization.id,
        on_behalf_of_id: None,
        visibility: Visibility::Public,
        reply_policy: settings::get(tx)?.reply_policy,
        published_at: tx.now,
        in_reply_to_id: None,
        in_reply_to_uri: None,
        thread_id: id,
        local: true,
        quote_policy: QuotePolicy::EVERYONE,
        text: Text {
            trust: None,
            url: format!("{}/questions/{slug}", site.origin),
            language: core.language().to_owned(),
            title: Some(core.text().to_owned()),
            summary: None,
            sensitive: false,
            content: String::new(),
            markdown: Some(draft.background.as_str().to_owned()),
            edited_at: None,
            revision: 1,
            state: State::Current,
        },
    };
    let mentions = [named, &[site.forum]].concat();
    contributions::insert(tx, &head, &mentions, &[qid.hashtag()])?;
    let (original_uri, document) = original.unzip();
    let question = Question {
        contribution_id: id,
        qid: qid.clone(),
        slug,
        core: core.to_json().to_string(),
        asked_by: core.asked_by().unwrap_or_else(|| organization.uri.clone()),
        asked_at: core.asked_at(),
        wording: draft.wording.trim().to_owned(),
        background: html(&draft.background).as_str().to_owned(),
        scope: draft.scope.trim().to_owned(),
        call: html(&draft.call).as_str().to_owned(),
        original_uri: original_uri.clone(),
        original: document.flatten(),
        draft: Some(kept(draft)?),
        reason: None,
    };
    questions::insert(tx, &question)?;
    hang(tx, id, &answers, &ties)?;
    let copies: Vec<Uri> = original_uri.into_iter().chain([uri]).collect();
    let now = tx.now;
    questions::add_copies(tx, &qid, &copies, now)?;
    jobs::enqueue(tx, &Job::Reconcile { qid: qid.to_string() }, now)?;
    speak(tx, id, None)
}

/// The last part of a question's address here.
fn address(tx: &mut Tx<'_>, core: &Core) -> Result<String, Error> {
    let taken = |slug: &str| Ok(PAGES.contains(&slug) || questions::slug_taken(tx, slug)?);
    slug(core.text(), "question", taken)
}

/// Changes what stands around a question; the question itself never changes.
pub fn revise(
    tx: &mut Tx<'_>,
    user: &User,
    id: Id<Contribution>,
    draft: &DraftQuestion,
    reason: &str,
) -> Result<View, Error> {
    let (organization, head) = ours(tx, user, id, QUESTION)?;
    let question = parts_of(tx, id)?;
    let reason = given(reason)?;
    let core = Core::read(&parse(&question.core)?)?;
    let (answers, ties) = accept(tx, &organization, draft, &core)?;
    let text = Text {
        trust: None,
        markdown: Some(draft.background.as_str().to_owned()),
        edited_at: Some(later(&head, tx.now)),
        revision: head.revision.saturating_add(1),
        state: State::Current,
        ..standing_text(&head)
    };
    contributions::update(tx, id, &text)?;
    let question = Question {
        wording: draft.wording.trim().to_owned(),
        background: html(&draft.background).as_str().to_owned(),
        scope: draft.scope.trim().to_owned(),
        call: html(&draft.call).as_str().to_owned(),
        draft: Some(kept(draft)?),
        reason: Some(reason.to_owned()),
        ..question
    };
    questions::update(tx, &question)?;
    hang(tx, id, &answers, &ties)?;
    let view = speak(tx, id, Some(reason))?;
    audit::record(tx, Some(user.id), "question.revise", view.head.uri.as_str(), reason)?;
    Ok(view)
}

/// Withdraws our copy of a question, with a reason. Copies of others and positions stay.
pub fn retract(tx: &mut Tx<'_>, user: &User, id: Id<Contribution>, reason: &str) -> Result<View, Error> {
    let (_, head) = ours(tx, user, id, QUESTION)?;
    end(tx, user, (&head, State::Retracted), ("question.retract", reason), |tx, reason| {
        let question = parts_of(tx, id)?;
        questions::update(tx, &Question { reason: Some(reason.to_owned()), ..question })?;
        Ok(())
    })
}

/// The draft that a revision starts from.
pub fn draft_of(question: &Question) -> Result<DraftQuestion, Error> {
    let foreign = || Refusal::forbidden("this is not a question of ours");
    let draft = question.draft.as_deref().ok_or_else(foreign)?;
    serde_json::from_str(draft).map_err(|error| Error::broken(error.to_string()))
}

/// What a copy from elsewhere has besides its head.
pub(super) fn receive(
    tx: &mut Tx<'_>,
    id: Id<Contribution>,
    received: &Received,
    body: &ReceivedQuestion,
) -> Result<(), Error> {
    let known = questions::parts(tx, id)?;
    if known.as_ref().is_some_and(|known| known.qid != body.qid) {
        return Err(Refusal::forbidden("a copy of a question keeps its question").into());
    }
    let asked_by = body.core.asked_by().unwrap_or_else(|| received.author.uri.clone());
    let site = tx.site()?;
    let organization = site.organization;
    if asked_by.same_origin(&Uri::ours(&site.origin, "/"))
        && questions::of_account(tx, &body.qid, organization)?.is_none()
    {
        return Err(Refusal::forbidden("we never asked this").into());
    }
    let is_asker = asked_by == received.author.uri;
    if !is_asker && known.is_none() && body.core.asked_at() > tx.now.plus_seconds(24 * 3600) {
        return Err(Refusal::invalid("plenum:core", "was asked in the future").into());
    }
    let question = Question {
        contribution_id: id,
        qid: body.qid.clone(),
        slug: id.to_string(),
        core: body.core.to_json().to_string(),
        asked_by,
        asked_at: body.core.asked_at(),
        wording: body.wording.clone(),
        background: body.background.as_str().to_owned(),
        scope: body.scope.clone(),
        call: body.call.as_str().to_owned(),
        original_uri: None,
        original: None,
        draft: None,
        reason: body.reason.clone(),
    };
    if known.is_some() {
        questions::update(tx, &question)?;
    } else {
        questions::insert(tx, &question)?;
    }
    let mut others = questions::ties_of_account(tx, received.author.id)?;
    others.retain(|(from, _, _)| *from != body.qid);
    let open = |tie: &&Tie| !closes_a_circle(&others, &body.qid, tie);
    let ties: Vec<Tie> = body.ties.iter().filter(open).cloned().collect();
    for _ in ties.len()..body.ties.len() {
        rebuffs::note(tx, received.author.uri.host(), Rebuff::Circle)?;
    }
    hang(tx, id, &body.answers, &ties)?;
    let shown = contributions::known_by_id(tx, id)?.is_some_and(|head| head.state != State::Held);
    note_copies(tx, &received.uri, body, shown)?;
    let now = tx.now;
    if known.is_none() && questions::of_account(tx, &body.qid, organization)?.is_some() {
        jobs::enqueue(tx, &Job::Reconcile { qid: body.qid.to_string() }, now)?;
    }
    if is_asker {
        keep_original(tx, body, received)?;
    }
    if known.is_none() && shown && may_introduce(tx, &received.author)? {
        positions::introduce(tx, &body.qid, &received.author)?;
    }
    Ok(())
}

/// Whether a new copy is answered with our position at once. Whoever sends many copies in a day does not
/// make us send as many documents: it finds our positions when it compares its list with ours.
fn may_introduce(tx: &mut Tx<'_>, carrier: &Account) -> Result<bool, Error> {
    let Some(host) = carrier.host_id else { return Ok(false) };
    if relations::is_followed_here(tx, carrier.id)? {
        return Ok(true);
    }
    let yesterday = tx.now.plus_seconds(-24 * 3600);
    let came = rebuffs::arrived_from(tx, &[host], &[Kind::Question], (yesterday, INTRODUCED + 1))?;
    Ok(i64::try_from(came).is_ok_and(|came| came <= INTRODUCED))
}

/// Remembers where a question is carried. Whoever is not let in does not send us anywhere.
fn note_copies(tx: &mut Tx<'_>, own: &Uri, body: &ReceivedQuestion, shown: bool) -> Result<(), Error> {
    let mut copies = vec![own.clone()];
    if shown {
        let room = questions::MOST_COPIES.saturating_sub(questions::count_copies(tx, &body.qid)?);
        let room = usize::try_from(room).unwrap_or_default().min(COPIES_OF_ONE);
        copies.extend(body.copies.iter().take(room).cloned());
    }
    let now = tx.now;
    Ok(questions::add_copies(tx, &body.qid, &copies, now)?)
}

/// The asker's document completes our own copy that was adopted before it came.
fn keep_original(tx: &mut Tx<'_>, body: &ReceivedQuestion, received: &Received) -> Result<(), Error> {
    let organization = tx.site()?.organization;
    let Some((_, own)) = questions::of_account(tx, &body.qid, organization)? else { return Ok(()) };
    if own.original.is_none() && own.original_uri.is_some() {
        let original = Some(received.document.clone());
        let own = Question { original, original_uri: Some(received.uri.clone()), ..own };
        questions::update(tx, &own)?;
    }
    Ok(())
}

fn parts_of(tx: &mut Tx<'_>, id: Id<Contribution>) -> Result<Question, Error> {
    questions::parts(tx, id)?.ok_or_else(|| Error::broken("a question without its parts"))
}

fn accept(
    tx: &mut Tx<'_>,
    organization: &Account,
    draft: &DraftQuestion,
    core: &Core,
) -> Result<(Vec<Answer>, Vec<Tie>), Error> {
    let qid = core.qid()?;
    let (answers, ties) = draft.accept(&qid)?;
    let mut known = questions::ties_of_account(tx, organization.id)?;
    known.retain(|(from, _, _)| *from != qid);
    if let Some(tie) = ties.iter().find(|tie| closes_a_circle(&known, &qid, tie)) {
        let why = format!("“{}” to {} would lead back to this question", tie.kind.as_str(), tie.target);
        return Err(Refusal::invalid("relations", why).into());
    }
    Ok((answers, ties))
}

fn hang(tx: &mut Tx<'_>, id: Id<Contribution>, answers: &[Answer], ties: &[Tie]) -> Result<(), Error> {
    questions::set_answers(tx, id, answers)?;
    Ok(questions::set_ties(tx, id, ties)?)
}

fn kept(draft: &DraftQuestion) -> Result<String, Error> {
    serde_json::to_string(draft).map_err(|error| Error::broken(error.to_string()))
}

fn parse(core: &str) -> Result<serde_json::Value, Error> {
    serde_json::from_str(core).map_err(|error| Error::broken(error.to_string()))
}

pub(super) fn html(markdown: &Markdown) -> Html {
    if markdown.is_blank() { Html::default() } else { render_with(markdown, Breaks::Soft, &|_| None) }
}

/// In which language a question was asked, as far as a copy of it is here.
pub(super) fn asked_in(conn: &mut Conn, qid: &Qid) -> Result<Option<String>, Error> {
    let copies = questions::carried(conn, Viewer::Anyone, qid)?;
    let core = copies.first().and_then(|(_, question)| Core::parse(&question.core));
    Ok(core.map(|core| core.language().to_owned()))
}
