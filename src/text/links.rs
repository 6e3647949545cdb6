//! Whether a page says of itself that it belongs to an account: `rel="me"`.

use super::tokens::{self, Token};

/// Whether an HTML page holds a link with `rel="me"` to one of these addresses.
pub fn lead_back(html: &str, to: &[&str]) -> bool {
    let bare = |address: &str| address.trim().trim_end_matches('/').to_owned();
    let wanted: Vec<String> = to.iter().map(|address| bare(address)).collect();
    tokens::read(html).any(|token| {
        let Token::Start(tag) = token else { return false };
        let named = matches!(tag.name.as_str(), "a" | "link");
        let mine = tag
            .get("rel")
            .is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("me")));
        named && mine && tag.get("href").is_some_and(|href| wanted.contains(&bare(href)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_that_say_so_count() {
        let to = ["https://a.example/@ada", "https://a.example/actors/ada"];
        assert!(lead_back("<p><a rel='nofollow ME' href='https://a.example/@ada/'>me</a>", &to));
        assert!(lead_back("<link href=https://a.example/actors/ada rel=me>", &to));
        assert!(!lead_back("<a href='https://a.example/@ada'>me</a>", &to));
        assert!(!lead_back("<a rel=me href='https://a.example/@bela'>me</a>", &to));
        assert!(!lead_back("<textarea><a rel=me href='https://a.example/@ada'></textarea>", &to));
        assert!(!lead_back("<!-- <a rel=me href='https://a.example/@ada'> -->", &to));
        assert!(!lead_back("<p rel=me href='https://a.example/@ada'>", &to));
    }
}
