//! The page that sets a site up, and the moment after.

use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_TYPE, LOCATION};
use axum::http::{Request, StatusCode};
use plenum::clock::Clock;
use plenum::http::web::first_run::FirstRun;
use plenum::store::Db;
use tower::ServiceExt;
use url::form_urlencoded::Serializer;

use crate::harness::Database;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_set_the_site_up_is_led_to_it() {
    let database = Database::sqlite();
    let db = Db::open(&database.url(), None, 1, Clock::System).await.unwrap();
    let (run, link) = FirstRun::new(db, "http://red.example".to_owned()).unwrap();
    let token = link.split_once("token=").unwrap().1;
    let ask = async |request: Request<Body>| run.router().oneshot(request).await.unwrap();
    let early = ask(Request::get("/sign-in").body(Body::empty()).unwrap()).await;
    assert_eq!(early.status(), StatusCode::SERVICE_UNAVAILABLE);
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
    let done = ask(sent.body(Body::from(form)).unwrap()).await;
    // A browser may follow over a connection that it had opened before the site was there.
    let late = ask(Request::get("/sign-in?next=%2F").body(Body::empty()).unwrap()).await;
    for (answer, place) in [(done, "/sign-in"), (late, "/sign-in?next=%2F")] {
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()[LOCATION], place);
        assert_eq!(answer.headers()[CONNECTION], "close", "the site is behind another one");
    }
}
