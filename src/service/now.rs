//! Resources as they are now, beside events that tell what became of them: in the form of the SCIM
//! face, as far as it shows them to whoever does not ask for particular attributes.

use scim::json::text;
use scim::list::List;
use scim::resource_type::ResourceType;
use serde_json::Value;

use super::assemble::push_shown;
use super::content::Content;
use super::failure::Failure;
use super::reply::Selection;
use store::batch::{Answers, Batch, Handle};
use store::ledger::now::resources;
use store::record::Record;

/// A resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TenantResource {
    /// Whose.
    pub(crate) tenant: i64,
    /// Its type.
    pub(crate) kind: &'static ResourceType,
    /// Its id.
    pub(crate) id: String,
}

/// What asks for the resources of one type: their places among the keys.
pub(crate) type TypeHandle = (&'static ResourceType, Vec<usize>, Handle);

/// Asks for resources: a statement a type.
pub(crate) fn add(batch: &mut Batch, keys: &[TenantResource]) -> Vec<TypeHandle> {
    let mut handles = Vec::new();
    for kind in ResourceType::all() {
        let here = keys.iter().enumerate().filter(|(_, key)| key.kind == kind);
        let places: Vec<usize> = here.clone().map(|(place, _)| place).list();
        if !places.is_empty() {
            let mut wanted: Vec<Value> = Vec::new();
            for (_, key) in here {
                wanted.push(vec![Value::from(key.tenant), key.id.as_str().into()].into());
            }
            let handle = batch.add(resources(kind, &text(&wanted.into())));
            handles.push((kind, places, handle));
        }
    }
    handles
}

/// Adds what [`read`] gave to an event, JSON text.
pub(crate) fn add_to(event: &mut String, now: &str) {
    event.pop();
    event.extend([",", now, "}"]);
}

/// Reads what came: for each key the member `now` of its events, JSON text; none where that was
/// more than one page takes. Of a group with more members than an event names they are left out,
/// which the member `now_cut` says.
pub(crate) fn read(
    answers: &mut Answers,
    handles: Vec<TypeHandle>,
    keys: &[TenantResource],
    base: &str,
) -> Result<Vec<Option<String>>, Failure> {
    let mut shown = vec![Some("\"now\":null".to_owned()); keys.len()];
    for (kind, places, handle) in handles {
        let projection = Selection::default().bind(kind)?;
        for mut row in answers.rows(handle) {
            let place = row
                .integer(0)?
                .and_then(|place| usize::try_from(place).ok());
            let place = place.and_then(|place| shown.get_mut(*places.get(place)?));
            let Some(now) = place else { continue };
            let Some(record) = row.text(2)? else {
                *now = None;
                continue;
            };
            let members = row.text(1)?;
            let chunks = members.iter().filter(|chunk| !chunk.is_empty()).cloned();
            let mut content = Content::default();
            let record = Record::read(&record)?;
            push_shown(
                &mut content,
                kind,
                base,
                &record,
                chunks.list(),
                &projection,
            )?;
            let cut = if members.is_none() {
                ",\"now_cut\":[\"members\"]"
            } else {
                ""
            };
            *now = Some(["\"now\":", &content.into_text(), cut].concat());
        }
    }
    Ok(shown)
}
