//! The identity of an account, a contribution or an activity on the wire.

use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;
use url::Url;

use super::sql::newtype_column;

/// An absolute `http(s)` URL in its canonical form, without user info.
///
/// Two URIs are the same thing exactly when their texts are equal: the `url` crate has already
/// lower-cased the host, dropped the default port and normalised the path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Uri(String);

newtype_column!(Uri, String, Text);

impl Uri {
    /// Reads an absolute `http(s)` URL; refuses user info, a trailing dot of the host, more than
    /// 2,000 bytes, and what the standard lets browsers repair: two servers that repair differently
    /// would speak of different things.
    pub fn parse(text: &str) -> Option<Self> {
        let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
        let url = Url::parse(text).ok().filter(|_| !text.contains(odd))?;
        Self::from_url(&url)
    }

    /// The URI of an already parsed URL, under the same rules as [`Uri::parse`].
    pub fn from_url(url: &Url) -> Option<Self> {
        let host = url.host_str()?;
        let web = matches!(url.scheme(), "http" | "https");
        let anonymous = url.username().is_empty() && url.password().is_none();
        (web && anonymous && !host.ends_with('.') && url.as_str().len() <= 2000)
            .then(|| Self(url.as_str().to_owned()))
    }

    /// A URI we build ourselves from our own origin.
    pub fn ours(origin: &str, path: &str) -> Self {
        Self(format!("{origin}{path}"))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parsed URL. A `Uri` is always one; the fallback is never reached.
    pub fn to_url(&self) -> Option<Url> {
        Url::parse(&self.0).ok()
    }

    /// Host name, with the port where it is not the default one.
    pub fn host(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        rest.split(['/', '?', '#']).next().unwrap_or_default()
    }

    /// Scheme, host and port: `https://red.example`.
    pub fn origin(&self) -> &str {
        let scheme = self.0.find("://").map_or(0, |at| at + 3);
        let rest = self.0.get(scheme..).unwrap_or_default();
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        self.0.get(..scheme + end).unwrap_or(&self.0)
    }

    /// Whether both belong to the same server.
    pub fn same_origin(&self, other: &Self) -> bool {
        self.origin() == other.origin()
    }

    /// The URI without its fragment: the document in which a key is described.
    pub fn document(&self) -> Self {
        Self(self.0.split('#').next().unwrap_or_default().to_owned())
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Several addresses, each once, in the order in which they were given: one a line, as in a field of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Addresses(String);

newtype_column!(Addresses, String, Text);

impl Addresses {
    /// All of them.
    pub fn all(&self) -> Vec<Uri> {
        self.0.lines().filter_map(Uri::parse).collect()
    }

    /// One a line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromIterator<Uri> for Addresses {
    fn from_iter<I: IntoIterator<Item = Uri>>(all: I) -> Self {
        let mut once: Vec<Uri> = Vec::new();
        for one in all {
            if !once.contains(&one) {
                once.push(one);
            }
        }
        Self(once.iter().map(Uri::as_str).collect::<Vec<_>>().join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_has_one_text() {
        let uri = |text| Uri::parse(text).map(|uri| uri.to_string());
        assert_eq!(uri("https://RED.example:443/s/1").as_deref(), Some("https://red.example/s/1"));
        assert_eq!(uri("https://red.example."), None);
        assert_eq!(uri("https://t.test@a.test/"), None);
        assert_eq!(uri("ftp://red.example/"), None);
        assert_eq!(uri("/s/1"), None);
        for repaired in [
            "https://red.example/a\tb",
            "https:\\\\red.example\\s",
            " https://red.example/",
            "https://red.example/a b",
        ] {
            assert_eq!(uri(repaired), None, "{repaired:?}");
        }
    }

    #[test]
    fn host_and_origin_keep_the_port() {
        let uri = Uri::parse("http://north.localhost:8081/actors/org?x#main-key").expect("a URI");
        assert_eq!(uri.host(), "north.localhost:8081");
        assert_eq!(uri.origin(), "http://north.localhost:8081");
        assert_eq!(uri.document().as_str(), "http://north.localhost:8081/actors/org?x");
    }
}
