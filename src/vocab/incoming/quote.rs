//! Quotes in what arrives: what a post quotes, who may quote it, and consents.

use serde_json::Value;

use super::Problem;
use super::values::{self, Fields};
use crate::domain::account::Account;
use crate::domain::quote::{QuotePolicy, Quoters, Stamp};
use crate::domain::uri::Uri;
use crate::vocab::PUBLIC;

/// The names under which a quote stands, the one of FEP-044f first.
const NAMES: [&str; 4] = ["quote", "_misskey_quote", "quoteUri", "quoteUrl"];
/// How many entries of a rule are looked at.
const MOST_QUOTERS: usize = 20;

/// What a post quotes, and where the consent is said to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingQuote {
    /// What it quotes.
    pub uri: Uri,
    /// The consent.
    pub stamp: Option<Uri>,
}

/// Who may quote, in the words of the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IncomingQuotePolicy {
    automatic: Vec<String>,
    manual: Vec<String>,
}

pub(super) fn of(fields: &Fields) -> Option<IncomingQuote> {
    let uri = NAMES.iter().find_map(|name| values::single(fields, name))?;
    Some(IncomingQuote { uri, stamp: values::single(fields, "quoteAuthorization") })
}

pub(super) fn policy(fields: &Fields) -> IncomingQuotePolicy {
    let rule = || fields.get("interactionPolicy")?.as_object()?.get("canQuote")?.as_object();
    let Some(rule) = rule() else { return IncomingQuotePolicy::default() };
    // GoToSocial called them otherwise at first.
    let named = |names: [&str; 2]| {
        let entries = names.into_iter().flat_map(|name| values::entries(rule.get(name)));
        entries.take(MOST_QUOTERS).filter_map(Value::as_str).map(str::to_owned).collect()
    };
    IncomingQuotePolicy {
        automatic: named(["automaticApproval", "always"]),
        manual: named(["manualApproval", "approvalRequired"]),
    }
}

impl IncomingQuotePolicy {
    /// The rule in our words, for something by `author`.
    pub fn by(&self, author: &Account) -> QuotePolicy {
        let read = |named: &String| match named.as_str() {
            PUBLIC | "as:Public" | "Public" => Some(Quoters::Everyone),
            other if author.followers.as_ref().is_some_and(|uri| uri.as_str() == other) => {
                Some(Quoters::Followers)
            }
            // Authors may always quote themselves.
            other if other == author.uri.as_str() => None,
            _ => Some(Quoters::Others),
        };
        QuotePolicy::new(self.automatic.iter().filter_map(read), self.manual.iter().filter_map(read))
    }
}

/// Reads a consent. It stands on the server of whoever gives it.
pub fn stamp(value: &Value) -> Result<Stamp, Problem> {
    let fields = value.as_object().ok_or(Problem::NoObject)?;
    if values::is_rerooted(value) {
        return Err(Problem::Rerooted);
    }
    values::kind(fields).filter(|kind| *kind == "QuoteAuthorization").ok_or(Problem::Field("type"))?;
    let id = values::identity(fields).ok_or(Problem::Field("id"))?;
    let owner = values::single(fields, "attributedTo").ok_or(Problem::Field("attributedTo"))?;
    if !owner.same_origin(&id) {
        return Err(Problem::Origin("attributedTo"));
    }
    let quoting = values::single(fields, "interactingObject").ok_or(Problem::Field("interactingObject"))?;
    let quoted = values::single(fields, "interactionTarget").ok_or(Problem::Field("interactionTarget"))?;
    Ok(Stamp { id, owner, quoting, quoted })
}
