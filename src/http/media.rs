//! Media types: what is read and what is answered (RFC 7644 §3.1, §3.8, §8.1).

/// The type of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MediaType {
    /// `application/scim+json`.
    #[default]
    Scim,
    /// `application/json`.
    Json,
}

impl MediaType {
    /// The value of `Content-Type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scim => "application/scim+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// The type that an `Accept` header asks for: plain JSON only where it asks for that and not for SCIM's (`OneLogin`
    /// asks so). A header that accepts neither is answered with SCIM's all the same: RFC 9110 §12.4.1 allows it, and an
    /// error that the client cannot read would help nobody.
    pub fn accepted(accept: Option<&str>) -> Self {
        let accept = accept.unwrap_or_default().to_ascii_lowercase();
        let names = |name: &str| {
            accept.split(',').any(|range| {
                let mut parts = range.split(';').map(str::trim);
                // A weight of zero means "not this one" (RFC 9110 §12.4.2).
                parts.next() == Some(name)
                    && !parts.any(|weight| {
                        weight
                            .strip_prefix("q=")
                            .is_some_and(|digits| digits.trim_matches(['0', '.']).is_empty())
                    })
            })
        };
        if names("application/json") && !names("application/scim+json") {
            Self::Json
        } else {
            Self::Scim
        }
    }

    /// Whether a body of this `Content-Type` is read: SCIM's or plain JSON, in UTF-8. A body without a type is taken for
    /// JSON (RFC 9110 §8.3).
    pub fn readable(content_type: Option<&str>) -> bool {
        let Some(content_type) = content_type else {
            return true;
        };
        let mut parts = content_type
            .split(';')
            .map(|part| part.trim().to_ascii_lowercase());
        let known = matches!(
            parts.next().as_deref(),
            Some("application/scim+json" | "application/json")
        );
        known
            && parts.all(|parameter| match parameter.split_once('=') {
                Some(("charset", charset)) => {
                    matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii")
                }
                Some(_) | None => true,
            })
    }
}
