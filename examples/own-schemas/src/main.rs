//! A program of its own on the crate `scim`, with a resource type of its own: the documents are in
//! `schemas`, and `.cargo/config.toml` says so.

use scim::habit::Habits;
use scim::resource::Resource;
use scim::resource_type::ResourceType;
use serde_json::{Value, json};

fn main() {
    for resource_type in ResourceType::all() {
        println!("{} at {}", resource_type.name, resource_type.endpoint);
    }
    for body in [
        json!({ "NUMBER": "1.07", "seats": "8" }),
        json!({ "seats": "many" }),
    ] {
        match room(&body) {
            Ok(document) => println!("{body} is stored as {document}"),
            Err(words) => println!("{body} is refused: {words}"),
        }
    }
}

/// The document of a room as a server stores it, or the words of the refusal.
fn room(body: &Value) -> Result<Value, String> {
    let room = ResourceType::by_name("Room").ok_or("built without the folder schemas")?;
    let resource = Resource::accept(room, body, &mut Habits::default())
        .map_err(|error| error.detail().to_owned())?;
    Ok(Value::Object(resource.document))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_what_its_documents_say_and_nothing_of_the_repository() {
        let names: Vec<&str> = ResourceType::all()
            .map(|resource_type| resource_type.name)
            .collect();
        assert_eq!(names, ["User", "Group", "Room"]);
    }

    #[test]
    fn values_are_read_by_its_schema() {
        let stored = room(&json!({ "NUMBER": "1.07", "seats": "8" })).unwrap();
        assert_eq!(
            (&stored["number"], &stored["seats"]),
            (&json!("1.07"), &json!(8))
        );
        let words = room(&json!({ "seats": 8 })).unwrap_err();
        assert!(words.contains("number"), "{words}");
    }
}
