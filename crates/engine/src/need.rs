//! How much is owed where it need not be a plain number: a floor, a ceiling or both, each of which may itself be uncertain.
//!
//! Invariant: for every world's own requirement the statuses that it gives are among those found here.

use model::{Amount, Instant, Status, StatusSet, agreement::Required};

use crate::{
    bound::Binding,
    bounds::Bounds,
    instance::{CountFrom, Deadline, Single},
    moments::Moments,
};

/// The least and the greatest value that a limit can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// It is no less than this.
    pub from: Amount,
    /// It is no more than this.
    pub to: Amount,
}

impl Limit {
    /// A limit that is known.
    #[must_use]
    pub fn at(amount: Amount) -> Self {
        Limit { from: amount, to: amount }
    }

    /// On top of another.
    #[must_use]
    pub fn plus(self, other: Limit) -> Self {
        let sum = |a: Amount, b: Amount| Amount(a.0.saturating_add(b.0));
        Limit { from: sum(self.from, other.from), to: sum(self.to, other.to) }
    }
}

/// What is required.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// At least this.
    pub least: Option<Limit>,
    /// No more than this in the window.
    pub most: Option<Limit>,
    /// Whether nobody has settled it.
    pub unset: bool,
}

/// A window, whatever is owed in it.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
    /// When it can have opened.
    pub opens: &'a Moments,
    /// When it ends.
    pub deadline: &'a Deadline,
    /// From when performance counts.
    pub count_from: CountFrom,
    /// When it binds; none where that is throughout.
    pub binding: Option<Binding<'a>>,
}

impl<'a> Span<'a> {
    /// A duty with this window.
    #[must_use]
    pub fn owing(&self, bounds: &'a Bounds, required: Required) -> Single<'a> {
        Single {
            bounds,
            opens: self.opens,
            deadline: self.deadline,
            count_from: self.count_from,
            required,
            binding: self.binding,
        }
    }
}

impl Need {
    /// A plain number.
    #[must_use]
    pub fn plain(required: Required) -> Self {
        let (least, most) = match required {
            Required::AtLeast(amount) => (Some(amount), None),
            Required::Exactly(amount) => (Some(amount), Some(amount)),
            Required::AtMost(amount) => (None, Some(amount)),
        };
        Need { least: least.map(Limit::at), most: most.map(Limit::at), unset: false }
    }

    /// The plain number that it is, if it is one.
    #[must_use]
    pub fn is_plain(&self) -> Option<Required> {
        let known = |limit: Limit| (limit.from == limit.to).then_some(limit.from);
        match (self.least.map(known), self.most.map(known)) {
            (Some(Some(least)), None) => Some(Required::AtLeast(least)),
            (None, Some(Some(most))) => Some(Required::AtMost(most)),
            (Some(Some(least)), Some(Some(most))) if least == most => Some(Required::Exactly(least)),
            _ => None,
        }
    }

    /// The statuses of one window.
    #[must_use]
    pub fn statuses(&self, span: &Span<'_>, bounds: &Bounds, at: Instant) -> StatusSet {
        if let Some(required) = self.is_plain() {
            return span.owing(bounds, required).statuses(at);
        }
        let floor = self.least.map(|least| {
            let of = |amount| span.owing(bounds, Required::AtLeast(amount)).statuses(at);
            let mut set = of(least.from).or(of(least.to));
            // A requirement between the two may have been reached between the deadline and now.
            let settled = set.contains(Status::Met) && set.contains(Status::Breached);
            if settled && least.from < least.to {
                set.insert(Status::Late);
            }
            set
        });
        let ceiling = self.most.map(|most| {
            let of = |amount| span.owing(bounds, Required::AtMost(amount)).statuses(at);
            of(most.from).or(of(most.to))
        });
        match (floor, ceiling) {
            (Some(floor), Some(ceiling)) if ceiling == StatusSet::only(Status::Breached) => {
                floor.iter().filter(|status| *status == Status::Inactive).collect::<StatusSet>().or(ceiling)
            }
            (Some(mut floor), Some(ceiling)) => {
                if ceiling.contains(Status::Breached) {
                    floor.insert(Status::Breached);
                }
                floor
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => StatusSet::EMPTY,
        }
    }

    /// Whether its statuses are the smallest set that is right, where the window and the amounts are known to be.
    #[must_use]
    pub fn is_sharp(&self) -> bool {
        matches!(self.is_plain(), Some(Required::AtLeast(_) | Required::AtMost(_)))
    }

    /// As the contract has it.
    #[must_use]
    pub fn map(&self) -> std::collections::BTreeMap<String, Amount> {
        if let Some(required) = self.is_plain() {
            return crate::outcome::required_map(required);
        }
        // What is not settled has no number; where it lies between two, the least one is owed in any case.
        let known = |limit: Limit| (!self.unset).then_some(limit);
        let least = self.least.and_then(known).map(|limit| ("at_least".to_owned(), limit.from));
        let most = self.most.and_then(known).map(|limit| ("at_most".to_owned(), limit.to));
        least.into_iter().chain(most).collect()
    }
}
