// Rows of texts as lines, each column as wide as its widest text.

export function columns(head, rows) {
  const wide = (text) => Array.from(text).length;
  const widths = head.map((title, column) => Math.max(wide(title), ...rows.map((row) => wide(row[column]))));
  return [head, ...rows].map((row) => row.map((cell, column) => cell + " ".repeat(widths[column] - wide(cell))).join("  ").trimEnd());
}
