//! What our peers say of questions, positions, critiques and events.
//!
//! What is hashed or decides about identity is strict: a core that does not fit its name is no
//! question, and a date that no calendar has is no date. Everything else is taken as far as it can be understood.

use serde_json::Value;

use super::Problem;
use super::object::{number, part, reason, state};
use super::values::{self, Fields};
use crate::domain::critique::{Anchor, Intent, LONGEST_PASSAGE, ReceivedCritique};
use crate::domain::date::{Date, Day};
use crate::domain::event::{LONGEST_NAME, MOST_SOURCES, ReceivedEvent, Source};
use crate::domain::position::{Certainty, MOST_CONVINCING, MOST_THESES, ReceivedPosition, Stand};
use crate::domain::question::{
    Answer, AnswerKey, Core, LONGEST_ANSWER, LONGEST_TEXT, MOST_ANSWERS, MOST_TIES, Qid, ReceivedQuestion,
    Tie, TieKind, accept_answers,
};
use crate::domain::uri::{Addresses, Uri};
use crate::text::anchor::Quote;
use crate::vocab::proof;

/// How many other copies of a question one document may name.
const MOST_COPIES: usize = 50;
const LONGEST_SCOPE: usize = 100;
const LONGEST_BODY: usize = 200;
/// How many characters around a passage are read.
const LONGEST_AROUND: usize = 100;

pub(super) fn question(fields: &Fields, value: &Value) -> Result<ReceivedQuestion, Problem> {
    let core = fields.get("plenum:core").ok_or(Problem::Field("plenum:core"))?;
    let core = Core::read(core).map_err(|_| Problem::Field("plenum:core"))?;
    let qid = core.qid().map_err(|_| Problem::Field("plenum:core"))?;
    if fields.get("plenum:qid").and_then(Value::as_str) != Some(qid.as_str()) {
        return Err(Problem::Field("plenum:qid"));
    }
    Ok(ReceivedQuestion {
        wording: values::line(fields, "plenum:wording", LONGEST_TEXT).unwrap_or_default(),
        background: part(fields, "background"),
        scope: values::line(fields, "plenum:scope", LONGEST_SCOPE).unwrap_or_default(),
        call: part(fields, "call"),
        answers: answers(fields),
        ties: ties(fields, &qid),
        copies: addresses(fields, "plenum:question", MOST_COPIES),
        state: state(fields),
        reason: reason(fields),
        revision: number(fields, "plenum:rev"),
        digest: proof::digest(value).unwrap_or_default(),
        qid,
        core,
    })
}

/// Proposed answers. The key is the owner's: it is made of the original words, which a
/// translation does not show.
fn answers(fields: &Fields) -> Vec<Answer> {
    let read = |entry: &Value| {
        let entry = entry.as_object()?;
        let text = words(entry.get("plenum:text")?, LONGEST_ANSWER)?;
        let key = entry.get("plenum:key").and_then(Value::as_str).and_then(AnswerKey::parse);
        Some(Answer { key: key.unwrap_or_else(|| AnswerKey::of(&text)), text })
    };
    let proposed = values::entries(fields.get("plenum:answers")).iter().take(MOST_ANSWERS).filter_map(read);
    accept_answers(proposed).unwrap_or_default()
}

/// A text, or the first one of a language map.
fn words(value: &Value, most: usize) -> Option<String> {
    let text = match value {
        Value::String(text) => text,
        Value::Object(map) => map.values().find_map(Value::as_str)?,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return None,
    };
    Some(values::to_line(text, most)).filter(|line| !line.is_empty())
}

fn ties(fields: &Fields, qid: &Qid) -> Vec<Tie> {
    let read = |entry: &Value| {
        let entry = entry.as_object()?;
        let kind = entry.get("plenum:relation").and_then(Value::as_str).and_then(TieKind::parse)?;
        let target = entry.get("plenum:qid").and_then(Value::as_str).and_then(Qid::parse)?;
        Some(Tie { kind, target })
    };
    let related = values::entries(fields.get("plenum:relations")).iter().filter_map(read);
    let listed = |name: &str, kind: TieKind| {
        let entries = values::entries(fields.get(name)).iter().take(MOST_TIES);
        let targets = entries.filter_map(|entry| Qid::parse(entry.as_str()?));
        targets.map(|target| Tie { kind, target }).collect::<Vec<_>>()
    };
    let same = listed("plenum:sameQuestion", TieKind::SameQuestion);
    let earlier = listed("plenum:supersedes", TieKind::Supersedes);
    let mut ties: Vec<Tie> = Vec::new();
    for tie in related.chain(same).chain(earlier).filter(|tie| tie.target != *qid) {
        if ties.len() < MOST_TIES && !ties.contains(&tie) {
            ties.push(tie);
        }
    }
    ties
}

pub(super) fn addresses(fields: &Fields, name: &str, most: usize) -> Vec<Uri> {
    let mut found: Vec<Uri> = Vec::new();
    for uri in values::entries(fields.get(name)).iter().take(most).filter_map(values::address) {
        if !found.contains(&uri) {
            found.push(uri);
        }
    }
    found
}

/// What convinced the author of a version; what is too much is left out.
pub(super) fn convincing(fields: &Fields) -> Addresses {
    addresses(fields, "plenum:convincedBy", MOST_CONVINCING).into_iter().collect()
}

pub(super) fn position(fields: &Fields, value: &Value) -> Result<ReceivedPosition, Problem> {
    let qid = fields.get("plenum:qid").and_then(Value::as_str).and_then(Qid::parse);
    let certainty = fields.get("plenum:certainty").and_then(Value::as_str).and_then(Certainty::parse);
    let answer = fields.get("plenum:answer").and_then(|answer| words(answer, LONGEST_ANSWER));
    let reasoning = part(fields, "reasoning");
    let adopted = fields.get("plenum:adopted").and_then(Value::as_object);
    let said = |name: &str| adopted.and_then(|adopted| values::line(adopted, name, LONGEST_BODY));
    let named = said("plenum:date");
    let misdated = named.as_ref().is_some_and(|day| Day::parse(day).is_none());
    let stand = Stand {
        answer: answer.unwrap_or_default(),
        answer_key: fields.get("plenum:answerKey").and_then(Value::as_str).and_then(AnswerKey::parse),
        certainty: certainty.ok_or(Problem::Field("plenum:certainty"))?,
        statement: values::single(fields, "plenum:statement"),
        theses: addresses(fields, "plenum:theses", MOST_THESES),
        adopted_body: said("plenum:body").unwrap_or_default(),
        adopted_on: named.filter(|_| !misdated).unwrap_or_default(),
        convinced_by: convincing(fields),
    };
    let revision = number(fields, "plenum:rev");
    if revision == 0 {
        return Err(Problem::Field("plenum:rev"));
    }
    Ok(ReceivedPosition {
        qid: qid.ok_or(Problem::Field("plenum:qid"))?,
        stand: stand.accept(!reasoning.as_str().is_empty()).map_err(|_| Problem::Field("plenum:answer"))?,
        reasoning,
        conditions: part(fields, "conditions"),
        limits: part(fields, "limits"),
        evidence: part(fields, "evidence"),
        state: state(fields),
        reason: reason(fields),
        revision,
        previous: fields
            .get("plenum:prev")
            .and_then(Value::as_str)
            .map(|text| text.chars().take(80).collect()),
        digest: proof::digest(value).unwrap_or_default(),
        copies: addresses(fields, "plenum:question", MOST_COPIES),
        misdated,
    })
}

/// A critique; `None` where it is none that we understand, which makes it a plain reply.
pub(super) fn critique(fields: &Fields) -> Option<ReceivedCritique> {
    let intent = fields.get("plenum:intent").and_then(Value::as_str).and_then(Intent::parse)?;
    Some(ReceivedCritique { intent, anchor: fields.get("plenum:anchor").and_then(anchor) })
}

fn anchor(value: &Value) -> Option<Anchor> {
    let fields = value.as_object()?;
    let text = |name: &str, most: usize| {
        let text = fields.get(name).and_then(Value::as_str).unwrap_or_default();
        text.chars().take(most).collect::<String>()
    };
    let place = |name: &str| fields.get(name).and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
    let exact = fields.get("plenum:exact").and_then(Value::as_str)?;
    if exact.trim().is_empty() || exact.chars().count() > LONGEST_PASSAGE {
        return None;
    }
    Some(Anchor {
        quote: Quote {
            exact: exact.to_owned(),
            prefix: text("plenum:prefix", LONGEST_AROUND),
            suffix: text("plenum:suffix", LONGEST_AROUND),
            start: place("plenum:start").unwrap_or_default(),
            end: place("plenum:end").unwrap_or_default(),
        },
        revision: number(fields, "plenum:rev").max(1),
        digest: text("plenum:digest", 80),
    })
}

/// What an event or a statement rests on.
pub(super) fn sources(fields: &Fields, most: usize) -> Vec<Source> {
    let source = |entry: &Value| {
        let url = values::link(entry)?;
        let title = entry.as_object().and_then(|entry| values::line(entry, "name", LONGEST_NAME));
        Some(Source { title: title.unwrap_or_else(|| url.clone()), url })
    };
    values::entries(fields.get("plenum:sources")).iter().take(most).filter_map(source).collect()
}

pub(super) fn event(fields: &Fields, value: &Value) -> Result<ReceivedEvent, Problem> {
    let date = fields.get("plenum:date").and_then(Value::as_str).and_then(|date| Date::parse(date).ok());
    Ok(ReceivedEvent {
        date: date.ok_or(Problem::Field("plenum:date"))?,
        place: values::line(fields, "plenum:place", LONGEST_NAME).unwrap_or_default(),
        details: part(fields, "details"),
        sources: sources(fields, MOST_SOURCES),
        state: state(fields),
        reason: reason(fields),
        revision: number(fields, "plenum:rev"),
        digest: proof::digest(value).unwrap_or_default(),
    })
}
