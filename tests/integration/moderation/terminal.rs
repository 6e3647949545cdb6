//! The same from a terminal.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use plenum::clock::Clock;
use plenum::domain::contribution::Received;
use plenum::domain::host::HostStanding;
use plenum::domain::host_rule::Decision;
use plenum::domain::id::Id;
use plenum::domain::relation::FollowState;
use plenum::domain::uri::Uri;
use plenum::services::{contributions, host_lists};
use plenum::store::accounts;
use plenum::store::reports::{self, NewReport};
use plenum::store::{Db, relations, settings};
use tempfile::TempDir;

use crate::harness::elsewhere;

fn plenum(directory: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plenum"));
    command.args(arguments).current_dir(directory).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn moderators_work_from_a_terminal() {
    let home = TempDir::new().unwrap();
    let password = "correct horse battery";
    let run = |arguments: &[&str]| plenum(home.path(), arguments, password);
    let succeeds = |arguments: &[&str]| {
        let output = run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let fails = |arguments: &[&str]| {
        let output = run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let site = ["--host", "red.example", "--organization", "Red Bloc", "--handle", "redbloc"];
    let admin = ["--admin", "ana", "--password-stdin"];
    succeeds(&[&["setup"], &site[..], &admin[..]].concat());
    succeeds(&["account", "create", "bela", "--password-stdin"]);
    let frozen = succeeds(&["moderate", "account", "bela", "--freeze", "--public-comment", "Insults."]);
    assert!(frozen.contains("freeze") && frozen.contains("may object"), "{frozen}");
    assert!(succeeds(&["moderate", "show", "bela"]).contains("rule: freeze"));
    assert!(succeeds(&["moderate", "account", "bela"]).contains("may publish, answer and follow again"));
    assert!(fails(&["moderate", "account", "bela"]).contains("no rule"));
    assert!(fails(&["moderate", "account", "ana", "--freeze"]).contains("admin"));
    assert!(fails(&["moderate", "account", "nobody", "--freeze"]).contains("nobody"));
    let made = succeeds(&["moderate", "add-rule", "words", "cheap*"]);
    assert!(made.contains("0 of 0 texts") && made.contains("“cheap*”"), "{made}");
    let key = succeeds(&["moderate", "rules"]).split_whitespace().next().unwrap().to_owned();
    assert!(succeeds(&["moderate", "clear", "--rule", &key, "--hours", "0"]).contains("again: 0."));
    assert!(succeeds(&["moderate", "remove-rule", &key]).contains("removed"));
    assert!(fails(&["moderate", "add-rule", "words", "*"]).contains("two letters"));
    assert!(fails(&["moderate", "close", "7", "nothing"]).contains("plenum:"));
    assert_eq!(succeeds(&["moderate", "reports"]), "");
    let entries = succeeds(&["log", "list", "account.decide"]);
    let key = entries.split_whitespace().next().unwrap().to_owned();
    succeeds(&["log", "show", &key, "A member was frozen", "Insults."]);
    succeeds(&["log", "hide", &key]);
    let whole = succeeds(&["log", "verify"]);
    let seal = whole.trim().rsplit(' ').next().unwrap().to_owned();
    succeeds(&["log", "verify", "--seal", &seal]);
    assert!(fails(&["log", "verify", "--seal", "00"]).contains("not part of it"));
    let lines = succeeds(&["log", "export"]);
    assert!(lines.lines().all(|line| line.starts_with('{')) && lines.contains(&seal), "{lines}");
}

/// A site on this machine, and what its terminal says.
struct Site {
    home: TempDir,
}

impl Site {
    fn new() -> Self {
        let site = Self { home: TempDir::new().unwrap() };
        let organization = ["--host", "red.example", "--organization", "Red Bloc", "--handle", "redbloc"];
        let admin = ["--admin", "ana", "--password-stdin"];
        site.says(&[&["setup"], &organization[..], &admin[..]].concat());
        site
    }

    fn run(&self, arguments: &[&str]) -> Output {
        plenum(self.home.path(), arguments, "correct horse battery")
    }

    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn refuses(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    async fn db(&self) -> Db {
        let url = format!("sqlite:{}", self.home.path().join("data/plenum.db").display());
        let db = Db::open(&url, None, 1, Clock::System).await.unwrap();
        let site = db.read(|conn| Ok(settings::site(conn)?)).await.unwrap().unwrap();
        db.set_site(site);
        db
    }

    /// Somebody at `host` names the organization in something that waits.
    async fn hears(&self, host: &str, name: &str, text: &str) {
        let db = self.db().await;
        db.write(|tx| {
            let author = elsewhere::person(tx, &format!("https://{host}"), name, |_| {})?;
            let to = vec![tx.site()?.organization];
            let said = Received { mentions: to, ..elsewhere::said(author, "1", text, tx.now) };
            contributions::receive(tx, &said).map(drop)
        })
        .await
        .unwrap();
        db.close().await;
    }
}

#[test]
fn addresses_are_blocked_from_a_terminal() {
    let site = Site::new();
    for what in ["Mail.example", "a.b+c@free.example"] {
        assert!(site.says(&["mail-block", "add", what, "--dry-run"]).contains("Nothing is changed"));
        assert!(site.says(&["mail-block", "add", what]).contains("Nobody enters it here"));
    }
    assert!(site.refuses(&["mail-block", "add", "mail.example"]).contains("blocked already"));
    assert!(site.refuses(&["mail-block", "add", "co.uk"]).contains("everybody may register"));
    assert!(site.says(&["mail-block", "remove", "ab@free.example"]).contains("is removed"));
    assert!(site.says(&["mail-block", "list"]).trim().ends_with("  mail.example"));
}

/// The key at the beginning of what a command printed.
fn key(said: &str) -> String {
    said.split_whitespace().next().unwrap().to_owned()
}

const DRY: &str = "Nothing is changed.";

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_decided_from_a_terminal() {
    let site = Site::new();
    site.hears("far.example", "mallory", "<p>Buy cheap bees.</p>").await;
    site.hears("near.example", "cleo", "<p>Good morning.</p>").await;
    site.hears("near.example", "dora", "<p>Good evening.</p>").await;
    let list = site.says(&["review", "list"]);
    assert!(list.contains("mallory@far.example  1 text  Buy cheap bees."), "{list}");
    assert_eq!(list.lines().count(), 3, "{list}");
    let tried = site.says(&["review", "reject", "mallory@far.example", "--dry-run"]);
    assert!(tried.starts_with(DRY) && tried.contains("Texts out of sight: 1."), "{tried}");
    assert_eq!(site.says(&["review", "list"]), list, "nothing happened");
    assert!(site.refuses(&["review", "approve", "nobody@far.example"]).contains("is not known here"));
    site.says(&["review", "reject", "mallory@far.example"]);
    assert!(site.says(&["review", "approve", "near.example"]).starts_with("Texts shown to everybody: 2."));
    assert_eq!(site.says(&["review", "list"]).trim(), "Nothing waits.");
    let log = site.says(&["log", "list"]);
    assert!(log.contains("account.reject") && log.contains("host.decide"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_are_decided_about_from_a_terminal() {
    let site = Site::new();
    site.hears("far.example", "mallory", "<p>Buy cheap bees.</p>").await;
    let tried = site.says(&["host", "suspend", "far.example", "--dry-run"]);
    assert!(tried.starts_with(DRY) && tried.contains("1 contribution disappears from this site"), "{tried}");
    assert!(site.says(&["host", "show", "far.example"]).contains("no rule"));
    site.says(&["host", "suspend", "far.example", "--public-comment", "Spam"]);
    let tried = site.says(&["host", "undo", "far.example", "--dry-run"]);
    assert!(tried.starts_with(DRY), "{tried}");
    assert!(site.says(&["host", "show", "far.example"]).contains("suspend; Spam"));
    let file = site.home.path().join("list.csv");
    std::fs::write(&file, "#domain,#severity\nfar.example,silence\nnew.example,suspend\ncom,suspend\n")
        .unwrap();
    let file = file.to_str().unwrap();
    let tried = site.says(&["host", "import", file, "--dry-run"]);
    for words in [DRY, "row 4 is left out", "taken in: 1.", "suspend 1:", "far.example stays as it is"] {
        assert!(tried.contains(words), "{words}: {tried}");
    }
    assert!(!site.says(&["host", "export"]).contains("new.example"));
    site.says(&["host", "import", file, "--title", "List of June"]);
    let ours = site.says(&["host", "export"]);
    assert!(
        ours.contains("far.example,suspend,false,false,Spam,false") && ours.contains("new.example,suspend")
    );
    std::fs::write(file, "friend.example\n").unwrap();
    site.says(&["host", "import", file, "--allowances"]);
    assert_eq!(site.says(&["host", "export", "--allowances"]), "#domain\nfriend.example\n");
    assert!(site.refuses(&["host", "import", "nowhere.csv"]).contains("plenum:"));
    let taken = site.says(&["host", "taken"]);
    assert!(taken.lines().nth(1).is_some_and(|line| line.contains("List of June  1 rule")), "{taken}");
    let key = taken.lines().nth(1).unwrap().split_whitespace().next().unwrap();
    let tried = site.says(&["host", "take-back", key, "--dry-run"]);
    assert!(tried.starts_with(DRY) && tried.contains("None is left of: 1 suspended."), "{tried}");
    assert!(site.says(&["host", "export"]).contains("new.example,suspend"));
    site.says(&["host", "take-back", key]);
    let ours = site.says(&["host", "export"]);
    assert!(ours.contains("far.example,suspend") && !ours.contains("new.example"), "{ours}");
    assert!(site.refuses(&["host", "take-back", key]).contains("taken back already"));
    let shown = site.says(&["host", "list"]);
    assert!(shown.contains("far.example  suspend") && !shown.contains("new.example"), "{shown}");
    assert!(shown.contains("friend.example  allow  -  nothing was exchanged yet"), "{shown}");
    assert!(site.says(&["host", "list", "--all"]).contains("new.example"));
    site.says(&["host", "limit", "friend.example"]);
    assert!(site.says(&["host", "undo", "friend.example"]).contains("let in again as before"));
    assert!(site.says(&["host", "show", "friend.example"]).contains("allow"));
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_on_which_something_hangs_are_left_out_of_a_list_at_a_terminal_too() {
    let site = Site::new();
    site.hears("far.example", "mallory", "<p>Bees can count.</p>").await;
    let db = site.db().await;
    db.write(|tx| {
        let ours = tx.site()?.organization;
        let author =
            accounts::by_uri(tx, &Uri::parse("https://far.example/users/mallory").unwrap())?.unwrap();
        let uri = Uri::parse("https://far.example/follows/1").unwrap();
        relations::insert(tx, author.id, ours, &uri, FollowState::Accepted).map(drop)
    })
    .await
    .unwrap();
    db.close().await;
    let file = site.home.path().join("list.csv");
    std::fs::write(&file, "far.example\nnew.example\n").unwrap();
    let file = file.to_str().unwrap();
    let said = site.says(&["host", "import", file]);
    assert!(said.contains("far.example is left out") && said.contains("taken in: 1."), "{said}");
    assert!(said.contains("Nothing that is here hangs on it."), "{said}");
    let ours = site.says(&["host", "export"]);
    assert!(ours.contains("new.example,suspend") && !ours.contains("far.example"), "{ours}");
    let said = site.says(&["host", "import", file, "--tied"]);
    assert!(said.contains("1 follower there no longer follows"), "{said}");
    assert!(site.says(&["host", "export"]).contains("far.example,suspend"));
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_worked_on_from_a_terminal() {
    let site = Site::new();
    site.hears("far.example", "mallory", "<p>Buy cheap bees.</p>").await;
    site.says(&["account", "create", "mona", "--role", "moderator", "--password-stdin"]);
    let db = site.db().await;
    db.write(|tx| {
        let uri = |text: &str| Uri::parse(text).unwrap();
        let target = accounts::by_uri(tx, &uri("https://far.example/users/mallory"))?.unwrap().id;
        let items = [uri("https://far.example/users/mallory/1")];
        let report = NewReport {
            uri: &uri("https://red.example/reports/1"),
            reporter: accounts::local_by_name(tx, "mona")?.unwrap().id,
            target: Some(target),
            content: "Spam.",
            items: &items,
            category: "spam",
            rules: &[],
            forwarded: false,
        };
        reports::insert(tx, &report)
    })
    .await
    .unwrap();
    db.close().await;
    let key = key(&site.says(&["moderate", "reports"]));
    assert!(site.says(&["moderate", "assign", &key, "--to", "mona"]).contains("mona looks at it."));
    assert!(site.refuses(&["moderate", "assign", &key, "--to", "nobody"]).contains("nobody signs in as"));
    site.says(&["moderate", "note", &key, "Seen before.", "--by", "mona"]);
    assert!(site.says(&["moderate", "report", &key]).contains("Seen before."));
    let tried = site.says(&["moderate", "close", &key, "suspend", "--dry-run"]);
    assert!(tried.starts_with(DRY) && tried.contains("1 contribution disappears from this site"), "{tried}");
    assert!(site.says(&["moderate", "reports"]).contains("waits"));
    let tried = site.says(&["moderate", "close", &key, "remove", "--dry-run"]);
    assert!(tried.contains("deleted after 3 days: 1 reported contribution."), "{tried}");
    site.says(&["moderate", "close", &key, "limit"]);
    assert_eq!(site.says(&["moderate", "reports"]), "");
    site.says(&["moderate", "reopen", &key]);
    assert!(site.says(&["moderate", "reports"]).contains("waits"));
    let tried = site.says(&["moderate", "clear", "--author", "mallory@far.example", "--dry-run"]);
    assert!(
        tried.starts_with(DRY) && tried.contains("Texts out of sight, and not taken in again: 1."),
        "{tried}"
    );
    let tried = site.says(&["moderate", "account", "mallory@far.example", "--dry-run"]);
    assert!(
        tried.starts_with(DRY) && site.says(&["moderate", "show", "mallory@far.example"]).contains("limit")
    );
    let tried = site.says(&["settings", "set", "federation_mode", "allowlist", "--dry-run"]);
    assert!(tried.starts_with(DRY) && tried.contains("only servers that were allowed"), "{tried}");
    assert!(site.says(&["settings", "show"]).contains("federation_mode = quarantine"));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_followed_from_a_terminal() {
    let site = Site::new();
    let tried =
        site.says(&["host-list", "follow", "https://lists.example/1", "--title", "Gardeners", "--dry-run"]);
    assert!(tried.starts_with(DRY) && site.says(&["host-list", "show"]).is_empty(), "{tried}");
    let list = key(&site.says(&["host-list", "follow", "https://lists.example/1", "--title", "Gardeners"]));
    let harsh = Decision { standing: HostStanding::Suspended, ..Decision::default() };
    let many: Vec<_> = (0..8).map(|number| (format!("bad{number}.example"), harsh.clone())).collect();
    let id = Id::new(list.parse().unwrap());
    let reads = async |count: usize| {
        let db = site.db().await;
        db.write(|tx| host_lists::receive(tx, id, &many[..count])).await.unwrap();
        db.close().await;
    };
    reads(8).await;
    assert_eq!(site.says(&["host-list", "drafts"]).lines().filter(|line| line.starts_with("bad")).count(), 8);
    let tried = site.says(&["host-list", "accept", "bad0.example", "--dry-run"]);
    assert!(tried.starts_with(DRY) && tried.contains("decided: 1."), "{tried}");
    assert_eq!(site.says(&["host", "export"]).lines().count(), 1, "nothing holds yet");
    site.says(&["host-list", "accept", "bad0.example"]);
    site.says(&["host-list", "refuse", "bad1.example"]);
    assert_eq!(site.says(&["host-list", "refused"]).trim(), "bad1.example");
    site.says(&["host-list", "ask-again", "bad1.example"]);
    reads(2).await;
    let shown = site.says(&["host-list", "show"]);
    assert!(shown.contains("6 of its 8 rules are gone at once"), "{shown}");
    let digest =
        shown.split(&format!("believe {list} ")).nth(1).unwrap().split('`').next().unwrap().to_owned();
    assert!(site.refuses(&["host-list", "believe", &list, "00"]).contains("look again"));
    site.says(&["host-list", "believe", &list, &digest]);
    reads(2).await;
    assert!(!site.says(&["host-list", "show"]).contains("gone at once"), "it was believed");
    site.says(&["host-list", "read", &list]);
    assert!(site.refuses(&["host-list", "read", "7"]).contains("plenum:"));
    site.says(&["host-list", "change", &list, "--priority", "70"]);
    assert!(site.says(&["host-list", "show"]).contains("priority 70"));
    let tried = site.says(&["host-list", "leave", &list, "--dry-run"]);
    assert!(tried.starts_with(DRY) && tried.contains("taken back: 1."), "{tried}");
    site.says(&["host-list", "leave", &list, "--keep"]);
    assert!(site.says(&["host", "export"]).contains("bad0.example"), "kept as a rule of this site");
}

#[test]
fn nobody_acts_at_a_terminal_for_who_is_frozen() {
    let site = Site::new();
    site.says(&["account", "create", "paul", "--role", "publisher", "--password-stdin"]);
    let frozen = site.says(&["moderate", "account", "paul", "--freeze"]);
    assert!(frozen.contains("goes on reading") && !frozen.contains("given back"), "{frozen}");
    let file = site.home.path().join("bees.md");
    let text = "# On bees\n\nWe counted bees for a whole summer, and this is what we found when we counted them again \
                in the autumn, hive by hive and meadow by meadow, with twelve people from four villages who had never \
                counted anything before and who now would like to know more.\n\n## 1. Bees can count.\n\nThat is so.\n";
    std::fs::write(&file, text).unwrap();
    let publish = ["import", file.to_str().unwrap(), "--publish", "--by", "paul"];
    assert!(site.refuses(&publish).contains("closed this account for now"));
    assert!(site.refuses(&["moderate", "note", "7", "Hm.", "--by", "paul"]).contains("paul is frozen"));
    site.says(&["moderate", "account", "paul"]);
    assert!(site.says(&publish).contains("Published by paul"));
}

#[test]
fn networks_are_kept_out_from_a_terminal() {
    let site = Site::new();
    let file = site.home.path().join("networks.txt");
    std::fs::write(&file, "# Open relays\n198.51.100.0/25  # the first half\n\n2001:DB8::/32\n").unwrap();
    let from = ["--from", file.to_str().unwrap(), "--comment", "Open relays", "--until", "2099-01-31"];
    let bar: Vec<&str> = ["network", "bar", "joining", "203.0.113.9"].into_iter().chain(from).collect();
    let tried = site.says(&[&bar[..], &["--dry-run"]].concat());
    assert!(
        tried.contains("Nothing is changed") && tried.contains("From 3 networks: nobody joins"),
        "{tried}"
    );
    assert_eq!(site.says(&["network", "list"]), "");
    site.says(&bar);
    let list = site.says(&["network", "list"]);
    for network in ["198.51.100.0/25", "2001:db8::/32", "203.0.113.9/32"] {
        assert!(list.lines().any(|line| line.starts_with(network) && line.contains("2099-01-31")), "{list}");
    }
    site.says(&["network", "bar", "everything", "203.0.113.9/32"]);
    let list = site.says(&["network", "list"]);
    assert_eq!(list.matches("203.0.113.9/32").count(), 1, "what was decided last holds: {list}");
    assert!(list.contains("everything"), "{list}");
    for (wrong, why) in [
        (&["network", "bar", "joining", "192.0.2.1", "nonsense"][..], "“nonsense” is no network"),
        (&["network", "bar", "joining"], "name at least one network"),
        (&["network", "bar", "nothing", "192.0.2.1"], "joining, everything or uninvited"),
        (&["network", "bar", "everything", "127.0.0.1"], "keep everybody out"),
        (&["network", "undo", "192.0.2.1"], "no rule about 192.0.2.1/32"),
    ] {
        let said = site.refuses(wrong);
        assert!(said.contains(why), "{said}");
    }
    assert!(
        !site.says(&["network", "list"]).contains("192.0.2.1"),
        "a list with a mistake is not taken at all"
    );
    site.says(&["network", "undo", "203.0.113.9", "198.51.100.0/25", "2001:db8::/32"]);
    assert_eq!(site.says(&["network", "list"]), "");
}
