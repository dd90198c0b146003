//! Names to attributes, values to operands: a filter becomes a predicate, or `invalidFilter`.

use crate::list::List;
use alloc::{boxed::Box, string::ToString, vec::Vec};

use serde_json::Value;

use super::merge::any;
use super::scope::{Scope, refusal, unknown, value_of, visible};
use super::value::{applies, operand, shape, type_words, value_of_type};
use super::{Place, Predicate, Test};
use crate::error::{Error, quote};
use crate::filter::{CompareOp, CompareValue, Filter};
use crate::habit::Habits;
use crate::path::{AttributePath, Location};
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Type};

impl Predicate {
    /// Binds a filter to a resource type.
    ///
    /// A multi-valued attribute, alone or with a sub-attribute, matches if one of its values does
    /// (RFC 7644 §3.4.2.2); alone it stands for its `value`. So does a singular complex attribute
    /// that has a `value`: Entra ID asks `manager eq "id"`. Alone with `pr` or null they are about
    /// the attribute as a whole.
    ///
    /// ```
    /// use scim::{filter::{Filter, predicate::Predicate}, habit::Habits, resource_type::USER_TYPE};
    /// let mut habits = Habits::default();
    /// let filter = Filter::parse("active gt true")?;
    /// assert_eq!(
    ///     Predicate::bind(&filter, &USER_TYPE, &mut habits).unwrap_err().detail(),
    ///     "filter: gt cannot compare 'active' at character 1, which is a boolean"
    /// );
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn bind(
        filter: &Filter,
        resource_type: &'static ResourceType,
        habits: &mut Habits,
    ) -> Result<Self, Error> {
        Binder {
            across: &[],
            habits,
        }
        .bind(Scope::Resource(resource_type), filter)
    }

    /// Binds what stands in the brackets behind a multi-valued attribute: its sub-attributes, or
    /// `value` for the values of a plain list.
    pub fn bind_element(
        filter: &Filter,
        of: &'static Attribute,
        habits: &mut Habits,
    ) -> Result<Self, Error> {
        Binder {
            across: &[],
            habits,
        }
        .bind(Scope::Element(of), filter)
    }

    /// Binds a filter to several resource types at once, for a search at the root; one predicate a
    /// type, in order.
    ///
    /// An attribute that a type lacks is unassigned there (§3.4.2.1); one that none of them has is
    /// refused.
    pub fn bind_across(
        filter: &Filter,
        types: &[&'static ResourceType],
        habits: &mut Habits,
    ) -> Result<Vec<Self>, Error> {
        let mut binder = Binder {
            across: types,
            habits,
        };
        types
            .iter()
            .map(|resource_type| binder.bind(Scope::Resource(resource_type), filter))
            .list_all()
    }

    /// What a value of the multi-valued attribute must hold to match, typed and in the client's
    /// spelling, if the filter is one `eq` or several joined by `and`, no two of them on the same
    /// sub-attribute.
    pub(crate) fn element_from(
        filter: &Filter,
        of: &'static Attribute,
    ) -> Option<Vec<(&'static Attribute, Value)>> {
        let mut terms: Vec<(&'static Attribute, Value)> = Vec::new();
        for (name, value) in filter.equalities()? {
            let (_, attribute) = Scope::Element(of).part(name)?;
            if terms.iter().any(|(other, _)| *other == attribute) {
                return None;
            }
            terms.push((
                attribute,
                value_of_type(attribute, value, &mut Habits::default())?,
            ));
        }
        Some(terms)
    }
}

impl Filter {
    /// A name in the brackets behind an attribute that its values have no part for.
    pub(crate) fn stranger(&self, of: &'static Attribute) -> Option<&AttributePath> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().find_map(|part| part.stranger(of)),
            Self::Not(part) => part.stranger(of),
            Self::Compare(path, ..) | Self::Present(path) | Self::ValuePath(path, _) => {
                let bare = path.uri.is_none() && path.sub.is_none();
                let known = bare && Scope::Element(of).part(&path.name).is_some();
                (!known).then_some(path)
            }
        }
    }
}

/// An operator and what it compares with; `pr` compares with nothing.
type Comparison<'a> = Option<(CompareOp, &'a CompareValue)>;

struct Binder<'a> {
    /// The types of a search at the root; empty otherwise.
    across: &'a [&'static ResourceType],
    habits: &'a mut Habits,
}

impl Binder<'_> {
    fn bind(&mut self, scope: Scope, filter: &Filter) -> Result<Predicate, Error> {
        match filter {
            Filter::And(parts) => self.bind_all(scope, parts).map(Predicate::All),
            Filter::Or(parts) => self.bind_all(scope, parts).map(any),
            Filter::Not(part) => Ok(Predicate::Not(Box::new(self.bind(scope, part)?))),
            Filter::Compare(path, op, value) => self.compare(scope, path, Some((*op, value))),
            Filter::Present(path) => self.compare(scope, path, None),
            Filter::ValuePath(path, inner) => self.value_path(scope, path, inner),
        }
    }

    fn bind_all(&mut self, scope: Scope, parts: &[Filter]) -> Result<Vec<Predicate>, Error> {
        parts.iter().map(|part| self.bind(scope, part)).list_all()
    }

    fn compare(
        &mut self,
        scope: Scope,
        path: &AttributePath,
        comparison: Comparison,
    ) -> Result<Predicate, Error> {
        let Scope::Resource(resource_type) = scope else {
            let bare = path.uri.is_none() && path.sub.is_none();
            let Some((place, attribute)) = bare.then(|| scope.part(&path.name)).flatten() else {
                return Err(unknown(scope, path));
            };
            return Ok(Predicate::Test(
                place,
                self.test(path, attribute, place, comparison)?,
            ));
        };
        let Some(location) = path.bind(resource_type, self.habits) else {
            let absence = matches!(comparison, Some((CompareOp::Eq, CompareValue::Null)));
            return self.elsewhere(scope, path, holds_without_value(comparison), absence);
        };
        let Location { attribute, sub, .. } = location;
        let whole = sub.is_none() && state(comparison).is_some();
        if whole || !attribute.multi_valued {
            let location = if whole {
                location
            } else {
                singular(path, location)?
            };
            let place = Place::At(location);
            return Ok(Predicate::Test(
                place,
                self.test(path, location.leaf(), place, comparison)?,
            ));
        }
        let (place, leaf) = match sub {
            None if attribute.kind != Type::Complex => (Place::Value(attribute), attribute),
            sub => {
                let sub = sub.map_or_else(|| value_of(path, attribute), Ok)?;
                (Place::Sub(sub), sub)
            }
        };
        visible(path, attribute)?;
        Ok(Predicate::Element {
            of: Location {
                sub: None,
                ..location
            },
            holds: Box::new(Predicate::Test(
                place,
                self.test(path, leaf, place, comparison)?,
            )),
        })
    }

    fn value_path(
        &mut self,
        scope: Scope,
        path: &AttributePath,
        inner: &Filter,
    ) -> Result<Predicate, Error> {
        let Scope::Resource(resource_type) = scope else {
            return Err(refusal(
                path,
                "a value path cannot stand within another, as ",
                " does",
            ));
        };
        let Some(location) = path.bind(resource_type, self.habits) else {
            return self.elsewhere(scope, path, false, false);
        };
        let attribute = location.attribute;
        visible(path, attribute)?;
        if location.sub.is_some() {
            return Err(refusal(
                path,
                "",
                " is a sub-attribute, which has no parts to stand in brackets",
            ));
        }
        if attribute.multi_valued {
            let holds = Box::new(self.bind(Scope::Element(attribute), inner)?);
            return Ok(Predicate::Element {
                of: location,
                holds,
            });
        }
        if attribute.kind == Type::Complex {
            return self.bind(Scope::Part(location), inner);
        }
        Err(refusal(
            path,
            "",
            " is neither complex nor multi-valued, so no brackets may follow it",
        ))
    }

    /// A name that the type lacks: unassigned if another type of the search has it. Of an attribute
    /// with several values no value is there to satisfy anything; only the list as such may be
    /// asked to be absent.
    fn elsewhere(
        &self,
        scope: Scope,
        path: &AttributePath,
        holds: bool,
        absence: bool,
    ) -> Result<Predicate, Error> {
        let bound = |other: &&'static ResourceType| path.bind(other, &mut Habits::default());
        if self.across.is_empty() {
            return Err(unknown(scope, path));
        }
        let Some(location) = self.across.iter().find_map(bound) else {
            let after = "; no resource type has one of that name";
            return Err(refusal(path, "unknown attribute ", after));
        };
        let about_values = location.attribute.multi_valued && (location.sub.is_some() || !absence);
        Ok(Predicate::Constant(holds && !about_values))
    }

    fn test(
        &mut self,
        path: &AttributePath,
        attribute: &'static Attribute,
        place: Place,
        comparison: Comparison,
    ) -> Result<Test, Error> {
        visible(path, attribute)?;
        if let Some(test) = state(comparison) {
            return Ok(test);
        }
        let Some((op, value)) = comparison else {
            return Ok(Test::Present);
        };
        if matches!(value, CompareValue::Null) {
            let words = [op.as_str(), " cannot compare "].concat();
            return Err(refusal(path, &words, " with null; eq and ne can"));
        }
        if attribute.multi_valued && !matches!(place, Place::Value(_)) {
            return Err(refusal(
                path,
                "",
                " has several values within one; such values cannot be compared",
            ));
        }
        if !applies(op, attribute.kind) {
            let words = [op.as_str(), " cannot compare "].concat();
            return Err(refusal(
                path,
                &words,
                &[", which is ", type_words(attribute.kind)].concat(),
            ));
        }
        let of_type = value_of_type(attribute, value, self.habits);
        let Some(operand) = of_type.and_then(|value| operand(op, attribute, &value)) else {
            let expected = [
                " is ",
                type_words(attribute.kind),
                ": expected ",
                shape(attribute.kind),
                ", found ",
                &quote(&value.to_string()),
            ];
            return Err(refusal(path, "", &expected.concat()));
        };
        Ok(Test::Compare(op, operand))
    }
}

/// `pr` and comparisons with null: whether there is a value, not which (RFC 7643 §2.5).
const fn state(comparison: Comparison) -> Option<Test> {
    match comparison {
        None | Some((CompareOp::Ne, CompareValue::Null)) => Some(Test::Present),
        Some((CompareOp::Eq, CompareValue::Null)) => Some(Test::Absent),
        Some(_) => None,
    }
}

/// What a comparison says of an attribute without a value.
const fn holds_without_value(comparison: Comparison) -> bool {
    let Some((op, value)) = comparison else {
        return false;
    };
    let null = matches!(value, CompareValue::Null);
    match op {
        CompareOp::Eq => null,
        CompareOp::Ne => !null,
        CompareOp::Co
        | CompareOp::Sw
        | CompareOp::Ew
        | CompareOp::Gt
        | CompareOp::Lt
        | CompareOp::Ge
        | CompareOp::Le => false,
    }
}

/// A complex attribute that is named alone stands for its `value`.
fn singular(path: &AttributePath, location: Location) -> Result<Location, Error> {
    visible(path, location.attribute)?;
    if location.sub.is_some() || location.attribute.kind != Type::Complex {
        return Ok(location);
    }
    Ok(Location {
        sub: Some(value_of(path, location.attribute)?),
        ..location
    })
}
