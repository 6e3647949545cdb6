//! Questions as a tree, and as lists of what is still unanswered.

use std::collections::{HashMap, HashSet};

use askama::Template;

use super::forms::Choice;
use super::layout::Layout;
use super::shown::{Href, Lang, Link, count};

/// `/questions`.
#[derive(Template)]
#[template(path = "questions.html", config = "config/tools/askama.toml")]
pub struct CataloguePage {
    /// The frame.
    pub layout: Layout,
    /// What the list is.
    pub heading: &'static str,
    /// A sentence about it.
    pub lead: &'static str,
    /// The other lists.
    pub lists: Vec<Link>,
    /// Field `scope`: the places and fields there are.
    pub scopes: Vec<Choice>,
    /// Field `status`.
    pub statuses: Vec<Choice>,
    /// Field `by`: who carries it.
    pub organizations: Vec<Choice>,
    /// The same list for programs.
    pub file: Href,
    /// The word of the list that is shown; blank for all.
    pub show: String,
    /// Whether there are more questions than a page looks through.
    pub rest: bool,
    /// The questions, as a tree laid out in the order of reading.
    pub items: Vec<Item>,
    /// Where publishers ask and adopt.
    pub tools: Vec<Link>,
}

/// A question in the catalogue.
#[derive(Clone, Debug)]
pub struct Item {
    /// What is asked.
    pub text: String,
    /// Its language.
    pub language: Lang,
    /// Its page.
    pub href: Href,
    /// `Asked by us`, `Adopted`, `Elsewhere`.
    pub whose: &'static str,
    /// Who asked.
    pub asker: String,
    /// The place or field; may be blank.
    pub scope: String,
    /// How many positions the map lists.
    pub positions: u32,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
    /// Whether a list of its parts follows.
    pub opens: bool,
    /// How many lists end with it.
    pub closes: usize,
}

impl Item {
    /// `3 positions`.
    pub fn position_count(&self) -> String {
        count(self.positions, "position", "positions")
    }
}

/// The order of reading of a tree: keys with their depths. `part_of` names for each key the one above
/// it; circles, which several sites together can tie, are cut where they are met first.
pub fn lay_out(keys: &[String], part_of: &HashMap<String, String>) -> Vec<(String, usize)> {
    let known: HashSet<&str> = keys.iter().map(String::as_str).collect();
    let above = |key: &str| part_of.get(key).map(String::as_str).filter(|above| known.contains(above));
    let mut seen: HashSet<&str> = HashSet::new();
    let mut laid = Vec::new();
    // Whoever stands in a circle hangs below no root, and is taken as one when the roots are done.
    let roots = keys.iter().filter(|key| above(key).is_none());
    for root in roots.chain(keys) {
        let mut open = vec![(root.as_str(), 0)];
        while let Some((key, depth)) = open.pop() {
            if !seen.insert(key) {
                continue;
            }
            laid.push((key.to_owned(), depth));
            let parts = keys.iter().rev().filter(|part| above(part) == Some(key));
            open.extend(parts.map(|part| (part.as_str(), depth + 1)));
        }
    }
    laid
}

/// Says after each item whether a list opens or how many end, from the depths of all.
pub fn nest(items: &mut [Item], depths: &[usize]) {
    let next = depths.iter().skip(1).copied().chain([0]);
    for ((item, depth), next) in items.iter_mut().zip(depths).zip(next) {
        item.opens = next > *depth;
        item.closes = depth.saturating_sub(next);
    }
}

#[cfg(test)]
mod tests {
    use super::lay_out;

    #[test]
    fn parts_follow_what_they_are_parts_of_and_circles_end() {
        let keys = ["a", "b", "c", "d", "e"].map(str::to_owned);
        let part_of = [("c", "a"), ("d", "e"), ("e", "d"), ("b", "elsewhere")];
        let part_of = part_of.into_iter().map(|(part, whole)| (part.to_owned(), whole.to_owned())).collect();
        let laid = lay_out(&keys, &part_of);
        let laid: Vec<(&str, usize)> = laid.iter().map(|(key, depth)| (key.as_str(), *depth)).collect();
        assert_eq!(laid, [("a", 0), ("c", 1), ("b", 0), ("d", 0), ("e", 1)]);
    }
}
