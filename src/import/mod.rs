//! Files in, drafts out. Nothing is published by importing: an editor looks at the draft and at
//! every decision that was not certain, and confirms.

mod dates;
mod dictionary;
pub mod filters;
pub mod host_rules;
mod hyphens;
mod lines;
pub mod markdown;
mod plain;
pub mod report;
pub mod tables;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::domain::statement::Draft;
use crate::text::language;
pub use report::Report;

/// The largest file that is read, in bytes.
const LARGEST: usize = 20 * 1024 * 1024;

/// What an importer found.
#[derive(Clone, Debug)]
pub struct Import {
    /// The statement as far as it was found.
    pub draft: Draft,
    /// What was found, and what was uncertain.
    pub report: Report,
}

/// What the person who imports knows better than the importer.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Language of the text, a BCP 47 tag; guessed when it is not given.
    pub language: Option<String>,
}

/// Why a file cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// There is nothing in it.
    #[error("the file holds no text")]
    Empty,
    /// It is larger than we read.
    #[error("the file is too large; at most 20 MiB are read")]
    TooLarge,
    /// It is not text.
    #[error("this is {0}, not text: save or export it as plain text or Markdown first")]
    NotText(&'static str),
}

/// The bytes of a file, as far as it is one that could be imported.
pub fn open(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One more than is read, so that it is refused as too large; some files never end.
    let most = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a file: Markdown by its name or its headings, else plain text.
pub fn read(name: &str, bytes: &[u8], options: &Options) -> Result<Import, ImportError> {
    let (text, note) = decode(bytes)?;
    let markdown = [".md", ".markdown"].iter().any(|end| name.to_lowercase().ends_with(end));
    let mut import = if markdown || text.lines().any(|line| line.starts_with("# ")) {
        let mut found = markdown::parse(&text)?;
        if found.draft.announcement.is_empty() {
            plain::announce(&mut found.draft, &mut found.report);
        }
        found
    } else {
        plain::parse(&text)?
    };
    if let Some(note) = note {
        import.report.uncertain(0, "encoding", "", "", note);
    }
    let guess = || language::guess(&text).map(|language| language.as_str().to_owned());
    let known = options.language.clone().or_else(guess);
    if options.language.is_none() {
        let found = known.clone().unwrap_or_default();
        import.report.uncertain(
            0,
            "language",
            "",
            &found,
            "guessed from the text: say which one it is where this is wrong",
        );
    }
    import.draft.language = known.unwrap_or_default();
    Ok(import)
}

/// The text of a file, and what was doubtful about its encoding.
fn decode(bytes: &[u8]) -> Result<(String, Option<&'static str>), ImportError> {
    if bytes.len() > LARGEST {
        return Err(ImportError::TooLarge);
    }
    if let Some(text) = utf16(bytes) {
        return Ok((text, None));
    }
    if let Some(kind) = kind(bytes) {
        return Err(ImportError::NotText(kind));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (text, note) = match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => (latin(bytes), Some("the file is not UTF-8; it was read as Western European (ISO 8859-1)")),
    };
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{c}'], "\n");
    if text.trim().is_empty() { Err(ImportError::Empty) } else { Ok((text, note)) }
}

/// What the first bytes say a file is, where that is no text.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 7] = [
        (b"%PDF", "a PDF"),
        (b"PK\x03\x04", "a ZIP, DOCX or ODT file"),
        (b"\xd0\xcf\x11\xe0", "an old Word file"),
        (b"{\\rtf", "an RTF file"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"\x1f\x8b", "a compressed file"),
    ];
    let named = KINDS.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, name)| *name);
    named.or_else(|| bytes.contains(&0).then_some("a binary file"))
}

/// UTF-16 that says so at its start, as some editors save it.
fn utf16(bytes: &[u8]) -> Option<String> {
    let order: fn([u8; 2]) -> u16 = match bytes.first_chunk::<2>()? {
        b"\xff\xfe" => u16::from_le_bytes,
        b"\xfe\xff" => u16::from_be_bytes,
        _ => return None,
    };
    let (pairs, _) = bytes.get(2..)?.as_chunks::<2>();
    let text: String = char::decode_utf16(pairs.iter().map(|pair| order(*pair)))
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    Some(text.replace("\r\n", "\n").replace(['\0', '\r'], "\n")).filter(|text| !text.trim().is_empty())
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
