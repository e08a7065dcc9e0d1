//! A measure solved every way that an answer needs, once.
//!
//! Invariant: all of it is derived from the one measure.

use std::cell::OnceCell;

use model::{Amount, Id, Instant, agreement::Provision, amount::Range};

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
        Asked { bounds: Bounds::of(&measure), closed: OnceCell::new(), alone: alone.collect(), measure }
    }

    /// What the literals would allow if nothing had happened but what is reported.
    #[must_use]
    pub fn closed(&self) -> &Bounds {
        self.closed.get_or_init(|| Bounds::of(&self.measure.closed()))
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
