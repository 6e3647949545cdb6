//! `plenum moderate`: single accounts, reports, objections, and rules about texts, from a terminal.

use clap::{Args, Subcommand};

use super::{Failure, context};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::domain::account::Account;
use crate::domain::account_rule::{AccountDecision, AccountRule};
use crate::domain::content_rule::{NewRule, RuleKind};
use crate::domain::counting::counted;
use crate::domain::handle::Handle;
use crate::domain::host::HostStanding;
use crate::domain::id::Id;
use crate::domain::report::{Outcome, Report};
use crate::services::cases::{self, Ruling};
use crate::services::{account_rules as rules, condemnations as condemned, content_rules as texts, removals};
use crate::store::content_rules::Wave;
use crate::store::page::Page;
use crate::store::reports::Wanted;
use crate::store::{
    Conn, Db, Error, account_rules, accounts, condemnations, content_rules, hosts, reports, warnings,
};
use crate::text::plain;

/// Entries of a list at most.
const SHOWN: i64 = 200;

/// `plenum moderate …`
#[derive(Debug, Args)]
pub struct Moderate {
    #[command(subcommand)]
    what: Option<What>,
    /// Only say what would follow, and change nothing.
    #[arg(long, global = true)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show an account, the rule about it, and what hangs on it.
    Show {
        /// Its address: name or name@host.
        handle: String,
    },
    /// Decide about an account; without any of the options a rule is taken back.
    Account(Decision),
    /// Show the reports that wait. This is also what plain `moderate` does.
    Reports {
        /// Those that were decided instead.
        #[arg(long)]
        closed: bool,
    },
    /// Show one report with what was reported and what was noted.
    Report {
        /// Its key.
        key: i64,
    },
    /// Say who looks at a report; nobody where nobody is named.
    Assign {
        /// Its key.
        key: i64,
        /// The login of a moderator.
        #[arg(long, value_name = "NAME")]
        to: Option<String>,
    },
    /// Write something down for the other moderators.
    Note {
        /// The key of the report.
        key: i64,
        /// What they read.
        text: String,
        /// Whose note it is: the login of a moderator.
        #[arg(long, value_name = "NAME")]
        by: String,
    },
    /// Let a report wait again that was decided.
    Reopen {
        /// Its key.
        key: i64,
    },
    /// Decide about a report.
    Close(Close),
    /// Show the objections that wait for an answer.
    Appeals,
    /// Answer an objection.
    Answer {
        /// Its key.
        key: i64,
        /// What the person reads.
        text: String,
        /// Take the decision back.
        #[arg(long)]
        grant: bool,
        /// Say so in the public log also where the decision does not stand there.
        #[arg(long, requires = "grant")]
        public: bool,
    },
    /// Show the rules about texts, and how much waits because of each.
    Rules,
    /// Let texts of others wait for a moderator.
    AddRule {
        /// What the rule looks at.
        #[arg(value_parser = kind)]
        kind: RuleKind,
        /// Words, or the name of a server.
        #[arg(default_value = "")]
        pattern: String,
        /// How many.
        #[arg(long, default_value_t = 0)]
        number: i32,
        /// Within how many minutes.
        #[arg(long, default_value_t = 0)]
        minutes: i32,
        /// Let what came in the last hours wait, too: for words and links.
        #[arg(long, default_value_t = 0, value_name = "HOURS")]
        since: u32,
    },
    /// Remove a rule about texts.
    RemoveRule {
        /// Its key.
        key: i64,
    },
    /// Delete a whole wave of posts and answers of others in one step.
    Clear(Clear),
    /// Show what was removed and is not deleted yet.
    Removed,
    /// Take a removal back.
    TakeBack {
        /// Its key, as `removed` prints it.
        key: i64,
    },
}

#[derive(Debug, Args)]
struct Decision {
    /// Its address: name or name@host.
    handle: String,
    /// Let it in whatever holds for its server, limit it, or suspend it.
    #[arg(long, value_parser = standing, default_value = "none", value_name = "allow|limit|suspend")]
    standing: HostStanding,
    /// Take in nothing new from it; somebody here may read, and nothing else.
    #[arg(long)]
    freeze: bool,
    /// Hide its pictures at first.
    #[arg(long)]
    sensitive: bool,
    /// The reason that everybody may read.
    #[arg(long, default_value = "", value_name = "TEXT")]
    public_comment: String,
    /// The reason for those who decide.
    #[arg(long, default_value = "", value_name = "TEXT")]
    private_comment: String,
}

#[derive(Debug, Args)]
struct Close {
    /// The key of the report.
    key: i64,
    /// What is done.
    #[arg(value_parser = outcome)]
    outcome: Outcome,
    /// To the person it is about.
    #[arg(long, default_value = "", value_name = "TEXT")]
    text: String,
    /// To the reporter.
    #[arg(long, default_value = "", value_name = "TEXT")]
    answer: String,
    /// The reason that everybody may read.
    #[arg(long, default_value = "", value_name = "TEXT")]
    public: String,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false, id = "whose")]
struct Whose {
    /// What waits because of the rule with this key.
    #[arg(long, value_name = "KEY")]
    rule: Option<i64>,
    /// What this author said.
    #[arg(long, value_name = "HANDLE")]
    author: Option<String>,
    /// What came from this server.
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
}

#[derive(Debug, Args)]
struct Clear {
    #[command(flatten)]
    whose: Whose,
    /// How far back; 0 for everything.
    #[arg(long, default_value_t = 24)]
    hours: u32,
}

fn standing(word: &str) -> Result<HostStanding, String> {
    HostStanding::parse(word).ok_or_else(|| "expected one of none, allow, limit, suspend".to_owned())
}

fn outcome(word: &str) -> Result<Outcome, String> {
    let words = Outcome::ALL.map(Outcome::word);
    Outcome::parse(word).ok_or_else(|| format!("expected one of {}", words.join(", ")))
}

fn kind(word: &str) -> Result<RuleKind, String> {
    let words = RuleKind::ALL.map(RuleKind::word);
    RuleKind::parse(word).ok_or_else(|| format!("expected one of {}", words.join(", ")))
}

impl Moderate {
    /// Runs one of the commands.
    #[expect(
        clippy::cognitive_complexity,
        reason = "one arm for each command, with nothing in it but a call"
    )]
    pub async fn run(self, config: Config) -> Result<(), Failure> {
        let app = context::app(config).await?;
        let (db, dry) = (&app.db, self.dry_run);
        let done = match self.what.unwrap_or(What::Reports { closed: false }) {
            What::Show { handle } => show(db, &handle).await,
            What::Account(decision) => decide(db, dry, &decision).await,
            What::Reports { closed } => list(db, !closed).await,
            What::Report { key } => report(db, key).await,
            What::Assign { key, to } => assign(db, dry, key, to).await,
            What::Note { key, text, by } => note(db, dry, key, (text.as_str(), by.as_str())).await,
            What::Reopen { key } => reopen(db, dry, key).await,
            What::Close(close) => close.run(db, dry).await,
            What::Appeals => appeals(db).await,
            What::Answer { key, text, grant, public } => answer(db, dry, key, (&text, grant, public)).await,
            What::Rules => list_rules(db).await,
            What::AddRule { kind, pattern, number, minutes, since } => {
                let rule = NewRule { kind, pattern, number, minutes };
                add_rule(db, dry, &rule, app.clock().now(), since).await
            }
            What::RemoveRule { key } => remove_rule(db, dry, key).await,
            What::Clear(clear) => clear.run(db, dry, app.clock().now()).await,
            What::Removed => removed(db, app.clock().now()).await,
            What::TakeBack { key } => take_back(db, dry, key).await,
        };
        app.db.close().await;
        done
    }
}

async fn find(db: &Db, typed: &str) -> Result<Account, Failure> {
    let typed = typed.trim().trim_start_matches('@').to_lowercase();
    let found = db.read(|conn| {
        Ok(match Handle::parse(&typed) {
            Some(handle) => match accounts::by_handle(conn, &handle)? {
                Some(account) => Some(account),
                None => accounts::local_by_name(conn, &handle.name)?.filter(|one| one.handle == typed),
            },
            None => accounts::local_by_name(conn, &typed)?,
        })
    });
    found.await?.ok_or_else(|| Failure::new(format!("no account {typed:?} is known here")))
}

async fn show(db: &Db, handle: &str) -> Result<(), Failure> {
    let account = find(db, handle).await?;
    let (rule, reach) =
        db.read(|conn| Ok((account_rules::of(conn, account.id)?, rules::preview(conn, &account)?))).await?;
    println!("{}  {}", account.handle, account.standing.word());
    match &rule {
        Some(rule) => println!("rule: {}", rule.decision().summary()),
        None => println!("no rule"),
    }
    let now = rule.as_ref().map(AccountRule::decision).unwrap_or_default();
    let suspended = AccountDecision { standing: HostStanding::Suspended, ..AccountDecision::default() };
    println!("If it were suspended: {}", reach.of_account((&now, &suspended), account.is_local()));
    Ok(())
}

async fn decide(db: &Db, dry: bool, typed: &Decision) -> Result<(), Failure> {
    let account = find(db, &typed.handle).await?;
    let decision = AccountDecision {
        standing: typed.standing,
        sensitive: typed.sensitive,
        frozen: typed.freeze,
        public_comment: typed.public_comment.trim().to_owned(),
        private_comment: typed.private_comment.trim().to_owned(),
    };
    let known = db.read(|conn| Ok(account_rules::of(conn, account.id)?)).await?;
    let known = known.as_ref().map(AccountRule::decision);
    if decision.is_none() && known.is_none() {
        return Err(Failure::new(format!("there is no rule about {}", account.handle)));
    }
    let reach = db.read(|conn| rules::preview(conn, &account)).await?;
    context::decide(db, dry, |tx| rules::decide(tx, None, account.id, &decision).map(drop)).await?;
    println!("{}: {}", account.handle, decision.words());
    println!("{}", reach.of_account((&known.unwrap_or_default(), &decision), account.is_local()));
    Ok(())
}

async fn list(db: &Db, open: bool) -> Result<(), Failure> {
    let found = db.read(|conn| {
        let wanted = Wanted { open, ..Wanted::default() };
        let found = reports::page(conn, &wanted, &Page::first(SHOWN))?;
        let ids: Vec<_> = found.iter().filter_map(|one| one.target_id).collect();
        Ok((found, accounts::by_ids(conn, &ids)?))
    });
    let (found, people) = found.await?;
    for one in &found {
        let who = people.iter().find(|account| Some(account.id) == one.target_id);
        let who = who.map_or("-", |account| account.handle.as_str());
        let state = one.outcome.map_or("waits", Outcome::word);
        println!("{}  {who}  {}  {state}  {}", one.id, one.category, plain::excerpt(&one.content, 80));
    }
    Ok(())
}

async fn report(db: &Db, key: i64) -> Result<(), Failure> {
    let found = db.read(|conn| {
        let id = Id::new(key);
        Ok((reports::by_id(conn, id)?, reports::evidence(conn, id)?, reports::notes(conn, id)?))
    });
    let (found, evidence, notes) = found.await?;
    let found = found.ok_or_else(|| Failure::new(format!("there is no report {key}")))?;
    println!("{}: {}", found.category, found.content);
    for one in &evidence {
        println!("{} said at {}: {}", one.author, one.published_at.to_rfc3339(), one.content);
    }
    for note in &notes {
        println!("note of {}: {}", note.created_at.to_rfc3339(), note.text);
    }
    if let Some(outcome) = found.outcome {
        println!("decided: {}", outcome.word());
    }
    Ok(())
}

impl Close {
    async fn run(self, db: &Db, dry: bool) -> Result<(), Failure> {
        let id = Id::new(self.key);
        let ruling =
            Ruling { outcome: self.outcome, text: self.text, answer: self.answer, public: self.public };
        let follows = db.read(|conn| consequences(conn, id, &ruling)).await?;
        context::decide(db, dry, |tx| cases::close(tx, None, id, &ruling)).await?;
        println!("decided: {}", ruling.outcome.word());
        for line in follows {
            println!("{line}");
        }
        Ok(())
    }
}

/// What a decision about a report does to the account and to what it said.
fn consequences(conn: &mut Conn, id: Id<Report>, ruling: &Ruling) -> Result<Vec<String>, Error> {
    let Some(report) = reports::by_id(conn, id)? else { return Ok(Vec::new()) };
    let Some(target) = report.target_id.map_or(Ok(None), |target| accounts::by_id(conn, target))? else {
        return Ok(Vec::new());
    };
    let known = account_rules::of(conn, target.id)?.as_ref().map(AccountRule::decision).unwrap_or_default();
    let mut lines = Vec::new();
    if let Some(rule) = ruling.outcome.rule(&known) {
        lines.push(rules::preview(conn, &target)?.of_account((&known, &rule), target.is_local()).to_string());
    }
    if ruling.outcome == Outcome::Remove {
        lines.push(removals::preview(conn, &report)?);
    }
    Ok(lines)
}

async fn assign(db: &Db, dry: bool, key: i64, to: Option<String>) -> Result<(), Failure> {
    let user = match &to {
        Some(name) => Some(context::login(db, name).await?),
        None => None,
    };
    context::decide(db, dry, |tx| cases::assign(tx, None, Id::new(key), user)).await?;
    println!("{}", to.map_or("Nobody looks at it.".to_owned(), |name| format!("{name} looks at it.")));
    Ok(())
}

async fn note(db: &Db, dry: bool, key: i64, (text, by): (&str, &str)) -> Result<(), Failure> {
    let user = context::login(db, by).await?;
    context::decide(db, dry, |tx| cases::note(tx, user, Id::new(key), text)).await?;
    println!("It is written down.");
    Ok(())
}

async fn reopen(db: &Db, dry: bool, key: i64) -> Result<(), Failure> {
    context::decide(db, dry, |tx| cases::reopen(tx, None, Id::new(key))).await?;
    println!("The report waits again; what was done stays done.");
    Ok(())
}

async fn appeals(db: &Db) -> Result<(), Failure> {
    for one in db.read(|conn| Ok(warnings::appealed(conn, SHOWN)?)).await? {
        let said = plain::excerpt(one.appeal.as_deref().unwrap_or_default(), 200);
        println!("{}  {}  {said}", one.id, one.outcome.word());
    }
    Ok(())
}

async fn answer(
    db: &Db,
    dry: bool,
    key: i64,
    (text, grant, public): (&str, bool, bool),
) -> Result<(), Failure> {
    let how = (grant, public);
    let id = Id::new(key);
    let answered = context::decide(db, dry, |tx| {
        cases::answer_appeal(tx, None, id, how, text)?;
        let removed = warnings::by_id(tx, id)?.filter(|one| one.outcome == Outcome::Remove);
        Ok(match removed.filter(|_| grant) {
            Some(one) => Some(removals::fate_of(tx, one.report_id)?.after_grant()),
            None => None,
        })
    });
    let brought = answered.await?;
    println!("{}", if grant { "The decision is taken back." } else { "The decision stands." });
    if let Some(brought) = brought {
        println!("{brought}.");
    }
    Ok(())
}

async fn remove_rule(db: &Db, dry: bool, key: i64) -> Result<(), Failure> {
    context::decide(db, dry, |tx| texts::remove(tx, None, Id::new(key))).await?;
    println!(
        "The rule is removed; what was shown before is shown again, the rest of what it caught goes on waiting."
    );
    Ok(())
}

async fn list_rules(db: &Db) -> Result<(), Failure> {
    let (found, counts) =
        db.read(|conn| Ok((content_rules::all(conn)?, content_rules::counts(conn)?))).await?;
    for rule in &found {
        let held = counts.get(&rule.id).copied().unwrap_or_default();
        println!("{}  {}  {held} waiting", rule.id, rule.typed().sentence());
    }
    Ok(())
}

async fn add_rule(db: &Db, dry: bool, rule: &NewRule, now: Timestamp, hours: u32) -> Result<(), Failure> {
    let mut rule = rule.clone();
    rule.accept().map_err(|(field, why)| Failure::new(format!("{field}: {why}")))?;
    if let Some((held, of)) = db.read(|conn| texts::try_out(conn, &rule, now)).await? {
        let texts = if of == 1 { "text" } else { "texts" };
        println!("In the last 30 days {held} of {of} {texts} would have waited.");
    }
    let since = now.plus_seconds(-i64::from(hours) * 3600);
    let fitting = if hours > 0 && rule.kind.is_about_texts() {
        db.read(|conn| texts::fitting_since(conn, &rule, since)).await?
    } else {
        Vec::new()
    };
    let made = context::decide(db, dry, |tx| {
        let made = texts::make(tx, None, &rule)?;
        let held = texts::hold(tx, None, &made, &fitting)?;
        Ok((made.id, held))
    });
    let (id, held) = made.await?;
    println!("{id}  {} wait from now on.", rule.sentence());
    if held > 0 {
        println!(
            "{held} of what was here wait, too; `plenum moderate clear --rule {id} --hours 0` deletes them."
        );
    }
    Ok(())
}

async fn removed(db: &Db, now: Timestamp) -> Result<(), Failure> {
    for one in db.read(|conn| Ok(condemnations::open(conn, now)?)).await? {
        let texts = counted(one.texts, "text");
        println!("{}  {}  {texts}, deleted on {}", one.id, one.about, one.due_at.to_rfc3339());
    }
    Ok(())
}

async fn take_back(db: &Db, dry: bool, key: i64) -> Result<(), Failure> {
    let count = context::decide(db, dry, |tx| condemned::take_back(tx, None, Id::new(key))).await?;
    println!("Texts that are as they were before: {count}.");
    Ok(())
}

impl Clear {
    async fn run(self, db: &Db, dry: bool, now: Timestamp) -> Result<(), Failure> {
        let wave = match (self.whose.rule, self.whose.author, self.whose.host) {
            (Some(rule), ..) => Wave::Rule(Id::new(rule)),
            (None, Some(author), _) => Wave::Author(find(db, &author).await?.id),
            (None, None, host) => {
                let name = host.unwrap_or_default().to_lowercase();
                let host = db.read(|conn| Ok(hosts::by_name(conn, &name)?)).await?;
                Wave::Host(host.ok_or_else(|| Failure::new(format!("no server {name:?} is known here")))?.id)
            }
        };
        let hours = i64::from(self.hours) * 3600;
        let since = if hours == 0 { Timestamp(0) } else { now.plus_seconds(-hours) };
        let count = context::decide(db, dry, |tx| texts::clear(tx, None, wave, since)).await?;
        println!(
            "Texts out of sight, and not taken in again: {count}. `plenum moderate removed` says when they are deleted."
        );
        Ok(())
    }
}
