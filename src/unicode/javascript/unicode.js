// What Unicode calls the same, by the platform's tables: what unicode-tables does, byte for byte.
// One call a text, for each costs about a microsecond.

/**
 * Stands in for the dotless ı, whose upper case is a plain I. In a text out of Rust each half of a
 * character has its other beside it, so that none has two first halves in a row.
 */
const DOTLESS = "\ud800\ud800";

/** A text in normalisation form D: the marks of letters are characters behind them. */
export const apart = (text) => text.normalize("NFD");

/** A text without letter case, in normalisation form C. */
export const fold = (text) => foldCase(apart(text)).normalize("NFC");

/**
 * A text without letter case. Each character goes to upper case and back to lower case, ẞ by way of
 * ss, ı not at all. `toLowerCase` writes the last sigma of a word differently from all others.
 */
export const foldCase = (text) =>
  text
    .replaceAll("ı", DOTLESS)
    .replaceAll("ẞ", "ss")
    .toUpperCase()
    .toLowerCase()
    .replaceAll("ς", "σ")
    .replaceAll(DOTLESS, "ı");
