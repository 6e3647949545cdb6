//! The floors and the house rules (`ARCHITECTURE.md`), kept by reading the source.
//!
//! Each rule is a plain function over one file, and each proves below that it catches a violation.

mod source;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use source::{code, root_modules, words};

/// Modules by floor; `use crate::…` goes down only, and neighbours do not know each other.
const FLOORS: [&[&str]; 7] = [
    &["config", "clock", "text", "media", "schema"],
    &["domain"],
    &["store", "vocab", "import"],
    &["services"],
    &["app"],
    &["federation"],
    &["http", "jobs", "cli"],
];

/// Outside the floors: they put everything together.
const OUTSIDE: [&str; 3] = ["lib", "main", "serve"];

/// Crates that belong to some places, given as path prefixes below `src/`.
const CRATES: [(&str, &[&str]); 25] = [
    ("activitypub_federation", &["federation/", "http/", "jobs/", "cli/", "serve", "lib"]),
    ("ammonia", &["text/"]),
    ("argon2", &["services/", "domain/"]),
    ("askama", &["http/web/"]),
    ("axum", &["http/", "serve", "lib"]),
    ("axum_extra", &["http/"]),
    ("blurhash", &["media/"]),
    ("clap", &["cli/", "main"]),
    ("diesel", &["store/", "domain/", "schema", "clock"]),
    ("diesel_async", &["store/"]),
    ("diesel_migrations", &["store/"]),
    ("frostem", &["text/"]),
    ("image", &["media/"]),
    ("indicatif", &["cli/"]),
    ("lettre", &["app/", "config/", "domain/"]),
    ("libsqlite3_sys", &["store/"]),
    ("mimalloc", &["lib"]),
    ("object_store", &["app/"]),
    ("pulldown_cmark", &["text/", "import/"]),
    ("qrcode", &["http/web/"]),
    ("reqwest", &["federation/egress", "federation/fetch", "federation/delivery"]),
    ("reqwest_middleware", &["federation/"]),
    ("rpassword", &["cli/"]),
    ("tokio_postgres", &["store/"]),
    ("toml", &["config/"]),
];

/// What diesel offers for queries: below `store` it is used for derives only.
const QUERIES: [&str; 8] = [
    "QueryDsl",
    "RunQueryDsl",
    "insert_into",
    "sql_query",
    "SqliteConnection",
    "PgConnection",
    "delete",
    "update",
];

/// Files below `app` that may be asynchronous: they wait for a connection.
const WAITING: [&str; 3] = ["store/mod.rs", "store/db", "store/postgres.rs"];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 7] = ["utils", "util", "helpers", "helper", "common", "types", "misc"];

const MAX_LINES: usize = 500;

/// Path below `src/` or `tests/` and the text of a file, to the sentences about it.
type Rule = fn(&str, &str) -> Vec<String>;

fn module(path: &str) -> Vec<&str> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    path.strip_suffix("/mod").unwrap_or(path).split('/').collect()
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn below_app(path: &str) -> bool {
    floor(module(path)[0]).is_some_and(|floor| floor < 4)
}

fn every_module_has_a_floor(path: &str, _: &str) -> Vec<String> {
    let root = module(path)[0];
    let known = floor(root).is_some() || OUTSIDE.contains(&root);
    if known { Vec::new() } else { vec![format!("`{root}` stands on no floor: add it to FLOORS")] }
}

fn imports_go_down(path: &str, text: &str) -> Vec<String> {
    let here = module(path);
    let Some(own) = floor(here[0]) else { return Vec::new() };
    let named = root_modules(&here, &code(text));
    let wrong = named.into_iter().filter(|(_, name)| {
        let serve = name == "serve" && here[0] == "cli";
        name != here[0]
            && !serve
            && floor(name).map_or(OUTSIDE.contains(&name.as_str()), |floor| floor >= own)
    });
    wrong.map(|(line, name)| format!("line {line}: `{}` must not know `{name}`", here[0])).collect()
}

fn crates_stay_where_they_belong(path: &str, text: &str) -> Vec<String> {
    let code = code(text);
    let away = CRATES.iter().filter(|(_, places)| !places.iter().any(|place| path.starts_with(place)));
    let mut found = Vec::new();
    for (name, places) in away {
        // `use diesel::…` and `diesel::…`, but not `crate::diesel` or a field.
        for (line, after) in words(&code, name) {
            let before = &code[..code.len() - after.len() - name.len()];
            let ours = before.ends_with("::") || before.ends_with('.');
            let used = after.starts_with("::") || before.trim_end().ends_with("use");
            if used && !ours {
                found.push(format!("line {line}: `{name}` belongs to {}", places.join(", ")));
            }
        }
    }
    found
}

fn queries_live_in_store(path: &str, text: &str) -> Vec<String> {
    let code = code(text);
    if path.starts_with("store/") || path == "schema.rs" || words(&code, "diesel").is_empty() {
        return Vec::new();
    }
    let imports =
        code.split(';').filter(|item| item.trim_start().starts_with("use diesel")).collect::<String>();
    let asked = QUERIES.iter().filter(|name| !words(&imports, name).is_empty());
    asked.map(|name| format!("`{name}` is for queries, which live in store")).collect()
}

fn nothing_waits_below_app(path: &str, text: &str) -> Vec<String> {
    if !below_app(path) || WAITING.iter().any(|place| path.starts_with(place)) {
        return Vec::new();
    }
    let places = words(&code(text), "async").into_iter().map(|(line, _)| line).collect::<Vec<_>>();
    places.iter().map(|line| format!("line {line}: nothing below `app` is async")).collect()
}

fn files_stay_short(path: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    let long = lines > MAX_LINES && path != "schema.rs";
    if long { vec![format!("{lines} lines: it wants to be two files")] } else { Vec::new() }
}

fn every_file_says_what_it_is(_: &str, text: &str) -> Vec<String> {
    let said = text.starts_with("//! ");
    if said { Vec::new() } else { vec!["begins without a `//!` sentence".to_owned()] }
}

fn lints_are_expected_not_allowed(_: &str, text: &str) -> Vec<String> {
    let compact: String = code(text).split_whitespace().collect();
    let allowed = ["#[allow(", "#![allow("].iter().any(|form| compact.contains(form))
        || compact
            .split("cfg_attr(")
            .skip(1)
            .any(|rest| rest.split(']').next().unwrap_or("").contains(",allow("));
    if allowed {
        vec!["write `#[expect(…, reason = …)]` instead of `allow`".to_owned()]
    } else {
        Vec::new()
    }
}

fn names_say_something(path: &str, _: &str) -> Vec<String> {
    let parts = module(path);
    let empty = parts.iter().filter(|part| EMPTY_NAMES.contains(part));
    empty.map(|part| format!("`{part}` says nothing about what is inside")).collect()
}

const SOURCE_RULES: [Rule; 5] = [
    every_module_has_a_floor,
    imports_go_down,
    crates_stay_where_they_belong,
    queries_live_in_store,
    nothing_waits_below_app,
];

const RULES: [Rule; 4] =
    [files_stay_short, every_file_says_what_it_is, lints_are_expected_not_allowed, names_say_something];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below `directory`, as path below it and text.
fn files(directory: &Path) -> Vec<(String, String)> {
    let mut open = vec![directory.to_owned()];
    let mut files = Vec::new();
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned();
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

fn complaints(folder: &str, rules: &[Rule]) -> Vec<String> {
    let files = files(&root().join(folder));
    assert!(files.len() > 5, "{folder} was not read");
    let mut found = Vec::new();
    for (path, text) in files {
        let said = rules.iter().flat_map(|rule| rule(&path, &text));
        found.extend(said.map(|sentence| format!("{folder}/{path}: {sentence}")));
    }
    found
}

#[test]
fn the_house_stands() {
    let rules: Vec<Rule> = SOURCE_RULES.into_iter().chain(RULES).collect();
    let mut found = complaints("src", &rules);
    found.extend(complaints("tests", &RULES));
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn both_dialects_have_the_same_migrations() {
    let names = |dialect: &str| {
        let directory = root().join("migrations").join(dialect);
        let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        let folders: BTreeSet<PathBuf> = entries.filter(|path| path.is_dir()).collect();
        for folder in &folders {
            assert!(folder.join("up.sql").is_file() && folder.join("down.sql").is_file(), "{folder:?}");
        }
        folders.iter().map(|path| path.file_name().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

/// Asserts that `rule` finds something in each of `bad` and nothing in `good`.
fn bites(rule: Rule, bad: &[(&str, &str)], good: &[(&str, &str)]) {
    for (path, text) in bad {
        assert!(!rule(path, text).is_empty(), "{path} passes: {text}");
    }
    for (path, text) in good {
        assert_eq!(rule(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn floors_are_kept() {
    bites(
        every_module_has_a_floor,
        &[("tools.rs", ""), ("tools/mod.rs", "")],
        &[("store/mod.rs", ""), ("main.rs", "")],
    );
    bites(
        imports_go_down,
        &[
            ("store/accounts.rs", "use crate::services::accounts;"),
            ("store/accounts.rs", "use crate::{domain::id::Id, http};"),
            ("vocab/actor.rs", "fn f(x: crate::store::Conn) {}"),
            ("services/mod.rs", "use super::federation;"),
            ("services/posts.rs", "use super::super::app::App;"),
            ("jobs/mod.rs", "crate::serve()"),
            ("config/mod.rs", "use crate::clock::Clock;"),
        ],
        &[
            ("services/posts.rs", "use crate::{domain::id::Id, store::{Tx, posts}};"),
            ("store/posts.rs", "use super::accounts; // crate::http"),
            ("cli/serve.rs", "crate::serve(app)"),
            ("lib.rs", "use crate::http;"),
        ],
    );
}

#[test]
fn crates_are_kept() {
    bites(
        crates_stay_where_they_belong,
        &[
            ("services/posts.rs", "use diesel::QueryDsl;"),
            ("federation/inbox.rs", "let c = reqwest::Client::new();"),
            ("federation/inbox.rs", "use axum::body::Body;"),
            ("http/mastodon/mod.rs", "use askama::Template;"),
            ("vocab/mod.rs", "use toml;"),
        ],
        &[
            ("store/posts.rs", "use diesel::QueryDsl;"),
            ("federation/egress/client.rs", "use reqwest::Client;"),
            ("http/web/home.rs", "use askama::Template; use axum::Router;"),
            ("services/posts.rs", "self.diesel::<T>(); x.axum; crate::config::toml::x()"),
        ],
    );
    bites(
        queries_live_in_store,
        &[
            ("domain/id.rs", "use diesel::{QueryDsl, Queryable};"),
            ("clock.rs", "use diesel::query_dsl::RunQueryDsl;"),
        ],
        &[
            ("domain/id.rs", "use diesel::prelude::Queryable; fn delete() {}"),
            ("store/a.rs", "use diesel::QueryDsl;"),
        ],
    );
    bites(
        nothing_waits_below_app,
        &[("services/posts.rs", "async fn publish() {}"), ("store/posts.rs", "let x = async move {};")],
        &[
            ("store/db.rs", "async fn read() {}"),
            ("federation/mod.rs", "async fn f() {}"),
            ("text/mod.rs", "// async"),
        ],
    );
}

#[test]
fn house_rules_are_kept() {
    let long = "//! x\n".repeat(MAX_LINES + 1);
    bites(files_stay_short, &[("store/a.rs", &long)], &[("schema.rs", &long), ("store/a.rs", "//! x\n")]);
    bites(
        every_file_says_what_it_is,
        &[("a.rs", "use x;\n//! late"), ("a.rs", "")],
        &[("a.rs", "//! Says it.\n")],
    );
    bites(
        lints_are_expected_not_allowed,
        &[
            ("a.rs", "#[allow(dead_code)]"),
            ("a.rs", "#![ allow (unused)]"),
            ("a.rs", "#[cfg_attr(test, allow(unused))]"),
        ],
        &[("a.rs", "#[expect(dead_code, reason = \"x\")] fn allow() { f(1, allow(2)) } // #[allow(x)]")],
    );
    bites(names_say_something, &[("text/utils.rs", ""), ("common/a.rs", "")], &[("text/plain.rs", "")]);
}
