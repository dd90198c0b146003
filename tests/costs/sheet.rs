//! What was measured, beside what it may cost.

use std::fmt::Write as _;

use serde_json::Value;

use doctor::conversation::{Target as _, WireReply, WireRequest};
use testing::worker::Worker;

/// Trips, rows read and rows written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Batches sent to the database.
    pub(crate) trips: u64,
    /// Rows read.
    pub(crate) read: u64,
    /// Rows written.
    pub(crate) written: u64,
}

/// A cost.
pub(crate) const fn cost(trips: u64, read: u64, written: u64) -> Cost {
    Cost {
        trips,
        read,
        written,
    }
}

/// What the events of a write cost besides it.
pub(crate) const fn events(count: u64) -> Cost {
    cost(0, 3 * count, 2 * count)
}

impl Cost {
    /// The same and more.
    pub(crate) const fn and(self, more: Cost) -> Cost {
        cost(
            self.trips + more.trips,
            self.read + more.read,
            self.written + more.written,
        )
    }
}

/// What is measured.
#[derive(Clone, Debug)]
pub(crate) struct Operation<'a> {
    /// Its name in the table.
    pub(crate) name: &'a str,
    /// The method and the path behind the base URL.
    pub(crate) request: (&'a str, &'a str),
    /// The body.
    pub(crate) body: Option<&'a Value>,
    /// The status that it must have.
    pub(crate) status: u16,
    /// What it may cost at the most.
    pub(crate) budget: Cost,
}

/// One measurement.
#[derive(Debug)]
struct Entry {
    name: String,
    column: String,
    cost: Cost,
    budget: Cost,
    milliseconds: u128,
}

/// All measurements.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    entries: Vec<Entry>,
}

impl Sheet {
    /// One measurement, without a Worker.
    pub(crate) fn of_one(name: &str, column: &str, cost: Cost) -> Self {
        let mut sheet = Self::default();
        sheet.note(name, column, cost, cost);
        sheet
    }

    /// Sends a request with a token, or without any, and notes what it cost.
    pub(crate) fn measure(
        &mut self,
        worker: &Worker,
        token: Option<&str>,
        column: &str,
        operation: &Operation<'_>,
    ) -> WireReply {
        let (method, path) = operation.request;
        let is_scim = !path.starts_with("/admin/");
        // A text is lines of JSON, which an import takes.
        let (media, body) = match operation.body {
            Some(Value::String(lines)) => ("application/x-ndjson", Some(lines.clone())),
            body if is_scim => ("application/scim+json", body.map(Value::to_string)),
            body => ("application/json", body.map(Value::to_string)),
        };
        let root = if is_scim {
            &worker.base
        } else {
            &worker.origin
        };
        let mut headers = vec![("Content-Type".to_owned(), media.to_owned())];
        if let Some(token) = token {
            headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
        }
        let request = WireRequest {
            method: method.to_owned(),
            url: format!("{root}{}", encoded(path)),
            headers,
            body,
        };
        #[expect(clippy::disallowed_methods, reason = "how long it takes is told, too")]
        let started = std::time::Instant::now();
        let reply = worker.send(&request).unwrap();
        let milliseconds = started.elapsed().as_millis();
        let shown: String = reply.body.chars().take(400).collect();
        assert_eq!(
            reply.status, operation.status,
            "{} ({method} {path}): {shown}",
            operation.name
        );
        self.entries.push(Entry {
            name: operation.name.to_owned(),
            column: column.to_owned(),
            cost: reported(&reply),
            budget: operation.budget,
            milliseconds,
        });
        reply
    }

    /// Notes what no reply tells.
    pub(crate) fn note(&mut self, name: &str, column: &str, cost: Cost, budget: Cost) {
        self.entries.push(Entry {
            name: name.to_owned(),
            column: column.to_owned(),
            cost,
            budget,
            milliseconds: 0,
        });
    }

    /// What an operation cost at a column.
    pub(crate) fn of(&self, name: &str, column: &str) -> Option<Cost> {
        let mut entries = self.entries.iter();
        let entry = entries.find(|entry| entry.name == name && entry.column == column);
        entry.map(|entry| entry.cost)
    }

    /// What was measured last.
    pub(crate) fn last(&self) -> Cost {
        self.entries.last().expect("a measurement").cost
    }

    /// What costs less than is recorded, a line each: what an operation no longer does is not paid
    /// for. `recorded` gives what an operation costs at a column of the tables; none where the
    /// column is none of theirs, and no cost where the operation is not in them.
    pub(crate) fn savings(
        &self,
        recorded: impl Fn(&str, &str) -> Option<Option<Cost>>,
    ) -> Vec<String> {
        let fault = |entry: &Entry| {
            let Entry {
                name, column, cost, ..
            } = entry;
            let Some(least) = recorded(name, column)? else {
                return Some(format!("{name} at {column}: not in docs/costs.md"));
            };
            // SQLite's planner may read some rows less.
            let less = cost.trips < least.trips
                || cost.written < least.written
                || cost.read < least.read - least.read / 10;
            less.then(|| {
                let (cost, least) = (told(*cost), told(least));
                format!("{name} at {column}: {cost}, less than the {least} of docs/costs.md")
            })
        };
        self.entries.iter().filter_map(fault).collect()
    }

    /// What went over its budget, a line each.
    pub(crate) fn faults(&self) -> Vec<String> {
        let over = |entry: &&Entry| {
            let Entry { cost, budget, .. } = entry;
            cost.trips > budget.trips || cost.read > budget.read || cost.written > budget.written
        };
        self.entries
            .iter()
            .filter(over)
            .map(|entry| {
                format!(
                    "{} at {}: {} of {}",
                    entry.name,
                    entry.column,
                    told(entry.cost),
                    told(entry.budget)
                )
            })
            .collect()
    }

    /// The measurements as a Markdown table: an operation a row, in the order measured; the columns
    /// by name and heading.
    pub(crate) fn table(&self, columns: &[(String, String)], heading: &str) -> String {
        let cell = |name: &str, column: &str| {
            self.entries
                .iter()
                .find(|entry| entry.name == name && entry.column == column)
                .map_or_else(String::new, |entry| told(entry.cost))
        };
        let mut text = format!("| {heading} |");
        for (_, heading) in columns {
            let _ = write!(text, " {heading} |");
        }
        let _ = writeln!(text, "\n|---|{}", "---|".repeat(columns.len()));
        let mut seen = Vec::new();
        for Entry { name, column, .. } in &self.entries {
            if seen.contains(&name) || !columns.iter().any(|(known, _)| known == column) {
                continue;
            }
            seen.push(name);
            let _ = write!(text, "| {name} |");
            for (column, _) in columns {
                let _ = write!(text, " {} |", cell(name, column));
            }
            text.push('\n');
        }
        text
    }

    /// Every measurement with its budget and the time it took, a line each.
    pub(crate) fn lines(&self) -> String {
        let mut text = String::new();
        for entry in &self.entries {
            let _ = writeln!(
                text,
                "{:<52} {:>8}  {:<22} of {:<22} {:>5} ms",
                entry.name,
                entry.column,
                told(entry.cost),
                told(entry.budget),
                entry.milliseconds
            );
        }
        text
    }
}

/// `1 · 4 · 0`
fn told(cost: Cost) -> String {
    let or_any = |number: u64| {
        if number == u64::MAX {
            "any".to_owned()
        } else {
            number.to_string()
        }
    };
    format!(
        "{} · {} · {}",
        cost.trips,
        or_any(cost.read),
        or_any(cost.written)
    )
}

/// Reads what [`told`] wrote.
pub(crate) fn read_told(text: &str) -> Option<Cost> {
    let mut numbers = text.split(" · ").map(|digits| digits.trim().parse().ok());
    let mut next = || numbers.next().flatten();
    Some(cost(next()?, next()?, next()?))
}

/// What the header says.
fn reported(reply: &WireReply) -> Cost {
    let header = reply.header("Server-Timing").expect("a Server-Timing");
    let description = header.split('"').nth(1).expect("a description");
    let mut numbers = description
        .split(", ")
        .map(|part| part.split(' ').next().unwrap().parse().unwrap());
    let mut next = || numbers.next().expect("three numbers");
    cost(next(), next(), next())
}

/// What may not stand in an address.
fn encoded(path: &str) -> String {
    path.replace(' ', "%20")
        .replace('"', "%22")
        .replace('[', "%5B")
        .replace(']', "%5D")
}
