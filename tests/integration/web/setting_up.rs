//! The page that sets a site up, and the moment after.

use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_TYPE, HOST, LOCATION};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use plenum::clock::Clock;
use plenum::http::web::first_run::FirstRun;
use plenum::store::Db;
use tower::ServiceExt;
use url::form_urlencoded::Serializer;

use crate::harness::Database;

/// The page, filled in, sent to a server of this name.
fn submission(token: &str, host: &str) -> Request<Body> {
    let fields = [
        ("token", token),
        ("organization", "Red Circle"),
        ("handle", "red"),
        ("languages", "en"),
        ("federation", "quarantine"),
        ("admin", "ana"),
        ("password", "correct horse battery"),
    ];
    let form = Serializer::new(String::new()).extend_pairs(fields).finish();
    let sent = Request::post("/setup").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    sent.header(HOST, host).body(Body::from(form)).unwrap()
}

async fn text(response: Response) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_set_the_site_up_is_led_to_it() {
    let database = Database::sqlite();
    let db = Db::open(&database.url(), None, 1, Clock::System).await.unwrap();
    let (run, link) = FirstRun::new(db, "http://red.example".to_owned()).unwrap();
    let token = link.split_once("token=").unwrap().1;
    let ask = async |request: Request<Body>| run.router().oneshot(request).await.unwrap();
    let early = ask(Request::get("/sign-in").body(Body::empty()).unwrap()).await;
    assert_eq!(early.status(), StatusCode::SERVICE_UNAVAILABLE);
    let done = ask(submission(token, "red.example")).await;
    // A browser may follow over a connection that it had opened before the site was there.
    let late = ask(Request::get("/sign-in?next=%2F").body(Body::empty()).unwrap()).await;
    for (answer, place) in [(done, "/sign-in"), (late, "/sign-in?next=%2F")] {
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()[LOCATION], place);
        assert_eq!(answer.headers()[CONNECTION], "close", "the site is behind another one");
    }
}

/// A site keeps its name for good: nobody gives it another one by accident.
#[tokio::test(flavor = "multi_thread")]
async fn a_site_is_set_up_under_its_own_name_only() {
    let database = Database::sqlite();
    for (origin, right, wrong) in [
        ("http://localhost:8080", ["localhost:8080", "LOCALHOST:8080"], "debate.example.org"),
        ("https://red.example", ["red.example", "red.example:443"], "www.red.example"),
    ] {
        let db = Db::open(&database.url(), None, 1, Clock::System).await.unwrap();
        let (run, link) = FirstRun::new(db.clone(), origin.to_owned()).unwrap();
        let token = link.split_once("token=").unwrap().1;
        let ask = async |request: Request<Body>| run.router().oneshot(request).await.unwrap();
        let opens = async |token: &str, host: &str| {
            let page = Request::get(format!("/setup?token={token}")).header(HOST, host);
            ask(page.body(Body::empty()).unwrap()).await
        };
        for host in right {
            assert_eq!(opens(token, host).await.status(), StatusCode::OK, "{host}");
        }
        for host in [wrong, "localhost", "127.0.0.1:8080", "a b"] {
            let told = opens(token, host).await;
            assert_eq!(told.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
            let told = text(told).await;
            assert!(told.contains(&format!("set up as {} for good", right[0])), "{told}");
            let refused = ask(submission(token, host)).await;
            assert_eq!(refused.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
        }
        let told = text(opens(token, "debate.example.org").await).await;
        assert!(told.contains("[site]\nhost = \"debate.example.org\""), "{told}");
        assert_eq!(
            opens("invented", wrong).await.status(),
            StatusCode::SERVICE_UNAVAILABLE,
            "strangers read nothing"
        );
        assert!(run.site().await.is_none(), "nothing was set up");
        db.close().await;
    }
}
