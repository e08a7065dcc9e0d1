//! When something can first have come about: a union of stretches of time, and whether it may not have at all.
//!
//! Invariant: sound. Every world's instant lies in a span, or the world has none by the horizon and `never` is set.
//! The spans are a union, not a hull: no instant is possible only because an earlier and a later one are.

use model::{Amount, Duration, Instant, Period, answer::Moment};

use crate::bounds::Bounds;

/// The possible first instants of something, up to the instant asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moments {
    /// Disjoint and ascending.
    pub spans: Vec<Period>,
    /// Whether it may not have come about by the horizon.
    pub never: bool,
}

/// From when deeds count: at the earliest, and at the latest; `Instant::MAX` where they may not count at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// In no world from before this.
    pub earliest: Instant,
    /// In every world from this on.
    pub latest: Instant,
}

impl Start {
    /// From a certain instant on.
    #[must_use]
    pub fn at(instant: Instant) -> Start {
        Start { earliest: instant, latest: instant }
    }

    /// From something on that may have come about at any of some instants.
    #[must_use]
    pub fn of(moments: &Moments) -> Start {
        let earliest = moments.spans.first().map_or(Instant::MAX, |span| span.first);
        Start { earliest, latest: moments.latest().unwrap_or(Instant::MAX) }
    }

    /// Whether there is no doubt.
    #[must_use]
    pub fn certain(self) -> bool {
        self.earliest == self.latest
    }

    /// The least amount that counts by the tick before `until`.
    #[must_use]
    pub fn low(self, bounds: &Bounds, until: Instant) -> Amount {
        if self.latest >= until {
            return Amount::ZERO;
        }
        bounds.views(&[self.latest, until]).iter().map(|view| view.low(0, 1)).min().unwrap_or_default()
    }

    /// The greatest amount that can count by the tick before `until`.
    #[must_use]
    pub fn high(self, bounds: &Bounds, until: Instant) -> Option<Amount> {
        if self.earliest >= until {
            return Some(Amount::ZERO);
        }
        let views = bounds.views(&[self.earliest, until]);
        let mut highs = views.iter().map(|view| view.high(0, 1));
        highs.try_fold(Amount::ZERO, |most, high| high.map(|high| high.max(most)))
    }
}

impl Moments {
    /// Certainly at this instant.
    #[must_use]
    pub fn at(instant: Instant) -> Self {
        Moments { spans: vec![Period::at(instant)], never: false }
    }

    /// Certainly not by the horizon.
    #[must_use]
    pub fn never() -> Self {
        Moments { spans: Vec::new(), never: true }
    }

    /// In these periods alone.
    #[must_use]
    pub fn within(&self, periods: &[Period]) -> Self {
        let parts = self.spans.iter().flat_map(|span| periods.iter().filter_map(|period| span.and(period)));
        Moments::of(parts.collect(), self.never)
    }

    fn of(mut spans: Vec<Period>, never: bool) -> Self {
        spans.sort_unstable();
        let mut merged: Vec<Period> = Vec::new();
        for span in spans {
            match merged.last_mut() {
                Some(last) if span.first <= last.last.next() => last.last = last.last.max(span.last),
                _ => merged.push(span),
            }
        }
        Moments { spans: merged, never }
    }

    /// When the running amount since `from` can first have reached `threshold`, up to `horizon`.
    #[must_use]
    pub fn reaching(bounds: &Bounds, from: Instant, threshold: Amount, horizon: Instant) -> Self {
        if threshold <= Amount::ZERO {
            return Moments::at(from);
        }
        let end = horizon.next();
        if end <= from {
            return Moments::never();
        }
        let low = bounds.cuts.partition_point(|c| *c <= from);
        let inner = bounds.cuts[low..].iter().copied().take_while(|c| *c < end);
        let cuts: Vec<Instant> = [from].into_iter().chain(inner).chain([end]).collect();
        // Amounts only grow: before these cells none of the worlds can have reached it, and after them all have.
        let can = |cut: &Instant| {
            let views = bounds.views(&[from, *cut]);
            views.iter().any(|view| view.high(0, 1).is_none_or(|high| high >= threshold))
        };
        let may_lack = |cut: &Instant| bounds.views(&[from, *cut]).iter().any(|v| v.low(0, 1) < threshold);
        let first = cuts.partition_point(|cut| *cut == from || !can(cut)).saturating_sub(1);
        let last = cuts.partition_point(|cut| *cut == from || may_lack(cut)).max(first);
        let mut spans = Vec::new();
        for cell in cuts[first..(last + 1).min(cuts.len())].windows(2) {
            let points = if cell[0] == from { vec![from, cell[1]] } else { vec![from, cell[0], cell[1]] };
            let last = points.len() - 1;
            let possible = bounds.views(&points).iter().any(|view| {
                let below_before = last == 1 || view.low(0, 1) < threshold;
                let reached = view.high(0, last).is_none_or(|high| high >= threshold);
                let moved = view.high(last - 1, last).is_none_or(|high| high > Amount::ZERO);
                below_before && reached && moved
            });
            if possible {
                spans.push(Period { first: cell[0], last: cell[1].previous() });
            }
        }
        let never = bounds.views(&[from, end]).iter().any(|view| view.low(0, 1) < threshold);
        Moments::of(spans, never)
    }

    /// Likewise, where it is in doubt from when deeds count.
    #[must_use]
    pub fn reaching_since(bounds: &Bounds, start: Start, threshold: Amount, horizon: Instant) -> Self {
        if start.certain() {
            return Moments::reaching(bounds, start.earliest, threshold, horizon);
        }
        let end = horizon.next();
        let inner = bounds.cuts.iter().copied().filter(|c| start.earliest < *c && *c < end);
        let cuts: Vec<Instant> = [start.earliest].into_iter().chain(inner).chain([end]).collect();
        let mut spans = Vec::new();
        for cell in cuts.windows(2).filter(|cell| cell[0] < cell[1]) {
            let reached = start.high(bounds, cell[1]).is_none_or(|high| high >= threshold);
            let moved = Start::at(cell[0]).high(bounds, cell[1]).is_none_or(|high| high > Amount::ZERO);
            if start.low(bounds, cell[0]) < threshold && reached && moved {
                spans.push(Period { first: cell[0], last: cell[1].previous() });
            }
        }
        Moments::of(spans, start.low(bounds, end) < threshold)
    }

    /// It, or any later instant, or none.
    #[must_use]
    pub fn or_later(&self, horizon: Instant) -> Moments {
        let first = self.spans.first().and_then(|span| Period::closed(span.first, horizon));
        Moments { spans: first.into_iter().collect(), never: true }
    }

    /// When both have come about.
    #[must_use]
    pub fn both(&self, other: &Moments) -> Moments {
        let pairs = self.spans.iter().flat_map(|a| other.spans.iter().map(move |b| later(a, b)));
        Moments::of(pairs.collect(), self.never || other.never)
    }

    /// When either has.
    #[must_use]
    pub fn either(&self, other: &Moments) -> Moments {
        let pairs = self.spans.iter().flat_map(|a| other.spans.iter().map(move |b| earlier(a, b)));
        let mut spans: Vec<Period> = pairs.collect();
        if other.never {
            spans.extend(&self.spans);
        }
        if self.never {
            spans.extend(&other.spans);
        }
        Moments::of(spans, self.never && other.never)
    }

    /// Either one or the other, in different worlds.
    #[must_use]
    pub fn or(&self, other: &Moments) -> Moments {
        Moments::of(self.spans.iter().chain(&other.spans).copied().collect(), self.never || other.never)
    }

    /// When at least `count` of them have come about: the hull of the order statistic.
    #[must_use]
    pub fn at_least(count: usize, all: &[Moments]) -> Moments {
        if count == 0 || count > all.len() {
            return Moments::never();
        }
        let mut earliest: Vec<Instant> =
            all.iter().filter_map(|m| m.spans.first()).map(|span| span.first).collect();
        let mut latest: Vec<Instant> = all.iter().map(|m| m.latest().unwrap_or(Instant::MAX)).collect();
        earliest.sort_unstable();
        latest.sort_unstable();
        let Some(first) = earliest.get(count - 1).copied() else { return Moments::never() };
        let never = latest[count - 1] == Instant::MAX;
        let possible = all.iter().filter_map(|m| m.spans.last()).map(|span| span.last).max().unwrap_or(first);
        let last = if never { possible } else { latest[count - 1] };
        Moments::of(Period::closed(first, last).into_iter().collect(), never)
    }

    /// Shifted by a duration, for what begins a fixed time after.
    #[must_use]
    pub fn shifted(&self, length: Duration) -> Moments {
        let spans = self.spans.iter().map(|s| Period { first: s.first + length, last: s.last + length });
        Moments::of(spans.collect(), self.never)
    }

    /// What of it is possible by `horizon`; the rest becomes “never”.
    #[must_use]
    pub fn by(&self, horizon: Instant) -> Moments {
        let spans: Vec<Period> =
            self.spans.iter().filter_map(|s| Period::closed(s.first, s.last.min(horizon))).collect();
        let later = self.spans.iter().any(|s| s.last > horizon);
        Moments::of(spans, self.never || later)
    }

    /// The last possible instant, where it has certainly come about.
    #[must_use]
    pub fn latest(&self) -> Option<Instant> {
        if self.never { None } else { self.spans.last().map(|span| span.last) }
    }

    /// Whether it can have come about by `at`.
    #[must_use]
    pub fn possible_by(&self, at: Instant) -> bool {
        self.spans.first().is_some_and(|span| span.first <= at)
    }

    /// Whether it has certainly come about by `at`.
    #[must_use]
    pub fn certain_by(&self, at: Instant) -> bool {
        self.latest().is_some_and(|latest| latest <= at)
    }

    /// The contract's form.
    #[must_use]
    pub fn answer(&self) -> Moment {
        Moment { earliest: self.spans.first().map(|span| span.first), latest: self.latest() }
    }
}

fn later(a: &Period, b: &Period) -> Period {
    Period { first: a.first.max(b.first), last: a.last.max(b.last) }
}

fn earlier(a: &Period, b: &Period) -> Period {
    Period { first: a.first.min(b.first), last: a.last.min(b.last) }
}
