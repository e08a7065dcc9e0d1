//! What deadlines, phases, conditions and powers hang on.
//!
//! Invariant: every length of time, date and kind of deed that they name is noted.

use super::*;

impl Streams {
    pub(super) fn due(&mut self, text: &Text, due: &Due) -> Result<(), Refused> {
        match due {
            Due::Open => {}
            Due::By(last) => drop(self.instants.insert(last.next())),
            Due::Within(length, condition) => {
                self.lengths.insert(*length);
                self.condition(text, condition)?;
            }
            Due::EndOfDayAfter(_, condition) | Due::MonthsAfter(_, condition) => {
                self.calendar = true;
                self.condition(text, condition)?;
            }
            Due::Before(condition) => self.condition(text, condition)?,
            Due::Latest(parts) | Due::Earliest(parts) => {
                parts.iter().try_for_each(|part| self.due(text, part))?;
            }
        }
        Ok(())
    }

    pub(super) fn phase(&mut self, text: &Text, id: &str) -> Result<(), Refused> {
        if !self.first(format!("phase {id}")) {
            return Ok(());
        }
        let Some(phase) = text.agreement.phases.iter().find(|phase| phase.id == id) else {
            return not_handled("a phase that is not there");
        };
        self.condition(text, &phase.begins)?;
        match &phase.ends {
            PhaseEnd::When(condition) => self.condition(text, condition)?,
            PhaseEnd::After(length) => drop(self.lengths.insert(*length)),
            PhaseEnd::Months(_) => self.calendar = true,
            PhaseEnd::Never => {}
        }
        phase.latest.iter().try_for_each(|latest| self.due(text, latest))
    }

    pub(super) fn condition(&mut self, text: &Text, condition: &Condition) -> Result<(), Refused> {
        match condition {
            Condition::InForce => {}
            Condition::Signed => self.instants.extend(text.agreement.signed),
            Condition::From(instant) => drop(self.instants.insert(*instant)),
            Condition::Milestone(id) => {
                let milestone = text.agreement.milestones.iter().find(|milestone| milestone.id == *id);
                if let Some(milestone) = milestone.filter(|_| self.first(format!("milestone {id}"))) {
                    self.condition(text, &milestone.when)?;
                }
            }
            Condition::Performed(id)
            | Condition::PerformedInTime(id)
            | Condition::Breached(id)
            | Condition::Overdue(id) => {
                self.relative = true;
                self.named(text, id)?;
            }
            Condition::Violations(id, n) => {
                self.relative = true;
                if *n > 1 {
                    return not_handled("a condition on several violations");
                }
                self.named(text, id)?;
            }
            Condition::Amount(id, amount) => {
                self.relative = true;
                self.named(text, id)?;
                let action =
                    text.agreement.provisions.iter().find(|p| p.id == *id).and_then(|p| p.rule.action());
                for stream in self.acts.iter_mut().filter(|stream| {
                    action.is_some_and(|action| {
                        stream.action.act == action.act && stream.action.item == action.item
                    })
                }) {
                    if let Cap::Alike(cap) = &mut stream.cap {
                        *cap = (*cap).max(*amount + Amount::whole(1));
                    }
                }
            }
            Condition::Set(id) => {
                let value = text.agreement.values.iter().find(|value| value.id == *id);
                self.instants
                    .extend(value.iter().flat_map(|value| &value.settings).map(|setting| setting.since));
            }
            Condition::Judged(_) => return not_handled("worlds of a judgement"),
            Condition::PhaseBegun(id) | Condition::PhaseEnded(id) | Condition::During(id) => {
                self.phase(text, id)?;
            }
            Condition::Deed(action) => self.deed(text.standard, action, Amount::whole(1), true)?,
            Condition::Done(action, required) => self.deed(text.standard, action, beyond(*required), true)?,
            Condition::Recently(length, action) | Condition::Calm(action, length) => {
                self.lengths.insert(*length);
                self.lately.push((action.clone(), *length));
                self.deed(text.standard, action, Amount::whole(1), false)?;
            }
            Condition::Since(length, inner) | Condition::HoursAfter(length, inner) => {
                self.lengths.insert(*length);
                self.condition(text, inner)?;
            }
            Condition::DaysAfter(_, inner) => {
                self.calendar = true;
                self.condition(text, inner)?;
            }
            Condition::All(_) | Condition::Any(_) | Condition::AtLeast(..) | Condition::Not(_) => {
                condition.parts().iter().try_for_each(|part| self.condition(text, part))?;
            }
        }
        Ok(())
    }

    /// The exercises of powers, and all that they hang on.
    pub(super) fn powers(&mut self, text: &Text) -> Result<(), Refused> {
        let agreement = text.agreement;
        let mut exercises: Vec<(Id, Vec<Id>, Target)> = Vec::new();
        for power in &agreement.powers {
            self.condition(text, &power.while_)?;
            self.due(text, &power.due)?;
            let (act, target) = match &power.faculty {
                Faculty::Extend { phase, by, .. } => {
                    match by {
                        PhaseEnd::After(length) => drop(self.lengths.insert(*length)),
                        _ => self.calendar = true,
                    }
                    ("extend".to_owned(), Target::Phase(phase.clone()))
                }
                Faculty::Suspend(suspension) => {
                    self.lengths.extend(suspension.at_most);
                    (suspension.act.clone(), suspension.target.clone())
                }
                Faculty::Other { act, target } => (act.clone(), target.clone()),
            };
            if power.by.len() > 1 {
                return not_handled("worlds of a power of several");
            }
            exercises.push((act, power.by.clone(), target));
        }
        for provision in &agreement.provisions {
            for consequence in &provision.terms.consequences {
                self.provision(text, provision)?;
                self.lengths.extend(consequence.suspension.at_most);
                if consequence.by.len() > 1 {
                    return not_handled("worlds of a power of several");
                }
                let suspension = &consequence.suspension;
                exercises.push((suspension.act.clone(), consequence.by.clone(), suspension.target.clone()));
            }
        }
        for (act, by, target) in exercises {
            self.relative = true;
            let concerns = match target {
                Target::Agreement => None,
                Target::Phase(id) | Target::Provision(id) | Target::Milestone(id) => Some(id),
            };
            let action = Action {
                act,
                by: by.clone(),
                item: None,
                to: None,
                place: None,
                stage: None,
                under: Vec::new(),
            };
            let known = self.acts.iter().find(|stream| stream.action == action);
            if known.is_some_and(|stream| stream.concerns != concerns) {
                return not_handled("powers of one act over several things");
            }
            let owed = Owed { bearers: &by, verifiers: &[] };
            let index = self.add(&action, owed, Cap::Alike(Amount::whole(1)), false)?;
            self.acts[index].concerns = concerns;
        }
        Ok(())
    }
}
