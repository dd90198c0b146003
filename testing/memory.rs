//! The whole service on the host: SQLite in memory with D1's limits, a clock that the test moves,
//! counted ids.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::contract::{self, Exchange};
use super::issuer::{Digests, Servers, let_others_go_on};
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, StatementStatus, params_from_iter};
use scim_worker::http::instance::Instance;
use scim_worker::http::reply::Reply;
use scim_worker::http::request::{Body, Request};
use scim_worker::http::{Environment, Trace, respond};
use service::budget::{Allowance, Budget};
use service::content::Content;
use service::credential::Secret;
use service::delivery::{Report, deliver_everywhere};
use service::gauge::{Gauge, Hold};
use service::outside::LocalBoxFuture;
use service::rate::{Rate, Rates};
use service::seal::seal_everywhere;
use service::settings::Remembered;
use service::{Clock, Context, Mint, Moment, Settings};
use service::{jobs, minute};
use sha2::{Digest, Sha256};
use store::ledger::requests::{self, Expense, LogRow};
use store::{Addressed, Cell as Column, Cost, Database, Error, Parameter, Results, Row, Statement};

/// `Database` over SQLite in memory.
pub struct Sqlite {
    /// The connection, for what a test looks up or breaks itself.
    pub connection: RefCell<Connection>,
    /// Milliseconds that were waited for.
    pub paused: Cell<u64>,
    /// What was sent, once a test asks for it.
    pub sent: RefCell<Option<Vec<Statement>>>,
    cost: Cell<Cost>,
    /// The batch at which it is as if the Worker were killed: how many come before it, and whether
    /// it is done, and only its answer lost.
    pub kill: Cell<Option<(usize, bool)>>,
    /// What another writer does before a batch: how many come before that, and his SQL.
    pub meanwhile: RefCell<Option<(usize, String)>>,
    /// Rows that each batch says to have read, for a test to raise.
    pub rows_read: Cell<u64>,
    /// Statements that wrote resources and had not passed the seam of writes.
    pub strays: Cell<usize>,
    /// Its number.
    number: u16,
    /// The databases of the other shards.
    pub others: Vec<Sqlite>,
}

/// The tables of resources and of what stands beside them, which the seam of writes alone writes
/// to.
pub const WRITTEN: [&str; 11] = [
    "users",
    "user_emails",
    "users_text",
    "teams",
    "teams_text",
    "resources",
    "team_members",
    "unique_values",
    "pending_members",
    "deleted_resources",
    "deleted_links",
];

/// Whether a statement writes to one of those tables, however that is written.
pub fn is_write(statement: &Statement) -> bool {
    let text = statement.text().to_ascii_lowercase();
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let words: Vec<&str> = words
        .filter(|word| !word.is_empty() && *word != "main")
        .collect();
    (0..words.len()).any(|at| {
        matches!(words[at..], ["into" | "update", table, ..]
            | ["delete", "from", table, ..]
            | ["update", "or", _, table, ..] if WRITTEN.contains(&table))
    })
}

impl Sqlite {
    /// Counts a statement that writes without having passed the seam of writes: none does, in any
    /// test.
    fn count(&self, statement: &Statement) {
        if is_write(statement) && !statement.is_write() {
            self.strays.set(self.strays.get() + 1);
            eprintln!("a write past the seam: {}", statement.text());
        }
    }

    fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        for (limit, value) in [
            (Limit::SQLITE_LIMIT_LENGTH, 2_000_000),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
            (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
            (Limit::SQLITE_LIMIT_FUNCTION_ARG, 32),
        ] {
            connection.set_limit(limit, value).unwrap();
        }
        Self {
            connection: RefCell::new(connection),
            paused: Cell::default(),
            sent: RefCell::default(),
            cost: Cell::default(),
            kill: Cell::default(),
            meanwhile: RefCell::default(),
            rows_read: Cell::default(),
            strays: Cell::default(),
            number: 1,
            others: Vec::new(),
        }
    }

    /// Applies the migrations from one on to one before another, by what their names begin with.
    fn migrate(&self, from: &str, before: &str) {
        let mut migrations: Vec<_> =
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations"))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
                .collect();
        migrations.sort();
        let name = |path: &std::path::Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        migrations.retain(|path| (from..before).contains(&name(path).as_str()));
        let connection = self.connection.borrow();
        // As D1 keeps it.
        connection
            .execute_batch(
                "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY, name TEXT)",
            )
            .unwrap();
        for path in migrations {
            connection
                .execute_batch(&std::fs::read_to_string(&path).unwrap())
                .unwrap();
            connection
                .execute(
                    "INSERT INTO d1_migrations (name) VALUES (?1)",
                    (name(&path),),
                )
                .unwrap();
        }
    }

    /// Runs SQL, as an operator would.
    pub fn sql(&self, text: &str) {
        let connection = self.connection.borrow();
        connection.execute_batch(text).unwrap();
        // It may have changed the tables, which makes every statement one to compile again.
        connection.flush_prepared_statement_cache();
    }

    /// The number that SQL gives.
    pub fn number(&self, text: &str) -> i64 {
        let connection = self.connection.borrow();
        connection.query_row(text, (), |row| row.get(0)).unwrap()
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "a JavaScript number; ours are below 2^53"
    )]
    fn run(connection: &Connection, statement: &Statement) -> rusqlite::Result<Vec<Row>> {
        let mut prepared = connection.prepare_cached(statement.text())?;
        let columns = prepared.column_count();
        let parameters =
            params_from_iter(
                statement
                    .parameters()
                    .iter()
                    .map(|parameter| match parameter {
                        Parameter::Null => rusqlite::types::Value::Null,
                        // D1 binds JavaScript numbers, which are doubles.
                        Parameter::Integer(number) => rusqlite::types::Value::Real(*number as f64),
                        Parameter::Text(text) => rusqlite::types::Value::Text(text.clone()),
                    }),
            );
        let mut rows = prepared.query(parameters)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let cells = (0..columns).map(|index| match row.get_ref_unwrap(index) {
                ValueRef::Null => Column::Null,
                ValueRef::Integer(number) => Column::Integer(number),
                // In JavaScript there is no difference.
                ValueRef::Real(number) if number.fract() == 0.0 => Column::Integer(number as i64),
                ValueRef::Text(text) => Column::Text(String::from_utf8(text.to_vec()).unwrap()),
                other => panic!("a column of type {:?}", other.data_type()),
            });
            all.push(Row(cells.collect()));
        }
        drop(rows);
        // SQLite compiles a statement anew, which takes longer than to run it, when a value is
        // bound that its plan looked at: `LIMIT ?` is such a one.
        let status = |of| prepared.get_status(of);
        let text = statement.text();
        assert_eq!(
            status(StatementStatus::RePrepare),
            0,
            "compiled again: {text}"
        );
        assert_eq!(
            status(StatementStatus::AutoIndex),
            0,
            "an index made for it: {text}"
        );
        Ok(all)
    }
}

/// Whatever a test is about, no write may have passed the seam by.
impl Drop for Sqlite {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.strays.get(), 0, "writes past the seam");
        }
    }
}

impl Database for Sqlite {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Results, Error> {
        let mut cost = self.cost.get();
        cost.trips += 1;
        cost.rows_read += self.rows_read.get();
        self.cost.set(cost);
        if let Some(sent) = self.sent.borrow_mut().as_mut() {
            sent.extend(statements.iter().cloned());
        }
        let is_killed = match self.kill.get() {
            Some((0, is_done)) => {
                self.kill.take();
                Some(is_done)
            }
            left => {
                let left = left.map(|(left, is_done)| (left - 1, is_done));
                self.kill.set(left);
                None
            }
        };
        let killed = || Error::Broken("killed".to_owned());
        if is_killed == Some(false) {
            return Err(killed());
        }
        let mut connection = self.connection.borrow_mut();
        let meanwhile = self.meanwhile.take();
        if let Some((0, text)) = &meanwhile {
            connection.execute_batch(text).unwrap();
        } else {
            *self.meanwhile.borrow_mut() = meanwhile.map(|(left, text)| (left - 1, text));
        }
        let transaction = connection.transaction().unwrap();
        let mut results = Vec::new();
        for statement in &statements {
            self.count(statement);
            match Self::run(&transaction, statement) {
                Ok(rows) => results.push(rows),
                Err(error) => {
                    let error = Error::from_message(&error.to_string());
                    if matches!(error, Error::Broken(_)) {
                        eprintln!(
                            "{error:?}\n{}\n{:?}",
                            statement.text(),
                            statement.parameters()
                        );
                    }
                    return Err(error);
                }
            }
        }
        transaction.commit().unwrap();
        if is_killed.is_some() {
            return Err(killed());
        }
        Ok(results)
    }

    fn number(&self) -> u16 {
        self.number
    }

    fn shard(&self, number: u16) -> Option<&Self> {
        if number == self.number {
            return Some(self);
        }
        self.others.iter().find(|other| other.number == number)
    }

    fn shards(&self) -> Vec<u16> {
        let others = self.others.iter().map(|other| other.number);
        std::iter::once(self.number).chain(others).collect()
    }

    async fn pause(&self, milliseconds: u32) {
        self.paused.set(self.paused.get() + u64::from(milliseconds));
        let_others_go_on(1).await;
    }

    fn cost(&self) -> Cost {
        self.cost.get()
    }
}

/// A clock that goes on while somebody waits.
struct Passing<'a>(&'a Memory, u64);

impl Clock for Passing<'_> {
    fn now(&self) -> Moment {
        moment(self.0.elapsed.get() + self.0.database.paused.get() - self.1)
    }
}

/// Ids that count, in the form of those of the Worker.
struct Counted(Cell<u64>);

impl Counted {
    fn next(&self) -> u64 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }
}

impl Mint for Counted {
    fn id(&self) -> String {
        format!("019a0000-0000-7000-8000-{:012x}", self.next())
    }

    fn version(&self) -> String {
        format!("{:016x}", self.next())
    }

    fn secret(&self) -> Option<[u8; 32]> {
        Some(Sha256::digest(self.next().to_be_bytes()).into())
    }
}

/// The service over an empty database.
pub struct Memory {
    /// The database.
    pub database: Sqlite,
    /// The settings, for a test to change.
    pub settings: Settings,
    /// Milliseconds since 2026-01-01, for a test to move.
    pub elapsed: Cell<u64>,
    /// The `ADMIN_TOKEN` secret.
    pub admin_token: Option<String>,
    /// Whether there is a `SCIM_TOKEN`.
    pub has_scim_token: bool,
    mint: Counted,
    /// Other servers.
    pub fetch: Servers,
    /// What verifies signatures.
    pub keys: Digests,
    /// Rows of the log that wait to be written together, once a test asks for that.
    pub gathered: RefCell<Option<Vec<LogRow>>>,
    /// What its requests hold.
    pub gauge: Gauge,
    /// Which instance of the Worker answers, for a test to change.
    pub instance: Cell<usize>,
    remembered: [Remembered; 2],
    /// What counts requests.
    pub rates: Counter,
}

/// Counts without end, up to a limit that a test sets.
#[derive(Debug)]
pub struct Counter {
    /// How many of each are within the limit.
    pub limit: Cell<usize>,
    /// What was counted, each by its name.
    pub counted: RefCell<BTreeMap<String, usize>>,
}

impl Rates for Counter {
    fn take<'a>(&'a self, rate: Rate<'a>, count: usize) -> LocalBoxFuture<'a, bool> {
        let mut counted = self.counted.borrow_mut();
        let counted = counted.entry(format!("{rate:?}")).or_default();
        *counted += count;
        Box::pin(std::future::ready(*counted <= self.limit.get()))
    }
}

impl Memory {
    /// The token of tenant 1.
    pub const TOKEN: &'static str = "the-secret-of-tenant-1-of-32-characters-or-more";
    /// The `ADMIN_TOKEN` secret.
    pub const ADMIN_TOKEN: &'static str = "the-admin-secret-of-32-characters-or-more";
    /// The origin of every request.
    pub const ORIGIN: &'static str = "https://scim.example.com";

    /// A new, empty one.
    pub fn new() -> Self {
        Self::upgraded("", |_| {})
    }

    /// One with a second shard.
    pub fn sharded() -> Self {
        let mut memory = Self::new();
        let mut second = Sqlite::new();
        second.number = 2;
        second.migrate("", "9");
        memory.database.others.push(second);
        memory
    }

    /// One whose database was filled before the migration whose name begins so.
    pub fn upgraded(migration: &str, fill: impl FnOnce(&Connection)) -> Self {
        let database = Sqlite::new();
        database.migrate("", migration);
        fill(&database.connection.borrow());
        database.migrate(migration, "9");
        Self {
            database,
            settings: Settings::default(),
            elapsed: Cell::new(0),
            admin_token: Some(Self::ADMIN_TOKEN.to_owned()),
            has_scim_token: true,
            mint: Counted(Cell::new(0)),
            fetch: Servers::default(),
            keys: Digests::default(),
            gathered: RefCell::default(),
            gauge: Gauge::default(),
            instance: Cell::default(),
            remembered: [(); 2].map(|()| Remembered::default()),
            rates: Counter {
                limit: Cell::new(usize::MAX),
                counted: RefCell::default(),
            },
        }
    }

    /// What the instance remembers of the settings of tenants.
    pub fn remembered(&self) -> &Remembered {
        &self.remembered[self.instance.get()]
    }

    /// Runs SQL, as an operator would.
    pub fn sql(&self, text: &str) {
        self.database.sql(text);
    }

    /// The number that SQL gives.
    pub fn number(&self, text: &str) -> i64 {
        self.database.number(text)
    }

    /// The database of a shard.
    pub fn database_of(&self, shard: u16) -> &Sqlite {
        self.database.shard(shard).unwrap()
    }

    /// Puts a token into the table, labelled with itself, and its tenant if there is none yet.
    pub fn add_token(
        &self,
        tenant: i64,
        token: &str,
        subject: Option<&str>,
        expires: Option<&str>,
    ) {
        let hash = base16ct::lower::encode_string(&Sha256::digest(token));
        let connection = self.database.connection.borrow();
        let now = "2026-01-01T00:00:00.000Z";
        connection
            .execute(
                "INSERT OR IGNORE INTO tenants (id, name, created_at, settings) VALUES (?1, 'tenant', ?2, '{}')",
                (tenant, now),
            )
            .unwrap();
        connection
            .execute(
                "INSERT INTO tokens (hash, tenant_id, label, subject, created_at, expires_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (hash, tenant, token, subject, now, expires),
            )
            .unwrap();
    }

    /// Answers a request.
    pub fn respond(&self, request: &Request) -> Reply {
        self.respond_traced(request).0
    }

    /// Answers a request and tells what else there is to say; what may wait until the reply is out
    /// is done.
    pub fn respond_traced(&self, request: &Request) -> (Reply, Trace) {
        let (reply, trace) = self.answer(request);
        self.run_later(&trace.notes.later);
        (reply, trace)
    }

    /// The same, before anything that may wait is done.
    pub fn answer(&self, request: &Request) -> (Reply, Trace) {
        // Every request is a moment later than the one before.
        self.elapsed.set(self.elapsed.get() + 1);
        let secret = Secret::new(Self::TOKEN);
        let admin = self.admin_token.as_deref().and_then(Secret::new);
        let (now, hold) = (moment(self.elapsed.get()), self.gauge.request());
        let environment = Environment {
            context: self.context(&now, &hold),
            secret: secret.as_ref().filter(|_| self.has_scim_token),
            admin: admin.as_ref(),
            instance: &Instance::new(),
            allow_http: false,
            request_id: format!("req_{:012x}{:020x}", now.milliseconds, 1),
        };
        let before = self.database.cost();
        let (mut reply, mut trace) = pollster::block_on(respond(&environment, request));
        let after = self.database.cost();
        let cost = Cost {
            trips: after.trips - before.trips,
            rows_read: after.rows_read - before.rows_read,
            ..Cost::default()
        };
        let row = trace.log_row(Expense {
            milliseconds: 1,
            cost,
        });
        match &mut *self.gathered.borrow_mut() {
            Some(rows) => rows.extend(row),
            None => trace.notes.later.extend(requests::write(row.as_slice())),
        }
        if let Some(mut export) = reply.export.take() {
            let mut text = String::new();
            while let Some(piece) = pollster::block_on(export.next(&self.database)).unwrap() {
                text.push_str(&piece);
            }
            reply.body = Some(text.into());
        }
        check(request, &reply);
        (reply, trace)
    }

    /// What a use case is given at a moment.
    fn context<'a>(&'a self, now: &'a Moment, hold: &'a Hold) -> Context<'a, Sqlite> {
        Context {
            database: &self.database,
            settings: &self.settings,
            mint: &self.mint,
            clock: now,
            fetch: &self.fetch,
            keys: &self.keys,
            hold,
            remembered: self.remembered(),
            rates: &self.rates,
        }
    }

    /// Trims the log of requests, as the Worker does each minute.
    pub fn trim_requests(&self) {
        self.elapsed.set(self.elapsed.get() + 1);
        let (now, hold) = (moment(self.elapsed.get()), self.gauge.request());
        let context = self.context(&now, &hold);
        let minute = (self.elapsed.get() / 60_000) % 60;
        let allowance = Allowance::new(Budget::PAID, &now);
        let trim = jobs::trim_requests(&context, minute, &allowance);
        pollster::block_on(trim).unwrap();
    }

    /// Goes on with jobs, as the Worker does behind a reply and each minute.
    pub fn run_jobs(&self, budget: Budget) -> Result<(), Error> {
        self.elapsed.set(self.elapsed.get() + 1);
        let (now, hold) = (moment(self.elapsed.get()), self.gauge.request());
        let context = self.context(&now, &hold);
        let allowance = Allowance::new(budget, &now);
        pollster::block_on(jobs::work_everywhere(&context, &allowance)).map(|_| ())
    }

    /// Goes on with jobs until the kill of the database, and then minute by minute;
    /// whether it came to the kill.
    pub fn run_killed_jobs(&self, budget: Budget, kill: (usize, bool)) -> Result<bool, Error> {
        self.database.kill.set(Some(kill));
        let is_killed = self.run_jobs(budget).is_err();
        self.database.kill.take();
        for _ in 0..5 {
            self.elapsed.set(self.elapsed.get() + 60_000);
            self.run_jobs(budget)?;
        }
        Ok(is_killed)
    }

    /// Seals what was written, as the Worker does each minute.
    pub fn seal(&self) -> Result<(), Error> {
        self.elapsed.set(self.elapsed.get() + 1);
        let (now, hold) = (moment(self.elapsed.get()), self.gauge.request());
        let context = self.context(&now, &hold);
        let allowance = Allowance::new(Budget::PAID, &now);
        pollster::block_on(seal_everywhere(&context, &allowance))
    }

    /// Delivers what is due, as the Worker does when it is woken up and each minute.
    pub fn deliver(&self, budget: Budget) -> Result<Report, Error> {
        self.elapsed.set(self.elapsed.get() + 1);
        let (now, hold) = (moment(self.elapsed.get()), self.gauge.request());
        let clock = Passing(self, self.database.paused.get());
        let context = Context {
            clock: &clock,
            ..self.context(&now, &hold)
        };
        let allowance = Allowance::new(budget, &clock);
        pollster::block_on(deliver_everywhere(&context, &allowance))
    }

    /// Removes what has expired, as the Worker does each hour.
    pub fn sweep(&self) -> Result<(), Error> {
        let (now, hold) = (moment(self.elapsed.get()), self.gauge.request());
        let context = self.context(&now, &hold);
        let allowance = Allowance::new(Budget::PAID, &now);
        pollster::block_on(jobs::sweep(&context, &allowance))
    }

    /// Does what is done each minute; how many statements that took.
    pub fn each_minute(&self, budget: Budget, minute: u64) -> usize {
        self.elapsed.set(self.elapsed.get() + 1);
        let (now, hold) = (moment(self.elapsed.get()), self.gauge.request());
        let context = self.context(&now, &hold);
        *self.database.sent.borrow_mut() = Some(Vec::new());
        let done = pollster::block_on(minute::work(&context, budget, minute));
        assert!(done.failures.is_empty(), "{:?}", done.failures);
        let sent = self.database.sent.take().unwrap_or_default();
        sent.len()
    }

    /// Does what could wait.
    pub fn run_later(&self, statements: &[Addressed]) {
        for (shard, statement) in statements {
            let database = self.database.shard(*shard).unwrap();
            Sqlite::run(&database.connection.borrow(), statement).unwrap();
        }
    }

    /// Runs `create` with ids that count from `number`, as those of another clock would.
    pub fn with_ids_from<T>(&self, number: u64, create: impl FnOnce() -> T) -> T {
        let here = self.mint.0.replace(number - 1);
        let made = create();
        self.mint.0.set(here);
        made
    }
}

/// Holds a reply to the document of the faces.
fn check(request: &Request, reply: &Reply) {
    let sent = match &request.body {
        Body::Bytes(bytes) => str::from_utf8(bytes).ok().filter(|text| !text.is_empty()),
        _ => None,
    };
    let named = reply
        .headers
        .iter()
        .find(|(name, _)| *name == "Content-Type");
    let body = reply.body.clone().map(Content::into_text);
    contract::check(&Exchange {
        method: request.method.as_str(),
        path: &request.path,
        sent,
        status: reply.status,
        content_type: named.map(|(_, value)| value.as_str()),
        body: body.as_deref(),
    });
}

/// A moment of 2026.
fn moment(elapsed: u64) -> Moment {
    const START: u64 = 1_767_225_600_000;
    Moment::at(START + elapsed)
}
