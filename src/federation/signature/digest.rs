//! Digests of bodies: `Digest` (RFC 3230) and `Content-Digest` (RFC 9530).

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use data_encoding::BASE64;
use sfv::{BareItem, Dictionary, ListEntry, Parser};

use super::{RequestHead, SignatureError};

/// `Digest` for a body of ours.
pub(super) fn digest_header(body: &[u8]) -> String {
    format!("SHA-256={}", BASE64.encode(digest(&SHA256, body).as_ref()))
}

/// `Content-Digest` for a body of ours.
pub(super) fn content_digest_header(body: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64.encode(digest(&SHA256, body).as_ref()))
}

/// Compares the covered `Digest` with the bytes as received.
pub(super) fn check_digest(head: &RequestHead<'_>, body: &[u8]) -> Result<(), SignatureError> {
    let mut known = 0;
    for entry in head.single("digest")?.split(',') {
        let (label, value) = entry.trim().split_once('=').ok_or(SignatureError::Malformed("digest"))?;
        let label = label.trim().to_ascii_lowercase();
        known += usize::from(matches(&label, || BASE64.decode(value.trim().as_bytes()).ok(), body)?);
    }
    if known == 0 { Err(SignatureError::Digest) } else { Ok(()) }
}

/// Compares the covered `Content-Digest` with the bytes as received.
pub(super) fn check_content_digest(head: &RequestHead<'_>, body: &[u8]) -> Result<(), SignatureError> {
    const NAME: &str = "content-digest";
    let parsed = Parser::new(head.single(NAME)?).parse::<Dictionary>();
    let entries = parsed.map_err(|_| SignatureError::Malformed(NAME))?;
    let mut known = 0;
    for (label, entry) in &entries {
        let bytes = || match entry {
            ListEntry::Item(item) => match &item.bare_item {
                BareItem::ByteSequence(bytes) => Some(bytes.clone()),
                _ => None,
            },
            ListEntry::InnerList(_) => None,
        };
        known += usize::from(matches(label.as_str(), bytes, body)?);
    }
    if known == 0 { Err(SignatureError::Digest) } else { Ok(()) }
}

/// Whether the algorithm is one we know. Of several digests, each that we know must match: another
/// reader may look at another one.
fn matches(
    label: &str,
    value: impl FnOnce() -> Option<Vec<u8>>,
    body: &[u8],
) -> Result<bool, SignatureError> {
    let algorithm = match label {
        "sha-256" => &SHA256,
        "sha-512" => &SHA512,
        _ => return Ok(false),
    };
    let equal = value().is_some_and(|value| digest(algorithm, body).as_ref() == value.as_slice());
    if equal { Ok(true) } else { Err(SignatureError::Digest) }
}
