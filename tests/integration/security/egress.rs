//! What we let others make us ask for: addresses, redirects, documents, sizes, times.

use std::sync::Mutex;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use plenum::federation::egress::{
    ACCEPT, Egress, EgressError, EgressPolicy, Limits, is_activity_json, is_global, same_origin,
};
use plenum::federation::signature::SignatureError;
use url::Url;

use super::elsewhere::{Elsewhere, document, redirect, response};

/// As a public server, but with the ports and plain http of these tests.
fn strict() -> Egress {
    let policy = EgressPolicy {
        user_agent: "Plenum/test (+https://red.example)".to_owned(),
        plain_http: true,
        ports: true,
        private_addresses: Vec::new(),
        own_origin: "https://red.example".to_owned(),
    };
    Egress::new(policy).unwrap()
}

/// Where loopback counts as public.
fn loopback() -> Egress {
    let mut policy = strict().policy().clone();
    policy.private_addresses.push("127.0.0.0/8".parse().unwrap());
    Egress::new(policy).unwrap()
}

fn brief() -> Limits {
    Limits { time: Duration::from_millis(300), ..Limits::default() }
}

fn why<T: std::fmt::Debug>(result: Result<T, EgressError>) -> String {
    result.unwrap_err().to_string()
}

/// Every way of writing an address that is not public.
const ADDRESSES: [&str; 25] = [
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127.0.0.1",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.170",
    "192.168.1.1",
    "198.18.0.1",
    "240.0.0.1",
    "[::]",
    "[::1]",
    "[::ffff:7f00:1]",
    "[::7f00:1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2001::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[ff02::1]",
];

#[tokio::test]
async fn no_form_of_a_private_address_is_connected_to() {
    let trap = Elsewhere::saying(document("{}"));
    let egress = strict();
    for address in ADDRESSES {
        let url = trap.url(address, "/");
        let got = egress.get(&url, ACCEPT, None, Limits::default()).await;
        assert!(matches!(got, Err(EgressError::Refused(_))), "{url}: {got:?}");
        let posted = egress.post(&url, HeaderMap::new(), Vec::new(), Duration::from_secs(5)).await;
        assert!(matches!(posted, Err(EgressError::Refused(_))), "{url}: {posted:?}");
        let literal = Url::parse(&url).unwrap();
        let ip = match literal.host() {
            Some(url::Host::Ipv4(ip)) => ip.into(),
            Some(url::Host::Ipv6(ip)) => std::net::IpAddr::from(ip),
            _ => panic!("{url} is no address"),
        };
        assert!(!is_global(ip), "{url}");
    }
    for name in ["a.localhost", "localhost", "x", "printer.local", "db.internal", "y.onion", "z.i2p"] {
        let got = egress.get(&trap.url(name, "/"), ACCEPT, None, Limits::default()).await;
        assert!(matches!(got, Err(EgressError::Refused(_))), "{name}: {got:?}");
    }
    assert_eq!(trap.asked(), Vec::<String>::new());
}

#[test]
fn public_addresses_are_public() {
    let public = [
        "1.1.1.1",
        "100.128.0.1",
        "192.0.1.1",
        "198.20.0.1",
        "2606:4700::1",
        "2001:200::1",
        "64:ff9b::101:101",
    ];
    for address in public {
        assert!(is_global(address.parse().unwrap()), "{address}");
    }
    for address in
        ["64:ff9b::a00:1", "2001:db8::1", "3fff::1", "5f00::1", "100::1", "::", "fe80::1", "255.255.255.255"]
    {
        assert!(!is_global(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn odd_urls_are_refused_before_any_name_is_resolved() {
    let public = EgressPolicy::default();
    let long = format!("https://a.example/{}", "x".repeat(70_000));
    let refused = [
        "http://a.example/",
        "https://a.example:8443/",
        "https://t.test@a.example/",
        "https://user:pass@a.example/",
        "https://a.example\\@b.example/",
        "https://a.exam\tple/",
        "https://a.example/\r\nHost: b",
        "https://a.example/%0d%0aHost:%20b",
        "https://a.example/%00",
        "https://a.example./",
        "https://[fe80::1%25eth0]/",
        "https:///x",
        "file:///etc/passwd",
        "data:text/plain,x",
        "gopher://a.example/",
        "javascript:alert(1)",
        "/relative",
        "",
        long.as_str(),
    ];
    for text in refused {
        assert!(matches!(public.check_id(text), Err(EgressError::Refused(_))), "{text}");
    }
    assert!(public.check_url("https://a.example/key#main").is_err());
}

#[test]
fn one_thing_has_one_address() {
    let public = EgressPolicy::default();
    let id = |text: &str| public.check_id(text).unwrap().to_string();
    assert_eq!(id("https://A.Example:443/x"), "https://a.example/x");
    assert_eq!(id("https://%61.example/x"), "https://a.example/x");
    assert_eq!(id("https://bücher.example/"), id("https://xn--bcher-kva.example/"));
    assert_eq!(id("https://a.example/u#main-key"), "https://a.example/u#main-key");
    let url = |text: &str| Url::parse(text).unwrap();
    assert!(same_origin(&url("https://a.example/x"), &url("https://a.example:443/y")));
    assert!(!same_origin(&url("https://a.example/x"), &url("https://a.example:444/x")));
    assert!(!same_origin(&url("https://a.example/x"), &url("http://a.example/x")));
}

/// A note that calls itself `id`.
fn note(id: &str) -> Vec<u8> {
    document(&format!(r#"{{"id": "{id}", "type": "Note"}}"#))
}

#[tokio::test]
async fn a_document_comes_with_its_address_and_its_text() {
    let site = Elsewhere::answering(|path, host| Some(note(&format!("http://{host}{path}"))));
    let url = site.url("north.localhost", "/n/1?x");
    let got = loopback().get_activity(&url, None, Limits::default()).await.unwrap();
    assert_eq!(got.uri.as_str(), url);
    assert_eq!(got.value["type"], "Note");
    assert_eq!(got.text, format!(r#"{{"id": "{url}", "type": "Note"}}"#));
    let head = site.asked().concat().to_lowercase();
    assert!(head.contains("user-agent: plenum/test"), "{head}");
    assert!(head.contains("accept: application/activity+json, application/ld+json; profile="), "{head}");
    assert!(!head.contains("accept-encoding"), "{head}");
}

#[tokio::test]
async fn a_document_under_another_address_is_fetched_from_there_or_refused() {
    let site = Elsewhere::answering(|path, host| {
        let port = host.split(':').nth(1).unwrap_or_default();
        Some(match path {
            "/alias" | "/n/1" => note(&format!("http://{host}/n/1")),
            "/upper" => note(&format!("HTTP://A.LocalHost:{port}/upper")),
            "/stolen" => note(&format!("http://victim.localhost:{port}/n/1")),
            "/liar" => note(&format!("http://{host}/liar2")),
            "/liar2" => note(&format!("http://{host}/liar3")),
            "/array" => document(&format!(r#"{{"id": ["http://{host}/array"]}}"#)),
            "/object" => document(&format!(r#"{{"id": {{"id": "http://{host}/object"}}}}"#)),
            "/number" => document(r#"{"id": 5}"#),
            "/none" => document(r#"{"type": "Note"}"#),
            "/twice" => document(&format!(r#"{{"id": "http://{host}/twice", "id": "http://{host}/x"}}"#)),
            "/userinfo" => note(&format!("http://{host}@a.localhost/userinfo")),
            "/fragment" => note(&format!("http://{host}/fragment#x")),
            _ => document("null"),
        })
    });
    let egress = loopback();
    let at = |path: &str| site.url("a.localhost", path);
    let get = async |path: &str| egress.get_activity(&at(path), None, Limits::default()).await;
    assert_eq!(get("/alias").await.unwrap().uri.as_str(), at("/n/1"));
    assert_eq!(get("/upper").await.unwrap().uri.as_str(), at("/upper"));
    let before = site.asked().len();
    assert!(why(get("/stolen").await).contains("another server"));
    assert_eq!(site.asked().len(), before + 1);
    assert!(why(get("/liar").await).contains("not its address"));
    assert_eq!(site.asked().len(), before + 3);
    for path in ["/array", "/object", "/number", "/none", "/null", "/userinfo", "/twice", "/fragment"] {
        let got = get(path).await;
        assert!(
            matches!(got, Err(EgressError::Unacceptable(_) | EgressError::Refused(_))),
            "{path}: {got:?}"
        );
    }
}

#[tokio::test]
async fn redirects_are_followed_under_the_same_rules() {
    let trap = Elsewhere::saying(document("{}"));
    let trapped = trap.url("127.0.0.2", "/");
    let site = Elsewhere::answering(move |path, host| {
        let port = host.split(':').nth(1).unwrap_or_default();
        Some(match path {
            "/relative" => redirect("n/1"),
            "/other" => redirect(&format!("http://b.localhost:{port}/n/1#part")),
            "/1" => redirect("/2"),
            "/2" => redirect("/3"),
            "/3" => redirect("/n/1"),
            "/0" => redirect("/1"),
            "/loop" => redirect("/pool"),
            "/pool" => redirect("/loop"),
            "/file" => redirect("file:///etc/passwd"),
            "/data" => redirect("data:application/activity+json,{}"),
            "/gopher" => redirect("gopher://a.localhost/"),
            "/private" => redirect(&trapped),
            "/metadata" => redirect("http://169.254.169.254/"),
            "/backslash" => redirect("\\\\evil.localhost/"),
            "/nowhere" => response("302 Found", "", ""),
            _ => note(&format!("http://{host}{path}")),
        })
    });
    let mut policy = strict().policy().clone();
    policy.private_addresses.push("127.0.0.1/32".parse().unwrap());
    let egress = Egress::new(policy).unwrap();
    let get =
        async |path: &str| egress.get_activity(&site.url("a.localhost", path), None, Limits::default()).await;
    for path in ["/relative", "/1"] {
        assert_eq!(get(path).await.unwrap().uri.as_str(), site.url("a.localhost", "/n/1"), "{path}");
    }
    assert_eq!(get("/other").await.unwrap().uri.as_str(), site.url("b.localhost", "/n/1"));
    assert!(why(get("/0").await).contains("more than 3 redirects"));
    assert!(why(get("/loop").await).contains("leads back"));
    for path in ["/file", "/data", "/gopher", "/private", "/metadata", "/backslash"] {
        let got = get(path).await;
        assert!(matches!(got, Err(EgressError::Refused(_))), "{path}: {got:?}");
    }
    assert!(matches!(get("/nowhere").await, Err(EgressError::Unacceptable(_))));
    assert_eq!(trap.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn every_hop_is_signed_for_itself() {
    let site = Elsewhere::answering(|path, host| {
        let port = host.split(':').nth(1).unwrap_or_default();
        Some(match path {
            "/old" => redirect(&format!("http://b.localhost:{port}/new")),
            _ => note(&format!("http://{host}{path}")),
        })
    });
    let signed = Mutex::new(Vec::new());
    let sign = |url: &Url| {
        signed.lock().unwrap().push(url.to_string());
        let mut headers = HeaderMap::new();
        headers.insert("signature", HeaderValue::from_str(url.path()).unwrap());
        Ok::<_, SignatureError>(headers)
    };
    loopback().get_activity(&site.url("a.localhost", "/old"), Some(&sign), Limits::default()).await.unwrap();
    assert_eq!(*signed.lock().unwrap(), [site.url("a.localhost", "/old"), site.url("b.localhost", "/new")]);
    assert!(site.asked()[0].contains("signature: /old\r\n"));
    assert!(site.asked()[1].contains("signature: /new\r\n"));
}

#[tokio::test]
async fn only_status_200_is_a_document() {
    let site = Elsewhere::answering(|path, _| {
        let status = path.trim_matches('/');
        Some(response(
            &format!("{status} X"),
            "Content-Type: application/activity+json\r\nRetry-After: 120\r\n",
            "{}",
        ))
    });
    let egress = loopback();
    let get = async |status: u16| {
        let url = site.url("a.localhost", &format!("/{status}"));
        egress.get(&url, ACCEPT, None, Limits::default()).await.map(|fetched| fetched.body)
    };
    assert_eq!(get(200).await, Ok(b"{}".to_vec()));
    assert_eq!(get(404).await, Err(EgressError::NotFound));
    assert_eq!(get(410).await, Err(EgressError::Gone));
    for status in [201, 203, 206, 300, 304, 400, 401, 403, 418] {
        assert_eq!(get(status).await, Err(EgressError::Status(status)));
    }
    for status in [429, 500, 502, 503] {
        let wait = Some(Duration::from_secs(120));
        assert_eq!(
            get(status).await,
            Err(EgressError::Temporary {
                why: format!("status {status}"),
                retry_after: wait,
                dark: false,
                led_to: None
            })
        );
    }
}

#[test]
fn only_activity_streams_media_types_count() {
    let profile = "https://www.w3.org/ns/activitystreams";
    for good in [
        "application/activity+json".to_owned(),
        "application/activity+json; charset=utf-8".to_owned(),
        "APPLICATION/Activity+JSON;charset=\"a;b\"".to_owned(),
        format!("application/ld+json; profile=\"{profile}\""),
        format!("Application/LD+JSON ;charset=utf-8;  Profile = \"{profile} https://a.example\""),
    ] {
        assert!(is_activity_json(&good), "{good}");
    }
    for bad in [
        String::new(),
        "application/json".to_owned(),
        "text/html".to_owned(),
        "text/plain".to_owned(),
        "application/octet-stream".to_owned(),
        "application/ld+json".to_owned(),
        "application/ld+json; profile=\"https://a.example\"".to_owned(),
        format!("application/ld+json; x=\"; profile={profile}\""),
        "application/activity+jsonp".to_owned(),
        "text/html, application/activity+json".to_owned(),
    ] {
        assert!(!is_activity_json(&bad), "{bad}");
    }
}

#[tokio::test]
async fn a_wrong_media_type_is_refused() {
    for headers in [
        "",
        "Content-Type: application/json\r\n",
        "Content-Type: text/html\r\n",
        "Content-Type: application/activity+json\r\nContent-Type: text/html\r\n",
    ] {
        let site = Elsewhere::answering(move |path, host| {
            Some(response("200 OK", headers, &format!(r#"{{"id":"http://{host}{path}"}}"#)))
        });
        let got = loopback().get_activity(&site.url("a.localhost", "/1"), None, Limits::default()).await;
        assert!(why(got).contains("media type"), "{headers}");
    }
}

#[tokio::test]
async fn bodies_are_bounded_and_never_unpacked() {
    let limits = Limits { bytes: 1000, ..Limits::default() };
    let chunked = |chunks: usize| {
        let chunk = format!("64\r\n{}\r\n", "x".repeat(100));
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
        format!("{head}{}0\r\n\r\n", chunk.repeat(chunks)).into_bytes()
    };
    let site = Elsewhere::answering(move |path, _| {
        Some(match path {
            "/fits" => response("200 OK", "", &"x".repeat(1000)),
            "/long" => response("200 OK", "", &"x".repeat(1001)),
            "/chunks" => chunked(10),
            "/endless" => chunked(100_000),
            _ => response("200 OK", "Content-Encoding: gzip\r\n", "x"),
        })
    });
    let egress = loopback();
    let get = async |path: &str| egress.get(&site.url("a.localhost", path), ACCEPT, None, limits).await;
    assert_eq!(get("/fits").await.unwrap().body.len(), 1000);
    assert_eq!(get("/chunks").await.unwrap().body.len(), 1000);
    assert!(why(get("/long").await).contains("larger than 1000"));
    assert!(why(get("/endless").await).contains("larger than 1000"));
    assert!(why(get("/gzip").await).contains("compressed"));
}

#[tokio::test]
async fn silence_ends_with_the_deadline() {
    let site = Elsewhere::answering(|path, _| {
        (path == "/half").then(|| b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx".to_vec())
    });
    let egress = loopback();
    let got = egress.get(&site.url("a.localhost", "/silent"), ACCEPT, None, brief()).await;
    assert!(got.as_ref().is_err_and(EgressError::is_temporary), "{got:?}");
    let posted =
        egress.post(&site.url("a.localhost", "/silent"), HeaderMap::new(), Vec::new(), brief().time).await;
    assert!(posted.as_ref().is_err_and(EgressError::is_temporary), "{posted:?}");
    let half = egress.get(&site.url("a.localhost", "/half"), ACCEPT, None, brief()).await;
    assert!(half.as_ref().is_err_and(EgressError::is_temporary), "{half:?}");
}

#[tokio::test]
async fn a_server_without_encryption_is_not_asked_in_the_clear() {
    let site = Elsewhere::saying(document("{}"));
    let url = site.url("a.localhost", "/").replace("http:", "https:");
    let got = loopback().get(&url, ACCEPT, None, brief()).await;
    assert!(got.as_ref().is_err_and(EgressError::is_temporary), "{got:?}");
    assert!(site.asked().iter().all(|head| !head.contains("HTTP/1.1")));
}

#[tokio::test]
async fn the_answer_to_a_post_is_an_outcome() {
    let site = Elsewhere::answering(|path, _| {
        Some(match path {
            "/moved" => redirect("/inbox"),
            "/busy" => response(
                "429 X",
                "Date: Mon, 02 Nov 2026 09:00:00 GMT\r\nRetry-After: Mon, 02 Nov 2026 09:05:00 GMT\r\n",
                "later\r\nplease",
            ),
            "/long" => response("400 X", "", &"x".repeat(1_000_000)),
            _ => response("202 Accepted", "", ""),
        })
    });
    let egress = loopback();
    let post = async |path: &str| {
        let url = site.url("a.localhost", path);
        egress.post(&url, HeaderMap::new(), b"{}".to_vec(), Duration::from_secs(5)).await.unwrap()
    };
    assert_eq!(post("/inbox").await.status, 202);
    assert_eq!(post("/moved").await.status, 302);
    let busy = post("/busy").await;
    assert_eq!((busy.status, busy.retry_after), (429, Some(Duration::from_secs(300))));
    assert_eq!(busy.answer, "later please");
    assert_eq!(post("/long").await.answer.len(), 4096);
    let asked = site.asked();
    assert_eq!(asked.len(), 4);
    assert!(asked[0].contains("user-agent: Plenum/test"), "{}", asked[0]);
}

#[tokio::test]
async fn nobody_there_is_a_matter_of_time() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let got = loopback().get(&format!("http://a.localhost:{port}/"), ACCEPT, None, Limits::default()).await;
    assert!(got.as_ref().is_err_and(EgressError::is_temporary), "{got:?}");
}
