//! Where the links of a text lead, and whether a page says of itself that it belongs to an account:
//! `rel="me"`.

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

/// The addresses of the links in HTML, in their order.
pub fn addresses(html: &str) -> Vec<String> {
    let address = |token: Token<'_>| match token {
        Token::Start(tag) if tag.name == "a" => tag.get("href").map(str::to_owned),
        Token::Start(_) | Token::Text(_) | Token::End(_) => None,
    };
    tokens::read(html).filter_map(address).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_with_their_addresses() {
        let html =
            "<p><a href=\"https://a.example/?x=1&amp;y=2\">x</a> <b>y</b> <a name=z>z</a><a href=/q>q</a>";
        assert_eq!(addresses(html), ["https://a.example/?x=1&y=2", "/q"]);
    }

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
