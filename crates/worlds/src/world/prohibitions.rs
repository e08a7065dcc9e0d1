//! Prohibitions: what is forbidden, what excuses, what one violation is (spec/meaning.md §3 and §11).
//!
//! Invariant: a deed is one violation for the provision, and one for each bearer whose deed it is.

use std::collections::BTreeSet;

use model::{
    Amount, Id, Instant, Status,
    agreement::{Counting, Provision, Rule, Target},
};

use super::{Deed, World, instance::Instance, not_handled, ticks::Ticks};
use crate::Refused;

/// A deed that violates, and the bearers who answer for it.
struct Violation<'d> {
    deed: &'d Deed,
    bearers: Vec<Id>,
}

impl World<'_> {
    pub(super) fn prohibition(&self, provision: &Provision) -> Result<Instance, Refused> {
        let text = self.scope(provision)?;
        let own = |bearer: &Id| text.and(&self.bound(bearer));
        // Several are bound while any of them is.
        let all = provision.bearers.iter().map(own).reduce(|all, one| all.or(&one));
        let all = all.unwrap_or_else(|| text.clone());
        let violations = self.violating(provision)?;
        let edges = text
            .edges()
            .chain(all.edges())
            .chain(provision.bearers.iter().flat_map(|one| own(one).edges().collect::<Vec<_>>()));
        let changes: Vec<Instant> = edges.chain(violations.iter().map(|one| one.deed.at)).collect();
        // What should have been prevented and happened is not judged where conduct alone is owed.
        let conduct = matches!(provision.rule, Rule::Answerable { for_result: false, .. });
        let worst = if conduct { Status::NotAdjudicated } else { Status::Breached };
        let status = |violated: Option<Instant>, scope: &Ticks| {
            let scope = scope.clone();
            move |at: Instant| {
                Some(match scope.first_from(Instant::MIN) {
                    _ if violated.is_some_and(|first| first <= at) => worst,
                    _ if scope.contains(at) => Status::Pending,
                    Some(first) if first <= at => Status::Met,
                    _ => Status::Inactive,
                })
            }
        };
        let first = violations.iter().map(|one| one.deed.at).min();
        let mut instance = Instance::new("once", changes, status(first, &all));
        for bearer in &provision.bearers {
            let done = violations.iter().filter(|one| one.bearers.contains(bearer)).map(|one| one.deed.at);
            instance = instance.for_bearer(bearer, status(done.min(), &own(bearer)));
        }
        Ok(instance)
    }

    fn violating(&self, provision: &Provision) -> Result<Vec<Violation<'_>>, Refused> {
        let (action, for_others) = match &provision.rule {
            Rule::Prohibition { action } => (action.clone(), false),
            Rule::Answerable { action, .. } => (action.clone(), true),
            _ => return not_handled("a rule of another kind"),
        };
        let scope = self.scope(provision)?;
        let stops = self.effects.stops(&self.agreement, provision);
        let lifted = Ticks::of(stops.into_iter().map(|(period, _)| period));
        let mut violations = Vec::new();
        for deed in self.deeds.iter().filter(|deed| self.fits(deed, &action)) {
            let judged = provision.terms.judged.as_ref().is_none_or(|judged| deed.judged.contains(judged));
            if !judged
                || !scope.contains(deed.at)
                || lifted.contains(deed.at)
                || !self.is_among(deed, &action)?
            {
                continue;
            }
            let bound = |bearer: &&Id| self.bound(bearer).contains(deed.at);
            let does =
                |bearer: &&Id| for_others || deed.by.iter().any(|doer| self.acts_for(doer, bearer, deed.at));
            let bearers: Vec<Id> = provision.bearers.iter().filter(bound).filter(does).cloned().collect();
            let anyone = provision.bearers.is_empty();
            if (anyone || !bearers.is_empty()) && !self.excused(provision, deed)? {
                violations.push(Violation { deed, bearers });
            }
        }
        Ok(violations)
    }

    /// Whether an exception excuses a deed.
    fn excused(&self, provision: &Provision, deed: &Deed) -> Result<bool, Refused> {
        for exception in &provision.exceptions {
            let doer = exception.by.is_empty() || self.done_by(deed, &exception.by);
            let pleaded = exception.plea.as_ref().is_none_or(|plea| deed.judged.contains(&plea.ground));
            if doer && pleaded && self.ticks(&exception.when)?.contains(deed.at) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The violations of a provision up to a tick; none of a duty to act.
    pub(super) fn violations(&self, id: &str, at: Instant) -> Result<u64, Refused> {
        let Some(provision) = self.agreement.provisions.iter().find(|p| p.id == id) else { return Ok(0) };
        match &provision.rule {
            Rule::Prohibition { .. } | Rule::Answerable { for_result: true, .. } => {}
            Rule::State { .. } => return self.state_violations(provision, at),
            _ => return Ok(0),
        }
        let found = self.violating(provision)?;
        let found = found.iter().map(|one| one.deed).filter(|deed| deed.at <= at);
        let zone = &self.agreement.timezone;
        Ok(match provision.terms.counting {
            Counting::Incident => found.count() as u64,
            Counting::Day => found.map(|deed| deed.at.date(zone)).collect::<BTreeSet<_>>().len() as u64,
            Counting::Explosion | Counting::Person => {
                found.map(|deed| deed.amount).sum::<Amount>().floor().max(0).unsigned_abs()
            }
        })
    }

    /// What a provision is called as a target.
    pub(super) fn target(provision: &Provision) -> Target {
        Target::Provision(provision.id.clone())
    }
}
