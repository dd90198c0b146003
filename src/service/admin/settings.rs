//! The settings of a tenant: their names, and what each may be. A row here is a setting; it is
//! stored as it was set, so that a default that changes is everybody's who said nothing.

use scim::json;
use scim::list::List;
use serde_json::{Map, Value};

use super::body::BodyObject;
use super::refusal::Refusal;
use crate::settings::MAX_PAGE_SIZE;

/// What a setting may be. Null is back to the default.
#[derive(Debug)]
enum SettingKind {
    /// One of these words.
    Word(&'static [&'static str]),
    /// True or false.
    Flag,
    /// A whole number from one to another.
    Number(i64, i64),
    /// An object of settings.
    Object(&'static [Setting]),
}

/// A setting.
type Setting = (&'static str, SettingKind);

/// All settings.
const SETTINGS: &[Setting] = &[
    (
        "unknown_members",
        SettingKind::Word(&["refuse", "skip", "pend"]),
    ),
    ("deletes", SettingKind::Word(&["hard", "soft"])),
    ("keep_days", SettingKind::Number(1, 3_650)),
    (
        "rehire",
        SettingKind::Word(&["same_external_id", "same_name"]),
    ),
    (
        "unmapped_attributes",
        SettingKind::Word(&["ignore", "refuse"]),
    ),
    ("accept_user_groups", SettingKind::Flag),
    ("unique_group_names", SettingKind::Flag),
    (
        "brake",
        SettingKind::Object(&[
            ("count", SettingKind::Number(1, 1_000_000)),
            ("percent", SettingKind::Number(1, 100)),
            ("minutes", SettingKind::Number(1, 1_440)),
        ]),
    ),
    (
        "request_log",
        SettingKind::Object(&[
            (
                "mode",
                SettingKind::Word(&["off", "failures", "changes", "all"]),
            ),
            ("days", SettingKind::Number(1, 365)),
            ("bodies", SettingKind::Flag),
        ]),
    ),
    ("rate", SettingKind::Word(&["standard", "off"])),
    (
        "default_page_size",
        SettingKind::Number(1, MAX_PAGE_SIZE as i64),
    ),
    (
        "max_page_size",
        SettingKind::Number(1, MAX_PAGE_SIZE as i64),
    ),
];

/// The settings of a body, as a merge patch.
pub(super) fn read(body: &BodyObject) -> Result<Option<String>, Refusal> {
    match body.get("settings") {
        None => Ok(None),
        Some(value @ Value::Object(patch)) => {
            check(patch)?;
            Ok(Some(json::text(value)))
        }
        Some(Value::Null) => Ok(Some("null".to_owned())),
        Some(_) => Err(Refusal::invalid(
            "invalid_setting",
            "`settings` must be an object of settings, or null for the defaults of all.",
        )),
    }
}

/// Whether a body sets a brake and gives it no limit, so that it may have none.
pub(super) fn may_lack_limit(body: &BodyObject) -> bool {
    let brake = body.get("settings").and_then(|set| set.get("brake"));
    let is_silent = |set: &Map<String, Value>| {
        let mut limits = ["count", "percent"].into_iter();
        limits.all(|name| set.get(name).is_none_or(Value::is_null))
    };
    brake.and_then(Value::as_object).is_some_and(is_silent)
}

/// The refusal of a brake that nothing engages.
pub(super) fn no_limit() -> Refusal {
    Refusal::invalid(
        "invalid_setting",
        "`settings.brake` needs `count` or `percent`: without one it refuses nothing. Send one, or null for no brake.",
    )
}

/// Checks a merge patch of settings.
fn check(patch: &Map<String, Value>) -> Result<(), Refusal> {
    check_all("settings", patch, SETTINGS)
}

fn check_all(at: &str, patch: &Map<String, Value>, settings: &[Setting]) -> Result<(), Refusal> {
    for (name, value) in patch {
        let Some((_, kind)) = settings.iter().find(|(other, _)| other == name) else {
            let names: Vec<&str> = settings.iter().map(|(name, _)| *name).list();
            return Err(Refusal::invalid(
                "unknown_setting",
                format!("There is no `{at}.{name}`. Known are {}.", names.join(", ")),
            ));
        };
        let form = match (kind, value) {
            (_, Value::Null) | (SettingKind::Flag, Value::Bool(_)) => continue,
            (SettingKind::Word(words), Value::String(word)) if words.contains(&word.as_str()) => {
                continue;
            }
            (SettingKind::Number(least, most), value) if is_within(value, *least, *most) => {
                continue;
            }
            (SettingKind::Object(settings), Value::Object(patch)) => {
                check_all(&format!("{at}.{name}"), patch, settings)?;
                continue;
            }
            (SettingKind::Word(words), _) => format!("one of {}", words.join(", ")),
            (SettingKind::Flag, _) => "true or false".to_owned(),
            (SettingKind::Number(least, most), _) => {
                format!("a whole number from {least} to {most}")
            }
            (SettingKind::Object(_), _) => "an object".to_owned(),
        };
        return Err(Refusal::invalid(
            "invalid_setting",
            format!("`{at}.{name}` must be {form}, or null for the default."),
        ));
    }
    Ok(())
}

fn is_within(value: &Value, least: i64, most: i64) -> bool {
    value
        .as_i64()
        .is_some_and(|number| (least..=most).contains(&number))
}
