//! The position map of a question, now or on a day: read from the signed versions themselves.

use super::questions::asked_in;
use crate::domain::contribution::State;
use crate::domain::date::Day;
use crate::domain::map::{Declared, Entry, Held, Map};
use crate::domain::question::{Answer, AnswerKey, Qid};
use crate::store::contributions::Viewer;
use crate::store::maps::{self, Line};
use crate::store::revisions::Revision;
use crate::store::{Conn, Error, attributions, external_statements};
use crate::vocab::incoming::{IncomingObject, ObjectKind};

/// Who stands where on a question, as far as the viewer may see it. `proposed` are the answers that
/// stand as groups even where nobody gives them.
pub fn of(
    conn: &mut Conn,
    viewer: Viewer,
    qid: &Qid,
    proposed: &[Answer],
    as_of: Option<Day>,
) -> Result<Map, Error> {
    of_all(conn, viewer, &[qid], proposed, as_of)
}

/// One map of several questions that are said to be the same.
pub fn of_all(
    conn: &mut Conn,
    viewer: Viewer,
    qids: &[&Qid],
    proposed: &[Answer],
    as_of: Option<Day>,
) -> Result<Map, Error> {
    let (mut entries, mut attributed, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for qid in qids {
        let asked_in = asked_in(conn, qid)?;
        let lines = maps::lines(conn, viewer, qid, as_of.is_some())?;
        entries.extend(lines.into_iter().map(|line| entry(line, asked_in.as_deref())));
        attributed.extend(attributions::on(conn, qid)?);
        texts.extend(external_statements::on(conn, viewer, qid)?);
    }
    let end = as_of.and_then(Day::end);
    Ok(Map::new(entries, attributed, proposed, end).with_texts(texts, end))
}

/// What an organization held in a version of its position; `None` where the kept document is none
/// of a position. The group follows the same rule as that of the version in force.
fn held(version: &Revision, asked_in: Option<&str>) -> Option<Held> {
    let document = serde_json::from_str(version.document.as_deref()?).ok()?;
    let object = IncomingObject::read(&document).ok()?;
    let ObjectKind::Position(position) = object.kind else { return None };
    Some(Held {
        revision: version.revision,
        at: version.created_at,
        state: version.state,
        key: AnswerKey::settled(
            position.stand.answer_key,
            &position.stand.answer,
            &object.language,
            asked_in,
        ),
        answer: position.stand.answer,
        certainty: position.stand.certainty,
        language: object.language,
        reasoning: position.reasoning.as_str().to_owned(),
    })
}

fn entry(line: Line, asked_in: Option<&str>) -> Entry {
    let mut versions: Vec<Held> =
        line.versions.iter().filter_map(|version| held(version, asked_in)).collect();
    let (head, position) = (line.head, line.position);
    // The row in force is the position itself: a moderator may hold back what its document says.
    versions.retain(|version| version.revision < head.revision);
    let changed = head.edited_at.filter(|_| head.revision > 1);
    let at = changed.unwrap_or(head.published_at);
    // Whatever date an earlier version bears, it was before this one.
    versions.iter_mut().for_each(|version| version.at = version.at.min(at));
    versions.push(Held {
        revision: head.revision,
        at,
        state: head.state,
        answer: position.answer,
        key: position.answer_key,
        certainty: position.certainty,
        language: head.language,
        reasoning: position.reasoning,
    });
    if head.state == State::Held {
        versions.iter_mut().for_each(|version| version.state = State::Held);
    }
    Entry {
        declared: Declared {
            position: head.id,
            uri: head.uri,
            url: head.url,
            newest: head.revision,
            listing: position.listing,
            equivocal: position.equivocal,
            gap: position.gap,
            trust: head.trust,
            unreachable_since: line.unreachable_since,
            listed_by: line.listed_by,
            organization: line.organization,
        },
        held: versions,
    }
}
