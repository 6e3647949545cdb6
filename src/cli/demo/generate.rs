//! Who asks, answers, changes its mind and criticizes: spread by a seed over all answers alike.
//!
//! Every decision is a hash of the seed and of what is decided, so that the same seed makes the same
//! debate whatever is added to it, and no answer is favoured by anybody.

use std::collections::BTreeMap;

use super::content::{self, language};
use super::questions::{AUTHORS, Asked, FACTS, QUESTIONS};
use super::size::{Numbers, Size};
use super::voices::{self, ENGLISH};
use crate::domain::attribution::DraftAttribution;
use crate::domain::critique::Intent;
use crate::domain::event::DraftEvent;
use crate::domain::position::{Certainty, DraftPosition, Position};
use crate::domain::question::{DraftQuestion, Qid};
use crate::services::users::secret_hash;
use crate::text::Markdown;

/// What everything of the demonstration begins with.
pub const WATERMARK: &str = "Demonstration data.";
/// Words that stand in every position with an answer, so that a critique can be about them.
pub const PROVISO: &str = "what we could read is complete";
/// Days over which the debate goes on.
const DAYS: i64 = 540;
/// Organizations of a circle that collect what those without a server said.
const COLLECTORS: usize = 2;
/// Theses of a statement that sums up, at most.
const THESES: usize = 5;

/// Something that an organization, or somebody in it, does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The organization adds to the chronology.
    Record { site: usize, fact: usize },
    /// It asks.
    Ask { site: usize, question: usize },
    /// It takes a position, or changes it.
    Answer { site: usize, question: usize, revision: u32 },
    /// Somebody of it criticizes another one's position; the organization itself where `official`.
    Criticize { site: usize, question: usize, target: usize, intent: Intent, official: bool },
    /// It sums up in a statement where it stands.
    SumUp { site: usize },
    /// It enters what an organization without a server said.
    Attribute { site: usize, question: usize, author: usize },
    /// It withdraws its position.
    Withdraw { site: usize, question: usize },
}

/// What happens before everybody has heard of it, and the time until the next.
#[derive(Debug)]
pub struct Round {
    /// One after the other.
    pub acts: Vec<Act>,
    /// Seconds that pass then.
    pub seconds: i64,
}

/// The debate of a size.
pub struct Plan {
    seed: u64,
    /// In their order.
    pub rounds: Vec<Round>,
}

impl Plan {
    /// Spreads the acts of a size.
    pub fn of(size: Size, seed: u64) -> Self {
        let numbers = size.numbers();
        let mut rounds: Vec<Vec<Act>> = Vec::new();
        // Circles dispute side by side: what happens in a round is little for each of them.
        for (place, circle) in content::circles(numbers.sites).into_iter().enumerate() {
            for (at, acts) in Self::circle(seed, &numbers, place, circle).into_iter().enumerate() {
                match rounds.get_mut(at) {
                    Some(round) => round.extend(acts),
                    None => rounds.push(acts),
                }
            }
        }
        let (count, leaps) = (rounds.len().max(1), rounds.len().clamp(1, numbers.leaps));
        let leap = DAYS * 24 * 3600 / i64::try_from(leaps).unwrap_or(DAYS);
        let round = |(at, acts): (usize, Vec<Act>)| {
            let leaps = (at + 1) * leaps / count > at * leaps / count;
            Round { acts, seconds: if leaps { leap } else { 0 } }
        };
        Self { seed, rounds: rounds.into_iter().enumerate().map(round).collect() }
    }

    /// What the organizations of one circle do.
    fn circle(seed: u64, numbers: &Numbers, circle: usize, (first, sites): (usize, usize)) -> Vec<Vec<Act>> {
        let question = |number: usize| circle * numbers.questions + number;
        let facts = (0..numbers.facts).map(|fact| Act::Record { site: first + fact % sites, fact });
        let asked = (0..numbers.questions)
            .map(|number| Act::Ask { site: first + number % sites, question: question(number) });
        let stands = stands(seed, numbers, circle, (first, sites));
        let answered = stands.iter().map(|&(site, question)| Act::Answer { site, question, revision: 1 });
        let mut changed = stands.clone();
        changed.sort_by_cached_key(|&(site, question)| draw(seed, "change", &[site, question]));
        let mut revised = vec![1; changed.len()];
        let mut changes = Vec::new();
        for number in 0..numbers.revisions {
            let at = number % changed.len().max(1);
            if let (Some(&(site, question)), Some(revision)) = (changed.get(at), revised.get_mut(at)) {
                *revision += 1;
                changes.push(Act::Answer { site, question, revision: *revision });
            }
        }
        let numbered = (0..numbers.critiques).map(|number| circle * numbers.critiques + number);
        let critiques = numbered.filter_map(|number| critique(seed, (first, sites), &stands, number));
        let attributed = (0..COLLECTORS * numbers.entries).map(|number| Act::Attribute {
            site: first + number % COLLECTORS,
            question: question(number / COLLECTORS % numbers.questions),
            author: number / COLLECTORS % AUTHORS.len(),
        });
        let summed_up = (first..first + sites).filter(|site| numbers.sums_up && language(*site) == "en");
        // At the end, so that nobody answers what is withdrawn.
        let withdrawn = changed.last().map(|&(site, question)| Act::Withdraw { site, question });
        let mut rounds = chunks(facts.chain(asked).collect(), sites);
        rounds.extend(chunks(answered.collect(), numbers.at_once));
        rounds.extend(chunks(attributed.collect(), numbers.at_once));
        let mut debate = chunks(mixed(changes, critiques.collect()), numbers.at_once);
        // Theses are fetched after their statement: there is time for that while the debate goes on.
        let later = debate.split_off(debate.len() / 2);
        rounds.extend(debate);
        rounds.extend(chunks(summed_up.map(|site| Act::SumUp { site }).collect(), numbers.at_once));
        rounds.extend(later);
        rounds.extend(withdrawn.map(|act| vec![act]));
        rounds
    }

    /// A question with what stands around it; `qids` are the names of those asked before.
    pub fn question(&self, number: usize, qids: &BTreeMap<usize, Qid>) -> (String, DraftQuestion) {
        let asked = question(number);
        let tie = asked.tie.filter(|_| number < QUESTIONS.len());
        let tie = tie.and_then(|(kind, at)| Some((kind.as_str().to_owned(), qids.get(&at)?.to_string())));
        let draft = DraftQuestion {
            background: Markdown::new(format!(
                "{WATERMARK} The question is an open one; so are its answers."
            )),
            scope: asked.scope.to_owned(),
            answers: asked.answers.iter().map(|&answer| answer.to_owned()).collect(),
            relations: tie.into_iter().collect(),
            ..DraftQuestion::default()
        };
        let text = if number < QUESTIONS.len() {
            asked.text.to_owned()
        } else {
            format!("{} (variation {})", asked.text, number / QUESTIONS.len())
        };
        (text, draft)
    }

    /// The position of an organization on a question in a revision, and why it changed.
    pub fn position(&self, site: usize, number: usize, revision: u32) -> (DraftPosition, String) {
        let asked = question(number);
        let at = [site, number, usize::try_from(revision).unwrap_or_default()];
        let certainty = match draw(self.seed, "certainty", &at) % 100 {
            0..58 => Certainty::Decided,
            58..68 => Certainty::Provisional,
            68..93 => Certainty::Undecided,
            93..98 => Certainty::Declines,
            _ => Certainty::RejectsFraming,
        };
        // A proposed answer is given in the words and the language in which it was proposed, so that all who give
        // it stand in one group; every other answer is one of their own, in their language.
        let own = voices::of(language(site));
        let proposed = own.answer.is_empty() || draw(self.seed, "own", &at).is_multiple_of(2);
        let voice = if certainty.answers() && proposed { &ENGLISH } else { own };
        let answer = match proposed {
            true => pick(&asked.answers, draw(self.seed, "answer", &at)),
            false => voice.answer,
        };
        let reasoning = match certainty {
            Certainty::Decided | Certainty::Provisional if !proposed => voice.reasons.to_owned(),
            Certainty::Decided => format!("We answer with *{answer}*, provided that {PROVISO}."),
            Certainty::Provisional => format!("For now we answer with *{answer}*, provided that {PROVISO}."),
            Certainty::Undecided => voice.undecided.to_owned(),
            Certainty::Declines => voice.declines.to_owned(),
            Certainty::RejectsFraming => voice.rejects.to_owned(),
        };
        // A version that says nothing new is none; a number is read in every language.
        let again = if revision > 1 { format!(" ({revision})") } else { String::new() };
        let draft = DraftPosition {
            answer: if certainty.answers() { answer.to_owned() } else { String::new() },
            certainty: certainty.as_str().to_owned(),
            reasoning: Markdown::new(format!("{} {reasoning}{again}", voice.watermark)),
            limits: Markdown::new(voice.limits),
            language: voice.language.to_owned(),
            ..DraftPosition::default()
        };
        let reason = match revision {
            0 | 1 => String::new(),
            _ => format!("{WATERMARK} After another {revision} months of reading we looked at it again."),
        };
        (draft, reason)
    }
}

/// A statement in which an organization sums up where it stands: what was asked, and how it answers now.
pub fn summary(name: &str, stands: &[(String, Position)]) -> String {
    let mut text = format!(
        "# Where we stand after more than a year\n\n> {WATERMARK} {name} sums up how it answers some of the questions that \
         it shares with others, and what it does not know yet. Each thesis is one answer, can be answered by itself, \
         and says since when we hold it; the reasons stand in the positions.\n\n\
         Nothing here is new: whoever read our positions knows it.\n"
    );
    for (number, (question, position)) in stands.iter().take(THESES).enumerate() {
        let question = question.trim_end_matches('?');
        let head = match position.certainty {
            Certainty::Decided => format!("“{question}?” – we answer: {}.", position.answer),
            Certainty::Provisional => format!("“{question}?” – for now we answer: {}.", position.answer),
            Certainty::Undecided => format!("“{question}?” – we have not decided."),
            Certainty::Declines => format!("“{question}?” – we do not answer."),
            Certainty::RejectsFraming => format!("“{question}?” – we would ask in another way."),
        };
        text.push_str(&format!(
            "\n## {}. {head}\n\nOur position says why.\n\nLimits: {}\n",
            number + 1,
            ENGLISH.limits
        ));
    }
    text
}

/// What an organization without a server said on a question, and the invented source that shows it.
pub fn attribution(number: usize, author: usize) -> DraftAttribution {
    let asked = question(number);
    let name = AUTHORS.get(author).copied().unwrap_or_default();
    let answer = pick(&asked.answers, draw(0, "attributed", &[number, author]));
    DraftAttribution {
        name: name.to_owned(),
        answer: answer.to_owned(),
        certainty: Certainty::Decided.as_str().to_owned(),
        stated_on: "2022-02".to_owned(),
        quotation: format!("{WATERMARK} Our assembly answers this question with “{answer}”."),
        source_title: format!("Minutes of {name} (invented)"),
        source_url: format!("https://minutes.example/{}", author + 1),
    }
}

/// Why a position is withdrawn.
pub fn withdrawal() -> String {
    format!("{WATERMARK} The source on which it rested was found to be of another year.")
}

/// An event of the chronology.
pub fn event(number: usize) -> Option<DraftEvent> {
    let fact = FACTS.get(number)?;
    Some(DraftEvent {
        text: fact.text.to_owned(),
        date: fact.date.to_owned(),
        place: fact.place.to_owned(),
        details: Markdown::new(format!("{WATERMARK} {} (Source: seed, line {}.)", fact.note, fact.line)),
        sources: Vec::new(),
        language: "en".to_owned(),
    })
}

/// What a critique says.
pub const fn critique_text(intent: Intent) -> &'static str {
    match intent {
        Intent::Objection => "Demonstration data. This does not follow from what was read.",
        Intent::Support => "Demonstration data. We found the same in another place.",
        Intent::Question => "Demonstration data. Which sources are meant here?",
        Intent::Correction => "Demonstration data. The date is known to the month only.",
        Intent::Evidence => "Demonstration data. An archive in our city holds minutes of that year.",
    }
}

/// Which organizations answer which questions.
fn stands(
    seed: u64,
    numbers: &Numbers,
    circle: usize,
    (first, sites): (usize, usize),
) -> Vec<(usize, usize)> {
    let questions = circle * numbers.questions;
    let all = (0..numbers.questions)
        .flat_map(|question| (0..sites).map(move |site| (first + site, questions + question)));
    let mut stands: Vec<(usize, usize)> = all.collect();
    stands.sort_by_cached_key(|&(site, question)| draw(seed, "stand", &[site, question]));
    stands.truncate(numbers.positions * sites.div_ceil(content::ordinary(numbers.sites)));
    stands
}

fn critique(
    seed: u64,
    (first, sites): (usize, usize),
    stands: &[(usize, usize)],
    number: usize,
) -> Option<Act> {
    let (target, question) = pick_of(stands, draw(seed, "target", &[number]))?;
    let step = 1 + usize::try_from(draw(seed, "critic", &[number])).unwrap_or_default()
        % sites.saturating_sub(1).max(1);
    let intent = pick_of(&Intent::ALL, draw(seed, "intent", &[number]))?;
    let official = draw(seed, "official", &[number]).is_multiple_of(4);
    let site = first + (target - first + step) % sites;
    Some(Act::Criticize { site, question, target, intent, official })
}

/// Changes of mind between critiques, evenly.
fn mixed(changes: Vec<Act>, critiques: Vec<Act>) -> Vec<Act> {
    let every = critiques.len() / changes.len().max(1) + 1;
    let mut changes = changes.into_iter();
    let mut all = Vec::new();
    for (at, act) in critiques.into_iter().enumerate() {
        if at % every == 0 {
            all.extend(changes.next());
        }
        all.push(act);
    }
    all.extend(changes);
    all
}

fn chunks(acts: Vec<Act>, size: usize) -> Vec<Vec<Act>> {
    acts.chunks(size.max(1)).map(<[Act]>::to_vec).collect()
}

/// The question of this number; beyond the end they begin again.
fn question(number: usize) -> &'static Asked {
    let all: &'static [Asked; 20] = &QUESTIONS;
    let [first, ..] = all;
    all.get(number % all.len()).unwrap_or(first)
}

fn pick<'a>(from: &[&'a str], drawn: u64) -> &'a str {
    pick_of(from, drawn).unwrap_or_default()
}

fn pick_of<T: Copy>(from: &[T], drawn: u64) -> Option<T> {
    let length = u64::try_from(from.len()).ok().filter(|length| *length > 0)?;
    from.get(usize::try_from(drawn % length).ok()?).copied()
}

/// A number that depends on nothing but the seed and what it decides.
fn draw(seed: u64, what: &str, at: &[usize]) -> u64 {
    let hash = secret_hash(&format!("{seed} {what} {at:?}"));
    let digits: String = hash.chars().filter(char::is_ascii_hexdigit).take(15).collect();
    u64::from_str_radix(&digits, 16).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::super::content::{CIRCLE, MOST};
    use super::*;

    /// Made once: it is two hundred thousand decisions.
    static LARGEST: LazyLock<Plan> = LazyLock::new(|| Plan::of(Size::Load, 1));

    #[test]
    fn the_same_seed_makes_the_same_debate() {
        let acts = |seed| Plan::of(Size::Demo, seed).rounds.into_iter().flat_map(|round| round.acts);
        assert!(acts(1).eq(acts(1)));
        assert!(!acts(1).eq(acts(2)));
    }

    #[test]
    fn a_size_has_what_it_promises() {
        let plan = Plan::of(Size::Demo, 1);
        let acts: Vec<Act> = plan.rounds.iter().flat_map(|round| round.acts.clone()).collect();
        let count = |wanted: fn(&Act) -> bool| acts.iter().filter(|act| wanted(act)).count();
        assert_eq!(count(|act| matches!(act, Act::Answer { revision: 1, .. })), 90);
        assert_eq!(count(|act| matches!(act, Act::Answer { revision: 2.., .. })), 40);
        assert_eq!(count(|act| matches!(act, Act::Criticize { .. })), 150);
        assert_eq!(count(|act| matches!(act, Act::Withdraw { .. })), 1);
        assert_eq!(count(|act| matches!(act, Act::SumUp { .. })) + content::statements(CIRCLE), 12);
        assert_eq!(count(|act| matches!(act, Act::Attribute { .. })), 24, "two collections of twelve");
        let authors: std::collections::BTreeSet<usize> = acts
            .iter()
            .filter_map(|act| if let Act::Attribute { author, .. } = act { Some(*author) } else { None })
            .collect();
        assert_eq!(authors.len(), AUTHORS.len(), "each of those without a server says something");
        assert!(matches!(acts.last(), Some(Act::Withdraw { .. })), "nobody answers what is withdrawn");
    }

    #[test]
    fn time_passes_as_long_and_not_more_often_than_it_has_to() {
        let (tiny, demo) = (Plan::of(Size::Tiny, 1), Plan::of(Size::Demo, 1));
        for (size, plan) in [(Size::Tiny, &tiny), (Size::Demo, &demo), (Size::Load, &*LARGEST)] {
            let leaps: Vec<i64> =
                plan.rounds.iter().map(|round| round.seconds).filter(|some| *some > 0).collect();
            assert_eq!(leaps.len(), plan.rounds.len().min(size.numbers().leaps));
            let days = leaps.iter().sum::<i64>() / (24 * 3600);
            assert!((DAYS - 1..=DAYS).contains(&days), "{days}");
        }
    }

    #[test]
    fn a_few_questions_of_the_largest_size_have_many_positions() {
        let plan = &*LARGEST;
        let mut positions: BTreeMap<usize, usize> = BTreeMap::new();
        let mut sites = std::collections::BTreeSet::new();
        for act in plan.rounds.iter().flat_map(|round| &round.acts) {
            if let Act::Answer { site, question, revision: 1 } = act {
                *positions.entry(*question).or_default() += 1;
                sites.insert(*site);
            }
        }
        assert_eq!(sites.len(), MOST);
        let (replies, others): (Vec<&Act>, Vec<&Act>) = plan
            .rounds
            .iter()
            .flat_map(|round| &round.acts)
            .partition(|act| matches!(act, Act::Criticize { .. }));
        assert!(replies.len() >= 200_000 && others.len() >= 20_000, "{} {}", replies.len(), others.len());
        assert!(positions.values().filter(|count| **count > 2 * CIRCLE).count() >= 10, "{positions:?}");
    }

    #[test]
    fn no_answer_is_favoured() {
        let plan = &*LARGEST;
        let answers = plan.rounds.iter().flat_map(|round| &round.acts).filter_map(|act| match act {
            Act::Answer { site, question, revision } => Some(plan.position(*site, *question, *revision).0),
            Act::Record { .. }
            | Act::Ask { .. }
            | Act::Criticize { .. }
            | Act::SumUp { .. }
            | Act::Attribute { .. }
            | Act::Withdraw { .. } => None,
        });
        let answers: Vec<DraftPosition> = answers.collect();
        let share = |word: &str| {
            let count = answers.iter().filter(|draft| draft.certainty == word).count();
            count * 100 / answers.len()
        };
        assert!((22..29).contains(&share("undecided")) && (7..14).contains(&share("provisional")));
        let yes = answers.iter().filter(|draft| draft.answer == "Yes").count();
        let no = answers.iter().filter(|draft| draft.answer == "No").count();
        assert!(yes.abs_diff(no) * 10 < yes + no, "{yes} and {no}");
        let own = answers.iter().filter(|draft| !draft.answer.is_empty() && draft.language != "en").count();
        assert!(
            own * 5 > answers.len() / 2,
            "{own}: whoever does not write English answers in its own words, too"
        );
        assert!(answers.iter().all(|draft| draft.accept().is_ok()));
        let marked = |draft: &DraftPosition| {
            draft.reasoning.as_str().starts_with(voices::of(&draft.language).watermark)
        };
        assert!(answers.iter().all(marked));
        for language in ["en", "ar", "ru", "de", "fr"] {
            assert!(answers.iter().any(|draft| draft.language == language), "{language}");
        }
    }
}
