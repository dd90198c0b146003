//! Full-width and half-width characters (RFC 8265 §3.3.1 rule 1): each is the ordinary character
//! that Unicode decomposes it to.

/// Half-width katakana and their marks, in order from U+FF61.
const KATAKANA: [char; 63] = [
    '。', '「', '」', '、', '・', 'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー',
    'ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ',
    'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ', 'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ',
    'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ', 'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン', '\u{3099}',
    '\u{309a}',
];

/// Ranges of others: the first, the last, what the first is.
const OTHERS: [(u32, u32, u32); 18] = [
    (0x3000, 0x3000, 0x20),
    // The printable characters of ASCII.
    (0xff01, 0xff5e, 0x21),
    (0xff5f, 0xff60, 0x2985),
    // Hangul.
    (0xffa0, 0xffa0, 0x3164),
    (0xffa1, 0xffbe, 0x3131),
    (0xffc2, 0xffc7, 0x314f),
    (0xffca, 0xffcf, 0x3155),
    (0xffd2, 0xffd7, 0x315b),
    (0xffda, 0xffdc, 0x3161),
    // Signs.
    (0xffe0, 0xffe1, 0xa2),
    (0xffe2, 0xffe2, 0xac),
    (0xffe3, 0xffe3, 0xaf),
    (0xffe4, 0xffe4, 0xa6),
    (0xffe5, 0xffe5, 0xa5),
    (0xffe6, 0xffe6, 0x20a9),
    (0xffe8, 0xffe8, 0x2502),
    (0xffe9, 0xffec, 0x2190),
    (0xffed, 0xffed, 0x25a0),
];

/// The ordinary character.
pub(super) fn ordinary(character: char) -> char {
    let code = u32::from(character);
    if code < 0x3000 || (0x3001..0xff00).contains(&code) {
        return character;
    }
    if code == 0xffee {
        return '○';
    }
    if let Some(kana) = code
        .checked_sub(0xff61)
        .and_then(|at| KATAKANA.get(at as usize))
    {
        return *kana;
    }
    let range = OTHERS
        .iter()
        .find(|(first, last, _)| (*first..=*last).contains(&code));
    range
        .and_then(|(first, _, is)| char::from_u32(code - first + is))
        .unwrap_or(character)
}
