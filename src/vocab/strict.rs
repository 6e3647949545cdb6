//! Reading JSON that strangers sent: what two parsers could understand differently is refused.
//!
//! A duplicate key, for one, lets a document say one thing to the server that checks its signature
//! and another to the server that shows it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Arrays and objects inside each other.
const MAX_DEPTH: usize = 64;

/// Elements of one array, keys of one object.
const MAX_ELEMENTS: usize = 10_000;

/// Keys that serde_json gives a meaning of its own start like this.
const RESERVED: &str = "$serde_json::private::";

/// Why a document was not read: one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not acceptable as JSON: {0}")]
pub struct NotStrict(String);

/// Reads a document; refuses duplicate keys, more than 64 levels or 10,000 elements, text that is
/// not UTF-8 or holds lone surrogates or U+0000, and numbers without a finite value.
pub fn parse_strict(bytes: &[u8]) -> Result<Value, NotStrict> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Node { depth: 0 }.deserialize(&mut deserializer).map_err(one_line)?;
    deserializer.end().map_err(one_line)?;
    Ok(value)
}

fn one_line(error: serde_json::Error) -> NotStrict {
    NotStrict(error.to_string())
}

/// One value at some depth.
#[derive(Clone, Copy)]
struct Node {
    depth: usize,
}

impl Node {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > MAX_DEPTH { Err(E::custom("nested too deeply")) } else { Ok(Self { depth }) }
    }
}

impl<'de> DeserializeSeed<'de> for Node {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is not finite"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        without_nul(&value)?;
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
            at_most(array.len())?;
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            without_nul(&key)?;
            if key.starts_with(RESERVED) {
                return Err(A::Error::custom("a key is reserved"));
            }
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key `{}` stands twice", shown(&key))));
            }
            object.insert(key, entries.next_value_seed(inner)?);
            at_most(object.len())?;
        }
        Ok(Value::Object(object))
    }
}

fn without_nul<E: serde::de::Error>(text: &str) -> Result<(), E> {
    if text.contains('\0') { Err(E::custom("a text holds U+0000")) } else { Ok(()) }
}

fn at_most<E: serde::de::Error>(elements: usize) -> Result<(), E> {
    if elements > MAX_ELEMENTS { Err(E::custom("too many elements")) } else { Ok(()) }
}

/// The start of a foreign text, on one line.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> String {
        parse_strict(text.as_bytes()).expect_err(text).to_string()
    }

    #[test]
    fn ordinary_documents_are_read_as_they_are() {
        let text = r#"{"b":[1,-2,0.5,null,true,{"x":"Z\u00fcrich \ud83d\udc1d"}],"a":""}"#;
        let plain: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(parse_strict(text.as_bytes()), Ok(plain));
    }

    #[test]
    fn ambiguous_documents_are_refused() {
        assert!(why(r#"{"actor":1,"actor":2}"#).contains("`actor` stands twice"));
        assert!(why(r#"{"o":[{"id":1,"\u0069d":2}]}"#).contains("`id` stands twice"));
        assert!(why(r#"{"content":"a\u0000b"}"#).contains("U+0000"));
        assert!(why(r#"{"a\u0000":1}"#).contains("U+0000"));
        assert!(why("[1e400]").contains("out of range"));
        for lone in [r#"["\ud800"]"#, r#"["\udc00"]"#, r#"["\ud800\u0041"]"#, r#"{"\ud800":1}"#] {
            why(lone);
        }
        assert!(why(r#"{"$serde_json::private::RawValue":"{}"}"#).contains("reserved"));
        assert!(why("{} {}").contains("trailing"));
        assert!(parse_strict(b"[\"\xff\"]").is_err());
        assert!(parse_strict(b"").is_err());
    }

    #[test]
    fn size_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse_strict(nested(64).as_bytes()).is_ok());
        assert!(why(&nested(65)).contains("too deeply"));
        assert!(parse_strict(nested(10_000).as_bytes()).is_err());
        let long = |elements: usize| format!("[{}1]", "1,".repeat(elements - 1));
        assert!(parse_strict(long(10_000).as_bytes()).is_ok());
        assert!(why(&long(10_001)).contains("too many"));
    }
}
