//! What operators set: of the deployment, and of a tenant.
//!
//! A tenant is known only from the batch that works for it, so the batch is made by the settings in
//! hand: those that the instance remembers of the credential, or else the deployment's, as if the
//! tenant had none. The look-up in front of the batch fails it where the tenant has later ones.
//! Then they are read, and all is done again. A change holds from the next request on, on every
//! instance, and costs nothing where nothing has changed.

use scim::part;
use std::cell::RefCell;
use std::rc::Rc;

use scim::index::Index;
use scim::json;
use scim::message::config::Limits;
use serde_json::Value;

use super::master::Master;

/// Bytes of the largest body: of a Bulk request, and of a group, which may have tens of thousands
/// of members.
pub const MAX_LARGE_BODY: u32 = 4_194_304;

/// Resources of the largest page.
pub const MAX_PAGE_SIZE: u32 = 1_000;

/// Credentials that an instance remembers, at the most; ours. Only good ones are there.
const REMEMBERED: usize = 10_000;

/// Days that events are kept, where it is not set.
pub const EVENT_DAYS: u64 = 90;

/// What an operator can set, and the limits that clients are told.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub struct Settings {
    /// `ACCEPT_USER_GROUPS`: whether POST and PUT of a user set its teams from `groups`, which RFC
    /// 7643 makes readOnly.
    pub accept_user_groups: bool,
    /// `UNIQUE_GROUP_NAMES`: whether the name of a group is no other group's of its tenant.
    pub unique_group_names: bool,
    /// Whether members that name nobody are left out, where they are refused otherwise.
    pub skip_unknown_members: bool,
    /// Whether members that name nobody are kept until somebody comes with that name.
    pub pend_unknown_members: bool,
    /// How what is deleted is kept, where it is.
    pub keep: Option<Keep>,
    /// Whether attributes that no schema has are refused, where they are left out otherwise.
    pub refuse_unmapped: bool,
    /// Whether requests of the tenant are counted, so that too many are refused.
    pub is_rated: bool,
    /// What the log of requests has of the tenant.
    pub request_log: RequestLog,
    /// `BASE_URL`: the base URL of addresses in replies, without a slash at its end. By default the
    /// address that the request came to, up to `/scim/v2`, which is wrong where another Worker
    /// before this one has changed it.
    pub base_url: Option<String>,
    /// `LOCAL_ADDRESSES`: whether servers of this machine are asked, without TLS, where an address
    /// leads there: on a laptop alone.
    pub local_addresses: bool,
    /// `PLAN = "free"`: an event may send as few statements as Cloudflare's free plan has.
    pub is_free_plan: bool,
    /// What `ServiceProviderConfig` tells.
    pub limits: Limits,
    /// `MASTER_KEY`, of which secrets are derived.
    pub master: Master,
    /// `EVENT_DAYS`: days that events are kept.
    pub event_days: u64,
}

/// Pages: by default, at the most. Bulk: operations, bytes. A cursor: seconds.
impl Default for Settings {
    fn default() -> Self {
        Self {
            accept_user_groups: false,
            unique_group_names: true,
            skip_unknown_members: false,
            pend_unknown_members: false,
            keep: None,
            refuse_unmapped: false,
            is_rated: true,
            request_log: RequestLog::default(),
            base_url: None,
            local_addresses: false,
            is_free_plan: false,
            limits: Limits {
                bulk_max_operations: 1_000,
                bulk_max_payload_size: MAX_LARGE_BODY,
                filter_max_results: 1_000,
                default_page_size: 100,
                max_page_size: MAX_PAGE_SIZE,
                cursor_timeout: 3_600,
            },
            master: Master::default(),
            event_days: EVENT_DAYS,
        }
    }
}

impl Settings {
    /// These settings where a tenant has its own, JSON text: what it says goes before what the
    /// deployment says.
    ///
    /// ```
    /// use service::Settings;
    /// let own = Settings::default().of_tenant(r#"{"max_page_size":50,"accept_user_groups":true}"#);
    /// assert!(own.accept_user_groups && own.unique_group_names);
    /// assert_eq!((own.limits.max_page_size, own.limits.default_page_size), (50, 50));
    /// ```
    #[must_use]
    pub fn of_tenant(&self, stored: &str) -> Self {
        let stored = json::object(stored).unwrap_or_default();
        let flag = |name, set| stored.get(name).and_then(Value::as_bool).unwrap_or(set);
        let is = |name, word| stored.get(name).is_some_and(|value| value == word);
        let number = |name, set| {
            let number = stored.get(name).and_then(Value::as_u64);
            number
                .and_then(|number| u32::try_from(number).ok())
                .unwrap_or(set)
        };
        let limits = self.limits;
        let most = number("max_page_size", limits.max_page_size);
        Self {
            accept_user_groups: flag("accept_user_groups", self.accept_user_groups),
            unique_group_names: flag("unique_group_names", self.unique_group_names),
            skip_unknown_members: is("unknown_members", "skip"),
            pend_unknown_members: is("unknown_members", "pend"),
            keep: is("deletes", "soft").then(|| Keep {
                days: number("keep_days", 30),
                by_name: is("rehire", "same_name"),
            }),
            refuse_unmapped: is("unmapped_attributes", "refuse"),
            is_rated: !is("rate", "off"),
            request_log: RequestLog::of(stored.get("request_log").unwrap_or(&Value::Null)),
            base_url: self.base_url.clone(),
            local_addresses: self.local_addresses,
            is_free_plan: self.is_free_plan,
            master: self.master.clone(),
            event_days: self.event_days,
            limits: Limits {
                filter_max_results: most,
                default_page_size: number("default_page_size", limits.default_page_size).min(most),
                max_page_size: most,
                ..limits
            },
        }
    }

    /// The value of `BASE_URL` as addresses begin with it; none where it is not the absolute
    /// address of a place on the web, to which a path can be added.
    ///
    /// ```
    /// use service::Settings;
    /// let base = "https://app.example.com/api/scim/v2";
    /// assert_eq!(Settings::base_url(" HTTPS://app.example.com/api/scim/v2// ").as_deref(), Some(base));
    /// for wrong in ["app.example.com", "/scim/v2", "https://", "https:///scim", "https://:80", "ftp://a", "https://a?b", "https://a#b"] {
    ///     assert_eq!(Settings::base_url(wrong), None, "{wrong}");
    /// }
    /// ```
    pub fn base_url(text: &str) -> Option<String> {
        let (scheme, rest) = part::split(text.trim(), "://")?;
        let scheme = scheme.to_ascii_lowercase();
        let rest = rest.trim_end_matches('/');
        let is_strange = |character: char| {
            character.is_whitespace()
                || character.is_control()
                || matches!(character, '?' | '#' | '@' | '\\' | '"' | '<' | '>')
        };
        let is_good = ["https", "http"].contains(&scheme.as_str())
            && !rest.is_empty()
            && !rest.starts_with(['/', ':'])
            && !rest.contains(is_strange);
        is_good.then(|| format!("{scheme}://{rest}"))
    }
}

/// How what is deleted is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// For so many days.
    pub days: u32,
    /// Whether a user who comes again with the same name is the same, whatever the external id.
    pub by_name: bool,
}

/// Which requests are logged, and whether with their bodies. The statement that writes the log asks
/// the settings itself: these save what it would not keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "kinds of requests, each kept or not"
)]
pub struct RequestLog {
    /// Those that read, too.
    pub has_reads: bool,
    /// Those that may change something.
    pub has_writes: bool,
    /// Those that failed.
    pub has_failures: bool,
    /// With bodies.
    pub has_bodies: bool,
}

impl Default for RequestLog {
    fn default() -> Self {
        Self::of(&Value::Null)
    }
}

impl RequestLog {
    fn of(set: &Value) -> Self {
        let mode = set.get("mode").and_then(Value::as_str);
        let mode = mode.unwrap_or("changes");
        Self {
            has_reads: mode == "all",
            has_writes: matches!(mode, "all" | "changes"),
            has_failures: mode != "off",
            has_bodies: set.get("bodies").and_then(Value::as_bool).unwrap_or(true),
        }
    }

    /// Whether a request is kept.
    pub const fn has(&self, is_write: bool, is_failure: bool) -> bool {
        self.has_reads || (is_write && self.has_writes) || (is_failure && self.has_failures)
    }
}

/// The settings that something is done by.
#[derive(Clone, Debug, Default)]
pub struct InHand {
    /// Those of the tenant; none where it is taken to have none.
    pub(crate) own: Option<Rc<Settings>>,
    /// The tenant, where it is known already.
    pub(crate) tenant: Option<i64>,
    /// Their version, where they may have changed since they were read.
    pub(crate) version: Option<i64>,
}

impl InHand {
    /// What is logged of the tenant, where it is known to be so.
    pub fn request_log(&self) -> Option<RequestLog> {
        let own = self.own.as_ref().filter(|_| self.version.is_none());
        own.map(|own| own.request_log)
    }

    /// The tenant's, or those of the deployment where it has none.
    pub fn of<'a>(&'a self, deployment: &'a Settings) -> &'a Settings {
        self.own.as_deref().unwrap_or(deployment)
    }
}

/// What an instance remembers of the settings of tenants, by credential.
#[derive(Debug, Default)]
pub struct Remembered(RefCell<(Index, Vec<InHand>)>);

impl Remembered {
    pub(crate) fn of(&self, credential: &str) -> Option<InHand> {
        let (credentials, settings) = &*self.0.borrow();
        settings.get(credentials.number(credential)?).cloned()
    }

    pub(crate) fn add(&self, credential: &str, settings: InHand) {
        let (credentials, known) = &mut *self.0.borrow_mut();
        if credentials.len() >= REMEMBERED {
            *credentials = Index::default();
            known.clear();
        }
        let number = credentials.number_or_add(credential);
        match known.get_mut(number) {
            Some(known) => *known = settings,
            None => known.push(settings),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_remembers_a_bounded_number() {
        let remembered = Remembered::default();
        let known = InHand {
            version: Some(3),
            ..InHand::default()
        };
        for number in 0..=2 * REMEMBERED {
            remembered.add(&number.to_string(), known.clone());
            assert!(remembered.of(&number.to_string()).is_some());
        }
        assert_eq!(remembered.0.borrow().1.len(), 1);
        assert!(remembered.of("0").is_none());
    }
}
