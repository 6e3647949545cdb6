//! The examples that RFC 9421 publishes.

use super::*;

/// The published examples cover less than we ask for, so only their bases and keys are compared.
fn published_base(
    method: &Method,
    target: &str,
    headers: &[(&'static str, &str)],
    input: &str,
    host: &str,
) -> String {
    let mut request = Request::get(target);
    for (name, value) in headers {
        request.set(name, value);
    }
    request.set("signature-input", input);
    let target: Target = target.parse().expect("a target");
    let origin = format!("https://{host}");
    let head = RequestHead { method, target: &target, headers: &request.headers, origins: &[] };
    rfc9421::published_base(&head, Host { named: host, origin: &origin })
}

#[test]
fn rfc_9421_b_2_6_ed25519() {
    let base = published_base(
        &Method::POST,
        "/foo?param=Value&Pet=dog",
        &[
            ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
            ("content-type", "application/json"),
            ("content-length", "18"),
        ],
        r#"sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#,
        "example.com",
    );
    let raw = data_encoding::BASE64URL_NOPAD
        .decode(b"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs")
        .expect("base64");
    let key = VerifyingKey::from_bytes(Algorithm::Ed25519, &raw).expect("a key");
    let signature = BASE64
        .decode(b"wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==")
        .expect("base64");
    assert_eq!(key.verify(base.as_bytes(), &signature), Ok(()), "{base}");
}

#[test]
fn rfc_9421_4_3_rsa_v1_5_sha256() {
    let base = published_base(
        &Method::POST,
        "/foo?param=Value&Pet=dog",
        &[
            (
                "content-digest",
                "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
            ),
            ("content-type", "application/json"),
            ("content-length", "18"),
            ("forwarded", "for=192.0.2.123;host=example.com;proto=https"),
        ],
        r#"proxy_sig=("@method" "@authority" "@path" "content-digest" "content-type" "content-length" "forwarded");created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540"#,
        "origin.host.internal.example",
    );
    let key = VerifyingKey::from_pem(
        "-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw
WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq
MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg
kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P
uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ
PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB
-----END RSA PUBLIC KEY-----",
    )
    .expect("a key");
    let signature = BASE64
        .decode(b"S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCpXJleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9y+7X5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbLVdp770I6VHR6WfgS9ddzirrswsE1w5o0LV/g==")
        .expect("base64");
    assert_eq!(key.verify(base.as_bytes(), &signature), Ok(()), "{base}");
}
