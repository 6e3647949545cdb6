//! What the invented organizations say. Facts are dates and procedures in neutral words; no
//! position of any real party is repeated or suggested.

/// An invented organization.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Name as people read it.
    pub name: String,
    /// Handle and first part of the host name.
    pub handle: String,
    /// A sentence about it.
    pub about: String,
    /// In which language it speaks.
    pub language: &'static str,
}

/// How many organizations follow each other; in the largest size there are many such circles.
pub const CIRCLE: usize = 8;
/// How many the first circle has in the largest size, so that a few questions have many answers.
pub const WIDE: usize = 3 * CIRCLE;
/// The most that there are.
pub const MOST: usize = 200;

/// How many all other circles have there: what one says goes to each of the others, and it is the replies that are
/// to be many.
const SMALL: usize = 2;

/// How many are in an ordinary circle of so many organizations.
pub const fn ordinary(count: usize) -> usize {
    if count > WIDE { SMALL } else { CIRCLE }
}

/// The circles of so many organizations: where each begins, and how many are in it.
pub fn circles(count: usize) -> Vec<(usize, usize)> {
    let (size, wide) = (ordinary(count), if count > WIDE { WIDE } else { CIRCLE }.min(count));
    let others = (wide..count).step_by(size).map(|first| (first, size.min(count - first)));
    [(0, wide)].into_iter().chain(others).collect()
}

const ABOUT: &str = "An invented organization of the demonstration.";

/// The first circle; the smallest demonstration has the first three of it.
const NAMED: [(&str, &str, &str); CIRCLE] = [
    ("North", "en", " It asks many questions."),
    ("South", "en", " It collects sources."),
    ("East", "en", " It often answers “we do not know yet”."),
    ("West", "ar", " It writes in Arabic."),
    ("Centre", "ru", " It writes in Russian."),
    ("Coast", "de", " It writes in German."),
    ("Hills", "fr", " It writes in French."),
    ("Valley", "en", ""),
];

/// The first organizations, so many of them.
pub fn organizations(count: usize) -> Vec<Organization> {
    (0..count).map(organization).collect()
}

fn organization(number: usize) -> Organization {
    match NAMED.get(number) {
        Some((name, language, about)) => Organization {
            name: format!("Organization {name}"),
            handle: name.to_lowercase(),
            about: format!("{ABOUT}{about}"),
            language,
        },
        None => Organization {
            name: format!("Organization {}", number + 1),
            handle: format!("org{:03}", number + 1),
            about: ABOUT.to_owned(),
            language: language(number),
        },
    }
}

/// In which language the organization at this place speaks.
pub fn language(number: usize) -> &'static str {
    NAMED.get(number % CIRCLE).map_or("en", |(_, language, _)| language)
}

/// How many statements the first circle publishes where so many organizations take part.
pub fn statements(count: usize) -> usize {
    let others = (0..count.min(CIRCLE)).filter(|place| language(*place) != "en").count();
    4 + others
}

/// Whom nobody follows, and who follows nobody.
pub fn stranger() -> Organization {
    Organization {
        name: "Organization Elsewhere".to_owned(),
        handle: "elsewhere".to_owned(),
        about: format!("{ABOUT} Nobody here knows it."),
        language: "en",
    }
}

/// Who can sign in at each site, besides the organization's name.
pub const PEOPLE: [(&str, &str); 4] = [
    ("admin", "administrator, may publish"),
    ("publisher", "speaks for the organization"),
    ("moderator", "lets strangers in or keeps them out"),
    ("member", "writes personal contributions"),
];

/// North's statement, which the others answer.
pub const NORTH: &str = "# How to work on the open questions about January 2022

> Demonstration data. Five theses on how organizations that disagree about the events of January 2022 in \
Kazakhstan can work on their open questions together: first the chronology, then the terms, then the causes, and \
only then the conclusions. Every thesis can be answered by itself.

Between 2 and 19 January 2022 protests, the resignation of a government, the deployment of foreign troops and \
their withdrawal followed each other within days. Organizations in many countries published statements, and they \
differ widely. This text takes no side in that dispute. It is *demonstration data* and proposes only an order of \
work.

## 1. A shared chronology comes first.

A dated list of events with sources is the part on which organizations that disagree can agree soonest. Dates are \
given with their precision: a day, a month, a year.

- 2 January 2022: protests begin.
- 5 January 2022: the government resigns.
- 6 January 2022: troops of the CSTO are deployed at the request of the government.
- 19 January 2022: their withdrawal ends.

Evidence: The four dates are given alike by the sources we compared; the hour of the resignation is not.

## 2. Terms are defined before they are used against anyone.

The same word often means two things in two statements. A definition beside the text costs a paragraph and saves \
a year.

*Kind: demand*

## 3. Whoever states a cause says how it could be found to be wrong.

A claim about causes is open to examination only if its author names what would count against it.

Limits: We do not know which archives will be opened, and when.

## 4. “We do not know yet” is a position.

An organization that says so publishes what it is missing and what would change its mind. It is listed like every \
other answer.

## 5. Every organization answers in its own name and in its own place.

No common host decides who takes part. Copies are signed, so that the debate survives the loss of any server.

*Kind: call*

## Open questions

1. Which sources are missing from the chronology?
2. Which three terms should be defined first?
";

/// The second revision of North's statement changes this.
pub const NORTH_CHANGE: (&str, &str) = (
    "A definition beside the text costs a paragraph and saves a year.",
    "A definition beside the text costs a paragraph and saves a year. *Added after the answer from South:* the \
     author of a definition also names one case that it excludes.",
);

/// Why North revised.
pub const NORTH_REASON: &str =
    "Thesis 2 now asks for an excluded case, after a reply from a member of South.";

/// South's statement.
pub const SOUTH: &str = "# What we have collected, and what is missing

> Demonstration data. Three theses on sources: what a statement of January 2022 needs so that others can check it, \
what we found when we compared ten invented ones, and what we ask other organizations to send us.

We collect statements with their date, language, address and digest.

## 1. A statement without a date cannot be answered.

Of ten invented statements that we compared, two give no date. Both were revised without saying so.

Evidence: The list of the ten is demonstration data and stands in no archive.

## 2. A revision is a new text with a reason.

Whoever changes a text keeps the earlier one readable and says why it was changed.

## 3. We ask for originals.

Send originals in the language in which they were written; translations second.

*Kind: call*

Limits: We read four languages.
";

/// East's first statement, which the second one supersedes.
pub const EAST_FIRST: &str = "# We are undecided

> Demonstration data. Two theses: why our organization has not answered the questions about January 2022 yet, and \
what it would have to know. A later statement takes the place of this one and says what changed.

## 1. We have not answered the questions yet.

Our members read the statements of others and compare them.

## 2. Two sources would help us.

A dated list of the strikes of 2021, and the text of the request of 5 January 2022.
";

/// East's second statement.
pub const EAST_SECOND: &str = "# We are still undecided, for other reasons

> Demonstration data. Three theses after a year of reading: one source was found, one was not, and a question that \
we had not seen before has come up. We remain undecided and say what would change that.

## 1. One of two sources was found.

The list of strikes exists and is now part of our chronology.

## 2. We remain undecided.

What we found answers when, not why.

Limits: The second source may not exist.

## 3. A new question came up.

Which of the known dates depend on a single source?
";

/// Why East's second statement takes the place of the first.
pub const EAST_REASON: &str = "After a year of reading we remain undecided, but for other reasons.";

/// What a member of the stranger writes below North's statement, and waits there.
pub const STRANGER: &str =
    "Demonstration data. Nobody here knows our organization yet. We would like to send minutes of 2021.";

/// Why a member of North reports it.
pub const REPORT: &str = "Demonstration data. I do not know who this is; please look before it is shown.";

/// Why a member of East reports a reply from South.
pub const SECOND_REPORT: &str = "Demonstration data. Is this about the thesis at all?";
