//! Attempts whose reply does not come soon. Their tenant is behind then, as if they had failed, and
//! the others are delivered to meanwhile; what came of them is noted when it is known.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::task::Poll;

use super::attempt::{WebhookEvent, body, check_url};
use super::deliverer::{BacklogIndex, Deliverer, LONGEST};
use super::hung::{Hung, PATIENCE, PendingReply};
use crate::outside::{Moment, Post, PostReply, is_taken};
use crate::signing::headers;
use store::ledger::deliveries::Backlog;
use store::{Database, Error, Statement};

/// Attempts that hang at once, of all endpoints: with those that do not they take the connections
/// that the platform opens at a time.
const MOST: usize = 2;
/// Statements that note that one hangs, and what comes of it.
const NOTES: usize = 12;

impl<D: Database> Deliverer<'_, D> {
    /// Posts an event, and says what is noted of it.
    pub(super) async fn attempt(
        &mut self,
        whose: BacklogIndex,
        event: WebhookEvent,
    ) -> Vec<Statement> {
        let (id, body) = body(&event.text, event.seal.as_deref());
        let now = self.directory.clock.now();
        let settings = self.directory.settings;
        let headers = headers(&settings.master, &self.endpoint, &now, (&id, &body));
        // The rules may be others than when the address was stored.
        if check_url(settings, &self.endpoint.url, &self.endpoint.origin).is_err() {
            return self.note_attempt(whose, &event, (id, &now), None);
        }
        let post = Post {
            address: self.endpoint.url.clone(),
            headers: headers.unwrap_or_default(),
            body,
        };
        let fetch = self.directory.fetch;
        let mut reply: PendingReply<'_> = Box::pin(async move { fetch.post(&post).await });
        let count = &self.report.hanging;
        let may_hang = count.get() < MOST
            && self
                .allowance
                .has(NOTES + (self.hanging.len() + 1) * super::deliverer::ATTEMPT);
        let patience = may_hang.then_some(PATIENCE);
        if let Poll::Ready(answer) = self.wait(Some(&mut reply), patience).await {
            return self.note_attempt(whose, &event, (id, &now), answer);
        }
        let until = self.directory.clock.now().milliseconds + LONGEST;
        let backlog = Backlog {
            next_attempt_at: Moment::at(until).text,
            ..self.backlog(whose, &event)
        };
        let note = self.note_backlog(whose, &event, backlog);
        count.set(count.get() + 1);
        self.hanging.push(Hung {
            event,
            id,
            at: now,
            reply,
            came: Poll::Pending,
            count,
        });
        vec![note]
    }

    /// Whether an attempt of the tenant hangs.
    pub(super) fn hangs(&self, tenant: i64) -> bool {
        self.hanging.iter().any(|one| one.event.tenant == tenant)
    }

    /// Waits for a reply, or without one for what comes of an attempt that hangs; for so many
    /// milliseconds at the most, where that is said.
    pub(super) async fn wait(
        &mut self,
        mut reply: Option<&mut PendingReply<'_>>,
        most: Option<u32>,
    ) -> Poll<Option<PostReply>> {
        let database = self.directory.database;
        let mut late = pin!(async {
            match most {
                Some(most) => database.pause(most).await,
                None => pending().await,
            }
        });
        let hanging = &mut self.hanging;
        poll_fn(|context| {
            if let Some(reply) = &mut reply
                && let Poll::Ready(answer) = reply.as_mut().poll(context)
            {
                return Poll::Ready(Poll::Ready(answer));
            }
            let mut came = false;
            for one in hanging.iter_mut() {
                if one.came.is_pending() {
                    one.came = one.reply.as_mut().poll(context);
                }
                came |= one.came.is_ready();
            }
            if came && reply.is_none() {
                return Poll::Ready(Poll::Pending);
            }
            late.as_mut().poll(context).map(|()| Poll::Pending)
        })
        .await
    }

    /// Notes what came of attempts that hung; whether anything more is posted. Once nothing is, it
    /// notes only what was delivered.
    pub(super) async fn settle(&mut self) -> Result<bool, Error> {
        while let Some(place) = self.hanging.iter().position(|one| one.came.is_ready()) {
            let mut one = self.hanging.swap_remove(place);
            let is_of = |backlog: &Backlog| backlog.tenant == one.event.tenant;
            let whose = self.backlogs.iter().position(is_of);
            let (id, came) = (std::mem::take(&mut one.id), &mut one.came);
            let answer = match std::mem::replace(came, Poll::Pending) {
                Poll::Ready(answer) => answer,
                Poll::Pending => None,
            };
            let is_good = is_taken(answer.as_ref());
            if !is_good && !self.goes_on() {
                continue;
            }
            let statements = self.note_attempt(whose, &one.event, (id, &one.at), answer);
            self.commit(statements).await?;
        }
        Ok(self.goes_on())
    }
}
