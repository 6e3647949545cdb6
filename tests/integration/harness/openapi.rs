//! What our own API answers, held against the description it serves: `src/http/native/openapi.json`.

use std::sync::LazyLock;

use axum::http::{Method, StatusCode};
use jsonschema::Validator;
use serde_json::{Value, json};

/// The description.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../src/http/native/openapi.json")).unwrap());

/// One method of one path, as it is described.
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) described: &'static Value,
    answer: Validator,
}

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let paths = DOCUMENT["paths"].as_object().unwrap().iter();
    let each = paths.flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, described)| Operation {
            method: method.to_uppercase().parse().unwrap(),
            path,
            described,
            answer: validator(&described["responses"]["200"]["content"]["application/json"]["schema"]),
        })
    });
    each.collect()
});

static ERROR: LazyLock<Validator> =
    LazyLock::new(|| validator(&json!({ "$ref": "#/components/schemas/Error" })));

/// A schema that can name the others.
pub(crate) fn validator(schema: &Value) -> Validator {
    let mut schema = schema.clone();
    schema["components"] = DOCUMENT["components"].clone();
    jsonschema::draft202012::new(&schema).unwrap()
}

/// Everything that is described.
pub(crate) fn operations() -> &'static [Operation] {
    &OPERATIONS
}

/// Holds an answer against what is described for its address.
#[track_caller]
pub(crate) fn check_answer(method: &Method, path: &str, status: StatusCode, json: &Value) {
    if !path.starts_with("/api/plenum/") {
        return;
    }
    let schema = if status.is_success() {
        let Some(operation) = operation(method, path) else { panic!("{method} {path} is not described") };
        &operation.answer
    } else {
        &ERROR
    };
    let faults: Vec<String> =
        schema.iter_errors(json).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{method} {path}:\n{}\n{json:#}", faults.join("\n"));
}

/// The pattern that fits best: the one with the fewest words in braces.
fn operation(method: &Method, path: &str) -> Option<&'static Operation> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |pattern: &str| {
        let (wanted, got) = (pattern.split('/'), path.split('/'));
        let same = wanted.clone().count() == got.clone().count();
        same && wanted.zip(got).all(|(wanted, got)| wanted.starts_with('{') || wanted == got)
    };
    let found = operations().iter().filter(|one| one.method == *method && fits(one.path));
    found.min_by_key(|one| one.path.matches('{').count())
}
