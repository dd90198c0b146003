//! Columns as they are read of tables that somebody may have edited by hand: whatever stands there,
//! what is read is a number or a text, so that no row stops a reader.

/// The greatest number that is read, and that is counted on from: all up to it are exact in
/// JavaScript, and it is no end of a type, which is what somebody would put there. Migration 0030
/// has it, too.
macro_rules! MOST {
    () => {
        "9000000000000000"
    };
}

/// The position of the newest event of a database, an expression.
pub(super) const NEWEST: &str = concat!(
    "(SELECT max(position) FROM events WHERE position <= ",
    MOST!(),
    ")"
);

/// A column of numbers, which are none below 0; of anything else -1.
macro_rules! number_of {
    ($column:literal) => {
        concat!(
            "iif(typeof(",
            $column,
            ") = 'integer' AND ",
            $column,
            " BETWEEN 0 AND ",
            $crate::planted::MOST!(),
            ", ",
            $column,
            ", -1)"
        )
    };
}

/// A column of texts, which are shorter than an event and have no U+0000; of anything else a
/// question mark.
macro_rules! text_of {
    ($column:literal) => {
        concat!(
            "iif(typeof(",
            $column,
            ") = 'blob' OR octet_length(",
            $column,
            ") > 20000 OR instr(",
            $column,
            ", char(0)), '?', ",
            $column,
            ")"
        )
    };
}

/// Up to which position events of a database were looked at, an expression: none where the row that
/// says so is not the one there is, or says what it cannot.
pub(crate) const LOOKED_AT: &str = concat!(
    "(SELECT max(position) FROM sealing HAVING count(*) = 1 AND min(",
    number_of!("position"),
    ") BETWEEN 0 AND coalesce((SELECT max(position) FROM events WHERE position <= ",
    MOST!(),
    "), 0) AND min(",
    number_of!("trimmed"),
    ") >= 0)"
);

pub(super) use {MOST, number_of, text_of};
