//! A browser without scripts: cookies, links, forms, redirects on one site.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, REFERER, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use plenum::http;
use scraper::{ElementRef, Html, Selector};
use tower::ServiceExt;
use url::form_urlencoded;

use super::world::{Instance, PASSWORD};

/// What somebody has open. A copy talks to the same door.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    origin: String,
    cookies: BTreeMap<String, String>,
    /// The path of the page it shows.
    shown: Option<String>,
}

/// A page that was loaded.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) path: String,
    pub(crate) body: String,
}

impl Instance {
    /// A browser of a visitor.
    pub(crate) fn browser(&self) -> Browser {
        let router = http::router(self.federation.clone());
        Browser { router, origin: self.origin(), cookies: BTreeMap::new(), shown: None }
    }

    /// A public document, as other servers get it.
    pub(crate) async fn document(&self, path: &str) -> serde_json::Value {
        let request = Request::get(path).header(ACCEPT, "application/activity+json");
        let request = request.header("host", &self.host).body(Body::empty()).unwrap();
        let answer = http::router(self.federation.clone()).oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&body).unwrap()
    }

    /// A browser in which this user is signed in.
    pub(crate) async fn signed_in(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let page = browser.sign_in(name, PASSWORD, "/").await;
        assert_eq!(page.status, StatusCode::OK, "{name} signs in");
        browser
    }
}

impl Browser {
    /// Opens a page, following redirects of this site.
    pub(crate) async fn open(&mut self, path: &str) -> Page {
        self.request(Method::GET, path, None).await
    }

    /// Fills in the form that `form` selects and sends it; fields not named keep their value.
    pub(crate) async fn send(&mut self, page: &Page, form: &str, fields: &[(&str, &str)]) -> Page {
        let (action, mut values) = page.form(form);
        for (name, value) in fields {
            values.retain(|(key, _)| key != name);
            values.push(((*name).to_owned(), (*value).to_owned()));
        }
        self.post(&action, &values).await
    }

    /// Sends a form that no page of ours made.
    pub(crate) async fn post(&mut self, path: &str, values: &[(String, String)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(values).finish();
        self.request(Method::POST, path, Some(body)).await
    }

    /// Signs in through the page.
    pub(crate) async fn sign_in(&mut self, name: &str, password: &str, next: &str) -> Page {
        let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let page = self.open(&format!("/sign-in?next={next}")).await;
        let fields = [("name", name), ("password", password)];
        self.send(&page, "main form", &fields).await
    }

    async fn request(&mut self, method: Method, path: &str, body: Option<String>) -> Page {
        let mut page = self.once(method, path, body).await;
        for _ in 0..5 {
            let Some(next) = page.headers.get(LOCATION).filter(|_| page.status.is_redirection()) else {
                break;
            };
            let next = next.to_str().unwrap().to_owned();
            let next = next.strip_prefix(&self.origin).unwrap_or(&next).to_owned();
            assert!(next.starts_with('/'), "led away to {next}");
            page = self.once(Method::GET, &next, None).await;
        }
        page
    }

    /// What this browser sends as its cookies.
    pub(crate) fn cookie_header(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// One request, without following redirects.
    pub(crate) async fn once(&mut self, method: Method, path: &str, body: Option<String>) -> Page {
        let cookies = self.cookie_header();
        let target = path.split('#').next().unwrap();
        let mut request = Request::builder().method(method).uri(target).header(ACCEPT, "text/html,*/*;q=0.8");
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies);
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(shown) = &self.shown {
            request = request.header(REFERER, format!("{}{shown}", self.origin));
        }
        let request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            match value {
                "" => self.cookies.remove(name),
                value => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        if parts.status.is_success() {
            self.shown = Some(target.to_owned());
        }
        Page { status: parts.status, headers: parts.headers, path: path.to_owned(), body }
    }
}

impl Page {
    /// The page as elements.
    pub(crate) fn html(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// The text of everything that `selector` selects, white space tidied.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        self.html().select(&selector).map(|element| tidy(element.text())).collect()
    }

    /// Whether something on the page reads like this.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.texts("body").concat().contains(text)
    }

    /// The value of an attribute of the first element that `selector` selects.
    pub(crate) fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let selector = Selector::parse(selector).unwrap();
        self.html().select(&selector).next().and_then(|element| element.attr(name)).map(str::to_owned)
    }

    /// Where the form that `selector` selects goes, and what its fields say; the first of some radio
    /// buttons is the chosen one.
    pub(crate) fn filled(&self, selector: &str) -> (String, Vec<(String, String)>) {
        let (action, values) = self.form(selector);
        let mut seen = std::collections::BTreeSet::new();
        (action, values.into_iter().filter(|(name, _)| seen.insert(name.clone())).collect())
    }

    fn form(&self, selector: &str) -> (String, Vec<(String, String)>) {
        let html = self.html();
        let form = html.select(&Selector::parse(selector).unwrap()).next();
        let form = form.unwrap_or_else(|| panic!("no form {selector} on {}: {}", self.path, self.body));
        let action = form.attr("action").unwrap().to_owned();
        let fields = Selector::parse("input[name], textarea[name], select[name]").unwrap();
        (action, form.select(&fields).filter_map(value).collect())
    }
}

fn value(field: ElementRef<'_>) -> Option<(String, String)> {
    let name = field.attr("name")?.to_owned();
    let value = match field.value().name() {
        "textarea" => field.text().collect::<String>(),
        "select" => {
            let options = Selector::parse("option").unwrap();
            let chosen = Selector::parse("option[selected]").unwrap();
            let option = field.select(&chosen).next().or_else(|| field.select(&options).next())?;
            option.attr("value").unwrap_or_default().to_owned()
        }
        _ if field.attr("type") == Some("radio") && field.attr("checked").is_none() => return None,
        _ => field.attr("value").unwrap_or_default().to_owned(),
    };
    Some((name, value))
}

fn tidy<'a>(text: impl Iterator<Item = &'a str>) -> String {
    text.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}
