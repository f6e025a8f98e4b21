//! MD5, as RFC 1321 has it: for hashed indexes, `dbHash` and `filemd5`.

const SHIFTS: [[u32; 4]; 4] = [
    [7, 12, 17, 22],
    [5, 9, 14, 20],
    [4, 11, 16, 23],
    [6, 10, 15, 21],
];

/// A digest in the making.
pub struct Md5 {
    state: [u32; 4],
    /// What does not fill a block yet.
    pending: Vec<u8>,
    bytes: u64,
}

impl Default for Md5 {
    fn default() -> Md5 {
        Md5 {
            state: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476],
            pending: Vec::new(),
            bytes: 0,
        }
    }
}

impl Md5 {
    /// Adds bytes at the end of the message.
    pub fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.pending.extend_from_slice(bytes);
        let whole = self.pending.len() / 64 * 64;
        for block in self.pending[..whole].chunks(64) {
            mix(&mut self.state, block);
        }
        self.pending.drain(..whole);
    }

    /// The digest as four little-endian words.
    pub fn finish(mut self) -> [u32; 4] {
        let bits = self.bytes * 8;
        let zeros = (self.pending.len() + 9).next_multiple_of(64) - self.pending.len() - 9;
        self.update(&[0x80]);
        self.update(&[0; 64][..zeros]);
        self.update(&bits.to_le_bytes());
        self.state
    }

    /// The digest as hexadecimal digits.
    pub fn finish_hex(self) -> String {
        let words = self
            .finish()
            .map(|word| format!("{:08x}", word.swap_bytes()));
        words.concat()
    }
}

fn mix(state: &mut [u32; 4], block: &[u8]) {
    let word = |index: usize| {
        let word = block
            .get(index * 4..)
            .and_then(|rest| rest.first_chunk::<4>());
        word.map_or(0, |word| u32::from_le_bytes(*word))
    };
    let [mut a, mut b, mut c, mut d] = *state;
    for step in 0..64usize {
        let (mix, index) = match step / 16 {
            0 => ((b & c) | (!b & d), step),
            1 => ((d & b) | (!d & c), 5 * step + 1),
            2 => (b ^ c ^ d, 3 * step + 5),
            _ => (c ^ (b | !d), 7 * step),
        };
        // The constants of the steps are the sine of the step, as a fraction of 2^32.
        let constant = ((step as f64 + 1.0).sin().abs() * 4_294_967_296.0) as u32;
        let sum = a
            .wrapping_add(mix)
            .wrapping_add(constant)
            .wrapping_add(word(index % 16));
        let turned = sum.rotate_left(SHIFTS[step / 16][step % 4]);
        (a, d, c, b) = (d, c, b, b.wrapping_add(turned));
    }
    for (word, mixed) in state.iter_mut().zip([a, b, c, d]) {
        *word = word.wrapping_add(mixed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standard() {
        let check = |message: &str, expected: &str| {
            for part in [1, 7, 64, 100] {
                let mut digest = Md5::default();
                message
                    .as_bytes()
                    .chunks(part)
                    .for_each(|part| digest.update(part));
                assert_eq!(digest.finish_hex(), expected);
            }
        };
        check("", "d41d8cd98f00b204e9800998ecf8427e");
        check("abc", "900150983cd24fb0d6963f7d28e17f72");
        check(
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a",
        );
    }
}
