//! What others answered: under a thesis, in a thread, alone.

use plenum::domain::statement::ThesisKind;
use plenum::domain::trust::Trust;
use plenum::http::web::contribution::{Attachment, Origin, Quotation, Quoted, Standing};
use plenum::http::web::forms::{Choice, Mistakes, language_choices};
use plenum::http::web::layout::Layout;
use plenum::http::web::post::{PostPage, PostView};
use plenum::http::web::replies::{Completeness, Later, Replies, Reply, ReplyState};
use plenum::http::web::reply::{Invitation, ReplyForm};
use plenum::http::web::shown::{Lang, Link};
use plenum::http::web::thesis::{StatementRef, ThesisPage};
use plenum::http::web::thread::ThreadPage;

use super::statements::{TITLE, cited, entry, heads, thesis};
use super::{ROOT, at, away, east, editor, english, html, north, person, public, south};

pub(crate) const TALK: [&str; 4] = [
    "<p>Agreed, and I would go further: the minutes of May 2024 show that the council knew the state of the mains.</p>",
    "<p>This mixes two things. That the repair was put off is true; that it was put off <em>because</em> it was dear is a guess. \
     The board gave another reason at the time:</p><blockquote><p>The contractor withdrew, and no second offer was made.</p>\
     </blockquote><p>If that is so, the argument against the lease has to be a different one.</p>",
    "<p>Which three towns? Please name them.</p>",
    "<p>We have read this thesis in two meetings. We answer it <strong>with yes, provided that</strong> the towns downstream are \
     heard before and not after the books are opened.</p><p>Our own reading of the figures stands in \
     <a href=\"https://south.example/statements/downstream\">Downstream first</a>.</p>",
];

/// The `n`-th text, beginning again after the last.
pub(crate) fn pick(texts: &[&'static str], n: usize) -> &'static str {
    texts.iter().copied().cycle().nth(n).unwrap_or_default()
}

fn quoted() -> Quoted {
    Quoted::Shown(Box::new(Quotation {
        author: north(),
        published: at(0),
        title: Some(TITLE.to_owned()),
        excerpt: "Three towns have sold their mains, and not one of them was asked.".to_owned(),
        language: english(),
        href: "/statements/water".into(),
    }))
}

fn withheld() -> Quoted {
    let why = "Its author has not yet agreed to being quoted here.";
    Quoted::Withheld { why, href: Some("https://south.example/p/1".into()) }
}

pub(crate) fn reply(n: usize) -> Reply {
    let voice = match n {
        0 => south(),
        4 => east(),
        _ => person(n),
    };
    let arabic = n % 5 == 2;
    Reply {
        key: format!("r{n}"),
        parent: match n {
            1 => Some("r0".to_owned()),
            3 => Some("r2".to_owned()),
            6..=10 => Some(format!("r{}", n - 1)),
            12 | 14 => Some("r11".to_owned()),
            _ => None,
        },
        author: voice,
        published: at(i64::try_from(n).unwrap_or_default() + 1),
        edited: (n == 3).then(|| at(30)),
        language: if arabic { Lang::new("ar") } else { english() },
        intent: pick(&["", "Objection", "Question", "Support"], n).to_owned(),
        warning: (n == 13).then(|| "Long quotation from the minutes".to_owned()),
        content: if arabic {
            html("<p>أي المدن الثلاث؟ نرجو ذكرها بالاسم.</p>")
        } else {
            html(pick(&TALK, n + 3))
        },
        quoted: match n {
            3 => Some(quoted()),
            5 => Some(withheld()),
            _ => None,
        },
        attachments: if n == 5 {
            vec![Attachment {
                href: "https://social.example/m/1.jpg".into(),
                thumbnail: None,
                description: "Photograph of the opened street: two pipes, one of them cast iron".to_owned(),
            }]
        } else {
            Vec::new()
        },
        href: format!("/posts/r{n}").into(),
        origin: n.is_multiple_of(3).then(|| Origin {
            host: "south.example".to_owned(),
            href: "https://south.example/p/1".into(),
            trust: Some(Trust::Proven),
            unreachable_since: (n == 9).then(|| at(25)),
        }),
        answer: Some(format!("/reply?to=r{n}").into()),
        criticize: (n == 1).then(|| "/posts/r1#answer".into()),
        tools: vec![Link::new("Report", "/report?of=1")],
        state: match n {
            7 => ReplyState::Deleted,
            15 => ReplyState::Held,
            _ => ReplyState::Shown,
        },
        refers_to: (n == 11).then_some(1),
    }
}

pub(crate) fn replies(n: usize) -> Replies {
    Replies {
        completeness: (n > 0).then(|| Completeness {
            away: None,
            missing: 3,
            checked: Some(at(31)),
            resync: Some("/threads/water/resync".into()),
        }),
        held: u32::from(n > 10) * 2,
        later: (n > 10).then(|| Later { href: "?replies=r20#replies".into(), count: 7, uncounted: false }),
        ..Replies::arrange((0..n).map(reply).collect())
    }
}

pub(crate) fn thesis_page(replies: Replies, invitation: Invitation) -> ThesisPage {
    let neighbour = |n: usize| heads().into_iter().nth(n);
    let viewer = matches!(invitation, Invitation::Form(_)).then(editor);
    ThesisPage {
        layout: Layout {
            viewer,
            ..public("Thesis 2: The pipes are older than the debt", "/statements/water/theses/k2", "article")
        },
        thesis: thesis(
            2,
            ThesisKind::Assessment,
            "The pipes are older than the debt. The lease treats the debt and leaves the pipes.",
        ),
        statement: StatementRef {
            title: TITLE.to_owned(),
            href: "/statements/water".into(),
            author: north(),
            published: at(0),
            revision: 2,
            language: english(),
            standing: Standing::Current,
        },
        previous: neighbour(0),
        next: neighbour(2),
        events: cited(),
        replies,
        invitation,
    }
}

pub(crate) fn reply_form(wrong: bool) -> Invitation {
    let mut mistakes = Mistakes::default();
    if wrong {
        mistakes.add("text", "The answer is empty. Write at least one sentence.");
    }
    Invitation::Form(Box::new(ReplyForm {
        action: "/reply".into(),
        in_reply_to: format!("{ROOT}/s/4fK2mPq/k2"),
        voices: vec![
            Choice {
                hint: "Marked as a personal contribution; it does not speak for the Northern Forum."
                    .to_owned(),
                ..Choice::new("person", "As Ada Lindqvist", true)
            },
            Choice {
                hint: "Marked as its official answer.".to_owned(),
                ..Choice::new("organization", "As the Northern Forum", false)
            },
        ],
        reaches: vec![
            Choice::new("same", "Everybody", true),
            Choice::new("internal", "Only members of this site", false),
        ],
        intents: [
            ("", "Just an answer"),
            ("objection", "Objection"),
            ("support", "Support"),
            ("question", "Question"),
            ("correction", "Correction"),
            ("evidence", "Evidence"),
        ]
        .map(|(value, label)| Choice::new(value, label, value.is_empty()))
        .to_vec(),
        passage: String::new(),
        around: Default::default(),
        languages: language_choices("en"),
        text: String::new(),
        limit: 5000,
        mistakes,
    }))
}

pub(crate) fn post_view() -> PostView {
    PostView {
        kind: "Official answer".to_owned(),
        title: None,
        author: south(),
        published: at(2),
        edited: Some(at(3)),
        language: english(),
        intent: "Objection".to_owned(),
        warning: None,
        content: html(&format!("{}{}", pick(&TALK, 3), pick(&TALK, 1))),
        quoted: None,
        attachments: Vec::new(),
        answers: Some(Link::new("Thesis 2 of “Who keeps the well?”", "/statements/water/theses/k2")),
        href: "/posts/r0".into(),
        origin: Some(Origin {
            host: "south.example".to_owned(),
            href: "https://south.example/p/1".into(),
            trust: Some(Trust::Proven),
            unreachable_since: None,
        }),
        standing: Standing::Current,
        tools: vec![Link::new("Report", "/report?of=1")],
    }
}

pub(crate) fn post() -> PostPage {
    PostPage {
        layout: public("Official answer by Southern League", "/posts/r0", "article"),
        before: vec![entry(north(), "Thesis 2", 0)],
        post: post_view(),
        led_to: Vec::new(),
        replies: replies(6),
        thread: Some("/threads/water".into()),
        invitation: away(),
    }
}

pub(crate) fn thread(rooted: bool) -> ThreadPage {
    ThreadPage {
        layout: public("Conversation", "/threads/water", "website"),
        root: rooted.then(post_view),
        replies: replies(16),
        invitation: away(),
    }
}
