//! `Database` over D1.
//!
//! Statements go out and rows come in without serde in between, which costs more CPU than
//! everything else on the way. Rows come as few long texts (see `platform.js`).

use scim::list::List;
use std::cell::Cell;

use js_sys::futures::JsFuture;
use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::settings::Deployment;
use super::{Env, moment};
use store::{self, Cell as Value, Cost, Database, Error, Parameter, Results, Row, Statement};

#[wasm_bindgen(module = "/src/platform/platform.js")]
extern "C" {
    type D1Database;
    type D1PreparedStatement;

    fn database(env: &Env, shard: u16) -> D1Database;
    #[wasm_bindgen(catch)]
    fn prepare(
        database: &D1Database,
        text: &str,
        values: Array,
    ) -> Result<D1PreparedStatement, JsValue>;
    fn send(database: &D1Database, statements: Array) -> Promise;
    fn pause(milliseconds: u32) -> Promise;
}

/// Trips of a request that lets nobody in between: hardly any has more.
const FEW_TRIPS: u32 = 3;
/// Milliseconds behind which a longer one lets others in. A database beside the Worker answers
/// without a pause, and who came meanwhile would wait for the last trip.
const TURN: u64 = 50;

/// D1, as one request sees it.
pub struct D1 {
    shard: u16,
    database: D1Database,
    cost: Cell<Cost>,
    /// When others were let in last.
    turn: Cell<u64>,
    others: Vec<D1>,
}

impl D1 {
    /// The databases of the Worker's bindings.
    pub fn new(env: &Env) -> Self {
        let of = |shard, others| Self {
            shard,
            database: database(env, shard),
            cost: Cell::default(),
            turn: Cell::new(moment().milliseconds),
            others,
        };
        let others = Deployment::other_shards(env);
        of(
            1,
            others.into_iter().map(|shard| of(shard, Vec::new())).list(),
        )
    }

    fn prepare(&self, statement: &Statement) -> Result<D1PreparedStatement, Error> {
        let values = statement.parameters().iter().map(to_js).collect();
        prepare(&self.database, statement.text(), values).map_err(|error| broken(&error))
    }

    /// Reads the line of numbers: adds up the cost, and tells how many texts there are, and the
    /// rows and columns of each statement.
    fn count(&self, text: &str) -> (usize, Vec<(usize, usize)>) {
        let mut numbers = text.split(' ').map(|digits| digits.parse().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        let texts = usize::try_from(next()).unwrap_or(0);
        let mut cost = self.cost.get();
        cost.rows_read += next();
        cost.rows_written += next();
        cost.microseconds += next();
        self.cost.set(cost);
        let numbers: Vec<usize> = numbers
            .map(|number| usize::try_from(number).unwrap_or(0))
            .list();
        let shapes = numbers
            .chunks(2)
            .filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)))
            .list();
        (texts, shapes)
    }
}

impl Database for D1 {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Results, store::Error> {
        let mut cost = self.cost.get();
        cost.trips += 1;
        self.cost.set(cost);
        if cost.trips > FEW_TRIPS && moment().milliseconds >= self.turn.get() + TURN {
            self.pause(1).await;
            self.turn.set(moment().milliseconds);
        }
        let prepared = statements
            .iter()
            .map(|statement| self.prepare(statement).map(JsValue::from))
            .collect::<Result<Array, Error>>()?;
        drop(statements);
        let answer = JsFuture::from(send(&self.database, prepared))
            .await
            .map_err(|error| broken(&error))?;
        let mut texts: Vec<String> = Array::from(&answer).into_iter().filter_map(text_of).list();
        let first = texts.first_mut().ok_or_else(unfit_value)?;
        let end = first.find('\n').ok_or_else(unfit_value)?;
        let rest = first.split_off(end + 1);
        let numbers = std::mem::replace(first, rest);
        let (count, shapes) = self.count(numbers.trim_end());
        let mut long = texts.split_off(count.min(texts.len())).into_iter();
        let mut values = Vec::new();
        for text in texts.iter().filter(|text| !text.is_empty()) {
            for item in text.split('\0') {
                values.push(value(item, &mut long)?);
            }
        }
        let mut values = values.into_iter();
        let mut row = |columns| {
            let cells: Vec<Value> = values.by_ref().take(columns).list();
            (cells.len() == columns)
                .then_some(Row(cells))
                .ok_or_else(unfit_value)
        };
        shapes
            .into_iter()
            .map(|(rows, columns)| (0..rows).map(|_| row(columns)).list_all())
            .list_all()
    }

    fn number(&self) -> u16 {
        self.shard
    }

    fn shard(&self, number: u16) -> Option<&Self> {
        if number == self.shard {
            return Some(self);
        }
        self.others.iter().find(|other| other.shard == number)
    }

    fn shards(&self) -> Vec<u16> {
        let others = self.others.iter().map(|other| other.shard);
        std::iter::once(self.shard).chain(others).list()
    }

    async fn pause(&self, milliseconds: u32) {
        // It is not refused.
        let _ = JsFuture::from(pause(milliseconds)).await;
    }

    fn cost(&self) -> Cost {
        let mut sum = self.cost.get();
        for other in &self.others {
            let cost = other.cost.get();
            sum.trips += cost.trips;
            sum.rows_read += cost.rows_read;
            sum.rows_written += cost.rows_written;
            sum.microseconds += cost.microseconds;
        }
        sum
    }
}

/// A text of the answer.
fn text_of(text: JsValue) -> Option<String> {
    text.as_string().or_else(|| {
        let bytes: Uint8Array = text.unchecked_into();
        String::from_utf8(bytes.to_vec()).ok()
    })
}

/// A value behind the letter of its type; a long one is the next of those.
fn value(item: &str, long: &mut impl Iterator<Item = String>) -> Result<Value, Error> {
    if let Some(text) = item.strip_prefix('t') {
        return Ok(Value::Text(text.to_owned()));
    }
    match item {
        "-" => Ok(Value::Null),
        "l" => long.next().map(Value::Text).ok_or_else(unfit_value),
        _ => {
            let digits = item.strip_prefix('n');
            let integer = digits.and_then(|digits| digits.parse().ok());
            integer.map(Value::Integer).ok_or_else(unfit_value)
        }
    }
}

fn unfit_value() -> Error {
    Error::Broken("a value is neither text nor a whole number".to_owned())
}

fn to_js(parameter: &Parameter) -> JsValue {
    match parameter {
        Parameter::Null => JsValue::NULL,
        #[expect(
            clippy::cast_precision_loss,
            reason = "a JavaScript number; ours are below 2^53"
        )]
        Parameter::Integer(number) => JsValue::from_f64(*number as f64),
        Parameter::Text(text) => JsValue::from_str(text),
    }
}

/// D1 says what went wrong in the message of an error, or of the error's cause.
fn broken(error: &JsValue) -> Error {
    let get = |object: &JsValue, name: &str| {
        Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
    };
    let message = |error: &JsValue| get(error, "message").as_string().unwrap_or_default();
    let cause = get(error, "cause");
    Error::from_message(&format!("{}: {}", message(error), message(&cause)))
}
