//! Ids and versions out of the platform's randomness.

use std::cell::Cell;

use uuid::Builder;

use service::Mint;
use service::token::RANDOM_BYTES;

/// The mint of one request.
pub struct PlatformMint {
    milliseconds: Cell<u64>,
    sequence: Cell<Option<u16>>,
}

impl PlatformMint {
    /// The mint of a request that came this many milliseconds after 1970.
    pub fn at(milliseconds: u64) -> Self {
        Self {
            milliseconds: Cell::new(milliseconds),
            sequence: Cell::new(None),
        }
    }

    /// The id of a request: 128 bits, of which the time stands in front.
    pub fn request_id(&self) -> String {
        let id =
            Builder::from_unix_timestamp_millis(self.milliseconds.get(), &Self::random::<10>());
        format!("req_{}", id.into_uuid().simple())
    }

    fn random<const N: usize>() -> [u8; N] {
        let mut bytes = [0; N];
        // Without randomness there are no new ids; the database then refuses the second use of one.
        let _ = getrandom::fill(&mut bytes);
        bytes
    }

    /// A number that counts up within the request. The upper half of its range is left to count
    /// into.
    fn next(&self) -> u16 {
        let sequence = self
            .sequence
            .get()
            .unwrap_or_else(|| u16::from_be_bytes(Self::random::<2>()) & 0x07ff);
        self.sequence.set(Some((sequence + 1) & 0x0fff));
        if sequence == 0x0fff {
            self.milliseconds.set(self.milliseconds.get() + 1);
        }
        sequence
    }
}

impl Mint for PlatformMint {
    fn id(&self) -> String {
        let mut random = Self::random::<10>();
        // RFC 9562 §6.2 method 1: the ids of one request ascend, though its clock stands still.
        let milliseconds = self.milliseconds.get();
        let [high, low] = self.next().to_be_bytes();
        let [first, second, ..] = &mut random;
        (*first, *second) = (high, low);
        Builder::from_unix_timestamp_millis(milliseconds, &random)
            .into_uuid()
            .hyphenated()
            .to_string()
    }

    fn secret(&self) -> Option<[u8; RANDOM_BYTES]> {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes).ok()?;
        Some(bytes)
    }

    fn version(&self) -> String {
        base16ct::lower::encode_string(&Self::random::<8>())
    }
}
