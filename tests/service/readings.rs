//! Small print of what is read: entity tags, weights, numbers as text (RFC 9110 §8.8.3, §12.4.2;
//! RFC 7643 §2.3).

use scim_worker::http::request::Body;
use serde_json::{Value, json};
use testing::client::{Client, each};
use testing::memory::Memory;

const WORKPLACE: &str = "urn:example:params:scim:schemas:extension:workplace:2.0:User";

/// Weak or strong, with the mark in either letter, or bare.
#[test]
fn an_entity_tag_is_read_in_every_form() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    for form in [
        "W/\"{}\"",
        "w/\"{}\"",
        "\"{}\"",
        "{}",
        "\"other\", w/\"{}\"",
    ] {
        let version = client.get(&path).expect(200)["meta"]["version"].clone();
        let version = version.as_str().unwrap();
        let bare = version.trim_start_matches("W/").trim_matches('"');
        let tag = form.replace("{}", bare);
        let mut request = client.request("GET", &path, None);
        request.if_none_match = Some(tag.clone());
        assert_eq!(client.send(&request).status, 304, "{tag}");
        let change = json!({ "Operations": [{ "op": "add", "path": "title", "value": tag }] });
        let mut request = client.request("PATCH", &path, Some(&change));
        request.if_match = Some(tag.clone());
        assert_eq!(client.send(&request).status, 200, "{tag}");
        // It is the old one now.
        assert_eq!(client.send(&request).status, 412, "{tag}");
    }
}

/// "A weight of 0 means 'not acceptable'": the other type is meant, whichever stands first.
#[test]
fn what_has_no_weight_is_not_asked_for() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (accept, answered) in [
        ("application/json", "application/json"),
        ("application/json;q=0", "application/scim+json"),
        ("application/json; q=0.000", "application/scim+json"),
        (
            "application/json;q=0, application/scim+json",
            "application/scim+json",
        ),
        (
            "application/scim+json;q=0, application/json",
            "application/json",
        ),
        (
            "application/json, application/scim+json;q=0.0",
            "application/json",
        ),
    ] {
        let mut request = client.request("GET", "/ServiceProviderConfig", None);
        request.accept = Some(accept.to_owned());
        let got = client.send(&request);
        let content_type = got.header("Content-Type").unwrap();
        assert_eq!(content_type.split(';').next(), Some(answered), "{accept}");
    }
}

/// A whole number may come as text, and be written with a fraction or an exponent in either form;
/// what is none is none.
#[test]
fn a_whole_number_is_whole_as_text_too() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let body = |floor: &str| json!({ "userName": "ada", WORKPLACE: { "floor": floor } });
    for floor in [
        "1.5",
        "1.01",
        "1e-2",
        "1e30",
        "9223372036854775808",
        "0x1",
        "1 2",
    ] {
        client
            .post("/Users", &body(floor))
            .refused(400, "invalidValue", "floor");
    }
    let made = client.post("/Users", &body("-3")).expect(201);
    assert_eq!(made[WORKPLACE]["floor"], -3);
    let id = made["id"].as_str().unwrap();
    for floor in [json!("1.0"), json!("10e-1"), json!(1.0)] {
        let body = json!({ "userName": "ada", WORKPLACE: { "floor": floor } });
        let got = client.put(&format!("/Users/{id}"), &body).expect(200);
        assert_eq!(got[WORKPLACE]["floor"].to_string(), "1", "{floor}");
    }
}

/// What is no escape stands for itself: some put a filter into a URL as it is.
#[test]
fn a_percent_sign_that_escapes_nothing_is_one() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for name in ["100%", "5%zz", "a%2", "%", "%%41"] {
        client.user(name);
        let sent = if name == "%%41" { "%%2541" } else { name };
        let list = client
            .get(&format!("/Users?filter=userName eq \"{sent}\""))
            .expect(200);
        assert_eq!(list["totalResults"], 1, "{name}");
        assert_eq!(list["Resources"][0]["userName"], name);
    }
    client.get("/Users/%zz").refused(404, "", "%zz");
}

/// RFC 9110 §13.2.2: `If-Match` comes first. Where it is not met, it does not matter what
/// `If-None-Match` names.
#[test]
fn a_version_that_is_not_the_one_meant_is_no_304() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    let version = client.get(&path).expect(200)["meta"]["version"].clone();
    let version = version.as_str().unwrap();
    for (if_match, status) in [
        (None, 304),
        (Some("*"), 304),
        (Some(version), 304),
        (Some("W/\"other\""), 412),
    ] {
        let mut request = client.request("GET", &path, None);
        request.if_match = if_match.map(str::to_owned);
        request.if_none_match = Some(version.to_owned());
        assert_eq!(client.send(&request).status, status, "{if_match:?}");
    }
}

/// Not JSON (RFC 8259 §8.1), but some libraries write one in front of it.
#[test]
fn a_byte_order_mark_is_passed_over() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let sent = |path: &str, text: &str| {
        let mut request = client.request("POST", path, Some(&json!({})));
        request.body = Body::Bytes(text.as_bytes().to_vec());
        client.send(&request)
    };
    sent("/Users", "\u{feff}{\"userName\":\"ada\"}").expect(201);
    let search = sent("/Users/.search", "\u{feff}{\"count\":5}").expect(200);
    assert_eq!(search["totalResults"], 1);
    // One is a mark; what stands behind it must be JSON.
    for text in ["\u{feff}", "\u{feff}\u{feff}{\"userName\":\"b\"}"] {
        sent("/Users", text).refused(400, "invalidSyntax", "JSON");
    }
}

/// A cursor holds the number where a page ends as it is, to its last digit.
#[test]
fn a_walk_by_numbers_that_are_nearly_alike_sees_each_once() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let weights = [
        "0.30000000000000004",
        "0.3",
        "0.30000000000000010",
        "9007199254740993",
        "9007199254740992",
        "-1e-7",
        "123456789.12345679",
        "123456789.1234568",
        "1e300",
    ];
    for (number, weight) in weights.iter().enumerate() {
        let text = format!("{{\"serialNumber\":\"S{number}\",\"weight\":{weight}}}");
        let body: Value = serde_json::from_str(&text).unwrap();
        client.created("/Devices", &body);
    }
    for order in ["ascending", "descending"] {
        let query = format!("/Devices?sortBy=weight&sortOrder={order}");
        let whole = client.get(&query).expect(200);
        let whole = each(&whole, "serialNumber");
        let mut seen = Vec::new();
        let mut cursor = String::new();
        while seen.len() <= weights.len() {
            let page = client
                .get(&format!("{query}&count=1&cursor={cursor}"))
                .expect(200);
            seen.extend(each(&page, "serialNumber").into_iter().map(str::to_owned));
            match page["nextCursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        assert_eq!(seen, whole, "{order}");
    }
}

/// Blanks at the ends of a name count for neither: who asks for all but one asks for all but that
/// one.
#[test]
fn what_is_not_a_name_is_read_as_what_is() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client.user("ada");
    client.user("bob");
    for (filter, name) in [
        ("userName ne \" ada \"", "bob"),
        ("not (userName eq \" ada \")", "bob"),
        ("userName eq \"\u{a0}ADA\"", "ada"),
    ] {
        let list = client.get(&format!("/Users?filter={filter}")).expect(200);
        assert_eq!(each(&list, "userName"), [name], "{filter}");
    }
}

/// The number of a database has up to four digits; the checksum is of all in front of it.
#[test]
fn a_token_of_any_database_is_whole_or_refused() {
    let memory = Memory::new();
    let crc = |text: &str| {
        let mut remainder = u32::MAX;
        for byte in text.bytes() {
            remainder ^= u32::from(byte);
            for _ in 0..8 {
                let low = remainder & 1;
                remainder = (remainder >> 1) ^ (0xEDB8_8320 * low);
            }
        }
        let (mut rest, mut text) = (!remainder, Vec::new());
        for _ in 0..6 {
            let digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
            text.insert(0, digits.as_bytes()[usize::try_from(rest % 62).unwrap()]);
            rest /= 62;
        }
        String::from_utf8(text).unwrap()
    };
    for number in ["1", "42", "999", "1000", "9999"] {
        let front = format!("scim_{number}_{}", "a1B".repeat(14) + "z");
        let token = format!("{front}{}", crc(&front));
        memory.add_token(2, &token, None, None);
        let ask = |token: String| {
            let memory = &memory;
            Client { memory, token }.get("/Users")
        };
        if number == "1" {
            ask(token.clone()).expect(200);
        } else {
            // It is whole, and there is no such database here.
            ask(token.clone()).refused(401, "", "not known");
        }
        // Cut, it has another form, and is not in the table.
        ask(token[..token.len() - 1].to_owned()).expect(401);
        let altered = token.replacen("a1B", "a1C", 1);
        ask(altered).refused(401, "", "not complete");
    }
}

/// Whatever a client calls an attribute, the header that names it can be read, and is one (RFC 9110
/// §5.5).
#[test]
fn a_name_that_is_left_out_can_be_read() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    for (name, told) in [
        ("", r#""""#),
        ("  ", r#""  ""#),
        ("\u{85}", r#""\u0085""#),
        ("\u{1}\r\n", r#""\u0001\u000d?""#),
        ("\u{200b}", r#""\u200b""#),
        ("gr\u{f6}\u{df}e", r#""gr\u00f6\u00dfe""#),
        ("job title", "job%20title"),
    ] {
        let body = json!({ "userName": "ada", name: 1, "active": false });
        let value = json!({ name: 1, "active": false });
        let operations = json!([{ "op": "replace", "value": value }]);
        for got in [client.put(&path, &body), client.patch(&path, &operations)] {
            assert_eq!(got.header("Scim-Ignored"), Some(told), "{name:?}");
            let header = got.header("Scim-Ignored").unwrap_or_default();
            assert!(header.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            assert_eq!(got.expect(200)["active"], false);
        }
    }
}

/// A list of operations where their message is due: in a PATCH and in that of a Bulk.
#[test]
fn a_patch_may_be_the_list_of_its_operations() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    let list = json!([{ "op": "Replace", "path": "active", "value": "False" }]);
    let request = client.request("PATCH", &path, Some(&list));
    let (reply, trace) = memory.respond_traced(&request);
    assert_eq!(reply.status, 200);
    assert!(
        trace
            .notes
            .habits
            .names()
            .contains(&"bare-list-of-operations")
    );
    assert_eq!(client.get(&path).expect(200)["active"], false);
    for (body, words) in [
        (json!([]), "PatchOp"),
        (json!([[]]), "Operation 1"),
        (json!(["active"]), "Operation 1"),
        (json!("active"), "PatchOp"),
    ] {
        let request = client.request("PATCH", &path, Some(&body));
        client.send(&request).refused(400, "invalidSyntax", words);
    }
}
