//! What people settle: values that the agreement leaves open, and judgements, as conditions.
//!
//! Invariant: only the word of those whom the agreement names for it counts.

use model::{
    Amount, Id, Instant, Period,
    agreement::{Clock, Judgement, Unruled, Value},
    decision::{Decision, Verdict},
};

use crate::{
    conditions::{Context, NotComputed},
    instance::Deadline,
    moments::Moments,
    signal::{Signal, Truth},
};

impl Context<'_> {
    /// When a value was first set.
    ///
    /// # Errors
    /// For a value that is not declared.
    pub(crate) fn setting(&self, id: &Id) -> Result<Moments, NotComputed> {
        let found = self.agreement.values.iter().find(|value| value.id == *id);
        let value = found.ok_or_else(|| NotComputed(format!("the value {id}, which is not declared")))?;
        let set = self.settings(value).first().map(|(since, _)| *since);
        // It was set, and nobody outside knows when.
        let hidden = || Period::closed(self.origin(), self.at).filter(|_| value.undisclosed);
        Ok(match set {
            Some(since) => Moments::at(since.max(self.origin())).by(self.at),
            None => Moments { spans: hidden().into_iter().collect(), never: true },
        })
    }

    /// What a value was set to, and since when: in the text, and by those who set it.
    pub(crate) fn settings<'v>(&'v self, value: &'v Value) -> Vec<(Instant, &'v str)> {
        let written = value.settings.iter().map(|setting| (setting.since, setting.to.as_str()));
        let decided = self.evidence.decisions().iter().filter_map(|decision| match &decision.verdict {
            Verdict::Value { to, since }
                if decision.targets.contains(&value.id) && may(&value.set_by, decision) =>
            {
                Some((since.unwrap_or(decision.known_at), to.as_str()))
            }
            _ => None,
        });
        let mut all: Vec<(Instant, &str)> = written.chain(decided).collect();
        all.sort_by_key(|(since, _)| *since);
        all
    }

    /// What it is set to at an instant.
    pub(crate) fn set_to(&self, value: &Value, at: Instant) -> Option<Amount> {
        let all = self.settings(value);
        let (_, latest) = all.iter().rev().find(|(since, _)| *since <= at)?;
        Amount::parse(latest).ok()
    }

    /// Whether something is judged to be so, at each instant: either while nobody has ruled and there is time to.
    ///
    /// # Errors
    /// For a judgement that is not declared, or an entry into force that is not computed.
    pub(crate) fn judged(&self, id: &Id) -> Result<Signal, NotComputed> {
        let found = self.agreement.judgements.iter().find(|judgement| judgement.id == *id);
        let judgement =
            found.ok_or_else(|| NotComputed(format!("the judgement {id}, which is not declared")))?;
        let rulings = self.evidence.decisions().iter().filter_map(|decision| match &decision.verdict {
            Verdict::Ruling(ruling)
                if decision.targets.contains(id)
                    && ruling.is_about(id, &decision.targets)
                    && may(&judgement.by, decision) =>
            {
                Some((decision.known_at, ruling.outcome.settles()?))
            }
            _ => None,
        });
        let rulings: Vec<(Instant, Truth)> = rulings.map(|(at, so)| (at, Truth::of(so, so))).collect();
        let unruled = self.unruled(judgement)?;
        let in_time = |end: Instant| rulings.iter().any(|(at, _)| *at < end);
        let unruled = unruled.filter(|(end, _)| !in_time(*end));
        let open = (Instant::MIN, Truth::Perhaps);
        Ok(Signal::of([open].into_iter().chain(unruled).chain(rulings.iter().copied())))
    }

    /// From when on nobody can rule any more, and what then holds.
    fn unruled(&self, judgement: &Judgement) -> Result<Option<(Instant, Truth)>, NotComputed> {
        let deadline = match judgement.within {
            None => return Ok(None),
            Some(Clock::Hours(length)) => Deadline::After(length),
            Some(Clock::Days(days)) => Deadline::EndOfDay(days, self.agreement.timezone.clone()),
        };
        let holds = match judgement.unruled {
            Unruled::So => Truth::Yes,
            Unruled::NotSo => Truth::No,
            Unruled::Open => Truth::Perhaps,
        };
        Ok(deadline.over(&self.entry()?).latest().map(|end| (end, holds)))
    }
}

/// Whether a decision is by one whose word counts: anyone's does where the agreement names nobody.
pub(crate) fn may(named: &[Id], decision: &Decision) -> bool {
    named.is_empty() || named.contains(&decision.by)
}
