//! The cookie that says who is signed in, and the token that ties a form to it.

use aws_lc_rs::hmac;
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use data_encoding::BASE64URL_NOPAD;

use crate::domain::account::Account;
use crate::domain::user::User;

/// What a form token is computed over.
const PURPOSE: &[u8] = b"plenum form";
/// How long a browser keeps the cookie; the session itself ends in the database.
const SESSION_SECONDS: u32 = 30 * 24 * 3600;
/// How long a visitor may take to sign in.
const VISITOR_SECONDS: u32 = 3600;

/// Somebody who signed in.
#[derive(Clone, Debug)]
pub struct Member {
    /// The login.
    pub user: User,
    /// Its Person account.
    pub account: Account,
}

/// What a browser proves with its cookies.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// Who is signed in.
    pub member: Option<Member>,
    /// The secret of the cookie: of the session, or of a visitor who was given a form.
    pub secret: Option<String>,
}

/// The two cookies. Over https their names forbid other hosts and paths to set them.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    secure: bool,
}

impl Cookies {
    /// The cookies of a site at `origin`.
    pub fn of(origin: &str) -> Self {
        Self { secure: origin.starts_with("https:") }
    }

    const fn names(self) -> (&'static str, &'static str) {
        if self.secure { ("__Host-plenum", "__Host-plenum-visitor") } else { ("plenum", "plenum-visitor") }
    }

    /// The secret of the session cookie.
    pub fn session(self, headers: &HeaderMap) -> Option<String> {
        find(headers, self.names().0)
    }

    /// The secret of a visitor's cookie.
    pub fn visitor(self, headers: &HeaderMap) -> Option<String> {
        find(headers, self.names().1)
    }

    /// The header that opens a session in the browser.
    pub fn open(self, secret: &str) -> Option<HeaderValue> {
        self.set(self.names().0, secret, SESSION_SECONDS)
    }

    /// The header that ends it.
    pub fn close(self) -> Option<HeaderValue> {
        self.set(self.names().0, "", 0)
    }

    /// The header that gives a visitor a secret for one form.
    pub fn greet(self, secret: &str) -> Option<HeaderValue> {
        self.set(self.names().1, secret, VISITOR_SECONDS)
    }

    fn set(self, name: &str, value: &str, seconds: u32) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
        HeaderValue::from_str(&cookie).ok()
    }
}

fn find(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value.to_owned())
}

/// The token that forms of this cookie carry.
pub fn form_token(secret: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    BASE64URL_NOPAD.encode(hmac::sign(&key, PURPOSE).as_ref())
}

/// Whether `token` belongs to the cookie, compared in constant time.
pub fn token_fits(secret: &str, token: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap_or_default();
    hmac::verify(&key, PURPOSE, &tag).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_its_own_cookie_only() {
        let token = form_token("one");
        assert!(token_fits("one", &token));
        assert!(!token_fits("two", &token));
        assert!(!token_fits("one", ""));
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("a=b; plenum-visitor=v; plenum=s"));
        let cookies = Cookies::of("http://north.localhost");
        assert_eq!(cookies.session(&headers).as_deref(), Some("s"));
        assert_eq!(cookies.visitor(&headers).as_deref(), Some("v"));
        assert_eq!(Cookies::of("https://north.example").session(&headers), None);
    }
}
