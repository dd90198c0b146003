//! What an undo says of itself: as it is stored with its job, and what came of it.

use scim::json::{self, text, with};
use serde_json::Value;

use super::Undo;
use store::directory::jobs::DueJob;
use store::ledger::requests::Sender;

impl Undo {
    /// As it is stored with its job.
    pub(crate) fn marker(&self) -> String {
        let (id, label) = match &self.sender {
            Sender::Operator(id, label) => (id.as_deref(), label.as_str()),
            Sender::Customer | Sender::System => (None, ""),
        };
        text(&with(vec![
            ("request", self.request.clone().into()),
            ("from", self.from.into()),
            ("to", self.to.into()),
            ("below", self.below.into()),
            ("dry_run", self.is_dry.into()),
            ("operator", vec![Value::from(id), label.into()].into()),
            ("by", self.own_request.as_str().into()),
            ("counts", self.counts.to_vec().into()),
            ("refused", self.refused.clone().into()),
            ("more", self.more_refused.into()),
            ("waiting", self.waiting.clone().into()),
        ]))
    }

    /// Reads what was stored.
    pub(crate) fn read(job: &DueJob, marker: &str) -> Option<Self> {
        let object = json::object(marker)?;
        let word = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| object.get(name).and_then(Value::as_i64).unwrap_or_default();
        let count = |value: &Value| usize::try_from(value.as_u64().unwrap_or_default());
        let operator = object.get("operator")?;
        let mut counts = [0; 4];
        let list = object.get("counts")?.as_array()?;
        for (slot, value) in counts.iter_mut().zip(list) {
            *slot = count(value).ok()?;
        }
        Some(Self {
            tenant: job.tenant,
            job: Some(job.id.clone()),
            keeps_lease: false,
            request: word(object.get("request")),
            from: number("from"),
            to: number("to"),
            below: number("below"),
            is_dry: object.get("dry_run")?.as_bool()?,
            sender: Sender::Operator(word(operator.get(0)), word(operator.get(1))?),
            own_request: word(object.get("by"))?,
            counts,
            refused: object.get("refused")?.as_array()?.clone(),
            waiting: object.get("waiting")?.as_array()?.clone(),
            more_refused: count(object.get("more")?).ok()?,
        })
    }

    /// What came of it.
    pub(crate) fn result(&self) -> Value {
        let [.., unchanged] = self.counts;
        let mut result = self.count_members();
        result.push(("dry_run", self.is_dry.into()));
        result.push(("unchanged", unchanged.into()));
        result.push(("refused", self.refused.clone().into()));
        if self.more_refused > 0 {
            result.push(("more_refused", self.more_refused.into()));
        }
        with(result)
    }

    /// What its event tells.
    pub(super) fn event_attributes(&self) -> Value {
        let refused = self.refused.len() + self.more_refused;
        let mut attributes = self.count_members();
        attributes.push(("request", self.request.clone().into()));
        attributes.push(("refused", refused.into()));
        with(attributes)
    }

    fn count_members(&self) -> Vec<(&'static str, Value)> {
        let [created, updated, deleted, _] = self.counts;
        vec![
            ("from_seq", self.from.into()),
            ("to_seq", self.to.into()),
            ("created", created.into()),
            ("updated", updated.into()),
            ("deleted", deleted.into()),
        ]
    }
}
