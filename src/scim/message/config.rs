//! `ServiceProviderConfig`: what the server can do and how much of it at once (RFC 7643 §5, RFC
//! 9865 §4).

use alloc::string::String;

use serde_json::{Map, Value};

use crate::discovery::{meta, put};
use crate::json::texts;
use crate::schemas::service_provider::SERVICE_PROVIDER_CONFIG;

/// The limits that the server holds a client to; the ones that are told are the ones that are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most operations of one Bulk request.
    pub bulk_max_operations: u32,
    /// The most bytes of one Bulk request.
    pub bulk_max_payload_size: u32,
    /// The most resources of one reply to a query.
    pub filter_max_results: u32,
    /// The page size of a query without `count`.
    pub default_page_size: u32,
    /// The largest page size that a query gets, whatever it asks for.
    pub max_page_size: u32,
    /// How many seconds a cursor is good for.
    pub cursor_timeout: u32,
}

/// The document; `base` is the base URL, without a slash at its end.
///
/// ```
/// use scim::message::config::{Limits, service_provider_config};
/// let limits = Limits {
///     bulk_max_operations: 1_000,
///     bulk_max_payload_size: 4_194_304,
///     filter_max_results: 1_000,
///     default_page_size: 100,
///     max_page_size: 1_000,
///     cursor_timeout: 3_600,
/// };
/// let config = service_provider_config(&limits, "https://example.com/scim/v2");
/// assert_eq!(config["patch"]["supported"], true);
/// assert_eq!(config["pagination"]["defaultPaginationMethod"], "index");
/// assert_eq!(config["changePassword"]["supported"], false);
/// ```
pub fn service_provider_config(limits: &Limits, base: &str) -> Value {
    let mut object = Map::new();
    put(
        &mut object,
        "schemas",
        texts(&[SERVICE_PROVIDER_CONFIG.uri]),
    );
    put(&mut object, "patch", support(true));
    put(&mut object, "bulk", bulk(limits));
    put(&mut object, "filter", filter(limits));
    // A password that a client sends is forgotten; this server signs nobody in.
    put(&mut object, "changePassword", support(false));
    put(&mut object, "sort", support(true));
    put(&mut object, "etag", support(true));
    put(&mut object, "pagination", pagination(limits));
    let schemes = Value::Array([bearer_token()].into());
    put(&mut object, "authenticationSchemes", schemes);
    put(
        &mut object,
        "meta",
        meta("ServiceProviderConfig", base, "/ServiceProviderConfig", ""),
    );
    Value::Object(object)
}

fn support(supported: bool) -> Map<String, Value> {
    let mut object = Map::new();
    put(&mut object, "supported", supported);
    object
}

fn bulk(limits: &Limits) -> Map<String, Value> {
    let mut object = support(true);
    put(&mut object, "maxOperations", limits.bulk_max_operations);
    put(&mut object, "maxPayloadSize", limits.bulk_max_payload_size);
    object
}

fn filter(limits: &Limits) -> Map<String, Value> {
    let mut object = support(true);
    put(&mut object, "maxResults", limits.filter_max_results);
    object
}

/// RFC 9865 §4. A server that does both ways names the one that a query without `cursor` and
/// `startIndex` gets; index is what every client of before that RFC counts on.
fn pagination(limits: &Limits) -> Map<String, Value> {
    let mut object = Map::new();
    put(&mut object, "cursor", true);
    put(&mut object, "index", true);
    put(&mut object, "defaultPaginationMethod", "index");
    put(&mut object, "defaultPageSize", limits.default_page_size);
    put(&mut object, "maxPageSize", limits.max_page_size);
    put(&mut object, "cursorTimeout", limits.cursor_timeout);
    object
}

fn bearer_token() -> Value {
    let mut object = Map::new();
    put(&mut object, "type", "oauthbearertoken");
    put(&mut object, "name", "Bearer token");
    put(
        &mut object,
        "description",
        "Authorization: Bearer, with a token from the operator (RFC 6750)",
    );
    put(
        &mut object,
        "specUri",
        "https://www.rfc-editor.org/info/rfc6750",
    );
    put(&mut object, "primary", true);
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    const LIMITS: Limits = Limits {
        bulk_max_operations: 1,
        bulk_max_payload_size: 2,
        filter_max_results: 3,
        default_page_size: 4,
        max_page_size: 5,
        cursor_timeout: 6,
    };

    #[track_caller]
    fn shows(pointer: &str, expected: impl Into<Value>) {
        let config = service_provider_config(&LIMITS, "https://example.com/scim/v2");
        assert_eq!(config.pointer(pointer), Some(&expected.into()), "{pointer}");
    }

    /// RFC 7643 §5: the attributes, each with what this server can say of it.
    #[test]
    fn every_required_attribute_of_7643_5_is_there() {
        shows("/schemas/0", SERVICE_PROVIDER_CONFIG.uri);
        shows("/patch/supported", true);
        shows("/bulk/supported", true);
        shows("/bulk/maxOperations", 1);
        shows("/bulk/maxPayloadSize", 2);
        shows("/filter/supported", true);
        shows("/filter/maxResults", 3);
        shows("/changePassword/supported", false);
        shows("/sort/supported", true);
        shows("/etag/supported", true);
        shows("/authenticationSchemes/0/type", "oauthbearertoken");
        shows("/authenticationSchemes/0/primary", true);
        shows("/meta/resourceType", "ServiceProviderConfig");
        shows(
            "/meta/location",
            "https://example.com/scim/v2/ServiceProviderConfig",
        );
    }

    #[test]
    fn the_pagination_block_is_that_of_9865_4() {
        shows(
            "/pagination",
            serde_json::json!({
                "cursor": true,
                "index": true,
                "defaultPaginationMethod": "index",
                "defaultPageSize": 4,
                "maxPageSize": 5,
                "cursorTimeout": 6,
            }),
        );
    }

    /// RFC 7643 §3.1: `ServiceProviderConfig` has no id; and what is not known is left out.
    #[test]
    fn nothing_more_is_told() {
        let config = service_provider_config(&LIMITS, "");
        let keys: Vec<&str> = config
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            keys,
            [
                "authenticationSchemes",
                "bulk",
                "changePassword",
                "etag",
                "filter",
                "meta",
                "pagination",
                "patch",
                "schemas",
                "sort"
            ],
        );
    }
}
