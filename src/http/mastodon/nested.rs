//! Keys such as `poll[options][]` and `fields_attributes[0][name]`, turned into nested values.

use serde_json::map::Entry;
use serde_json::{Map, Value};

/// Brackets of one key at most; what is deeper is nobody's parameter.
const DEEPEST: usize = 5;

/// Puts a value where its key says. A key that contradicts an earlier one replaces it.
pub(super) fn insert(fields: &mut Map<String, Value>, key: &str, value: Value) {
    let (name, rest) = key.find('[').map_or((key, ""), |at| key.split_at(at));
    let steps: Vec<&str> =
        rest.split('[').skip(1).map(|step| step.strip_suffix(']').unwrap_or(step)).collect();
    if name.is_empty() || steps.len() > DEEPEST {
        return;
    }
    put(fields, name, &steps, value);
}

fn put(fields: &mut Map<String, Value>, name: &str, steps: &[&str], value: Value) {
    let slot = match fields.entry(name.to_owned()) {
        Entry::Occupied(entry) => entry.into_mut(),
        Entry::Vacant(entry) => entry.insert(Value::Null),
    };
    match steps {
        [] => *slot = value,
        ["", rest @ ..] => push(slot, rest, value),
        [next, rest @ ..] => {
            if !slot.is_object() {
                *slot = Value::Object(Map::new());
            }
            if let Value::Object(inner) = slot {
                put(inner, next, rest, value);
            }
        }
    }
}

/// `a[]=1` appends. `a[][name]=x` fills the last group, or begins another when it has that name.
fn push(slot: &mut Value, rest: &[&str], value: Value) {
    if !slot.is_array() {
        *slot = Value::Array(Vec::new());
    }
    let Value::Array(items) = slot else { return };
    let [name, rest @ ..] = rest else {
        match value {
            Value::Array(more) => items.extend(more),
            one => items.push(one),
        }
        return;
    };
    let full = items
        .last()
        .and_then(Value::as_object)
        .is_none_or(|last| rest.is_empty() && last.contains_key(*name));
    if full {
        items.push(Value::Object(Map::new()));
    }
    if let Some(Value::Object(last)) = items.last_mut() {
        put(last, name, rest, value);
    }
}

/// The values of a map that stands for a list, in the order of its numbers.
pub(super) fn in_order(fields: &Map<String, Value>) -> Vec<&Value> {
    let mut items: Vec<_> = fields.iter().collect();
    items.sort_by_key(|(key, _)| key.parse().unwrap_or(u64::MAX));
    items.into_iter().map(|(_, value)| value).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Value {
        let mut fields = Map::new();
        for (key, value) in pairs {
            insert(&mut fields, key, json!(value));
        }
        Value::Object(fields)
    }

    #[test]
    fn keys_become_lists_and_groups() {
        let pairs = [("id[]", "1"), ("id[]", "2"), ("poll[options][]", "a"), ("poll[options][]", "b")];
        assert_eq!(read(&pairs), json!({ "id": ["1", "2"], "poll": { "options": ["a", "b"] } }));
        let fields = [("f[0][name]", "x"), ("f[0][value]", "y"), ("f[10][name]", "z")];
        assert_eq!(
            read(&fields),
            json!({ "f": { "0": { "name": "x", "value": "y" }, "10": { "name": "z" } } })
        );
        let groups = [("g[][a]", "1"), ("g[][b]", "2"), ("g[][a]", "3")];
        assert_eq!(read(&groups), json!({ "g": [{ "a": "1", "b": "2" }, { "a": "3" }] }));
    }

    #[test]
    fn odd_keys_harm_nobody() {
        read(&[
            ("[", "1"),
            ("a[", "1"),
            ("a]", "1"),
            ("a[b]c[d", "1"),
            ("a[][][]", "1"),
            ("a", "2"),
            ("a[x]", "3"),
        ]);
        assert_eq!(read(&[("a[1][2][3][4][5][6]", "1")]), json!({}));
    }
}
