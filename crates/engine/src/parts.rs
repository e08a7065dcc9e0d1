//! Parts of an answer: of the units given to one instance, taken in order, so many are of a narrower kind.
//!
//! Invariant: a part is certain only where every order of the deeds that the evidence allows gives it.

use std::rc::Rc;

use model::{
    Amount, Instant, Status, StatusSet,
    agreement::{Provision, Required, Share},
    amount::Range,
    answer::ShareAnswer,
};

use crate::{
    asked::Asked,
    binding::{Doers, asked_of},
    bounds::Bounds,
    conditions::Context,
    outcome::required_map,
    term::Look,
};

/// The parts of every answer of an exchange, for one who owes it.
pub struct Parts<'a> {
    shares: &'a [Share],
    asked: Vec<Rc<Asked>>,
    /// How much one answer is in all.
    each: Amount,
    /// What counts for one part may be needed for another.
    rival: bool,
}

/// The parts of one answer.
pub struct Answered<'a> {
    parts: &'a Parts<'a>,
    k: i64,
    from: Instant,
}

/// How it stands with one part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stand {
    Certain,
    Open,
    Impossible,
}

impl<'a> Parts<'a> {
    /// Asks for them; none where there are none.
    pub fn of(
        context: &Context<'_>,
        provision: &Provision,
        owing: &Doers,
        shares: &'a [Share],
        disjoint: bool,
        each: Amount,
    ) -> Option<Self> {
        let by = owing.who.as_ref().map_or(provision.bearers.as_slice(), std::slice::from_ref);
        let asked = shares.iter().map(|share| asked_of(context, provision, &share.action, by)).collect();
        Parts::among(context, shares, disjoint, each, asked)
    }

    /// With what is said of each; none where there are none.
    pub fn among(
        context: &Context<'_>,
        shares: &'a [Share],
        disjoint: bool,
        each: Amount,
        asked: Vec<Rc<Asked>>,
    ) -> Option<Self> {
        let item = |share: &Share| share.action.item.clone().unwrap_or_default();
        let related = |a: &Share, b: &Share| {
            let (a, b) = (item(a), item(b));
            context.agreement.is(&a, &b) || context.agreement.is(&b, &a)
        };
        let pairs = shares.iter().enumerate().flat_map(|(i, a)| shares[i + 1..].iter().map(move |b| (a, b)));
        let rival = disjoint && pairs.into_iter().any(|(a, b)| related(a, b));
        (!shares.is_empty()).then_some(Parts { shares, asked, each, rival })
    }

    /// Those of the k-th answer, where performance counts from an instant on.
    #[must_use]
    pub fn in_order(&'a self, k: i64, from: Instant) -> Answered<'a> {
        Answered { parts: self, k, from }
    }
}

impl Answered<'_> {
    /// The statuses of an answer, given those of its whole, and whether the time for it may still run, and may be over.
    #[must_use]
    pub fn statuses(
        &self,
        whole: &Bounds,
        look: Look<'_>,
        set: StatusSet,
        (runs, over): (bool, bool),
        at: Instant,
    ) -> StatusSet {
        let stands = self.parts.asked.iter().zip(self.parts.shares);
        let stand =
            stands.map(|(asked, share)| look.at(asked, |part| self.stand(whole, part, share, at))).max();
        let rival = if self.parts.rival { Stand::Open } else { Stand::Certain };
        let stand = stand.map_or(rival, |stand| stand.max(rival));
        let performed = |status: &Status| matches!(status, Status::Met | Status::Late);
        if stand == Stand::Certain || !set.iter().any(|status| performed(&status)) {
            return set;
        }
        let mut result: StatusSet =
            set.iter().filter(|status| stand == Stand::Open || !performed(status)).collect();
        if runs {
            result.insert(Status::Pending);
        }
        if over {
            result.insert(Status::Breached);
        }
        result
    }

    fn stand(&self, whole: &Bounds, part: &Bounds, share: &Share, at: Instant) -> Stand {
        let Required::AtLeast(wanted) = share.required else { return Stand::Open };
        let (inner, outer) = self.stretches(whole, at);
        let low = Asked::amount(part, inner.0, inner.1).low.unwrap_or_default();
        let high = Asked::amount(part, outer.0, outer.1).high;
        match () {
            () if inner.0 < inner.1 && low >= wanted => Stand::Certain,
            () if high.is_some_and(|high| high < wanted) => Stand::Impossible,
            () => Stand::Open,
        }
    }

    /// A stretch of time all of whose units are of this answer, and one that holds all units that can be.
    fn stretches(&self, whole: &Bounds, at: Instant) -> ((Instant, Instant), (Instant, Instant)) {
        let end = at.next();
        let mut cuts: Vec<Instant> =
            whole.cuts.iter().copied().filter(|cut| self.from < *cut && *cut < end).collect();
        cuts.insert(0, self.from);
        cuts.push(end.max(self.from));
        let times = |k: i64| Amount(self.parts.each.0.saturating_mul(k));
        let (before, after) = (times(self.k - 1), times(self.k));
        let amount = |cut: &Instant| Asked::amount(whole, self.from, *cut);
        let surely = |cut: &Instant, least: Amount| amount(cut).low.unwrap_or_default() >= least;
        let not_beyond = |cut: &Instant, most: Amount| amount(cut).high.is_some_and(|high| high <= most);
        let last = cuts.len() - 1;
        let first_sure = |least: Amount| cuts[cuts.partition_point(|cut| !surely(cut, least)).min(last)];
        let last_within =
            |most: Amount| cuts[cuts.partition_point(|cut| not_beyond(cut, most)).saturating_sub(1)];
        ((first_sure(before), last_within(after)), (last_within(before), first_sure(after)))
    }

    /// The parts as the answer has them.
    #[must_use]
    pub fn answers(&self, whole: &Bounds, at: Instant) -> Vec<ShareAnswer> {
        let (inner, outer) = self.stretches(whole, at);
        let each = self.parts.asked.iter().zip(self.parts.shares).map(|(asked, share)| {
            let low = Asked::amount(&asked.bounds, inner.0, inner.1.max(inner.0)).low;
            let high = Asked::amount(&asked.bounds, outer.0, outer.1.max(outer.0)).high;
            let own: StatusSet = match self.stand(whole, &asked.bounds, share, at) {
                Stand::Certain => StatusSet::only(Status::Met),
                Stand::Open => [Status::Met, Status::Pending].into_iter().collect(),
                Stand::Impossible => StatusSet::only(Status::Pending),
            };
            ShareAnswer {
                label: share.label.clone(),
                required: required_map(share.required),
                amount: Range { low, high: high.map(|high| high.min(self.parts.each)) },
                status: own,
            }
        });
        each.collect()
    }
}
