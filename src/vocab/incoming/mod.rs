//! Any document in: which of our things it is, read leniently and completely.
//!
//! Every function is total: a document that cannot be accepted gives a [`Problem`], one line about
//! why. Identities are strict, because everything about authority hangs on them; everything else
//! is taken as far as it can be understood, within caps.

mod activity;
mod actor;
mod collection;
mod debate;
mod emoji;
mod external_statement;
mod media;
mod object;
pub mod passages;
mod poll;
mod quote;
mod values;

pub use activity::{Envelope, IncomingActivity, InnerActivity, Item, Verb};
pub use actor::{IncomingActor, IncomingKey, key_owner};
pub use collection::{IncomingCollection, Next};
pub use external_statement::is_text;
pub use object::{IncomingObject, ObjectKind};
pub use quote::{IncomingQuote, IncomingQuotePolicy, stamp};
pub use values::{Audience, address, entries, is_rerooted};

use serde_json::Value;

use crate::domain::account::AccountKind;
use crate::domain::uri::Uri;

/// Why a document is not accepted: one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is no JSON object.
    #[error("a JSON object is expected")]
    NoObject,
    /// Something that must be there is missing or has the wrong form.
    #[error("`{0}` is missing or not acceptable")]
    Field(&'static str),
    /// An address belongs to another server than the document.
    #[error("`{0}` belongs to another origin than the document")]
    Origin(&'static str),
    /// A JSON-LD processor could read something else in it than we do.
    #[error("@graph, @included and @reverse are not accepted")]
    Rerooted,
}

/// What a fetched document turned out to be.
#[derive(Clone, Debug)]
pub enum Document {
    /// An actor.
    Actor(Box<IncomingActor>),
    /// Something to read.
    Object(Box<IncomingObject>),
    /// What stands where something was deleted.
    Tombstone(Uri),
    /// Something else; its type.
    Other(String),
}

impl Document {
    /// Reads a document that came from its own address.
    pub fn read(value: &Value) -> Result<Self, Problem> {
        let fields = value.as_object().ok_or(Problem::NoObject)?;
        let kind = values::kind(fields).ok_or(Problem::Field("type"))?;
        if kind == "Tombstone" {
            return Ok(Self::Tombstone(values::identity(fields).ok_or(Problem::Field("id"))?));
        }
        if AccountKind::from_activitystreams(kind).is_some() {
            return Ok(Self::Actor(Box::new(IncomingActor::read(value)?)));
        }
        if object::is_readable(kind) {
            return Ok(Self::Object(Box::new(IncomingObject::read(value)?)));
        }
        Ok(Self::Other(kind.to_owned()))
    }
}

#[cfg(test)]
mod tests;
