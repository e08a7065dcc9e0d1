//! Who is bound where several are: each, all together, any one, so many of them, nobody named.
//!
//! Invariant: what several owe together is one instance; which of them performed is never lost.

use std::rc::Rc;

use model::{
    Id, Status, StatusSet,
    agreement::{Action, Binding, Provision},
    answer::{BearerAnswer, Count},
};

use crate::{asked::Asked, conditions::Context, instance::worst_of, measure::Role};

/// Those whose deeds make one instance, with what there is of the deeds of each.
#[derive(Clone)]
pub struct Bound<T> {
    /// Who answers for it: a bearer, or nobody in particular.
    pub who: Option<Id>,
    /// The deeds of all of them.
    pub whole: T,
    /// The deeds of each whose deeds are looked at alone.
    pub each: Vec<(Id, T)>,
    /// So many of them have to perform.
    pub enough: usize,
}

/// Those whose deeds make one instance, with the evidence of them.
pub type Doers = Bound<Rc<Asked>>;

impl<T> Bound<T> {
    /// The same of what is made from theirs.
    pub fn map<U>(&self, of: impl Fn(&T) -> U) -> Bound<U> {
        let each = self.each.iter().map(|(id, theirs)| (id.clone(), of(theirs))).collect();
        Bound { who: self.who.clone(), whole: of(&self.whole), each, enough: self.enough }
    }
}

/// The instances that a provision's binding makes of one duty: one for each bearer, or one for all.
#[must_use]
pub fn doers(context: &Context<'_>, provision: &Provision, action: &Action) -> Vec<Doers> {
    bound(provision, |by| asked_of(context, provision, action, by))
}

/// Likewise, with what there is of the deeds of some bearers.
pub fn bound<T>(provision: &Provision, whole: impl Fn(&[Id]) -> T) -> Vec<Bound<T>> {
    let all = &provision.bearers;
    let several = |enough: usize| {
        let each = all.iter().map(|bearer| (bearer.clone(), whole(std::slice::from_ref(bearer)))).collect();
        vec![Bound { who: None, whole: whole(all), each, enough }]
    };
    match provision.binding {
        _ if all.len() == 1 => each_of(all, &whole),
        Binding::Each => each_of(all, &whole),
        Binding::Together | Binding::Unstated => {
            vec![Bound { who: None, whole: whole(all), each: Vec::new(), enough: 1 }]
        }
        Binding::Either => several(1),
        Binding::AtLeast(count) => several(count),
    }
}

fn each_of<T>(all: &[Id], whole: &impl Fn(&[Id]) -> T) -> Vec<Bound<T>> {
    let one = |bearer: &Id| Bound {
        who: Some(bearer.clone()),
        whole: whole(std::slice::from_ref(bearer)),
        each: Vec::new(),
        enough: 1,
    };
    all.iter().map(one).collect()
}

/// What the evidence says of the performance of some bearers, with the items that may make up the number.
pub fn asked_of(context: &Context<'_>, provision: &Provision, action: &Action, by: &[Id]) -> Rc<Asked> {
    let mut own = action.clone();
    own.by = by.to_vec();
    let role = Role::Duty { bearers: by, verifiers: &provision.verified_by };
    if provision.terms.made_up_with.is_empty() {
        return context.ask(&own, role);
    }
    Rc::new(Asked::of(context.evidence.measure_of_any(&own, &provision.terms.made_up_with, role)))
}

impl Doers {
    /// The statuses of the instance, from those that some evidence gives.
    pub fn statuses(&self, mut of: impl FnMut(usize, &Asked) -> StatusSet) -> StatusSet {
        if self.each.is_empty() {
            return of(0, &self.whole);
        }
        let sets: Vec<StatusSet> =
            self.each.iter().enumerate().map(|(at, (_, asked))| of(at, asked)).collect();
        nth_best(&sets, self.enough)
    }

    /// Whether doubts about one of them may be doubts about another too.
    #[must_use]
    pub fn are_independent(&self) -> bool {
        let mut seen = std::collections::BTreeSet::new();
        let claims = self.each.iter().flat_map(|(_, asked)| asked.measure.claims_in(&model::Period::ALWAYS));
        claims.into_iter().all(|claim| seen.insert(claim))
    }

    /// All the evidence that it rests on.
    pub fn all(&self) -> impl Iterator<Item = &Rc<Asked>> {
        [&self.whole].into_iter().chain(self.each.iter().map(|(_, asked)| asked))
    }
}

/// How good a status is for what several owe: performed in time, still to be performed, performed, not performed.
fn rank(status: Status) -> usize {
    const ORDER: [Status; 5] =
        [Status::Met, Status::Pending, Status::Late, Status::Breached, Status::Inactive];
    ORDER.iter().position(|s| *s == status).unwrap_or(ORDER.len())
}

/// The nth best of sets of statuses taken as independent: it is the nth performance that decides.
#[must_use]
pub fn nth_best(sets: &[StatusSet], nth: usize) -> StatusSet {
    let best = |set: &StatusSet| set.iter().map(rank).min().unwrap_or(usize::MAX);
    let worst = |set: &StatusSet| set.iter().map(rank).max().unwrap_or(0);
    let can = |status: &Status| {
        let own = rank(*status);
        // At least n may be so good, and no n are certainly better.
        let reach = sets.iter().filter(|set| best(set) <= own).count() >= nth;
        let better = sets.iter().filter(|set| worst(set) < own).count() >= nth;
        let some = sets.iter().any(|set| set.contains(*status));
        reach && !better && some
    };
    Status::ALL.into_iter().filter(can).collect()
}

/// Where several owe one instance, each of them has its statuses.
#[must_use]
pub fn shared(provision: &Provision, status: StatusSet) -> Vec<BearerAnswer> {
    let violations = Count { certain: 0, possible: Some(0) };
    let bearers = crate::outcome::sorted(&provision.bearers).into_iter();
    bearers.map(|party| BearerAnswer { party, status, violations }).collect()
}

/// Adds a bearer's statuses in one more instance: the worst of them all is his.
pub fn join(so_far: &mut Vec<BearerAnswer>, more: Vec<BearerAnswer>) {
    for answer in more {
        match so_far.iter_mut().find(|known| known.party == answer.party) {
            Some(known) => known.status = worst_of([known.status, answer.status].into_iter()),
            None => so_far.push(answer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_best_of_three() {
        use Status::{Breached, Late, Met};
        let set = |statuses: &[Status]| statuses.iter().copied().collect::<StatusSet>();
        let sets = [set(&[Met]), set(&[Met, Breached]), set(&[Late, Breached])];
        assert_eq!(nth_best(&sets, 1), set(&[Met]));
        assert_eq!(nth_best(&sets, 2), set(&[Met, Late, Breached]));
        assert_eq!(nth_best(&sets, 3), set(&[Late, Breached]));
    }
}
