//! What the invented organizations say. Facts are dates and procedures in neutral words; no
//! position of any real party is repeated or suggested.

/// An invented organization.
pub struct Organization {
    /// Name as people read it.
    pub name: &'static str,
    /// Handle and first part of the host name.
    pub handle: &'static str,
    /// A sentence about it.
    pub about: &'static str,
}

/// All of them; the smallest demonstration has the first three.
pub const ORGANIZATIONS: [Organization; 8] = [
    Organization {
        name: "Organization North",
        handle: "north",
        about: "An invented organization of the demonstration. It asks many questions.",
    },
    Organization {
        name: "Organization South",
        handle: "south",
        about: "An invented organization of the demonstration. It collects sources.",
    },
    Organization {
        name: "Organization East",
        handle: "east",
        about: "An invented organization of the demonstration. It often answers “we do not know yet”.",
    },
    invented("Organization West", "west"),
    invented("Organization Centre", "centre"),
    invented("Organization Coast", "coast"),
    invented("Organization Hills", "hills"),
    invented("Organization Valley", "valley"),
];

const fn invented(name: &'static str, handle: &'static str) -> Organization {
    Organization { name, handle, about: "An invented organization of the demonstration." }
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
