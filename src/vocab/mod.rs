//! ActivityStreams documents: strict on the way out, lenient on the way in, pure in both directions.

pub mod activity;
pub mod actor;
pub mod collection;
pub mod critique;
mod emoji;
pub mod event;
pub mod incoming;
mod media;
pub mod object;
pub mod position;
pub mod post;
pub mod proof;
pub mod question;
pub mod quote;
pub mod statement;
pub mod strict;
pub mod thesis;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::domain::uri::Uri;

impl Serialize for Uri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The address of everyone.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// The media type of every document we serve, letter for letter: some peers compare it as text.
pub const MEDIA_TYPE: &str = "application/activity+json";

/// The `@context` of contributions and their activities.
///
/// All terms stand inline, so that nobody has to fetch a context of ours; always an array,
/// because a proof repeats it.
pub fn context() -> Value {
    let id = |term: &str| json!({ "@id": term, "@type": "@id" });
    json!([
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/data-integrity/v2",
        {
            "Hashtag": "as:Hashtag",
            "sensitive": "as:sensitive",
            "toot": "http://joinmastodon.org/ns#",
            "blurhash": "toot:blurhash",
            "Emoji": "toot:Emoji",
            "focalPoint": { "@id": "toot:focalPoint", "@container": "@list" },
            "schema": "https://schema.org/",
            "language": "schema:inLanguage",
            "gts": "https://gotosocial.org/ns#",
            "interactionPolicy": id("gts:interactionPolicy"),
            "canLike": id("gts:canLike"),
            "canReply": id("gts:canReply"),
            "canAnnounce": id("gts:canAnnounce"),
            "canQuote": id("gts:canQuote"),
            "automaticApproval": id("gts:automaticApproval"),
            "interactingObject": id("gts:interactingObject"),
            "interactionTarget": id("gts:interactionTarget"),
            "fep044f": "https://w3id.org/fep/044f#",
            "quote": id("fep044f:quote"),
            "quoteAuthorization": id("fep044f:quoteAuthorization"),
            "QuoteAuthorization": "fep044f:QuoteAuthorization",
            "QuoteRequest": "fep044f:QuoteRequest",
            "quoteUri": "http://fedibird.com/ns#quoteUri",
            "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
            "plenum": "urn:plenum:v1#",
            "plenum:statement": { "@type": "@id" },
            "plenum:question": { "@type": "@id" },
            "plenum:positions": { "@type": "@id" },
            "plenum:adopters": { "@type": "@id" },
            "plenum:original": { "@type": "@id" },
            "plenum:target": { "@type": "@id" },
            "plenum:history": { "@type": "@id" },
            "plenum:thesesCollection": { "@type": "@id" },
            "plenum:supersededBy": { "@type": "@id" },
            "plenum:onBehalfOf": { "@type": "@id" },
            "plenum:revisionOf": { "@type": "@id" }
        }
    ])
}
