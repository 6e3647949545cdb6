//! The command line as a person or a script meets it.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use plenum::clock::Clock;
use plenum::domain::job::Job;
use plenum::store::inbox_items::{self, NewItem};
use plenum::store::{Db, hosts, jobs};
use tempfile::TempDir;

const PASSWORD: &str = "correct horse battery";

/// Runs `plenum` in a directory of its own, without any setting from outside.
fn plenum(directory: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = command(directory, arguments).spawn().unwrap();
    // A command that failed before reading has closed its input, which is fine.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plenum"));
    command.args(arguments).current_dir(directory).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn fails(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "it should have failed");
    assert!(!text.contains("panicked"), "{text}");
    text
}

fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn set_up(directory: &Path) {
    let arguments = [
        "setup",
        "--host",
        "red.example",
        "--organization",
        "Red Bloc",
        "--handle",
        "redbloc",
        "--languages",
        "en,de",
        "--admin",
        "ana",
        "--password-stdin",
    ];
    let said = succeeds(&plenum(directory, &arguments, PASSWORD));
    assert!(said.contains("https://red.example"), "{said}");
}

#[test]
fn the_list_by_which_positions_are_listed_is_kept_from_a_terminal() {
    let home = TempDir::new().unwrap();
    set_up(home.path());
    let run = |arguments: &[&str]| plenum(home.path(), arguments, "");
    let ours = "https://red.example/actors/redbloc";
    let chosen = succeeds(&run(&["settings", "chosen"]));
    assert!(chosen.contains("not used: listing_policy = open"), "{chosen}");
    assert!(fails(&run(&["settings", "choose", ours])).contains("always listed"));
    assert!(fails(&run(&["settings", "choose", "nobody@far.example"])).contains("look it up on this server"));
    let theirs = "https://far.example/actors/league";
    meets(home.path(), ours, theirs);
    assert!(succeeds(&run(&["settings", "choose", "league@far.example"])).contains("is on the list now"));
    assert!(succeeds(&run(&["settings", "choose", theirs])).contains("nothing was changed"));
    assert!(succeeds(&run(&["settings", "chosen"])).contains(theirs));
    assert!(succeeds(&run(&["settings", "leave-out", theirs])).contains("no longer on the list"));
    assert!(!succeeds(&run(&["settings", "chosen"])).contains(theirs));
}

/// The site gets to know an organization elsewhere, as like ours as one row to another.
fn meets(directory: &Path, ours: &str, theirs: &str) {
    let file = directory.join("data/plenum.db");
    let mut conn = SqliteConnection::establish(&file.display().to_string()).unwrap();
    let copy = format!(
        "CREATE TEMP TABLE guest AS SELECT * FROM accounts WHERE uri = '{ours}'; \
         UPDATE guest SET id = 7, uri = '{theirs}', name = 'league', handle = 'league@far.example'; \
         INSERT INTO accounts SELECT * FROM guest;"
    );
    conn.batch_execute(&copy).unwrap();
}

#[test]
fn settings_and_rules_about_servers_change_from_a_terminal() {
    let home = TempDir::new().unwrap();
    set_up(home.path());
    let run = |arguments: &[&str]| plenum(home.path(), arguments, "");
    let shown = succeeds(&run(&["settings", "show"]));
    assert!(
        shown.contains("federation_mode = quarantine") && shown.contains("listing_policy = open"),
        "{shown}"
    );
    let set = succeeds(&run(&["settings", "set", "listing_policy", "followed"]));
    assert_eq!(set.trim(), "listing_policy = followed");
    let set = succeeds(&run(&["settings", "set", "federation_mode", "allowlist"]));
    assert!(set.contains("only servers that were allowed"), "{set}");
    assert!(fails(&run(&["settings", "set", "languages", "en, 1x"])).contains("no language tag"));
    assert!(fails(&run(&["settings", "set", "colour", "red"])).contains("expected one of"));
    assert!(succeeds(&run(&["settings", "show"])).contains("listing_policy = followed"));
    let done = succeeds(&run(&["host", "suspend", "Bad.Example", "--public-comment", "Spam", "--reports"]));
    assert!(done.contains("bad.example: suspend, reject reports; Spam"), "{done}");
    assert!(succeeds(&run(&["host", "show", "sub.bad.example"])).contains("rule about bad.example: suspend"));
    assert!(succeeds(&run(&["host", "list", "bad"])).contains("bad.example  suspend"));
    for (name, why) in [
        ("red.example", "this server itself"),
        ("co.uk", "everybody may register"),
        ("10.0.0.1", "address of a machine"),
    ] {
        assert!(fails(&run(&["host", "suspend", name])).contains(why), "{name}");
    }
    assert!(fails(&run(&["host", "reject", "far.example"])).contains("--media"));
    assert!(succeeds(&run(&["host", "undo", "bad.example"])).contains("taken back"));
    assert!(fails(&run(&["host", "undo", "bad.example"])).contains("no rule about bad.example"));
}

#[test]
fn a_script_sets_a_site_up_and_makes_accounts() {
    let home = TempDir::new().unwrap();
    set_up(home.path());
    let run = |arguments: &[&str], input: &str| plenum(home.path(), arguments, input);
    succeeds(&run(&["account", "create", "bela", "--role", "editor", "--password-stdin"], PASSWORD));
    let list = succeeds(&run(&["account", "list"], ""));
    assert!(list.contains("ana") && list.contains("bela") && list.contains("editor"), "{list}");
    let token = succeeds(&run(&["account", "token", "bela", "--scopes", "read write"], ""));
    assert!(token.trim().len() >= 40 && token.trim().lines().count() == 1, "{token}");
    let link = succeeds(&run(&["account", "invite", "--role", "archivist"], ""));
    assert!(link.starts_with("https://red.example/invite/"), "{link}");
    let none = fails(&run(&["account", "invite", "--role", "translator"], ""));
    assert!(
        none.contains("expected one of member, editor, publisher, archivist, moderator, admin"),
        "{none}"
    );
    assert!(fails(&run(&["account", "create", "bela", "--password-stdin"], PASSWORD)).contains("taken"));
    assert!(fails(&run(&["account", "create", "carl", "--password-stdin"], "short")).contains("at least 10"));
    assert!(fails(&run(&["account", "create", "../etc", "--password-stdin"], PASSWORD)).contains("a-z"));
    assert!(fails(&run(&["account", "role", "ana", "--role", "member"], "")).contains("last admin"));
    assert!(fails(&run(&["account", "token", "bela", "--organization"], "")).contains("publisher"));
    assert!(
        fails(&run(
            &[
                "setup",
                "--organization",
                "X",
                "--handle",
                "xxx",
                "--admin",
                "yyy",
                "--host",
                "red.example",
                "--password-stdin"
            ],
            PASSWORD
        ))
        .contains("already")
    );
}

#[test]
fn roles_for_a_time_and_closed_logins_are_kept_at_a_terminal() {
    let home = TempDir::new().unwrap();
    set_up(home.path());
    let account = |arguments: &[&str]| plenum(home.path(), &[&["account"], arguments].concat(), PASSWORD);
    for name in ["bela", "carl"] {
        succeeds(&account(&["create", name, "--password-stdin"]));
    }
    let given = succeeds(&account(&["role", "bela", "--role", "moderator", "--until", "2999-12-05"]));
    assert!(given.contains("member, moderator, until 2999-12-05"), "{given}");
    assert!(fails(&account(&["role", "bela", "--role", "editor", "--until", "soon"])).contains("2026-12-05"));
    assert!(fails(&account(&["role", "bela", "--role", "editor", "--until", "2001-01-01"])).contains("over"));
    assert!(fails(&account(&["role", "bela", "--until", "2999-12-05"])).contains("makes no difference"));
    succeeds(&account(&["close", "carl"]));
    let list = succeeds(&account(&["list"]));
    let line = |name: &str| list.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("bela").contains("until 2999-12-05, and then member"), "{list}");
    assert!(line("carl").ends_with("closed"), "{list}");
    let log = succeeds(&plenum(home.path(), &["log", "list", "account.role"], ""));
    assert!(log.contains("member, moderator, until 2999-12-05"), "{log}");
    succeeds(&account(&["role", "bela", "--role", "editor"]));
    assert!(!succeeds(&account(&["list"])).contains("until"));
}

/// As in `plenum log export | head -1`.
#[test]
fn a_command_ends_quietly_when_nobody_reads_on() {
    let home = TempDir::new().unwrap();
    set_up(home.path());
    for arguments in [&["account", "list"][..], &["log", "export"], &["log", "list"]] {
        let mut child = command(home.path(), arguments).spawn().unwrap();
        // Nobody reads from the first letter on.
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.is_empty() && output.status.success(), "{arguments:?}: {said}");
    }
}

#[test]
fn what_cannot_work_says_why_and_stops() {
    let home = TempDir::new().unwrap();
    let run = |arguments: &[&str]| fails(&plenum(home.path(), arguments, ""));
    assert!(run(&["account", "list"]).contains("not set up yet"));
    assert!(run(&["--config", "missing.toml", "serve"]).contains("missing.toml"));

    std::fs::write(home.path().join("bad.toml"), "[http]\nlisten = 1\n[sight]\nhost = 'x'\n").unwrap();
    let both = run(&["--config", "bad.toml", "serve"]);
    assert!(both.contains("http.listen") && both.contains("sight"), "{both}");

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = command(home.path(), &["serve"]).env("PLENUM_HTTP_LISTEN", &address).output().unwrap();
    assert!(fails(&output).contains(&address));

    let output = command(home.path(), &["migrate"])
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
        .output()
        .unwrap();
    assert!(fails(&output).contains("PostgreSQL"));

    std::fs::write(home.path().join("file"), "this is no database, however long it may be").unwrap();
    let output = command(home.path(), &["migrate"]).env("DATABASE_URL", "sqlite:file").output().unwrap();
    assert!(fails(&output).contains("not a database"));
}

#[test]
fn what_is_no_text_no_settings_and_no_room_is_told_in_one_line() {
    let home = TempDir::new().unwrap();
    let one_line = |output: Output| {
        let said = fails(&output);
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
        said
    };
    let run = |arguments: &[&str]| plenum(home.path(), arguments, "");
    std::fs::write(home.path().join("noise"), [7, 0, 200, 13]).unwrap();
    std::fs::write(home.path().join("empty.txt"), " \n").unwrap();
    assert!(one_line(run(&["import", "noise"])).contains("noise: this is a binary file"));
    assert!(one_line(run(&["import", "empty.txt"])).contains("no text"));
    assert!(one_line(run(&["import", "."])).contains("directory"));
    assert!(one_line(run(&["import", "/dev/zero"])).contains("at most 20 MiB"));
    let binary = fails(&run(&["--config", "noise", "serve"]));
    assert!(
        binary.contains("noise: cannot read the settings file") || binary.contains("noise:1"),
        "{binary}"
    );
    // What is written past the limit fails as on a disk that is full.
    let script = "trap '' XFSZ; ulimit -f 100; exec \"$0\" serve";
    let mut full = Command::new("sh");
    full.args(["-c", script, env!("CARGO_BIN_EXE_plenum")]).current_dir(home.path()).env_clear();
    full.env("PLENUM_HTTP_LISTEN", "127.0.0.1:0");
    assert!(one_line(full.output().unwrap()).contains("the schema cannot be brought up to date"));
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let home = TempDir::new().unwrap();
    set_up(home.path());
    let file = home.path().join("data/plenum.db");
    let mut conn = SqliteConnection::establish(&file.display().to_string()).unwrap();
    conn.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000001')").unwrap();
    drop(conn);
    let before = std::fs::read(&file).unwrap();
    for command in ["serve", "migrate", "queue", "check"] {
        let said = fails(&plenum(home.path(), &[command], ""));
        assert!(said.contains("made by a newer Plenum"), "{command}: {said}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn what_a_command_is_about_is_shown_without_another_word() {
    let home = TempDir::new().unwrap();
    set_up(home.path());
    let run = |arguments: &[&str]| succeeds(&plenum(home.path(), arguments, ""));
    for [command, lists] in [
        ["account", "list"],
        ["announcements", "list"],
        ["emoji", "list"],
        ["host", "list"],
        ["host-list", "show"],
        ["log", "list"],
        ["mail-block", "list"],
        ["moderate", "reports"],
        ["network", "list"],
        ["queue", "list"],
        ["review", "list"],
        ["rules", "list"],
        ["settings", "show"],
    ] {
        assert_eq!(run(&[command]), run(&[command, lists]), "{command}");
    }
    assert!(run(&["settings"]).contains("name = Red Bloc"), "{}", run(&["settings"]));
    assert!(run(&["account"]).starts_with("ana "), "{}", run(&["account"]));
}

#[test]
fn a_database_keeps_its_address() {
    let home = TempDir::new().unwrap();
    set_up(home.path());
    let output =
        command(home.path(), &["account", "list"]).env("PLENUM_SITE_HOST", "blue.example").output().unwrap();
    let why = fails(&output);
    assert!(why.contains("blue.example") && why.contains("red.example"), "{why}");
}

#[test]
fn the_first_run_prints_a_link_and_sets_the_site_up() {
    let home = TempDir::new().unwrap();
    let mut child =
        command(home.path(), &["serve"]).env("PLENUM_HTTP_LISTEN", "127.0.0.1:0").spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let link = lines.find(|line| line.contains("/setup?token=")).expect("a link is printed");
    assert!(link.trim().starts_with("http://localhost:"), "{link}");
    // Safe: only this process knows the child, and it is asked to stop the way systemd asks.
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(child.wait().unwrap().success(), "a stop is no failure");
}

#[test]
fn an_import_is_a_draft_until_somebody_publishes_it() {
    let home = TempDir::new().unwrap();
    let text = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/imports/library.txt");
    let run = |arguments: &[&str]| plenum(home.path(), arguments, "");
    let report = succeeds(&run(&["import", text]));
    assert!(report.contains("3 theses") && report.contains("no site here yet"), "{report}");
    let json: serde_json::Value = serde_json::from_str(&succeeds(&run(&["import", text, "--json"]))).unwrap();
    assert_eq!(json["draft"]["theses"].as_array().unwrap().len(), 3);
    assert!(json["report"]["decisions"].as_array().is_some_and(|decisions| !decisions.is_empty()));
    assert!(fails(&run(&["import", "missing.txt"])).contains("missing.txt"));
    std::fs::write(home.path().join("paper.pdf"), b"%PDF-1.7").unwrap();
    assert!(fails(&run(&["import", "paper.pdf"])).contains("PDF"));

    set_up(home.path());
    let kept = succeeds(&run(&["import", text]));
    assert!(kept.contains("https://red.example/publish?draft="), "{kept}");
    let published = succeeds(&run(&["import", text, "--publish"]));
    assert!(
        published.contains("Published by ana: https://red.example/statements/on-the-opening"),
        "{published}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_aside_is_shown_and_tried_again() {
    let home = TempDir::new().unwrap();
    set_up(home.path());
    let url = format!("sqlite:{}", home.path().join("data/plenum.db").display());
    let db = Db::open(&url, None, 1, Clock::System).await.unwrap();
    db.write(|tx| {
        let now = tx.now;
        for (uri, why) in [("https://peer.example/1", "too deep"), ("https://peer.example/2", "no parent")] {
            inbox_items::insert(tx, &NewItem::new(uri.to_owned(), None, None, "{}".to_owned(), now))?;
            let item = inbox_items::due(tx, now, 1)?.remove(0);
            inbox_items::fail(tx, &item, why, None)?;
        }
        hosts::ensure(tx, "peer.example")?;
        jobs::enqueue(tx, &Job::FetchNodeInfo { host: "peer.example".to_owned() }, now)?;
        let held = jobs::claim(tx, 1, 60)?.remove(0);
        jobs::fail(tx, &held, "nobody there", None)?;
        Ok(())
    })
    .await
    .unwrap();
    db.close().await;
    let queue = |arguments: &[&str]| plenum(home.path(), &[&["queue"], arguments].concat(), "");
    let said = succeeds(&queue(&[]));
    assert!(
        said.contains("peer.example/1 (too deep)") && said.contains("peer.example/2 (no parent)"),
        "{said}"
    );
    assert!(said.contains("fetch_nodeinfo peer.example (nobody there)"), "{said}");
    assert!(fails(&queue(&["retry", "never.example"])).contains("never.example"));
    assert!(succeeds(&queue(&["retry", "peer.example"])).starts_with("0 deliveries, 0 received"));
    let again = "0 deliveries, 2 received activities and 1 jobs";
    assert!(succeeds(&queue(&["retry"])).starts_with(again));
    assert!(succeeds(&queue(&["list"])).starts_with(again));
}

#[test]
fn admins_keep_rules_announcements_and_emoji() {
    let home = TempDir::new().unwrap();
    set_up(home.path());
    let run = |arguments: &[&str]| plenum(home.path(), arguments, "");
    let key = |said: &str| said.split_whitespace().next().unwrap().to_owned();
    let first = key(&succeeds(&run(&["rules", "add", "Be kind.", "--hint", "Always."])));
    succeeds(&run(&["rules", "add", "Say who you are."]));
    let list = succeeds(&run(&["rules", "list"]));
    assert!(list.contains("1. Be kind.") && list.contains("2. Say who you are."), "{list}");
    assert!(fails(&run(&["rules", "add", "  "])).contains("blank"));
    succeeds(&run(&["rules", "remove", &first]));
    assert!(fails(&run(&["rules", "remove", &first])).contains("not found"));
    assert!(!succeeds(&run(&["rules", "list"])).contains("Be kind."));

    let publish = ["announcements", "publish", "We move.", "--until", "2999-01-01T00:00:00Z"];
    let announced = key(&succeeds(&run(&publish)));
    assert!(succeeds(&run(&["announcements", "list"])).contains("We move."));
    assert!(fails(&run(&["announcements", "publish", "x", "--until", "soon"])).contains("date and time"));
    assert!(
        fails(&run(&["announcements", "publish", "x", "--until", "2001-01-01T00:00:00Z"])).contains("over")
    );
    succeeds(&run(&["announcements", "withdraw", &announced]));
    assert_eq!(succeeds(&run(&["announcements", "list"])), "");

    let (picture, text) = (home.path().join("bee.png"), home.path().join("bee.txt"));
    std::fs::write(&picture, crate::mastodon::emoji::DOT).unwrap();
    std::fs::write(&text, "a bee").unwrap();
    let added = succeeds(&run(&["emoji", "add", "bee", picture.to_str().unwrap(), "--category", "animals"]));
    assert!(added.starts_with(":bee:  https://red.example/media/emoji/"), "{added}");
    assert!(fails(&run(&["emoji", "add", "fly", text.to_str().unwrap()])).contains("no picture"));
    assert!(fails(&run(&["emoji", "add", "a b", picture.to_str().unwrap()])).contains("letters"));
    assert!(succeeds(&run(&["emoji", "list"])).contains("animals"));
    succeeds(&run(&["emoji", "remove", "bee"]));
    assert_eq!(succeeds(&run(&["emoji", "list"])), "");
}
