//! A measure solved every way that an answer needs, once.
//!
//! Invariant: all of it is derived from the one measure.

use std::cell::OnceCell;

use model::{Amount, Id, Instant, amount::Range};

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
