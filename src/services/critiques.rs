//! Where critiques stand in the texts they are about, before and after a revision.

use crate::domain::Refusal;
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::critique::{Anchor, Critique, Hold, NewCritique, ReceivedCritique};
use crate::domain::id::Id;
use crate::domain::rebuff::Rebuff;
use crate::store::{Error, Tx, contributions, critiques, rebuffs, revisions};
use crate::text::anchor::Quote;
use crate::text::{Html, plain};

/// Critiques of one text that are placed again when it changes, the newest first.
const MOST: i64 = 500;
/// Earlier versions in which a passage is looked for.
const VERSIONS: i64 = 20;

/// What a new critique of ours has besides its head. Words that do not stand in its target are
/// refused.
pub(super) fn accept(
    tx: &mut Tx<'_>,
    id: Id<Contribution>,
    target: &Contribution,
    new: &NewCritique,
) -> Result<Critique, Error> {
    let digest = revisions::newest(tx, target.id)?.map(|revision| revision.digest).unwrap_or_default();
    let anchor = new.anchor(target, &text(&target.content), &digest)?;
    let place = |at: usize| i32::try_from(at).map_err(|_| Refusal::invalid("passage", "stands too far down"));
    let (start, end) = match &anchor {
        Some(anchor) => (place(anchor.quote.start)?, place(anchor.quote.end)?),
        None => (0, 0),
    };
    let hold = if anchor.is_some() { Hold::Placed } else { Hold::Whole };
    let revision = anchor.as_ref().map_or(0, |anchor| anchor.revision);
    let quote = anchor.map(|anchor| anchor.quote).unwrap_or_default();
    Ok(Critique {
        contribution_id: id,
        intent: new.intent,
        hold,
        exact: quote.exact,
        prefix: quote.prefix,
        suffix: quote.suffix,
        start,
        end,
        revision,
        digest: if revision > 0 { digest } else { String::new() },
    })
}

/// What a critique from elsewhere has besides its head. A passage that never stood in any version
/// we know of is left out; what is said stays.
pub(super) fn receive(
    tx: &mut Tx<'_>,
    id: Id<Contribution>,
    (author, target): (&Account, Option<&Contribution>),
    received: &ReceivedCritique,
) -> Result<(), Error> {
    let anchor = received.anchor.clone().unwrap_or(Anchor {
        quote: Quote::default(),
        revision: 0,
        digest: String::new(),
    });
    let place = |at: usize| i32::try_from(at).unwrap_or_default();
    let critique = Critique {
        contribution_id: id,
        intent: received.intent,
        hold: if anchor.quote.exact.is_empty() { Hold::Whole } else { Hold::Historic },
        start: place(anchor.quote.start),
        end: place(anchor.quote.end),
        exact: anchor.quote.exact,
        prefix: anchor.quote.prefix,
        suffix: anchor.quote.suffix,
        revision: anchor.revision,
        digest: anchor.digest,
    };
    let quoted = !critique.exact.is_empty();
    let critique = match target {
        Some(target) => placed(tx, &mut Texts::of(target), critique)?,
        None => critique,
    };
    if quoted && critique.exact.is_empty() {
        rebuffs::note(tx, author.uri.host(), Rebuff::Misquoted)?;
    }
    if critiques::update(tx, &critique)? == 0 {
        critiques::insert(tx, &critique)?;
    }
    Ok(())
}

/// Finds the passages of all critiques of a text again, after it changed or arrived.
pub(super) fn place_again(tx: &mut Tx<'_>, target: Id<Contribution>) -> Result<(), Error> {
    let standing = critiques::all_of(tx, target, MOST)?;
    if standing.is_empty() {
        return Ok(());
    }
    let Some(target) = contributions::known_by_id(tx, target)? else { return Ok(()) };
    let mut texts = Texts::of(&target);
    for critique in standing {
        let again = placed(tx, &mut texts, critique.clone())?;
        if again != critique {
            critiques::update(tx, &again)?;
        }
    }
    Ok(())
}

/// What the target of critiques says now and said before; its earlier versions are read when the
/// first passage is not in the current one.
struct Texts<'a> {
    target: &'a Contribution,
    now: String,
    before: Option<Vec<String>>,
}

impl<'a> Texts<'a> {
    fn of(target: &'a Contribution) -> Self {
        Self { target, now: text(&target.content), before: None }
    }

    fn said_before(&mut self, tx: &mut Tx<'_>, quote: &Quote) -> Result<bool, Error> {
        if self.before.is_none() {
            let contents = revisions::contents(tx, self.target.id, VERSIONS)?;
            self.before = Some(contents.iter().map(|content| text(content)).collect());
        }
        Ok(self.before.iter().flatten().any(|text| text.contains(&quote.exact)))
    }
}

fn placed(tx: &mut Tx<'_>, texts: &mut Texts<'_>, critique: Critique) -> Result<Critique, Error> {
    let Some(anchor) = critique.anchor() else { return Ok(critique) };
    if let Some(quote) = anchor.quote.place(&texts.now) {
        let place = |at: usize| i32::try_from(at).unwrap_or(i32::MAX);
        let (start, end) = (place(quote.start), place(quote.end));
        return Ok(Critique { hold: Hold::Placed, start, end, ..critique });
    }
    if texts.said_before(tx, &anchor.quote)? {
        return Ok(Critique { hold: Hold::Historic, ..critique });
    }
    if anchor.revision > texts.target.revision {
        // The version it quotes has not arrived yet: it is about the whole until then.
        return Ok(Critique { hold: Hold::Whole, ..critique });
    }
    let nothing = String::new;
    Ok(Critique {
        hold: Hold::Whole,
        exact: nothing(),
        prefix: nothing(),
        suffix: nothing(),
        start: 0,
        end: 0,
        revision: 0,
        digest: nothing(),
        ..critique
    })
}

fn text(content: &str) -> String {
    plain::text(&Html::from_store(content.to_owned()))
}
