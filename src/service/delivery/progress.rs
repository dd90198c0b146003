//! What is noted of an attempt: where the common cursor stands then, and where the tenant.

use super::attempt::{Verdict, WebhookEvent, first_bytes, verdict};
use super::deliverer::{BacklogIndex, Deliverer};
use crate::outside::{Moment, PostReply};
use store::ledger::deliveries::{self, Attempt, Backlog, WebhookCursor};
use store::ledger::events::{Origin, house};
use store::ledger::feed::FeedMark;
use store::ledger::replay;
use store::ledger::requests::Sender;
use store::ledger::webhooks;
use store::tenant::Tenant;
use store::{Database, Statement};

/// Milliseconds of failing behind which others are told.
const FAILING: u64 = 30 * 60_000;

impl<D: Database> Deliverer<'_, D> {
    /// What is noted of an attempt.
    pub(super) fn note_attempt(
        &mut self,
        whose: BacklogIndex,
        event: &WebhookEvent,
        (id, at): (String, &Moment),
        reply: Option<PostReply>,
    ) -> Vec<Statement> {
        let now = self.directory.clock.now();
        let before = self.backlog(whose, event);
        let attempt = before.attempts + 1;
        let chance = self.directory.mint.secret().map_or(0, |[first, ..]| first);
        let verdict = verdict(reply.as_ref(), attempt, chance);
        let status = reply.as_ref().map(|reply| i64::from(reply.status));
        let took = now.milliseconds.saturating_sub(at.milliseconds);
        let record = Attempt {
            event: id,
            tenant: Some(event.tenant),
            at: at.text.clone(),
            attempt,
            status,
            milliseconds: i64::try_from(took).unwrap_or_default(),
            reply: reply.map(|reply| first_bytes(reply.reply)),
            outcome: match verdict {
                Verdict::GoOn => "delivered",
                Verdict::Again(_) => "retry",
                Verdict::Disable => "failed",
            },
        };
        self.lease.has_delivered = matches!(verdict, Verdict::GoOn);
        let mut statements = match verdict {
            Verdict::GoOn => self.go_on(whose, event),
            Verdict::Again(wait) => {
                self.report.wake_in(wait);
                let next_attempt_at = Moment::at(now.milliseconds + wait).text;
                self.note_failure(whose, (event, before), (status, &now), next_attempt_at)
            }
            Verdict::Disable => {
                let next_attempt_at = now.text.clone();
                let mut statements =
                    self.note_failure(whose, (event, before), (status, &now), next_attempt_at);
                self.endpoint.is_active = false;
                self.say("is disabled", event.tenant, status);
                let event_rows = deliveries::disabled_event(&self.lease, status);
                statements.push(house(&origin(&now), event_rows));
                statements.push(deliveries::disable(&self.lease));
                statements
            }
        };
        let webhook = &self.lease.webhook;
        statements.extend(deliveries::record(
            webhook,
            Some(&(&self.lease).into()),
            &record,
        ));
        if !self.endpoint.is_active {
            // Who delivers what is in other databases ends, too.
            statements.push(webhooks::interrupt(webhook, false));
        }
        statements
    }

    /// That of the tenant of an event; of one that is not behind, what it would be by the event.
    pub(super) fn backlog(&self, whose: BacklogIndex, event: &WebhookEvent) -> Backlog {
        if let Some(backlog) = whose.and_then(|index| self.backlogs.get(index)) {
            return backlog.clone();
        }
        Backlog {
            tenant: event.tenant,
            cursor: WebhookCursor {
                position: event.mark.position - 1,
                ..self.cursor.clone()
            },
            seq: event.mark.seq.map(|seq| seq - 1),
            ..Backlog::default()
        }
    }

    /// Goes on behind an event.
    fn go_on(&mut self, whose: BacklogIndex, event: &WebhookEvent) -> Vec<Statement> {
        let Some(backlog) = whose.and_then(|index| self.backlogs.get_mut(index)) else {
            self.cursor.position = event.mark.position;
            return Vec::new();
        };
        let FeedMark { position, seq } = event.mark;
        *backlog = Backlog {
            tenant: backlog.tenant,
            cursor: WebhookCursor {
                position,
                ..backlog.cursor.clone()
            },
            seq,
            ..Backlog::default()
        };
        vec![deliveries::note(&self.lease, backlog)]
    }

    /// Goes on behind an event that was set aside.
    pub(super) fn skip(&mut self, whose: BacklogIndex, event: &WebhookEvent) -> Vec<Statement> {
        let mut statements = self.go_on(whose, event);
        statements.push(replay::unpark(&self.lease, event.mark.position));
        statements
    }

    /// The tenant of an event is behind, or still is.
    fn note_failure(
        &mut self,
        whose: BacklogIndex,
        (event, before): (&WebhookEvent, Backlog),
        (last_status, now): (Option<i64>, &Moment),
        next_attempt_at: String,
    ) -> Vec<Statement> {
        let failed_at = before.failed_at.clone().unwrap_or_else(|| now.text.clone());
        let long_ago = Moment::at(now.milliseconds.saturating_sub(FAILING)).text;
        let is_news = failed_at <= long_ago && !before.is_told;
        let backlog = Backlog {
            attempts: before.attempts + 1,
            failed_at: Some(failed_at),
            is_told: before.is_told || is_news,
            next_attempt_at,
            last_status,
            ..before
        };
        let news = is_news.then(|| {
            self.say("fails", event.tenant, last_status);
            let event_rows = deliveries::failing_event(&self.lease, &backlog);
            house(&origin(now), event_rows)
        });
        let mut statements = vec![self.note_backlog(whose, event, backlog)];
        statements.extend(news);
        statements
    }

    /// Notes that the tenant of an event is so far behind; the common cursor goes on without it.
    pub(super) fn note_backlog(
        &mut self,
        whose: BacklogIndex,
        event: &WebhookEvent,
        backlog: Backlog,
    ) -> Statement {
        let note = deliveries::note(&self.lease, &backlog);
        if let Some(place) = whose.and_then(|index| self.backlogs.get_mut(index)) {
            *place = backlog;
        } else {
            self.cursor.position = event.mark.position;
            self.backlogs.push(backlog);
        }
        note
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
        self.report.say(parts.concat());
    }

    /// Goes on behind a position up to which nothing is left. What is noted of that, and whether
    /// nothing is behind it, if it is the end.
    pub(super) fn reach(
        &mut self,
        whose: BacklogIndex,
        position: i64,
        is_end: bool,
    ) -> (Vec<Statement>, bool) {
        let common = self.cursor.resume;
        let backlog = whose.and_then(|index| self.backlogs.get_mut(index));
        let cursor = match backlog {
            None => &mut self.cursor,
            Some(ref backlog) if is_end && backlog.cursor.until.is_none() && common.is_none() => {
                let tenant = backlog.tenant;
                self.backlogs.retain(|backlog| backlog.tenant != tenant);
                return (vec![deliveries::forget(&self.lease, tenant)], true);
            }
            Some(backlog) => {
                if position != backlog.cursor.position {
                    backlog.seq = None;
                }
                let is_over = is_end && backlog.cursor.until.is_some();
                backlog.cursor = go_to(&backlog.cursor, position, is_over);
                if is_over {
                    backlog.seq = None;
                }
                return (vec![deliveries::note(&self.lease, backlog)], !is_over);
            }
        };
        let is_over = cursor.until.is_some_and(|until| position >= until);
        *cursor = go_to(cursor, position, is_over);
        (Vec::new(), !is_over)
    }
}

/// A position; where a replay is over, where it goes on.
fn go_to(cursor: &WebhookCursor, position: i64, is_over: bool) -> WebhookCursor {
    match cursor.resume.filter(|_| is_over) {
        Some(resume) => WebhookCursor {
            position: resume,
            ..WebhookCursor::default()
        },
        None => WebhookCursor {
            position,
            ..cursor.clone()
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
