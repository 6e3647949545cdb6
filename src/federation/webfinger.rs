//! Asking WebFinger: which account a handle means, and whether an account bears its handle rightly.

use data_encoding::HEXUPPER;
use serde_json::Value;

use super::egress::Fetched;
use super::fetch::{self, Budget};
use super::{Federation, FetchError};
use crate::domain::handle::Handle;
use crate::domain::uri::Uri;
use crate::vocab::incoming::entries;
use crate::vocab::strict::parse_strict;

const ACCEPT: &str = "application/jrd+json, application/json";

/// What the host of a handle says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The handle it answers for, which may be another one than was asked for.
    pub subject: Handle,
    /// The account.
    pub account: Uri,
}

/// Asks the host of a handle which account it means.
pub async fn ask(data: &Federation, handle: &Handle, budget: &Budget) -> Result<Answer, FetchError> {
    let fetched = document(data, handle, budget).await?;
    read(&fetched.media_type, &fetched.body)
}

/// What the host of a handle says of it, as it came.
pub async fn document(data: &Federation, handle: &Handle, budget: &Budget) -> Result<Fetched, FetchError> {
    let scheme = if data.egress.policy().plain_http { "http" } else { "https" };
    let resource: String = format!("acct:{handle}").bytes().map(escape).collect();
    let url = format!("{scheme}://{}/.well-known/webfinger?resource={resource}", handle.host);
    let url = Uri::parse(&url).ok_or_else(|| refused("the handle has no usable host"))?;
    fetch::plain(data, &url, ACCEPT, budget).await
}

/// Whether the account at `account` may be called `handle`: the handle's host names exactly this
/// account, directly or after one round for the name it prefers.
pub async fn confirm(
    data: &Federation,
    handle: &Handle,
    account: &Uri,
    budget: &Budget,
) -> Result<(), FetchError> {
    let answer = ask(data, handle, budget).await?;
    if answer.subject == *handle && answer.account == *account {
        return Ok(());
    }
    Err(refused(&format!("{} does not say that {handle} is this account", handle.host)))
}

fn refused(why: &str) -> FetchError {
    FetchError::Refused(why.to_owned())
}

fn escape(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{}", HEXUPPER.encode(&[byte]))
    }
}

fn read(media_type: &str, body: &[u8]) -> Result<Answer, FetchError> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !["application/jrd+json", "application/json"].contains(&essence.as_str()) {
        return Err(refused("the answer of WebFinger has the wrong media type"));
    }
    let document = parse_strict(body).map_err(|error| refused(&error.to_string()))?;
    let subject = document.get("subject").and_then(Value::as_str).and_then(Handle::parse);
    let subject = subject.ok_or_else(|| refused("WebFinger names no subject"))?;
    let mut accounts = entries(document.get("links")).iter().filter_map(account);
    let account = accounts.next().ok_or_else(|| refused("WebFinger names no account"))?;
    if accounts.any(|other| other != account) {
        return Err(refused("WebFinger names more than one account"));
    }
    Ok(Answer { subject, account })
}

/// The account in a `self` link of an ActivityPub type.
fn account(link: &Value) -> Option<Uri> {
    let text = |name| link.get(name).and_then(Value::as_str);
    let kind = text("type").unwrap_or_default();
    let ours = kind.starts_with("application/activity+json") || kind.starts_with("application/ld+json");
    (text("rel") == Some("self") && ours).then(|| text("href").and_then(Uri::parse)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(links: &str) -> Result<Answer, FetchError> {
        let body = format!(r#"{{"subject":"acct:Mal@A.test","links":[{links}]}}"#);
        read("application/jrd+json; charset=utf-8", body.as_bytes())
    }

    #[test]
    fn exactly_one_account_is_named() {
        let link = |rel: &str, kind: &str, href: &str| {
            format!(r#"{{"rel":"{rel}","type":"{kind}","href":"{href}"}}"#)
        };
        let page = link("http://webfinger.net/rel/profile-page", "text/html", "https://a.test/@mal");
        let this = link("self", "application/activity+json", "https://a.test/mal");
        let that = link("self", "application/activity+json", "https://a.test/mal2");
        let html = link("self", "text/html", "https://a.test/mal");
        let found = answer(&format!("{page},{this}")).unwrap();
        assert_eq!(
            (found.subject.to_string().as_str(), found.account.as_str()),
            ("mal@a.test", "https://a.test/mal")
        );
        assert!(answer(&format!("{this},{this}")).is_ok());
        assert!(answer(&format!("{this},{that}")).is_err());
        assert!(answer(&html).is_err());
        assert!(read("text/html", b"{}").is_err());
    }
}
