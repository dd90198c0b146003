//! `schemas`: which message a body is, which schemas a resource has (RFC 7643 §3, RFC 7644 §3.1).
//!
//! One reading for all bodies: `null` and an empty list are as good as nothing (RFC 7643 §2.5), one
//! string is a list of one. What a body is that names nothing, the endpoint says.

use alloc::string::String;

use serde_json::Value;

use crate::error::Error;
use crate::list::values_in;

/// Whether one of them is this URI, in any letter case.
pub(super) fn name(uris: &[Value], message: &str) -> bool {
    uris.iter()
        .filter_map(Value::as_str)
        .any(|uri| uri.eq_ignore_ascii_case(message))
}

/// Refuses a body that names other messages and not this one.
pub(super) fn check(schemas: Option<&Value>, message: &str) -> Result<(), Error> {
    let uris = values_in(schemas);
    if uris.is_empty() || name(uris, message) {
        return Ok(());
    }
    let mut detail = String::from("schemas must name ");
    detail.push_str(message);
    Err(Error::invalid_syntax(detail))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_is_what_it_names_or_what_the_endpoint_says() {
        for fits in [
            json!(null),
            json!([]),
            json!("urn:X"),
            json!(["urn:y", "urn:x"]),
        ] {
            assert_eq!(check(Some(&fits), "urn:x"), Ok(()), "{fits}");
        }
        for other in [json!("urn:y"), json!(["urn:y"]), json!([7]), json!({})] {
            let error = check(Some(&other), "urn:x").unwrap_err();
            assert_eq!(error.detail(), "schemas must name urn:x", "{other}");
        }
    }
}
