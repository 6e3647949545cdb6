//! What the kinds of contributions from elsewhere have besides their heads.

use std::collections::HashMap;

use super::{critiques, events, positions, questions};
use crate::domain::Refusal;
use crate::domain::account::AccountKind;
use crate::domain::contribution::{Contribution, Received, ReceivedBody, ReceivedStatement, ReceivedThesis};
use crate::domain::id::Id;
use crate::domain::uri::Uri;
use crate::store::statements::{self, StatementParts, ThesisParts};
use crate::store::{Error, Tx, contributions, statement_references};

/// Keeps what the kind of a received contribution adds to its head.
pub(super) fn body(
    tx: &mut Tx<'_>,
    id: Id<Contribution>,
    received: &Received,
    parent: Option<&Contribution>,
) -> Result<(), Error> {
    let organization = received.author.kind == AccountKind::Organization;
    match &received.body {
        ReceivedBody::Post => Ok(()),
        ReceivedBody::Critique(critique) => critiques::receive(tx, id, (&received.author, parent), critique),
        _ if !organization => Err(Refusal::forbidden("only an organization says such things").into()),
        ReceivedBody::Statement(statement) => {
            statement_body(tx, id, statement)?;
            statement_references::set(tx, id, &statement.references)?;
            let around = format!("{}{}", statement.introduction.as_str(), statement.closing.as_str());
            events::note_links(tx, id, &around)
        }
        ReceivedBody::Thesis(thesis) => {
            thesis_body(tx, id, received, thesis)?;
            events::note_links(tx, id, received.content.as_str())
        }
        ReceivedBody::Question(question) => questions::receive(tx, id, received, question),
        ReceivedBody::Position(position) => {
            positions::receive(tx, id, received, position)?;
            events::note_links(tx, id, received.content.as_str())
        }
        ReceivedBody::Event(event) => events::receive(tx, id, event),
    }
}

fn statement_body(tx: &mut Tx<'_>, id: Id<Contribution>, received: &ReceivedStatement) -> Result<(), Error> {
    let parts = StatementParts {
        introduction: received.introduction.as_str().to_owned(),
        closing: received.closing.as_str().to_owned(),
        reason: received.reason.clone(),
        superseded_by: received.superseded_by.clone(),
        digest: received.digest.clone(),
        convinced_by: received.convinced_by.clone(),
    };
    if statements::update(tx, id, &parts)? == 0 {
        statements::insert(tx, id, &id.to_string(), &parts)?;
        return Ok(());
    }
    let listed: HashMap<&Uri, usize> =
        received.theses.iter().enumerate().map(|(at, uri)| (uri, at)).collect();
    for (head, thesis) in statements::theses_of(tx, id)? {
        let withdrawn = !listed.contains_key(&head.uri);
        if withdrawn != thesis.withdrawn {
            statements::set_withdrawn(tx, head.id, withdrawn)?;
        }
    }
    Ok(())
}

fn thesis_body(
    tx: &mut Tx<'_>,
    id: Id<Contribution>,
    received: &Received,
    thesis: &ReceivedThesis,
) -> Result<(), Error> {
    let statement = match &received.in_reply_to {
        Some(uri) => contributions::known(tx, uri)?,
        None => None,
    };
    let Some(statement) = statement.filter(|statement| statement.author_id == received.author.id) else {
        return Err(Refusal::invalid("inReplyTo", "a thesis belongs to a statement of its author").into());
    };
    let parts = ThesisParts {
        number: thesis.number.clone(),
        rank: thesis.rank,
        kind: thesis.kind,
        head: thesis.head.clone(),
        body: thesis.body.as_str().to_owned(),
        limits: thesis.limits.as_str().to_owned(),
        evidence: thesis.evidence.as_str().to_owned(),
        withdrawn: false,
    };
    if statements::update_thesis(tx, id, &parts)? == 0 {
        statements::insert_thesis(tx, id, statement.id, &thesis.key, &parts)?;
    }
    Ok(())
}
