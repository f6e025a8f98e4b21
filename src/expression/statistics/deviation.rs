//! The standard deviation, one number at a time (Welford's method).

use crate::value::ValueRef;

/// A standard deviation in the making.
#[derive(Clone, Copy, Default)]
pub struct Deviation {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Deviation {
    /// Adds a number, as a double; anything else is left out.
    pub fn add(&mut self, value: ValueRef<'_>) {
        let Some(number) = value.to_f64() else {
            return;
        };
        self.count += 1;
        let off = number - self.mean;
        self.mean += off / self.count as f64;
        self.squares += off * (number - self.mean);
    }

    /// Of a whole population: `None` of nothing.
    pub fn population(&self) -> Option<f64> {
        (self.count > 0).then(|| (self.squares / self.count as f64).sqrt())
    }

    /// Of a sample: `None` of fewer than two.
    pub fn sample(&self) -> Option<f64> {
        (self.count > 1).then(|| (self.squares / (self.count - 1) as f64).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations() {
        let mut deviation = Deviation::default();
        assert_eq!(deviation.population(), None);
        for number in [10, 20, 30] {
            deviation.add(ValueRef::Int32(number));
        }
        deviation.add(ValueRef::String("40"));
        assert_eq!(deviation.sample(), Some(10.0));
        assert_eq!(deviation.population(), Some((200.0f64 / 3.0).sqrt()));
    }
}
