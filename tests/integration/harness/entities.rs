//! What the client API answers, held against `tests/fixtures/entities`: every key, its type, and
//! where it may be null or missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value};
use url::Url;

/// `METHOD PATH SHAPE`, one answer a line.
const ANSWERS: &str = include_str!("../../fixtures/answers.txt");

/// The entities by their names.
static ENTITIES: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/entities");
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    let entity = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap())
    };
    files.map(entity).collect()
});

/// The methods, paths and shapes of `answers.txt`.
pub(crate) fn answers() -> impl Iterator<Item = (Method, &'static str, &'static str)> {
    ANSWERS.lines().map(|line| {
        let mut words = line.split(' ');
        let mut word = || words.next().unwrap_or_else(|| panic!("{line}"));
        (word().parse().unwrap(), word(), word())
    })
}

/// Whether a file describes this entity.
pub(crate) fn is_known(name: &str) -> bool {
    ENTITIES.contains_key(name)
}

/// The names of all entities.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ENTITIES.keys().map(String::as_str)
}

/// Holds an answer against what its address answers with; errors have one shape everywhere.
#[track_caller]
pub(crate) fn check_answer(method: &Method, path: &str, status: StatusCode, json: &Value) {
    if !status.is_success() {
        check("Error", json);
        return;
    }
    if let Some(shape) = shape_of(method, path) {
        let faults: Vec<_> = shape.split('|').map(|one| (one, faults(one, json))).collect();
        let fits = faults.iter().any(|(_, faults)| faults.is_empty());
        assert!(fits, "{method} {path}:\n{faults:#?}\n{json:#}");
    }
}

/// Holds what a stream carries against the entity of its event.
#[track_caller]
pub(crate) fn check_event(event: &str, payload: &str) {
    let json = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| panic!("{event}: {text}"));
    let shape = match event {
        "update" | "status.update" => "Status",
        "notification" => "Notification",
        "conversation" => "Conversation",
        "announcement" => "Announcement",
        "announcement.reaction" => "AnnouncementReaction",
        "delete" | "announcement.delete" => {
            check("id", &Value::from(payload));
            return;
        }
        "notifications_merged" => {
            check("digits", &Value::from(payload));
            return;
        }
        _ => panic!("{event} is no event"),
    };
    check(shape, &json(payload));
}

/// Holds something against an entity, and returns the names of all that it is made of.
#[track_caller]
pub(crate) fn check(shape: &str, json: &Value) -> BTreeSet<&'static str> {
    let Findings { faults, met } = compared(shape, json);
    assert!(faults.is_empty(), "{shape}: {faults:#?}\n{json:#}");
    met
}

/// What is wrong with it, all of it.
pub(crate) fn faults(shape: &str, json: &Value) -> Vec<String> {
    compared(shape, json).faults
}

/// What a comparison saw.
#[derive(Default)]
struct Findings {
    /// What is wrong, and where.
    faults: Vec<String>,
    /// The entities that were there.
    met: BTreeSet<&'static str>,
}

fn compared(shape: &str, json: &Value) -> Findings {
    let shape = match shape.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(item) => Value::from(vec![item]),
        None => Value::from(shape),
    };
    let mut findings = Findings::default();
    compare(&shape, json, "", &mut findings);
    findings
}

/// The pattern that fits best: the one with the fewest words in braces.
fn shape_of(method: &Method, path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    let fits = |pattern: &str| {
        let (wanted, got) = (pattern.split('/'), path.split('/'));
        let same = wanted.clone().count() == got.clone().count();
        same && wanted.zip(got).all(|(wanted, got)| wanted.starts_with('{') || wanted == got)
    };
    let found = answers().filter(|(known, pattern, _)| known == method && fits(pattern));
    found.min_by_key(|(_, pattern, _)| pattern.matches('{').count()).map(|(_, _, shape)| shape)
}

fn compare(shape: &Value, json: &Value, place: &str, found: &mut Findings) {
    match shape {
        Value::String(word) => compare_word(word, json, place, found),
        Value::Array(items) => match json {
            Value::Array(list) => {
                let each = list.iter().enumerate();
                each.for_each(|(at, item)| compare(&items[0], item, &format!("{place}[{at}]"), found));
            }
            _ => found.faults.push(format!("{place} is no list: {json}")),
        },
        Value::Object(_) => match json {
            Value::Object(fields) => compare_fields(&keys_of(shape), fields, place, found),
            _ => found.faults.push(format!("{place} is no object: {json}")),
        },
        _ => panic!("{shape} is no shape"),
    }
}

fn compare_word(word: &str, json: &Value, place: &str, found: &mut Findings) {
    let required = word.trim_end_matches('?');
    if json.is_null() && required != word {
        return;
    }
    if let Some((name, entity)) = ENTITIES.get_key_value(required) {
        found.met.insert(name);
        compare(entity, json, place, found);
    } else if !is_a(required, json) {
        found.faults.push(format!("{place} is no {word}: {json}"));
    }
}

fn compare_fields(
    keys: &BTreeMap<String, Value>,
    fields: &Map<String, Value>,
    place: &str,
    found: &mut Findings,
) {
    for (key, shape) in keys {
        let name = key.trim_end_matches('~');
        match fields.get(name) {
            Some(value) => compare(shape, value, &format!("{place}.{name}"), found),
            None if key == name && name != "*" => found.faults.push(format!("{place}.{name} is missing")),
            None => {}
        }
    }
    for (name, value) in fields {
        let named = keys.contains_key(name) || keys.contains_key(&format!("{name}~"));
        match keys.get("*") {
            _ if named => {}
            Some(shape) => compare(shape, value, &format!("{place}.{name}"), found),
            None => found.faults.push(format!("{place}.{name} is not in the documentation: {value}")),
        }
    }
}

/// The keys of an entity, with those that it takes over.
fn keys_of(shape: &Value) -> BTreeMap<String, Value> {
    let own = shape.as_object().unwrap();
    let mut keys = match own.get("&").and_then(Value::as_str) {
        Some(base) => keys_of(&ENTITIES[base]),
        None => BTreeMap::new(),
    };
    for (key, word) in own {
        match key.as_str() {
            "&" => {}
            "-" => keys.retain(|key, _| !word.as_array().unwrap().iter().any(|left| left == key)),
            _ => drop(keys.insert(key.clone(), word.clone())),
        }
    }
    keys
}

fn is_a(word: &str, json: &Value) -> bool {
    let text = json.as_str();
    let is = |fits: fn(&str) -> bool| text.is_some_and(fits);
    match word {
        "id" | "digits" => is(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())),
        "text" => text.is_some(),
        "name" => is(|text| !text.is_empty()),
        "paragraphs" => is(|text| text.is_empty() || text.starts_with('<')),
        "flag" => json.is_boolean(),
        "yes" => json == &Value::Bool(true),
        "null" => json.is_null(),
        "integer" => json.is_i64(),
        "count" => json.is_u64(),
        "small" => json.as_i64().is_some_and(|number| i32::try_from(number).is_ok_and(|number| number >= 0)),
        "number" => json.is_number(),
        "moment" => is(|text| follows(text, "0000-00-00T00:00:00.000Z")),
        "midnight" => {
            is(|text| follows(text, "0000-00-00T00:00:00.000Z") && text.ends_with("T00:00:00.000Z"))
        }
        "day" => is(|text| follows(text, "0000-00-00")),
        "url" => is(|text| {
            let web = |url: Url| matches!(url.scheme(), "http" | "https" | "ws" | "wss");
            !text.contains(char::is_whitespace) && Url::parse(text).is_ok_and(web)
        }),
        "uri" => is(|text| Url::parse(text).is_ok()),
        "language" => is(|text| {
            let (first, rest) = text.split_once('-').unwrap_or((text, ""));
            matches!(first.len(), 2 | 3)
                && first.bytes().all(|byte| byte.is_ascii_lowercase())
                && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }),
        "key" => is(|text| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            !text.is_empty() && text.bytes().all(plain)
        }),
        "version" => is(|text| text.starts_with("4.") && text.contains(" (compatible; ")),
        _ => {
            let words = word.strip_prefix('=').unwrap_or_else(|| panic!("{word} is no word of an entity"));
            text.is_some_and(|text| words.split('|').any(|word| word == text))
        }
    }
}

/// Whether digits stand where the pattern has them, and everything else is the same.
fn follows(text: &str, pattern: &str) -> bool {
    let fits = |(got, wanted): (u8, u8)| if wanted == b'0' { got.is_ascii_digit() } else { got == wanted };
    text.len() == pattern.len() && text.bytes().zip(pattern.bytes()).all(fits)
}
