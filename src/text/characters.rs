//! Characters that nobody sees but that change what is seen.

use unicode_normalization::char::is_combining_mark;

/// Accents beyond this many on one letter are decoration that paints over other lines.
const MOST_MARKS: u8 = 8;
/// The flag of a region (Scotland) is a black flag and up to this many invisible letters.
const FLAG_LETTERS: u8 = 6;
const BLACK_FLAG: char = '\u{1f3f4}';

/// Whether the character turns the direction of text around, and so what a reader takes it for.
pub(super) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether the character has no width of its own.
pub(super) fn is_zero_width(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2065}'
            | '\u{206a}'..='\u{206f}' | '\u{feff}'
    )
}

/// Whether the character only joins or separates its neighbours, as emoji and Persian need.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Whether the character is invisible and has no business in text at all.
pub(super) fn is_forbidden(c: char) -> bool {
    let control = c.is_control() && !matches!(c, '\n' | '\t');
    control || is_bidi_control(c) || matches!(c, '\u{fff9}'..='\u{fffb}')
}

/// Whether the character is a letter that only flags may contain and that else smuggles text.
pub(super) fn is_tag_letter(c: char) -> bool {
    matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// Lets text pass character by character and keeps back what is invisible.
///
/// A single zero-width character is legitimate in many scripts; a run of them hides something.
#[derive(Default)]
pub(super) struct Filter {
    zero_width: bool,
    marks: u8,
    flag_letters: u8,
}

impl Filter {
    /// Whether `c` may follow what passed before.
    pub(super) fn passes(&mut self, c: char) -> bool {
        if is_forbidden(c) {
            return false;
        }
        if is_tag_letter(c) {
            let in_flag = self.flag_letters > 0;
            self.flag_letters = self.flag_letters.saturating_sub(1);
            return in_flag;
        }
        if is_zero_width(c) {
            return !std::mem::replace(&mut self.zero_width, true);
        }
        if is_combining_mark(c) {
            if self.marks >= MOST_MARKS {
                return false;
            }
            self.marks += 1;
        } else {
            self.marks = 0;
        }
        self.flag_letters = if c == BLACK_FLAG { FLAG_LETTERS } else { 0 };
        self.zero_width = false;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered(text: &str) -> String {
        let mut filter = Filter::default();
        text.chars().filter(|c| filter.passes(*c)).collect()
    }

    #[test]
    fn keeps_honest_text() {
        let scotland = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}";
        for text in
            ["👩\u{200d}❤\u{fe0f}\u{200d}👩", "می\u{200c}خواهم", "a\u{200b}b", "việt\n\tnam", scotland]
        {
            assert_eq!(filtered(text), text);
        }
    }

    #[test]
    fn drops_what_hides() {
        assert_eq!(filtered("a\u{202e}b\u{2066}c\u{1b}\0\r"), "abc");
        assert_eq!(filtered("a\u{200b}\u{200d}\u{feff}\u{200b}b"), "a\u{200b}b");
        assert_eq!(filtered("x\u{e0041}\u{e0042}"), "x");
        assert_eq!(filtered(&format!("e{}", "\u{335}".repeat(500))).chars().count(), 9);
    }
}
