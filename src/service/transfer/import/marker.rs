//! How far an import came, and what it has noted of itself.

use scim::json;
use serde_json::{Map, Value};

/// Keys of records that are told of as passed over, at the most.
const MAX_KEYS: usize = 20;

/// How far an import came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Its lines are still coming.
    Staging,
    /// Users and others.
    Resources,
    Groups,
    /// The groups that users' lines name. Of a release before: those of groups' lines as well.
    Members,
    /// What it has noted is taken out.
    Clearing,
    /// The members that groups' lines name, in front of `Members`.
    MembersOfGroups,
}

/// By their numbers, which are stored.
const PHASES: [Phase; 6] = [
    Phase::Staging,
    Phase::Resources,
    Phase::Groups,
    Phase::Members,
    Phase::Clearing,
    Phase::MembersOfGroups,
];

/// What an import has noted of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    pub(super) phase: Phase,
    /// The last line of the phase that is done.
    pub(super) line: i64,
    /// Lines that are done with.
    pub(super) done: i64,
    /// What became of them.
    pub(super) counts: Counts,
    /// Keys of records that records of their kind do not have.
    passed_over: Vec<Value>,
    pub(super) is_dry: bool,
    /// What tells the last part of its lines from another; zero where that is not known.
    part: i64,
    /// The request that began it, and who sent that.
    pub(super) request: String,
    pub(super) actor: Option<String>,
    pub(super) label: String,
}

/// What became of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) unchanged: i64,
    pub(super) refused: i64,
}

impl Counts {
    /// Counts a line by its outcome.
    pub(super) fn count(&mut self, outcome: &str) {
        match outcome {
            "created" => self.created += 1,
            "updated" => self.updated += 1,
            _ => self.unchanged += 1,
        }
    }
}

impl Marker {
    /// Of an import that begins.
    pub fn new(is_dry: bool, request: &str, actor: Option<String>, label: String) -> Self {
        Self {
            phase: Phase::Staging,
            line: 0,
            done: 0,
            counts: Counts::default(),
            passed_over: Vec::new(),
            is_dry,
            part: 0,
            request: request.to_owned(),
            actor,
            label,
        }
    }

    /// Reads it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut marker = json::object(text)?;
        let passed_over = match marker.remove("passed_over") {
            Some(Value::Array(keys)) => keys,
            Some(_) | None => Vec::new(),
        };
        let number = |name: &str| marker.get(name).and_then(Value::as_i64).unwrap_or_default();
        let text = |name: &str| marker.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            phase: *PHASES.get(usize::try_from(number("phase")).ok()?)?,
            line: number("line"),
            done: number("done"),
            counts: Counts {
                created: number("created"),
                updated: number("updated"),
                unchanged: number("unchanged"),
                refused: number("refusals"),
            },
            passed_over,
            is_dry: marker.get("dry_run") == Some(&Value::Bool(true)),
            part: number("part"),
            request: text("request")?,
            actor: text("actor"),
            label: text("label")?,
        })
    }

    /// As it is stored.
    pub fn text(&self) -> String {
        let mut marker = self.result();
        for (name, value) in [
            ("phase", Value::from(self.phase as usize)),
            ("line", Value::from(self.line)),
            ("done", Value::from(self.done)),
            ("part", Value::from(self.part)),
            ("request", Value::from(self.request.as_str())),
            ("actor", Value::from(self.actor.as_deref())),
            ("label", Value::from(self.label.as_str())),
        ] {
            marker.insert(name.to_owned(), value);
        }
        json::text(&Value::Object(marker))
    }

    /// The result, but for the refusals.
    pub(super) fn result(&self) -> Map<String, Value> {
        let Counts {
            created,
            updated,
            unchanged,
            refused,
        } = self.counts;
        let result = [
            ("dry_run", Value::from(self.is_dry)),
            ("created", Value::from(created)),
            ("updated", Value::from(updated)),
            ("unchanged", Value::from(unchanged)),
            ("deleted", Value::from(0)),
            ("refusals", Value::from(refused)),
            ("passed_over", Value::from(self.passed_over.clone())),
        ];
        let mut members = Map::new();
        for (name, value) in result {
            members.insert(name.to_owned(), value);
        }
        members
    }

    /// Notes keys that no record has, each once, and not more than a few.
    pub(super) fn pass_over(&mut self, keys: &[String]) {
        for key in keys {
            if self.passed_over.len() < MAX_KEYS
                && !self.passed_over.iter().any(|known| known == key)
            {
                self.passed_over.push(key.as_str().into());
            }
        }
    }

    /// The same when all lines are there, so that work on them begins; `part` tells the last of
    /// them from another.
    #[must_use]
    pub fn begin(mut self, part: i64) -> Self {
        self.phase = Phase::Resources;
        self.part = part;
        self
    }

    /// The same at the next phase.
    pub(super) fn next(&mut self) {
        self.phase = match self.phase {
            Phase::Staging => Phase::Resources,
            Phase::Resources => Phase::Groups,
            Phase::Groups => Phase::MembersOfGroups,
            Phase::MembersOfGroups => Phase::Members,
            Phase::Members | Phase::Clearing => Phase::Clearing,
        };
        self.line = 0;
    }

    /// Whether its lines are still coming.
    pub(super) fn is_staging(&self) -> bool {
        self.phase == Phase::Staging
    }

    /// Whether it only tells what it would do.
    pub fn is_dry(&self) -> bool {
        self.is_dry
    }
}
