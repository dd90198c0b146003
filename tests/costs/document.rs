//! The tables of docs/costs.md.

use std::sync::Mutex;
use std::{fs, io};

use super::operations::group_column;
use super::sheet::{Cost, Sheet, read_told};
use super::{AROUND, MEMBERS, USERS};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/costs.md");
const END: &str = "<!-- end of what is measured -->\n";

/// A part of the document that one test measures: tables behind a mark.
pub(crate) struct Part {
    mark: &'static str,
    tables: Vec<Table>,
}

/// A table: the heading of its first column, and its other columns by name and heading.
struct Table {
    heading: String,
    columns: Vec<(String, String)>,
}

/// What SCIM costs.
pub(crate) fn protocol() -> Part {
    let columns = USERS.map(users_column).to_vec();
    let most = USERS[USERS.len() - 1];
    let groups = MEMBERS.map(|members| {
        let heading = format!("group of {}", grouped(members));
        (group_column(most, members), heading)
    });
    let of_groups = format!("operation on a group, among {} users", grouped(most));
    Part {
        mark: "<!-- measured: WRITE_COSTS=1 cargo test --features workerd --test costs -->\n",
        tables: vec![
            Table {
                heading: "operation".to_owned(),
                columns,
            },
            Table {
                heading: of_groups,
                columns: groups.to_vec(),
            },
        ],
    }
}

/// What is around it costs.
pub(crate) fn around() -> Part {
    Part {
        mark: "<!-- measured by the same: what is around SCIM -->\n",
        tables: vec![Table {
            heading: "what is done".to_owned(),
            columns: AROUND.map(users_column).to_vec(),
        }],
    }
}

fn users_column(users: usize) -> (String, String) {
    (users.to_string(), format!("{} users", grouped(users)))
}

impl Part {
    /// The document in front of the tables, the tables, and what is behind them.
    fn of<'t>(&self, text: &'t str) -> [&'t str; 3] {
        let (before, rest) = text.split_once(self.mark).expect("the mark of the start");
        let (tables, after) = rest.split_once(END).expect("the mark of the end");
        [before, tables, after]
    }

    /// Puts the measured tables into the document.
    pub(crate) fn write(&self, sheet: &Sheet) -> io::Result<()> {
        // The tests of two parts may be at it at once.
        static TURN: Mutex<()> = Mutex::new(());
        let _turn = TURN.lock();
        let text = fs::read_to_string(FILE)?;
        let [before, _, after] = self.of(&text);
        let tables = self.tables.iter();
        let tables: Vec<String> = tables
            .map(|table| sheet.table(&table.columns, &table.heading))
            .collect();
        let measured = ["\n", &tables.join("\n"), "\n"].concat();
        fs::write(FILE, [before, self.mark, &measured, END, after].concat())
    }

    /// The costs that the document tells, by operation and column: what an operation must not fall
    /// below unseen.
    pub(crate) fn recorded(self) -> impl Fn(&str, &str) -> Option<Option<Cost>> {
        let text = fs::read_to_string(FILE).unwrap();
        let [_, measured, _] = self.of(&text);
        let texts: Vec<String> = measured.trim().split("\n\n").map(str::to_owned).collect();
        move |name, column| {
            let (text, place) = self.tables.iter().zip(&texts).find_map(|(table, text)| {
                let place = table
                    .columns
                    .iter()
                    .position(|(known, _)| known == column)?;
                Some((text, place))
            })?;
            let start = format!("| {name} |");
            let cost = text.lines().find_map(|line| {
                let cells = line.strip_prefix(&start)?;
                read_told(cells.split('|').nth(place)?.trim())
            });
            Some(cost)
        }
    }
}

/// A number with a comma at the thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    match digits.len().checked_sub(3) {
        Some(place @ 1..) => format!("{},{}", &digits[..place], &digits[place..]),
        Some(0) | None => digits,
    }
}
