//! What forms share: choices, and mistakes tied to their field.

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

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
