//! Documents of any resource type, from small pools of values that are easily mistaken for each
//! other.

use scim::resource_type::ResourceType;
use scim::schema::{Attribute, Mutability, Type, Uniqueness};
use serde_json::{Map, Value, json};

use super::dice::Dice;

/// Pairs and triples that fold alike or nearly so, what SQL, JSON and LIKE give a meaning to, and
/// plain words.
pub(crate) const STRINGS: &[&str] = &[
    "a",
    "A",
    "ab",
    "b",
    "",
    " ",
    "a b",
    "Work",
    "work",
    "home",
    "ss",
    "SS",
    "ß",
    "ẞ",
    "Straße",
    "STRASSE",
    "i",
    "I",
    "İ",
    "i\u{307}",
    "ı",
    "Σ",
    "σ",
    "ς",
    "ΟΔΟΣ",
    "οδος",
    "é",
    "É",
    "e\u{301}",
    "Élodie",
    "😀",
    "👩‍🚀 x",
    "\"",
    "\\",
    "\\\"",
    "'",
    "''; --",
    "%",
    "_",
    "a%b",
    "a_b",
    "*",
    "[a]",
    "?1",
    "ﬀ",
    "ff",
    "ǅ",
    "ǆ",
    "Ǆ",
    "\u{212a}",
    "k",
    "ſ",
    "s",
    "Ω",
    "\u{2126}",
    "ω",
    "\t",
    "a\nb",
    "\u{7f}",
    "\u{1}",
    "\u{ffff}",
    "\u{10000}",
    "\u{e000}",
    "0",
    "1",
    "12",
    "1.0",
    "-0",
    "true",
    "false",
    "null",
    "{\"a\":1}",
    "[]",
    "[1]",
    "$.a",
    "2026-01-01T00:00:00Z",
    // What a text index could take for its own grammar, or for its own marks.
    "a\"b\"c",
    "x AND y OR z",
    "NEAR(a b, 2)",
    "title:work",
    "^caret* +1 -2",
    "(paren) {curly}",
    "日本語テスト",
    // What is the same only after normalisation, and what looks so.
    "Zoë",
    "zoe\u{308}",
    "zoe",
    "Ａｄａ",
    "ada",
    "ﾃｽﾄ ｶﾞ",
    "テスト ガ",
    "Ệ",
    "e\u{302}\u{323}",
    "\u{301}",
    "a\u{301}",
    "ᾳ\u{301}",
    "naïve CAFÉ",
    "naive cafe",
    "\u{f0000}\u{f0401}\u{f0802}",
    "\u{f0001}abc",
    "User",
    "direct",
];
const REFERENCES: &[&str] = &[
    "https://example.com/a",
    "https://example.com/A",
    "a",
    "A",
    "urn:x:Y",
    "ß",
    "ss",
    "é%20b",
    "İ",
    "ς",
    "σ",
    "_",
    "%",
];
const BINARIES: &[&str] = &["TUlJ", "tulj", "YQ==", "YQ", "AAAA", "-_-_", "+/+/"];
const INTEGERS: &[i64] = &[
    0,
    1,
    -1,
    2,
    10,
    -10,
    42,
    9_007_199_254_740_992,
    9_007_199_254_740_993,
    -9_007_199_254_740_993,
    i64::MAX,
    i64::MIN,
];
// The largest double is not one of them: SQLite orders it otherwise.
const DECIMALS: &[&str] = &[
    "0",
    "-0.0",
    "1",
    "1.0",
    "1.5",
    "-2.5",
    "0.1",
    "0.3",
    "0.30000000000000004",
    "1e-7",
    "1e22",
    "1e23",
    "1.2345678901234567e25",
    "1e15",
    "-1e22",
    "-1e23",
    "36893488147419103232",
    "12345678901234567890123",
    "9007199254740992.0",
    "9007199254740993",
    "9223372036854775807",
    "18446744073709551615",
    "123456789.123456789",
    "5e-324",
];
const TIMES: &[&str] = &[
    "2026-01-01T00:00:00Z",
    "2026-01-01T01:00:00+01:00",
    "2025-12-31T16:00:00.000-08:00",
    "2026-01-01T00:00:00.5Z",
    "2026-01-01T00:00:00.123456789Z",
    "2026-01-01T00:00:00.1234567899Z",
    "2026-01-01t00:00:00z",
    "2026-01-01T00:00:00",
    "2025-12-31T24:00:00Z",
    "1999-12-31T23:59:60Z",
    "1999-12-31T23:59:59.999Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2024-02-29T12:30:00-03:30",
];

/// Text longer than a key, a parameter that is bound once, a display that is cut.
fn long(dice: &mut Dice) -> String {
    let (unit, times) = *dice.pick(&[
        ("x", 130),
        // Folds to twice as many characters, before and behind the place where a display is cut.
        ("ß", 90),
        ("ß", 201),
        ("ßa", 130),
        // Folds to fewer.
        ("e\u{301}", 130),
        ("é ", 101),
        ("aB", 2_000),
        ("😀", 199),
    ]);
    let end = *dice.pick(&["", "a", "Z", "ς"]);
    unit.repeat(times) + end
}

/// A value of a simple type, which need not be assigned.
pub(crate) fn simple(kind: Type, dice: &mut Dice) -> Value {
    match kind {
        Type::String if dice.chance(3) => Value::from(long(dice)),
        Type::String => Value::from(*dice.pick(STRINGS)),
        Type::Reference => Value::from(*dice.pick(REFERENCES)),
        Type::Binary => Value::from(*dice.pick(BINARIES)),
        Type::Boolean => Value::from(dice.chance(50)),
        Type::Integer => Value::from(*dice.pick(INTEGERS)),
        Type::Decimal => serde_json::from_str::<Value>(dice.pick::<&str>(DECIMALS)).unwrap(),
        Type::DateTime => Value::from(*dice.pick(TIMES)),
        Type::Complex => Value::Null,
    }
}

/// The body of a POST. `number` makes unique what must be.
pub(crate) fn document(
    resource_type: &'static ResourceType,
    dice: &mut Dice,
    number: usize,
) -> Value {
    let mut body = attributes(resource_type.schema.attributes.iter(), dice, number);
    if dice.chance(40) {
        body.insert("externalId".to_owned(), simple(Type::String, dice));
    }
    let mut schemas = vec![resource_type.schema.uri];
    for extension in resource_type.extensions {
        if dice.chance(60) {
            let members = attributes(extension.schema.attributes.iter(), dice, number);
            schemas.push(extension.schema.uri);
            body.insert(extension.schema.uri.to_owned(), Value::Object(members));
        }
    }
    body.insert("schemas".to_owned(), json!(schemas));
    Value::Object(body)
}

fn attributes(
    table: impl Iterator<Item = &'static Attribute>,
    dice: &mut Dice,
    number: usize,
) -> Map<String, Value> {
    let mut members = Map::new();
    for attribute in table {
        let written = attribute.mutability != Mutability::ReadOnly && !attribute.linked;
        if written && (attribute.required || dice.chance(25)) {
            members.insert(attribute.name.to_owned(), value(attribute, dice, number));
        }
    }
    members
}

fn value(attribute: &'static Attribute, dice: &mut Dice, number: usize) -> Value {
    if !attribute.multi_valued {
        return one(attribute, dice, number);
    }
    let mut values: Vec<Value> = (0..=dice.below(3))
        .map(|_| one(attribute, dice, number))
        .collect();
    let primary = dice.below(values.len() + 2);
    for (index, value) in values.iter_mut().enumerate() {
        if let Some(flag) = value.get_mut("primary") {
            *flag = Value::from(index == primary);
        }
    }
    Value::from(values)
}

fn one(attribute: &'static Attribute, dice: &mut Dice, number: usize) -> Value {
    if attribute.kind == Type::Complex {
        let mut members = Map::new();
        for sub in attribute.sub_attributes {
            if sub.mutability != Mutability::ReadOnly && (sub.required || dice.chance(60)) {
                members.insert(sub.name.to_owned(), one(sub, dice, number));
            }
        }
        return Value::Object(members);
    }
    if attribute.uniqueness != Uniqueness::None {
        let (before, behind) = (*dice.pick(STRINGS), *dice.pick(STRINGS));
        let end = if dice.chance(5) {
            long(dice)
        } else {
            String::new()
        };
        let text = format!("{before}#{number}#{behind}{end}");
        return Value::from(if attribute.trimmed {
            text.replace(char::is_control, "")
        } else {
            text
        });
    }
    match simple(attribute.kind, dice) {
        Value::String(text) if attribute.required && text.is_empty() => Value::from("a"),
        value => value,
    }
}
