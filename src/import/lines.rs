//! The lines of a file, and what their spacing says.

/// A line with text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// Its text, runs of white space collapsed.
    pub text: String,
    /// Whether it stands out: set without space to its neighbours, as only bold text is.
    pub bold: bool,
    /// Whether an empty line stands before it.
    pub apart: bool,
    /// Whether it began with white space.
    indented: bool,
}

/// The lines of a text, and whether empty lines separate paragraphs.
pub(super) struct Lines {
    /// Lines with text.
    pub lines: Vec<Line>,
    /// Whether an empty line stands between almost any two lines: then it means nothing.
    pub spaced: bool,
    /// The usual length of a full line, in characters.
    pub width: usize,
}

impl Lines {
    /// Reads a text.
    pub(super) fn of(text: &str) -> Self {
        let (mut lines, mut apart): (Vec<Line>, _) = (Vec::new(), true);
        for (index, raw) in text.lines().enumerate() {
            let words: Vec<&str> = raw.split_whitespace().collect();
            if words.is_empty() {
                apart = true;
                continue;
            }
            let indented = raw.starts_with([' ', '\t']);
            lines.push(Line { number: index + 1, text: words.join(" "), bold: false, apart, indented });
            apart = false;
        }
        let separate = lines.iter().filter(|line| line.apart).count();
        let spaced = lines.len() > 8 && separate * 10 > lines.len() * 6;
        let mut lengths: Vec<usize> = lines.iter().map(|line| line.text.chars().count()).collect();
        lengths.sort_unstable();
        let width = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
        if spaced {
            mark_bold(&mut lines);
        }
        Self { lines, spaced, width }
    }

    /// Whether a line is so short that a paragraph may end with it.
    pub(super) fn is_short(&self, line: &Line) -> bool {
        line.text.chars().count() * 5 < self.width * 4
    }

    /// Whether the file itself separates a line from the one before.
    pub(super) fn separates(&self, line: &Line) -> bool {
        !self.spaced && line.apart
    }
}

/// In a text whose lines are all set apart, lines that are not belong to bold text. Two lines of
/// which the second is indented are the end of a page and the start of the next.
fn mark_bold(lines: &mut [Line]) {
    let mut start = 0;
    while start < lines.len() {
        let more = lines.iter().skip(start + 1).take_while(|line| !line.apart).count();
        let page_break = more == 1 && lines.get(start + 1).is_some_and(|line| line.indented);
        if more > 0 && !page_break {
            lines.iter_mut().skip(start).take(more + 1).for_each(|line| line.bold = true);
        }
        start += more + 1;
    }
}
