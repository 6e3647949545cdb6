//! The pages of moderators and admins.

use plenum::http::web::case::{CasePage, Part, Saying, Writing};
use plenum::http::web::contribution::Voice;
use plenum::http::web::dashboard::DashboardPage;
use plenum::http::web::form::{Field, FieldKind};
use plenum::http::web::forms::{Choice, Mistakes};
use plenum::http::web::hosts::{HostPage, HostRow, HostsPage};
use plenum::http::web::layout::{Layout, Section};
use plenum::http::web::ledger::{Cell, LedgerPage, Search};
use plenum::http::web::qr::Qr;
use plenum::http::web::review::{AuthorGroup, HostGroup, ReviewPage};
use plenum::http::web::second_factor::{SecondFactorPage, Stage};
use plenum::http::web::shown::{Link, Pager};

use super::statements::entry;
use super::{author, editor, layout};

fn frame(title: &str) -> Layout {
    Layout { here: Section::Administration, viewer: Some(editor()), ..layout(title, None) }
}

pub(crate) fn hosts(empty: bool) -> HostsPage {
    let row = |name: &str, standing: &str, software: &str, health: &str| HostRow {
        name: name.to_owned(),
        href: format!("/admin/hosts/{name}").into(),
        standing: standing.to_owned(),
        software: software.to_owned(),
        health: health.to_owned(),
    };
    let rows = vec![
        row("ads.example", "Suspended", "mastodon 4.5.0", "Last exchange on 24 November 2026, 12:00 UTC"),
        row(
            "a-very-long-name-of-a-server-that-somebody-chose.social.example",
            "Limited, no files, no reports",
            "gotosocial 0.20.1",
            "Not reachable since 20 November 2026 (status 502: Bad Gateway)",
        ),
        row("south.example", "Allowed", "plenum 0.1.0", "Last exchange on 24 November 2026, 12:00 UTC"),
    ];
    let choices = [("", "All"), ("allow", "Allowed"), ("limit", "Limited"), ("suspend", "Suspended")];
    HostsPage {
        layout: frame("Other servers"),
        query: if empty { "com".to_owned() } else { String::new() },
        standings: choices.map(|(value, label)| Choice::new(value, label, value.is_empty())).into(),
        rules: vec![
            Choice::new("", "With and without", true),
            Choice::new("own", "With a rule of its own", false),
        ],
        states: vec![Choice::new("", "All", true), Choice::new("no", "Not reachable", false)],
        orders: vec![Choice::new("name", "By name", true), Choice::new("heard", "Heard last first", false)],
        unknown: None,
        impossible: if empty { "Under com everybody may register a name.".to_owned() } else { String::new() },
        rows: if empty { Vec::new() } else { rows },
        pager: Pager { newer: None, older: (!empty).then(|| "/admin/hosts?after=south.example".into()) },
    }
}

pub(crate) fn host(empty: bool) -> HostPage {
    let facts = [
        ("Decided", "Limited, no files"),
        ("Runs", "gotosocial 0.20.1"),
        ("First seen", "20 November 2026"),
        ("Last heard", "24 November 2026, 12:00 UTC"),
        ("Follow from there", "12 followers"),
        ("From there", "140 contributions, of which 3 wait for a moderator"),
        ("Reported", "2 reports, 1 open"),
    ];
    let choice = |value: &str, label: &str| Choice::new(value, label, value == "limit");
    let standings = vec![choice("none", "Nothing decided"), choice("limit", "Limited")];
    HostPage {
        layout: frame("south.example"),
        heading: "a-very-long-name-of-a-server-that-somebody-chose.social.example".to_owned(),
        facts: if empty { Vec::new() } else { facts.map(|(name, value)| (name, value.to_owned())).into() },
        ways: if empty { Vec::new() } else { vec![Link::new("All servers", "/admin/hosts")] },
        remarks: vec!["The rule about social.example holds for it: Limited.".to_owned()],
        action: "/admin/hosts/south.example".into(),
        fields: vec![
            Field::new("standing", "What is decided?", "", FieldKind::Radios(standings), ""),
            Field::text(
                "public_comment",
                "Reason that everybody may read",
                "It stands beside the name.",
                "",
                2,
            ),
        ],
        mistakes: if empty {
            Mistakes::one("standing", "Choose what is decided.")
        } else {
            Mistakes::default()
        },
    }
}

pub(crate) fn dashboard(empty: bool) -> DashboardPage {
    let link = |label: &str| Link::new(label, "/admin/review");
    let waiting = vec![link("What waits for a moderator: 12 contributions"), link("Reports: 2 open")];
    DashboardPage {
        layout: frame("Administration"),
        waiting: if empty { Vec::new() } else { waiting },
        news: if empty {
            Vec::new()
        } else {
            vec![link("ada is member, moderator until 1 December 2026, and then member")]
        },
        pages: vec![link("Other servers, and rules about them"), link("The log: who decided what")],
    }
}

pub(crate) fn second_factor() -> SecondFactorPage {
    let uri = "otpauth://totp/Bees:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bees";
    SecondFactorPage {
        layout: frame("Sign in with a code"),
        stage: Stage::Begun {
            secret: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".to_owned(),
            uri: uri.to_owned(),
            code: Qr::of(uri),
        },
        mistakes: Mistakes::one("code", "this is not the code that your authenticator shows now"),
    }
}

pub(crate) fn review(empty: bool) -> ReviewPage {
    let group = |key: &str, name: &str, facts: &str, entries: usize| {
        let author = author(name, &format!("{}@social.example", name.to_lowercase()), Voice::Person);
        let entries = (0..entries).map(|_| entry(author.clone(), "Post", 3)).collect();
        AuthorGroup { key: key.to_owned(), author, facts: facts.to_owned(), entries }
    };
    let authors = vec![
        group(
            "11",
            "Ana",
            "1 contribution · known here since 20 November 2026 · says it exists since 3 May 2020 · followed here by \
             bela",
            1,
        ),
        group(
            "12",
            "Mallory",
            "412 contributions · known here since 24 November 2026 · says it exists since 1 January 2008 · 2 reports \
             about it, 1 open · rejected before on 20 November 2026 by mona, 2 times in all",
            2,
        ),
    ];
    let host = HostGroup {
        key: "7".to_owned(),
        name: "social.example".to_owned(),
        facts: "mastodon 4.5.0 · anybody may sign up there · first seen 24 November 2026 · 2 accounts there \
                followed from here"
            .to_owned(),
        rules: vec!["The list “Friends” says about social.example: limit.".to_owned()],
        next: "host-8".to_owned(),
        authors,
    };
    let other = HostGroup {
        key: "8".to_owned(),
        name: "town.example".to_owned(),
        facts: "software unknown · does not say who may sign up · first seen 24 November 2026 · no accounts \
                there followed from here"
            .to_owned(),
        rules: Vec::new(),
        next: "ticked".to_owned(),
        authors: vec![group("13", "Cleo", "1 contribution", 1)],
    };
    ReviewPage {
        layout: frame("Waiting"),
        hosts: if empty { Vec::new() } else { vec![host, other] },
        action: "/admin/review".into(),
        ways: if empty {
            Vec::new()
        } else {
            vec![
                Link::new("Texts that may belong to a question: 2", "/moderation/external"),
                Link::new("Removed, and not deleted yet: 1", "/admin/removed"),
                Link::new("Servers that were let in: 1", "/admin/review/approved"),
            ]
        },
        page: (String::new(), String::new()),
        pager: Pager::default(),
    }
}

pub(crate) fn ledger(empty: bool) -> LedgerPage {
    let row = |name: &str, state: &str, aside: &str| {
        vec![
            Cell::link(name, format!("/admin/hosts/{name}")).ticked_as(name.to_owned()),
            Cell::text(state),
            Cell::text("12 deliveries, the oldest for 3 hours"),
            Cell::text(aside),
            Cell::text("nothing"),
            Cell::buttons(vec![
                ("retry 7".to_owned(), "Try again".to_owned()),
                ("give-up 7".to_owned(), "Give it up".to_owned()),
            ]),
        ]
    };
    let rows = vec![
        row("social.example", "Not reachable since 20 November 2026, 12:00 UTC", "3: status 410: Gone"),
        row("a-very-long-name-of-a-server-that-somebody-chose.social.example", "Answers", "1: status 400"),
    ];
    LedgerPage {
        layout: frame("Exchange with other servers"),
        heading: "Exchange with other servers".to_owned(),
        lead: "Servers that do not answer, and what waits for them.".to_owned(),
        facts: vec!["On their way: 12 deliveries, no received activities and 1 job.".to_owned()],
        ways: vec![Link::new("All servers", "/admin/hosts")],
        search: (!empty).then(|| Search {
            action: "/admin/federation".into(),
            label: "Name of a server",
            query: String::new(),
        }),
        nothing: "Every server answers, and nothing waits for one.".to_owned(),
        heads: vec!["Server", "State", "Waiting", "Put aside", "Not applied", ""],
        rows: if empty { Vec::new() } else { rows },
        action: "/admin/federation".into(),
        buttons: if empty {
            Vec::new()
        } else {
            vec![("retry".to_owned(), "Try again all that was put aside".to_owned())]
        },
        pager: Pager::default(),
    }
}

pub(crate) fn case(empty: bool) -> CasePage {
    let saying = |by: &str, text: &str| Saying {
        by: by.to_owned(),
        href: Some("/@anna".into()),
        text: text.to_owned(),
    };
    let part = |heading: &str, nothing: &str, sayings: Vec<Saying>| Part {
        heading: heading.to_owned(),
        nothing: nothing.to_owned(),
        sayings: if empty { Vec::new() } else { sayings },
    };
    CasePage {
        layout: frame("A report"),
        heading: "mallory@social.example".to_owned(),
        lead: "Nobody looks at it yet. This is the only report about this account.".to_owned(),
        ways: vec![Link::new("Decide about this report", "/admin/reports/7/decide")],
        parts: vec![
            part(
                "Reported as: A rule of this site",
                "No words.",
                vec![saying("anna@town.example, 24 November 2026, 12:00 UTC", "He insults us.\nAgain.")],
            ),
            part(
                "What was reported, as it stood then",
                "No contribution was named.",
                vec![saying("mallory@social.example, 24 November 2026, 11:00 UTC", "You are all fools.")],
            ),
        ],
        mistakes: if empty {
            Mistakes::one("note", "is empty: write at least a sentence")
        } else {
            Mistakes::default()
        },
        action: "/admin/reports/7".into(),
        writing: Some(Writing {
            name: "note",
            label: "A note for the other moderators".to_owned(),
            hint: "Neither the reporter nor the person reported reads it.".to_owned(),
            value: String::new(),
            button: ("note".to_owned(), "Write it down".to_owned()),
        }),
        buttons: vec![("assign".to_owned(), "I look at it".to_owned())],
    }
}
