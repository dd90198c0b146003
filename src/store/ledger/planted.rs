//! Columns as they are read of tables that somebody may have edited by hand: whatever stands there,
//! what is read is a number or a text, so that no row stops a reader.

/// The greatest number that is read: that of a JavaScript number which is exact.
macro_rules! MOST {
    () => {
        "9007199254740991"
    };
}

/// A column of numbers, which are none below 0; of anything else -1.
macro_rules! number_of {
    ($column:literal) => {
        concat!(
            "iif(typeof(",
            $column,
            ") = 'integer' AND ",
            $column,
            " BETWEEN 0 AND ",
            $crate::ledger::planted::MOST!(),
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

pub(super) use {MOST, number_of, text_of};
