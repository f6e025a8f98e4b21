//! Percentiles of doubles.

/// The smallest number that at least the share `p` of the sorted numbers does not exceed.
/// Infinities and NaN count as what they are. `None` of nothing.
pub fn percentile(sorted: &[f64], p: f64) -> Option<f64> {
    let rank = (p * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn ranks() {
        let numbers = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(percentile(&numbers, 0.0), Some(1.0));
        assert_eq!(percentile(&numbers, 0.5), Some(2.0));
        assert_eq!(percentile(&numbers, 0.75), Some(3.0));
        assert_eq!(percentile(&numbers, 1.0), Some(4.0));
        assert_eq!(percentile(&[], 0.5), None);
    }
}
