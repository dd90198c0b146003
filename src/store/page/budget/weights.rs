//! What takes as long as a look, and how many of them the rest takes. Measured on the built Worker:
//! a list of [`LOOKS`](crate::limits::LOOKS) takes at most a second of CPU there.

/// Bytes of a resource whose reading takes as long as a look: once for the page, once for the
/// total, and where values of a list are counted once for that.
pub(super) const READ: usize = 112;
/// The same of the key of an order, which is read for the page alone.
pub(super) const READ_TO_SORT: usize = 64;
/// The same of its bytes beyond [`SMALL`], which may all be key: it is copied, and compared.
pub(super) const SORTED: usize = 64;
/// Bytes of a resource beyond [`SMALL`] that one text is looked for in as long as a look takes: of
/// one letter again and again, each place may be the beginning of the text.
pub(super) const SOUGHT: usize = 96;
/// The same of each [`CHARACTERS`] that are looked for.
pub(super) const COMPARED: usize = 768;
/// Characters looked for that make such a look twice as long.
pub(super) const CHARACTERS: usize = 16;
/// Comparisons with columns that take no longer than a look together.
pub(super) const OF_COLUMNS: usize = 4;
/// Looks that a value of a list takes, times one more than it is compared with: so many parts.
pub(super) const VALUE: (usize, usize) = (3, 4);
/// Bytes of a resource that are read as fast as they are told.
pub(super) const SMALL: usize = 2_048;
/// Bytes of such a small one that take as long as a look, where they have not what is looked for.
pub(super) const SKIMMED: usize = 192;
/// Looks that each of those takes, however small.
pub(super) const LEAST: usize = 5;
/// Looks that a user on a page takes, with the groups, where all are put in order for it: in that
/// of an index few are looked at.
pub(super) const SHOWN: usize = 300;
/// Looks that it takes to sort by what a resource is linked to.
pub(super) const SORT_LINKED: usize = 20;
/// The same by a list in its document, besides some for each of the values: the primary one is
/// sought.
pub(super) const SORT_LIST: usize = 5;
pub(super) const SORT_VALUE: usize = 2;
/// Comparisons with documents that may be made with all that a key names: there are few of those.
pub(super) const OF_NAMED: usize = 3;
/// Looks that it takes to hand a mark down to a team within another.
pub(super) const NESTED: usize = 32;
/// Looks that a link to a team through another takes, where its type is asked: who has it may be in
/// that team as well.
pub(super) const INDIRECT: usize = 6;
/// Looks that a membership takes, besides one for so many comparisons: they are made with the other
/// ends, and handed down as marks.
pub(super) const MEMBERSHIP: usize = 3;
pub(super) const MARKED: usize = 8;

/// Conditions on links of which it is counted what satisfies them.
pub(super) const COUNTED: usize = 4;
