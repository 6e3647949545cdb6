//! `[log]`: what is written to standard error.

use tracing_subscriber::EnvFilter;

use super::setting::{Raw, Setting};
use super::sources::Section;

/// The log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// What is logged; default: `info`.
    pub filter: LogFilter,
    /// Whether lines begin with the time; default: true (off under systemd, which adds its own).
    pub timestamps: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: LogFilter("info".to_owned()), timestamps: true }
    }
}

impl Log {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        Self {
            filter: section.get("filter", default.filter),
            timestamps: section.get("timestamps", default.timestamps),
        }
    }
}

/// A level (`error`, `warn`, `info`, `debug`, `trace`) or several `module=level`, comma between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The filter as it was written; `EnvFilter` accepts it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for LogFilter {
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = String::read(raw)?;
        match EnvFilter::builder().parse(&text) {
            Ok(_) if !text.is_empty() => Ok(Self(text)),
            _ => Err(format!(
                "expected a level (error, warn, info, debug, trace) or `plenum=debug,info`, found `{text}`"
            )),
        }
    }
}
