//! draft-cavage-http-signatures-12, as the fediverse uses it.

use data_encoding::BASE64;
use http::{HeaderMap, Method};

use super::{Claim, Host, Outgoing, RequestHead, SignatureError, Signer, Times, digest, header, signed};
use crate::clock::Timestamp;
use crate::domain::host::SignatureScheme;
use crate::domain::keys::Algorithm;
use crate::domain::uri::Uri;

const MALFORMED: SignatureError = SignatureError::Malformed("signature");

/// More covered headers than any peer sends.
const MAX_COVERED: usize = 32;

/// The parameters of the `Signature` header.
#[derive(Default)]
struct Params {
    key_id: String,
    algorithm: Option<String>,
    created: Option<String>,
    expires: Option<String>,
    headers: Option<String>,
    signature: String,
}

pub(super) fn claim(
    head: &RequestHead<'_>,
    host: Host<'_>,
    body: &[u8],
    now: Timestamp,
) -> Result<Claim, SignatureError> {
    let params = Params::parse(head.single("signature")?)?;
    let key_id = Uri::parse(&params.key_id).ok_or(SignatureError::KeyId)?;
    let algorithm = params.algorithm()?;
    let covered = params.covered()?;
    let covers = |name: &str| covered.iter().any(|covered| covered == name);
    for (name, text) in [("(request-target)", "`(request-target)`"), ("host", "`host`")] {
        if !covers(name) {
            return Err(SignatureError::Uncovered(text));
        }
    }
    if !covers("date") && !covers("(created)") {
        return Err(SignatureError::Uncovered("`date` or `(created)`"));
    }
    let date = covers("date").then(|| head.single("date")).transpose()?;
    Times {
        created: seconds(params.created.as_deref())?,
        expires: seconds(params.expires.as_deref())?,
        date,
    }
    .check(now)?;
    check_body(head, body, covers)?;
    let signature = BASE64.decode(params.signature.as_bytes()).map_err(|_| MALFORMED)?;
    let text = |target: &str| {
        let line = |name: &String| params.line(name, target, head, host);
        let lines: Result<Vec<String>, SignatureError> = covered.iter().map(line).collect();
        lines.map(|lines| lines.join("\n"))
    };
    let mut texts = vec![text(head.path_and_query())?];
    // Mastodon up to 4.2 left the query out of what it signed. An inbox has no query, so that
    // nobody can add one to a POST.
    if head.target.query().is_some() && head.method == Method::GET {
        texts.push(text(head.path())?);
    }
    Ok(Claim { scheme: SignatureScheme::Cavage, key_id, algorithm, signature, texts })
}

fn check_body(
    head: &RequestHead<'_>,
    body: &[u8],
    covers: impl Fn(&str) -> bool,
) -> Result<(), SignatureError> {
    if covers("digest") {
        digest::check_digest(head, body)?;
    }
    if covers("content-digest") {
        digest::check_content_digest(head, body)?;
    }
    let covered = covers("digest") || covers("content-digest");
    if head.needs_digest(body) && !covered {
        return Err(SignatureError::Uncovered("`digest`"));
    }
    Ok(())
}

/// Unix seconds; a fraction, which the draft allows for `expires`, is cut off.
fn seconds(text: Option<&str>) -> Result<Option<i64>, SignatureError> {
    let Some(text) = text else { return Ok(None) };
    let whole = text.split('.').next().unwrap_or_default();
    whole.parse().map(Some).map_err(|_| SignatureError::Time)
}

impl Params {
    fn parse(text: &str) -> Result<Self, SignatureError> {
        let mut params = Self::default();
        let mut seen: Vec<String> = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (name, value, after) = parameter(rest).ok_or(MALFORMED)?;
            // Two parsers may differ in which of two values counts.
            if seen.iter().any(|seen| seen.eq_ignore_ascii_case(name)) {
                return Err(MALFORMED);
            }
            seen.push(name.to_owned());
            params.set(name, value);
            rest = after;
        }
        if params.key_id.is_empty() || params.signature.is_empty() {
            return Err(MALFORMED);
        }
        Ok(params)
    }

    fn set(&mut self, name: &str, value: String) {
        match name {
            "keyId" => self.key_id = value,
            "signature" => self.signature = value,
            "algorithm" => self.algorithm = Some(value),
            "created" => self.created = Some(value),
            "expires" => self.expires = Some(value),
            "headers" => self.headers = Some(value),
            _ => {}
        }
    }

    /// What the label promises; `hs2019` and none mean "ask the key".
    fn algorithm(&self) -> Result<Option<Algorithm>, SignatureError> {
        match self.algorithm.as_deref().map(str::to_ascii_lowercase).as_deref() {
            None | Some("hs2019") => Ok(None),
            Some("rsa-sha256") => Ok(Some(Algorithm::Rsa)),
            Some("ed25519") => Ok(Some(Algorithm::Ed25519)),
            Some(_) => Err(SignatureError::Algorithm),
        }
    }

    fn covered(&self) -> Result<Vec<String>, SignatureError> {
        let text = self.headers.as_deref().unwrap_or_default();
        let mut covered: Vec<String> = Vec::new();
        for name in text.split_ascii_whitespace() {
            let name = name.to_ascii_lowercase();
            if covered.contains(&name) || covered.len() == MAX_COVERED {
                return Err(MALFORMED);
            }
            covered.push(name);
        }
        Ok(covered)
    }

    /// One line of the signed text.
    fn line(
        &self,
        name: &str,
        target: &str,
        head: &RequestHead<'_>,
        host: Host<'_>,
    ) -> Result<String, SignatureError> {
        match name {
            "(request-target)" => {
                Ok(format!("(request-target): {} {target}", head.method.as_str().to_ascii_lowercase()))
            }
            "host" => Ok(format!("host: {}", host.named)),
            "(created)" => self.pseudo(name, self.created.as_deref()),
            "(expires)" => self.pseudo(name, self.expires.as_deref()),
            _ => Ok(format!("{name}: {}", head.field(name)?)),
        }
    }

    /// The pseudo headers came with `hs2019` and belong to no older algorithm.
    fn pseudo(&self, name: &str, value: Option<&str>) -> Result<String, SignatureError> {
        let old = self.algorithm.as_deref().is_some_and(|label| !label.eq_ignore_ascii_case("hs2019"));
        if old {
            return Err(SignatureError::Algorithm);
        }
        let value = value.ok_or_else(|| SignatureError::Absent(name.to_owned()))?;
        Ok(format!("{name}: {value}"))
    }
}

/// The first `name="value"` or `name=value`, and what follows its comma.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let (name, rest) = text.split_once('=')?;
    let name = name.trim();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return None;
    }
    let rest = rest.trim_start();
    let (value, rest) = match rest.strip_prefix('"') {
        Some(rest) => quoted(rest)?,
        None => {
            let end = rest.find(',').unwrap_or(rest.len());
            let (value, rest) = rest.split_at_checked(end)?;
            (value.trim().to_owned(), rest)
        }
    };
    let rest = rest.trim_start();
    if rest.is_empty() {
        return Some((name, value, rest));
    }
    let after = rest.strip_prefix(',')?.trim_start();
    // A comma announces another parameter.
    (!after.is_empty()).then_some((name, value, after))
}

/// The rest of a quoted string, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(chars.next()?.1),
            _ => value.push(char),
        }
    }
    None
}

pub(super) fn sign(
    headers: &mut HeaderMap,
    request: Outgoing<'_>,
    signer: &Signer,
) -> Result<(), SignatureError> {
    let mut covered = vec!["(request-target)", "host", "date"];
    if let Some(body) = request.body {
        headers.insert("digest", header(digest::digest_header(body))?);
        covered.extend(["digest", "content-type"]);
    }
    let method = request.method.as_str().to_ascii_lowercase();
    let line = |name: &&str| match *name {
        "(request-target)" => format!("(request-target): {method} {}", request.path_and_query()),
        "host" => format!("host: {}", request.host()),
        name => {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            format!("{name}: {}", value.unwrap_or_default())
        }
    };
    let text = covered.iter().map(line).collect::<Vec<_>>().join("\n");
    let signature = BASE64.encode(&signed(signer, &text)?);
    // Mastodon wants the old label for RSA; every other key is `hs2019`.
    let algorithm = match signer.key.algorithm() {
        Algorithm::Rsa => "rsa-sha256",
        Algorithm::Ed25519 => "hs2019",
    };
    let value = format!(
        r#"keyId="{}",algorithm="{algorithm}",headers="{}",signature="{signature}""#,
        signer.key_id,
        covered.join(" "),
    );
    headers.insert("signature", header(value)?);
    Ok(())
}
