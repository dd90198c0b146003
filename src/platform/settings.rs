//! What the operator set: variables and secrets of the Worker.

use std::cell::OnceCell;

use wasm_bindgen::prelude::wasm_bindgen;

use super::Env;
use super::console::print;
use service::Settings;
use service::credential::{MIN_SECRET, Secret};
use service::master::Master;
use service::settings::EVENT_DAYS;

thread_local! {
    /// What the operator set, read once: it does not change while an instance of the Worker lives.
    static DEPLOYMENT: OnceCell<Deployment> = const { OnceCell::new() };
}

/// What the operator set.
#[derive(Clone)]
pub struct Deployment {
    /// What the use cases ask for.
    pub settings: Settings,
    /// The `SCIM_TOKEN` secret.
    pub secret: Option<Secret>,
    /// The `ADMIN_TOKEN` secret, where it is long enough.
    pub admin: Option<Secret>,
    /// `REPORT_COST`: replies say what they cost the database.
    pub report_cost: bool,
    /// `ALLOW_HTTP`: requests are answered that come unencrypted from another machine.
    pub allow_http: bool,
    /// `LOG_ALL`: a line in the log for every request.
    pub log_all: bool,
    /// The numbers of the databases besides the first.
    shards: Vec<u16>,
}

#[wasm_bindgen(module = "/src/platform/platform.js")]
extern "C" {
    #[wasm_bindgen(js_name = otherShards)]
    fn other_shards(env: &Env) -> Vec<u16>;
    fn variable(env: &Env, name: &str) -> Option<String>;
}

impl Deployment {
    /// What is set for this instance.
    pub fn of(env: &Env) -> Self {
        DEPLOYMENT.with(|deployment| deployment.get_or_init(|| Self::read(env)).clone())
    }

    /// The numbers of the databases besides the first, as they were found at start.
    pub fn other_shards(env: &Env) -> Vec<u16> {
        DEPLOYMENT.with(|deployment| deployment.get_or_init(|| Self::read(env)).shards.clone())
    }

    fn read(env: &Env) -> Self {
        let secret = secret_of(env, "SCIM_TOKEN");
        let admin = secret_of(env, "ADMIN_TOKEN").filter(|secret| !secret.is_short());
        Self {
            settings: Settings {
                accept_user_groups: flag(env, "ACCEPT_USER_GROUPS", false),
                unique_group_names: flag(env, "UNIQUE_GROUP_NAMES", true),
                base_url: base_url(env),
                local_addresses: flag(env, "LOCAL_ADDRESSES", false),
                is_free_plan: variable(env, "PLAN").is_some_and(|plan| plan == "free"),
                master: master(env),
                event_days: event_days(env),
                ..Settings::default()
            },
            secret,
            admin,
            report_cost: flag(env, "REPORT_COST", false),
            allow_http: flag(env, "ALLOW_HTTP", false),
            log_all: flag(env, "LOG_ALL", false),
            shards: other_shards(env),
        }
    }
}

/// A secret; one that can be guessed is told of once.
fn secret_of(env: &Env, name: &str) -> Option<Secret> {
    let secret = Secret::new(&variable(env, name)?);
    if secret.as_ref().is_some_and(Secret::is_short) {
        print(
            &format!(
                "{name} has fewer than {MIN_SECRET} characters and is not accepted: set a longer one."
            ),
            true,
        );
    }
    secret
}

/// The `MASTER_KEY`; one that is none is told of once.
fn master(env: &Env) -> Master {
    let Some(text) = variable(env, "MASTER_KEY").filter(|text| !text.trim().is_empty()) else {
        return Master::default();
    };
    Master::parse(&text).unwrap_or_else(|| {
        print(
            "MASTER_KEY is not used: it must be 64 hexadecimal digits, or several of these with commas between, the newest \
             first.",
            true,
        );
        Master::default()
    })
}

/// The most days that events can be kept for.
const MOST_DAYS: u64 = 10_000;

/// The `EVENT_DAYS`; what is no number of them is told of once.
fn event_days(env: &Env) -> u64 {
    let Some(text) = variable(env, "EVENT_DAYS").filter(|text| !text.trim().is_empty()) else {
        return EVENT_DAYS;
    };
    let days = text.trim().parse().ok();
    days.filter(|days| (1..=MOST_DAYS).contains(days)).unwrap_or_else(|| {
        let words = format!(
            "EVENT_DAYS is not used: it must be a number of days from 1 to {MOST_DAYS}. Events are kept for {EVENT_DAYS}."
        );
        print(&words, true);
        EVENT_DAYS
    })
}

fn base_url(env: &Env) -> Option<String> {
    let text = variable(env, "BASE_URL")?;
    if text.trim().is_empty() {
        return None;
    }
    let url = Settings::base_url(&text);
    if url.is_none() {
        print(
            "BASE_URL is not used: it must be the whole address that providers have, such as \
             https://app.example.com/api/scim/v2, with https:// or http://, without ? and #.",
            true,
        );
    }
    url
}

/// Whether a variable is set to something that means yes or no; what means neither is not set.
fn flag(env: &Env, name: &str, default: bool) -> bool {
    let value = variable(env, name).unwrap_or_default();
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => true,
        "0" | "false" | "no" | "off" => false,
        _ => default,
    }
}
