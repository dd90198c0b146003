//! Choices for a generator: out of a seed, or out of a list that proptest shrinks.

/// Where choices come from.
pub(crate) struct Dice {
    /// Choices made elsewhere; behind the last one all are 0, the plainest.
    choices: Option<std::vec::IntoIter<u16>>,
    state: u64,
}

impl Dice {
    /// Choices that follow from a seed.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self {
            choices: None,
            state: seed,
        }
    }

    /// These choices.
    pub(crate) fn chosen(choices: Vec<u16>) -> Self {
        Self {
            choices: Some(choices.into_iter()),
            state: 0,
        }
    }

    fn next(&mut self) -> u64 {
        if let Some(choices) = &mut self.choices {
            return choices.next().unwrap_or_default().into();
        }
        // SplitMix64 (Steele, Lea, Flood 2014).
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `count`; 0 where that is 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        if count < 2 {
            return 0;
        }
        usize::try_from(self.next() % count as u64).unwrap()
    }

    /// Whether something happens that does so this often.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) + percent >= 100
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len())]
    }
}
