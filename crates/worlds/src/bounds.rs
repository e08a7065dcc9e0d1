//! What a set of literals says about the amounts between points of time: upper bounds on every difference of
//! the running total, kept closed.
//!
//! Invariant: a `Bounds` is consistent and closed. Every bound in it is the tightest that its constraints
//! imply, and is reached by some running total, so that adding a constraint fails exactly when no running
//! total satisfies it.

use model::Instant;

/// No bound.
pub(crate) const NONE: i64 = i64::MAX / 8;

/// Bounds on F between points; `upper[i][j]` bounds F up to point j less F up to point i, from above.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    /// Strictly ascending; a point is the first tick after the window that it ends.
    pub points: Vec<Instant>,
    upper: Vec<Vec<i64>>,
}

fn plus(a: i64, b: i64) -> i64 {
    if a >= NONE || b >= NONE { NONE } else { a + b }
}

impl Bounds {
    /// F grows and is otherwise free. `points` must be ascending.
    pub fn free(points: Vec<Instant>) -> Self {
        let n = points.len();
        let upper = (0..n).map(|i| (0..n).map(|j| if j <= i { 0 } else { NONE }).collect()).collect();
        Bounds { points, upper }
    }

    /// F from point `i` to point `j` is at most `most`; false where nothing satisfies that, and all is then
    /// void.
    #[must_use]
    fn difference(&mut self, i: usize, j: usize, most: i64) -> bool {
        if most >= self.upper[i][j] {
            return true;
        }
        if plus(most, self.upper[j][i]) < 0 {
            return false;
        }
        for a in 0..self.points.len() {
            let head = plus(self.upper[a][i], most);
            if head < NONE {
                for b in 0..self.points.len() {
                    self.upper[a][b] = self.upper[a][b].min(plus(head, self.upper[j][b]));
                }
            }
        }
        true
    }

    /// F over `[points[i], points[j])` is at most `most`.
    #[must_use]
    pub fn at_most(&mut self, i: usize, j: usize, most: i64) -> bool {
        self.difference(i, j, most)
    }

    /// F over `[points[i], points[j])` is at least `least`.
    #[must_use]
    pub fn at_least(&mut self, i: usize, j: usize, least: i64) -> bool {
        self.difference(j, i, -least)
    }

    /// The index of a point that is known to be one.
    pub fn index(&self, point: Instant) -> usize {
        self.points.partition_point(|p| *p < point)
    }

    /// The greatest F over `[points[i], points[j])`.
    pub fn high(&self, i: usize, j: usize) -> i64 {
        self.upper[i][j]
    }

    /// The least F over `[points[i], points[j])`.
    pub fn low(&self, i: usize, j: usize) -> i64 {
        -self.upper[j][i]
    }

    /// The same bounds seen at other points. Between two neighbouring points of `self` F is free but for its
    /// sum, so a window is bounded from above by the least window of `self` around it, from below by the
    /// greatest inside it.
    pub fn at(&self, points: &[Instant]) -> Bounds {
        let mut seen = Bounds::free(points.to_vec());
        for (i, from) in points.iter().enumerate() {
            for (j, to) in points.iter().enumerate().skip(i + 1) {
                let outer = (self.points.partition_point(|p| p <= from), self.index(*to));
                if outer.0 > 0 && outer.1 < self.points.len() {
                    seen.upper[i][j] = self.high(outer.0 - 1, outer.1);
                }
                let inner = (self.index(*from), self.points.partition_point(|p| p <= to));
                if inner.0 + 1 < inner.1 {
                    seen.upper[j][i] = -self.low(inner.0, inner.1 - 1);
                }
            }
        }
        seen
    }

    /// One world: the least running total, as the amounts that begin at each point.
    pub fn least(&self) -> impl Iterator<Item = (Instant, i64)> + '_ {
        let total = |i: usize| -self.upper[i][0];
        (1..self.points.len())
            .map(move |i| (self.points[i - 1], total(i) - total(i - 1)))
            .filter(|(_, a)| *a > 0)
    }
}
