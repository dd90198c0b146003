//! The `Authorization` header becomes a credential (RFC 6750 §2.1).

use crate::http::fault::Fault;
use service::credential::Credential;

/// The credential of a request.
///
/// ```
/// use scim_worker::http::auth::credential;
/// assert_eq!(credential(Some("bearer abc ")).map(|credential| credential.0), Ok("abc"));
/// assert!(credential(Some("Basic YTpi")).is_err());
/// ```
pub fn credential(authorization: Option<&str>) -> Result<Credential<'_>, Fault> {
    let Some(header) = authorization else {
        return Err(Fault::NoToken(
            "This endpoint needs a token: send the header `Authorization: Bearer <token>`.",
        ));
    };
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => token.trim(),
        Some(_) | None => {
            return Err(Fault::NoToken(
                "Only bearer tokens are accepted: send the header `Authorization: Bearer <token>`.",
            ));
        }
    };
    if token.is_empty() {
        return Err(Fault::NoToken(
            "The bearer token is empty: send the header `Authorization: Bearer <token>`.",
        ));
    }
    Ok(Credential(token))
}
