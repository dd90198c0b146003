//! What a list is ordered by: `sortBy` bound to each type (RFC 7644 §3.4.2.3).

use scim::error::{Error, quote};
use scim::habit::Habits;
use scim::path::{AttributePath, Location};
use scim::resource_type::ResourceType;
use scim::schema::Type;

use crate::failure::Failure;

/// The attribute that a list is ordered by, in each type; a type that lacks it has no value there.
pub(super) fn sort_locations(
    text: &str,
    types: &[&'static ResourceType],
    habits: &mut Habits,
) -> Result<Vec<Option<Location>>, Failure> {
    let path = AttributePath::parse(text)?;
    let text = quote(text);
    let mut locations = Vec::with_capacity(types.len());
    for resource_type in types {
        let location = path.bind(resource_type, habits);
        locations.push(
            location
                .map(|location| sortable(&text, location))
                .transpose()?,
        );
    }
    match types {
        [only] if locations.iter().all(Option::is_none) => Err(path.unknown(only).into()),
        _ if locations.iter().all(Option::is_none) => Err(Error::invalid_path(format!(
            "`sortBy`: no resource type has the attribute \"{text}\". /Schemas lists all attributes."
        ))
        .into()),
        _ => Ok(locations),
    }
}

/// RFC 7644 §3.4.2.3: a complex attribute is ordered by a part of it; `value`, unless another is
/// named.
fn sortable(text: &str, mut location: Location) -> Result<Location, Failure> {
    let attribute = location.attribute;
    if attribute.returned == scim::schema::Returned::Never {
        return Err(Error::invalid_path(format!(
            "`sortBy`: \"{text}\" is never returned, so no list is sorted by it. Name another attribute."
        ))
        .into());
    }
    if attribute.kind == Type::Complex && location.sub.is_none() {
        location.sub = attribute.sub_attribute("value");
        if location.sub.is_none() {
            return Err(Error::invalid_path(format!(
                "`sortBy`: \"{text}\" has sub-attributes. Name one of them, such as {}.{}.",
                attribute.name,
                attribute
                    .sub_attributes
                    .first()
                    .map_or("value", |sub| sub.name),
            ))
            .into());
        }
    }
    Ok(location)
}
