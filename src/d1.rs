//! `Database` over D1.
//!
//! The platform's objects are used as they are: statements go out and rows come in without serde in between, which
//! costs more CPU than everything else on the way.

use std::cell::Cell;

use worker::Env;
use worker::js_sys::futures::JsFuture;
use worker::js_sys::{Array, Object, Reflect};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::worker_sys::types::{D1Database, D1Result};

use crate::store::{
    self, Cell as Value, Cost, Database, Error, Parameter, Results, Row, Statement,
};

/// The binding of wrangler.toml.
const BINDING: &str = "DB";

/// D1, as one request sees it.
pub struct D1 {
    database: D1Database,
    cost: Cell<Cost>,
}

impl D1 {
    /// The database of the Worker's binding.
    pub fn new(env: &Env) -> worker::Result<Self> {
        Ok(Self {
            database: JsValue::from(env.d1(BINDING)?).unchecked_into(),
            cost: Cell::default(),
        })
    }

    /// The rows of one statement's result, and what it cost.
    fn read(&self, result: JsValue) -> Result<Vec<Row>, Error> {
        let result: D1Result = result.unchecked_into();
        self.count(result.meta().map_err(|error| broken(&error))?.as_ref());
        rows(result.results().map_err(|error| broken(&error))?)
    }

    fn count(&self, meta: &JsValue) {
        let mut cost = self.cost.get();
        cost.rows_read += whole(number(meta, "rows_read"));
        cost.rows_written += whole(number(meta, "rows_written"));
        cost.milliseconds += number(meta, "duration");
        self.cost.set(cost);
    }
}

impl Database for D1 {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Results, store::Error> {
        let mut cost = self.cost.get();
        cost.trips += 1;
        self.cost.set(cost);
        let mut prepared = Vec::with_capacity(statements.len());
        for statement in statements {
            let values: Array = statement.parameters.iter().map(bound).collect();
            let statement = self
                .database
                .prepare(&statement.text)
                .and_then(|prepared| prepared.bind(values));
            prepared.push(statement.map_err(|error| broken(&error))?);
        }
        // One statement is a transaction by itself; as a batch it would be wrapped and unwrapped.
        if let [one] = prepared.as_slice() {
            let promise = one.all().map_err(|error| broken(&error))?;
            let result = JsFuture::from(promise).await;
            return Ok(vec![self.read(result.map_err(|error| broken(&error))?)?]);
        }
        let prepared = prepared.iter().map(JsValue::from).collect();
        let promise = self
            .database
            .batch(prepared)
            .map_err(|error| broken(&error))?;
        let results = JsFuture::from(promise)
            .await
            .map_err(|error| broken(&error))?;
        Array::from(&results)
            .iter()
            .map(|result| self.read(result))
            .collect()
    }

    fn cost(&self) -> Cost {
        self.cost.get()
    }
}

fn bound(parameter: &Parameter) -> JsValue {
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

fn rows(list: Option<Array>) -> Result<Vec<Row>, Error> {
    list.unwrap_or_default()
        .iter()
        .map(|row| {
            Object::values(row.unchecked_ref::<Object>())
                .iter()
                .map(|value| cell(&value))
                .collect()
        })
        .map(|cells: Result<Vec<Value>, Error>| cells.map(Row))
        .collect()
}

fn cell(value: &JsValue) -> Result<Value, Error> {
    if let Some(text) = value.as_string() {
        Ok(Value::Text(text))
    } else if value.is_null() {
        Ok(Value::Null)
    } else if let Some(number) = value.as_f64() {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "counts and sequence numbers"
        )]
        Ok(Value::Integer(number as i64))
    } else {
        Err(Error::Broken(
            "a column is neither text nor number".to_owned(),
        ))
    }
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

fn number(object: &JsValue, name: &str) -> f64 {
    get(object, name).as_f64().unwrap_or_default()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of rows"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

/// D1 says what went wrong in the message of an error, or of the error's cause.
fn broken(error: &JsValue) -> Error {
    let message = |error: &JsValue| get(error, "message").as_string().unwrap_or_default();
    let cause = get(error, "cause");
    Error::from_message(&format!("{}: {}", message(error), message(&cause)))
}
