//! HTTP Message Signatures (RFC 9421).

use std::borrow::Cow;

use http::HeaderMap;
use sfv::{DictSerializer, Dictionary, InnerList, KeyRef, ListEntry, ListSerializer, Parser, StringRef};

use super::{Claim, Host, Outgoing, RequestHead, SignatureError, Signer, Times, digest, header, signed};
use crate::clock::Timestamp;
use crate::domain::host::SignatureScheme;
use crate::domain::keys::Algorithm;
use crate::domain::uri::Uri;

const INPUT: &str = "signature-input";

/// More labels than any proxy adds; each may cost the search for a key.
const MAX_LABELS: usize = 4;

/// More components than any peer covers.
const MAX_COVERED: usize = 32;

/// The label of our signatures.
const LABEL: &str = "sig1";

/// The claims of all labels that hold so far; the complaint about the first when there is none.
pub(super) fn claims(
    head: &RequestHead<'_>,
    host: Host<'_>,
    body: &[u8],
    now: Timestamp,
) -> Result<Vec<Claim>, SignatureError> {
    let inputs = dictionary(head, INPUT)?;
    let signatures = dictionary(head, "signature")?;
    if inputs.len() > MAX_LABELS {
        return Err(SignatureError::Malformed(INPUT));
    }
    let mut complaint = None;
    let mut claims = Vec::new();
    for (label, input) in &inputs {
        let signature = signatures.get(label.as_str());
        match claim(head, host, body, now, (input, signature)) {
            Ok(claim) => claims.push(claim),
            Err(error) => complaint = complaint.or(Some(error)),
        }
    }
    if claims.is_empty() { Err(complaint.unwrap_or(SignatureError::Malformed(INPUT))) } else { Ok(claims) }
}

/// A structured field that reads only one way: of two equal names a parser keeps the last, so that
/// writing it out again shows whether there were two.
fn dictionary(head: &RequestHead<'_>, name: &'static str) -> Result<Dictionary, SignatureError> {
    let text = head.single(name)?;
    let malformed = || SignatureError::Malformed(name);
    let parsed: Dictionary = Parser::new(text).parse().map_err(|_| malformed())?;
    let mut serializer = DictSerializer::new();
    serializer.members(&parsed);
    let again = serializer.finish().ok_or_else(malformed)?;
    let dense = |text: &str| text.bytes().filter(|byte| !matches!(byte, b' ' | b'\t')).collect::<Vec<u8>>();
    if dense(text) == dense(&again) { Ok(parsed) } else { Err(malformed()) }
}

fn claim(
    head: &RequestHead<'_>,
    host: Host<'_>,
    body: &[u8],
    now: Timestamp,
    (input, signature): (&ListEntry, Option<&ListEntry>),
) -> Result<Claim, SignatureError> {
    let ListEntry::InnerList(input) = input else { return Err(SignatureError::Malformed(INPUT)) };
    let signature = match signature {
        Some(ListEntry::Item(item)) => item.bare_item.as_byte_sequence(),
        _ => None,
    };
    let signature = signature.ok_or(SignatureError::Malformed("signature"))?.to_vec();
    let covered = covered(input)?;
    let covers = |name: &str| covered.contains(&name);
    for (name, text) in [("@method", "`@method`"), ("@target-uri", "`@target-uri`")] {
        if !covers(name) {
            return Err(SignatureError::Uncovered(text));
        }
    }
    let date = covers("date").then(|| head.single("date")).transpose()?;
    Times { created: integer(input, "created")?, expires: integer(input, "expires")?, date }.check(now)?;
    if covers("content-digest") {
        digest::check_content_digest(head, body)?;
    } else if head.needs_digest(body) {
        return Err(SignatureError::Uncovered("`content-digest`"));
    }
    let key_id = string(input, "keyid")?.and_then(Uri::parse).ok_or(SignatureError::KeyId)?;
    let texts = vec![base(head, host, input, &covered)?];
    Ok(Claim { scheme: SignatureScheme::Rfc9421, key_id, algorithm: algorithm(input)?, signature, texts })
}

/// The names of the covered components; parameters of components change what is signed and are
/// used by no peer.
fn covered(input: &InnerList) -> Result<Vec<&str>, SignatureError> {
    let mut covered = Vec::new();
    for item in &input.items {
        let name = item.bare_item.as_string().ok_or(SignatureError::Malformed(INPUT))?.as_str();
        if !item.params.is_empty() {
            return Err(SignatureError::Absent(name.to_owned()));
        }
        if covered.contains(&name) || covered.len() == MAX_COVERED {
            return Err(SignatureError::Malformed(INPUT));
        }
        covered.push(name);
    }
    Ok(covered)
}

fn integer(input: &InnerList, name: &str) -> Result<Option<i64>, SignatureError> {
    let Some(value) = input.params.get(name) else { return Ok(None) };
    value.as_integer().map(|value| Some(i64::from(value))).ok_or(SignatureError::Time)
}

fn string<'a>(input: &'a InnerList, name: &str) -> Result<Option<&'a str>, SignatureError> {
    let Some(value) = input.params.get(name) else { return Ok(None) };
    value.as_string().map(|value| Some(value.as_str())).ok_or(SignatureError::Malformed(INPUT))
}

fn algorithm(input: &InnerList) -> Result<Option<Algorithm>, SignatureError> {
    match string(input, "alg")? {
        None => Ok(None),
        Some("rsa-v1_5-sha256") => Ok(Some(Algorithm::Rsa)),
        Some("ed25519") => Ok(Some(Algorithm::Ed25519)),
        Some(_) => Err(SignatureError::Algorithm),
    }
}

/// The signature base (RFC 9421 §2.5).
fn base(
    head: &RequestHead<'_>,
    host: Host<'_>,
    input: &InnerList,
    covered: &[&str],
) -> Result<String, SignatureError> {
    let mut base = String::new();
    for name in covered {
        let value = component(head, host, name)?;
        base.push_str(&format!("\"{name}\": {value}\n"));
    }
    let mut serializer = ListSerializer::new();
    let mut list = serializer.inner_list();
    list.items(&input.items);
    list.finish().parameters(&input.params);
    let params = serializer.finish().ok_or(SignatureError::Malformed(INPUT))?;
    base.push_str(&format!("\"@signature-params\": {params}"));
    Ok(base)
}

fn component<'a>(head: &RequestHead<'a>, host: Host<'a>, name: &str) -> Result<Cow<'a, str>, SignatureError> {
    let (scheme, authority) = host.origin.split_once("://").unwrap_or_default();
    match name {
        "@method" => Ok(head.method.as_str().to_owned().into()),
        "@target-uri" => Ok(format!("{}{}", host.origin, head.path_and_query()).into()),
        "@authority" => Ok(authority.into()),
        "@scheme" => Ok(scheme.into()),
        "@request-target" => Ok(head.path_and_query().into()),
        "@path" => Ok(head.path().into()),
        "@query" => Ok(format!("?{}", head.target.query().unwrap_or_default()).into()),
        "host" => Ok(host.named.into()),
        name if name.starts_with('@') => Err(SignatureError::Absent(name.to_owned())),
        name => head.field(name),
    }
}

pub(super) fn sign(
    headers: &mut HeaderMap,
    request: Outgoing<'_>,
    signer: &Signer,
    now: Timestamp,
) -> Result<(), SignatureError> {
    let mut lines = vec![
        ("@method", request.method.as_str().to_owned()),
        (
            "@target-uri",
            format!("{}{}", request.url.origin().ascii_serialization(), request.path_and_query()),
        ),
    ];
    if let Some(body) = request.body {
        let digest = digest::content_digest_header(body);
        headers.insert("content-digest", header(digest.clone())?);
        lines.push(("content-digest", digest));
    }
    let input = input(&lines, signer, now).ok_or(SignatureError::Unsignable)?;
    let mut base: String = lines.iter().map(|(name, value)| format!("\"{name}\": {value}\n")).collect();
    base.push_str(&format!("\"@signature-params\": {input}"));
    let signature = data_encoding::BASE64.encode(&signed(signer, &base)?);
    headers.insert(INPUT, header(format!("{LABEL}={input}"))?);
    headers.insert("signature", header(format!("{LABEL}=:{signature}:"))?);
    Ok(())
}

/// The covered components and parameters of a signature of ours.
fn input(lines: &[(&str, String)], signer: &Signer, now: Timestamp) -> Option<String> {
    let mut serializer = ListSerializer::new();
    let mut list = serializer.inner_list();
    for (name, _) in lines {
        list.bare_item(StringRef::from_str(name).ok()?);
    }
    let created = sfv::Integer::try_from(now.seconds()).ok()?;
    list.finish()
        .parameter(KeyRef::from_str("created").ok()?, created)
        .parameter(KeyRef::from_str("keyid").ok()?, StringRef::from_str(signer.key_id.as_str()).ok()?);
    serializer.finish()
}

/// The base of the first label, whatever it covers.
#[cfg(test)]
pub(super) fn published_base(head: &RequestHead<'_>, host: Host<'_>) -> String {
    let inputs = dictionary(head, INPUT).expect("a dictionary");
    let Some((_, ListEntry::InnerList(input))) = inputs.first() else { panic!("no label") };
    base(head, host, input, &covered(input).expect("components")).expect("a base")
}
