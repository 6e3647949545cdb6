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

/// The addresses that stand in words as they are, whether they are links or not, in their order.
pub fn written(words: &str) -> Vec<String> {
    let beside = |letter: char| letter.is_whitespace() || "<>\"'()[]{}«»„“”".contains(letter);
    let address = |word: &str| {
        let lower = word.to_ascii_lowercase();
        let begins = ["https://", "http://"].into_iter().filter_map(|scheme| lower.find(scheme)).min();
        let found = match begins {
            Some(at) => lower.get(at..)?.to_owned(),
            None => format!("https://{}", lower.strip_prefix("www.").map(|_| lower.as_str())?),
        };
        let found = found.trim_end_matches(['.', ',', ';', ':', '!', '?', '…', '/']);
        found.split_once("://").is_some_and(|(_, rest)| rest.contains('.')).then(|| found.to_owned())
    };
    words.split(beside).filter_map(address).collect()
}

/// The addresses to which a text leads: those of its links, and those that its words name besides.
pub fn all(html: &str, words: &str) -> Vec<String> {
    let mut found = addresses(html);
    let bare = |address: &str| {
        let lower = address.to_ascii_lowercase();
        lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest).trim_end_matches('/').to_owned()
    };
    let linked: Vec<String> = found.iter().map(|address| bare(address)).collect();
    // What a link shows is often its address, cut short or not.
    let is_new = |address: &String| !linked.iter().any(|known| known.starts_with(&bare(address)));
    found.extend(written(words).into_iter().filter(is_new));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_words_and_counted_once() {
        let words =
            "Buy at http://Pills.example/7, (www.more.example) or mailto:x; see https://a.example/long…";
        let found = ["http://pills.example/7", "https://www.more.example", "https://a.example/long"];
        assert_eq!(written(words), found);
        assert!(written("http:// is no address, nor is www or http://localhost").is_empty());
        let html =
            "<p><a href=\"https://a.example/longer/than\">https://a.example/long…</a> www.more.example</p>";
        let both = all(html, "https://a.example/long… www.more.example");
        assert_eq!(both, ["https://a.example/longer/than", "https://www.more.example"]);
    }

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
