//! What is wrong with the settings, said so that it can be mended without reading the source.

use std::fmt;
use std::path::PathBuf;

/// Where a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A line of the settings file; line 0 means the file as a whole.
    File { path: PathBuf, line: usize },
    /// An environment variable.
    Environment(String),
    /// Nobody set it: the default, or what was typed at set-up.
    Given,
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: 0 } => write!(out, "{}", path.display()),
            Self::File { path, line } => write!(out, "{}:{line}", path.display()),
            Self::Environment(name) => write!(out, "environment variable {name}"),
            Self::Given => out.write_str("settings"),
        }
    }
}

/// One mistake in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting as `section.field`; blank when the file as a whole is meant.
    pub key: String,
    /// Where the value was found.
    pub origin: Origin,
    /// What is wrong and what is expected; never contains a password.
    pub why: String,
}

impl Problem {
    /// A mistake in the setting `key`.
    pub fn new(key: impl Into<String>, origin: Origin, why: impl Into<String>) -> Self {
        Self { key: key.into(), origin, why: why.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: ", self.origin)?;
        if !self.key.is_empty() {
            write!(out, "{}: ", self.key)?;
        }
        out.write_str(&self.why)
    }
}

impl std::error::Error for Problem {}

/// All mistakes of one start, in the order of the sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(out, "the settings have {count} mistake{}:", if count == 1 { "" } else { "s" })?;
        for problem in &self.0 {
            write!(out, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
