//! Filters over every attribute of a resource type, with values that its resources have or nearly
//! have.

use scim::resource_type::ResourceType;
use scim::schema::{Attribute, Returned, Schema, Type};
use serde_json::Value;

use super::dice::Dice;
use super::documents::simple;
use super::world::Population;

/// An attribute path that a filter may name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    pub(crate) schema: Option<&'static Schema>,
    pub(crate) attribute: &'static Attribute,
    pub(crate) sub: Option<&'static Attribute>,
}

impl Term {
    /// Every attribute and sub-attribute of a type.
    pub(crate) fn all(resource_type: &'static ResourceType) -> Vec<Self> {
        let core = resource_type
            .attributes()
            .map(|attribute| (None, attribute));
        let extensions = resource_type.extensions.iter().flat_map(|extension| {
            extension
                .schema
                .attributes
                .iter()
                .map(|attribute| (Some(extension.schema), attribute))
        });
        core.chain(extensions)
            .filter(|(_, attribute)| attribute.returned != Returned::Never)
            .flat_map(|(schema, attribute)| {
                let subs = attribute.sub_attributes.iter().map(Some);
                std::iter::once(None).chain(subs).map(move |sub| Self {
                    schema,
                    attribute,
                    sub,
                })
            })
            .collect()
    }

    /// The attribute whose values are compared.
    pub(crate) fn leaf(self) -> &'static Attribute {
        match self.sub {
            Some(sub) => sub,
            None if self.attribute.kind == Type::Complex => self
                .attribute
                .sub_attribute("value")
                .unwrap_or(self.attribute),
            None => self.attribute,
        }
    }

    /// The values that a resource shows there.
    pub(crate) fn shown(self, resource: &serde_json::Map<String, Value>) -> Vec<&Value> {
        let holder = match self.schema {
            Some(schema) => resource.get(schema.uri).and_then(Value::as_object),
            None => Some(resource),
        };
        let value = holder.and_then(|holder| holder.get(self.attribute.name));
        let values = match value {
            Some(Value::Array(values)) => values.iter().collect(),
            Some(value) => vec![value],
            None => Vec::new(),
        };
        let leaf = self.leaf();
        if leaf == self.attribute {
            return values;
        }
        values
            .into_iter()
            .filter_map(|value| value.get(leaf.name))
            .collect()
    }

    /// The path as written in full.
    pub(crate) fn path(self) -> String {
        let mut path = self
            .schema
            .map_or_else(String::new, |schema| format!("{}:", schema.uri));
        path += self.attribute.name;
        if let Some(sub) = self.sub {
            path = path + "." + sub.name;
        }
        path
    }
}

/// Makes filters for the resources of one type.
pub(crate) struct Filters<'a> {
    population: &'a Population,
    pub(crate) terms: Vec<Term>,
}

const OPERATORS: [&str; 9] = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];

/// The operators that mean something for a type (RFC 7644 §3.4.2.2).
pub(crate) fn operators(kind: Type) -> &'static [&'static str] {
    match kind {
        Type::String | Type::Reference => &OPERATORS,
        Type::Binary => &["eq", "ne", "co", "sw", "ew"],
        Type::Boolean => &["eq", "ne"],
        Type::Decimal | Type::Integer | Type::DateTime => &["eq", "ne", "gt", "ge", "lt", "le"],
        Type::Complex => &[],
    }
}

impl<'a> Filters<'a> {
    pub(crate) fn new(population: &'a Population) -> Self {
        Self {
            population,
            terms: Term::all(population.resource_type),
        }
    }

    /// A filter of up to a dozen comparisons.
    pub(crate) fn filter(&self, dice: &mut Dice) -> String {
        let depth = dice.below(4);
        tree(dice, depth, &|dice| self.atom(dice))
    }

    /// A filter of many comparisons, most of them on the values of one attribute: the links of
    /// users and groups more often than others.
    pub(crate) fn about_values(&self, dice: &mut Dice) -> String {
        let several = |term: &&Term| term.attribute.multi_valued;
        let linked = |term: &&Term| term.attribute.linked;
        let chosen: Vec<Term> = if dice.chance(70) {
            self.terms.iter().filter(linked).copied().collect()
        } else {
            self.terms.iter().filter(several).copied().collect()
        };
        if chosen.is_empty() {
            return self.filter(dice);
        }
        let of = *dice.pick(&chosen);
        let same: Vec<Term> = chosen
            .into_iter()
            .filter(|term| (term.schema, term.attribute) == (of.schema, of.attribute))
            .collect();
        let depth = 1 + dice.below(4);
        let filter = tree(dice, depth, &|dice| {
            if dice.chance(10) {
                return self.atom(dice);
            }
            self.atom_of(*dice.pick(&same), dice)
        });
        if filter.len() > 8_000 {
            self.filter(dice)
        } else {
            filter
        }
    }

    /// `eq` of many values of an attribute, joined by `or`, alone or within another filter.
    pub(crate) fn list(&self, dice: &mut Dice) -> String {
        let strings: Vec<Term> = self
            .terms
            .iter()
            .filter(|term| operators(term.leaf().kind).contains(&"co"))
            .copied()
            .collect();
        let term = *dice.pick(&strings);
        let count = 2 + dice.below(40);
        let values: Vec<String> = (0..count)
            .map(|_| format!("{} eq {}", self.path(term, dice), self.literal(term, dice)))
            .collect();
        let list = values.join(" or ");
        match dice.below(5) {
            0 => list,
            1 => format!("not ({list})"),
            2 => format!("({list}) and {}", self.atom(dice)),
            3 => format!("{} or {list}", self.atom(dice)),
            _ => format!("{list} or ({} and {})", self.atom(dice), self.atom(dice)),
        }
    }

    /// A comparison or a value path.
    fn atom(&self, dice: &mut Dice) -> String {
        let term = *dice.pick(&self.terms);
        self.atom_of(term, dice)
    }

    fn atom_of(&self, term: Term, dice: &mut Dice) -> String {
        let brackets = term.attribute.kind == Type::Complex || term.attribute.multi_valued;
        if term.sub.is_none() && brackets && dice.chance(50) {
            let depth = dice.below(3);
            let inner = tree(dice, depth, &|dice| self.part(term, dice));
            return format!("{}[{inner}]", self.path(term, dice));
        }
        let path = self.path(term, dice);
        self.comparison(&path, term, dice)
    }

    /// A comparison within the brackets behind an attribute.
    fn part(&self, of: Term, dice: &mut Dice) -> String {
        let (name, term) = if of.attribute.kind == Type::Complex {
            let sub = dice.pick(of.attribute.sub_attributes);
            (
                sub.name,
                Term {
                    sub: Some(sub),
                    ..of
                },
            )
        } else {
            ("value", of)
        };
        let name = spelt(name, dice);
        self.comparison(&name, term, dice)
    }

    fn comparison(&self, path: &str, term: Term, dice: &mut Dice) -> String {
        let operators = operators(term.leaf().kind);
        if operators.is_empty() || dice.chance(10) {
            let state = dice.pick(&["pr", "eq null", "ne null"]);
            return format!("{path} {state}");
        }
        let operator = if dice.chance(2) {
            dice.pick(&OPERATORS)
        } else {
            dice.pick(operators)
        };
        let literal = self.literal(term, dice);
        format!("{path} {} {literal}", spelt(operator, dice))
    }

    /// The path, with or without the core schema's URI, at times in other letters.
    fn path(&self, term: Term, dice: &mut Dice) -> String {
        let mut path = term.path();
        if term.schema.is_none() && dice.chance(10) {
            path = format!("{}:{path}", self.population.resource_type.schema.uri);
        }
        spelt(&path, dice)
    }

    /// A value to compare with: one of the pool, or one that some resource has there, whole, cut or
    /// in other letters.
    pub(crate) fn literal(&self, term: Term, dice: &mut Dice) -> String {
        let kind = term.leaf().kind;
        let resources = &self.population.resources;
        let mut value = simple(kind, dice);
        if dice.chance(60) && !resources.is_empty() {
            let start = dice.below(resources.len());
            let found = (0..resources.len())
                .flat_map(|step| term.shown(&resources[(start + step) % resources.len()].resource))
                .next();
            value = found.cloned().unwrap_or(value);
        }
        match value {
            Value::String(text) if kind != Type::DateTime => quoted(&bent(&text, dice), dice),
            Value::String(text) => quoted(&text, dice),
            other => other.to_string(),
        }
    }
}

/// A text, a part of it, or the same in other letters.
fn bent(text: &str, dice: &mut Dice) -> String {
    let characters: Vec<char> = text.chars().collect();
    match dice.below(8) {
        0..=2 => text.to_owned(),
        3 => text.to_uppercase(),
        4 => text.to_lowercase(),
        5 => characters[..dice.below(characters.len() + 1)]
            .iter()
            .collect(),
        6 => characters[dice.below(characters.len() + 1)..]
            .iter()
            .collect(),
        _ => {
            let start = dice.below(characters.len() + 1);
            let length = dice.below(3).min(characters.len() - start);
            characters[start..start + length].iter().collect()
        }
    }
}

/// A JSON string, at times with every character escaped.
pub(crate) fn quoted(text: &str, dice: &mut Dice) -> String {
    if dice.chance(5) {
        let escaped = text.encode_utf16().fold(String::new(), |escaped, unit| {
            escaped + &format!("\\u{unit:04X}")
        });
        return format!("\"{escaped}\"");
    }
    Value::from(text).to_string()
}

/// At times in other letters.
fn spelt(text: &str, dice: &mut Dice) -> String {
    match dice.below(12) {
        10 => text.to_ascii_uppercase(),
        11 => text.to_ascii_lowercase(),
        _ => text.to_owned(),
    }
}

/// Tests joined, negated and bracketed.
pub(crate) fn tree(dice: &mut Dice, depth: usize, atom: &dyn Fn(&mut Dice) -> String) -> String {
    if depth == 0 {
        return atom(dice);
    }
    match dice.below(6) {
        0 => atom(dice),
        1 => format!("not ({})", tree(dice, depth - 1, atom)),
        2 => format!("({})", tree(dice, depth - 1, atom)),
        joint => {
            let joint = if joint % 2 == 0 { " and " } else { " or " };
            let parts: Vec<String> = (0..2 + dice.below(2))
                .map(|_| tree(dice, depth - 1, atom))
                .collect();
            parts.join(&spelt(joint, dice))
        }
    }
}
