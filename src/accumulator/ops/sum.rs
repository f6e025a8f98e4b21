//! `$sum` and `$avg`: of what is a number; of nothing 0 and null.

use crate::accumulator::State;
use crate::expression::statistics::Sum;

pub fn start_sum() -> State {
    State::Sum(Sum::default())
}

pub fn start_avg() -> State {
    State::Average(Sum::default())
}

#[cfg(test)]
mod tests {
    use crate::accumulator::ops::testing::check;

    #[test]
    fn only_numbers_count() {
        check("{$sum: '$v'}", "[{v: 1}, {v: 2}, {v: 'x'}, {}]", "3");
        check("{$sum: '$v'}", "[]", "0");
        check("{$sum: '$v'}", "[{v: 1}, {v: 2.5}]", "3.5");
        check("{$sum: '$v'}", "[{v: 2147483647}, {v: 1}]", "2147483648L");
        check("{$avg: '$v'}", "[{v: 1}, {v: 2}, {v: null}]", "1.5");
        check("{$avg: '$v'}", "[{v: 1m}, {v: 2}]", "1.5m");
        check("{$avg: '$v'}", "[{}]", "null");
    }
}
