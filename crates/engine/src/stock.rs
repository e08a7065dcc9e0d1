//! What the evidence says of a stock: how much of something there is somewhere, over time (spec/meaning.md §10).
//!
//! Invariant: contradictions are resolved tick by tick: at each, the stock is between the greatest accepted floor that no cap
//! refutes and the least cap that no floor refutes, as in SEMANTICS.md §5.

use std::collections::{BTreeMap, BTreeSet};

use model::{Amount, Id, Instant, Period};

/// What is asked of a stock.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// What.
    pub item: &'a Id,
    /// Whose; anyone's where empty.
    pub owners: &'a [Id],
    /// Where; everywhere where none.
    pub place: Option<(Place, &'a Id)>,
    /// Only a part of it, which no report tells from the rest.
    pub part: bool,
    /// More would be against the bearers' interest; else less would.
    pub ceiling: bool,
    /// Whose duty it is.
    pub bearers: &'a [Id],
    /// Whose word verifies it.
    pub verifiers: &'a [Id],
}

/// Where a stock is, as to a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In it.
    Inside,
    /// Above it.
    Over,
    /// Anywhere else.
    Outside,
}

/// Everything accepted that speaks of a stock.
#[derive(Clone, Debug, Default)]
pub struct Stock {
    /// What is said, in no order.
    pub levels: Vec<Level>,
    /// Whether what two origins each say is accepted, besides what stands alone.
    pub corroboration: bool,
}

/// One statement about a stock.
#[derive(Clone, Debug)]
pub struct Level {
    /// The claim; none for a silence.
    pub claim: Option<Id>,
    /// Who says so.
    pub source: Id,
    /// Its independence group.
    pub origin: String,
    /// When.
    pub period: Period,
    /// At least so much.
    pub floor: Option<Amount>,
    /// At most so much.
    pub cap: Option<Amount>,
    /// The floor is that of a deed: it holds at some tick of the period.
    pub once: bool,
    /// Somebody denies it: it may be so.
    pub denied: bool,
    /// Whether its floor is accepted by itself.
    pub floor_alone: bool,
    /// Whether its cap is.
    pub cap_alone: bool,
}

/// What there is throughout a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When.
    pub period: Period,
    /// At least so much.
    pub low: Amount,
    /// At most so much.
    pub high: Option<Amount>,
    /// Whether what is said contradicts itself.
    pub contested: bool,
}

impl Stock {
    /// What one source says.
    #[must_use]
    pub fn of_source(&self, source: &Id) -> Stock {
        let own = self.levels.iter().filter(|level| level.source == *source);
        let levels = own.map(|l| Level { floor_alone: true, cap_alone: true, denied: false, ..l.clone() });
        Stock { levels: levels.collect(), corroboration: false }
    }

    /// Who says something of it, sorted.
    #[must_use]
    pub fn speakers(&self) -> BTreeSet<Id> {
        self.levels.iter().filter(|l| l.claim.is_some()).map(|l| l.source.clone()).collect()
    }

    /// The claims that meet a window, sorted and each once.
    #[must_use]
    pub fn claims_in(&self, window: &Period) -> Vec<Id> {
        let meeting = self.levels.iter().filter(|level| level.period.meets(window));
        let ids: BTreeSet<Id> = meeting.filter_map(|level| level.claim.clone()).collect();
        ids.into_iter().collect()
    }

    /// Deeds that certainly put something there at some tick of a period longer than one.
    pub fn deeds(&self) -> impl Iterator<Item = &Period> {
        let certain = self.levels.iter().filter(|l| l.once && !l.denied && l.floor_alone);
        certain.map(|level| &level.period).filter(|period| period.first < period.last)
    }

    /// The stock over a window: consecutive stretches throughout each of which the same is said.
    #[must_use]
    pub fn spans(&self, window: &Period) -> Vec<Span> {
        let mut levels: Vec<&Level> = self.levels.iter().filter(|l| l.period.meets(window)).collect();
        levels.sort_by_key(|level| level.period);
        let mut cuts = BTreeSet::from([window.first]);
        for period in levels.iter().filter_map(|level| level.period.and(window)) {
            cuts.extend([period.first, period.last.next()]);
        }
        cuts.retain(|cut| *cut <= window.last);
        let cuts: Vec<Instant> = cuts.into_iter().collect();
        let mut spans: Vec<Span> = Vec::new();
        let mut waiting = levels.into_iter().peekable();
        let mut active: Vec<&Level> = Vec::new();
        for (index, first) in cuts.iter().enumerate() {
            let last = cuts.get(index + 1).map_or(window.last, |next| next.previous());
            active.retain(|level| level.period.last >= *first);
            while let Some(level) = waiting.next_if(|level| level.period.first <= *first) {
                active.push(level);
            }
            let span = self.throughout(&active, Period { first: *first, last });
            match spans.last_mut() {
                Some(open) if Span { period: span.period, ..*open } == span => open.period.last = last,
                _ => spans.push(span),
            }
        }
        spans
    }

    fn throughout(&self, active: &[&Level], period: Period) -> Span {
        let at_every_tick = |l: &&&Level| !l.once || l.period.first == l.period.last;
        let floors = accepted(
            active.iter().filter(at_every_tick).map(|l| (*l, l.floor, l.floor_alone)),
            self.corroboration,
            false,
        );
        let caps = accepted(active.iter().map(|l| (*l, l.cap, l.cap_alone)), self.corroboration, true);
        let greatest = floors.iter().max().copied();
        let least = caps.iter().min().copied();
        let above_all = |l: &&&Level| l.floor.zip(least).is_some_and(|(floor, cap)| floor > cap);
        // A deed at some tick, against a cap at every one of them; a report that somebody denies, which may be right.
        let refuted = active
            .iter()
            .filter(above_all)
            .any(|l| l.denied || !at_every_tick(&l) && self.refuted(&l.period));
        let denied = active.iter().any(|l| l.denied);
        let (low, high, contested) = match (greatest, least) {
            (Some(l), Some(h)) if l > h => {
                let below = floors.iter().copied().filter(|floor| *floor <= h).max();
                let above = caps.iter().copied().filter(|cap| *cap >= l).min();
                (below.unwrap_or_default(), above, true)
            }
            (l, h) => (l.unwrap_or_default(), h, false),
        };
        let high = if refuted { None } else { high };
        let contested = contested || refuted || denied;
        Span { period, low, high, contested }
    }

    /// Whether a deed that put something there is refuted at every tick of its period, so that one of the two is wrong.
    fn refuted(&self, deed: &Period) -> bool {
        let none = |l: &&Level| l.cap == Some(Amount::ZERO) && l.period.meets(deed);
        let mut caps: Vec<&Period> = self.levels.iter().filter(none).map(|level| &level.period).collect();
        caps.sort();
        let mut reached = deed.first;
        for cap in caps.into_iter().filter(|cap| cap.last >= deed.first) {
            if cap.first <= reached {
                reached = reached.max(cap.last.next());
            }
        }
        reached > deed.last
    }
}

/// The bounds that are accepted: those that stand alone, and those that at least two origins reach.
fn accepted<'l>(
    said: impl Iterator<Item = (&'l Level, Option<Amount>, bool)>,
    corroboration: bool,
    caps: bool,
) -> Vec<Amount> {
    let mut accepted = Vec::new();
    let mut by_origin: BTreeMap<&str, Amount> = BTreeMap::new();
    for (level, amount, alone) in said {
        let Some(amount) = amount.filter(|_| !level.denied) else { continue };
        if alone {
            accepted.push(amount);
        }
        let best = by_origin.entry(&level.origin).or_insert(amount);
        *best = if caps { amount.min(*best) } else { amount.max(*best) };
    }
    if corroboration {
        let mut each: Vec<Amount> = by_origin.into_values().collect();
        each.sort_unstable();
        if !caps {
            each.reverse();
        }
        accepted.extend(each.into_iter().skip(1));
    }
    accepted
}
