//! Files in an S3-compatible bucket: the same as in a directory, asked for with signed requests.

use std::collections::HashMap;
use std::io::Cursor;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::TryStreamExt;
use http_body_util::BodyExt;
use image::{DynamicImage, ImageFormat};
use plenum::app::storage::Storage;
use plenum::config::Config;
use tokio::net::TcpListener;

type Shelf = Arc<Mutex<HashMap<String, Bytes>>>;

/// As much of a bucket as is needed: whole objects, ranges, deletion.
async fn bucket(State(shelf): State<Shelf>, request: Request) -> Response {
    let signed = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    if !signed.is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 Credential=name/")) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let path = request.uri().path().to_owned();
    let range = request.headers().get("range").and_then(|value| value.to_str().ok()).map(str::to_owned);
    match request.method().clone() {
        Method::PUT => {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            shelf.lock().unwrap().insert(path, body);
            [("etag", "\"1\"")].into_response()
        }
        Method::DELETE => {
            shelf.lock().unwrap().remove(&path);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => match shelf.lock().unwrap().get(&path) {
            Some(body) => answer(body, range.as_deref()),
            None => StatusCode::NOT_FOUND.into_response(),
        },
    }
}

fn answer(body: &Bytes, range: Option<&str>) -> Response {
    let facts = [("etag", "\"1\""), ("last-modified", "Tue, 24 Nov 2026 12:00:00 GMT")];
    let Some((first, last)) = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-')) else {
        return (facts, body.clone()).into_response();
    };
    let first: usize = first.parse().unwrap();
    let last = last.parse::<usize>().unwrap().min(body.len() - 1);
    let place = [("content-range", format!("bytes {first}-{last}/{}", body.len()))];
    (StatusCode::PARTIAL_CONTENT, facts, place, body.slice(first..=last)).into_response()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_in_a_bucket_are_kept_read_in_part_and_removed() {
    let shelf = Shelf::default();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(bucket).with_state(Arc::clone(&shelf));
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let limits = Config::default().http;
    #[expect(clippy::disallowed_methods, reason = "the bucket of a story runs beside it")]
    tokio::spawn(async move { plenum::serve::answer(&listener, router, &limits, stopped).await });

    let env = [
        ("PLENUM_MEDIA_S3_BUCKET", "files"),
        ("PLENUM_MEDIA_S3_ENDPOINT", &*endpoint),
        ("PLENUM_MEDIA_S3_KEY", "name"),
        ("PLENUM_MEDIA_S3_SECRET", "hush"),
    ];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::load(None, env.into_iter()).unwrap();
    assert!(!format!("{config:?}").contains("hush"), "the secret is never printed");
    let storage = Storage::open(&config.media).unwrap();
    let mut picture = Vec::new();
    DynamicImage::new_rgb8(9, 9).write_to(&mut Cursor::new(&mut picture), ImageFormat::Png).unwrap();
    let kept = storage.take(picture).await.unwrap().unwrap();
    let whole = shelf.lock().unwrap().get(&format!("/files/{}", kept.file)).cloned().unwrap();
    assert_eq!(storage.length(&kept.file).await.unwrap(), Some(u64::try_from(whole.len()).unwrap()));
    let part = storage.get(&kept.file, 1..4).await.unwrap().unwrap();
    let part: Vec<Bytes> = part.try_collect().await.unwrap();
    assert_eq!(part.concat(), whole[1..4]);
    storage.delete(&kept.file).await.unwrap();
    storage.delete(&kept.file).await.unwrap();
    assert!(storage.get(&kept.file, 0..4).await.unwrap().is_none());
}

#[test]
fn a_bucket_without_a_key_is_pointed_out() {
    let env = [("PLENUM_MEDIA_S3_BUCKET".to_owned(), "files".to_owned())];
    let problems = Config::load(None, env.into_iter()).unwrap_err();
    assert!(problems.0.iter().any(|problem| problem.why.contains("media.s3_secret")));
}
