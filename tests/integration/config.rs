//! The settings: what the example file says is true, and every mistake is reported at once.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use plenum::config::{Config, DatabaseUrl, Origin, Problems, is_public_host};

const EXAMPLE: &str = include_str!("../../config/plenum.toml");

fn load(file: &str, env: &[(&str, &str)]) -> Result<Config, Problems> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plenum.toml");
    std::fs::write(&path, file).unwrap();
    Config::load(Some(&path), variables(env))
}

fn variables(env: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
}

/// What is reported, without the name of the temporary file: `LINE: message` or `VARIABLE: message`.
fn complaints(outcome: Result<Config, Problems>) -> Vec<String> {
    let origin = |origin: &Origin| match origin {
        Origin::File { line, .. } => line.to_string(),
        Origin::Environment(name) => name.clone(),
        Origin::Given => "given".to_owned(),
    };
    let problems = outcome.expect_err("these settings are wrong").0;
    problems
        .iter()
        .map(|problem| format!("{}: {}: {}", origin(&problem.origin), problem.key, problem.why))
        .collect()
}

/// The example with every default switched on: `#key = value` is a setting, `# text` is prose.
fn uncommented_example() -> String {
    let is_setting = |line: &str| line.starts_with('#') && !line.starts_with("# ") && line.contains(" = ");
    let lines = EXAMPLE.lines().map(|line| if is_setting(line) { &line[1..] } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn without_file_and_environment_everything_works() {
    let config = Config::load(None, std::iter::empty()).unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database.url.to_string(), "sqlite:./data/plenum.db");
    assert_eq!(config.scheme(), "https");
    assert!(config.warnings().is_empty());
}

#[test]
fn the_example_shows_every_setting_with_its_true_default() {
    let table: toml::Table = uncommented_example().parse().unwrap();
    let shown: BTreeSet<String> = table
        .iter()
        .flat_map(|(section, fields)| {
            fields.as_table().unwrap().keys().map(move |field| format!("{section}.{field}"))
        })
        .collect();
    assert_eq!(shown, Config::keys().into_iter().collect::<BTreeSet<_>>());
    assert_eq!(load(&uncommented_example(), &[]).unwrap(), Config::default());
    assert_eq!(load(EXAMPLE, &[]).unwrap(), Config::default());
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "[http]\nlisten = \"127.0.0.1:1\"\nconnections = 9\n[log]\ntimestamps = true";
    let env = [
        ("PLENUM_HTTP_LISTEN", "[::1]:2"),
        ("PLENUM_SITE_PROXIES", "10.0.0.0/8, 192.0.2.7"),
        ("PLENUM_LOG_TIMESTAMPS", "off"),
        ("PLENUM_DATABASE_TLS_CA", ""),
        ("PLENUM_TEST_REQUIRE_POSTGRES", "1"),
        ("DATABASE_URL", "postgres://plenum@localhost/plenum"),
        ("PATH", "/bin"),
    ];
    let config = load(file, &env).unwrap();
    assert_eq!(config.http.listen.to_string(), "[::1]:2");
    assert_eq!(config.http.connections, 9);
    assert!(!config.log.timestamps);
    assert_eq!(config.site.proxies, ["10.0.0.0/8".parse().unwrap(), "192.0.2.7/32".parse().unwrap()]);
    assert_eq!(config.database.tls_ca, None);
    assert_eq!(config.database.url, DatabaseUrl::Postgres("postgres://plenum@localhost/plenum".to_owned()));
}

#[test]
fn plenum_config_names_a_file_which_must_exist() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other.toml");
    let env = [("PLENUM_CONFIG", path.to_str().unwrap())];
    let missing = complaints(Config::load(None, variables(&env)));
    assert_eq!(missing.len(), 1);
    assert!(missing[0].starts_with("PLENUM_CONFIG: : cannot read the settings file"), "{missing:?}");
    std::fs::write(&path, "[http]\nconnections = 77").unwrap();
    assert_eq!(Config::load(None, variables(&env)).unwrap().http.connections, 77);
    let named = Config::load(Some(Path::new("/nonexistent/plenum.toml")), std::iter::empty());
    assert!(complaints(named)[0].contains("/nonexistent/plenum.toml"));
}

#[test]
fn all_mistakes_are_reported_together() {
    let file = "\
stray = 1
[http]
listn = \"127.0.0.1:1\"
listen = \"8080\"
connections = \"many\"
request_seconds = 0
[htp]
body_bytes = 1
[database]
url = \"mysql://root:hunter2@localhost/x\"
[site]
host = 7
proxies = [\"10.0.0.0/99\"]
[unsafe]
plain_http = \"yes\"
[log]
filter = \"loud=loud=loud\"
contact = \"me\"
";
    let env = [("PLENUM_HTTP_LISTEM", "x"), ("PLENUM_FEDERATION_WORKERS", "-3")];
    let found = complaints(load(file, &env));
    let expected = [
        "1: stray: stands outside a section",
        "3: http.listn: there is no such setting; did you mean `http.listen`?",
        "4: http.listen: expected an IP address with a port such as `127.0.0.1:8080`, found `8080`",
        "5: http.connections: expected a whole number without quotation marks, found text",
        "6: http.request_seconds: expected a whole number from 1 to 600, found `0`",
        "8: htp.body_bytes: there is no such setting; did you mean `http.body_bytes`?",
        "10: database.url: expected `sqlite:./data/plenum.db` or `postgres://user:password@host/database`; MySQL",
        "12: site.host: expected text in quotation marks, found a number",
        "13: site.proxies: expected an IP address or a range such as `10.0.0.0/8`, found `10.0.0.0/99`",
        "15: unsafe.plain_http: expected true or false, found text",
        "17: log.filter: expected a level",
        "18: log.contact: there is no such setting; did you mean `federation.contact`?",
        "PLENUM_HTTP_LISTEM: http.listem: there is no such setting; did you mean `PLENUM_HTTP_LISTEN`?",
        "PLENUM_FEDERATION_WORKERS: federation.workers: expected a whole number from 1 to 64, found `-3`",
    ];
    for line in expected {
        assert!(found.iter().any(|other| other.starts_with(line)), "missing: {line}\nin {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    assert!(!found.join("").contains("hunter2"));
}

#[test]
fn a_file_that_is_no_toml_is_pointed_at_by_line() {
    let found = complaints(load("[http]\nconnections = 9\nlisten = = 3\n", &[("PLENUM_LOG_FILTER", "")]));
    assert!(found.iter().any(|line| line.starts_with("3: ")), "{found:?}");
    assert!(found.iter().any(|line| line.starts_with("PLENUM_LOG_FILTER: ")), "{found:?}");
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let file =
        "[database]\ntls_ca = \"ca.pem\"\n[federation]\ndeliveries = 2\n[site]\nhost = \"a.example.org:80\"";
    let found = complaints(load(file, &[]));
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].starts_with("6: site.host: `a.example.org:80` carries a port"), "{found:?}");
    assert!(found[1].starts_with("2: database.tls_ca: is for PostgreSQL"), "{found:?}");
    assert!(found[2].starts_with("given: federation.deliveries_per_host: is more than"), "{found:?}");
    let two = [("DATABASE_URL", "sqlite:a.db"), ("PLENUM_DATABASE_URL", "sqlite:b.db")];
    assert_eq!(
        complaints(load("", &two)),
        ["DATABASE_URL: database.url: contradicts PLENUM_DATABASE_URL; set only one of the two"]
    );
}

#[test]
fn unsafe_switches_are_named_at_start_and_refused_under_a_public_name() {
    let file = "[unsafe]\nplain_http = true\nports = true\nprivate_addresses = [\"127.0.0.0/8\"]";
    let config = load(file, &[]).unwrap();
    assert_eq!(config.warnings().len(), 3);
    assert_eq!(config.scheme(), "http");
    let allowed = [
        "localhost",
        "localhost:8080",
        "north.localhost:8081",
        "a.b.test",
        "x.example",
        "printer.local",
        "intranet",
        "10.1.2.3",
        "127.0.0.1:9",
        "[::1]:9",
        "[fd00::1]",
        "192.168.0.1",
    ];
    for host in allowed {
        assert!(config.check_host(host).is_ok(), "{host}");
        assert!(!is_public_host(host), "{host}");
    }
    for host in [
        "debate.example.org",
        "localhost.example.com",
        "8.8.8.8",
        "[2001:db8::1]",
        "test.",
        "notlocalhost.net:80",
    ] {
        let refused = config.check_host(host);
        assert_eq!(refused.is_err(), host != "test.", "{host}");
    }
    let why = config.check_host("debate.example.org").unwrap_err().to_string();
    assert!(why.contains("unsafe.plain_http, unsafe.ports, unsafe.private_addresses"), "{why}");
    let found = complaints(load(&format!("{file}\n[site]\nhost = \"debate.example.org\""), &[]));
    assert!(found[0].starts_with("6: site.host: `debate.example.org` is a public name"), "{found:?}");
}

#[test]
fn a_host_is_stored_in_one_form_or_refused() {
    let config = Config::default();
    assert_eq!(config.checked_host(" Debate.Example.org. ").unwrap(), "debate.example.org");
    assert_eq!(config.checked_host("bücher.example.org").unwrap(), "xn--bcher-kva.example.org");
    let wrong = [
        "",
        "https://a.example.org",
        "a/b",
        "a b",
        "-a.org",
        "a..org",
        "1.2.3",
        "300.1.1.1",
        "a.org:0",
        "a.org:99999",
    ];
    for host in wrong {
        let problem = config.check_host(host).unwrap_err();
        assert!(problem.why.starts_with("expected "), "{host}: {problem}");
    }
}

#[test]
fn a_database_url_is_understood_or_explained() {
    let path = |text| match DatabaseUrl::parse(text) {
        Ok(DatabaseUrl::Sqlite(path)) => path,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(path("sqlite:plenum.db"), PathBuf::from("plenum.db"));
    assert_eq!(path("sqlite:///var/lib/plenum/plenum.db"), PathBuf::from("/var/lib/plenum/plenum.db"));
    let url =
        DatabaseUrl::parse("postgres://ada:hunter2@db.example.org:5433/plenum?sslmode=require").unwrap();
    assert_eq!(
        format!("{url} {url:?}"),
        "postgres://db.example.org:5433/plenum postgres://db.example.org:5433/plenum"
    );
    let wrong = [
        ("./plenum.db", "for a file write `sqlite:`"),
        ("mysql://x", "MySQL and MariaDB are not supported"),
        ("oracle:x", "`oracle:` is neither"),
        ("sqlite:", "expected the path of a file"),
        ("sqlite::memory:", "would lose everything"),
        ("sqlite:a.db?mode=ro", "no options"),
        ("postgres:plenum", "expected `postgres://`"),
        ("postgres://a@b/c?sslmode=verify-full", "database.tls_ca"),
    ];
    for (text, hint) in wrong {
        let why = DatabaseUrl::parse(text).unwrap_err();
        assert!(why.contains(hint), "{text}: {why}");
    }
}

#[test]
fn the_data_directory_is_made_for_its_owner_only() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("deep/data");
    let url = DatabaseUrl::Sqlite(data.join("plenum.db"));
    url.create_directory().unwrap();
    url.create_directory().unwrap();
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    std::fs::write(directory.path().join("file"), "").unwrap();
    let blocked = DatabaseUrl::Sqlite(directory.path().join("file/plenum.db"));
    assert!(blocked.create_directory().unwrap_err().why.starts_with("cannot create the directory"));
}

#[test]
fn a_mail_server_is_understood_or_explained_and_its_password_never_shown() {
    let from = "from = \"North <north@mail.example.org>\"";
    let of = |server: &str| load(&format!("[mail]\nserver = \"{server}\"\n{from}"), &[]);
    for (server, shown) in [
        ("smtps://ada:hunter2@mail.example.org:465", "mail.example.org:465"),
        ("smtp://ada:hunter2%40x@mail.example.org:587?tls=required", "mail.example.org:587"),
        ("smtp://127.0.0.1:2525", "127.0.0.1:2525"),
        ("smtp://postfix", "postfix:25"),
    ] {
        let config = of(server).unwrap();
        assert_eq!(config.mail.server.as_ref().unwrap().to_string(), shown);
        assert!(!format!("{config:?}").contains("hunter2"), "{config:?}");
    }
    for (server, hint) in [
        ("mail.example.org", "expected `smtps://"),
        ("https://ada:hunter2@mail.example.org", "expected `smtps://"),
        ("smtp://ada:hunter2@mail.example.org", "could be read on their way"),
        ("smtp://ada:hunter2@mail.example.org?tls=opportunistic", "expected `smtps://"),
        ("smtp://ada:hunter2@mail.example.org?tls=never", "expected `smtps://"),
    ] {
        let found = complaints(of(server)).join("");
        assert!(found.contains(hint) && !found.contains("hunter2"), "{server}: {found}");
    }
    let found = complaints(load("[mail]\nfrom = \"nobody\"", &[])).join("");
    assert!(found.contains("mail.from: expected an address such as"), "{found}");
    let found = complaints(load(&format!("[mail]\n{from}"), &[]));
    assert_eq!(found, ["2: mail.from: needs mail.server beside it"]);
    let found = complaints(load("", &[("PLENUM_MAIL_SERVER", "smtp://postfix")]));
    assert_eq!(found, ["PLENUM_MAIL_SERVER: mail.server: needs mail.from beside it"]);
}
