//! Searches for text: `co`, `sw`, `ew` and `eq` on what the text indexes of users and groups know,
//! alone and within other filters.

use scim::resource_type::USER_TYPE;
use serde_json::Value;

use super::dice::Dice;
use super::documents::STRINGS;
use super::filters::{Filters, quoted, tree};
use super::world::Population;

/// A search of users or groups, of up to a dozen comparisons.
pub(crate) fn text_search(
    population: &Population,
    filters: &Filters<'_>,
    dice: &mut Dice,
) -> String {
    let depth = dice.below(3);
    tree(dice, depth, &|dice| {
        if dice.chance(10) {
            filters.filter(dice)
        } else {
            atom(population, dice)
        }
    })
}

fn atom(population: &Population, dice: &mut Dice) -> String {
    let operator = *dice.pick(&["co", "co", "sw", "ew", "eq"]);
    let needle = needle(population, dice);
    let needle = quoted(&needle, dice);
    if *population.resource_type != USER_TYPE {
        return format!("displayName {operator} {needle}");
    }
    match dice.below(7) {
        0 | 1 => format!("userName {operator} {needle}"),
        2 | 3 => format!("displayName {operator} {needle}"),
        4 => format!("emails.value {operator} {needle}"),
        5 => format!("emails[value {operator} {needle}]"),
        _ => {
            let joint = dice.pick(&["and", "or"]);
            let rest = dice.pick(&["type pr", "type eq \"work\"", "not (display pr)"]);
            format!("emails[value {operator} {needle} {joint} {rest}]")
        }
    }
}

/// A part of a text that some user or group has, of any length, or one that nobody may have; in
/// these letters or others.
fn needle(population: &Population, dice: &mut Dice) -> String {
    let shown = dice.pick(&population.resources);
    let mut texts: Vec<&str> = ["userName", "displayName"]
        .iter()
        .filter_map(|name| shown.resource.get(*name)?.as_str())
        .collect();
    let emails = shown.resource.get("emails").and_then(Value::as_array);
    texts.extend(
        emails
            .into_iter()
            .flatten()
            .filter_map(|email| email["value"].as_str()),
    );
    texts.push(dice.pick::<&str>(STRINGS));
    let text: Vec<char> = dice.pick(&texts).chars().collect();
    let length = match dice.below(6) {
        length @ 1..=3 => length,
        4 => 4 + dice.below(40),
        _ => text.len(),
    }
    .min(text.len());
    // The beginning, the end, or anywhere.
    let start = match dice.below(3) {
        0 => 0,
        1 => text.len() - length,
        _ => dice.below(text.len() - length + 1),
    };
    let mut needle: String = text[start..start + length].iter().collect();
    if dice.chance(15) {
        needle.push_str(dice.pick::<&str>(STRINGS));
    }
    if dice.chance(3) {
        // No value has it, and to FTS5 a query ends there.
        needle.push('\0');
    }
    if dice.chance(10) {
        needle.insert_str(0, dice.pick::<&str>(STRINGS));
    }
    match dice.below(4) {
        0 => needle.to_uppercase(),
        1 => needle.to_lowercase(),
        _ => needle,
    }
}
