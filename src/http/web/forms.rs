//! What forms share: choices, and mistakes tied to their field.

use crate::http::error::sentence;

/// One option of a select or one radio button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub label: String,
    /// A sentence that explains it; may be blank.
    pub hint: String,
    /// Whether it is chosen.
    pub selected: bool,
}

impl Choice {
    /// An option without explanation.
    pub fn new(value: impl Into<String>, label: impl Into<String>, selected: bool) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new(), selected }
    }
}

/// The languages a form offers; `chosen` is selected, and offered even if the list does not know it.
pub fn language_choices(chosen: &str) -> Vec<Choice> {
    let known = super::shown::offered_languages();
    let mut choices: Vec<Choice> =
        known.iter().map(|(tag, name)| Choice::new(*tag, *name, *tag == chosen)).collect();
    if !chosen.is_empty() && !known.iter().any(|(tag, _)| *tag == chosen) {
        choices.insert(0, Choice::new(chosen, chosen, true));
    }
    choices
}

/// One mistake in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The `name` of the field, or blank for the form as a whole.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub text: String,
}

/// The mistakes of a form, listed above it and repeated at each field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    /// A single mistake.
    pub fn one(field: &'static str, text: impl Into<String>) -> Self {
        let mut mistakes = Self::default();
        mistakes.add(field, text);
        mistakes
    }

    /// Adds a mistake.
    pub fn add(&mut self, field: &'static str, text: impl Into<String>) {
        self.0.push(Mistake { field, text: text.into() });
    }

    /// What is wrong with `field`.
    pub fn at(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|mistake| mistake.field == field).map(|mistake| mistake.text.as_str())
    }

    /// The same for a form whose fields have these labels.
    pub fn named_by(&self, labels: &[(&str, &str)]) -> Self {
        let label = |name: &str| labels.iter().find(|(field, _)| *field == name);
        self.named(|name| label(name).map(|(_, label)| (*label).to_owned()))
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// How a mistake begins that says what is the matter with its field, and lacks only the name of it.
const PREDICATES: [&str; 14] = [
    "has ", "is ", "are ", "names ", "must ", "holds ", "does ", "do ", "can't ", "cannot ", "runs ",
    "takes ", "stands ", "ends ",
];

impl Mistakes {
    /// The same mistakes as sentences that name their field, as the form calls it. What is about a field that
    /// the form does not have is about the form as a whole.
    pub fn named(&self, label: impl Fn(&str) -> Option<String>) -> Self {
        let named = |mistake: &Mistake| match label(mistake.field) {
            Some(label) => Mistake { field: mistake.field, text: about(&label, &mistake.text) },
            None => Mistake { field: "", text: sentence(&mistake.text) },
        };
        Self(self.0.iter().map(named).collect())
    }
}

/// A mistake as a sentence about what carries this label. What was written as a sentence is one already.
fn about(label: &str, text: &str) -> String {
    // What was typed stands first: that is what it is about.
    if text.split_whitespace().next().is_some_and(|first| first.contains(['@', ':', '/'])) {
        return text.to_owned();
    }
    if !text.starts_with(char::is_lowercase) {
        return sentence(text);
    }
    let lacks = PREDICATES.iter().any(|start| text.starts_with(start));
    match (lacks, label.ends_with('?')) {
        (true, true) => sentence(&format!("“{label}” Your answer {text}")),
        (true, false) => sentence(&format!("“{label}” {text}")),
        (false, true) => format!("“{label}” {}", sentence(text)),
        (false, false) => sentence(&format!("“{label}”: {text}")),
    }
}

#[cfg(test)]
mod tests {
    use super::Mistakes;

    #[test]
    fn mistakes_name_their_field() {
        let said = |field, text: &str| {
            let label = |field: &str| match field {
                "word" => Some("The word".to_owned()),
                "why" => Some("Why?".to_owned()),
                _ => None,
            };
            let mut named = Mistakes::one(field, text).named(label);
            named.0.pop().map(|mistake| (mistake.field, mistake.text)).unwrap_or_default()
        };
        for (field, text, whole) in [
            ("word", "is too short", "“The word” is too short."),
            ("word", "use letters", "“The word”: use letters."),
            ("word", "Use letters!", "Use letters!"),
            ("word", "ada@nowhere: nobody answers", "ada@nowhere: nobody answers"),
            ("why", "is empty", "“Why?” Your answer is empty."),
            ("why", "say it", "“Why?” Say it."),
        ] {
            assert_eq!(said(field, text), (field, whole.to_owned()));
        }
        assert_eq!(
            said("name", "there is no account x here"),
            ("", "There is no account x here.".to_owned())
        );
    }
}
