//! Signatures as peers send them and as attackers would: the table of what holds and what does not.

use data_encoding::BASE64;
use http::Uri as Target;

use super::*;

mod attacks;
mod labels;
mod published;

const NOW: Timestamp = Timestamp(1_793_610_000_000);
const BODY: &[u8] = br#"{"type":"Create","actor":"https://peer.example/users/vic"}"#;

/// A request on its way, open to tampering.
#[derive(Clone)]
struct Request {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Request {
    /// A POST of [`BODY`] to our inbox, unsigned.
    fn post() -> Self {
        let mut request = Self::get("/inbox");
        request.method = Method::POST;
        request.body = BODY.to_vec();
        request.set("content-type", "application/activity+json");
        request.set("digest", &digest::digest_header(BODY));
        request.set("content-digest", &digest::content_digest_header(BODY));
        request
    }

    fn get(target: &str) -> Self {
        let mut request = Self {
            method: Method::GET,
            target: target.to_owned(),
            headers: HeaderMap::new(),
            body: Vec::new(),
        };
        request.set("host", "red.example");
        request.set("date", "Mon, 02 Nov 2026 09:00:00 GMT");
        request
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.headers.insert(name, HeaderValue::from_str(value).expect("a header"));
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    fn value(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }

    /// Signs by hand what `covered` lists; `params` come before the signature.
    fn signed(mut self, signer: &Signer, covered: &str, params: &str) -> Self {
        let line = |name: &str| match name {
            "(request-target)" => {
                format!("(request-target): {} {}", self.method.as_str().to_lowercase(), self.target)
            }
            name if name.starts_with('(') => {
                let wanted = format!("{}=", name.trim_matches(['(', ')']));
                let value = params.split(',').find_map(|param| param.strip_prefix(&wanted));
                format!("{name}: {}", value.unwrap_or_default())
            }
            name => format!("{name}: {}", self.value(name)),
        };
        let text = covered.split(' ').map(line).collect::<Vec<_>>().join("\n");
        let signature = BASE64.encode(&signer.key.sign(text.as_bytes()).expect("signed"));
        let key_id = &signer.key_id;
        let value = format!(r#"keyId="{key_id}",{params},headers="{covered}",signature="{signature}""#);
        self.set("signature", &value);
        self
    }

    /// Signs by hand after RFC 9421 with the given values of the covered components.
    fn labelled(mut self, signer: &Signer, label: &str, lines: &[(&str, &str)], params: &str) -> Self {
        let names: Vec<String> = lines.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let input = format!("({}){params}", names.join(" "));
        let mut text: String = lines.iter().map(|(name, value)| format!("\"{name}\": {value}\n")).collect();
        text.push_str(&format!("\"@signature-params\": {input}"));
        let signature = BASE64.encode(&signer.key.sign(text.as_bytes()).expect("signed"));
        self.append("signature-input", &format!("{label}={input}"));
        self.append("signature", &format!("{label}=:{signature}:"));
        self
    }

    /// Adds to the one line of a dictionary header.
    fn append(&mut self, name: &'static str, member: &str) {
        let before = self.headers.get(name).map(|value| value.to_str().expect("text").to_owned());
        let line = before.map_or_else(|| member.to_owned(), |before| format!("{before}, {member}"));
        self.set(name, &line);
    }

    fn claims(&self, now: Timestamp) -> Result<Vec<Claim>, SignatureError> {
        let target: Target = self.target.parse().expect("a target");
        let origins = ["https://red.example".to_owned(), "http://red.localhost:8081".to_owned()];
        let head =
            RequestHead { method: &self.method, target: &target, headers: &self.headers, origins: &origins };
        check(&head, &self.body, now)
    }

    /// What the intake would say to a sender with this key.
    fn outcome(&self, signer: &Signer) -> Result<(), SignatureError> {
        let claims = self.claims(NOW)?;
        let key = signer.key.verifying_key();
        let results: Vec<_> = claims.iter().map(|claim| claim.verify(&key)).collect();
        assert!(claims.iter().all(|claim| claim.key_id == signer.key_id));
        results.iter().find(|result| result.is_ok()).or(results.first()).expect("a claim").clone()
    }
}

fn signer(algorithm: Algorithm) -> Signer {
    let key_id = Uri::parse("https://peer.example/users/vic#main-key").expect("a URI");
    Signer { key_id, key: SigningKey::generate(algorithm).expect("a key") }
}

/// The request as another server of our kind sends it.
fn ours(scheme: SignatureScheme, method: Method, url: &str, body: Option<&[u8]>, signer: &Signer) -> Request {
    let url = Url::parse(url).expect("a URL");
    let outgoing = Outgoing { method: &method, url: &url, body };
    let headers = sign(scheme, outgoing, signer, NOW).expect("signed");
    let target = outgoing.path_and_query();
    let host = outgoing.host();
    Request { method, target, headers, body: body.unwrap_or_default().to_vec() }.with("host", &host)
}

const POST: &str = "(request-target) host date digest content-type";
const RSA: &str = r#"algorithm="rsa-sha256""#;
