//! Who takes part, and how they come and go.

use plenum::domain::trust::Trust;
use plenum::http::web::about::{AboutPage, Contact, KeptOut, Rule};
use plenum::http::web::account::{AccountPage, AccountView, CatalogueShown, Field};
use plenum::http::web::contribution::{Author, Entry, Origin, Voice};
use plenum::http::web::external_statement::{Candidate, ExternalStatementsPage};
use plenum::http::web::follow::{AuthorizePage, FollowBox, FollowWay, LeavePage, Subject};
use plenum::http::web::forms::Choice;
use plenum::http::web::layout::{FrozenLine, Layout, Section};
use plenum::http::web::listing::ListingPage;
use plenum::http::web::notifications::{Notice, NotificationsPage};
use plenum::http::web::shown::{Href, Lang, Link, Pager};

use super::replies::reply_form;
use super::statements::{SUMMARY, entry};
use super::{
    at, author, east, editor, elsewhere, english, follow_box, html, layout, north, person, public, south,
};

/// An organization with everything, or a person who filled in nothing.
pub(crate) fn account(voice: Voice) -> AccountPage {
    let organization = voice.is_official();
    let statement =
        Entry { title: Some("Downstream first".to_owned()), answers: None, ..entry(south(), "Statement", 5) };
    AccountPage {
        layout: public("Account", "/@league@south.example", "profile"),
        account: if organization { league() } else { silent_person() },
        follow: follow_box(if organization {
            FollowWay::Button { action: "/follow".into(), following: false, pending: false }
        } else {
            FollowWay::Elsewhere(elsewhere())
        }),
        entries: if organization {
            vec![statement, entry(south(), "Official answer", 2)]
        } else {
            Vec::new()
        },
        pager: Pager { newer: Some("?min=4".into()), older: Some("?max=1".into()) },
    }
}

fn league() -> AccountView {
    let field =
        |name: &str, value: &str, verified| Field { name: name.to_owned(), value: html(value), verified };
    AccountView {
        name: "Southern League".to_owned(),
        handle: "league@south.example".to_owned(),
        voice: Voice::Organization,
        summary: html("<p>League of the towns along the lower river. Statements in English and German.</p>"),
        language: english(),
        fields: vec![
            field("Site", "<a href=\"https://south.example\">south.example</a>", Some(at(1))),
            field("Meets", "first Thursday, old mill", None),
        ],
        joined: Some(at(-300)),
        origin: Some(Origin {
            host: "south.example".to_owned(),
            href: "https://south.example/@league".into(),
            trust: Some(Trust::Proven),
            unreachable_since: None,
        }),
        catalogue: Some(CatalogueShown {
            state: "What it published was looked through on 3 November 2026.".to_owned(),
            complete_to: Some(at(-300)),
            resync: Some("/@league@south.example/resync".into()),
        }),
        moved_to: None,
        vouched_by: Vec::new(),
        related: vec![Link::new("Forum of the Southern League", "/@forum@south.example")],
        tools: Vec::new(),
    }
}

fn silent_person() -> AccountView {
    AccountView {
        name: "R. Castellanos-Whitfield of the Lower Mill Road Residents".to_owned(),
        handle: "lowermillroad.residents@social.example".to_owned(),
        voice: Voice::Person,
        summary: plenum::text::Html::default(),
        fields: Vec::new(),
        joined: None,
        related: Vec::new(),
        ..league()
    }
}

pub(crate) fn about() -> AboutPage {
    let rule = |text: &str, hint: &str| Rule { text: text.to_owned(), hint: hint.to_owned() };
    AboutPage {
        layout: Layout { here: Section::About, ..public("About", "/about", "website") },
        description: html(SUMMARY),
        privacy: html("<p>Addresses of readers are kept for a day.</p>"),
        rules: vec![
            rule("Answer what was said.", "Name the thesis; quote the words you mean."),
            rule("Say where a figure comes from.", ""),
            rule(
                "No names of people who have not spoken in public themselves.",
                "Members of organizations are entitled to stay unnamed.",
            ),
        ],
        languages: vec![english(), Lang::new("de"), Lang::new("ar")],
        contact: Contact {
            email: "office@north.example".to_owned(),
            account: Some(("Ada Lindqvist".to_owned(), "/@ada".into())),
        },
        accounts: vec![north(), author("Forum of the Northern Forum", "debate@north.example", Voice::Forum)],
        federation: Choice {
            hint: "What comes from a server nobody here has approved waits for a moderator.".to_owned(),
            ..Choice::new("quarantine", "Review newcomers first", true)
        },
        kept_out: vec![KeptOut {
            name: "ads.****le.example".to_owned(),
            what: "Suspended".to_owned(),
            why: "Sends nothing but advertising.".to_owned(),
        }],
        registration: "Accounts on this site are given by invitation to members of the Northern Forum."
            .to_owned(),
    }
}

/// What a member reads above every page whose account is frozen.
pub(crate) fn frozen() -> NotificationsPage {
    let mut page = notifications(false);
    page.layout.frozen = Some(FrozenLine {
        reason: "Called the other side names, twice, after a warning.".to_owned(),
        href: "/settings/decisions/7".into(),
    });
    page
}

pub(crate) fn notifications(empty: bool) -> NotificationsPage {
    let notice = |who: Author, what: &str, day: i64| Notice {
        who,
        what: what.to_owned(),
        target: (what != "follows you")
            .then(|| Link::new("Thesis 2: The pipes are older than the debt", "/statements/water/theses/k2")),
        excerpt: if what == "follows you" {
            String::new()
        } else {
            "We share the demand to open the books, but not the reason given for it.".to_owned()
        },
        language: english(),
        href: "/posts/r0".into(),
        when: at(day),
        unseen: day > 5,
    };
    let notices = vec![
        notice(south(), "answered", 9),
        notice(person(1), "objected to", 8),
        notice(east(), "follows you", 4),
        notice(person(2), "mentioned you in an answer to", 2),
    ];
    NotificationsPage {
        layout: Layout { here: Section::Notifications, ..layout("Notifications", Some(editor())) },
        notices: if empty { Vec::new() } else { notices },
        pager: Pager { newer: None, older: (!empty).then(|| "?max=2".into()) },
        mark_seen: (!empty).then(|| "/notifications/seen".into()),
    }
}

pub(crate) fn authorize(subject: Subject, sign_in: Option<Href>) -> AuthorizePage {
    let viewer = sign_in.is_none().then(editor);
    AuthorizePage {
        layout: layout("Follow or answer", viewer),
        uri: "https://south.example/actors/league".to_owned(),
        subject,
        sign_in,
    }
}

pub(crate) fn follow_subject() -> Subject {
    let follow = follow_box(FollowWay::Button { action: "/follow".into(), following: false, pending: false });
    Subject::Account {
        author: south(),
        follow: Box::new(FollowBox {
            name: "Southern League".to_owned(),
            handle: "league@south.example".to_owned(),
            feed: None,
            ..follow
        }),
    }
}

pub(crate) fn reply_subject() -> Subject {
    Subject::Contribution {
        entry: Box::new(entry(south(), "Official answer", 3)),
        invitation: reply_form(false),
        tools: vec![Link::new("Take a position", "/questions/17/position")],
    }
}

pub(crate) fn unknown_subject() -> Subject {
    Subject::Unknown("south.example did not answer within ten seconds. Try again later, or open the address in your browser.".to_owned())
}

pub(crate) fn leave() -> LeavePage {
    LeavePage {
        layout: layout("Go on at your own server", None),
        host: "social.example".to_owned(),
        href:
            "https://social.example/authorize_interaction?uri=https%3A%2F%2Fnorth.example%2Fs%2F4fK2mPq%2Fk2"
                .into(),
        subject: "Thesis 2: The pipes are older than the debt".to_owned(),
        back: "/statements/water/theses/k2".into(),
    }
}

pub(crate) fn listing(empty: bool) -> ListingPage {
    ListingPage {
        layout: layout("#water", None),
        heading: "#water".to_owned(),
        lead: "Public contributions with this hashtag that this site knows.".to_owned(),
        nothing: "Nothing yet. Write the hashtag into a contribution and it appears here.".to_owned(),
        entries: if empty {
            Vec::new()
        } else {
            vec![entry(person(0), "Post", 3), entry(south(), "Official answer", 2)]
        },
        links: Vec::new(),
        pager: Pager::default(),
    }
}

pub(crate) fn external_statements(empty: bool) -> ExternalStatementsPage {
    let candidate = || Candidate {
        entry: entry(person(0), "Post", 3),
        question: Link::new("Who owns the water?", "/questions/who-owns-the-water"),
        action: "/external/1/b1/decide".into(),
    };
    ExternalStatementsPage {
        layout: layout("External statements", Some(editor())),
        candidates: if empty { Vec::new() } else { vec![candidate(), candidate()] },
    }
}
