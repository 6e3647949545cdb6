//! Critiques in the margin: beside the words that they are about.

use std::cmp::Reverse;

use url::form_urlencoded;

use super::around::{Around, Beside, page_of};
use crate::domain::account::Account;
use crate::domain::contribution::Contribution;
use crate::domain::critique::{Critique, Hold};
use crate::http::extract::visit::Visit;
use crate::http::web::present;
use crate::http::web::replies::Marked;
use crate::http::web::statement::{StatementView, ThesisView};
use crate::text::anchor::Quote;
use crate::text::plain;

/// A part of a statement beside which notes stand.
#[derive(Clone, Copy)]
enum Part {
    Introduction,
    Thesis(usize),
    Closing,
}

/// The notes about a text, in its order.
pub(super) fn notes(visit: &Visit, around: &Around) -> Vec<Marked> {
    around.beside.iter().map(|one| note(visit, around, one, "")).collect()
}

/// The notes about a statement: each beside the part in which its words stand. Returns those whose words stand in no
/// part, or across several.
pub(super) fn hang(visit: &Visit, around: &Around, statement: &mut StatementView) -> Vec<Marked> {
    let parts = if around.beside.is_empty() { Vec::new() } else { parts(statement) };
    let mut left = Vec::new();
    for one in &around.beside {
        let notes = match part(&parts, &one.1) {
            Some(Part::Introduction) => &mut statement.edges.introduction,
            Some(Part::Closing) => &mut statement.edges.closing,
            Some(Part::Thesis(place)) => match statement.theses.get_mut(place) {
                Some(thesis) => {
                    thesis.marked.push(note(visit, around, one, &thesis.key));
                    continue;
                }
                None => &mut left,
            },
            None => &mut left,
        };
        notes.push(note(visit, around, one, ""));
    }
    left
}

/// The parts of a statement as plain text, in their order.
fn parts(statement: &StatementView) -> Vec<(Part, String)> {
    let thesis = |(place, thesis): (usize, &ThesisView)| {
        let texts = [&thesis.body, &thesis.limits, &thesis.evidence].map(plain::text).join(" ");
        (Part::Thesis(place), format!("{} {} {texts}", thesis.number, thesis.head))
    };
    let theses = statement.theses.iter().enumerate().map(thesis);
    [(Part::Introduction, plain::text(&statement.introduction))]
        .into_iter()
        .chain(theses)
        .chain([(Part::Closing, plain::text(&statement.closing))])
        .collect()
}

/// The part that has the passage of a critique; of several the first in which the same stands around it.
fn part(parts: &[(Part, String)], critique: &Critique) -> Option<Part> {
    let quote = critique.anchor().filter(|_| critique.hold == Hold::Placed)?.quote;
    let like = parts.iter().filter_map(|(part, text)| Some((*part, likeness(text, &quote)?)));
    like.min_by_key(|(_, likeness)| Reverse(*likeness)).map(|(part, _)| part)
}

/// How many characters around a passage are the same in a text as where it was marked; `None` where it is not there.
fn likeness(text: &str, quote: &Quote) -> Option<usize> {
    let placed = quote.place(text)?;
    let same = |(one, other): &(char, char)| one == other;
    let before = placed.prefix.chars().rev().zip(quote.prefix.chars().rev()).take_while(same).count();
    let after = placed.suffix.chars().zip(quote.suffix.chars()).take_while(same).count();
    Some(before + after)
}

fn note(visit: &Visit, around: &Around, (head, critique, author): &Beside, part: &str) -> Marked {
    let here = around.views.iter().any(|view| view.head.id == head.id);
    let page = if here { String::new() } else { page_of(visit, head.id) };
    mark(head, critique, author, (&page, part))
}

/// A passage and who criticizes it; the critique stands on `page`, or on this one where that is blank. The words
/// stand in the element `part`, or anywhere where that is blank.
pub(super) fn mark(
    head: &Contribution,
    critique: &Critique,
    author: &Account,
    (page, part): (&str, &str),
) -> Marked {
    let historic = critique.hold == Hold::Historic;
    let passage = critique.passage().unwrap_or_default();
    Marked {
        passage: passage.to_owned(),
        place: (critique.hold == Hold::Placed).then(|| format!("#{part}{}", in_text(passage)).into()),
        intent: present::intent(critique.intent).to_owned(),
        author: present::author(author),
        href: format!("{page}#r{}", head.id).into(),
        refers_to: historic.then(|| present::small(critique.revision)),
    }
}

/// The words of a passage as a text directive (WICG Text Fragments); of long ones the beginning and the end.
fn in_text(passage: &str) -> String {
    let words: Vec<&str> = passage.split_whitespace().collect();
    let encoded = |words: &[&str]| {
        let text: String = form_urlencoded::byte_serialize(words.join(" ").as_bytes()).collect();
        text.replace('+', "%20").replace('-', "%2D")
    };
    match (words.first_chunk::<5>(), words.last_chunk::<5>()) {
        (Some(begin), Some(end)) if words.len() > 10 => {
            format!(":~:text={},{}", encoded(begin), encoded(end))
        }
        _ => format!(":~:text={}", encoded(&words)),
    }
}
