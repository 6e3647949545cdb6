//! Content negotiation between pages and ActivityPub documents.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// Whether the asker prefers an ActivityPub document to a page.
///
/// Only an explicit `application/activity+json` or `application/ld+json` counts, and only when no
/// page is wanted more: browsers and `*/*` get pages.
pub fn wants_activity(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let (mut activity, mut page) = (0.0_f32, 0.0_f32);
    for entry in accepted.flat_map(|value| value.split(',')) {
        let mut parts = entry.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=").and_then(|q| q.trim().parse().ok()));
        let quality: f32 = quality.unwrap_or(1.0);
        match media.as_str() {
            "application/activity+json" | "application/ld+json" => activity = activity.max(quality),
            "text/html" | "application/xhtml+xml" => page = page.max(quality),
            _ => {}
        }
    }
    activity > 0.0 && activity >= page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_for_people_and_documents_for_servers() {
        let wants = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().expect("a header value"));
            wants_activity(&headers)
        };
        assert!(wants("application/activity+json"));
        assert!(wants("application/activity+json, application/ld+json"));
        assert!(wants(r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#));
        assert!(wants("application/activity+json, text/html;q=0.1"));
        assert!(!wants("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(!wants("*/*"));
        assert!(!wants("text/html, application/activity+json;q=0.5"));
        assert!(!wants_activity(&HeaderMap::new()));
    }
}
