//! A question with its map, a position with its history, and the lists and forms around them.

use plenum::http::web::agreement::{AgreementPage, Alike};
use plenum::http::web::catalogue::{CataloguePage, Item};
use plenum::http::web::compare::{ComparePage, CompareRow, Compared};
use plenum::http::web::contribution::Standing;
use plenum::http::web::form::{Field, FieldKind, FormPage};
use plenum::http::web::forms::{Choice, Mistakes};
use plenum::http::web::layout::{Layout, Section};
use plenum::http::web::map::{
    Comparison, GroupView, MapView, Mark, ReasonView, RowView, SourceView, TextView, letter,
};
use plenum::http::web::position::{PositionPage, PositionShown, PositionVersion};
use plenum::http::web::question::{Asker, FromAsker, QuestionPage, QuestionShown, Tied, Ties};
use plenum::http::web::shown::{Lang, Link};
use plenum::http::web::versions::Changed;
use plenum::text::diff;

use super::replies::replies;
use super::statements::entry;
use super::{ROOT, at, away, editor, english, html, layout, north, public, south};

const ASKED: &str = "May a town lease the waterworks on which others depend?";
const PAGE: &str = "/questions/may-a-town-lease-the-waterworks";
const GROUPS: [&str; 6] = [
    "Yes, for a limited time",
    "No",
    "Only with the consent of the towns downstream",
    "undecided",
    "declines to answer",
    "rejects the framing",
];
const NAMES: [&str; 9] = [
    "Association of Lower Mill Road Residents",
    "Circle of Gardeners",
    "Eastern Circle",
    "Northern Forum",
    "Southern League",
    "Union of Weavers",
    "Valley Cooperative for Housing and Repair",
    "Water Board Staff Committee",
    "اتحاد الوادي",
];
const WHY: &str = "We have read the report of the auditors and the minutes of the water board. The pipes are older than \
    the debt, and whoever leases them takes over what was put off.";

fn one(list: &[&'static str], at: usize) -> &'static str {
    list.get(at).copied().unwrap_or_default()
}

fn mark(n: usize) -> Mark {
    match n % 5 {
        1 => Mark::Provisional,
        0 if n > 0 => Mark::Attributed,
        _ => Mark::Declared,
    }
}

fn row(n: usize) -> RowView {
    let group = n % 5;
    let attributed = mark(n) == Mark::Attributed;
    RowView {
        name: one(&NAMES, n).to_owned(),
        href: (!attributed).then(|| format!("/@{n}").into()),
        handle: format!("org{n}@host{n}.example"),
        letter: letter(group),
        answer: if group < 3 { one(&GROUPS, group).to_owned() } else { String::new() },
        language: english(),
        certainty: if group < 3 { "decided" } else { one(&GROUPS, group) },
        since: format!("2026-11-{:02}", n + 3),
        why: if attributed { format!("#a{n}").into() } else { format!("/positions/{n}").into() },
        standing: "",
        source: if attributed {
            SourceView::Attributed {
                by: "Northern Forum".to_owned(),
                source: Link::new("Annual report of the Union, p. 12", "https://weavers.example/report"),
                withdraw: None,
            }
        } else {
            SourceView::Declared {
                host: format!("host{n}.example"),
                unreachable_since: (n == 3).then(|| at(9)),
                gap: n == 6,
                equivocal: (n == 7).then(|| "/positions/7#texts".into()),
                listed_by: "listed by 4 of 5 other sites".to_owned(),
            }
        },
        key: if attributed { String::new() } else { format!("org{n}@host{n}.example") },
    }
}

fn group(place: usize) -> GroupView {
    let reason = |n: usize| ReasonView {
        name: one(&NAMES, n).to_owned(),
        excerpt: WHY.to_owned(),
        language: english(),
        href: format!("/positions/{n}").into(),
        id: if mark(n) == Mark::Attributed { format!("a{n}") } else { String::new() },
        mark: mark(n),
    };
    GroupView {
        letter: letter(place),
        label: one(&GROUPS, place).to_owned(),
        proposed: place < 2,
        reasons: (0..NAMES.len()).filter(|n| n % 5 == place).map(reason).collect(),
    }
}

fn text() -> TextView {
    TextView {
        author: south(),
        title: "What a lease of water costs".to_owned(),
        language: english(),
        published: at(12),
        host: "blog.example".to_owned(),
        href: "https://blog.example/water".into(),
        copy: "/c/9".into(),
        withdraw: None,
    }
}

fn map(empty: bool) -> MapView {
    MapView {
        page: PAGE.to_owned(),
        qid: "bciqe5nkrypm7nvmn2mytk4esx7n67k47ikc72feya5dtzjdv72bcjqi".to_owned(),
        groups: (0..GROUPS.len()).map(group).collect(),
        rows: if empty { Vec::new() } else { (0..NAMES.len()).map(row).collect() },
        as_of: String::new(),
        with: String::new(),
        sort: "by name",
        sorts: vec![Link::new("by date", format!("{PAGE}?sort=date#map"))],
        files: vec![
            Link::new("JSON", format!("{PAGE}/map.json")),
            Link::new("CSV", format!("{PAGE}/map.csv")),
        ],
        texts: if empty { Vec::new() } else { vec![text()] },
        comparison: Some(Comparison {
            sites: 3,
            answered: 2,
            checked: Some(at(3)),
            unproven: 1,
            resync: None,
        }),
    }
}

fn part_of(as_asked: bool) -> Ties {
    Ties {
        words: "Part of",
        questions: vec![Tied {
            label: "To whom does water belong?".to_owned(),
            language: english(),
            href: Some("/questions/to-whom-does-water-belong".into()),
        }],
        by: as_asked.then(|| Link::new("Southern Council", "/@south@south.example")),
    }
}

pub(crate) fn question(empty: bool) -> QuestionPage {
    QuestionPage {
        layout: Layout {
            here: Section::Questions,
            viewer: empty.then(editor),
            ..public(ASKED, PAGE, "article")
        },
        question: QuestionShown {
            text: ASKED.to_owned(),
            language: english(),
            wording: if empty { "" } else { "Is the valley’s water the town’s to lease?" }.to_owned(),
            asked_by: Asker::Known(south()),
            confirmed: true,
            asked: at(0),
            carried_by: (!empty).then(north),
            invited: vec![south()],
            from_asker: (!empty).then(|| FromAsker {
                copy: Link::new("Southern Council", "/questions/17"),
                language: english(),
                background: html("<p>The lease ends in spring, and nobody has said who decides.</p>"),
                call: html(""),
            }),
            scope: "Upper valley".to_owned(),
            background: html("<p>The council wants to lease the waterworks for thirty years.</p>"),
            call: html("<p>We ask above all the towns downstream.</p>"),
            answers: vec![GROUPS[0].to_owned(), GROUPS[1].to_owned()],
            ties: vec![part_of(empty)],
            copies: vec![Link::new("south.example", "https://south.example/q/b1")],
            origin: None,
            asker_since: None,
            as_adopted: None,
            asker_gone: false,
            standing: Standing::Current,
            changed: (!empty).then(|| Changed {
                on: Some(at(4)),
                reason: "The towns downstream are asked, too.".to_owned(),
                versions: format!("{PAGE}/versions").into(),
            }),
            qid: "bciqe5nkrypm7nvmn2mytk4esx7n67k47ikc72feya5dtzjdv72bcjqi".to_owned(),
            hashtag: "q_v72bcjqi".to_owned(),
            activity: format!("{ROOT}/q/b1").into(),
            tools: if empty {
                vec![Link::new("Take a position", format!("{PAGE}/position"))]
            } else {
                Vec::new()
            },
        },
        map: map(empty),
        unlisted: if empty { vec![row(2)] } else { Vec::new() },
        same: Vec::new(),
        merged: None,
        moves: Vec::new(),
        statements: if empty { Vec::new() } else { vec![entry(south(), "Statement", 3)] },
        replies: replies(4),
        invitation: away(),
    }
}

pub(crate) fn position(version: bool) -> PositionPage {
    let one = |revision: u32, reason: &str| PositionVersion {
        revision,
        published: at(i64::from(revision) * 9),
        answer: if revision == 1 { String::new() } else { GROUPS[1].to_owned() },
        certainty: if revision == 1 { "undecided" } else { "decided" },
        reason: reason.to_owned(),
        href: format!("/positions/4/versions/{revision}").into(),
        withdrawn: false,
        chained: (revision > 1).then_some(true),
    };
    PositionPage {
        layout: Layout {
            here: Section::Questions,
            ..public("Southern League: No", "/positions/4", "article")
        },
        position: PositionShown {
            href: "/positions/4".into(),
            author: south(),
            question: Some(Link::new(ASKED, PAGE)),
            answer: GROUPS[1].to_owned(),
            certainty: "decided",
            language: english(),
            revision: 2,
            of: 2,
            published: at(18),
            reason: "The auditors’ report changed what we know about the pipes.".to_owned(),
            sections: vec![
                html(&format!("<p>{WHY}</p>")),
                html("<h4>Limits of our knowledge</h4><p>We know no figures before 2019.</p>"),
            ],
            sources: vec![Link::new("thesis 2 of “Who keeps the well?”", "/statements/water/theses/k2")],
            adopted: "Spring congress, 2026-11-12".to_owned(),
            origin: None,
            standing: Standing::Current,
            convinced_by: Vec::new(),
            led_to: Vec::new(),
            gap: false,
            digest: "sha256-4f1c".to_owned(),
            activity: format!("{ROOT}/q/b1/position").into(),
            tools: Vec::new(),
        },
        history: vec![one(2, "The auditors’ report changed what we know."), one(1, "")],
        changes: if version {
            diff::words("We do not know yet what the pipes are worth.", "We know what the pipes are worth.")
        } else {
            Vec::new()
        },
        contradictions: Vec::new(),
        events: Vec::new(),
        replies: (!version).then(|| replies(4)),
        invitation: away(),
        listed: None,
    }
}

pub(crate) fn catalogue(empty: bool) -> CataloguePage {
    let item = |text: &str, positions: u32| Item {
        text: text.to_owned(),
        language: english(),
        href: PAGE.into(),
        whose: "Asked by us",
        asker: "Northern Forum".to_owned(),
        scope: "Upper valley".to_owned(),
        positions,
        withdrawn: false,
        opens: false,
        closes: 0,
    };
    let items = vec![
        Item { opens: true, scope: String::new(), ..item("To whom does water belong?", 0) },
        item(ASKED, 9),
        Item { closes: 1, ..item("Who pays for the new pipes?", 1) },
        item("How much water may a mill take?", 3),
    ];
    CataloguePage {
        layout: Layout { here: Section::Questions, ..layout("Questions", empty.then(editor)) },
        heading: "Questions",
        lead: "Nobody owns a question: organizations carry copies and answer on their own servers.",
        lists: vec![Link::new("What nobody has answered yet", "/questions?show=nobody")],
        scopes: vec![Choice::new("", "Every scope", true)],
        statuses: vec![Choice::new("", "Open and withdrawn", true)],
        organizations: vec![Choice::new("", "Every organization", true)],
        file: "/questions.csv".into(),
        show: String::new(),
        rest: !empty,
        items: if empty { Vec::new() } else { items },
        tools: if empty { vec![Link::new("Ask a question", "/questions/new")] } else { Vec::new() },
    }
}

pub(crate) fn compare() -> ComparePage {
    let column = |name: &str| Compared { name: name.to_owned(), href: "/positions/4".into() };
    let cell = |text: &str| (Lang::new("en"), html(&format!("<p>{text}</p>")));
    ComparePage {
        layout: layout("Positions side by side", None),
        question: Link::new(ASKED, PAGE),
        more: true,
        columns: vec![column(NAMES[3]), column(NAMES[4]), column(NAMES[2])],
        rows: vec![
            CompareRow {
                label: "Answer",
                cells: GROUPS[..3].iter().map(|text| cell(text)).collect(),
                same: false,
            },
            CompareRow { label: "Reasoning", cells: vec![cell(WHY), cell(WHY), cell(WHY)], same: true },
        ],
        files: vec![
            Link::new("JSON", "/api/plenum/v1/compare"),
            Link::new("CSV", "/api/plenum/v1/compare?format=csv"),
        ],
    }
}

pub(crate) fn agreement() -> AgreementPage {
    AgreementPage {
        layout: layout("Who answers alike", None),
        name: NAMES[3].to_owned(),
        organizations: NAMES.map(|name| Choice::new(name, name, name == NAMES[3])).into(),
        alike: vec![Alike { name: NAMES[4].to_owned(), questions: vec![Link::new(ASKED, PAGE)] }],
        files: vec![Link::new("JSON", "/questions/agreement.json")],
    }
}

pub(crate) fn form() -> FormPage {
    let radios =
        ["decided", "for now", "undecided"].map(|word| Choice::new(word.replace(' ', "-"), word, false));
    FormPage {
        layout: Layout { here: Section::Questions, ..layout("Take a position", Some(editor())) },
        heading: "Take a position".to_owned(),
        lead: "In the name of the organization.".to_owned(),
        about: Some(Link::new(ASKED, PAGE)),
        action: format!("{PAGE}/position").into(),
        fields: vec![
            Field::line("answer", "Our own answer", "In a few words.", ""),
            Field::new(
                "certainty",
                "How sure are we?",
                "All are listed alike.",
                FieldKind::Radios(radios.into()),
                "",
            ),
            Field::text("reasoning", "Reasoning", "Markdown.", WHY, 8),
            Field::new("adopted_on", "Adopted on", "May be left blank.", FieldKind::Day, ""),
        ],
        mistakes: Mistakes::one("answer", "give the answer in a few words, or say that you are undecided"),
        button: "Publish the position".to_owned(),
        back: PAGE.into(),
    }
}
