//! Numbers with their nouns and verbs, as people read them.

/// A number with its noun.
pub fn counted(count: i64, noun: &str) -> String {
    let many = match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    match count {
        0 => format!("no {many}"),
        1 => format!("1 {noun}"),
        _ => format!("{count} {many}"),
    }
}

/// A number with its noun and what is said of it: of one, and of several.
pub fn told(count: i64, noun: &str, (one, many): (&str, &str)) -> String {
    format!("{} {}", counted(count, noun), if count == 1 { one } else { many })
}

/// How many there are.
pub fn number(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Several things as one phrase: "a", "a and b", "a, b and c".
pub fn together(things: &[String]) -> String {
    match things {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, together, told};

    #[test]
    fn one_is_not_several() {
        assert_eq!(counted(0, "reply"), "no replies");
        assert_eq!(told(1, "reply", ("is open", "are open")), "1 reply is open");
        assert_eq!(told(2, "day", ("is left", "are left")), "2 days are left");
        let words = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(together(&words), "a, b and c");
        assert_eq!(together(words.get(..2).unwrap_or_default()), "a and b");
    }
}
