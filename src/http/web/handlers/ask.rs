//! Asking, adopting, changing and withdrawing questions.

use activitypub_federation::config::Data;
use axum::extract::Path;
use axum::http::StatusCode;

use super::again::{again, come_back, what_was_wrong};
use super::asking::once_more;
use super::bases::{self, Made};
use super::ties::{EMPTY, OFFERED, pairs};
use super::{Answer, page, then};
use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::{Contribution, Kind};
use crate::domain::question::{DraftQuestion, MOST_TIES, Question, QuestionView, Tie};
use crate::domain::uri::Uri;
use crate::domain::user::Role;
use crate::domain::view::View;
use crate::federation::Federation;
use crate::federation::lookup::{self, Meant};
use crate::federation::resolve;
use crate::http::error::PageError;
use crate::http::extract::posted::{Fields, Posted};
use crate::http::extract::visit::Visit;
use crate::http::web::form::{Field, FieldKind, FormPage};
use crate::http::web::forms::{Mistakes, language_choices};
use crate::http::web::layout::Section;
use crate::http::web::present;
use crate::http::web::shown::Link;
use crate::services::questions::{self as service, MOST_INVITED, NewQuestion};
use crate::store::{Error, contributions, questions};
use crate::text::Markdown;

/// The field that holds the words that were read once more.
const CONFIRMED: &str = "confirmed";

/// What a form is for.
enum Deed {
    /// A new question.
    Ask,
    /// The same once more before it is published, with what somebody may want to look at again.
    Confirm(Vec<Link>),
    /// A copy of our own of this one.
    Adopt(Box<Copied>),
    /// A change of what stands around our copy.
    Revise(Box<Copied>),
}

/// The copy that a form is about.
struct Copied {
    head: Contribution,
    view: QuestionView,
}

impl Deed {
    fn copied(&self) -> Option<&Copied> {
        match self {
            Self::Ask | Self::Confirm(_) => None,
            Self::Adopt(copied) | Self::Revise(copied) => Some(copied),
        }
    }
}

/// `GET /questions/new`; `?text=…&language=…` is what somebody found in a text.
pub async fn show(data: Data<Federation>, visit: Visit) -> Answer {
    visit.with_role(Role::Publisher)?;
    let found = Fields::of(["text", "language"].map(|name| (name, visit.asked(name).unwrap_or_default())));
    form(&data, &visit, &Deed::Ask, &found, Mistakes::default()).await
}

/// `POST /questions/new`: what can never be changed is read once more before it is asked.
pub async fn submit(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    let user = visit.with_role(Role::Publisher)?;
    let invited = match invited(&data, fields.get("invited")).await {
        Ok(invited) => invited,
        Err(refusal) => return answer(&data, &visit, &Deed::Ask, &fields, Err(refusal.into())).await,
    };
    let new = NewQuestion {
        text: fields.get("text").to_owned(),
        language: fields.get("language").to_owned(),
        draft: draft(&fields),
        invited,
    };
    if fields.get(CONFIRMED).trim() == new.text.trim() {
        let asked = data.app.db.write(|tx| service::ask(tx, user, &new)).await;
        return answer(&data, &visit, &Deed::Ask, &fields, asked).await;
    }
    let tried = data.app.db.write(|tx| Ok(tx.tried(|tx| service::ask(tx, user, &new)))).await?;
    if let Err(error) = tried {
        return answer(&data, &visit, &Deed::Ask, &fields, Err(error)).await;
    }
    let deed = Deed::Confirm(once_more(&data, &visit, &new.text).await?);
    form(&data, &visit, &deed, &fields, Mistakes::default()).await
}

/// The organizations that a form names, one to a line.
async fn invited(data: &Data<Federation>, text: &str) -> Result<Vec<Account>, Refusal> {
    let names: Vec<&str> =
        text.lines().map(str::trim).filter(|name| !name.is_empty()).take(MOST_INVITED + 1).collect();
    let mut invited: Vec<Account> = Vec::new();
    for name in names {
        let account = resolve::account(data, name).await;
        let account = account.map_err(|error| {
            Refusal::invalid("invited", format!("{name}: {}", PageError::from(error).why))
        })?;
        if !invited.iter().any(|known| known.id == account.id) {
            invited.push(account);
        }
    }
    Ok(invited)
}

/// `GET /questions/{slug}/adopt`.
pub async fn ask_adopt(data: Data<Federation>, visit: Visit, Path(slug): Path<String>) -> Answer {
    visit.with_role(Role::Publisher)?;
    let deed = Deed::Adopt(Box::new(copied(&data, &visit, &slug).await?));
    form(&data, &visit, &deed, &Fields::default(), Mistakes::default()).await
}

/// `POST /questions/{slug}/adopt`.
pub async fn adopt(
    data: Data<Federation>,
    Path(slug): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.with_role(Role::Publisher)?;
    let copied = copied(&data, &visit, &slug).await?;
    let (id, draft) = (copied.head.id, draft(&fields));
    let adopted = data.app.db.write(|tx| service::adopt(tx, user, id, &draft)).await;
    answer(&data, &visit, &Deed::Adopt(Box::new(copied)), &fields, adopted).await
}

/// `GET /questions/{slug}/revise`.
pub async fn ask_revise(data: Data<Federation>, visit: Visit, Path(slug): Path<String>) -> Answer {
    visit.with_role(Role::Publisher)?;
    let deed = Deed::Revise(Box::new(ours(&data, &visit, &slug).await?));
    form(&data, &visit, &deed, &Fields::default(), Mistakes::default()).await
}

/// `POST /questions/{slug}/revise`.
pub async fn revise(
    data: Data<Federation>,
    Path(slug): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.with_role(Role::Publisher)?;
    let copied = ours(&data, &visit, &slug).await?;
    let (id, draft, reason) = (copied.head.id, draft(&fields), fields.get("reason"));
    let made: Result<Made<View>, Error> = data
        .app
        .db
        .write(|tx| {
            let now = contributions::known_by_id(tx, id)?.map_or(0, |head| head.revision);
            if let Some(now) = bases::newer(bases::base(&fields), now) {
                return Ok(Err(now));
            }
            service::revise(tx, user, id, &draft, reason).map(Ok)
        })
        .await;
    let revised = match made {
        Ok(Ok(view)) => Ok(view),
        Ok(Err(now)) => {
            let deed = Deed::Revise(Box::new(ours(&data, &visit, &slug).await?));
            return bases::overtaken(form(&data, &visit, &deed, &fields, bases::mistake(now)).await);
        }
        Err(error) => Err(error),
    };
    answer(&data, &visit, &Deed::Revise(Box::new(copied)), &fields, revised).await
}

/// `GET /questions/{slug}/retract`.
pub async fn ask_retract(data: Data<Federation>, visit: Visit, Path(slug): Path<String>) -> Answer {
    visit.with_role(Role::Publisher)?;
    let copied = ours(&data, &visit, &slug).await?;
    retract_form(&visit, &copied, "", Mistakes::default())
}

/// `POST /questions/{slug}/retract`.
pub async fn retract(
    data: Data<Federation>,
    Path(slug): Path<String>,
    Posted { visit, fields }: Posted,
) -> Answer {
    let user = visit.with_role(Role::Publisher)?;
    let copied = ours(&data, &visit, &slug).await?;
    let (id, reason) = (copied.head.id, fields.get("reason"));
    match data.app.db.write(|tx| service::retract(tx, user, id, reason)).await {
        Ok(view) => then(&format!("{}?note=withdrawn", present::path(&view))),
        Err(error) => again(error, |mistakes| retract_form(&visit, &copied, reason, mistakes)),
    }
}

/// `GET /questions/adopt`: by a pasted address.
pub async fn ask_paste(visit: Visit) -> Answer {
    visit.with_role(Role::Publisher)?;
    paste_form(&visit, &visit.asked("url").unwrap_or_default(), Mistakes::default())
}

/// `POST /questions/adopt`: finds the question that an address means, here or elsewhere.
pub async fn paste(data: Data<Federation>, Posted { visit, fields }: Posted) -> Answer {
    visit.with_role(Role::Publisher)?;
    let (text, viewer) = (fields.get("url").trim(), visit.viewer());
    let wrong = |why: &str| refused(paste_form(&visit, text, Mistakes::one("url", why)));
    let Some(uri) = Uri::parse(text) else { return wrong("This is no web address.") };
    let origin = &visit.site.origin;
    let known = data.app.db.read(|conn| lookup::known(conn, origin, viewer, &uri)).await?;
    let meant = match known {
        Some(meant) => Ok(meant),
        None => lookup::anywhere(&data, text).await,
    };
    let Ok(Meant::Contribution(head)) = meant else {
        return wrong("No question was found there. Its server may be away, or it may not be public.");
    };
    if head.kind != Kind::Question {
        return wrong("There is something at this address, but no question.");
    }
    let parts = data.app.db.read(|conn| Ok(questions::parts(conn, head.id)?)).await?;
    let question = parts.ok_or_else(PageError::not_found)?;
    then(&format!("/questions/{}/adopt", question.slug))
}

async fn copied(data: &Data<Federation>, visit: &Visit, slug: &str) -> Result<Copied, PageError> {
    let viewer = visit.viewer();
    let loaded = data.app.db.read(|conn| {
        let (head, _) = questions::by_slug(conn, viewer, slug)?.ok_or(Refusal::NotFound)?;
        let view = questions::views(conn, &[head.id])?.remove(&head.id).ok_or(Refusal::NotFound)?;
        Ok(Copied { head, view })
    });
    Ok(loaded.await?)
}

async fn ours(data: &Data<Federation>, visit: &Visit, slug: &str) -> Result<Copied, PageError> {
    let copied = copied(data, visit, slug).await?;
    if copied.head.author_id == visit.organization.id {
        return Ok(copied);
    }
    Err(PageError::forbidden(
        "This copy belongs to another organization. Adopt the question to have your own.",
    ))
}

fn draft(fields: &Fields) -> DraftQuestion {
    let relations = (1..=MOST_TIES + EMPTY).filter_map(|number| {
        let target = fields.get(&format!("target_{number}"));
        let kind = fields.get(&format!("tie_{number}"));
        (!target.is_empty()).then(|| (kind.to_owned(), target.to_owned()))
    });
    DraftQuestion {
        wording: fields.get("wording").to_owned(),
        background: Markdown::new(fields.get("background")),
        scope: fields.get("scope").to_owned(),
        answers: fields.get("answers").lines().map(str::to_owned).collect(),
        relations: relations.collect(),
        call: Markdown::new(fields.get("call")),
    }
}

/// The draft that an unsent form starts from; ties lead to what is `known` here.
fn beginning(deed: &Deed, known: &[questions::Copy]) -> Result<DraftQuestion, PageError> {
    match deed {
        Deed::Ask | Deed::Confirm(_) => Ok(DraftQuestion::default()),
        Deed::Adopt(copied) => {
            let view = &copied.view;
            let here = |tie: &&Tie| known.iter().any(|(_, question)| question.qid == tie.target);
            let tie = |tie: &Tie| (tie.kind.as_str().to_owned(), tie.target.to_string());
            Ok(DraftQuestion {
                answers: view.answers.iter().map(|answer| answer.text.clone()).collect(),
                scope: view.question.scope.clone(),
                relations: view.ties.iter().filter(here).map(tie).collect(),
                ..DraftQuestion::default()
            })
        }
        Deed::Revise(copied) => Ok(service::draft_of(&copied.view.question)?),
    }
}

async fn answer(
    data: &Data<Federation>,
    visit: &Visit,
    deed: &Deed,
    fields: &Fields,
    done: Result<View, Error>,
) -> Answer {
    match done {
        Ok(view) => {
            let note = if matches!(deed, Deed::Adopt(_)) { "adopted" } else { "published" };
            then(&format!("{}?note={note}", present::path(&view)))
        }
        Err(error) => {
            let (status, wrong) = what_was_wrong(error)?;
            come_back(status, form(data, visit, deed, fields, wrong).await)
        }
    }
}

/// A form that came back.
pub fn refused(form: Answer) -> Answer {
    let mut response = form?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn form(
    data: &Data<Federation>,
    visit: &Visit,
    deed: &Deed,
    sent: &Fields,
    mistakes: Mistakes,
) -> Answer {
    let viewer = visit.viewer();
    let known = data.app.db.read(|conn| Ok(questions::newest(conn, viewer, OFFERED)?)).await?;
    let draft = if sent.is_empty() { beginning(deed, &known)? } else { draft(sent) };
    let about = deed.copied().map(|copied| asked(&copied.head, &copied.view.question));
    let (heading, lead, action, button) = words(deed);
    let mut fields = opening(visit, deed, sent);
    fields.extend(going_on(deed, sent, &mistakes));
    let own = deed.copied().map(|copied| copied.head.title.clone().unwrap_or_default());
    fields.extend(around(&draft, own.as_deref()));
    let this = deed.copied().map(|copied| copied.view.question.qid.as_str());
    let pairs = FieldKind::Pairs(pairs(&draft, &known, this));
    let hint = "How it is tied to other questions that are known here. Empty lines are left out.";
    fields.push(Field::new("relations", "Relations", hint, pairs, ""));
    page(&FormPage {
        layout: visit.private_layout(heading, Section::Questions),
        heading: heading.to_owned(),
        lead: lead.to_owned(),
        back: about.as_ref().map_or_else(|| "/questions".into(), |link| link.href.clone()),
        about,
        action: action.into(),
        fields,
        mistakes,
        button: button.to_owned(),
    })
}

fn asked(head: &Contribution, question: &Question) -> Link {
    Link::new(head.title.clone().unwrap_or_default(), format!("/questions/{}", question.slug))
}

fn words(deed: &Deed) -> (&'static str, &'static str, String, &'static str) {
    match deed {
        Deed::Ask => (
            "Ask a question",
            "The question itself can never be changed afterwards, so that every answer answers the same words. \
             Nobody owns it: other organizations carry copies of their own and answer it on their own servers.",
            "/questions/new".to_owned(),
            "Go on",
        ),
        Deed::Confirm(_) => (
            "Read the question once more",
            "Nothing is asked yet. As soon as you ask it, these words stay as they are, for everybody.",
            "/questions/new".to_owned(),
            "Ask it",
        ),
        Deed::Adopt(copied) => (
            "Adopt this question",
            "Your organization carries a copy of its own, with the signed original inside. You may put your own \
             words beside the original, never in its place.",
            format!("/questions/{}/adopt", copied.view.question.slug),
            "Adopt it",
        ),
        Deed::Revise(copied) => (
            "Change what stands around the question",
            "The question stays as it was asked. Earlier versions of what stands around it stay readable.",
            format!("/questions/{}/revise", copied.view.question.slug),
            "Publish the change",
        ),
    }
}

/// From which version of ours a change goes on, and what stands there now where that is another one.
fn going_on(deed: &Deed, sent: &Fields, mistakes: &Mistakes) -> Vec<Field> {
    let Deed::Revise(copied) = deed else { return Vec::new() };
    let head = &copied.head;
    if mistakes.at("standing").is_some() {
        let href = format!("/questions/{}", copied.view.question.slug);
        let now = &copied.view.question;
        let answers = copied.view.answers.iter().map(|answer| answer.text.as_str());
        let words = [now.wording.as_str(), now.scope.as_str()].into_iter().chain(answers);
        let line = words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" · ");
        let texts = [&now.background, &now.call];
        return vec![bases::field(head.revision), bases::standing(head, &href, &line, &texts)];
    }
    vec![bases::field(bases::base(sent).unwrap_or(head.revision))]
}

/// What only one of the forms asks for.
fn opening(visit: &Visit, deed: &Deed, sent: &Fields) -> Vec<Field> {
    match deed {
        Deed::Ask | Deed::Confirm(_) => {
            let chosen =
                if sent.get("language").is_empty() { visit.language() } else { sent.get("language") };
            let languages = FieldKind::Select(language_choices(chosen));
            let hint = "One sentence that can be answered in more than one way; up to 500 characters.";
            let names = "One address to a line, such as @name@example.org. They are told of it; everybody may answer.";
            let mut fields = Vec::new();
            if let Deed::Confirm(remarks) = deed {
                let text = sent.get("text").trim();
                let label = format!("“{text}”");
                let hint = if remarks.is_empty() { "" } else { "You may want to look at this again:" };
                fields.push(Field::new("remarks", &label, hint, FieldKind::Remarks(remarks.clone()), ""));
                fields.push(Field::new(CONFIRMED, "", "", FieldKind::Hidden, text));
            }
            fields.extend([
                Field::text("text", "The question", hint, sent.get("text"), 3),
                Field::new("language", "Language", "The language it is asked in.", languages, ""),
                Field::text("invited", "Organizations asked by name", names, sent.get("invited"), 2),
            ]);
            fields
        }
        Deed::Revise(_) => {
            let hint = "Published with the change.";
            vec![Field::text("reason", "What changed, and why?", hint, sent.get("reason"), 3)]
        }
        Deed::Adopt(_) => Vec::new(),
    }
}

fn around(draft: &DraftQuestion, original: Option<&str>) -> Vec<Field> {
    let markdown = "Markdown. May be left blank.";
    let wording = original.map(|original| {
        let hint = format!("Shown beside the original: “{original}”. May be left blank.");
        Field::text("wording", "In your own words", &hint, &draft.wording, 2)
    });
    let scope = "The place or field it is about; blank where it is general.";
    let answers =
        "One to a line, up to 140 characters each. Whoever answers may also give an answer of their own.";
    let call = "Who is asked, and what is missing. Markdown. May be left blank.";
    let fields = [
        Field::text("background", "Background", markdown, draft.background.as_str(), 8),
        Field::line("scope", "Scope", scope, &draft.scope),
        Field::text("answers", "Proposed answers", answers, &draft.answers.join("\n"), 4),
        Field::text("call", "Call for contributions", call, draft.call.as_str(), 4),
    ];
    wording.into_iter().chain(fields).collect()
}

fn retract_form(visit: &Visit, copied: &Copied, reason: &str, mistakes: Mistakes) -> Answer {
    let link = asked(&copied.head, &copied.view.question);
    page(&FormPage {
        layout: visit.private_layout("Withdraw our copy", Section::Questions),
        heading: "Withdraw our copy of this question".to_owned(),
        lead: "It stays readable with a clear note. Copies of others and all positions stay as they are."
            .to_owned(),
        action: format!("{}/retract", link.href).into(),
        fields: vec![Field::text("reason", "Reason", "Required, and published.", reason, 4)],
        mistakes,
        button: "Withdraw it".to_owned(),
        back: link.href.clone(),
        about: Some(link),
    })
}

fn paste_form(visit: &Visit, url: &str, mistakes: Mistakes) -> Answer {
    let hint = "The address of the question's page on any server, or its identity …/q/b….";
    page(&FormPage {
        layout: visit.private_layout("Adopt a question", Section::Questions),
        heading: "Adopt a question from elsewhere".to_owned(),
        lead: "Paste its address. You see it before anything is published.".to_owned(),
        about: None,
        action: "/questions/adopt".into(),
        fields: vec![Field::line("url", "Address", hint, url)],
        mistakes,
        button: "Look for it".to_owned(),
        back: "/questions".into(),
    })
}
