//! An app that talks to the client API with a token, or without one.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use plenum::config::Config;
use plenum::federation::Federation;
use plenum::http;
use plenum::services::users;
use serde_json::Value;
use tower::ServiceExt;

use super::world::Instance;
use super::{entities, openapi};

/// An app in somebody's hands. Whatever it is answered has to be what the documentation says.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    token: Option<String>,
}

/// What it was answered.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) json: Value,
}

impl Instance {
    /// An app without a token.
    pub(crate) fn stranger(&self) -> Client {
        Client { router: http::router(self.federation.clone()), token: None }
    }

    /// An app without a token, of a server with other settings on the same database.
    pub(crate) async fn stranger_with(&self, change: impl FnOnce(&mut Config)) -> Client {
        let mut app = self.app();
        let mut config = (*app.config).clone();
        change(&mut config);
        app.config = Arc::new(config);
        let federation = Federation::start(app).await.unwrap();
        Client { router: http::router(federation), token: None }
    }

    /// An app with this token.
    pub(crate) fn with_token(&self, token: &str) -> Client {
        Client { token: Some(token.to_owned()), ..self.stranger() }
    }

    /// An app of this user, with these scopes.
    pub(crate) async fn client(&self, name: &str, scopes: &str) -> Client {
        let db = self.app().db;
        let token = db.write(|tx| users::token(tx, name, false, scopes)).await.unwrap();
        Client { token: Some(token), ..self.stranger() }
    }
}

impl Client {
    /// The same server, asked with a token.
    pub(crate) fn bearing(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Status and headers of an answer, whatever stands in it.
    pub(crate) async fn head_of(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> (StatusCode, HeaderMap) {
        self.head_with(method, path, headers, "").await
    }

    /// The same for a request with a body.
    pub(crate) async fn head_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (StatusCode, HeaderMap) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        (response.status(), response.headers().clone())
    }

    /// The status of an answer to somebody who connects from there.
    pub(crate) async fn status_from(
        &self,
        peer: SocketAddr,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> StatusCode {
        let mut request = Request::builder().method(method).uri(path).extension(ConnectInfo(peer));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    /// Sends a form.
    pub(crate) async fn form(&self, path: &str, form: &str) -> Reply {
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.answer(path, request.body(Body::from(form.to_owned())).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::POST, path, &[], Some(body)).await
    }

    /// Sends a form with texts and files, as apps send files: each with a name and a type that may lie.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        texts: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Reply {
        let mut body = Vec::new();
        for (name, text) in texts {
            let part = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
            body.extend(part.into_bytes());
        }
        for (name, bytes) in files {
            let head = format!(
                "--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"../../x.html\"\r\n\
                 Content-Type: image/png\r\n\r\n"
            );
            body.extend(head.into_bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--edge--\r\n");
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.answer(path, request.body(Body::from(body)).unwrap()).await
    }

    /// Any request; a body is sent as JSON, and everything answered has to be JSON.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let asked = request.method_ref().cloned().unwrap();
        let sent = body.as_ref().map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let reply = self.answer(path, request.body(sent).unwrap()).await;
        if reply.status.is_success() {
            openapi::check_request(&asked, path, body.as_ref());
        }
        reply
    }

    /// What is answered with success and is not JSON: a table.
    pub(crate) async fn text(&self, path: &str) -> String {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()[CONTENT_TYPE], "text/csv; charset=utf-8", "{path}");
        openapi::check_table(path);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    }

    async fn answer(&self, path: &str, request: Request<Body>) -> Reply {
        let method = request.method().clone();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&body);
        let json = json.unwrap_or_else(|_| panic!("{path}: {}", String::from_utf8_lossy(&body)));
        entities::check_answer(&method, path, parts.status, &json);
        openapi::check_answer(&method, path, parts.status, &json);
        Reply { status: parts.status, headers: parts.headers, json }
    }
}

impl Reply {
    /// What was answered with success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.json);
        self.json
    }

    /// The values of a field of the items of a list.
    #[track_caller]
    pub(crate) fn each(self, field: &str) -> Vec<String> {
        let list = self.ok();
        list.as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
    }

    /// The address behind a relation of the `Link` header, as a path.
    pub(crate) fn link(&self, rel: &str) -> Option<String> {
        let header = self.headers.get("link")?.to_str().unwrap();
        let link = header.split(',').find(|link| link.contains(&format!("rel=\"{rel}\"")))?;
        let address = link.split(['<', '>']).nth(1).unwrap();
        Some(address.split_once("/api/").map(|(_, rest)| format!("/api/{rest}")).unwrap())
    }
}
