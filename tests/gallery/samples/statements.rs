//! Statements, old and new, and the pages that list them.

use plenum::domain::statement::ThesisKind;
use plenum::domain::trust::Trust;
use plenum::http::web::contribution::{Author, Entry, Origin, Standing, StatementCard};
use plenum::http::web::event::CitedEvent;
use plenum::http::web::feeds::{Feed, FeedEntry};
use plenum::http::web::follow::FollowWay;
use plenum::http::web::home::HomePage;
use plenum::http::web::layout::{Flash, Layout};
use plenum::http::web::question::Tied;
use plenum::http::web::replies::Replies;
use plenum::http::web::reply::Invitation;
use plenum::http::web::shown::{Lang, Link, Pager};
use plenum::http::web::statement::{Edges, StatementPage, StatementView, ThesisView, Version};
use plenum::http::web::statement_references::{ReferencesShown, Signed};
use plenum::http::web::thesis::Neighbour;
use plenum::http::web::versions::{VersionPage, VersionRow, VersionsPage};
use plenum::text::Html;
use plenum::text::diff::{Fate, Piece};

use super::replies::replies;
use super::{
    ROOT, at, away, east, editor, elsewhere, english, follow_box, html, north, person, public, south,
};

pub(crate) const TITLE: &str = "Who keeps the well? Five theses on the lease of the waterworks";

pub(crate) const ANNOUNCEMENT: &str = "The council wants to lease the waterworks for thirty years. We say what we know, what we \
    demand, and what we could not find out. Five theses: on the price, on the pipes, on the books, on our own silence \
    so far, and on what “public” should mean. Every thesis can be answered on its own.";

pub(crate) fn card(title: &str, day: i64, standing: Standing) -> StatementCard {
    StatementCard {
        title: title.to_owned(),
        announcement: ANNOUNCEMENT.to_owned(),
        author: north(),
        published: at(day),
        language: english(),
        theses: 5,
        replies: 34,
        href: "/statements/water".into(),
        standing,
        heads: Vec::new(),
    }
}

pub(crate) fn heads() -> Vec<Neighbour> {
    theses()
        .into_iter()
        .map(|thesis| Neighbour { number: thesis.number, head: thesis.head, href: thesis.href })
        .collect()
}

pub(crate) fn superseded() -> Standing {
    Standing::Superseded {
        reason: "The auditors’ report of March changed what we know about the pipes.".to_owned(),
        on: at(40),
        by: Some(Link::new("The well after the audit: seven theses", "/statements/well-after-audit")),
    }
}

pub(crate) fn entry(who: Author, kind: &str, day: i64) -> Entry {
    Entry {
        kind: kind.to_owned(),
        title: None,
        passage: String::new(),
        excerpt: "We share the demand to open the books, but not the reason given for it. The figures before 2019 are \
            kept in the county archive, and two of our members have copied them; they do not show what thesis 2 says."
            .to_owned(),
        language: english(),
        author: who,
        published: at(day),
        href: "/posts/8Zt1".into(),
        answers: Some(Link::new("Thesis 2: The pipes are older than the debt", "/statements/water/theses/k2")),
        replies: 4,
        standing: Standing::Current,
    }
}

pub(crate) fn home(empty: bool) -> HomePage {
    let statements = vec![
        StatementCard { heads: heads(), ..card(TITLE, 0, Standing::Current) },
        card("Opening hours of the valley library", -60, Standing::Current),
        card("What the bees need before spring", -200, superseded()),
    ];
    let answers = vec![
        entry(south(), "Official answer", 9),
        entry(person(0), "Personal contribution", 8),
        entry(person(1), "Personal contribution", 7),
    ];
    HomePage {
        layout: Layout {
            viewer: empty.then(editor),
            title: String::new(),
            flash: empty
                .then(|| Flash { problem: false, text: "The site is set up. You are signed in.".to_owned() }),
            ..public("Northern Forum", "/", "website")
        },
        summary: if empty { Html::default() } else { html(SUMMARY) },
        languages: if empty { Vec::new() } else { vec![english(), Lang::new("de"), Lang::new("ar")] },
        statements: if empty { Vec::new() } else { statements },
        questions: if empty {
            Vec::new()
        } else {
            vec![Link::new("Who pays for the new pipes?", "/questions/who-pays-for-the-new-pipes")]
        },
        unanswered: if empty {
            Vec::new()
        } else {
            vec![Link::new("How much water may a mill take?", "/questions/how-much-water-may-a-mill-take")]
        },
        answers: if empty { Vec::new() } else { answers },
        follow: follow_box(if empty { FollowWay::Own } else { FollowWay::Elsewhere(elsewhere()) }),
        pager: Pager { newer: None, older: (!empty).then(|| "/statements?before=3".into()) },
        archive: None,
        other: Link::new("Statements of others", "/statements?from=elsewhere"),
    }
}

pub(crate) const SUMMARY: &str = "<p>We are some four hundred households, workers and gardeners of the upper valley. Here we publish \
    what we have agreed on after debate, with our reasons and with what we do not know. We want to be contradicted: answer \
    any thesis from your own server.</p>";

pub(crate) const BODY: &str = "<p>The mains under Mill Road were laid in two stages, and the second stage was never finished. What the \
    council calls a debt is for the most part the cost of this delay: every year of waiting has made the repair dearer, and \
    every year the repair was put off because it was dear. A lease does not end this circle. It hands it to somebody who may \
    leave it after thirty years.</p><p>It is said that <em>only a lessee has the means</em>. We have compared three towns of our \
    size. In two of them the works stayed with the town, and the pipes were renewed within eight years; in the third they were \
    leased, and the renewal is <a href=\"https://records.example/towns/3\">in its eleventh year</a>.</p>";

pub(crate) const EVIDENCE: &str = "<ul><li>Report of the well board, second part, p. 12</li><li>Minutes of the council, \
    14 May 2024, <a href=\"https://records.example/minutes/2024-05-14\">records.example</a></li></ul>";

pub(crate) fn thesis(n: u32, kind: ThesisKind, head: &str) -> ThesisView {
    let noted = n.is_multiple_of(2);
    ThesisView {
        key: format!("k{n}"),
        number: n.to_string(),
        kind,
        head: head.to_owned(),
        body: html(BODY),
        limits: if noted { html("<p>We know no figures before 2019.</p>") } else { Html::default() },
        evidence: if n < 4 { html(EVIDENCE) } else { Html::default() },
        href: format!("/statements/water/theses/k{n}").into(),
        answer: format!("/statements/water/theses/k{n}#answer").into(),
        replies: n * 3 % 7,
        marked: Vec::new(),
    }
}

pub(crate) fn theses() -> Vec<ThesisView> {
    use ThesisKind::{Assessment, Call, Definition, Demand, SelfCriticism};
    vec![
        thesis(
            1,
            Definition,
            "By “public” we mean that those who drink the water decide on it and can see its books.",
        ),
        thesis(
            2,
            Assessment,
            "The pipes are older than the debt. The lease treats the debt and leaves the pipes.",
        ),
        thesis(
            3,
            Demand,
            "Open the books of the waterworks for the last twenty years before anything is signed.",
        ),
        thesis(
            4,
            SelfCriticism,
            "We were silent in 2019, when the first repair was put off, and our silence was convenient for us.",
        ),
        thesis(
            5,
            Call,
            "Let the towns downstream be heard: what we take from the well is missing there first.",
        ),
    ]
}

pub(crate) fn version(n: u32) -> Version {
    Version {
        revision: n,
        published: at(i64::from(n) * 9),
        digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        reason: if n == 1 {
            String::new()
        } else {
            "Thesis 2 now says that the second stage was never finished; pointed out by the Southern League."
                .to_owned()
        },
        convinced_by: Vec::new(),
        of: 2,
        original: None,
        permalink: format!("{ROOT}/statements/water/versions/{n}").into(),
        all: "/statements/water/versions".into(),
    }
}

pub(crate) fn statement(standing: Standing) -> StatementView {
    StatementView {
        title: TITLE.to_owned(),
        announcement: ANNOUNCEMENT.to_owned(),
        author: north(),
        published: at(0),
        language: english(),
        standing,
        origin: None,
        introduction: html(
            "<p>On 12 October the council made known that it wants to lease the waterworks. Within a week eleven \
            associations had spoken. This is what we agreed on in three evenings; where we did not agree, we say so.</p>",
        ),
        theses: theses(),
        closing: html(
            "<h2>Questions we could not answer</h2><p>These we pass on to all who know more:</p><ol><li>Who carries the \
            risk if the well falls dry within the term of the lease?</li><li>Under which conditions would a lease be right?</li>\
            </ol><blockquote><p>A well is not a purse.</p></blockquote>",
        ),
        edges: Edges::default(),
        references: references(),
        href: "/statements/water".into(),
        version: version(2),
        missing: 0,
        feed: Some("/statements/water/replies.atom".into()),
        activity: Some("/s/4fK2mPq".into()),
        tools: Vec::new(),
    }
}

fn references() -> ReferencesShown {
    let asked = Tied {
        label: "Who may lease the water of the valley?".to_owned(),
        language: english(),
        href: Some("/questions/water".into()),
    };
    ReferencesShown {
        questions: vec![asked],
        sources: vec![Link::new("Report of the well board, 2018", "https://archive.example/report")],
        signatories: vec![Signed { link: Link::new("South", "/@south@south.example"), confirmed: false }],
    }
}

pub(crate) fn cited() -> Vec<CitedEvent> {
    vec![CitedEvent {
        title: "The council votes for the lease.".to_owned(),
        language: english(),
        when: "March 2019".to_owned(),
        href: "/events/1".into(),
    }]
}

pub(crate) fn statement_page(standing: Standing, replies: Replies) -> StatementPage {
    StatementPage {
        layout: public(TITLE, "/statements/water", "article"),
        statement: statement(standing),
        changes: Vec::new(),
        events: cited(),
        replies: Some(replies),
        invitation: away(),
    }
}

pub(crate) fn earlier() -> StatementPage {
    let standing = Standing::Earlier { newest: "/statements/water".into(), revision: 2 };
    StatementPage {
        layout: Layout { viewer: Some(editor()), ..public(TITLE, "/statements/water/versions/1", "article") },
        statement: StatementView {
            version: version(1),
            tools: vec![
                Link::new("Revise", "/publish?revise=1"),
                Link::new("Supersede", "/x"),
                Link::new("Retract", "/y"),
            ],
            ..statement(standing)
        },
        changes: Vec::new(),
        events: Vec::new(),
        replies: None,
        invitation: away(),
    }
}

pub(crate) fn right_to_left() -> StatementPage {
    let arabic = Lang::new("ar");
    let view = StatementView {
        title: "من يحفظ البئر؟ خمس أطروحات عن تأجير محطة المياه".to_owned(),
        announcement: "يريد المجلس تأجير محطة المياه لثلاثين عاما. نقول ما نعرفه وما نطالب به وما لم نتمكن من معرفته.".to_owned(),
        language: arabic,
        author: east(),
        origin: Some(Origin {
            host: "east.example".to_owned(),
            href: "https://east.example/statements/water".into(),
            trust: Some(Trust::Proven),
            unreachable_since: Some(at(30)),
        }),
        introduction: html("<p>في الثاني عشر من تشرين الأول أعلن المجلس أنه يريد تأجير محطة المياه.</p>"),
        theses: theses()
            .into_iter()
            .take(2)
            .map(|thesis| ThesisView {
                head: "الأنابيب أقدم من الدين، والتأجير يعالج الدين ويترك الأنابيب.".to_owned(),
                body: html("<p>وضعت الأنابيب على مرحلتين، ولم تكتمل الثانية قط. وما يسميه المجلس دينا هو في معظمه كلفة هذا التأخير.</p>"),
                ..thesis
            })
            .collect(),
        closing: Html::default(),
        ..statement(Standing::Retracted { reason: "Two of the five theses rested on figures that turned out to be estimates.".to_owned(), on: at(20) })
    };
    StatementPage {
        layout: public("من يحفظ البئر؟", "/statements/water-ar", "article"),
        statement: view,
        events: Vec::new(),
        changes: Vec::new(),
        replies: Some(replies(0)),
        invitation: Invitation::Closed("The authors accept no more answers to this statement.".to_owned()),
    }
}

pub(crate) fn versions() -> VersionsPage {
    let row = |n: u32, standing: &str| VersionRow {
        version: version(n),
        href: format!("/statements/water/versions/{n}").into(),
        standing: standing.to_owned(),
    };
    VersionsPage {
        layout: public("All versions", "/statements/water/versions", "website"),
        noun: "statement",
        title: TITLE.to_owned(),
        language: english(),
        href: "/statements/water".into(),
        author: north(),
        versions: vec![row(2, "In force"), row(1, "Earlier version")],
    }
}

pub(crate) fn one_version() -> VersionPage {
    let piece = |fate, text: &str| Piece { fate, text: text.to_owned() };
    VersionPage {
        layout: public("Who may lease the water of the valley?", "/questions/water/versions/2", "article"),
        kind: "Question".to_owned(),
        title: "Who may lease the water of the valley?".to_owned(),
        language: english(),
        author: north(),
        version: version(2),
        standing: Standing::Current,
        content: html("<p>The council wants to lease the waterworks for twenty years.</p>"),
        changes: vec![
            piece(Fate::Kept, "The council wants to lease the waterworks for "),
            piece(Fate::Removed, "thirty"),
            piece(Fate::Added, "twenty"),
            piece(Fate::Kept, " years."),
        ],
    }
}

pub(crate) fn feed() -> Feed {
    Feed {
        id: format!("{ROOT}/actors/org"),
        title: "Northern Forum: statements & answers".to_owned(),
        subtitle: String::new(),
        self_href: format!("{ROOT}/feed.atom").into(),
        page: ROOT.into(),
        updated: at(9),
        language: english(),
        version: "0.1.0".to_owned(),
        entries: vec![FeedEntry {
            id: format!("{ROOT}/s/4fK2mPq"),
            title: TITLE.to_owned(),
            kind: "statement".to_owned(),
            href: format!("{ROOT}/statements/water").into(),
            published: at(0),
            updated: at(9),
            author: "Northern Forum".to_owned(),
            author_href: ROOT.into(),
            language: english(),
            summary: ANNOUNCEMENT.to_owned(),
            content: html(BODY),
            answers: None,
        }],
    }
}
