//! What organizations without a server answered, as somebody here found it in a source.

use crate::domain::Refusal;
use crate::domain::attribution::{Attribution, DraftAttribution};
use crate::domain::id::Id;
use crate::domain::question::Qid;
use crate::domain::user::{Role, User};
use crate::store::{Error, Tx, attributions, audit, questions};

/// Enters what an organization said on a question, with the words that show it.
pub fn enter(
    tx: &mut Tx<'_>,
    user: &User,
    qid: &Qid,
    draft: &DraftAttribution,
) -> Result<Attribution, Error> {
    may(user)?;
    let (draft, certainty, answer_key) = draft.accept()?;
    if !questions::is_carried(tx, qid)? {
        return Err(Refusal::NotFound.into());
    }
    let attribution = Attribution {
        id: tx.mint(),
        qid: qid.clone(),
        name: draft.name,
        answer: draft.answer,
        answer_key,
        certainty,
        stated_on: draft.stated_on,
        quotation: draft.quotation,
        source_title: draft.source_title,
        source_url: draft.source_url,
        user_id: user.id,
        created_at: tx.now,
        withdrawn_at: None,
    };
    attributions::insert(tx, &attribution)?;
    audit::record(tx, Some(user.id), "attribution.enter", qid.as_str(), &attribution.name)?;
    Ok(attribution)
}

/// Takes an attribution back: the map no longer shows it, and the map of an earlier day still does.
pub fn withdraw(tx: &mut Tx<'_>, user: &User, id: Id<Attribution>) -> Result<Attribution, Error> {
    may(user)?;
    let attribution = attributions::by_id(tx, id)?.ok_or(Refusal::NotFound)?;
    if attribution.withdrawn_at.is_some() {
        return Err(Refusal::Conflict("this was taken back already".to_owned()).into());
    }
    let now = tx.now;
    attributions::withdraw(tx, id, now)?;
    let subject = attribution.qid.as_str();
    audit::record(tx, Some(user.id), "attribution.withdraw", subject, &attribution.name)?;
    Ok(attribution)
}

fn may(user: &User) -> Result<(), Refusal> {
    let may = [Role::Publisher, Role::Archivist].iter().any(|role| user.roles.has(*role));
    if may && user.disabled_at.is_none() {
        return Ok(());
    }
    Err(Refusal::forbidden("what others said is entered by publishers and archivists"))
}
