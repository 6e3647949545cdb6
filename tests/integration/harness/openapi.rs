//! What our own API answers, held against the description it serves: `src/http/native/openapi.json`.

use std::sync::LazyLock;

use axum::http::{Method, StatusCode};
use jsonschema::Validator;
use serde_json::{Value, json};
use url::form_urlencoded;

/// The description.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../src/http/native/openapi.json")).unwrap());

/// One method of one path, as it is described.
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) described: &'static Value,
    answer: Validator,
    sent: Option<Validator>,
}

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let paths = DOCUMENT["paths"].as_object().unwrap().iter();
    let each = paths.flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, described)| Operation {
            method: method.to_uppercase().parse().unwrap(),
            path,
            described,
            answer: validator(&described["responses"]["200"]["content"]["application/json"]["schema"]),
            sent: described.get("requestBody").map(|body| validator(&closed(body))),
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

/// The schema of a body in which nothing stands that is not described.
fn closed(body: &Value) -> Value {
    let mut schema = body["content"]["application/json"]["schema"].clone();
    schema["additionalProperties"] = json!(false);
    schema
}

/// Holds a request that was answered with success against what is described for its address: whatever has an
/// effect is described.
#[track_caller]
pub(crate) fn check_request(method: &Method, path: &str, body: Option<&Value>) {
    if !path.starts_with("/api/plenum/") {
        return;
    }
    let Some(operation) = operation(method, path) else { panic!("{method} {path} is not described") };
    let query = path.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let parameters = operation.described["parameters"].as_array().cloned().unwrap_or_default();
    for (name, _) in form_urlencoded::parse(query.as_bytes()) {
        let name = name.trim_end_matches("[]");
        let named = |one: &Value| {
            one["in"] == "query" && one["name"].as_str().is_some_and(|one| one.trim_end_matches("[]") == name)
        };
        assert!(parameters.iter().any(named), "{method} {path}: the parameter {name} is not described");
    }
    let Some(body) = body.filter(|body| body.as_object().is_some_and(|fields| !fields.is_empty())) else {
        return;
    };
    let Some(sent) = &operation.sent else {
        panic!("{method} {path}: no body is described, {body} was sent")
    };
    let faults: Vec<String> =
        sent.iter_errors(body).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{method} {path}:\n{}\n{body:#}", faults.join("\n"));
}

/// Holds a table against what is described for its address.
#[track_caller]
pub(crate) fn check_table(path: &str) {
    if path.starts_with("/api/plenum/") {
        let Some(operation) = operation(&Method::GET, path) else { panic!("{path} is not described") };
        let content = &operation.described["responses"]["200"]["content"]["text/csv"]["schema"];
        assert_eq!(content["type"], "string", "{path} is not described as a table");
        check_request(&Method::GET, path, None);
    }
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
