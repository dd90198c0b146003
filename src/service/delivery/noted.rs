//! What is noted of an attempt: where the common cursor stands then, and where the tenant.

use super::attempt::{Next, first_bytes, next};
use super::run::{Event, Run, Whose};
use crate::Moment;
use crate::outside::PostReply;
use store::ledger::deliveries::{self, Attempt, Behind, Place};
use store::ledger::events::{Origin, house};
use store::ledger::feed::Mark;
use store::ledger::requests::Sender;
use store::tenant::Tenant;
use store::{Database, Statement};

/// Milliseconds of failing behind which others are told.
const FAILING: u64 = 30 * 60_000;

impl<D: Database> Run<'_, D> {
    /// What is noted of an attempt.
    pub(super) fn tried(
        &mut self,
        whose: Whose,
        event: &Event,
        (id, at): (String, &Moment),
        posted: Option<PostReply>,
    ) -> Vec<Statement> {
        let now = self.directory.clock.now();
        let before = match whose.and_then(|index| self.behind.get(index)) {
            Some(behind) => behind.clone(),
            None => self.new_behind(event),
        };
        let attempt = before.attempts + 1;
        let chance = self.directory.mint.secret().map_or(0, |[first, ..]| first);
        let next = next(posted.as_ref(), attempt, chance);
        let status = posted.as_ref().map(|posted| i64::from(posted.status));
        let took = now.milliseconds.saturating_sub(at.milliseconds);
        let record = Attempt {
            event: id,
            tenant: Some(event.tenant),
            at: at.text.clone(),
            attempt,
            status,
            milliseconds: i64::try_from(took).unwrap_or_default(),
            reply: posted.map(|posted| first_bytes(posted.reply)),
            outcome: match next {
                Next::GoOn => "delivered",
                Next::Again(_) => "retry",
                Next::Disable => "failed",
            },
        };
        let mut statements = match next {
            Next::GoOn => self.went(whose, event),
            Next::Again(wait) => {
                self.gathered.wake_in(wait);
                let next_attempt_at = Moment::at(now.milliseconds + wait).text;
                self.failed(whose, (event, before), (status, &now), next_attempt_at)
            }
            Next::Disable => {
                let next_attempt_at = now.text.clone();
                let mut noted =
                    self.failed(whose, (event, before), (status, &now), next_attempt_at);
                self.endpoint.is_active = false;
                self.say("is disabled", event.tenant, status);
                let told = deliveries::disabled_event(&self.lease, status);
                noted.push(house(&origin(&now), told));
                noted.push(deliveries::disable(&self.lease));
                noted
            }
        };
        let webhook = &self.lease.webhook;
        statements.extend(deliveries::record(webhook, Some(&self.lease), &record));
        statements
    }

    /// A tenant that would be behind by an event.
    fn new_behind(&self, event: &Event) -> Behind {
        Behind {
            tenant: event.tenant,
            place: Place {
                position: event.mark.position - 1,
                ..self.place.clone()
            },
            seq: event.mark.seq.map(|seq| seq - 1),
            ..Behind::default()
        }
    }

    /// Goes on behind an event.
    fn went(&mut self, whose: Whose, event: &Event) -> Vec<Statement> {
        let Some(behind) = whose.and_then(|index| self.behind.get_mut(index)) else {
            self.place.position = event.mark.position;
            return Vec::new();
        };
        let Mark { position, seq } = event.mark;
        *behind = Behind {
            tenant: behind.tenant,
            place: Place {
                position,
                ..behind.place.clone()
            },
            seq,
            ..Behind::default()
        };
        vec![deliveries::note(&self.lease, behind)]
    }

    /// Goes on behind an event that was set aside.
    pub(super) fn pass(&mut self, whose: Whose, event: &Event) -> Vec<Statement> {
        let mut statements = self.went(whose, event);
        statements.push(deliveries::passed(&self.lease, event.mark.position));
        statements
    }

    /// The tenant of an event is behind, or still is.
    fn failed(
        &mut self,
        whose: Whose,
        (event, before): (&Event, Behind),
        (last_status, now): (Option<i64>, &Moment),
        next_attempt_at: String,
    ) -> Vec<Statement> {
        let failed_at = before.failed_at.clone().unwrap_or_else(|| now.text.clone());
        let long_ago = Moment::at(now.milliseconds.saturating_sub(FAILING)).text;
        let is_news = failed_at <= long_ago && !before.is_told;
        let behind = Behind {
            attempts: before.attempts + 1,
            failed_at: Some(failed_at),
            is_told: before.is_told || is_news,
            next_attempt_at,
            last_status,
            ..before
        };
        let mut statements = vec![deliveries::note(&self.lease, &behind)];
        if is_news {
            self.say("fails", event.tenant, last_status);
            let told = deliveries::failing_event(&self.lease, &behind);
            statements.push(house(&origin(now), told));
        }
        if let Some(known) = whose.and_then(|index| self.behind.get_mut(index)) {
            *known = behind;
        } else {
            self.place.position = event.mark.position;
            self.behind.push(behind);
        }
        statements
    }

    fn say(&self, what: &str, tenant: i64, status: Option<i64>) {
        let status = status.map_or_else(|| "no reply".to_owned(), |status| status.to_string());
        let (id, tenant) = (&self.lease.webhook, tenant.to_string());
        let parts = [
            "webhook ",
            id,
            " ",
            what,
            ", tenant ",
            &tenant,
            ": ",
            &status,
        ];
        self.gathered.say(parts.concat());
    }

    /// Goes on behind a position up to which nothing is left. What is noted of that, and whether
    /// nothing is behind it, if it is the end.
    pub(super) fn reach(
        &mut self,
        whose: Whose,
        position: i64,
        is_end: bool,
    ) -> (Vec<Statement>, bool) {
        let common = self.place.resume;
        let behind = whose.and_then(|index| self.behind.get_mut(index));
        let place = match behind {
            None => &mut self.place,
            Some(ref behind) if is_end && behind.place.until.is_none() && common.is_none() => {
                let tenant = behind.tenant;
                self.behind.retain(|known| known.tenant != tenant);
                return (vec![deliveries::forget(&self.lease, tenant)], true);
            }
            Some(behind) => {
                if position != behind.place.position {
                    behind.seq = None;
                }
                let is_over = is_end && behind.place.until.is_some();
                behind.place = go_to(&behind.place, position, is_over);
                if is_over {
                    behind.seq = None;
                }
                return (vec![deliveries::note(&self.lease, behind)], !is_over);
            }
        };
        let is_over = place.until.is_some_and(|until| position >= until);
        *place = go_to(place, position, is_over);
        (Vec::new(), !is_over)
    }
}

/// A position; where a replay is over, where it goes on.
fn go_to(place: &Place, position: i64, is_over: bool) -> Place {
    match place.resume.filter(|_| is_over) {
        Some(resume) => Place {
            position: resume,
            ..Place::default()
        },
        None => Place {
            position,
            ..place.clone()
        },
    }
}

/// Nobody in particular tells of it.
fn origin(now: &Moment) -> Origin<'_> {
    Origin {
        tenant: &Tenant::HOUSE,
        sender: &Sender::System,
        now: &now.text,
        request: "",
        operation: None,
    }
}
