//! What one bearer owes in a period, whole and parts, and what the evidence makes of it.
//!
//! Invariant: statuses, each source's own account, the reasons for doubt and the timeline come from the same function over
//! different bounds; an amount counts if it was done in the window, and a requirement grows with the window alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use model::{
    Amount, Id, Instant, Period, Status, StatusSet,
    agreement::{Action, Agreement, Provision, Required, Rule, Share},
    amount::Range,
    answer::{InstanceAnswer, Moment, ShareAnswer, SourceAnswer},
};

use super::{
    Drawn, parts,
    window::{Window, Windows},
};
use crate::{
    asked::Asked,
    binding::asked_of,
    bounds::{Bounds, View},
    conditions::{Context, NotComputed},
    instance::{periodic, worst_of},
    measure::Role,
    moments::Moments,
    outcome::{Outcome, Row, required_map},
    signal::Truth,
    single::{changes, why},
};

/// Whose word is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Voice {
    /// Everyone's, fused.
    All,
    /// Likewise, as if nothing had happened but what is reported.
    Closed,
    /// One source's, by its place among those heard alone, on the whole.
    Alone(usize),
}

/// An instance to be: the periods that it sums, and what of them can be in scope.
#[derive(Clone, Debug)]
pub struct Slot<'a> {
    /// Its key.
    pub key: String,
    /// The periods, each with a requirement of its own.
    pub periods: &'a [Period],
    /// What of them is in scope.
    pub windows: Windows,
    /// From the first tick of any window to the last of any.
    pub hull: Period,
    /// Before this there is no instance.
    pub from: Instant,
    /// Where its statuses can change besides.
    pub changes: Vec<Instant>,
}

/// What one bearer owes, with everything asked for once.
pub struct Quota<'a> {
    pub agreement: &'a Agreement,
    pub required: Required,
    pub shares: &'a [Share],
    pub disjoint: bool,
    pub pro_rata: bool,
    pub total: Rc<Asked>,
    pub parts: Vec<Rc<Asked>>,
}

impl<'a> Quota<'a> {
    pub fn of(context: &Context<'a>, provision: &'a Provision, by: &[Id]) -> Result<Quota<'a>, NotComputed> {
        let Rule::Periodic { action, required, shares, disjoint, pro_rata, .. } = &provision.rule else {
            return Err(NotComputed("not a duty that recurs".to_owned()));
        };
        // What makes up the number of the whole is no part of it.
        let part = |share: &Share| {
            let own = Action { by: by.to_vec(), ..share.action.clone() };
            context.ask(&own, Role::Duty { bearers: by, verifiers: &provision.verified_by })
        };
        let parts = shares.iter().map(part).collect();
        Ok(Quota {
            agreement: context.agreement,
            required: *required,
            shares,
            disjoint: *disjoint,
            pro_rata: *pro_rata,
            total: asked_of(context, provision, action, by),
            parts,
        })
    }

    /// The whole, then its parts.
    pub fn asked(&self) -> impl Iterator<Item = &Rc<Asked>> {
        [&self.total].into_iter().chain(&self.parts)
    }

    /// Where in a period the evidence can change.
    pub fn cuts(&self, period: &Period) -> impl Iterator<Item = Instant> {
        let all: Vec<Instant> =
            self.asked().flat_map(|asked| asked.bounds.cuts_in(period).iter().copied()).collect();
        all.into_iter()
    }

    /// What a window owes: what each of its periods does, or as much of that as lies in the window.
    pub fn owed(&self, required: Required, stretches: &[Period], periods: &[Period]) -> Required {
        let mut full: i64 = 0;
        let mut cut: BTreeMap<usize, i64> = BTreeMap::new();
        for stretch in stretches {
            let first = periods.partition_point(|p| p.last < stretch.first);
            let last = periods.partition_point(|p| p.first <= stretch.last).saturating_sub(1);
            for edge in BTreeSet::from([first, last]) {
                let ticks = periods.get(edge).and_then(|p| p.and(stretch)).map_or(0, ticks);
                *cut.entry(edge).or_default() += ticks;
            }
            full += i64::try_from(last.saturating_sub(first).saturating_sub(1)).unwrap_or(0);
        }
        let of_edge = |amount: Amount, (edge, inside): (&usize, &i64)| match periods.get(*edge) {
            Some(period) if self.pro_rata => scaled(amount, *inside, ticks(*period)),
            _ => amount,
        };
        let sum = |amount: Amount| {
            let whole = Amount(amount.0.saturating_mul(full));
            cut.iter().fold(whole, |sum, edge| sum + of_edge(amount, edge))
        };
        required.of(sum(required.amount()))
    }

    /// The amounts that can have been done in a window by `at`: of the whole, and of each part, no part being more than the
    /// whole.
    pub fn amounts(&self, voice: Voice, window: &Window, at: Instant) -> parts::Amounts {
        let within = |asked: &Asked| {
            let views = bounds(asked, voice).within(&window.stretches, at).to_vec();
            let Some(least) = &window.least else { return views };
            let low = range(&bounds(asked, voice).within(least, at)).low.unwrap_or_default();
            vec![View::between(low, range(&views).high)]
        };
        let total = within(&self.total);
        match voice {
            Voice::Alone(_) => parts::Amounts { total, parts: Vec::new() },
            _ => parts::together(total, self.parts.iter().map(|asked| within(asked)).collect()),
        }
    }

    /// The statuses of an instance at an instant: the duty, each of its parts and what disjoint parts need together, as
    /// independent as the evidence leaves them.
    pub fn statuses(&self, voice: Voice, slot: &Slot<'_>, at: Instant) -> StatusSet {
        let mut set = StatusSet::EMPTY;
        if at < slot.from || slot.windows.doubtful {
            set.insert(Status::Inactive);
        }
        for window in slot.windows.each.iter().filter(|_| slot.from <= at) {
            if window.may_lack(at) {
                set.insert(Status::Inactive);
            }
            if window.first() <= at {
                let amounts = self.amounts(voice, window, at);
                set = set.or(self.judged(&amounts, |required, view| {
                    self.status_in(required, view, window, slot.periods, at)
                }));
            }
        }
        set
    }

    /// The statuses of one requirement in a window. Where the window is in doubt tick by tick, so is how much it owes and
    /// whether it is over.
    fn status_in(
        &self,
        required: Required,
        view: &View,
        window: &Window,
        periods: &[Period],
        at: Instant,
    ) -> StatusSet {
        let holds = window.holds(at);
        let owed = self.owed(required, &window.stretches, periods);
        let counted = self.pro_rata || periods.len() > 1;
        let least = if counted { self.owed(required, window.sure(), periods) } else { owed };
        let mut set = StatusSet::EMPTY;
        for over in [false, true] {
            if if over { holds != Truth::Yes } else { holds.possible() } {
                set = set.or(periodic(owed, view, over)).or(periodic(least, view, over));
            }
        }
        if owed != least && matches!(required, Required::Exactly(_)) {
            // Between the two it may be just what was done.
            set.insert(Status::Met);
        }
        set
    }

    /// The worst of all that is required at once, each judged over its own amounts.
    pub fn judged(
        &self,
        amounts: &parts::Amounts,
        judge: impl Fn(Required, &View) -> StatusSet,
    ) -> StatusSet {
        let all = |required: Required, views: &[View]| {
            views.iter().fold(StatusSet::EMPTY, |set, view| set.or(judge(required, view)))
        };
        let mut sets = vec![all(self.required, &amounts.total)];
        let parts = self.shares.iter().zip(&amounts.parts);
        if !self.disjoint {
            sets.extend(parts.map(|(share, views)| all(share.required, views)));
        } else if !amounts.parts.is_empty() {
            // Of what is too many for one part the rest may be another's.
            let part = |(share, views): (&Share, &Vec<View>)| match share.required {
                Required::AtMost(_) => all(Required::AtMost(parts::ENDLESS), views),
                required => all(Required::AtLeast(required.amount()), views),
            };
            sets.extend(parts.map(part));
            let beyond = |(most, view): &(Amount, View)| {
                let judged = judge(Required::AtMost(*most), view);
                let kept = |status| if status == Status::Breached { status } else { Status::Met };
                judged.iter().map(kept).collect::<StatusSet>()
            };
            sets.extend(parts::overflows(self.agreement, self.shares, amounts).iter().map(beyond));
            let unions = parts::unions(self.agreement, self.shares, amounts);
            sets.extend(unions.iter().map(|(required, view)| all(*required, std::slice::from_ref(view))));
        }
        worst_of(sets.into_iter())
    }

    /// The row of an instance whose statuses `judge` gives.
    pub fn row(&self, slot: &Slot<'_>, at: Instant, judge: &dyn Fn(Voice, Instant) -> StatusSet) -> Drawn {
        let seen = Period { first: slot.hull.first, last: slot.hull.last.min(at).max(slot.hull.first) };
        let status = judge(Voice::All, at);
        let contested = self.asked().any(|a| a.bounds.contested(seen.first, seen.last.next()));
        let mut evidence: Vec<Id> = self.asked().flat_map(|a| a.claims_in(&seen)).collect();
        evidence.sort();
        evidence.dedup();
        let required = self.owed(self.required, &widest(slot).stretches, slot.periods);
        let timeline = changes(self.candidates(slot), slot.from, at, |t| judge(Voice::All, t));
        let answer = InstanceAnswer {
            key: slot.key.clone(),
            window: model::answer::Window {
                from: Some(slot.hull.first),
                to: Some(slot.hull.last).filter(|last| *last < Instant::MAX).map(Instant::next),
            },
            required: required_map(required),
            amount: self.amount(Voice::All, slot, at),
            status,
            performed: self.performed(slot, at),
            of_which: self.share_answers(slot, at),
            by_source: self.by_source(slot, &seen, at, judge),
            why: why(status, || judge(Voice::Closed, at), contested),
            evidence,
            assumptions: Vec::new(),
        };
        Drawn { exact: status.len() < 2 || self.plain(slot), row: Row { answer, timeline } }
    }

    /// Whether nothing about an instance is heard of apart that the evidence may tie together.
    fn plain(&self, slot: &Slot<'_>) -> bool {
        self.parts.is_empty()
            && slot.windows.each.iter().all(|window| window.stretches.len() == 1 && window.least.is_none())
    }

    /// Where the statuses of an instance can change.
    pub fn candidates(&self, slot: &Slot<'_>) -> BTreeSet<Instant> {
        let cuts = self.cuts(&slot.hull);
        let mut candidates: BTreeSet<Instant> = cuts.flat_map(|c| [c.previous(), c, c.next()]).collect();
        let windows = slot.windows.each.iter();
        let stretches = windows.flat_map(|window| window.stretches.iter().chain(window.sure()));
        candidates.extend(stretches.flat_map(|s| [s.first, s.last, s.last.next()]));
        candidates.extend(&slot.changes);
        candidates
    }

    fn amount(&self, voice: Voice, slot: &Slot<'_>, at: Instant) -> Range {
        let windows = slot.windows.each.iter();
        let views: Vec<View> = windows.flat_map(|w| self.amounts(voice, w, at).total).collect();
        range(&views)
    }

    fn share_answers(&self, slot: &Slot<'_>, at: Instant) -> Vec<ShareAnswer> {
        let each = self.shares.iter().enumerate().map(|(index, share)| {
            let (mut all, mut status) = (Vec::new(), StatusSet::EMPTY);
            for window in &slot.windows.each {
                let amounts = self.amounts(Voice::All, window, at);
                let views = &amounts.parts[index];
                let of = |view| self.status_in(share.required, view, window, slot.periods, at);
                status = views.iter().fold(status, |set, view| set.or(of(view)));
                all.extend_from_slice(views);
            }
            let required = required_map(self.owed(share.required, &widest(slot).stretches, slot.periods));
            ShareAnswer { label: share.label.clone(), required, amount: range(&all), status }
        });
        each.collect()
    }

    fn by_source(
        &self,
        slot: &Slot<'_>,
        seen: &Period,
        at: Instant,
        judge: &dyn Fn(Voice, Instant) -> StatusSet,
    ) -> Vec<SourceAnswer> {
        let each = self.total.alone.iter().enumerate().filter_map(|(index, (source, ..))| {
            let evidence = self.total.claims_of(index, seen);
            let voice = Voice::Alone(index);
            (!evidence.is_empty()).then(|| SourceAnswer {
                source: source.clone(),
                amount: self.amount(voice, slot, at),
                status: judge(voice, at),
                evidence,
            })
        });
        each.collect()
    }

    /// When what is owed can first have been done.
    fn performed(&self, slot: &Slot<'_>, at: Instant) -> Moment {
        let each = slot.windows.each.iter().filter_map(|window| {
            let (Required::AtLeast(owed) | Required::Exactly(owed)) =
                self.owed(self.required, &window.stretches, slot.periods)
            else {
                return None;
            };
            let begun = window.stretches.iter().filter(|s| s.first <= at);
            let [stretch] = begun.copied().collect::<Vec<_>>()[..] else {
                return Some(self.reaching(window, slot, owed, at));
            };
            Some(Moments::reaching(&self.total.bounds, stretch.first, owed, stretch.last.min(at)))
        });
        let moment = each.reduce(|a, b| a.or(&b)).unwrap_or_else(Moments::never);
        let doubtful = slot.windows.doubtful || slot.windows.each.iter().any(|w| w.least.is_some());
        if doubtful { Moment { latest: None, ..moment.answer() } } else { moment.answer() }
    }

    /// Likewise over several stretches: from the first instant at which the amount may suffice to the first at which it must.
    fn reaching(&self, window: &Window, slot: &Slot<'_>, owed: Amount, at: Instant) -> Moments {
        let views = |t: Instant| self.total.bounds.within(&window.stretches, t);
        let times = self.candidates(slot).into_iter().filter(|t| window.holds(*t).possible() && *t <= at);
        let times: Vec<Instant> = times.collect();
        let may = |t: &&Instant| views(**t).iter().any(|v| v.high(0, 1).is_none_or(|high| high >= owed));
        let must = |t: &&Instant| views(**t).iter().all(|v| v.low(0, 1) >= owed);
        let last = times.iter().find(must).copied();
        let end = last.unwrap_or(at);
        let first = times.iter().find(may).copied();
        let spans = first.and_then(|first| Period::closed(first, end)).into_iter().collect();
        Moments { spans, never: last.is_none() }
    }

    /// Says where some source alone reports more of a part than of the whole.
    pub fn contradictions(&self, outcome: &mut Outcome, on: &Id) {
        for (source, own, whole) in &self.total.alone {
            for part in &self.parts {
                let Some((_, _, bounds)) = part.alone.iter().find(|(id, ..)| id == source) else { continue };
                let periods = own.accounts.iter().flat_map(|account| &account.tallies).map(|t| t.period);
                let exceeds = |period: &Period| {
                    let least = range(&bounds.within(&[*period], period.last)).low;
                    range(&whole.within(&[*period], period.last)).high.zip(least).is_some_and(|(h, l)| l > h)
                };
                if let Some(period) = periods.collect::<BTreeSet<_>>().iter().find(|p| exceeds(p)) {
                    let detail = format!("it reports more of a part than of the whole from {}", period.first);
                    outcome.found(("self_contradiction", source.clone(), detail), on);
                }
            }
        }
    }
}

/// The bounds of one voice.
pub fn bounds(asked: &Asked, voice: Voice) -> &Bounds {
    match voice {
        Voice::All => &asked.bounds,
        Voice::Closed => asked.closed(),
        Voice::Alone(index) => &asked.alone[index].2,
    }
}

/// The window in which most is owed: of all that there can be, from the first tick to the last.
fn widest(slot: &Slot<'_>) -> Window {
    let length = |window: &&Window| window.stretches.iter().copied().map(ticks).sum::<i64>();
    let none = || Window { since: slot.hull.first, stretches: vec![slot.hull], least: None };
    slot.windows.each.iter().max_by_key(length).cloned().unwrap_or_else(none)
}

/// The hull of some views of the amount between two points.
pub fn range(views: &[View]) -> Range {
    let low = views.iter().map(|v| v.low(0, 1)).min();
    let high = views.iter().map(|v| v.high(0, 1)).try_fold(Amount::ZERO, |most, h| h.map(|h| h.max(most)));
    Range { low, high }
}

/// How many ticks a period has.
pub fn ticks(period: Period) -> i64 {
    period.last.0.saturating_sub(period.first.0).saturating_add(1)
}

/// An amount in proportion to a part of a whole.
pub fn scaled(amount: Amount, part: i64, whole: i64) -> Amount {
    let scaled = i128::from(amount.0) * i128::from(part) / i128::from(whole.max(1));
    Amount(i64::try_from(scaled).unwrap_or(amount.0))
}
