//! When a provision binds: its `while` without its `unless`, from entry into force on (spec/meaning.md §3).
//!
//! Invariant: `holds` is always right; `opens` and `closes` say all that there is to say where `simple` is set, and there only.

use model::{
    Instant, Period,
    agreement::{Condition, PhaseEnd, Provision, Target},
};

use crate::{
    conditions::{Context, NotComputed},
    course::suspended,
    moments::Moments,
    signal::{Signal, Truth},
};

/// When a provision binds.
#[derive(Clone, Debug)]
pub struct Scope {
    /// When it first starts to bind.
    pub opens: Moments,
    /// Where it is simple, when it stops for good; `never` where it may go on.
    pub closes: Moments,
    /// Whether it binds, at each instant.
    pub holds: Signal,
    /// It begins once and ends once at most, after it began: `opens` and `closes` say all.
    pub simple: bool,
}

impl Scope {
    /// It binds from a certain instant on, for good.
    #[must_use]
    pub fn whole(&self) -> bool {
        let certain = matches!(self.opens.spans.as_slice(), [span] if span.first == span.last);
        self.simple && certain && !self.opens.never && self.closes.spans.is_empty()
    }

    /// Whether there is no doubt, up to an instant, of when it binds.
    #[must_use]
    pub fn certain(&self, until: Instant) -> bool {
        let mut cells = self.holds.cells().take_while(|(from, _)| *from <= until);
        cells.all(|(_, truth)| truth != Truth::Perhaps)
    }
}

impl Context<'_> {
    /// When a provision binds that holds `while` something is so, `unless` something is.
    ///
    /// # Errors
    /// When something that it speaks of is not computed.
    pub fn scope(&self, while_: &Condition, unless: Option<&Condition>) -> Result<Scope, NotComputed> {
        self.for_binding(|| self.binds(while_, unless))
    }

    fn binds(&self, while_: &Condition, unless: Option<&Condition>) -> Result<Scope, NotComputed> {
        let entry = self.entry()?;
        let mut parts = vec![Signal::since(&entry), self.state(while_)?];
        if let Some(unless) = unless {
            parts.push(self.state(unless)?.not());
        }
        let holds = Signal::all(&parts);
        let mut ends = self.once(while_)?;
        if let Some(unless) = unless {
            ends = join(ends, self.once_without(unless)?);
        }
        let ends = join(Some(Ends::from(entry)), ends).filter(Ends::never_empty);
        Ok(match ends {
            Some(Ends { opens, closes, .. }) => Scope { opens, closes, holds, simple: true },
            None => Scope {
                opens: holds.first(self.agreement.in_force, self.at),
                closes: Moments::never(),
                holds,
                simple: false,
            },
        })
    }

    /// When a provision binds and is not suspended: what is done or kept meanwhile is no violation.
    ///
    /// # Errors
    /// When something that it speaks of is not computed.
    pub fn running(&self, provision: &Provision) -> Result<Scope, NotComputed> {
        let scope = self.scope(&provision.while_, provision.terms.unless.as_ref())?;
        let (suspensions, ended) = (self.suspensions_of(provision)?, self.termination(provision));
        if suspensions.is_empty() && ended.spans.is_empty() {
            return Ok(scope);
        }
        let holds = Signal::all(&[scope.holds, suspended(&suspensions).not(), Signal::since(&ended).not()]);
        let opens = holds.first(self.agreement.in_force, self.at);
        Ok(Scope { opens, closes: Moments::never(), holds, simple: false })
    }

    /// The beginning and the end of what begins once and ends once; none for what can come and go.
    fn once(&self, condition: &Condition) -> Result<Option<Ends>, NotComputed> {
        Ok(match condition {
            Condition::During(id) if self.reached_by_amendment(&Target::Phase(id.clone())) => None,
            Condition::During(id) => {
                let (opens, closes) = self.phase(id)?;
                let phase = self.agreement.phases.iter().find(|phase| phase.id == *id);
                let lasts = !self.course.may_end(id)
                    && phase.is_some_and(|phase| {
                        phase.latest.is_none() && !matches!(phase.ends, PhaseEnd::When(_))
                    });
                Some(Ends { opens, closes, lasts })
            }
            Condition::All(all) => {
                let whole = Some(Ends::from(self.entry()?));
                all.iter().try_fold(whole, |so_far, c| Ok(join(so_far, self.once(c)?)))?
            }
            Condition::Not(inner) => self.once_without(inner)?,
            _ if self.stays(condition) => Some(Ends::from(self.first(condition)?)),
            _ => None,
        })
    }

    /// The same of where a condition does not hold.
    fn once_without(&self, condition: &Condition) -> Result<Option<Ends>, NotComputed> {
        Ok(match condition {
            Condition::Not(inner) => self.once(inner)?,
            _ if self.stays(condition) => {
                Some(Ends { opens: self.entry()?, closes: self.first(condition)?, lasts: false })
            }
            _ => None,
        })
    }
}

/// The one beginning and the one end of a scope.
struct Ends {
    opens: Moments,
    closes: Moments,
    /// In every world it ends after it began, though the instants possible overlap.
    lasts: bool,
}

impl Ends {
    /// From something on, for good.
    fn from(opens: Moments) -> Ends {
        Ends { opens, closes: Moments::never(), lasts: true }
    }

    /// Whether it has a tick in every world in which it begins.
    fn never_empty(&self) -> bool {
        let (first, last) = (self.opens.spans.first(), self.opens.spans.last());
        let after = |span: &Period| !self.closes.possible_by(span.last);
        last.is_none_or(after) || self.lasts && first.is_none_or(|span| !self.closes.possible_by(span.first))
    }

    /// Whether it is one from before another begins, for good.
    fn around(&self, other: &Ends) -> bool {
        let begun = |first: &Period| self.opens.certain_by(first.first);
        self.closes.spans.is_empty() && other.opens.spans.first().is_none_or(begun)
    }
}

fn join(a: Option<Ends>, b: Option<Ends>) -> Option<Ends> {
    a.zip(b).map(|(a, b)| {
        let lasts = a.lasts && b.lasts && (a.around(&b) || b.around(&a));
        Ends { opens: a.opens.both(&b.opens), closes: a.closes.either(&b.closes), lasts }
    })
}
