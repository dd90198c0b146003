//! An event as an undo reads it, and where its attributes stand.

use scim::change::changes;
use scim::json;
use scim::resource_type::ResourceType;
use serde_json::Value;

use super::state::{Object, texts, values};
use store::ledger::undo::EventRow;

/// An event of a resource.
pub(super) struct UndoEvent {
    pub(super) seq: i64,
    pub(super) kind: String,
    pub(super) type_name: String,
    pub(super) resource_type: Option<&'static ResourceType>,
    pub(super) id: String,
    /// None where it was erased.
    pub(super) body: Option<Object>,
}

impl UndoEvent {
    /// Of what it deleted, where that is kept, the whole document and all its memberships stand in
    /// it, and `is_more`.
    pub(super) fn of(row: EventRow) -> Self {
        let mut event = Self {
            seq: row.seq,
            kind: row.kind,
            resource_type: ResourceType::by_name(&row.resource_type),
            type_name: row.resource_type,
            id: row.id,
            body: row.body.as_deref().and_then(json::object),
        };
        let snapshot = row.snapshot.as_deref().and_then(json::object);
        if let (Some(resource_type), Some(mut snapshot)) = (event.resource_type, snapshot)
            && let Some(document) = snapshot.get("before").and_then(Value::as_object)
            && event.differing(resource_type, "before", document).is_none()
            && let Some(body) = &mut event.body
        {
            body.remove("cut");
            body.append(&mut snapshot);
        }
        event
    }

    /// The path of an attribute that another document has otherwise than the event on one side,
    /// which does not tell of what is cut of it.
    pub(super) fn differing(
        &self,
        resource_type: &'static ResourceType,
        side: &str,
        document: &Object,
    ) -> Option<String> {
        let is_cut = |path: &str| {
            let is_in = |name: &str| {
                path.strip_prefix(name)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
            };
            self.cut_names().into_iter().any(is_in)
        };
        let differing = changes(resource_type, &self.document(side), document);
        differing.iter().find_map(|entry| {
            let path = entry.get("path")?.as_str()?;
            (!is_cut(path) && path != "schemas").then(|| path.to_owned())
        })
    }

    /// The last word of its type.
    pub(super) fn word(&self) -> &str {
        self.kind.split_once('.').map_or("", |(_, word)| word)
    }

    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        self.body.as_ref()?.get(name)
    }

    /// The document on one side.
    pub(super) fn document(&self, side: &str) -> Object {
        let document = self.member(side).and_then(Value::as_object);
        document.cloned().unwrap_or_default()
    }

    /// The attributes that were cut of it.
    pub(super) fn cut_names(&self) -> Vec<&str> {
        texts(self.member("cut"))
    }

    pub(super) fn changes(&self) -> &[Value] {
        values(self.member("changes"))
    }

    /// The ids of those who came or went.
    pub(super) fn members(&self, side: &str) -> Vec<&str> {
        let side = self.member("members").and_then(|members| members.get(side));
        let mut ids = Vec::new();
        for link in values(side) {
            ids.extend(link.get("id").and_then(Value::as_str));
        }
        ids
    }
}

/// Where the attribute of a path of an event stands: in which extension, by which name.
pub(super) fn place(
    resource_type: &'static ResourceType,
    path: &str,
) -> Option<(Option<&'static str>, &'static str)> {
    if let Some(attribute) = resource_type.attribute(path) {
        return Some((None, attribute.name));
    }
    resource_type.extensions.iter().find_map(|extension| {
        let schema = extension.schema;
        let name = path.strip_prefix(schema.uri)?.strip_prefix(':')?;
        let attribute = scim::schema::find(schema.attributes, name)?;
        Some((Some(schema.uri), attribute.name))
    })
}

/// Sets an attribute; null takes it out.
pub(super) fn put(
    document: &mut Object,
    (uri, name): (Option<&'static str>, &'static str),
    value: Value,
) {
    let object = match uri {
        None => Some(document),
        Some(uri) => document
            .entry(uri)
            .or_insert_with(|| Value::Object(Object::new()))
            .as_object_mut(),
    };
    if let Some(object) = object {
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.to_owned(), value);
        }
    }
}

/// The value of an attribute; null for none.
pub(super) fn get<'a>(document: &'a Object, (uri, name): (Option<&str>, &str)) -> &'a Value {
    let object = match uri {
        Some(uri) => document.get(uri).and_then(Value::as_object),
        None => Some(document),
    };
    object
        .and_then(|object| object.get(name))
        .unwrap_or(&Value::Null)
}
