//! A batch that is put together of some lines, and what it notes of those.

use serde_json::Value;

use super::marker::Marker;
use store::batch::Batch;
use store::transfer::import::LineState;

/// A batch that is put together of some lines.
pub(super) struct LineBatch {
    pub(super) batch: Batch,
    /// What is noted when it is done.
    pub(super) marker: Marker,
}

/// A row of lines that are not done with, or were refused: `made` is what became of the resource,
/// and its id.
pub(super) fn line_row(
    line: i64,
    state: LineState,
    made: Option<(&str, &str)>,
    refused: &Value,
    text: &str,
) -> Value {
    let (outcome, id) = made.unzip();
    let row = vec![
        line.into(),
        (state as usize).into(),
        outcome.into(),
        id.into(),
        refused.clone(),
        text.into(),
    ];
    Value::Array(row)
}
