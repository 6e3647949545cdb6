//! The same from a terminal.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

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
    assert!(succeeds(&["moderate", "account", "bela"]).contains("given back"));
    assert!(fails(&["moderate", "account", "bela"]).contains("no rule"));
    assert!(fails(&["moderate", "account", "ana", "--freeze"]).contains("admin"));
    assert!(fails(&["moderate", "account", "nobody", "--freeze"]).contains("nobody"));
    let made = succeeds(&["moderate", "add-rule", "words", "cheap*"]);
    assert!(made.contains("0 of 0 texts") && made.contains("“cheap*”"), "{made}");
    let key = succeeds(&["moderate", "rules"]).split_whitespace().next().unwrap().to_owned();
    assert!(succeeds(&["moderate", "clear", "--rule", &key, "--hours", "0"]).starts_with("0 texts"));
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
