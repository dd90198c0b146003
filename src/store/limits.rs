//! D1's numbers, and ours beside them.
//!
//! D1's: <https://developers.cloudflare.com/d1/platform/limits/>. Ours leave room under them.

/// Bound parameters of one statement (D1: 100).
pub const PARAMETERS: usize = 100;

/// Bytes of the text of one statement (D1: 100,000).
pub const STATEMENT_BYTES: usize = 100_000;

/// Levels of one expression (D1: 100).
pub const EXPRESSION_DEPTH: usize = 100;

/// Bytes of one row, string or parameter (D1's).
pub const LARGEST_VALUE: usize = 2_000_000;

/// A resource's document and its comparison image share a row with the keys, so both together stay
/// under [`LARGEST_VALUE`].
pub const DOCUMENT_AND_FOLDED: usize = 1_500_000;

/// The largest number bound: D1's are JavaScript's, and `SQLite` takes no limit or offset that a
/// double rounded beyond its own. No table has as many rows.
pub const LARGEST_NUMBER: i64 = (1 << 53) - 1;

/// Looks at values that one filter may take: a comparison takes one at each value that it is made
/// with. So many take less than a second, with those of the total.
pub const LOOKS: usize = 1_400_000;

/// Looks at members that the filters of one PATCH may take: a comparison takes one at each member,
/// reading it takes twenty. So many take some 0.6 s.
pub const MEMBER_LOOKS: usize = 6_500_000;

/// Ids in one JSON parameter: 39 bytes each with quotes and comma, so 0.8 MB.
pub const IDS_PER_PARAMETER: usize = 20_000;

/// Ids in one value of those that filters find, each with its marks: 90 bytes, so 0.9 MB.
pub const MARKED_PER_ROW: usize = 10_000;

/// Members in one row of a group's member list. One is at most some 1,300 bytes (a display of 200
/// characters, every one of them escaped, and an id), so a row stays under D1's 2 MB.
pub const MEMBERS_PER_ROW: usize = 1_000;

/// How much is read of the members of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberLimit {
    /// Rows, beyond one a group: members by the thousand.
    pub rows: usize,
    /// Bytes of all of them.
    pub bytes: usize,
}

/// What is read where nobody knows yet how many there are, and so of all groups of a page: some
/// 50,000 members of 60 bytes. It is more than a body can name, so that the reply to a write comes
/// with the write.
pub const FIRST_MEMBERS: MemberLimit = MemberLimit {
    rows: 50,
    bytes: 3_000_000,
};

/// What is read of one group that has more: some 300,000 members. They fit the memory of a Worker
/// (128 MB) four times over: as D1's answer, read, passed on, and as they wait to be written out.
pub const MOST_MEMBERS: MemberLimit = MemberLimit {
    rows: 300,
    bytes: 18_000_000,
};

/// Bytes of the records of one page. They fit what all requests may hold together (40 MB) some
/// times over, each twice: as D1's answer, and put together.
pub const PAGE_BYTES: usize = 4_000_000;

/// Bytes of a record, so that a page of them is fetched without a look at their sum.
pub const RECORD_BYTES: usize = 8_000;

/// Bytes of rows in one JSON parameter of a run of creates: they are JSON within JSON there, which
/// may double them.
pub const RUN_BYTES: usize = 900_000;

/// Bytes of documents that a run of changes reads at once: they are in memory some eight times.
pub const RUN_READ: usize = 1_000_000;

/// Bytes of a document that is read to be changed, whether there is room for it or not.
pub const LARGE_DOCUMENT: usize = 64_000;

/// How often such a document is in memory, of few values: as it was, as it shall be, the image of
/// each, and as text of each.
pub const IN_WORK: usize = 8;

/// Trips behind which a Bulk begins no more, and no write is tried again: no request takes more
/// than 300, and what is under way then ends first.
pub const TRIPS: usize = 240;

/// Bytes of documents read to be changed, as they are weighed, behind which the same holds: to
/// read, change and write so many takes some 0.7 s.
pub const LOADED: usize = 32_000_000;

/// What a document is weighed as, in bytes: a value of a list takes as long as some hundred bytes
/// of a text.
pub fn load(document: &str) -> usize {
    let objects = document.bytes().filter(|byte| *byte == b'{').count();
    text_growth(document.len()) + objects * 400
}

/// The same of text alone.
pub fn text_growth(bytes: usize) -> usize {
    bytes * 3 / 2
}

/// Bytes of text given to the text indexes behind which the same holds: so many trigrams take some
/// 0.6 s. It is what fifteen hundred users have of names and addresses.
pub const INDEXED: usize = 300_000;

/// The same of one resource, which is written whatever came before: no more than a document of the
/// largest size has in a name.
pub const INDEXED_EACH: usize = 400_000;

/// Bytes of memory that a document holds while it is changed, by what it is weighed as: it is there
/// four times, as it was, as it shall be and as the image of each, and the text of each.
pub fn changing(load: usize) -> usize {
    5 * load
}

/// The same once it waits to be written, or is new: it is there twice.
pub fn waiting(load: usize) -> usize {
    5 * load / 2
}

/// Bytes that the documents of one run hold.
pub const RUN_HELD: usize = 8_000_000;

/// Rows read behind which the same holds: to look at so many members takes some half a second.
pub const ROWS: u64 = 400_000;

/// Comparisons with each of the rows read that take as long as reading them.
pub const COMPARED_AS_ROW: u64 = 20;

/// Comparisons in filters that take members out behind which the same holds: each looks at every
/// member of its group.
pub const COMPARISONS: usize = 400;

/// Statements behind which the same holds: Cloudflare allows 1,000 queries for a request, and each
/// statement of a batch may count as one. What is under way then takes a hundred at the most.
pub const STATEMENTS: usize = 850;

/// Bytes of rows that one run of creates puts together: each is held some four times, as values, as
/// text and as parameter. The largest Bulk is three runs.
pub const RUN_TOTAL: usize = 3_000_000;

/// Tries of a read-apply-write whose guarded write found a newer version, before the client is told
/// 409.
pub const WRITE_TRIES: u32 = 40;

/// Milliseconds of the longest pause before such a write is tried again. The first is some
/// milliseconds, the next up to twice as long: among writers who all come at once, each soon finds
/// a moment of its own.
pub const LONGEST_PAUSE: u32 = 500;
