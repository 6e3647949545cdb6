//! Fetching ActivityStreams documents: whatever is returned came from the address it names.

use serde_json::Value;
use url::Url;

use super::error::EgressError;
use super::policy::same_origin;
use super::{Egress, Limits, Past, Sign, within};
use crate::domain::uri::Uri;
use crate::vocab::strict::parse_strict;

/// What we ask for.
pub const ACCEPT: &str =
    "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

const PROFILE: &str = "https://www.w3.org/ns/activitystreams";

/// A document and the address that it both names and came from.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its `id`, in canonical form.
    pub uri: Uri,
    /// The parsed document.
    pub value: Value,
    /// The text as received: proofs are checked against it, not against what we understood.
    pub text: String,
}

impl Egress {
    /// Fetches a document and makes sure that it is what its `id` says.
    ///
    /// A document that names another address of the same server is fetched once more from there;
    /// everything else is refused, so that no server can speak for another.
    pub async fn get_activity(
        &self,
        url: &str,
        sign: Option<Sign<'_>>,
        limits: Limits,
    ) -> Result<Document, EgressError> {
        Past { egress: self, hops: None }.get_activity(url, sign, limits).await
    }
}

impl Past<'_> {
    /// Like [`Egress::get_activity`].
    pub async fn get_activity(
        &self,
        url: &str,
        sign: Option<Sign<'_>>,
        limits: Limits,
    ) -> Result<Document, EgressError> {
        within(limits.time, self.get_verified(url, sign, limits)).await
    }

    async fn get_verified(
        &self,
        url: &str,
        sign: Option<Sign<'_>>,
        limits: Limits,
    ) -> Result<Document, EgressError> {
        let (final_url, id, document) = self.get_named(url, sign, limits).await?;
        if id == final_url {
            return Ok(document);
        }
        if !same_origin(&id, &final_url) {
            return Err(EgressError::bad("the document's `id` belongs to another server"));
        }
        let (final_url, id, document) = self.get_named(id.as_str(), sign, limits).await?;
        if id != final_url {
            return Err(EgressError::bad("the document's `id` is not its address"));
        }
        Ok(document)
    }

    /// One document, where it came from and what it calls itself.
    async fn get_named(
        &self,
        url: &str,
        sign: Option<Sign<'_>>,
        limits: Limits,
    ) -> Result<(Url, Url, Document), EgressError> {
        let fetched = self.get(url, ACCEPT, sign, limits).await?;
        if !is_activity_json(&fetched.media_type) {
            return Err(EgressError::bad("the media type is not the one of ActivityStreams"));
        }
        let value = parse_strict(&fetched.body).map_err(|error| EgressError::bad(error.to_string()))?;
        let id = value.get("id").and_then(Value::as_str);
        let id = id.ok_or_else(|| EgressError::bad("the document has no `id`"))?;
        let id = self
            .egress
            .policy
            .check_id(id)
            .map_err(|_| EgressError::bad("the document's `id` is no address"))?;
        let uri = Uri::from_url(&id).ok_or_else(|| EgressError::bad("the document's `id` is no address"))?;
        let text = String::from_utf8(fetched.body).map_err(|_| EgressError::bad("the text is not UTF-8"))?;
        Ok((fetched.final_url, id, Document { uri, value, text }))
    }
}

/// Whether a `Content-Type` is one of the two of ActivityStreams.
///
/// Plain JSON is not: servers hand out uploads of their users under it.
pub fn is_activity_json(content_type: &str) -> bool {
    let mut parts = split_parameters(content_type).into_iter();
    let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/activity+json" => true,
        "application/ld+json" => parts.any(|part| {
            let Some((name, value)) = part.split_once('=') else { return false };
            let value = value.trim().trim_matches('"');
            name.trim().eq_ignore_ascii_case("profile")
                && value.split_ascii_whitespace().any(|profile| profile.eq_ignore_ascii_case(PROFILE))
        }),
        _ => false,
    }
}

/// Splits at semicolons outside of quotes.
fn split_parameters(text: &str) -> Vec<&str> {
    let mut quoted = false;
    text.split(|char| {
        quoted ^= char == '"';
        char == ';' && !quoted
    })
    .collect()
}
