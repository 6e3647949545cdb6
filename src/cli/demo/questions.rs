//! What the organizations of the demonstration dispute: dated facts and open questions, in neutral
//! words. Facts are dates and places that all sides give alike; every answer is demonstration data.

use crate::domain::question::TieKind;

/// A dated fact.
pub struct Fact {
    /// What happened.
    pub text: &'static str,
    /// When, as exactly as it is known.
    pub date: &'static str,
    /// Where.
    pub place: &'static str,
    /// What is to be said about the date; may be blank.
    pub note: &'static str,
    /// The line of the founding text that gives it.
    pub line: u32,
}

/// The shared chronology.
pub const FACTS: [Fact; 7] = [
    Fact { text: "The system changes.", date: "1991", place: "Kazakhstan", note: "", line: 161 },
    Fact { text: "A labour protest is suppressed.", date: "2011", place: "Kazakhstan", note: "", line: 171 },
    Fact { text: "A new wave of strikes begins.", date: "2021-10", place: "Kazakhstan", note: "", line: 151 },
    Fact {
        text: "Protests begin after a rise of gas prices.",
        date: "2022-01-02",
        place: "Kazakhstan",
        note: "",
        line: 5,
    },
    Fact {
        text: "The government resigns.",
        date: "2022-01-05",
        place: "Kazakhstan",
        note: "Buildings and an airport in Almaty are affected; that this was the same day is *inferred*.",
        line: 7,
    },
    Fact {
        text: "Troops of the CSTO are deployed at the request of the government.",
        date: "2022-01-06",
        place: "Kazakhstan",
        note: "",
        line: 13,
    },
    Fact { text: "The troops are withdrawn.", date: "2022-01-19", place: "Kazakhstan", note: "", line: 21 },
];

/// Organizations without a server, all of them invented.
pub const AUTHORS: [&str; 5] = [
    "Assembly of the Mill Road",
    "Reading Circle of the Port",
    "Union of Night Gardeners",
    "Committee for the Old Archive",
    "Friends of the Eastern Line",
];

/// An open question.
pub struct Asked {
    /// What is asked.
    pub text: &'static str,
    /// The place or field it is about; blank where it is general.
    pub scope: &'static str,
    /// Answers proposed with it.
    pub answers: [&'static str; 3],
    /// How it is tied to an earlier one, by its place in the list.
    pub tie: Option<(TieKind, usize)>,
}

const EXTENT: [&str; 3] = ["To a large extent", "To some extent", "Hardly"];
const WHETHER: [&str; 3] = ["Yes", "In part", "No"];
const ORDER: [&str; 3] = ["The first before the second", "Both at once", "The second before the first"];
const MANNER: [&str; 3] = ["By common rules", "Case by case", "Each by itself"];

const fn asked(text: &'static str, answers: [&'static str; 3]) -> Asked {
    Asked { text, scope: "", answers, tie: None }
}

const fn case(text: &'static str, answers: [&'static str; 3], tie: Option<(TieKind, usize)>) -> Asked {
    Asked { text, scope: "Kazakhstan, January 2022", answers, tie }
}

const fn tied(text: &'static str, answers: [&'static str; 3], kind: TieKind, to: usize) -> Asked {
    Asked { text, scope: "", answers, tie: Some((kind, to)) }
}

/// The questions.
pub const QUESTIONS: [Asked; 20] = [
    case("How far did the conflict between Russia and NATO states bear on the events?", EXTENT, None),
    case("Did the deployment change what the protests could achieve?", WHETHER, None),
    case("Was there a risk of civil war?", WHETHER, Some((TieKind::Contrasts, 1))),
    case("Did the deployment stabilise the situation?", WHETHER, Some((TieKind::DependsOn, 2))),
    asked("In which contexts and for which goals are labour struggles conducted?", MANNER),
    asked("How far can organized labour use rivalries among those in power?", EXTENT),
    tied("When is an organized retreat right to avert civil war?", MANNER, TieKind::Generalizes, 2),
    asked("When is it necessary to avoid serving an outside strategy?", MANNER),
    asked("What moves the world system at present: rivalry of states, or of classes?", ORDER),
    tied("How is unequal mutual dependence between states to be determined?", MANNER, TieKind::PartOf, 8),
    tied("Is Russia’s role in it an active one?", WHETHER, TieKind::PartOf, 8),
    tied("To what extent is that role defensive?", EXTENT, TieKind::DependsOn, 10),
    asked("What follows when a state’s interests coincide with those of other peoples?", MANNER),
    asked("How can the strategies of states be told apart and weighed?", MANNER),
    asked("Whom should public criticism address first, one’s own government or others?", ORDER),
    tied("Is something lost if the context is left out of a criticism?", WHETHER, TieKind::Contrasts, 14),
    asked("How important is military and economic subordination today?", EXTENT),
    tied("Does it outweigh other forms of competition?", WHETHER, TieKind::DependsOn, 16),
    asked("What takes differences into account and keeps a long-term aim?", MANNER),
    asked("How should these questions be worked on?", MANNER),
];
