//! The tables of docs/costs.md.

use std::{fs, io};

use super::operations::group_column;
use super::sheet::{Cost, Sheet, read_told};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/costs.md");
const START: &str = "<!-- measured: WRITE_COSTS=1 cargo test --features workerd --test costs -->\n";
const END: &str = "<!-- end of what is measured -->\n";

/// Puts the measured tables between the marks of the document.
pub(crate) fn write(sheet: &Sheet, users: [usize; 3], members: [usize; 3]) -> io::Result<()> {
    let text = fs::read_to_string(FILE)?;
    let (before, rest) = text.split_once(START).expect("the mark of the start");
    let (_, after) = rest.split_once(END).expect("the mark of the end");
    let columns = users.map(|users| (users.to_string(), format!("{} users", grouped(users))));
    let most = users[users.len() - 1];
    let groups = members.map(|members| {
        let heading = format!("group of {}", grouped(members));
        (group_column(most, members), heading)
    });
    let measured = format!(
        "\n{}\n{}\n",
        sheet.table(&columns, "operation"),
        sheet.table(
            &groups,
            &format!("operation on a group, among {} users", grouped(most))
        ),
    );
    fs::write(FILE, [before, START, &measured, END, after].concat())
}

/// The costs that the document tells, by operation and column: what an operation must not fall
/// below unseen.
pub(crate) fn recorded(
    users: [usize; 3],
    members: [usize; 3],
) -> impl Fn(&str, &str) -> Option<Option<Cost>> {
    let text = fs::read_to_string(FILE).unwrap();
    let (_, rest) = text.split_once(START).expect("the mark of the start");
    let (measured, _) = rest.split_once(END).expect("the mark of the end");
    let tables: Vec<String> = measured.trim().split("\n\n").map(str::to_owned).collect();
    let most = users[users.len() - 1];
    let columns = [
        users.map(|users| users.to_string()),
        members.map(|members| group_column(most, members)),
    ];
    move |name, column| {
        let (table, place) = columns.iter().zip(&tables).find_map(|(columns, table)| {
            let place = columns.iter().position(|known| known == column)?;
            Some((table, place))
        })?;
        let start = format!("| {name} |");
        let cost = table.lines().find_map(|line| {
            let cells = line.strip_prefix(&start)?;
            read_told(cells.split('|').nth(place)?.trim())
        });
        Some(cost)
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
