//! Media types: what is read and what is answered (RFC 7644 §3.1, §3.8, §8.1).

use crate::http::content_type;

/// The type of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MediaType {
    /// `application/scim+json`.
    #[default]
    Scim,
    /// `application/json`.
    Json,
}

/// The weight of what is named without one, in thousandths.
const FULL: u32 = 1_000;

/// A weight (RFC 9110 §12.4.2: `0`, `0.5`, `1.000`) in thousandths; what is none counts as full.
fn thousandths(weight: &str) -> u32 {
    let (whole, fraction) = weight.trim().split_once('.').unwrap_or((weight, ""));
    let fraction = fraction.get(..3).unwrap_or(fraction);
    let number = |text: &str| {
        if text.is_empty() {
            Some(0)
        } else {
            text.parse::<u32>().ok()
        }
    };
    let scale = [100, 10, 1]
        .get(fraction.len().wrapping_sub(1))
        .copied()
        .unwrap_or(0);
    match (number(whole), number(fraction)) {
        (Some(0), Some(fraction)) => fraction * scale,
        _ => FULL,
    }
}

impl MediaType {
    /// The value of `Content-Type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scim => "application/scim+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// The type that an `Accept` header asks for: plain JSON only where it asks for that and not,
    /// or less, for SCIM's (`OneLogin` asks so). Of the ranges that a type is in the narrowest
    /// counts (RFC 9110 §12.5.1), and of two types of one weight the one that is named. A header
    /// that accepts neither is answered with SCIM's all the same: §12.4.1 allows it, and an error
    /// that the client cannot read would help nobody.
    ///
    /// ```
    /// use scim_worker::http::scim::media::MediaType;
    /// let accepted = |accept| MediaType::for_accept(Some(accept));
    /// assert_eq!(accepted("application/scim+json, application/json"), MediaType::Scim);
    /// assert_eq!(accepted("application/scim+json;q=0.1, application/json;q=0.9"), MediaType::Json);
    /// assert_eq!(accepted("application/scim+json;q=0, */*"), MediaType::Json);
    /// ```
    pub fn for_accept(accept: Option<&str>) -> Self {
        let accept = accept.unwrap_or_default().to_ascii_lowercase();
        let weight = |name: &str| {
            let wide = ["*/*", "application/*", name];
            let ranges = accept.split(',').filter_map(|range| {
                let mut parts = range.split(';').map(str::trim);
                let range = parts.next()?;
                let narrow = wide.iter().position(|known| *known == range)?;
                let weight = parts.find_map(|part| part.strip_prefix("q="));
                Some((narrow, weight.map_or(FULL, thousandths)))
            });
            let (narrow, weight) = ranges.max().unwrap_or_default();
            (weight, narrow)
        };
        let json = weight("application/json");
        if json.0 > 0 && json > weight("application/scim+json") {
            Self::Json
        } else {
            Self::Scim
        }
    }

    /// Whether a body of this `Content-Type` is read: SCIM's or plain JSON. A body without a type
    /// is taken for JSON (RFC 9110 §8.3).
    pub fn readable(content_type: Option<&str>) -> bool {
        content_type.is_none_or(|sent| {
            content_type::is_one(sent, &["application/scim+json", "application/json"])
        })
    }
}
