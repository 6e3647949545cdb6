//! Every public page, filled with invented content: a town argues about its water.

use askama::Template;
use chrono::{DateTime, Duration, Utc};
use plenum::domain::statement::ThesisKind;
use plenum::http::web::about::{AboutPage, Contact, Rule};
use plenum::http::web::account::{AccountPage, AccountView, Field};
use plenum::http::web::contribution::{Attachment, Author, Entry, Origin, Standing, StatementCard, Voice};
use plenum::http::web::error::ErrorPage;
use plenum::http::web::feeds::{Feed, FeedEntry};
use plenum::http::web::follow::{AuthorizePage, FollowBox, FollowWay, LeavePage, Subject};
use plenum::http::web::forms::{Choice, Mistakes, language_choices};
use plenum::http::web::home::HomePage;
use plenum::http::web::layout::{Flash, Layout, OpenGraph, Section, Site, ViewerBar};
use plenum::http::web::notifications::{Notice, NotificationsPage};
use plenum::http::web::post::{PostPage, PostView};
use plenum::http::web::publish::{
    PreviewPage, PublishPage, Revises, StatementForm, WithdrawPage, Withdrawal,
};
use plenum::http::web::replies::{Completeness, Replies, Reply, ReplyState};
use plenum::http::web::reply::{Elsewhere, Invitation, ReplyForm, ReplyPage};
use plenum::http::web::setup::{SetupPage, federation_modes};
use plenum::http::web::shown::{Href, Lang, Link, Moment, Pager};
use plenum::http::web::sign_in::SignInPage;
use plenum::http::web::statement::{StatementPage, StatementView, ThesisView, Version};
use plenum::http::web::thesis::{Neighbour, StatementRef, ThesisPage};
use plenum::http::web::thread::ThreadPage;
use plenum::http::web::versions::{VersionRow, VersionsPage};
use plenum::text::Html;

const ROOT: &str = "https://north.example";

/// Every page as file name and content.
pub(crate) fn pages() -> Vec<(&'static str, String)> {
    let mut all = reading();
    all.extend(writing());
    all.extend(edges());
    all.push(("feed.xml", feed().to_xml().unwrap()));
    all
}

fn reading() -> Vec<(&'static str, String)> {
    vec![
        ("home.html", home(false).render().unwrap()),
        ("home_empty.html", home(true).render().unwrap()),
        ("statement.html", statement_page(Standing::Current, replies(30)).render().unwrap()),
        ("statement_earlier.html", earlier().render().unwrap()),
        ("statement_superseded.html", statement_page(superseded(), replies(0)).render().unwrap()),
        ("statement_rtl.html", right_to_left().render().unwrap()),
        ("versions.html", versions().render().unwrap()),
        ("thesis.html", thesis_page(replies(30), away()).render().unwrap()),
        ("thesis_member.html", thesis_page(replies(5), reply_form(false)).render().unwrap()),
        ("thread.html", thread(true).render().unwrap()),
        ("thread_orphan.html", thread(false).render().unwrap()),
        ("post.html", post().render().unwrap()),
        ("account_organization.html", account(Voice::Organization).render().unwrap()),
        ("account_person.html", account(Voice::Person).render().unwrap()),
        ("about.html", about().render().unwrap()),
    ]
}

fn writing() -> Vec<(&'static str, String)> {
    vec![
        ("sign_in.html", sign_in(None).render().unwrap()),
        ("sign_in_mistake.html", sign_in(Some("Name or password is wrong.".to_owned())).render().unwrap()),
        ("setup.html", setup(Mistakes::default()).render().unwrap()),
        ("setup_mistakes.html", setup(setup_mistakes()).render().unwrap()),
        ("reply.html", reply_page().render().unwrap()),
        ("publish.html", publish(None, Mistakes::default()).render().unwrap()),
        ("revise_mistakes.html", publish(Some(revises()), publish_mistakes()).render().unwrap()),
        ("preview.html", preview().render().unwrap()),
        ("retract.html", withdraw(Withdrawal::Retract).render().unwrap()),
        ("supersede.html", withdraw(supersede()).render().unwrap()),
        ("notifications.html", notifications(false).render().unwrap()),
        ("notifications_empty.html", notifications(true).render().unwrap()),
    ]
}

fn edges() -> Vec<(&'static str, String)> {
    vec![
        ("authorize_account.html", authorize(follow_subject(), None).render().unwrap()),
        ("authorize_sign_in.html", authorize(follow_subject(), Some("/sign-in".into())).render().unwrap()),
        ("authorize_reply.html", authorize(reply_subject(), None).render().unwrap()),
        ("authorize_unknown.html", authorize(unknown_subject(), None).render().unwrap()),
        ("leave.html", leave().render().unwrap()),
        ("error_404.html", ErrorPage::new(layout("", None), 404, "").render().unwrap()),
        ("error_403.html", ErrorPage::new(layout("", None), 403, "").render().unwrap()),
        ("error_500.html", ErrorPage::new(layout("", None), 500, "").render().unwrap()),
    ]
}

fn at(day: i64) -> Moment {
    let start: DateTime<Utc> = "2026-11-03T08:12:00Z".parse().unwrap();
    Moment::from(start + Duration::minutes(day * 1440 + day * 37 % 600))
}

fn english() -> Lang {
    Lang::new("en")
}

fn html(markup: &str) -> Html {
    Html::from_store(markup.to_owned())
}

fn site() -> Site {
    Site {
        name: "Northern Forum".to_owned(),
        motto: "An association of households, workers and gardeners in the upper valley".to_owned(),
        handle: "northern_forum@north.example".to_owned(),
        language: english(),
        version: "0.1.0".to_owned(),
        source: "https://code.example/plenum".into(),
    }
}

fn layout(title: &str, viewer: Option<ViewerBar>) -> Layout {
    Layout { viewer, csrf: "c5f0".to_owned(), ..Layout::new(site(), title) }
}

fn public(title: &str, path: &str, kind: &'static str) -> Layout {
    Layout {
        description: "The town council wants to lease the waterworks for thirty years.".to_owned(),
        canonical: Some(format!("{ROOT}{path}").into()),
        activity: Some(format!("{ROOT}{path}").into()),
        feeds: vec![Link::new("Northern Forum: statements", "/feed.atom")],
        open_graph: Some(OpenGraph {
            kind,
            title: title.to_owned(),
            description: "Five theses on the waterworks".to_owned(),
            author: "Northern Forum".to_owned(),
            published: Some(at(0)),
            changed: Some(at(9)),
            language: english(),
        }),
        fediverse_creator: Some("northern_forum@north.example".to_owned()),
        here: Section::Statements,
        ..layout(title, None)
    }
}

fn editor() -> ViewerBar {
    ViewerBar {
        name: "Ada Lindqvist".to_owned(),
        href: "/@ada".into(),
        unread: 3,
        may_publish: true,
        moderation: Some("/moderation".into()),
    }
}

fn author(name: &str, handle: &str, voice: Voice) -> Author {
    Author { name: name.to_owned(), handle: handle.to_owned(), href: format!("/@{handle}").into(), voice }
}

fn north() -> Author {
    author("Northern Forum", "northern_forum@north.example", Voice::Organization)
}

fn south() -> Author {
    author("Southern League", "league@south.example", Voice::Organization)
}

fn east() -> Author {
    author("Eastern Circle", "circle@east.example", Voice::Organization)
}

fn person(n: usize) -> Author {
    let people = [
        ("Mirela Okonjo", "mirela@south.example"),
        (
            "R. Castellanos-Whitfield of the Lower Mill Road Residents",
            "lowermillroad.residents@social.example",
        ),
        ("ليلى حداد", "layla@east.example"),
        ("Tom", "tom@social.example"),
        ("Jun Sato", "jun@east.example"),
    ];
    let (name, handle) = people[n % people.len()];
    author(name, handle, Voice::Person)
}

fn away() -> Invitation {
    Invitation::Elsewhere(elsewhere())
}

fn elsewhere() -> Elsewhere {
    Elsewhere {
        uri: format!("{ROOT}/s/4fK2mPq/k2"),
        sign_in: "/sign-in?next=/statements/water".into(),
        mistake: None,
    }
}

fn follow_box(way: FollowWay) -> FollowBox {
    FollowBox {
        name: "Northern Forum".to_owned(),
        handle: "northern_forum@north.example".to_owned(),
        feed: Some("/feed.atom".into()),
        way,
    }
}

const TITLE: &str = "Who keeps the well? Five theses on the lease of the waterworks";
const ANNOUNCEMENT: &str = "The council wants to lease the waterworks for thirty years. We say what we know, what we \
    demand, and what we could not find out. Five theses: on the price, on the pipes, on the books, on our own silence \
    so far, and on what “public” should mean. Every thesis can be answered on its own.";

fn card(title: &str, day: i64, standing: Standing) -> StatementCard {
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

fn heads() -> Vec<Neighbour> {
    theses()
        .into_iter()
        .map(|thesis| Neighbour { number: thesis.number, head: thesis.head, href: thesis.href })
        .collect()
}

fn superseded() -> Standing {
    Standing::Superseded {
        reason: "The auditors’ report of March changed what we know about the pipes.".to_owned(),
        on: at(40),
        by: Some(Link::new("The well after the audit: seven theses", "/statements/well-after-audit")),
    }
}

fn entry(who: Author, kind: &str, day: i64) -> Entry {
    Entry {
        kind: kind.to_owned(),
        title: None,
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

fn home(empty: bool) -> HomePage {
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
        answers: if empty { Vec::new() } else { answers },
        follow: follow_box(if empty { FollowWay::Own } else { FollowWay::Elsewhere(elsewhere()) }),
        pager: Pager { newer: None, older: (!empty).then(|| "/statements?before=3".into()) },
        archive: false,
    }
}

const SUMMARY: &str = "<p>We are some four hundred households, workers and gardeners of the upper valley. Here we publish \
    what we have agreed on after debate, with our reasons and with what we do not know. We want to be contradicted: answer \
    any thesis from your own server.</p>";

const BODY: &str = "<p>The mains under Mill Road were laid in two stages, and the second stage was never finished. What the \
    council calls a debt is for the most part the cost of this delay: every year of waiting has made the repair dearer, and \
    every year the repair was put off because it was dear. A lease does not end this circle. It hands it to somebody who may \
    leave it after thirty years.</p><p>It is said that <em>only a lessee has the means</em>. We have compared three towns of our \
    size. In two of them the works stayed with the town, and the pipes were renewed within eight years; in the third they were \
    leased, and the renewal is <a href=\"https://records.example/towns/3\">in its eleventh year</a>.</p>";

const EVIDENCE: &str = "<ul><li>Report of the well board, second part, p. 12</li><li>Minutes of the council, \
    14 May 2024, <a href=\"https://records.example/minutes/2024-05-14\">records.example</a></li></ul>";

fn thesis(n: u32, kind: ThesisKind, head: &str) -> ThesisView {
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
    }
}

fn theses() -> Vec<ThesisView> {
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

fn version(n: u32) -> Version {
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
        of: 2,
        permalink: format!("{ROOT}/statements/water/versions/{n}").into(),
        all: "/statements/water/versions".into(),
    }
}

fn statement(standing: Standing) -> StatementView {
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
        href: "/statements/water".into(),
        version: version(2),
        feed: Some("/statements/water/replies.atom".into()),
        activity: Some("/s/4fK2mPq".into()),
        tools: Vec::new(),
    }
}

fn statement_page(standing: Standing, replies: Replies) -> StatementPage {
    StatementPage {
        layout: public(TITLE, "/statements/water", "article"),
        statement: statement(standing),
        replies: Some(replies),
        invitation: away(),
    }
}

fn earlier() -> StatementPage {
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
        replies: None,
        invitation: away(),
    }
}

fn right_to_left() -> StatementPage {
    let arabic = Lang::new("ar");
    let view = StatementView {
        title: "من يحفظ البئر؟ خمس أطروحات عن تأجير محطة المياه".to_owned(),
        announcement: "يريد المجلس تأجير محطة المياه لثلاثين عاما. نقول ما نعرفه وما نطالب به وما لم نتمكن من معرفته.".to_owned(),
        language: arabic,
        author: east(),
        origin: Some(Origin {
            host: "east.example".to_owned(),
            href: "https://east.example/statements/water".into(),
            verified: true,
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
        replies: Some(replies(0)),
        invitation: Invitation::Closed("The authors accept no more answers to this statement.".to_owned()),
    }
}

fn versions() -> VersionsPage {
    let row = |n: u32, standing: &str| VersionRow {
        version: version(n),
        href: format!("/statements/water/versions/{n}").into(),
        standing: standing.to_owned(),
    };
    VersionsPage {
        layout: public("All versions", "/statements/water/versions", "website"),
        title: TITLE.to_owned(),
        language: english(),
        href: "/statements/water".into(),
        author: north(),
        versions: vec![row(2, "In force"), row(1, "Earlier version")],
    }
}

const TALK: [&str; 4] = [
    "<p>Agreed, and I would go further: the minutes of May 2024 show that the council knew the state of the mains.</p>",
    "<p>This mixes two things. That the repair was put off is true; that it was put off <em>because</em> it was dear is a guess. \
     The board gave another reason at the time:</p><blockquote><p>The contractor withdrew, and no second offer was made.</p>\
     </blockquote><p>If that is so, the argument against the lease has to be a different one.</p>",
    "<p>Which three towns? Please name them.</p>",
    "<p>We have read this thesis in two meetings. We answer it <strong>with yes, provided that</strong> the towns downstream are \
     heard before and not after the books are opened.</p><p>Our own reading of the figures stands in \
     <a href=\"https://south.example/statements/downstream\">Downstream first</a>.</p>",
];

fn reply(n: usize) -> Reply {
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
        published: at(i64::try_from(n).unwrap() + 1),
        edited: (n == 3).then(|| at(30)),
        language: if arabic { Lang::new("ar") } else { english() },
        intent: ["", "Objection", "Question", "Support"][n % 4].to_owned(),
        warning: (n == 13).then(|| "Long quotation from the minutes".to_owned()),
        content: if arabic {
            html("<p>أي المدن الثلاث؟ نرجو ذكرها بالاسم.</p>")
        } else {
            html(TALK[(n + 3) % 4])
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
        origin: (n % 3 == 0).then(|| Origin {
            host: "south.example".to_owned(),
            href: "https://south.example/p/1".into(),
            verified: true,
            unreachable_since: (n == 9).then(|| at(25)),
        }),
        answer: Some(format!("/reply?to=r{n}").into()),
        tools: vec![Link::new("Report", "/report?of=1")],
        state: match n {
            7 => ReplyState::Deleted,
            15 => ReplyState::Held,
            _ => ReplyState::Shown,
        },
        refers_to: (n == 11).then_some(1),
    }
}

fn replies(n: usize) -> Replies {
    Replies {
        completeness: (n > 0).then(|| Completeness {
            missing: 3,
            checked: Some(at(31)),
            resync: Some("/threads/water/resync".into()),
        }),
        held: u32::from(n > 10) * 2,
        ..Replies::arrange((0..n).map(reply).collect())
    }
}

fn thesis_page(replies: Replies, invitation: Invitation) -> ThesisPage {
    let neighbour = |n: usize| {
        let thesis = &theses()[n];
        Some(Neighbour {
            number: thesis.number.clone(),
            head: thesis.head.clone(),
            href: thesis.href.clone(),
        })
    };
    let viewer = matches!(invitation, Invitation::Form(_)).then(editor);
    ThesisPage {
        layout: Layout {
            viewer,
            ..public("Thesis 2: The pipes are older than the debt", "/statements/water/theses/k2", "article")
        },
        thesis: theses().remove(1),
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
        replies,
        invitation,
    }
}

fn reply_form(wrong: bool) -> Invitation {
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
        languages: language_choices("en"),
        text: String::new(),
        limit: 5000,
        mistakes,
    }))
}

fn post_view() -> PostView {
    PostView {
        kind: "Official answer".to_owned(),
        title: None,
        author: south(),
        published: at(2),
        edited: Some(at(3)),
        language: english(),
        intent: "Objection".to_owned(),
        warning: None,
        content: html(&format!("{}{}", TALK[3], TALK[1])),
        attachments: Vec::new(),
        answers: Some(Link::new("Thesis 2 of “Who keeps the well?”", "/statements/water/theses/k2")),
        href: "/posts/r0".into(),
        origin: Some(Origin {
            host: "south.example".to_owned(),
            href: "https://south.example/p/1".into(),
            verified: true,
            unreachable_since: None,
        }),
        standing: Standing::Current,
        tools: vec![Link::new("Report", "/report?of=1")],
    }
}

fn post() -> PostPage {
    PostPage {
        layout: public("Official answer by Southern League", "/posts/r0", "article"),
        before: vec![entry(north(), "Thesis 2", 0)],
        post: post_view(),
        replies: replies(6),
        thread: Some("/threads/water".into()),
        invitation: away(),
    }
}

fn thread(rooted: bool) -> ThreadPage {
    ThreadPage {
        layout: public("Conversation", "/threads/water", "website"),
        root: rooted.then(post_view),
        replies: replies(16),
        invitation: away(),
    }
}

fn account(voice: Voice) -> AccountPage {
    let organization = voice.is_official();
    let field =
        |name: &str, value: &str, verified| Field { name: name.to_owned(), value: html(value), verified };
    AccountPage {
        layout: public("Account", "/@league@south.example", "profile"),
        account: AccountView {
            name: if organization {
                "Southern League"
            } else {
                "R. Castellanos-Whitfield of the Lower Mill Road Residents"
            }
            .to_owned(),
            handle: if organization {
                "league@south.example"
            } else {
                "lowermillroad.residents@social.example"
            }
            .to_owned(),
            voice,
            summary: if organization {
                html("<p>League of the towns along the lower river. Statements in English and German.</p>")
            } else {
                Html::default()
            },
            language: english(),
            fields: if organization {
                vec![
                    field("Site", "<a href=\"https://south.example\">south.example</a>", Some(at(1))),
                    field("Meets", "first Thursday, old mill", None),
                ]
            } else {
                Vec::new()
            },
            joined: organization.then(|| at(-300)),
            origin: Some(Origin {
                host: "south.example".to_owned(),
                href: "https://south.example/@league".into(),
                verified: true,
                unreachable_since: None,
            }),
            moved_to: None,
            related: if organization {
                vec![Link::new("Forum of the Southern League", "/@forum@south.example")]
            } else {
                Vec::new()
            },
            tools: Vec::new(),
        },
        follow: follow_box(if organization {
            FollowWay::Button { action: "/follow".into(), following: false, pending: false }
        } else {
            FollowWay::Elsewhere(elsewhere())
        }),
        entries: if organization {
            vec![
                Entry {
                    title: Some("Downstream first".to_owned()),
                    answers: None,
                    ..entry(south(), "Statement", 5)
                },
                entry(south(), "Official answer", 2),
            ]
        } else {
            Vec::new()
        },
        pager: Pager { newer: Some("?min=4".into()), older: Some("?max=1".into()) },
    }
}

fn about() -> AboutPage {
    let rule = |text: &str, hint: &str| Rule { text: text.to_owned(), hint: hint.to_owned() };
    AboutPage {
        layout: Layout { here: Section::About, ..public("About", "/about", "website") },
        description: html(SUMMARY),
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
        federation: federation_modes("quarantine").remove(0),
        registration: "Accounts on this site are given by invitation to members of the Northern Forum."
            .to_owned(),
    }
}

fn sign_in(mistake: Option<String>) -> SignInPage {
    let wants_code = mistake.is_some();
    SignInPage {
        layout: layout("Sign in", None),
        name: if wants_code { "ada".to_owned() } else { String::new() },
        next: "/".to_owned(),
        mistake,
        wants_code,
    }
}

fn setup_mistakes() -> Mistakes {
    let mut mistakes = Mistakes::default();
    mistakes.add(
        "handle",
        "The handle “Northern Forum” has a space and capital letters. Use for example northern_forum.",
    );
    mistakes.add("password", "The password has 7 characters. Use at least 12.");
    mistakes
}

fn setup(mistakes: Mistakes) -> SetupPage {
    let fresh = Site { name: "Plenum".to_owned(), motto: String::new(), ..site() };
    let wrong = !mistakes.is_empty();
    SetupPage {
        layout: Layout { csrf: "c5f0".to_owned(), ..Layout::new(fresh, "Set up this site") },
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

fn reply_page() -> ReplyPage {
    ReplyPage {
        layout: layout("Write an answer", Some(editor())),
        target: entry(south(), "Official answer", 3),
        invitation: reply_form(true),
    }
}

fn form(revises: Option<Revises>) -> StatementForm {
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
        reason: String::new(),
        draft: String::new(),
    }
}

fn revises() -> Revises {
    Revises { title: TITLE.to_owned(), href: "/statements/water".into(), next_revision: 3 }
}

fn publish_mistakes() -> Mistakes {
    let mut mistakes = Mistakes::default();
    mistakes.add("reason", "Say what changed and why: readers of version 2 will want to know.");
    mistakes.add("text", "Thesis 4 is missing: after “## 3.” comes “## 5.” in line 61.");
    mistakes
}

fn publish(revises: Option<Revises>, mistakes: Mistakes) -> PublishPage {
    PublishPage {
        layout: Layout { here: Section::Publish, ..layout("Publish", Some(editor())) },
        form: form(revises),
        drafts: Vec::new(),
        mistakes,
    }
}

fn preview() -> PreviewPage {
    PreviewPage {
        layout: Layout { here: Section::Publish, ..layout("Preview", Some(editor())) },
        form: form(Some(revises())),
        statement: statement(Standing::Current),
        remarks: vec![
            "Theses 4 and 5 name no evidence.".to_owned(),
            "The head of thesis 4 has 101 characters; short heads are quoted more easily.".to_owned(),
        ],
        followers: 212,
    }
}

fn supersede() -> Withdrawal {
    Withdrawal::Supersede {
        successors: vec![
            Choice::new("well", "The well after the audit: seven theses", false),
            Choice::new("bees", "What the bees need before spring", false),
        ],
    }
}

fn withdraw(deed: Withdrawal) -> WithdrawPage {
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

fn notifications(empty: bool) -> NotificationsPage {
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

fn authorize(subject: Subject, sign_in: Option<Href>) -> AuthorizePage {
    let viewer = sign_in.is_none().then(editor);
    AuthorizePage {
        layout: layout("Follow or answer", viewer),
        uri: "https://south.example/actors/league".to_owned(),
        subject,
        sign_in,
    }
}

fn follow_subject() -> Subject {
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

fn reply_subject() -> Subject {
    Subject::Contribution {
        entry: Box::new(entry(south(), "Official answer", 3)),
        invitation: reply_form(false),
    }
}

fn unknown_subject() -> Subject {
    Subject::Unknown("south.example did not answer within ten seconds. Try again later, or open the address in your browser.".to_owned())
}

fn leave() -> LeavePage {
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

fn feed() -> Feed {
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
