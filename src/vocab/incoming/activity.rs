//! Activities: who did what to which object.

use serde_json::Value;

use super::values::{self, Audience, Fields};
use super::{Problem, object};
use crate::clock::Timestamp;
use crate::domain::account::AccountKind;
use crate::domain::uri::Uri;

/// An activity as it arrived. Nothing in it is true before it was authenticated.
#[derive(Clone, Debug)]
pub struct IncomingActivity {
    /// Its identity, on the server of its actor.
    pub id: Uri,
    /// Who claims to do it.
    pub actor: Uri,
    /// What.
    pub verb: Verb,
    /// To what. A report names several.
    pub objects: Vec<Item>,
    /// Where to: the new account of a Move, the list of an Add.
    pub target: Option<Uri>,
    /// With what: the post that wants to quote the object.
    pub instrument: Option<Item>,
    /// What came of it: the consent that an Accept gives.
    pub result: Option<Uri>,
    /// Whom it is addressed to.
    pub audience: Audience,
    /// When.
    pub published: Option<Timestamp>,
    /// What a report says, plain text.
    pub content: String,
    /// Whether it carries a signature of its own, so that it may come from somebody else's hands.
    pub portable: bool,
    /// The document as it was read.
    pub value: Value,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Ask to hear from somebody.
    Follow,
    /// Agree.
    Accept,
    /// Disagree, or end what was agreed.
    Reject,
    /// Publish.
    Create,
    /// Change.
    Update,
    /// Remove.
    Delete,
    /// Boost, or a group handing something on.
    Announce,
    /// Like, in any of its dialects.
    Like,
    /// Take back.
    Undo,
    /// Report.
    Flag,
    /// Want nothing to do with somebody.
    Block,
    /// Live elsewhere from now on.
    Move,
    /// Ask to be allowed to quote (FEP-044f).
    QuoteRequest,
    /// Put into a list.
    Add,
    /// Take out of a list.
    Remove,
    /// Anything else; it is ignored politely.
    Other(String),
}

impl Verb {
    fn read(kind: &str) -> Self {
        match kind {
            "Follow" => Self::Follow,
            "Accept" | "TentativeAccept" => Self::Accept,
            "Reject" | "TentativeReject" => Self::Reject,
            "Create" => Self::Create,
            "Update" => Self::Update,
            "Delete" => Self::Delete,
            "Announce" => Self::Announce,
            // FEP-c0e0: a reaction with an emoji is a like to servers that have no other.
            "Like" | "EmojiReact" => Self::Like,
            "Undo" => Self::Undo,
            "Flag" => Self::Flag,
            "Block" => Self::Block,
            "Move" => Self::Move,
            "QuoteRequest" => Self::QuoteRequest,
            "Add" => Self::Add,
            "Remove" => Self::Remove,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// The object of an activity: by address, or embedded.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// Only its address.
    Address(Uri),
    /// The whole thing, which may or may not have an address.
    Embedded(Value),
}

/// How many objects of one activity are looked at.
const MOST_OBJECTS: usize = 100;
/// How long the text of a report may be.
const LONGEST_CONTENT: usize = 5000;

impl Item {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Uri::parse(text).map(Self::Address),
            // `{"id": …}` alone says no more than the address.
            Value::Object(fields) if fields.len() == 1 => values::identity(fields).map(Self::Address),
            Value::Object(_) => Some(Self::Embedded(value.clone())),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
        }
    }

    /// The address of the thing.
    pub fn uri(&self) -> Option<Uri> {
        match self {
            Self::Address(uri) => Some(uri.clone()),
            Self::Embedded(value) => values::address(value),
        }
    }

    /// The fields of an embedded thing.
    pub fn fields(&self) -> Option<&Fields> {
        match self {
            Self::Address(_) => None,
            Self::Embedded(value) => value.as_object(),
        }
    }

    /// The type of an embedded thing.
    pub fn kind(&self) -> Option<&str> {
        values::kind(self.fields()?)
    }

    /// Whether an embedded thing is an actor.
    pub fn is_actor(&self) -> bool {
        self.kind().is_some_and(|kind| AccountKind::from_activitystreams(kind).is_some())
    }

    /// Whether an embedded thing is something to read.
    pub fn is_readable(&self) -> bool {
        self.kind().is_some_and(object::is_readable)
    }

    /// The activity inside an Undo, an Accept or a group's Announce.
    ///
    /// The `id` of a Follow or a Like may be missing: some peers mint none.
    pub fn activity(&self) -> Option<InnerActivity> {
        let fields = self.fields()?;
        let verb = Verb::read(values::kind(fields)?);
        let object = values::entries(fields.get("object")).first().and_then(Item::read);
        let actor = values::single(fields, "actor");
        (object.is_some() && actor.is_some()).then(|| InnerActivity {
            id: values::identity(fields),
            verb,
            actor,
            object,
            instrument: values::single(fields, "instrument"),
        })
    }
}

/// As much of an embedded activity as its wrapper needs.
#[derive(Clone, Debug, PartialEq)]
pub struct InnerActivity {
    /// Its identity.
    pub id: Option<Uri>,
    /// What.
    pub verb: Verb,
    /// Who.
    pub actor: Option<Uri>,
    /// To what.
    pub object: Option<Item>,
    /// With what.
    pub instrument: Option<Uri>,
}

impl IncomingActivity {
    /// Reads an activity. Its identity has to live where its actor lives.
    pub fn read(value: Value) -> Result<Self, Problem> {
        let Envelope { id, actor, portable, farewell: _ } = Envelope::read(&value)?;
        let fields = value.as_object().ok_or(Problem::NoObject)?;
        let verb = Verb::read(values::kind(fields).ok_or(Problem::Field("type"))?);
        let objects = values::entries(fields.get("object"));
        let objects = objects.iter().take(MOST_OBJECTS).filter_map(Item::read).collect();
        let text = values::text(fields, "content").or_else(|| values::text(fields, "summary"));
        Ok(Self {
            id,
            actor,
            verb,
            objects,
            target: values::single(fields, "target"),
            instrument: values::entries(fields.get("instrument")).first().and_then(Item::read),
            result: values::single(fields, "result"),
            audience: Audience::read(fields),
            published: values::time(fields, "published"),
            content: text.map(|text| values::to_line(text, LONGEST_CONTENT)).unwrap_or_default(),
            portable,
            value,
        })
    }

    /// The one object of an activity that has one.
    pub fn object(&self) -> Option<&Item> {
        match self.objects.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The address of the one object.
    pub fn object_uri(&self) -> Option<Uri> {
        self.object().and_then(Item::uri)
    }

    /// Whether the object is an activity itself: what a group hands on, what is undone.
    pub fn object_is_activity(&self) -> bool {
        self.object().is_some_and(|item| !item.is_readable() && item.activity().is_some())
    }
}

/// What has to be known of an activity before anything is asked of anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Its identity.
    pub id: Uri,
    /// Who claims to do it.
    pub actor: Uri,
    /// Whether it carries a signature of its own.
    pub portable: bool,
    /// Whether an account says that it is gone.
    pub farewell: bool,
}

impl Envelope {
    /// Reads the outside of an activity, under the rules of [`IncomingActivity::read`].
    pub fn read(value: &Value) -> Result<Self, Problem> {
        let fields = value.as_object().ok_or(Problem::NoObject)?;
        if values::is_rerooted(value) {
            return Err(Problem::Rerooted);
        }
        let id = values::identity(fields).ok_or(Problem::Field("id"))?;
        let kind = values::kind(fields).ok_or(Problem::Field("type"))?;
        let actor = values::single(fields, "actor").ok_or(Problem::Field("actor"))?;
        if !id.same_origin(&actor) {
            return Err(Problem::Origin("id"));
        }
        let object = fields.get("object").and_then(values::address);
        Ok(Self {
            portable: is_portable(fields),
            farewell: kind == "Delete" && object.as_ref() == Some(&actor),
            id,
            actor,
        })
    }
}

fn is_portable(fields: &Fields) -> bool {
    ["proof", "signature"].iter().any(|name| fields.contains_key(*name))
}
