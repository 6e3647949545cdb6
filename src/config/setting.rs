//! How a value of the settings file or the environment becomes a typed setting.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use toml::de::DeValue;

/// A value as it was found, before anyone asks for a type.
#[derive(Clone, Debug)]
pub(super) enum Raw {
    /// A string of the file, which must be what it is.
    Text(String),
    /// An environment variable, whose text may mean any type.
    Word(String),
    /// `true` or `false`.
    Switch(bool),
    /// A whole number in decimal digits.
    Number(String),
    /// `[…]`.
    List(Vec<Self>),
    /// Something no setting is made of; the name of its type.
    Other(&'static str),
}

impl Raw {
    /// Takes over a value of a TOML document.
    pub(super) fn from_toml(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Boolean(on) => Self::Switch(*on),
            DeValue::Integer(number) if number.radix() == 10 => Self::Number(number.as_str().to_owned()),
            DeValue::Array(items) => {
                Self::List(items.iter().map(|item| Self::from_toml(item.get_ref())).collect())
            }
            other => Self::Other(other.type_str()),
        }
    }

    /// What the value is, for a sentence that says what it should have been.
    const fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Word(_) => "text",
            Self::Switch(_) => "a switch",
            Self::Number(_) => "a number",
            Self::List(_) => "a list",
            Self::Other(name) => name,
        }
    }

    /// The text of a string or a variable.
    fn text(&self, expected: &str) -> Result<&str, String> {
        match self {
            Self::Text(text) | Self::Word(text) => Ok(text),
            other => Err(format!("expected {expected} in quotation marks, found {}", other.type_name())),
        }
    }

    /// The digits of a number.
    pub(super) fn digits(&self) -> Result<&str, String> {
        match self {
            Self::Number(digits) | Self::Word(digits) => Ok(digits),
            Self::Text(_) => Err("expected a whole number without quotation marks, found text".to_owned()),
            other => Err(format!("expected a whole number, found {}", other.type_name())),
        }
    }
}

/// A type that settings may have; the error says what was expected.
pub(super) trait Setting: Sized {
    /// Reads the value.
    fn read(raw: &Raw) -> Result<Self, String>;
}

impl Setting for bool {
    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Switch(on) => Ok(*on),
            Raw::Word(word) => match word.trim() {
                "true" | "1" | "yes" | "on" => Ok(true),
                "false" | "0" | "no" | "off" | "" => Ok(false),
                other => Err(format!("expected true or false, found `{other}`")),
            },
            other => Err(format!("expected true or false, found {}", other.type_name())),
        }
    }
}

impl Setting for String {
    fn read(raw: &Raw) -> Result<Self, String> {
        Ok(raw.text("text")?.trim().to_owned())
    }
}

impl Setting for PathBuf {
    fn read(raw: &Raw) -> Result<Self, String> {
        Ok(Self::from(raw.text("a path")?))
    }
}

impl Setting for SocketAddr {
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = raw.text("an address with a port")?.trim();
        text.parse().map_err(|_| {
            format!("expected an IP address with a port such as `127.0.0.1:8080`, found `{text}`")
        })
    }
}

impl Setting for IpNet {
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = raw.text("a range of addresses")?.trim();
        let one = || text.parse::<IpAddr>().map(Self::from).ok();
        text.parse()
            .ok()
            .or_else(one)
            .ok_or_else(|| format!("expected an IP address or a range such as `10.0.0.0/8`, found `{text}`"))
    }
}

/// An empty text means "not set", so that the commented file can show every default.
impl<T: Setting> Setting for Option<T> {
    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Text(text) | Raw::Word(text) if text.trim().is_empty() => Ok(None),
            _ => T::read(raw).map(Some),
        }
    }
}

/// In the environment the items are separated by commas.
impl<T: Setting> Setting for Vec<T> {
    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::List(items) => items.iter().map(T::read).collect(),
            Raw::Word(words) => {
                let words = words.split(',').map(str::trim).filter(|word| !word.is_empty());
                words.map(|word| T::read(&Raw::Word(word.to_owned()))).collect()
            }
            other => Err(format!("expected a list in square brackets, found {}", other.type_name())),
        }
    }
}
