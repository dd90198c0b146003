//! `/oauth/token` with an assertion (RFC 7523 §2.2, §3).

use serde_json::{Value, json};
use service::outside::FetchFailure;
use testing::client::{Client, Got, Operator};
use testing::issuer::{assertion, base64url, ec_key, rsa_key};
use testing::memory::Memory;

use super::{ask, asking, denied, secret_client, text, with_secret};

const TENANT: &str = "ce5f061f-abe6-4e40-9615-301f87bcb7f0";
const APP: &str = "b5ba7a93-4452-4522-aeb4-a2b5da870c16";
const SUBJECT: &str = "0a1b2c3d-0000-4000-8000-00000000000f";
const KEYS: &str =
    "https://login.microsoftonline.com/ce5f061f-abe6-4e40-9615-301f87bcb7f0/discovery/v2.0/keys";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Seconds at which the clock of the service begins.
const START: i64 = 1_767_225_600;
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

/// A tenant with a client of Entra ID's, set up as its portal says.
struct Scene {
    memory: Memory,
    tenant: i64,
    id: String,
}

impl Scene {
    fn new() -> Self {
        let memory = Memory::new();
        let tenant = Operator::new(&memory).tenant("Contoso");
        let scene = Self {
            memory,
            tenant,
            id: String::new(),
        };
        let scene = scene.with_client(&setup());
        scene.publish(&[rsa_key("one", 2_048), ec_key("curve")]);
        scene
    }

    /// The same with another client of the tenant.
    fn with_client(self, setup: &Value) -> Self {
        let path = format!("/tenants/{}/clients", self.tenant);
        let made = Operator::new(&self.memory).post(&path, setup).expect(201);
        let id = text(&made["id"]);
        Self { id, ..self }
    }

    /// Puts keys where the issuer has them.
    fn publish(&self, keys: &[Value]) {
        self.answer(Ok(json!({ "keys": keys }).to_string()));
    }

    fn answer(&self, answer: Result<String, FetchFailure>) {
        self.memory
            .fetch
            .answers
            .borrow_mut()
            .insert(KEYS.to_owned(), answer);
    }

    /// Sends an assertion.
    fn send(&self, assertion: &str) -> Got {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.id),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
            ("scope", "scim"),
        ];
        ask(&self.memory, &asking(&form))
    }

    /// Sends an assertion with these claims, signed with an RSA key of this name.
    fn send_by(&self, kid: &str, claims: &Value) -> Got {
        self.send(&assertion(
            &header("RS256", kid),
            claims,
            &rsa_key(kid, 2_048),
        ))
    }

    /// The claims of the moment.
    fn claims(&self) -> Value {
        let seconds = i64::try_from(self.memory.elapsed.get() / 1_000).unwrap();
        claims(START + seconds)
    }

    fn fetches(&self) -> usize {
        self.memory.fetch.asked.get()
    }
}

/// What the operator sets down.
fn setup() -> Value {
    json!({
        "label": "Entra", "kind": "federated", "issuer": format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
        "subject": SUBJECT, "audience": format!("api://{APP}/.default"), "jwks_uri": KEYS,
    })
}

/// The sample that Microsoft has published, issued at a moment: it has no `jti`.
fn claims(now: i64) -> Value {
    let issuer = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
    json!({
        "aud": format!("api://{APP}"), "iss": issuer, "iat": now, "nbf": now, "exp": now + 3_900, "appid": APP, "appidacr": "2",
        "idp": issuer, "oid": "d2f8ee76-c549-45b8-a143-f5b640669704", "sub": SUBJECT, "tid": TENANT, "ver": "2.0",
    })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn header(alg: &str, kid: &str) -> Value {
    json!({ "alg": alg, "kid": kid, "typ": "JWT" })
}

#[test]
fn an_assertion_gets_a_token_for_an_hour() {
    let scene = Scene::new();
    let granted = scene.send_by("one", &scene.claims()).expect(200);
    let token = text(&granted["access_token"]);
    let shown = json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": "write" });
    assert_eq!(granted, shown);
    let client = Client {
        memory: &scene.memory,
        token,
    };
    client.user("ada");
    let ada = "SELECT tenant_id FROM users WHERE user_name = 'ada'";
    assert_eq!(scene.memory.number(ada), scene.tenant);
    // Without a jti it may be sent again.
    scene.send_by("one", &scene.claims()).expect(200);
    let curve = assertion(&header("ES256", "curve"), &scene.claims(), &ec_key("curve"));
    scene.send(&curve).expect(200);
    assert_eq!(scene.fetches(), 1);
    scene.memory.elapsed.set(HOUR + 10);
    client.get("/Users").expect(401);
}

#[test]
fn a_federated_client_is_set_up_and_revoked() {
    let scene = Scene::new();
    let admin = Operator::new(&scene.memory);
    let path = format!("/tenants/{}/clients", scene.tenant);
    let mut shown = setup();
    let got = admin.get(&format!("{path}/{}", scene.id)).expect(200);
    shown["id"] = json!(scene.id);
    shown["created_at"] = got["created_at"].clone();
    shown["revoked_at"] = Value::Null;
    shown["last_used"] = Value::Null;
    assert_eq!(got, shown);
    let granted = scene.send_by("one", &scene.claims()).expect(200);
    let client = Client {
        memory: &scene.memory,
        token: text(&granted["access_token"]),
    };
    client.get("/Users").expect(200);
    assert_eq!(
        admin.get(&path).expect(200)["data"][0]["last_used"],
        "2026-01-01"
    );
    let secrets = format!("{path}/{}/secrets", scene.id);
    admin
        .post(&secrets, &json!({}))
        .problem(409, "client_is_federated", "kind secret");
    admin.delete(&format!("{path}/{}", scene.id)).expect(204);
    client.get("/Users").expect(401);
    denied(
        &scene.send_by("one", &scene.claims()),
        401,
        "invalid_client",
        "revoked",
    );
    for name in ["label", "issuer", "subject", "audience", "jwks_uri"] {
        admin
            .post(&path, &without(setup(), name))
            .problem(400, "missing_member", name);
    }
    let body = with(setup(), "expires_at", Value::Null);
    admin
        .post(&path, &body)
        .problem(400, "unknown_member", "jwks_uri");
    let body = json!({ "label": "x", "issuer": "x" });
    admin
        .post(&path, &body)
        .problem(400, "unknown_member", "expires_at");
}

/// Addresses that lead into the inside of something are refused when they are set down, and each
/// time before they are used.
#[test]
fn keys_are_fetched_from_outside_alone() {
    let scene = Scene::new();
    let admin = Operator::new(&scene.memory);
    let path = format!("/tenants/{}/clients", scene.tenant);
    for address in [
        "http://login.example.com/keys",
        "https://127.0.0.1/keys",
        "https://[::1]/keys",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://10.1/",
        "https://1.2.3.4./",
        "https://localhost/keys",
        "https://a.localhost/",
        "https://metadata.internal/",
        "https://a:b@login.example.com/keys",
        "https://login.example.com:8443/keys",
        "https://scim.example.com/keys",
        "https://SCIM.example.com.:443/keys",
        "ftp://login.example.com/",
        "keys",
        "https://login.example.com\\@127.0.0.1/",
        "https://login.example.com/a b",
        "https:///login.example.com/keys",
        "http://127.0.0.1:8000/keys",
        "https://login.example.com:443@127.0.0.1/",
        "https://%31%30.0.0.1/",
    ] {
        let body = with(setup(), "jwks_uri", json!(address));
        admin
            .post(&path, &body)
            .problem(400, "invalid_value", "`jwks_uri` must be ");
    }
    let long = format!("https://login.example.com/{}", "a".repeat(2_000));
    admin
        .post(&path, &with(setup(), "jwks_uri", json!(long)))
        .problem(400, "invalid_value", "`jwks_uri` must be ");
    for address in [
        "https://login.example.com:443/keys?a=b",
        "https://LOGIN.example.com./",
    ] {
        admin
            .post(&path, &with(setup(), "jwks_uri", json!(address)))
            .expect(201);
    }
    scene
        .memory
        .sql("UPDATE clients SET jwks_uri = 'https://127.0.0.1/keys'");
    denied(
        &scene.send_by("one", &scene.claims()),
        401,
        "invalid_client",
        "may not be fetched from",
    );
    assert_eq!(scene.fetches(), 0);
}

/// On a laptop a server of the same machine may be asked, but this one.
#[test]
fn a_laptop_asks_its_neighbour() {
    let mut scene = Scene::new();
    scene.memory.settings.local_addresses = true;
    let admin = Operator::new(&scene.memory);
    let path = format!("/tenants/{}/clients", scene.tenant);
    for (address, status) in [
        ("http://127.0.0.1:8000/keys", 201),
        ("http://localhost/keys", 201),
        ("http://10.0.0.1/keys", 400),
        ("http://localhost@10.0.0.1/", 400),
        ("https://127.0.0.1:8000/keys", 400),
    ] {
        let body = with(setup(), "jwks_uri", json!(address));
        assert_eq!(admin.post(&path, &body).status, status, "{address}");
    }
}

#[test]
fn what_an_assertion_says_is_compared() {
    let scene = Scene::new();
    let now = START;
    let good = || claims(now);
    let other = "00000000-abe6-4e40-9615-301f87bcb7f0";
    for (claims, words) in [
        (
            with(
                good(),
                "iss",
                json!("https://login.microsoftonline.com/other/v2.0"),
            ),
            "iss",
        ),
        (
            with(
                good(),
                "iss",
                json!(format!("https://login.microsoftonline.com/{TENANT}/v2.0/")),
            ),
            "iss",
        ),
        (with(good(), "iss", json!([good()["iss"]])), "iss"),
        (without(good(), "iss"), "iss"),
        (with(good(), "sub", json!("x")), "sub"),
        (with(good(), "sub", json!(SUBJECT.to_uppercase())), "sub"),
        (without(good(), "sub"), "sub"),
        (with(good(), "aud", json!("api://x")), "aud"),
        (
            with(good(), "aud", json!(format!("api://api://{APP}"))),
            "aud",
        ),
        (with(good(), "aud", json!(format!("{APP}/.default"))), "aud"),
        (with(good(), "aud", json!([])), "aud"),
        (
            with(good(), "aud", json!([format!("api://{APP}"), "x"])),
            "aud",
        ),
        (with(good(), "aud", json!({ "x": APP })), "aud"),
        (without(good(), "aud"), "aud"),
        (with(good(), "tid", json!(other)), "tid"),
        (with(good(), "tid", json!(1)), "tid"),
        (with(good(), "exp", json!(now - 60)), "expired"),
        (with(good(), "exp", json!("tomorrow")), "seconds"),
        (with(good(), "exp", json!(1e300)), "seconds"),
        (with(good(), "exp", json!(now + 172_801)), "two days"),
        (without(good(), "exp"), "no exp"),
        (with(good(), "nbf", json!(now + 61)), "not valid yet"),
        (with(good(), "iat", json!(now + 61)), "not valid yet"),
        (with(good(), "nbf", json!(null)), "seconds"),
        (with(good(), "jti", json!(7)), "jti"),
    ] {
        denied(&scene.send_by("one", &claims), 401, "invalid_client", words);
    }
    // None of it cost a fetch or a signature.
    assert_eq!((scene.fetches(), scene.memory.keys.asked.get()), (0, 0));
    for claims in [
        with(good(), "aud", json!(APP)),
        with(good(), "aud", json!(format!("api://{APP}/.default"))),
        with(good(), "aud", json!([format!("api://{APP}")])),
        without(good(), "tid"),
        without(without(good(), "nbf"), "iat"),
        with(good(), "exp", json!(now - 59)),
        with(good(), "exp", json!(1_767_226_200.5)),
        with(good(), "exp", json!(now + 172_800)),
        with(with(good(), "nbf", json!(now + 60)), "iat", json!(now + 60)),
    ] {
        assert_eq!(scene.send_by("one", &claims).status, 200, "{claims:#}");
    }
}

/// `tid` means something with issuers of Entra ID alone.
#[test]
fn another_issuer_may_have_a_tid_of_its_own() {
    let issuer = json!("https://login.example.com");
    let scene = Scene::new().with_client(&with(setup(), "issuer", issuer.clone()));
    let claims = with(scene.claims(), "iss", issuer);
    scene.send_by("one", &claims).expect(200);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one line a case")]
fn signatures_of_other_kinds_are_refused() {
    let scene = Scene::new();
    scene.publish(&[
        rsa_key("one", 2_048),
        ec_key("curve"),
        rsa_key("short", 2_047),
        rsa_key("long", 8_193),
        json!({ "kty": "oct", "kid": "symmetric", "k": "AAAA" }),
        with(ec_key("other curve"), "crv", json!("P-384")),
        with(rsa_key("for secrets", 2_048), "use", json!("enc")),
        with(rsa_key("padded", 2_048), "alg", json!("PS256")),
        rsa_key("four", 4_096),
    ]);
    let (one, curve) = (rsa_key("one", 2_048), ec_key("curve"));
    let send = |header: &Value, key: &Value| scene.send(&assertion(header, &scene.claims(), key));
    for alg in [
        "none", "None", "HS256", "RS512", "PS256", "ES384", "EdDSA", "rs256", "",
    ] {
        denied(
            &send(&header(alg, "one"), &one),
            401,
            "invalid_client",
            "RS256 or ES256",
        );
    }
    denied(
        &send(&json!({ "kid": "one" }), &one),
        401,
        "invalid_client",
        "RS256 or ES256",
    );
    denied(
        &send(&json!({ "alg": ["RS256"], "kid": "one" }), &one),
        401,
        "invalid_client",
        "RS256",
    );
    denied(
        &send(&json!({ "alg": "RS256" }), &one),
        401,
        "invalid_client",
        "no kid",
    );
    denied(
        &send(&json!({ "alg": "RS256", "kid": "" }), &one),
        401,
        "invalid_client",
        "no kid",
    );
    denied(
        &send(&json!({ "alg": "RS256", "kid": 1 }), &one),
        401,
        "invalid_client",
        "no kid",
    );
    let critical = json!({ "alg": "RS256", "kid": "one", "crit": ["b64"], "b64": false });
    denied(&send(&critical, &one), 401, "invalid_client", "crit");
    assert_eq!(scene.fetches(), 0);
    send(&header("RS256", "four"), &rsa_key("four", 4_096)).expect(200);
    denied(
        &send(&header("ES256", "one"), &one),
        401,
        "invalid_client",
        "another kind",
    );
    denied(
        &send(&header("RS256", "curve"), &curve),
        401,
        "invalid_client",
        "another kind",
    );
    denied(
        &send(&header("RS256", "symmetric"), &one),
        401,
        "invalid_client",
        "another kind",
    );
    denied(
        &send(&header("ES256", "other curve"), &curve),
        401,
        "invalid_client",
        "another kind",
    );
    denied(
        &send(&header("RS256", "short"), &rsa_key("short", 2_047)),
        401,
        "invalid_client",
        "2,048",
    );
    denied(
        &send(&header("RS256", "long"), &rsa_key("long", 8_193)),
        401,
        "invalid_client",
        "8,192",
    );
    for (kid, words) in [
        ("for secrets", "not in the key set"),
        ("padded", "another kind"),
    ] {
        denied(
            &send(&header("RS256", kid), &rsa_key(kid, 2_048)),
            401,
            "invalid_client",
            words,
        );
    }
    denied(
        &send(&header("RS256", "one"), &curve),
        401,
        "invalid_client",
        "signature",
    );
    // Keys that come with the assertion are not looked at.
    let own = rsa_key("mine", 2_048);
    let header =
        json!({ "alg": "RS256", "kid": "one", "jwk": own, "jku": "https://evil.example.com/keys" });
    denied(&send(&header, &own), 401, "invalid_client", "signature");
    assert_eq!(scene.fetches(), 1);
}

#[test]
fn what_is_no_assertion_is_told() {
    let scene = Scene::new();
    let good = assertion(
        &header("RS256", "one"),
        &scene.claims(),
        &rsa_key("one", 2_048),
    );
    let parts: Vec<&str> = good.split('.').collect();
    let part = |text: &str| base64url(text.as_bytes());
    let twice = part(r#"{"alg":"RS256","kid":"one","alg":"ES256"}"#);
    for wrong in [
        "x".to_owned(),
        "..".to_owned(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{good}.x"),
        format!("{}.{}.!", parts[0], parts[1]),
        format!("{}.{}.{}", part("[]"), parts[1], parts[2]),
        format!("{}.{}.{}", twice, parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], part("no JSON"), parts[2]),
        format!("{}.{}.{}", parts[0], base64url(&[0xff]), parts[2]),
    ] {
        denied(
            &scene.send(&wrong),
            401,
            "invalid_client",
            "must be a signed JWT",
        );
    }
    denied(
        &scene.send(&"a".repeat(16_385)),
        401,
        "invalid_client",
        "too long",
    );
    for unsigned in [
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.AAAA", parts[0], parts[1]),
    ] {
        denied(&scene.send(&unsigned), 401, "invalid_client", "signature");
    }
    let changed = part(&with(scene.claims(), "appid", json!("x")).to_string());
    denied(
        &scene.send(&format!("{}.{changed}.{}", parts[0], parts[2])),
        401,
        "invalid_client",
        "signature",
    );
    scene.send(&good).expect(200);
}

#[test]
fn the_form_names_client_and_kind() {
    let scene = Scene::new();
    let (other, secret) = secret_client(&Operator::new(&scene.memory), scene.tenant);
    let good = assertion(
        &header("RS256", "one"),
        &scene.claims(),
        &rsa_key("one", 2_048),
    );
    let grant = ("grant_type", "client_credentials");
    let (named, kind, shown) = (
        ("client_id", scene.id.as_str()),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", good.as_str()),
    );
    let send = |form: &[(&str, &str)]| ask(&scene.memory, &asking(form));
    denied(
        &send(&[grant, kind, shown]),
        400,
        "invalid_request",
        "not named",
    );
    denied(
        &send(&[grant, named, shown]),
        400,
        "invalid_request",
        "client_assertion_type",
    );
    let saml = (
        "client_assertion_type",
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
    );
    denied(
        &send(&[grant, named, saml, shown]),
        400,
        "invalid_request",
        "jwt-bearer",
    );
    denied(
        &send(&[grant, named, kind]),
        401,
        "invalid_client",
        "client_assertion",
    );
    denied(
        &send(&[grant, named, kind, shown, ("client_secret", &secret)]),
        400,
        "invalid_request",
        "twice",
    );
    // A client proves itself in its own way alone.
    denied(
        &send(&[grant, ("client_id", &other), kind, shown]),
        401,
        "invalid_client",
        "none that shows",
    );
    denied(
        &send(&with_secret(&scene.id, &secret)),
        401,
        "invalid_client",
        "secret is wrong",
    );
    assert_eq!(scene.fetches(), 0);
    let read = send(&[grant, named, kind, shown, ("scope", "read")]).expect(200);
    assert_eq!(read["scope"], "read");
}

#[test]
fn an_assertion_with_a_jti_is_taken_once() {
    let scene = Scene::new();
    let claims = with(scene.claims(), "jti", json!("a"));
    // One that is refused is not taken.
    let wrong = assertion(&header("RS256", "one"), &claims, &rsa_key("two", 2_048));
    denied(&scene.send(&wrong), 401, "invalid_client", "signature");
    scene.send_by("one", &claims).expect(200);
    denied(
        &scene.send_by("one", &claims),
        401,
        "invalid_client",
        "used before",
    );
    let later = with(claims, "exp", json!(START + 7_200));
    denied(
        &scene.send_by("one", &later),
        401,
        "invalid_client",
        "used before",
    );
    scene
        .send_by("one", &with(scene.claims(), "jti", json!("b")))
        .expect(200);
    assert_eq!(scene.memory.number("SELECT count(*) FROM tokens"), 2);
    for none in [json!(""), Value::Null, json!(1)] {
        let claims = with(scene.claims(), "jti", none);
        denied(
            &scene.send_by("one", &claims),
            401,
            "invalid_client",
            "The jti",
        );
    }
    // Nor is it taken of another client of the tenant that trusts the same issuer.
    let scene = scene.with_client(&setup());
    let send = |jti: &str| scene.send_by("one", &with(scene.claims(), "jti", json!(jti)));
    denied(&send("a"), 401, "invalid_client", "used before");
    send("c").expect(200);
    // RFC 7519 §4.1.7: another issuer's may be called the same.
    let issuer = json!("https://login.example.com");
    let scene = scene.with_client(&with(setup(), "issuer", issuer.clone()));
    let claims = with(with(scene.claims(), "jti", json!("a")), "iss", issuer);
    scene.send_by("one", &claims).expect(200);
    denied(
        &scene.send_by("one", &claims),
        401,
        "invalid_client",
        "used before",
    );
}

/// RFC 7517 §4.5: keys of different kinds may have one name.
#[test]
fn of_two_keys_of_one_name_the_one_of_the_right_kind_is_used() {
    let scene = Scene::new();
    let (rsa, curve) = (
        rsa_key("one", 2_048),
        with(ec_key("one"), "kid", json!("one")),
    );
    for keys in [[rsa.clone(), curve.clone()], [curve.clone(), rsa.clone()]] {
        scene.publish(&keys);
        scene
            .memory
            .elapsed
            .set(scene.memory.elapsed.get() + 2 * HOUR);
        for (alg, key) in [("RS256", &rsa), ("ES256", &curve)] {
            scene
                .send(&assertion(&header(alg, "one"), &scene.claims(), key))
                .expect(200);
        }
    }
}

/// Who shows no good assertion uses up nothing of what the client may.
#[test]
fn only_good_assertions_are_counted() {
    let scene = Scene::new();
    let memory = &scene.memory;
    let wrong = assertion(
        &header("RS256", "one"),
        &scene.claims(),
        &rsa_key("two", 2_048),
    );
    denied(&scene.send(&wrong), 401, "invalid_client", "signature");
    let name = format!("Client({:?})", scene.id);
    assert!(!memory.rates.counted.borrow().contains_key(&name));
    scene.send_by("one", &scene.claims()).expect(200);
    assert_eq!(memory.rates.counted.borrow().get(&name), Some(&1));
    memory.rates.limit.set(1);
    let got = scene.send_by("one", &scene.claims());
    denied(&got, 429, "temporarily_unavailable", "too often");
    assert_eq!(memory.number("SELECT count(*) FROM tokens"), 1);
}

/// The issuer changes its keys: the new one is found at once, and the old one goes with the hour.
#[test]
fn keys_change() {
    let scene = Scene::new();
    scene.send_by("one", &scene.claims()).expect(200);
    scene.publish(&[rsa_key("two", 2_048)]);
    // Within the minute the new one is not looked for, on purpose.
    denied(
        &scene.send_by("two", &scene.claims()),
        401,
        "invalid_client",
        "in a minute",
    );
    assert_eq!(scene.fetches(), 1);
    scene.memory.elapsed.set(2 * MINUTE);
    scene.send_by("two", &scene.claims()).expect(200);
    assert_eq!(scene.fetches(), 2);
    denied(
        &scene.send_by("one", &scene.claims()),
        401,
        "invalid_client",
        "not in the key set",
    );
    // What is kept serves an hour, and is then asked for anew.
    scene.memory.elapsed.set(2 * MINUTE + HOUR - 1_000);
    scene.send_by("two", &scene.claims()).expect(200);
    assert_eq!(scene.fetches(), 2);
    scene.publish(&[rsa_key("three", 2_048)]);
    scene.memory.elapsed.set(2 * MINUTE + HOUR + 1_000);
    denied(
        &scene.send_by("two", &scene.claims()),
        401,
        "invalid_client",
        "not in the key set",
    );
    assert_eq!(scene.fetches(), 3);
    scene.send_by("three", &scene.claims()).expect(200);
}

/// A key may be another behind the same name: a signature that does not hold is a reason to look.
#[test]
fn a_key_changes_behind_its_name() {
    let scene = Scene::new();
    scene.send_by("one", &scene.claims()).expect(200);
    let mut other = rsa_key("another", 2_048);
    other["kid"] = json!("one");
    let send = |key: &Value| scene.send(&assertion(&header("RS256", "one"), &scene.claims(), key));
    // Nobody can have it fetched more than once a minute.
    for _ in 0..3 {
        denied(&send(&other), 401, "invalid_client", "once a minute");
    }
    assert_eq!(scene.fetches(), 1);
    scene.publish(std::slice::from_ref(&other));
    scene.memory.elapsed.set(2 * MINUTE);
    send(&other).expect(200);
    assert_eq!(scene.fetches(), 2);
    denied(
        &scene.send_by("one", &scene.claims()),
        401,
        "invalid_client",
        "signature",
    );
    assert_eq!(scene.fetches(), 2);
    // One of another kind is one, too; what is not there any more is told as before.
    let mut curve = ec_key("curve");
    curve["kid"] = json!("one");
    scene.publish(&[curve.clone()]);
    scene.memory.elapsed.set(4 * MINUTE);
    let curved = || scene.send(&assertion(&header("ES256", "one"), &scene.claims(), &curve));
    curved().expect(200);
    assert_eq!(scene.fetches(), 3);
    scene.answer(Err(FetchFailure::Unreachable));
    scene.memory.elapsed.set(6 * MINUTE);
    denied(&send(&other), 401, "invalid_client", "of another kind");
    curved().expect(200);
    assert_eq!(scene.fetches(), 4);
}

/// Whoever asks behind a set that did not come is told so, and waits for nothing.
#[test]
fn what_did_not_come_is_not_waited_for() {
    let scene = Scene::new();
    scene.answer(Err(FetchFailure::Redirect));
    for words in [
        "not followed",
        "could not be fetched",
        "could not be fetched",
    ] {
        denied(
            &scene.send_by("one", &scene.claims()),
            401,
            "invalid_client",
            words,
        );
    }
    assert_eq!(
        (scene.fetches(), scene.memory.database.paused.get()),
        (1, 0)
    );
    // It is the same where a set is kept, and the key is not in it.
    scene.publish(&[rsa_key("one", 2_048)]);
    scene.memory.elapsed.set(2 * MINUTE);
    scene.send_by("one", &scene.claims()).expect(200);
    scene.answer(Err(FetchFailure::Unreachable));
    scene.memory.elapsed.set(4 * MINUTE);
    for words in ["cannot be reached", "not in the key set"] {
        denied(
            &scene.send_by("two", &scene.claims()),
            401,
            "invalid_client",
            words,
        );
    }
    assert_eq!(
        (scene.fetches(), scene.memory.database.paused.get()),
        (3, 0)
    );
}

/// The parts of a JWT have one form (RFC 7515 §2), so that nobody makes a second of one.
#[test]
fn base64url_is_read_strictly() {
    let scene = Scene::new();
    let good = assertion(
        &header("RS256", "one"),
        &scene.claims(),
        &rsa_key("one", 2_048),
    );
    scene.send(&good).expect(200);
    // 32 bytes: two bits are left over in the last of 43 digits.
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (rest, last) = signature.split_at(signature.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    let (head, claims) = signed.split_once('.').unwrap();
    for lenient in [
        format!("{good}="),
        format!("{signed}.{rest}{next}"),
        format!("{signed}.{}", signature.replace('-', "+").replace('_', "/")),
        format!("{head}=.{claims}.{signature}"),
        format!("{head}.{claims}==.{signature}"),
    ] {
        if lenient != good {
            denied(&scene.send(&lenient), 401, "invalid_client", "base64url");
        }
    }
}

/// The server of the keys is away: what is kept serves for a day.
#[test]
fn keys_that_cannot_be_fetched_serve_a_day() {
    let scene = Scene::new();
    scene.send_by("one", &scene.claims()).expect(200);
    scene.answer(Err(FetchFailure::Unreachable));
    scene.memory.elapsed.set(2 * HOUR);
    scene.send_by("one", &scene.claims()).expect(200);
    scene.send_by("one", &scene.claims()).expect(200);
    assert_eq!(scene.fetches(), 2, "once a minute");
    scene.memory.elapsed.set(2 * HOUR + 2 * MINUTE);
    scene.send_by("one", &scene.claims()).expect(200);
    assert_eq!(scene.fetches(), 3);
    scene.memory.elapsed.set(24 * HOUR - 1_000);
    scene.send_by("one", &scene.claims()).expect(200);
    scene.memory.elapsed.set(24 * HOUR + MINUTE);
    denied(
        &scene.send_by("one", &scene.claims()),
        401,
        "invalid_client",
        "cannot be reached",
    );
    let fetches = scene.fetches();
    denied(
        &scene.send_by("one", &scene.claims()),
        401,
        "invalid_client",
        "",
    );
    assert_eq!(scene.fetches(), fetches);
    scene.publish(&[rsa_key("one", 2_048)]);
    scene.memory.elapsed.set(24 * HOUR + 3 * MINUTE);
    scene.send_by("one", &scene.claims()).expect(200);
}

/// What an issuer's server may answer in place of its keys; none is asked twice within a minute.
#[test]
fn what_is_no_key_set_is_told() {
    let whole = |bytes: usize| {
        let front = json!({ "keys": [rsa_key("one", 2_048)], "x": "" }).to_string();
        let (front, end) = front.split_at(front.len() - 2);
        Ok(format!(
            "{front}{}{end}",
            " ".repeat(bytes - front.len() - end.len())
        ))
    };
    for (answer, words) in [
        (whole(1_048_576), "256 kB"),
        (whole(262_145), "256 kB"),
        (Err(FetchFailure::Redirect), "not followed"),
        (Err(FetchFailure::Status), "other"),
        (Err(FetchFailure::Unreachable), "cannot be reached"),
        (Ok("<html>".to_owned()), "no key set"),
        (Ok("{}".to_owned()), "no key set"),
        (Ok("[]".to_owned()), "no key set"),
        (Ok(json!({ "keys": {} }).to_string()), "no key set"),
        (
            Ok(json!({ "keys": ["x", null, [1], { "kid": "two" }, { "kty": "RSA" }] }).to_string()),
            "not in the key set",
        ),
        (
            Ok(json!({ "keys": [{ "kid": "one", "kty": "RSA" }] }).to_string()),
            "2,048",
        ),
    ] {
        let scene = Scene::new();
        scene.answer(answer);
        denied(
            &scene.send_by("one", &scene.claims()),
            401,
            "invalid_client",
            words,
        );
        for _ in 0..3 {
            denied(
                &scene.send_by("one", &scene.claims()),
                401,
                "invalid_client",
                "",
            );
        }
        assert_eq!(scene.fetches(), 1, "{words}");
        // It mends itself a minute later.
        scene.publish(&[rsa_key("one", 2_048)]);
        scene.memory.elapsed.set(2 * MINUTE);
        if words != "2,048" {
            scene.send_by("one", &scene.claims()).expect(200);
        }
    }
    let scene = Scene::new();
    scene.answer(whole(262_144));
    scene.send_by("one", &scene.claims()).expect(200);
}

/// A name of a key is a text, whatever is in it.
#[test]
fn names_of_keys_are_texts() {
    let scene = Scene::new();
    let names = ["a.b", "$", "\"", "' OR 1", "[0]", "ключ", "keys"];
    let keys: Vec<Value> = names.iter().map(|name| rsa_key(name, 2_048)).collect();
    scene.publish(&keys);
    for name in names {
        scene.send_by(name, &scene.claims()).expect(200);
        scene.send_by(name, &scene.claims()).expect(200);
    }
    assert_eq!(scene.fetches(), 1);
    // Of two keys with one name the first counts.
    let scene = Scene::new();
    let mut second = rsa_key("other", 2_048);
    second["kid"] = json!("one");
    scene.publish(&[rsa_key("one", 2_048), second]);
    scene.send_by("one", &scene.claims()).expect(200);
}

/// With its key known an assertion costs two trips; what is wrong with it none, or one.
#[test]
fn an_assertion_costs_two_trips() {
    let scene = Scene::new();
    scene.send_by("one", &scene.claims()).expect(200);
    let statements = |claims: &Value| {
        scene.memory.database.sent.replace(Some(Vec::new()));
        scene.send_by("one", claims);
        scene.memory.database.sent.take().unwrap().len()
    };
    assert_eq!(statements(&scene.claims()), 2);
    assert_eq!(statements(&with(scene.claims(), "jti", json!("a"))), 3);
    assert_eq!(statements(&with(scene.claims(), "aud", json!("x"))), 1);
}

/// The hourly job removes what has expired, of clients alone.
#[test]
fn what_has_expired_is_removed() {
    let scene = Scene::new();
    let admin = Operator::new(&scene.memory);
    let operators = admin.client(
        1,
        &json!({ "label": "x", "expires_at": "2026-01-01T00:10:00Z" }),
    );
    operators.get("/Users").expect(200);
    scene
        .send_by("one", &with(scene.claims(), "jti", json!("a")))
        .expect(200);
    scene.memory.elapsed.set(HOUR / 2);
    scene
        .send_by("one", &with(scene.claims(), "jti", json!("b")))
        .expect(200);
    let count = |table: &str| {
        scene
            .memory
            .number(&format!("SELECT count(*) FROM {table}"))
    };
    assert_eq!((count("tokens"), count("assertions_seen")), (3, 2));
    scene.memory.sweep().unwrap();
    assert_eq!((count("tokens"), count("assertions_seen")), (3, 2));
    scene.memory.elapsed.set(HOUR + 10 * MINUTE);
    scene.memory.sweep().unwrap();
    assert_eq!((count("tokens"), count("assertions_seen")), (2, 1));
    scene.memory.elapsed.set(2 * HOUR);
    scene.memory.sweep().unwrap();
    assert_eq!((count("tokens"), count("assertions_seen")), (1, 0));
    for _ in 0..700 {
        scene.memory.sql("INSERT INTO tokens (hash, tenant_id, label, created_at, expires_at, client_id) \
            VALUES (hex(randomblob(32)), 1, 'x', '2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00.000Z', 'cli')");
    }
    scene.memory.sweep().unwrap();
    assert_eq!(count("tokens"), 1);
}
