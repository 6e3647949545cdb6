//! What we sign and accept with draft-cavage, and what nobody gets through.

use proptest::prelude::{ProptestConfig, any, prop, proptest};

use super::*;

#[test]
fn what_we_sign_we_accept() {
    for algorithm in [Algorithm::Rsa, Algorithm::Ed25519] {
        let vic = signer(algorithm);
        for scheme in [SignatureScheme::Cavage, SignatureScheme::Rfc9421] {
            for url in ["https://red.example/inbox", "http://red.localhost:8081/inbox"] {
                assert_eq!(ours(scheme, Method::POST, url, Some(BODY), &vic).outcome(&vic), Ok(()));
            }
            let page = "https://red.example/outbox?page=true&x=%20";
            let get = ours(scheme, Method::GET, page, None, &vic);
            assert_eq!(get.outcome(&vic), Ok(()));
            assert_eq!(get.claims(NOW).expect("claims")[0].scheme, scheme);
            assert_eq!(
                get.outcome(&Signer { key: signer(algorithm).key, ..vic.clone() }),
                Err(SignatureError::Mismatch)
            );
        }
    }
}

#[test]
fn the_headers_are_the_ones_peers_expect() {
    let vic = signer(Algorithm::Rsa);
    let post = ours(SignatureScheme::Cavage, Method::POST, "https://red.example/inbox", Some(BODY), &vic);
    assert_eq!(post.value("date"), "Mon, 02 Nov 2026 09:00:00 GMT");
    assert!(post.value("digest").starts_with("SHA-256="));
    let start = format!(
        r#"keyId="https://peer.example/users/vic#main-key",algorithm="rsa-sha256",headers="{POST}",signature=""#
    );
    assert!(post.value("signature").starts_with(&start));
    let get = ours(SignatureScheme::Rfc9421, Method::GET, "https://red.example/x", None, &vic);
    assert_eq!(
        get.value("signature-input"),
        r#"sig1=("@method" "@target-uri");created=1793610000;keyid="https://peer.example/users/vic#main-key""#
    );
}

#[test]
fn peers_write_the_same_thing_in_many_ways() {
    let vic = signer(Algorithm::Rsa);
    let accepted = [
        Request::post().signed(&vic, POST, RSA),
        Request::post().signed(&vic, POST, r#"algorithm="hs2019""#),
        Request::post().signed(
            &vic,
            "(request-target) host (created) digest",
            "algorithm=\"hs2019\",created=1793610000",
        ),
        Request::post().signed(
            &vic,
            "(request-target) host (created) (expires) digest",
            "created=1793610000,expires=1793610300",
        ),
        Request::post().signed(&vic, "(request-target) host date content-digest", RSA),
        Request::post().with("host", "RED.example:443").signed(&vic, POST, RSA),
        Request::post().with("host", "red.localhost:8081").signed(&vic, POST, RSA),
    ];
    for request in accepted {
        assert_eq!(request.outcome(&vic), Ok(()), "{:?}", request.headers);
    }
    let mut spaced = Request::post().signed(&vic, POST, RSA);
    let signature = spaced.value("signature").replace(",", " , ").replace("keyId=", "keyId = ");
    spaced.set("signature", &signature);
    assert_eq!(spaced.outcome(&vic), Ok(()));
    // Without a Host header, as HTTP/2 delivers it.
    let mut bare = Request::post().signed(&vic, POST, RSA);
    bare.headers.remove("host");
    bare.target = "https://red.example/inbox".to_owned();
    assert_eq!(bare.outcome(&vic), Ok(()));
    // Mastodon up to 4.2 signs without the query.
    let mut page = Request::get("/outbox").signed(&vic, "(request-target) host date", RSA);
    page.target.push_str("?page=true");
    assert_eq!(page.outcome(&vic), Ok(()));
}

#[test]
fn no_signature_is_no_signature() {
    assert_eq!(Request::post().claims(NOW).err(), Some(SignatureError::Missing));
    let vic = signer(Algorithm::Rsa);
    let mut elsewhere = Request::post().signed(&vic, POST, RSA);
    let value = elsewhere.headers.remove("signature").expect("a header");
    elsewhere.headers.insert("authorization", value);
    assert_eq!(elsewhere.claims(NOW).err(), Some(SignatureError::Missing));
}

#[test]
fn a_changed_body_is_noticed() {
    let vic = signer(Algorithm::Rsa);
    for scheme in [SignatureScheme::Cavage, SignatureScheme::Rfc9421] {
        let post = ours(scheme, Method::POST, "https://red.example/inbox", Some(BODY), &vic);
        let mut changed = post.clone();
        changed.body[2] ^= 1;
        assert_eq!(changed.outcome(&vic), Err(SignatureError::Digest));
        let mut reordered = post.clone();
        reordered.body = br#"{"actor":"https://peer.example/users/vic","type":"Create"}"#.to_vec();
        assert_eq!(reordered.outcome(&vic), Err(SignatureError::Digest));
        // With a digest that fits, the signature does not.
        let fitting = reordered.clone().with("digest", &digest::digest_header(&reordered.body));
        let fitting = fitting.with("content-digest", &digest::content_digest_header(&reordered.body));
        assert_eq!(fitting.outcome(&vic), Err(SignatureError::Mismatch));
    }
}

#[test]
fn nothing_may_stand_twice() {
    let vic = signer(Algorithm::Rsa);
    let post = Request::post().signed(&vic, POST, RSA);
    for name in ["signature", "digest", "content-digest", "date", "host"] {
        let mut twice = post.clone();
        let value = twice.headers[name].clone();
        twice.headers.append(name, value);
        assert_eq!(twice.outcome(&vic), Err(SignatureError::Repeated(name)));
    }
    let value = post.value("signature").to_owned();
    let malformed = Err(SignatureError::Malformed("signature"));
    for extra in
        [r#"keyId="https://evil.example/key""#, r#"keyid="x""#, r#"signature="AAAA""#, r#"headers="date""#]
    {
        assert_eq!(post.clone().with("signature", &format!("{extra},{value}")).outcome(&vic), malformed);
        assert_eq!(post.clone().with("signature", &format!("{value},{extra}")).outcome(&vic), malformed);
    }
    let listed = Request::post().signed(&vic, &format!("{POST} digest"), RSA);
    assert_eq!(listed.outcome(&vic), malformed);
}

#[test]
fn the_digest_must_be_covered_known_and_right() {
    let vic = signer(Algorithm::Rsa);
    let outcome = |digest: &str| Request::post().with("digest", digest).signed(&vic, POST, RSA).outcome(&vic);
    let sha256 = digest::digest_header(BODY);
    let value = sha256.strip_prefix("SHA-256=").expect("a digest");
    let wrong = BASE64.encode(&[7; 32]);
    let sha512 = BASE64.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA512, BODY).as_ref());
    for right in [
        format!("sha-256={value}"),
        format!("SHA-512={sha512}"),
        format!("MD5=AAAA, SHA-256={value}"),
        format!("SHA-256={value},SHA-512={sha512}"),
    ] {
        assert_eq!(outcome(&right), Ok(()), "{right}");
    }
    for bad in [
        format!("MD5={value}"),
        format!("SHA-256={wrong}"),
        format!("SHA-256={value},SHA-512={wrong}"),
        format!("SHA-256={wrong},SHA-256={value}"),
        format!("SHA-256={value},SHA-256={wrong}"),
        "SHA-256=".to_owned(),
    ] {
        assert_eq!(outcome(&bad), Err(SignatureError::Digest), "{bad}");
    }
    let uncovered = Request::post().signed(&vic, "(request-target) host date", RSA);
    assert_eq!(uncovered.outcome(&vic), Err(SignatureError::Uncovered("`digest`")));
    let mut empty = Request::post().signed(&vic, "(request-target) host date", RSA);
    empty.body.clear();
    assert_eq!(empty.outcome(&vic), Err(SignatureError::Uncovered("`digest`")));
}

#[test]
fn a_request_for_another_host_is_refused() {
    let vic = signer(Algorithm::Rsa);
    let other = Request::post().with("host", "a.example").signed(&vic, POST, RSA);
    assert_eq!(other.outcome(&vic), Err(SignatureError::Host));
    assert_eq!(
        other.clone().with("x-forwarded-host", "red.example").outcome(&vic),
        Err(SignatureError::Host)
    );
    assert_eq!(other.with("host", "red.example").outcome(&vic), Err(SignatureError::Mismatch));
    let mut absolute = Request::post().signed(&vic, POST, RSA);
    absolute.target = "https://a.example/inbox".to_owned();
    assert_eq!(absolute.outcome(&vic), Err(SignatureError::Host));
    for host in ["red.example.", "red.example:8443", "x@red.example", "", "red.example:80"] {
        let request = Request::post().with("host", host).signed(&vic, POST, RSA);
        assert_eq!(request.outcome(&vic), Err(SignatureError::Host), "{host}");
    }
    let forged = ours(SignatureScheme::Rfc9421, Method::POST, "https://a.example/inbox", Some(BODY), &vic);
    assert_eq!(forged.outcome(&vic), Err(SignatureError::Host));
    assert_eq!(forged.with("host", "red.example").outcome(&vic), Err(SignatureError::Mismatch));
}

#[test]
fn method_path_and_query_are_part_of_what_is_signed() {
    let vic = signer(Algorithm::Rsa);
    for scheme in [SignatureScheme::Cavage, SignatureScheme::Rfc9421] {
        let post = ours(scheme, Method::POST, "https://red.example/users/bob/inbox", Some(BODY), &vic);
        for target in ["/inbox", "/users/bob/inbox?x=1", "/users/bob/inbox?", "/users/bob/Inbox"] {
            let mut moved = post.clone();
            moved.target = target.to_owned();
            assert_eq!(moved.outcome(&vic), Err(SignatureError::Mismatch), "{target}");
        }
        let mut put = post.clone();
        put.method = Method::PUT;
        assert_eq!(put.outcome(&vic), Err(SignatureError::Mismatch));
    }
}

#[test]
fn a_signature_over_too_little_is_refused() {
    let vic = signer(Algorithm::Rsa);
    let cases = [
        ("date", "`(request-target)`"),
        ("digest", "`(request-target)`"),
        ("host date digest", "`(request-target)`"),
        ("(request-target) date digest", "`host`"),
        ("(request-target) host digest", "`date` or `(created)`"),
        ("(request-target) host date", "`digest`"),
    ];
    for (covered, missing) in cases {
        let request = Request::post().signed(&vic, covered, RSA);
        assert_eq!(request.outcome(&vic), Err(SignatureError::Uncovered(missing)), "{covered}");
    }
    let get = Request::get("/x").signed(&vic, "(request-target) date", RSA);
    assert_eq!(get.outcome(&vic), Err(SignatureError::Uncovered("`host`")));
    let whole = Request::post().signed(&vic, POST, RSA);
    let value = whole.value("signature");
    for without in [value.replace(&format!(r#"headers="{POST}","#), ""), value.replace(POST, "")] {
        let outcome = whole.clone().with("signature", &without).outcome(&vic);
        assert_eq!(outcome, Err(SignatureError::Uncovered("`(request-target)`")), "{without}");
    }
    let mut absent = whole.clone();
    absent.headers.remove("content-type");
    assert_eq!(absent.outcome(&vic), Err(SignatureError::Absent("content-type".to_owned())));
}

#[test]
fn a_signature_holds_for_an_hour() {
    let vic = signer(Algorithm::Rsa);
    let dated = |date: &str| Request::post().with("date", date).signed(&vic, POST, RSA).outcome(&vic);
    assert_eq!(dated("Mon, 02 Nov 2026 07:55:01 GMT"), Ok(()));
    assert_eq!(dated("Mon, 02 Nov 2026 09:59:59 GMT"), Ok(()));
    for date in [
        "Sun, 01 Nov 2026 20:00:00 GMT",
        "Mon, 02 Nov 2026 07:54:59 GMT",
        "Mon, 02 Nov 2026 11:00:00 GMT",
        "yesterday",
        "",
    ] {
        assert_eq!(dated(date), Err(SignatureError::Time), "{date}");
    }
    let created = |params: &str| {
        let covered = "(request-target) host (created) digest";
        Request::post().signed(&vic, covered, params).outcome(&vic)
    };
    assert_eq!(created("created=1793617200"), Err(SignatureError::Time));
    assert_eq!(created("created=1793563200"), Err(SignatureError::Time));
    assert_eq!(created("created=soon"), Err(SignatureError::Time));
    assert_eq!(created("created=1793610000,expires=1793609999"), Err(SignatureError::Expired));
    assert_eq!(created("nonce=1"), Err(SignatureError::Time));
    assert_eq!(created("algorithm=\"rsa-sha256\",created=1793610000"), Err(SignatureError::Algorithm));
}

#[test]
fn the_key_decides_and_the_label_must_agree() {
    let rsa = signer(Algorithm::Rsa);
    let ed25519 = signer(Algorithm::Ed25519);
    let outcome = |signer: &Signer, label: &str| {
        Request::post().signed(signer, POST, &format!(r#"algorithm="{label}""#)).outcome(signer)
    };
    assert_eq!(outcome(&rsa, "ed25519"), Err(SignatureError::OtherAlgorithm));
    assert_eq!(outcome(&ed25519, "rsa-sha256"), Err(SignatureError::OtherAlgorithm));
    assert_eq!(outcome(&ed25519, "ed25519"), Ok(()));
    assert_eq!(outcome(&ed25519, "hs2019"), Ok(()));
    for label in ["hmac-sha256", "rsa-sha1", "none", ""] {
        assert_eq!(outcome(&rsa, label), Err(SignatureError::Algorithm), "{label}");
    }
    let mut named = rsa.clone();
    for key_id in ["acct:vic@peer.example", "main-key", "file:///etc/key"] {
        let request = Request::post().signed(&named, POST, RSA);
        let value = request.value("signature").replace(named.key_id.as_str(), key_id);
        assert_eq!(request.with("signature", &value).claims(NOW).err(), Some(SignatureError::KeyId));
    }
    named.key_id = Uri::parse("https://peer.example/users/vic/main-key").expect("a URI");
    assert_eq!(Request::post().signed(&named, POST, RSA).outcome(&named), Ok(()));
}

/// Pieces of which headers are made, so that random texts reach deep into the parsers.
fn header_text() -> impl proptest::strategy::Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "keyId=",
        "\"",
        "https://a.example/k",
        ",",
        " ",
        "signature=",
        "AAAA",
        "headers=",
        "(request-target)",
        "host date digest",
        "\\",
        "=",
        "algorithm=hs2019",
        "sig1=",
        "(",
        ")",
        "\"@method\"",
        "\"@target-uri\"",
        ";created=1793610000",
        ";keyid=",
        ":AAAA:",
        "sha-256=",
        "SHA-256=",
        "é",
        "\u{7f}",
        ";alg=",
        "?1",
        "-",
        "9e9",
    ]);
    proptest::strategy::Strategy::prop_map(prop::collection::vec(piece, 0..24), |pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_header_makes_the_reader_panic(
        signature in header_text(),
        input in header_text(),
        digest in header_text(),
        wild in any::<Vec<u8>>(),
        modern in any::<bool>(),
    ) {
        let mut request = Request::post();
        let mut put = |name: &'static str, value: &[u8]| {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                request.headers.insert(name, value);
            }
        };
        put("signature", signature.as_bytes());
        put("digest", digest.as_bytes());
        put("content-digest", digest.as_bytes());
        put("date", &wild);
        if modern {
            put("signature-input", input.as_bytes());
        }
        let _ = request.claims(NOW);
    }
}
