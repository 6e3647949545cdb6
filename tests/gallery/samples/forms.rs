//! Forms, blank and with mistakes.

use plenum::http::web::authorize::AuthorizePage;
use plenum::http::web::confirm::ConfirmPage;
use plenum::http::web::contribution::Standing;
use plenum::http::web::edit::EditPage;
use plenum::http::web::forms::{Choice, Mistakes};
use plenum::http::web::import::ImportPage;
use plenum::http::web::join::JoinPage;
use plenum::http::web::layout::{Layout, Section, Site};
use plenum::http::web::publish::{
    Found, Meanwhile, PreviewPage, PublishPage, Revises, StatementForm, WithdrawPage, Withdrawal,
};
use plenum::http::web::reply::ReplyPage;
use plenum::http::web::setup::{SetupPage, federation_modes};
use plenum::http::web::shown::Link;
use plenum::http::web::sign_in::{ForgotPage, SignInPage};
use plenum::http::web::transfer::{ArchiveView, TransferPage};
use plenum::import::report::Decision;
use plenum::text::words::{Letters, Words};

use super::replies::reply_form;
use super::statements::{ANNOUNCEMENT, TITLE, entry, statement};
use super::{editor, english, layout, site, south};

pub(crate) fn sign_in(mistake: Option<String>) -> SignInPage {
    let wants_code = mistake.is_some();
    SignInPage {
        layout: layout("Sign in", None),
        words: Words::in_first(["en"]),
        name: if wants_code { "ada".to_owned() } else { String::new() },
        next: "/".to_owned(),
        mistake,
        ticket: wants_code.then(|| "one-time".to_owned()),
        forgot: Some(Letters::of("en")),
    }
}

pub(crate) fn forgot(sent: bool) -> ForgotPage {
    ForgotPage {
        layout: layout("Forgotten your password?", None),
        words: Words::in_first(["en"]),
        letters: Letters::of("en"),
        name: String::new(),
        mistake: (!sent).then(|| "Too many attempts. You can try again from 12:05 UTC on.".to_owned()),
        sent,
    }
}

/// A member is asked whether an app may act in their name.
pub(crate) fn consent() -> AuthorizePage {
    let voice = |key: &str, name: &str, handle: &str| [key, name, handle].map(str::to_owned).into();
    AuthorizePage {
        layout: layout("Let Reader in?", Some(editor())),
        words: Words::in_first(["en"]),
        app: "Reader".to_owned(),
        website: Some("https://reader.example".to_owned()),
        wishes: ["Read everything that you can read here", "Write, answer and change things in your name"]
            .map(str::to_owned)
            .to_vec(),
        voices: vec![
            voice("1", "Ada Lind", "ada@north.example"),
            voice("2", "Northern Forum", "northern_forum@north.example"),
        ],
        fields: vec![("client_id", "abc".to_owned())],
    }
}

pub(crate) fn transfer(mistakes: Mistakes) -> TransferPage {
    let link = |label: &str, file: &str| Link::new(label, format!("/settings/export/{file}"));
    TransferPage {
        layout: layout("Take your account along", Some(editor())),
        archive: ArchiveView { made: None, kibibytes: 0, waits: true, may_ask: false },
        voices: vec![Choice::new("1", "Ada Lind", true), Choice::new("2", "Northern Forum", false)],
        tables: ["Ada Lind", "Northern Forum"]
            .map(|name| {
                let files = vec![
                    link("Whom you follow", "following_accounts.csv"),
                    link("Your bookmarks", "bookmarks.csv"),
                ];
                (name.to_owned(), files)
            })
            .to_vec(),
        sorts: vec![Choice::new("", "What its header or name says", true)],
        kibibytes: 4096,
        rows: 20_000,
        takes_in: true,
        mistakes,
    }
}

pub(crate) fn import(mistakes: Mistakes) -> ImportPage {
    ImportPage {
        layout: layout("Bring a text", Some(editor())),
        text: String::new(),
        languages: vec![Choice::new("", "Guessed from the text", true)],
        kibibytes: 4096,
        mistakes,
    }
}

pub(crate) fn import_mistake() -> Mistakes {
    Mistakes::one("file", "This is a PDF, not text: save or export it as plain text or Markdown first.")
}

pub(crate) fn transfer_mistake() -> Mistakes {
    Mistakes::one("file", "This file has 20001 rows; up to 20000 are read. Split it.")
}

pub(crate) fn setup_mistakes() -> Mistakes {
    let mut mistakes = Mistakes::default();
    mistakes.add(
        "handle",
        "The handle “Northern Forum” has a space and capital letters. Use for example northern_forum.",
    );
    mistakes.add("password", "The password has 7 characters. Use at least 10.");
    mistakes
}

pub(crate) fn setup(mistakes: Mistakes) -> SetupPage {
    let fresh = Site { name: "Plenum".to_owned(), motto: String::new(), ..site() };
    let wrong = !mistakes.is_empty();
    SetupPage {
        layout: Layout { bare: true, csrf: "c5f0".to_owned(), ..Layout::new(fresh, "Set up this site") },
        token: "one-time".to_owned(),
        host: "north.example".to_owned(),
        organization: if wrong { "Northern Forum".to_owned() } else { String::new() },
        handle: if wrong { "Northern Forum".to_owned() } else { String::new() },
        languages: "en".to_owned(),
        federation: federation_modes("quarantine"),
        admin: String::new(),
        mistakes,
    }
}

pub(crate) fn reply_page() -> ReplyPage {
    ReplyPage {
        layout: layout("Write an answer", Some(editor())),
        target: entry(south(), "Official answer", 3),
        invitation: reply_form(true),
    }
}

pub(crate) fn form(revises: Option<Revises>) -> StatementForm {
    let fresh = revises.is_none();
    StatementForm {
        action: "/publish".into(),
        revises,
        title: if fresh { String::new() } else { TITLE.to_owned() },
        language: "en".to_owned(),
        announcement: if fresh { String::new() } else { ANNOUNCEMENT.to_owned() },
        text: if fresh {
            String::new()
        } else {
            "On 12 October the council made known …\n\n## 1. By “public” we mean …\n\nThe mains under Mill Road …".to_owned()
        },
        questions: Vec::new(),
        sources: String::new(),
        signatories: String::new(),
        reason: String::new(),
        convinced_by: String::new(),
        draft: String::new(),
        draft_of: String::new(),
        base: "2".to_owned(),
        loses_theses: !fresh,
        new_theses: false,
    }
}

pub(crate) fn revises() -> Revises {
    Revises { title: TITLE.to_owned(), href: "/statements/water".into(), next_revision: 3 }
}

pub(crate) fn publish_mistakes() -> Mistakes {
    let mut mistakes = Mistakes::default();
    mistakes.add("reason", "Say what changed and why: readers of version 2 will want to know.");
    mistakes.add("standing", "Somebody else published version 2 while you were writing.");
    mistakes.add("text", "Thesis 4 is missing: after “## 3.” comes “## 5.” in line 61.");
    mistakes
}

pub(crate) fn publish(revises: Option<Revises>, mistakes: Mistakes) -> PublishPage {
    let standing = Meanwhile {
        label: "What stands there now: version 2".to_owned(),
        href: Some("/statements/water".into()),
        text: "# Water\n\n## 1. The well belongs to all. {#k1}\n\nWhy we think so.".to_owned(),
    };
    PublishPage {
        layout: Layout { here: Section::Publish, ..layout("Publish", Some(editor())) },
        standing: mistakes.at("standing").map(|_| standing),
        form: form(revises),
        drafts: vec![Link::new("Opening hours of the valley library", "/publish?draft=2")],
        mistakes,
        offered: vec![vec![Choice::new("", "–", true)]],
        found: found(),
    }
}

fn found() -> Found {
    let decision = |line, kind: &'static str, (before, after): (&str, &str), reason: &str| Decision {
        line,
        kind: kind.into(),
        before: before.to_owned(),
        after: after.to_owned(),
        reason: reason.to_owned(),
    };
    let decisions = vec![
        decision(0, "language", ("", "en"), "guessed from the text; --language says it for sure"),
        decision(
            41,
            "hyphen",
            ("well- keeper", "well-keeper"),
            "the word is in no dictionary: the hyphen was kept",
        ),
    ];
    let asked = "Who pays for the new pipes?";
    Found {
        decisions,
        questions: vec![Link::new(asked, "/questions/new?text=Who+pays+for+the+new+pipes%3F")],
    }
}

pub(crate) fn preview() -> PreviewPage {
    PreviewPage {
        layout: Layout { here: Section::Publish, ..layout("Preview", Some(editor())) },
        form: form(Some(revises())),
        statement: statement(Standing::Current),
        remarks: vec![
            "Theses 4 and 5 name no evidence.".to_owned(),
            "The head of thesis 4 has 101 characters; short heads are quoted more easily.".to_owned(),
        ],
        found: found(),
        followers: 212,
    }
}

pub(crate) fn supersede() -> Withdrawal {
    Withdrawal::Supersede {
        successors: vec![
            Choice::new("well", "The well after the audit: seven theses", false),
            Choice::new("bees", "What the bees need before spring", false),
        ],
    }
}

pub(crate) fn withdraw(deed: Withdrawal) -> WithdrawPage {
    let mut mistakes = Mistakes::default();
    mistakes.add("reason", "A reason is required. It is published with the note.");
    WithdrawPage {
        layout: layout("Take back a statement", Some(editor())),
        action: "/statements/water/retract".into(),
        mistakes: if matches!(deed, Withdrawal::Retract) { mistakes } else { Mistakes::default() },
        deed,
        title: TITLE.to_owned(),
        language: english(),
        href: "/statements/water".into(),
        reason: String::new(),
    }
}

pub(crate) fn join() -> JoinPage {
    let mut mistakes = Mistakes::default();
    mistakes.add("name", "The name “ada” is taken. Choose another one.");
    JoinPage {
        layout: layout("Welcome", None),
        action: "/invite/4f".into(),
        host: "north.example".to_owned(),
        name: "ada".to_owned(),
        display_name: "Ada Lindqvist".to_owned(),
        mistakes,
    }
}

pub(crate) fn edit() -> EditPage {
    EditPage {
        layout: layout("Change your contribution", Some(editor())),
        action: "/contributions/1/edit".into(),
        text: "Which three towns? Please name them.".to_owned(),
        limit: 5000,
        mistakes: Mistakes::default(),
        back: "/posts/r0".into(),
    }
}

pub(crate) fn confirm() -> ConfirmPage {
    ConfirmPage {
        layout: layout("Delete your contribution?", Some(editor())),
        question: "Delete your contribution?".to_owned(),
        consequence:
            "The text goes, here and on the servers that received it.\n3 answers to it stay\n1 like is no \
                      longer counted"
                .to_owned(),
        action: "/contributions/1/delete".into(),
        fields: vec![("id", "1".to_owned())],
        button: "Delete it".to_owned(),
        back: "/posts/r0".into(),
    }
}
