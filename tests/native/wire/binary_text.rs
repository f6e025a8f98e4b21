//! Bytes from their text forms: hexadecimal and base64.

/// The bytes of pairs of hexadecimal digits.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(
        digits
            .chunks_exact(2)
            .map(|pair| (pair[0] * 16 + pair[1]) as u8)
            .collect(),
    )
}

/// The bytes of base64 with its padding.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let mut bits = 0usize;
        for byte in group {
            bits = bits << 6 | ALPHABET.iter().position(|letter| letter == byte)?;
        }
        bits <<= 6 * (4 - group.len());
        let bytes = bits.to_be_bytes();
        out.extend(&bytes[5..5 + group.len() * 6 / 8]);
    }
    Some(out)
}

#[test]
fn text_becomes_bytes() {
    assert_eq!(from_hex("00ff1a"), Some(vec![0, 255, 26]));
    assert_eq!(from_hex("0"), None);
    assert_eq!(from_base64("aGVsbG8="), Some(b"hello".to_vec()));
    assert_eq!(from_base64("aGVs"), Some(b"hel".to_vec()));
    assert_eq!(from_base64("aA=="), Some(b"h".to_vec()));
    assert_eq!(from_base64("!"), None);
}
