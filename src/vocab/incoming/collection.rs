//! Collections and their pages.

use serde_json::Value;

use super::Problem;
use super::values;
use crate::domain::uri::Uri;

/// A collection, or one page of it.
#[derive(Clone, Debug)]
pub struct IncomingCollection {
    /// What stands in it: addresses or whole things.
    pub items: Vec<Value>,
    /// Where it begins, or goes on.
    pub next: Option<Next>,
    /// How many stand in all of it, as its server says.
    pub total: Option<i64>,
}

/// Where a collection begins or goes on.
#[derive(Clone, Debug)]
pub enum Next {
    /// At this address.
    Address(Uri),
    /// In a page that is embedded.
    Embedded(Box<IncomingCollection>),
}

/// The greatest number that is believed: clients keep it in 32 bits.
const MOST_TOLD: i64 = 2_147_483_647;
/// Items of one document that are looked at.
const MOST_ITEMS: usize = 500;

impl IncomingCollection {
    /// Reads a collection or a page. A page inside of it is read along, but only one.
    pub fn read(value: &Value) -> Result<Self, Problem> {
        Self::read_to(value, 1)
    }

    fn read_to(value: &Value, depth: u8) -> Result<Self, Problem> {
        let fields = value.as_object().ok_or(Problem::NoObject)?;
        let kind = values::kind(fields).unwrap_or_default();
        if !kind.contains("Collection") {
            return Err(Problem::Field("type"));
        }
        let items = fields.get("orderedItems").or_else(|| fields.get("items"));
        let items = values::entries(items).iter().take(MOST_ITEMS).cloned().collect();
        let name = if kind.ends_with("Page") { "next" } else { "first" };
        let next = match fields.get(name) {
            Some(page @ Value::Object(page_fields)) if depth > 0 && page_fields.contains_key("type") => {
                Self::read_to(page, depth - 1).ok().map(|page| Next::Embedded(Box::new(page)))
            }
            Some(page) => values::address(page).map(Next::Address),
            None => None,
        };
        let total = fields.get("totalItems").and_then(Value::as_i64);
        Ok(Self { items, next, total: total.map(|total| total.clamp(0, MOST_TOLD)) })
    }
}
