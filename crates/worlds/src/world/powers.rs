//! What powers do: who exercised which, whether it was good, and what follows (spec/meaning.md §8).
//!
//! Invariant: an exercise reads the world just before it, as the exercises before it have made it.

use model::{
    Duration, Id, Instant, Period, Status,
    agreement::{
        Agreement, Binding, Condition, Due, Faculty, PhaseEnd, Provision, Rule, Suspension, Target, Whose,
    },
};

use super::{Deed, World, deadlines::Stop, instance::Instance, not_handled};
use crate::Refused;

/// A suspension that took effect.
#[derive(Clone, Debug)]
pub struct Suspended {
    period: Period,
    target: Target,
    /// Whose duties; everyone's where there is none.
    whose: Option<Vec<Id>>,
    clocks_stop: bool,
}

/// What good exercises of powers have come to.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    suspensions: Vec<Suspended>,
    terminations: Vec<(Instant, Suspended)>,
    /// By phase, in order.
    pub(super) extensions: Vec<(Id, PhaseEnd)>,
    waivers: Vec<(Instant, Id)>,
    /// Milestones, and when each was certified.
    pub(super) certified: Vec<(Id, Instant)>,
}

/// Acts by which powers are exercised, in the order in which those of one tick count.
pub(crate) const EXERCISES: [&str; 6] = ["terminate", "suspend", "resume", "extend", "certify", "waive"];

impl Suspended {
    /// Whether it is about a provision. What several owe, but not each for himself, is touched where all of them are.
    fn touches(&self, agreement: &Agreement, provision: &Provision) -> bool {
        let declared = agreement.provisions.iter().find(|one| one.id == provision.id);
        let several = declared.filter(|one| one.binding != Binding::Each && one.bearers.len() > 1);
        let bearers = several.map_or(&provision.bearers, |one| &one.bearers);
        let whose = self.whose.as_ref().is_none_or(|whose| match several {
            Some(_) => bearers.iter().all(|one| whose.contains(one)),
            None => bearers.iter().any(|one| whose.contains(one)),
        });
        whose && self.is_about(provision)
    }

    fn is_about(&self, provision: &Provision) -> bool {
        match &self.target {
            Target::Agreement => true,
            Target::Phase(phase) => World::mentions(&provision.while_, phase),
            Target::Provision(id) => *id == provision.id,
            Target::Milestone(_) => false,
        }
    }
}

impl Effects {
    /// The suspensions that touch a provision.
    pub(super) fn stops(&self, agreement: &Agreement, provision: &Provision) -> Vec<Stop> {
        let touching = |one: &&Suspended| one.touches(agreement, provision);
        self.suspensions.iter().filter(touching).map(|one| (one.period, one.clocks_stop)).collect()
    }

    /// When a termination ended a provision.
    pub(super) fn ended(&self, agreement: &Agreement, target: &Target, scope: &Condition) -> Option<Instant> {
        let Target::Provision(id) = target else { return None };
        let declared = agreement.provisions.iter().find(|one| one.id == *id)?;
        let provision = &Provision { while_: scope.clone(), ..declared.clone() };
        let touching = |one: &&(Instant, Suspended)| one.1.touches(agreement, provision);
        self.terminations.iter().filter(touching).map(|(at, _)| *at).min()
    }

    /// When a termination ended a phase.
    pub(super) fn phase_ended(&self, id: &str) -> Option<Instant> {
        let ends = |one: &&(Instant, Suspended)| {
            one.1.whose.is_none() && matches!(&one.1.target, Target::Agreement)
                || matches!(&one.1.target, Target::Phase(phase) if phase == id)
        };
        self.terminations.iter().filter(ends).map(|(at, _)| *at).min()
    }

    /// The end of a phase, moved by the suspensions of it, or of the agreement, that stop its clocks.
    pub(super) fn moved(&self, phase: &Target, begun: Instant, end: Instant) -> Instant {
        let on = |target: &Target| target == phase || *target == Target::Agreement;
        let of = |one: &&Suspended| one.clocks_stop && on(&one.target);
        let stops: Vec<Stop> = self.suspensions.iter().filter(of).map(|one| (one.period, true)).collect();
        super::deadlines::relative(begun, end.previous(), &stops).next()
    }
}

/// Who, by what ground, may do what.
struct Ground<'p> {
    by: &'p [Id],
    binding: Binding,
    faculty: Faculty,
    due: &'p Due,
    while_: &'p Condition,
    /// The breach that it hangs on.
    breach: Option<&'p Id>,
}

impl World<'_> {
    /// Every ground on which something may be done.
    fn grounds(&self) -> Vec<Ground<'_>> {
        let powers = self.agreement.powers.iter().map(|power| Ground {
            by: &power.by,
            binding: power.binding,
            faculty: power.faculty.clone(),
            due: &power.due,
            while_: &power.while_,
            breach: None,
        });
        let consequences = self.agreement.provisions.iter().flat_map(|provision| {
            provision.terms.consequences.iter().map(|consequence| Ground {
                by: &consequence.by,
                binding: consequence.binding,
                faculty: Faculty::Suspend(consequence.suspension.clone()),
                due: &Due::Open,
                while_: &Condition::InForce,
                breach: Some(&provision.id),
            })
        });
        powers.chain(consequences).collect()
    }

    /// Lets every exercise take effect that is good, in order of time.
    pub(super) fn exercise(&mut self) -> Result<(), Refused> {
        let mut exercises: Vec<(Instant, usize, Deed)> = Vec::new();
        for deed in self.deeds.iter().filter(|deed| deed.at >= self.entry) {
            if let Some(order) = EXERCISES.iter().position(|act| *act == deed.act) {
                // Two at one instant are two.
                let times = deed.amount.floor().max(1) as usize;
                exercises.extend(std::iter::repeat_n((deed.at, order, (*deed).clone()), times));
            }
        }
        exercises.sort_by_key(|(at, order, _)| (*at, *order));
        for (_, _, deed) in exercises {
            // It rests on every ground that it has, but what is longer is so once.
            let mut good: Vec<Faculty> = Vec::new();
            for ground in self.grounds() {
                let once = deed.act == "extend" && !good.is_empty();
                if !once && self.is_good(&ground, &deed)? {
                    good.push(ground.faculty.clone());
                }
            }
            for faculty in good {
                self.take_effect(&faculty, &deed);
            }
        }
        Ok(())
    }

    /// Whether an exercise rests on a ground.
    fn is_good(&self, ground: &Ground, deed: &Deed) -> Result<bool, Refused> {
        let (act, target) = match &ground.faculty {
            Faculty::Extend { phase, .. } => ("extend", Target::Phase(phase.clone())),
            Faculty::Suspend(suspension) => (suspension.act.as_str(), suspension.target.clone()),
            Faculty::Other { act, target } => (act.as_str(), target.clone()),
        };
        let about = match &target {
            Target::Agreement => deed.concerns.is_none(),
            Target::Phase(id) | Target::Provision(id) | Target::Milestone(id) => {
                deed.concerns.as_ref() == Some(id)
            }
        };
        let does = |one: &Id| deed.by.iter().any(|doer| self.acts_for(doer, one, deed.at));
        let who = match ground.binding {
            Binding::Together => ground.by.iter().all(does),
            Binding::AtLeast(least) => ground.by.iter().filter(|one| does(one)).count() >= least,
            _ => ground.by.iter().any(does),
        };
        if deed.act != act || !about || !who {
            return Ok(false);
        }
        let before = deed.at.previous();
        if let Some(breach) = ground.breach
            && !self.standing_breached(breach)?.contains(before)
        {
            return Ok(false);
        }
        if let Faculty::Extend { phase, times, .. } = &ground.faculty {
            let used = self.effects.extensions.iter().filter(|(extended, _)| extended == phase).count();
            let ended = self.ticks(&Condition::PhaseEnded(phase.clone()))?.contains(before);
            if times.is_some_and(|times| used >= times as usize) || ended {
                return Ok(false);
            }
        }
        let window = self.window(ground.due, &[])?;
        let in_time = window.opens.is_some_and(|opens| opens <= deed.at) && deed.at <= window.last;
        // In force from its first tick on: just before it there is nothing to read.
        let holds = self.ticks(ground.while_)?.contains(before.max(self.entry));
        Ok(in_time && holds)
    }

    fn take_effect(&mut self, faculty: &Faculty, deed: &Deed) {
        match faculty {
            Faculty::Extend { phase, by, .. } => {
                let length = match (deed.length, by) {
                    (Some(said), PhaseEnd::After(most)) => PhaseEnd::After(said.min(*most)),
                    _ => by.clone(),
                };
                self.effects.extensions.push((phase.clone(), length));
            }
            Faculty::Suspend(suspension) => self.suspend(suspension, deed),
            Faculty::Other { act, target } => match (act.as_str(), target) {
                ("resume", _) => {
                    for one in self.effects.suspensions.iter_mut().filter(|one| one.target == *target) {
                        if one.period.contains(&Period::at(deed.at)) && one.period.first < deed.at {
                            one.period.last = deed.at.previous();
                        }
                    }
                }
                ("certify", Target::Milestone(id)) => self.effects.certified.push((id.clone(), deed.at)),
                ("waive", Target::Provision(id)) => self.effects.waivers.push((deed.at, id.clone())),
                _ => {}
            },
        }
    }

    fn suspend(&mut self, suspension: &Suspension, deed: &Deed) {
        let whose = match &suspension.whose {
            Whose::All => None,
            Whose::Own => Some(deed.by.clone()),
            Whose::Of(parties) => Some(parties.clone()),
        };
        let spent = |most: Duration| {
            let of = |one: &&Suspended| suspension.in_all && one.target == suspension.target;
            let before = self
                .effects
                .suspensions
                .iter()
                .filter(of)
                .map(|one| one.period.last.0 - one.period.first.0 + 1);
            Duration((most.0 - before.sum::<i64>()).max(0))
        };
        // One for which no time is left does nothing.
        let last = suspension.at_most.map_or(Instant::MAX, |most| (deed.at + spent(most)).previous());
        if last < deed.at {
            return;
        }
        let suspended = Suspended {
            period: Period { first: deed.at, last },
            target: suspension.target.clone(),
            whose,
            clocks_stop: suspension.clocks_stop,
        };
        match suspension.act.as_str() {
            "terminate" => self.effects.terminations.push((deed.at, suspended)),
            _ => self.effects.suspensions.push(suspended),
        }
    }

    /// Instances as suspensions, terminations and waivers have left them.
    pub(super) fn touched(
        &self,
        provision: &Provision,
        instances: Vec<Instance>,
    ) -> Result<Vec<Instance>, Refused> {
        let (id, scope) = (&provision.id, &provision.while_);
        let mine: Vec<&Suspended> =
            self.effects.suspensions.iter().filter(|one| one.touches(&self.agreement, provision)).collect();
        let all = |whose: &Option<Vec<Id>>| {
            whose.as_ref().is_none_or(|whose| provision.bearers.iter().all(|one| whose.contains(one)))
        };
        let partial = mine.iter().any(|one| !all(&one.whose));
        if partial && instances.iter().any(|instance| instance.bearer().is_none()) {
            return not_handled("a suspension of some bearers of what is one instance");
        }
        let recurs = matches!(provision.rule, Rule::Periodic { .. } | Rule::State { quiet: Some(_), .. });
        let forbids = matches!(provision.rule, Rule::Prohibition { .. } | Rule::Answerable { .. });
        let ended = self.effects.ended(&self.agreement, &Self::target(provision), scope);
        let waived = self.effects.waivers.iter().filter(|(_, waived)| waived == id).map(|(at, _)| *at).min();
        let touch = |mut instance: Instance| {
            let bearer = instance.bearer().cloned();
            let whose = |one: &&&Suspended| {
                one.whose.as_ref().zip(bearer.as_ref()).is_none_or(|(whose, own)| whose.contains(own))
            };
            for one in mine.iter().filter(whose) {
                instance = if recurs {
                    instance.period_suspended(one.period)
                } else {
                    instance.suspended(one.period)
                };
            }
            if let Some(ended) = ended.filter(|_| !forbids) {
                instance = instance.mapped([ended], move |inner, at| {
                    let open = matches!(
                        inner(ended.previous()),
                        None | Some(Status::Inactive | Status::Pending | Status::Suspended)
                    );
                    inner(at).map(|status| if at >= ended && open { Status::Lapsed } else { status })
                });
            }
            if let Some(waived) = waived {
                instance = instance.mapped([waived], move |inner, at| {
                    Some(match inner(at)? {
                        Status::Pending | Status::Breached if at >= waived => Status::Excused,
                        status => status,
                    })
                });
            }
            instance
        };
        Ok(instances.into_iter().map(touch).collect())
    }

    /// The end of a phase with the first so many of its extensions.
    pub(super) fn end_with(&self, id: &str, known: usize) -> Result<Option<Instant>, Refused> {
        let Some(phase) = self.agreement.phases.iter().find(|phase| phase.id == id) else {
            return not_handled("a phase that is not there");
        };
        let Some(begun) = self.instant(&phase.begins)? else { return Ok(None) };
        if matches!(phase.ends, PhaseEnd::When(_) | PhaseEnd::Never) || phase.latest.is_some() {
            return not_handled("a term of a phase that does not last a time");
        }
        let mut end = self.after(begun, &phase.ends)?;
        end = self.effects.moved(&Target::Phase(id.to_owned()), begun, end);
        for (_, length) in self.effects.extensions.iter().filter(|(phase, _)| phase == id).take(known) {
            end = match length {
                PhaseEnd::After(length) => end + *length,
                length => self.after(end.previous(), length)?,
            };
        }
        Ok(Some(end))
    }
}
