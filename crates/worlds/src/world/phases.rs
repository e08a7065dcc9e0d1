//! Phases, and the scope of provisions (spec/meaning.md §2, §3 and §9).
//!
//! Invariant: a phase lasts from its first tick to the tick before its end.

use model::{
    Id, Instant, Period,
    agreement::{Condition, PhaseEnd, Provision, Rule, Target, TieKind},
};

use super::{World, not_handled, ticks::Ticks};
use crate::Refused;

impl World<'_> {
    /// When a phase begins and ends, as far as it does.
    pub(super) fn phase(&self, id: &str) -> Result<Option<(Instant, Option<Instant>)>, Refused> {
        let Some(phase) = self.agreement.phases.iter().find(|p| p.id == id) else {
            return not_handled("a phase that is not there");
        };
        let end = self.round(&format!("end of {id}"), || {
            let Some(begun) = self.begun_at(id)? else { return Ok(Ticks::none()) };
            let mut end = match &phase.ends {
                PhaseEnd::When(condition) => self.ticks(condition)?.first_from(begun),
                PhaseEnd::Never => None,
                length => self.lasts(begun, length, id)?,
            };
            if let Some(latest) = &phase.latest {
                let last = self.window(latest, &[])?.last;
                let last = self.extended(id, last, false)?;
                end = end.into_iter().chain(Some(last.next()).filter(|end| *end < Instant::MAX)).min();
            }
            let ended = self.effects.phase_ended(id);
            // A phase that should have ended before it began is over when it begins.
            Ok(Ticks::once(end.into_iter().chain(ended).min().map(|end| end.max(begun))))
        })?;
        Ok(self.begun_at(id)?.map(|begun| (begun, end.first_from(Instant::MIN))))
    }

    /// When a phase begins.
    pub(super) fn begun_at(&self, id: &str) -> Result<Option<Instant>, Refused> {
        let Some(phase) = self.agreement.phases.iter().find(|p| p.id == id) else {
            return not_handled("a phase that is not there");
        };
        let begun =
            self.round(&format!("beginning of {id}"), || Ok(Ticks::once(self.instant(&phase.begins)?)))?;
        Ok(begun.first_from(Instant::MIN))
    }

    /// The end of a phase that lasts so long, moved by what stops its clocks and by extensions.
    fn lasts(&self, begun: Instant, length: &PhaseEnd, id: &str) -> Result<Option<Instant>, Refused> {
        let end = self.after(begun, length)?;
        let end = self.effects.moved(&Target::Phase(id.to_owned()), begun, end);
        Ok(Some(self.extended(id, end, true)?).filter(|end| *end < Instant::MAX))
    }

    /// So long after an instant.
    pub(super) fn after(&self, from: Instant, length: &PhaseEnd) -> Result<Instant, Refused> {
        Ok(match length {
            PhaseEnd::After(length) => from + *length,
            PhaseEnd::Months(months) => self.end_of_months(from, *months)?.next(),
            PhaseEnd::When(_) | PhaseEnd::Never => return not_handled("a length that is none"),
        })
    }

    /// An end with what extensions add to it.
    fn extended(&self, id: &str, end: Instant, midnight: bool) -> Result<Instant, Refused> {
        let mut end = end;
        for (_, length) in self.effects.extensions.iter().filter(|(phase, _)| phase == id) {
            end = match length {
                // A term of months ends at a midnight, and so does its extension: from the day that it ends.
                PhaseEnd::Months(_) if midnight => self.after(end.previous(), length)?,
                length => self.after(end, length)?,
            };
        }
        Ok(end)
    }

    pub(super) fn during(&self, id: &str) -> Result<Ticks, Refused> {
        let Some((begun, ended)) = self.phase(id)? else { return Ok(Ticks::none()) };
        let last = ended.map_or(Instant::MAX, Instant::previous);
        Ok(Ticks::of(Period::closed(begun, last)))
    }

    /// When a provision binds.
    pub(crate) fn scope(&self, provision: &Provision) -> Result<Ticks, Refused> {
        let mut scope = self.for_scope(|| self.ticks(&provision.while_))?.and(&Ticks::from(self.entry));
        if let Some(unless) = &provision.terms.unless {
            scope = scope.and(&self.for_scope(|| self.ticks(unless))?.not());
        }
        if let Some(ended) =
            self.effects.ended(&self.agreement, &Target::Provision(provision.id.clone()), &provision.while_)
        {
            scope = scope.and(&Ticks::from(ended).not());
        }
        let starts = provision.terms.in_step.as_ref().and_then(|step| step.starts.as_ref());
        let windows = matches!(provision.rule, Rule::Once { .. } | Rule::Schedule { .. });
        if let Some(starts) = starts.filter(|_| !windows) {
            scope = scope.and(&Ticks::once(self.instant(starts)?));
        }
        Ok(scope)
    }

    /// When someone is bound by the agreement.
    pub(super) fn bound(&self, party: &Id) -> Ticks {
        let Some(actor) = self.agreement.actors.iter().find(|actor| actor.id == *party) else {
            return Ticks::all();
        };
        let of = |kind: TieKind| actor.ties.iter().filter(move |tie| tie.kind == kind);
        let mut bound = match of(TieKind::SplitFrom).find_map(|tie| Some((tie.other.clone()?, tie.valid))) {
            Some((other, valid)) if other != *party => self.bound(&other).and(&Ticks::from(valid.first)),
            _ => Ticks::all(),
        };
        if let Some(accepted) = of(TieKind::Accepted).map(|tie| tie.valid.first).min() {
            bound = bound.and(&Ticks::from(accepted));
        }
        for left in of(TieKind::Left) {
            bound = bound.and(&Ticks::from(left.valid.first).not());
        }
        bound
    }

    /// Whether a condition hangs on a phase.
    pub(super) fn mentions(condition: &Condition, phase: &str) -> bool {
        matches!(condition, Condition::During(id) if id == phase)
            || condition.parts().iter().any(|part| Self::mentions(part, phase))
    }
}
