//! RFC 9421: covered components, parameters, several labels.

use super::*;

/// Parameters of a valid label of `vic`.
const PARAMS: &str = r#";created=1793610000;keyid="https://peer.example/users/vic#main-key""#;

#[test]
fn rfc_9421_knows_its_minimum_too() {
    let vic = signer(Algorithm::Rsa);
    let content_digest = digest::content_digest_header(BODY);
    let all = [
        ("@method", "POST"),
        ("@target-uri", "https://red.example/inbox"),
        ("content-digest", content_digest.as_str()),
        ("@authority", "red.example"),
        ("@path", "/inbox"),
        ("@query", "?"),
        ("@request-target", "/inbox"),
        ("@scheme", "https"),
        ("host", "red.example"),
        ("date", "Mon, 02 Nov 2026 09:00:00 GMT"),
    ];
    let outcome = |lines: &[(&str, &str)], params: &str| {
        Request::post().labelled(&vic, "a", lines, params).outcome(&vic)
    };
    assert_eq!(outcome(&all, PARAMS), Ok(()));
    assert_eq!(outcome(&all, &format!(r#"{PARAMS};alg="rsa-v1_5-sha256""#)), Ok(()));
    assert_eq!(outcome(&all[1..], PARAMS), Err(SignatureError::Uncovered("`@method`")));
    assert_eq!(outcome(&[all[0], all[2], all[3]], PARAMS), Err(SignatureError::Uncovered("`@target-uri`")));
    assert_eq!(outcome(&all[..2], PARAMS), Err(SignatureError::Uncovered("`content-digest`")));
    assert_eq!(outcome(&all, &format!(r#"{PARAMS};alg="hmac-sha256""#)), Err(SignatureError::Algorithm));
    assert_eq!(outcome(&all, &format!(r#"{PARAMS};alg="ed25519""#)), Err(SignatureError::OtherAlgorithm));
    assert_eq!(outcome(&all, &format!("{PARAMS};expires=1793609000")), Err(SignatureError::Expired));
    assert_eq!(
        outcome(&all, ";created=1793563200;keyid=\"https://peer.example/users/vic#main-key\""),
        Err(SignatureError::Time)
    );
    assert_eq!(outcome(&all[..3], &PARAMS.replace(";created=1793610000", "")), Err(SignatureError::Time));
    assert_eq!(outcome(&all, ";created=1793610000"), Err(SignatureError::KeyId));
    assert_eq!(
        outcome(&[all[0], all[1], all[2], ("@status", "200")], PARAMS),
        Err(SignatureError::Absent("@status".to_owned()))
    );
    let doubled = [all[0], all[1], all[2], all[0]];
    assert_eq!(outcome(&doubled, PARAMS), Err(SignatureError::Malformed("signature-input")));
    let wrong = Request::post().with("content-digest", &format!("sha-256=:{}:", BASE64.encode(&[7; 32])));
    let lines = [all[0], all[1], ("content-digest", wrong.value("content-digest"))];
    assert_eq!(wrong.clone().labelled(&vic, "a", &lines, PARAMS).outcome(&vic), Err(SignatureError::Digest));
}

#[test]
fn of_several_labels_one_good_one_suffices() {
    let vic = signer(Algorithm::Rsa);
    let mal = signer(Algorithm::Rsa);
    let content_digest = digest::content_digest_header(BODY);
    let lines = [
        ("@method", "POST"),
        ("@target-uri", "https://red.example/inbox"),
        ("content-digest", content_digest.as_str()),
    ];
    let both =
        Request::post().labelled(&mal, "weak", &lines[..1], PARAMS).labelled(&vic, "good", &lines, PARAMS);
    assert_eq!(both.claims(NOW).expect("claims").len(), 1);
    assert_eq!(both.outcome(&vic), Ok(()));
    let foreign = Request::post().labelled(&mal, "a", &lines, PARAMS).labelled(&vic, "b", &lines, PARAMS);
    assert_eq!(foreign.outcome(&vic), Ok(()));
    assert_eq!(foreign.outcome(&signer(Algorithm::Rsa)), Err(SignatureError::Mismatch));
    let twice = Request::post().labelled(&mal, "a", &lines, PARAMS).labelled(&vic, "a", &lines, PARAMS);
    assert_eq!(twice.outcome(&vic), Err(SignatureError::Malformed("signature-input")));
    let keys = format!(r#"{PARAMS};keyid="https://evil.example/key""#);
    let two_keys = Request::post().labelled(&vic, "a", &lines, &keys);
    assert_eq!(two_keys.outcome(&vic), Err(SignatureError::Malformed("signature-input")));
    let mut crowd = Request::post();
    for label in ["a", "b", "c", "d", "e"] {
        crowd = crowd.labelled(&vic, label, &lines, PARAMS);
    }
    assert_eq!(crowd.outcome(&vic), Err(SignatureError::Malformed("signature-input")));
}
