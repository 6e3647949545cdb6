//! Plain text with hard line breaks: lines become paragraphs, broken words are put together,
//! numbered theses and headings are found.

use std::collections::HashSet;

use super::dictionary::{Dictionary, words};
use super::lines::{Line, Lines};
use super::report::{Question, Report};
use super::{Import, ImportError, dates, hyphens};
use crate::domain::statement::{Draft, DraftThesis};
use crate::text::{Markdown, plain};

/// The longest announcement, in characters, that is proposed.
const ANNOUNCEMENT: usize = 480;
/// The longest heading, in characters.
const HEADING: usize = 150;

/// A paragraph that was put together.
#[derive(Clone, Debug, Default)]
struct Block {
    line: usize,
    /// Lines that were put together.
    lines: usize,
    /// Runs of text, and whether they stood out.
    runs: Vec<(bool, String)>,
}

impl Block {
    fn text(&self) -> String {
        self.runs.iter().map(|(_, run)| run.as_str()).collect()
    }

    fn is_bold(&self) -> bool {
        self.runs.iter().all(|(bold, _)| *bold)
    }
}

/// What a paragraph is.
enum Part {
    Heading(String),
    Thesis { number: String, head: String, body: String },
    Text(String),
}

/// Reads plain text.
pub(super) fn parse(text: &str) -> Result<Import, ImportError> {
    let lines = Lines::of(text);
    let mut report = Report { lines: lines.lines.len(), ..Report::default() };
    let blocks = blocks(&lines, &mut report);
    if blocks.is_empty() {
        return Err(ImportError::Empty);
    }
    report.paragraphs = blocks.len();
    let whole = blocks.iter().map(Block::text).collect::<Vec<_>>().join(" ");
    report.dates = dates::find(&whole);
    let draft = assemble(blocks, &mut report);
    report.theses = draft.theses.len();
    Ok(Import { draft, report })
}

/// Puts lines together to paragraphs.
fn blocks(lines: &Lines, report: &mut Report) -> Vec<Block> {
    let dictionary = dictionary(lines);
    let mut blocks: Vec<Block> = Vec::new();
    let mut before: Option<&Line> = None;
    for (index, line) in lines.lines.iter().enumerate() {
        let alone = lines.lines.get(index + 1).is_some_and(|next| stands_alone(lines, line, next));
        let open = blocks.last_mut().filter(|block| {
            before.is_some_and(|before| {
                let heading = alone && is_stopped(before);
                !heading && !ends(lines, before, line) && !is_headed(block, before, line)
            })
        });
        match open {
            Some(block) => append(block, before, line, &dictionary, report),
            None => {
                blocks.push(Block { line: line.number, lines: 1, runs: vec![(line.bold, line.text.clone())] })
            }
        }
        before = Some(line);
    }
    blocks
}

/// The words of a text, without those that a line end cuts in two.
fn dictionary(lines: &Lines) -> Dictionary<'static> {
    let mut own = HashSet::new();
    let mut broken = false;
    for line in &lines.lines {
        let breaks = line.text.ends_with('-');
        let whole: Vec<String> = words(&line.text).collect();
        let (skip, all) = (usize::from(broken), whole.len().saturating_sub(usize::from(breaks)));
        // An empty entry stands where a line ends with its hyphen; the half word stands before it.
        let kept = whole.into_iter().take(all).skip(skip);
        own.extend(kept.filter(|word| !word.is_empty()));
        broken = breaks;
    }
    Dictionary::of(own)
}

/// Whether a paragraph ends between two lines.
fn ends(lines: &Lines, before: &Line, line: &Line) -> bool {
    let (stop, starts) = (is_stopped(before), is_start(line));
    lines.separates(line)
        || (starts && lines.is_short(before) && (stop || !before.text.ends_with(['-', ','])))
        || (starts && stop && (number(&line.text).is_some() || (line.bold && line.apart)))
}

/// Whether a line is short and begins like a heading, and the next one begins a paragraph.
fn stands_alone(lines: &Lines, line: &Line, next: &Line) -> bool {
    let open = !line.text.ends_with(|c: char| c.is_ascii_punctuation());
    lines.is_short(line) && open && is_start(line) && is_start(next)
}

fn is_stopped(line: &Line) -> bool {
    line.text.ends_with(['.', '?', '!', ':', '"', '”', '’'])
}

fn is_start(line: &Line) -> bool {
    let opens = |c: char| c.is_uppercase() || c.is_numeric() || matches!(c, '"' | '“' | '‘');
    line.text.starts_with(opens)
}

/// Whether the lines so far stood out alone and are no thesis: then they were a heading.
fn is_headed(block: &Block, before: &Line, line: &Line) -> bool {
    before.bold && line.apart && block.is_bold() && number(&block.text()).is_none()
}

/// Adds a line to a paragraph, and decides about the hyphen between them.
fn append(
    block: &mut Block,
    before: Option<&Line>,
    line: &Line,
    dictionary: &Dictionary<'_>,
    report: &mut Report,
) {
    block.lines += 1;
    let halves = before.and_then(|before| hyphens::halves(&before.text, &line.text));
    let Some((first, second)) = halves else {
        return push(block, line.bold, &format!(" {}", line.text));
    };
    let verdict = hyphens::judge(first, second, dictionary);
    if let Some(doubt) = verdict.doubt {
        let between = if verdict.join { "" } else { "-" };
        let number = before.map_or(0, |before| before.number);
        report.uncertain(
            number,
            "hyphen",
            &format!("{first}-{second}"),
            &format!("{first}{between}{second}"),
            doubt,
        );
    }
    if verdict.join {
        report.hyphens.joined += 1;
        if let Some((_, run)) = block.runs.last_mut() {
            run.pop();
        }
    } else {
        report.hyphens.kept += 1;
    }
    push(block, line.bold, &line.text);
}

fn push(block: &mut Block, bold: bool, text: &str) {
    match block.runs.last_mut() {
        Some((same, run)) if *same == bold => run.push_str(text),
        _ => block.runs.push((bold, text.to_owned())),
    }
}

/// The number at the start of a thesis: `2` of `2. With the …`.
fn number(text: &str) -> Option<u32> {
    let (number, rest) = text.split_once('.')?;
    let digits = !number.is_empty() && number.len() <= 3 && number.chars().all(|c| c.is_ascii_digit());
    number.parse().ok().filter(|_| digits && rest.starts_with(' '))
}

fn assemble(blocks: Vec<Block>, report: &mut Report) -> Draft {
    let mut expected = 1;
    let (mut before, mut closing) = (Vec::new(), String::new());
    let mut draft = Draft::default();
    for block in blocks {
        let part = part(&block, expected, report);
        ask(&part, report);
        match part {
            Part::Thesis { number, head, body } => {
                expected += 1;
                draft.theses.push(DraftThesis {
                    number,
                    head,
                    body: Markdown::new(body),
                    ..DraftThesis::default()
                });
            }
            Part::Heading(heading) if draft.theses.is_empty() => before.push((true, heading)),
            Part::Text(text) if draft.theses.is_empty() => before.push((false, text)),
            Part::Heading(heading) => {
                let first = closing.is_empty();
                closing.push_str(if first { "## " } else { "\n\n### " });
                closing.push_str(&heading);
                let list = if first { &mut report.headings } else { &mut report.groups };
                list.push(heading);
            }
            Part::Text(text) if closing.is_empty() => continue_thesis(&mut draft, &text),
            Part::Text(text) => {
                closing.push_str("\n\n");
                closing.push_str(&text);
            }
        }
    }
    open(&mut draft, before, report);
    draft.closing = Markdown::new(closing);
    draft
}

fn continue_thesis(draft: &mut Draft, text: &str) {
    if let Some(thesis) = draft.theses.last_mut() {
        thesis.body = Markdown::new(format!("{}\n\n{text}", thesis.body.as_str()).trim());
    }
}

fn part(block: &Block, expected: u32, report: &mut Report) -> Part {
    let text = block.text();
    if number(&text) == Some(expected) {
        return thesis(block, &text, report);
    }
    let length = text.chars().count();
    let ends = text.ends_with(['.', '!', ':', ';', ',', '"', '”']);
    let one_sentence = stops(&text).count() == 1;
    // What stands out alone is a heading, even with a full stop; a line of its own may ask.
    let stands_out = block.is_bold() && one_sentence;
    let asks = text.ends_with('?') && block.lines == 1 && one_sentence;
    let heads = stands_out || asks || (!ends && !text.ends_with('?'));
    if heads && length <= HEADING {
        return Part::Heading(text);
    }
    Part::Text(emphasised(block, report))
}

/// Splits a thesis into its head, which stood out, and its body.
fn thesis(block: &Block, text: &str, report: &mut Report) -> Part {
    let (number, rest) = text.split_once(". ").unwrap_or((text, ""));
    let standing: usize = block.runs.iter().take_while(|(bold, _)| *bold).map(|(_, run)| run.len()).sum();
    let offset = text.len() - rest.len();
    // Without a run that stands out, the first sentence is the head.
    let found = if standing > offset { last_stop(rest, standing - offset) } else { first_stop(rest) };
    let end = found.unwrap_or(rest.len());
    if standing <= offset {
        let head = rest.get(..end).unwrap_or(rest);
        report.uncertain(
            block.line,
            "head",
            "",
            head,
            "nothing stands out: the first sentence became the head",
        );
    }
    let (head, body) = rest.split_at(end);
    Part::Thesis { number: number.to_owned(), head: head.trim().to_owned(), body: body.trim().to_owned() }
}

/// The ends of sentences: a stop, and after white space a capital letter, or the end.
fn stops(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices().filter(|(_, c)| matches!(c, '.' | '?' | '!')).filter_map(|(at, _)| {
        let rest = text.get(at + 1..)?;
        let rest = rest.trim_start_matches(['"', '”', '’', ')']);
        let end = text.len() - rest.len();
        let next = rest.strip_prefix(' ').map(|rest| rest.chars().next());
        let opens = |c: char| c.is_uppercase() || c.is_numeric() || matches!(c, '"' | '“' | '‘' | '(');
        (rest.is_empty() || next.flatten().is_some_and(opens)).then_some(end)
    })
}

fn first_stop(text: &str) -> Option<usize> {
    stops(text).next()
}

fn last_stop(text: &str, before: usize) -> Option<usize> {
    stops(text).take_while(|end| *end <= before).last()
}

/// The text of a paragraph, whole sentences that stood out marked as strong.
fn emphasised(block: &Block, report: &mut Report) -> String {
    let mut text = String::new();
    for (bold, run) in &block.runs {
        let marked = bold.then(|| strong(run)).flatten();
        if let Some((before, sentence, after)) = marked {
            report.uncertain(
                block.line,
                "emphasis",
                "",
                sentence.trim(),
                "these lines stand out: marked as strong",
            );
            text.push_str(&format!("{before}**{}**{after}", sentence.trim()));
        } else {
            text.push_str(run);
        }
    }
    text
}

/// The whole sentences within a run that stood out.
fn strong(run: &str) -> Option<(&str, &str, &str)> {
    let first = first_stop(run)?;
    let last = last_stop(run, run.len()).filter(|last| *last > first)?;
    let start = first + run.get(first..)?.len() - run.get(first..)?.trim_start().len();
    Some((run.get(..start)?, run.get(start..last)?, run.get(last..)?))
}

/// Notes the sentences of a part that ask.
fn ask(part: &Part, report: &mut Report) {
    let text = match part {
        Part::Heading(heading) => heading.clone(),
        Part::Thesis { head, body, .. } => format!("{head} {body}"),
        Part::Text(text) => text.replace("**", ""),
    };
    let section = report.groups.last().or(report.headings.last()).cloned().unwrap_or_default();
    report.questions.extend(asking(&text, &section));
}

/// The sentences of a text that ask.
pub(super) fn asking(text: &str, section: &str) -> Vec<Question> {
    let (mut found, mut start) = (Vec::new(), 0);
    for end in stops(text) {
        let sentence = text.get(start..end).unwrap_or_default().trim();
        if sentence.ends_with('?') {
            found.push(Question { text: sentence.to_owned(), section: section.to_owned() });
        }
        start = end;
    }
    found
}

/// What stands before the first thesis: title, announcement, introduction.
fn open(draft: &mut Draft, parts: Vec<(bool, String)>, report: &mut Report) {
    let mut parts = parts;
    let title = match parts.iter().position(|(heading, _)| *heading) {
        Some(at) => {
            let (_, heading) = parts.remove(at);
            report.uncertain(
                0,
                "title",
                "",
                &heading,
                "the file has no title line: the first heading was taken",
            );
            heading
        }
        None => {
            let first = parts.first().map(|(_, text)| plain::excerpt(text, 80)).unwrap_or_default();
            report.uncertain(0, "title", "", &first, "the file has no title: the first words were taken");
            first
        }
    };
    draft.title = title;
    let texts: Vec<String> =
        parts.into_iter().map(|(heading, text)| if heading { format!("### {text}") } else { text }).collect();
    draft.introduction = Markdown::new(texts.join("\n\n"));
    announce(draft, report);
}

/// Proposes what short clients show: the first paragraph, or the first thesis where there is none.
pub(super) fn announce(draft: &mut Draft, report: &mut Report) {
    let first = draft.introduction.as_str().split("\n\n").find(|text| !text.starts_with('#'));
    let first = first.map(str::trim).filter(|text| !text.is_empty());
    let source = first.or_else(|| draft.theses.first().map(|thesis| thesis.head.as_str()));
    let source = source.unwrap_or_default().replace("**", "");
    let end = last_stop(&source, source.char_indices().nth(ANNOUNCEMENT).map_or(source.len(), |(at, _)| at));
    draft.announcement = end
        .and_then(|end| source.get(..end))
        .map_or_else(|| plain::excerpt(&source, ANNOUNCEMENT), str::to_owned);
    let why = "taken from the first paragraph; say in 200 to 480 characters what the statement is about";
    report.uncertain(0, "announcement", "", &draft.announcement, why);
}
