//! When a provision binds: its `while` without its `unless`, from entry into force on (spec/meaning.md §3).
//!
//! Invariant: `holds` is always right; `opens` and `closes` say all that there is to say where `simple` is set, and there only.

use model::{Instant, agreement::Condition};

use crate::{
    conditions::{Context, NotComputed},
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
        let ends = ends.map(|(opens, closes)| (opens.both(&entry), closes));
        // What may close before it opens, or at once, may be empty.
        let proper = ends
            .filter(|(opens, closes)| opens.spans.first().is_none_or(|span| !closes.possible_by(span.first)));
        Ok(match proper {
            Some((opens, closes)) => Scope { opens, closes, holds, simple: true },
            None => Scope {
                opens: holds.first(self.agreement.in_force, self.at),
                closes: Moments::never(),
                holds,
                simple: false,
            },
        })
    }

    /// The beginning and the end of what begins once and ends once; none for what can come and go.
    fn once(&self, condition: &Condition) -> Result<Option<(Moments, Moments)>, NotComputed> {
        Ok(match condition {
            Condition::During(id) => Some(self.phase(id)?),
            Condition::All(all) => {
                let whole = Some((self.entry()?, Moments::never()));
                all.iter().try_fold(whole, |so_far, c| Ok(join(so_far, self.once(c)?)))?
            }
            Condition::Not(inner) => self.once_without(inner)?,
            _ if self.stays(condition) => Some((self.first(condition)?, Moments::never())),
            _ => None,
        })
    }

    /// The same of where a condition does not hold.
    fn once_without(&self, condition: &Condition) -> Result<Option<(Moments, Moments)>, NotComputed> {
        Ok(match condition {
            Condition::Not(inner) => self.once(inner)?,
            _ if self.stays(condition) => Some((self.entry()?, self.first(condition)?)),
            _ => None,
        })
    }
}

type Once = Option<(Moments, Moments)>;

fn join(a: Once, b: Once) -> Once {
    a.zip(b).map(|((opens, closes), (opens_too, closes_too))| {
        (opens.both(&opens_too), closes.either(&closes_too))
    })
}
