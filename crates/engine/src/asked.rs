//! A measure solved every way that an answer needs, once.
//!
//! Invariant: all of it is derived from the one measure.

use std::cell::OnceCell;

use model::{Amount, Id, Instant, Period, agreement::Provision, amount::Range};

use crate::{bounds::Bounds, measure::Measure};

/// A measure with what is derived from it once for all instances.
pub struct Asked {
    /// The literals.
    pub measure: Measure,
    /// What they allow.
    pub bounds: Bounds,
    /// What they would allow if nothing had happened but what is reported; solved when first asked for.
    closed: OnceCell<Bounds>,
    /// What each source alone allows.
    pub alone: Vec<(Id, Measure, Bounds)>,
    /// The claims of all, and of each source alone, by when they speak of.
    by_time: OnceCell<(ByTime, Vec<ByTime>)>,
}

/// Claims in order of the start of what they speak of, with the latest end so far: those that meet a window are found
/// without looking at those long before or after it.
#[derive(Clone, Debug, Default)]
struct ByTime {
    claims: Vec<(Period, Id)>,
    latest: Vec<Instant>,
}

impl ByTime {
    fn of(measure: &Measure) -> ByTime {
        let mut claims = measure.spoken();
        claims.sort();
        let mut latest = Vec::with_capacity(claims.len());
        for (period, _) in &claims {
            latest.push(latest.last().copied().unwrap_or(Instant::MIN).max(period.last));
        }
        ByTime { claims, latest }
    }

    fn meeting(&self, window: &Period) -> Vec<Id> {
        let begun = self.claims.partition_point(|(period, _)| period.first <= window.last);
        let live = (0..begun).rev().take_while(|index| self.latest[*index] >= window.first);
        let meeting = live.map(|index| &self.claims[index]).filter(|(period, _)| period.meets(window));
        let mut ids: Vec<Id> = meeting.map(|(_, id)| id.clone()).collect();
        ids.sort();
        ids.dedup();
        ids
    }
}

impl Asked {
    /// Solves a measure every way that an answer needs.
    #[must_use]
    pub fn of(measure: Measure) -> Self {
        let alone = measure.speakers().into_iter().map(|source| {
            let own = measure.of_source(&source);
            let bounds = Bounds::of(&own);
            (source, own, bounds)
        });
        Asked {
            bounds: Bounds::of(&measure),
            closed: OnceCell::new(),
            alone: alone.collect(),
            by_time: OnceCell::new(),
            measure,
        }
    }

    fn by_time(&self) -> &(ByTime, Vec<ByTime>) {
        let alone = || self.alone.iter().map(|(_, own, _)| ByTime::of(own)).collect();
        self.by_time.get_or_init(|| (ByTime::of(&self.measure), alone()))
    }

    /// The claims whose time meets a window, sorted and each once.
    #[must_use]
    pub fn claims_in(&self, window: &Period) -> Vec<Id> {
        self.by_time().0.meeting(window)
    }

    /// Likewise, of the source at this place among those alone.
    #[must_use]
    pub fn claims_of(&self, source: usize, window: &Period) -> Vec<Id> {
        self.by_time().1.get(source).map(|own| own.meeting(window)).unwrap_or_default()
    }

    /// What the literals would allow if nothing had happened but what is reported.
    #[must_use]
    pub fn closed(&self) -> &Bounds {
        self.closed.get_or_init(|| Bounds::of(&self.measure.closed()))
    }

    /// Whether claims contradict each other between two instants: what may count or not is no contradiction.
    #[must_use]
    pub fn contested(&self, from: Instant, until: Instant) -> bool {
        if self.measure.denials.iter().all(|(one, other)| one != other) {
            return self.bounds.contested(from, until);
        }
        let mut said = self.measure.clone();
        said.denials.retain(|(one, other)| one != other);
        Bounds::of(&said).contested(from, until)
    }

    /// What a verdict on it assumes: what the drafter assumed, and every silence that no party has agreed to hear.
    #[must_use]
    pub fn assumptions(&self, provision: &Provision) -> Vec<String> {
        let mut assumptions = provision.assumed();
        let unagreed = self
            .measure
            .accounts
            .iter()
            .filter(|a| a.silence_alone && !a.silence_counts && !a.silences.is_empty());
        assumptions.extend(unagreed.map(|account| {
            format!(
                "the silence of {} counts, though no party has accepted that it covers this",
                account.source
            )
        }));
        assumptions
    }

    /// The hull of the amount between two instants.
    #[must_use]
    pub fn amount(bounds: &Bounds, from: Instant, until: Instant) -> Range {
        let views = bounds.views(&[from, until.max(from)]);
        let low = views.iter().map(|v| v.low(0, 1)).min();
        let high =
            views.iter().map(|v| v.high(0, 1)).try_fold(Amount::ZERO, |most, h| h.map(|h| h.max(most)));
        Range { low, high }
    }
}
