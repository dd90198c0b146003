//! What the path of an operation names, if anything that a schema knows (RFC 7644 §3.5.2).

use alloc::string::{String, ToString};

use super::read::Reader;
use crate::error::Error;
use crate::habit::Habits;
use crate::patch::path::{Path, Target};
use crate::path::{AttributePath, schema_named};

impl Reader<'_> {
    /// A path, or the URI of the core schema: that is the resource itself.
    pub(super) fn target(&mut self, text: &str) -> Result<Target, Error> {
        if text
            .trim_start()
            .get(..4)
            .is_some_and(|urn| urn.eq_ignore_ascii_case("urn:"))
            && schema_named(self.resource_type, text, self.habits)
                == Some(self.resource_type.schema)
        {
            return Ok(Target::Resource);
        }
        Path::parse(text)?.bind(self.resource_type, self.habits)
    }

    /// The name in a path that no schema of the type knows, if that is what is wrong with it. Entra
    /// ID maps attributes and extensions that the application may not have: they are left out as
    /// those of a body are.
    pub(super) fn unknown(&self, text: &str) -> Option<String> {
        if let Ok(path) = Path::parse(text) {
            return path.unknown(self.resource_type);
        }
        // Nothing is deeper than an attribute and its part, and a custom attribute may have a name
        // that SCIM has not ("job title", "größe"): no schema can know it, as little as a key of a
        // body. Whatever brackets stand behind an unknown name select nothing.
        let front = text.split('[').next().unwrap_or_default().trim();
        let is_unknown = match AttributePath::parse(front) {
            Ok(path) => {
                let bound = path.bind(self.resource_type, &mut Habits::default());
                bound.is_none() && path.bind_extension(self.resource_type).is_none()
            }
            Err(_) => front.split('.').all(is_foreign_name),
        };
        is_unknown.then(|| front.to_string())
    }
}

/// Whether a part of a path may be what somebody calls an attribute, if not in SCIM: there is no
/// bracket in it, no quote and no control character; and it is no JSON Pointer (`/active`), which
/// names what it does not reach.
fn is_foreign_name(name: &str) -> bool {
    let is_syntax =
        |letter: char| letter.is_control() || matches!(letter, '[' | ']' | '(' | ')' | '"');
    !name.trim().is_empty() && !name.contains(is_syntax) && !name.trim().starts_with('/')
}
