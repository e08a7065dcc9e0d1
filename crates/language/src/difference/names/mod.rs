//! Every place in an agreement that names a phase, a provision or a thing of it, so that one can be renamed.
//!
//! Invariant: every field of every part is listed, so that a new one cannot be overlooked; acts and stages belong to
//! the vocabulary and are no names of the agreement's.

mod duties;

use model::{
    Id,
    agreement::{
        Actor, Agreement, Amendment, Baseline, Change, Changing, Derived, Faculty, Family, Item, Items,
        Judgement, Line, Milestone, Phase, PhaseEnd, Power, Reading, Target, Tie, Valuation, Value, Worth,
        Zone,
    },
};

/// The names that are apart from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Space {
    /// Actors, zones, lines, items, values, baselines, families, judgements and milestones.
    Thing,
    Phase,
    Provision,
    Power,
    Amendment,
    Reading,
}

type Visit<'v> = &'v mut dyn FnMut(Space, &mut Id);

/// Something that names others.
pub(super) trait Names {
    /// Shows every name in it.
    fn each(&mut self, visit: Visit);
}

impl<T: Names> Names for Vec<T> {
    fn each(&mut self, visit: Visit) {
        self.iter_mut().for_each(|one| one.each(visit));
    }
}

impl<T: Names> Names for Option<T> {
    fn each(&mut self, visit: Visit) {
        self.iter_mut().for_each(|one| one.each(visit));
    }
}

/// A bare identifier is a thing's.
impl Names for Id {
    fn each(&mut self, visit: Visit) {
        visit(Space::Thing, self);
    }
}

impl Names for Agreement {
    fn each(&mut self, visit: Visit) {
        let Agreement {
            name: _,
            timezone: _,
            signed: _,
            in_force: _,
            entry,
            day_one: _,
            d_day: _,
            assumptions: _,
            actors,
            zones,
            lines,
            items,
            values,
            baselines,
            families,
            judgements,
            milestones,
            phases,
            provisions,
            powers,
            amendments,
            readings,
            valuations,
        } = self;
        entry.each(visit);
        actors.each(visit);
        zones.each(visit);
        lines.each(visit);
        items.each(visit);
        values.each(visit);
        baselines.each(visit);
        families.each(visit);
        judgements.each(visit);
        milestones.each(visit);
        phases.each(visit);
        provisions.each(visit);
        powers.each(visit);
        amendments.each(visit);
        readings.each(visit);
        valuations.each(visit);
    }
}

impl Names for Actor {
    fn each(&mut self, visit: Visit) {
        let Actor { id, label: _, role: _, ties, contested_by, contested_in: _ } = self;
        id.each(visit);
        ties.each(visit);
        contested_by.each(visit);
    }
}

impl Names for Tie {
    fn each(&mut self, visit: Visit) {
        let Tie { kind: _, other, valid: _, source: _, contested_by } = self;
        other.each(visit);
        contested_by.each(visit);
    }
}

impl Names for Zone {
    fn each(&mut self, visit: Visit) {
        let Zone { id, label: _, versions: _, derived } = self;
        id.each(visit);
        derived.each(visit);
    }
}

impl Names for Derived {
    fn each(&mut self, visit: Visit) {
        match self {
            Derived::Near { metres: _, of, side: _ } => of.each(visit),
            Derived::Widened { zone, metres: _ } => zone.each(visit),
            Derived::Without(one, other) => {
                one.each(visit);
                other.each(visit);
            }
            Derived::Union(zones) => zones.each(visit),
            Derived::Held { by, at, map_of } => {
                by.each(visit);
                at.each(visit);
                map_of.each(visit);
            }
        }
    }
}

impl Names for Line {
    fn each(&mut self, visit: Visit) {
        let Line { id, label: _, as_of: _, versions: _, moving: _, map_of } = self;
        id.each(visit);
        map_of.each(visit);
    }
}

/// They are found by their names, which may be others now.
impl Names for Items {
    fn each(&mut self, visit: Visit) {
        let mut all: Vec<Item> = self.to_vec();
        all.each(visit);
        *self = all.into_iter().collect();
    }
}

impl Names for Item {
    fn each(&mut self, visit: Visit) {
        let Item { id, label: _, parent, property: _ } = self;
        id.each(visit);
        parent.each(visit);
    }
}

impl Names for Value {
    fn each(&mut self, visit: Visit) {
        let Value { id, label: _, kind: _, set_by, due, changing, undisclosed: _, settings: _ } = self;
        id.each(visit);
        set_by.each(visit);
        due.each(visit);
        if let Changing::By(who) = changing {
            who.each(visit);
        }
    }
}

impl Names for Baseline {
    fn each(&mut self, visit: Visit) {
        let Baseline { id, label: _, item, certified_by, later_finds: _ } = self;
        id.each(visit);
        item.each(visit);
        certified_by.each(visit);
    }
}

impl Names for Family {
    fn each(&mut self, visit: Visit) {
        let Family { id, label: _, members, set_by, undisclosed: _ } = self;
        id.each(visit);
        members.each(visit);
        set_by.each(visit);
    }
}

impl Names for Judgement {
    fn each(&mut self, visit: Visit) {
        let Judgement { id, label: _, by, within: _, unruled: _ } = self;
        id.each(visit);
        by.each(visit);
    }
}

impl Names for Milestone {
    fn each(&mut self, visit: Visit) {
        let Milestone { id, label: _, when, assumptions: _ } = self;
        id.each(visit);
        when.each(visit);
    }
}

impl Names for Phase {
    fn each(&mut self, visit: Visit) {
        let Phase { id, label: _, begins, ends, latest, assumptions: _ } = self;
        visit(Space::Phase, id);
        begins.each(visit);
        ends.each(visit);
        latest.each(visit);
    }
}

impl Names for PhaseEnd {
    fn each(&mut self, visit: Visit) {
        match self {
            PhaseEnd::When(condition) => condition.each(visit),
            PhaseEnd::After(_) | PhaseEnd::Months(_) | PhaseEnd::Never => {}
        }
    }
}

impl Names for Target {
    fn each(&mut self, visit: Visit) {
        match self {
            Target::Agreement => {}
            Target::Phase(id) => visit(Space::Phase, id),
            Target::Provision(id) => visit(Space::Provision, id),
            Target::Milestone(id) => id.each(visit),
        }
    }
}

impl Names for Power {
    fn each(&mut self, visit: Visit) {
        let Power { id, label: _, by, binding: _, faculty, due, while_, clause: _, line: _, assumptions: _ } =
            self;
        visit(Space::Power, id);
        by.each(visit);
        match faculty {
            Faculty::Extend { phase, by, times: _ } => {
                visit(Space::Phase, phase);
                by.each(visit);
            }
            Faculty::Suspend(suspension) => suspension.each(visit),
            Faculty::Other { act: _, target } => target.each(visit),
        }
        due.each(visit);
        while_.each(visit);
    }
}

impl Names for Amendment {
    fn each(&mut self, visit: Visit) {
        let Amendment {
            id,
            label: _,
            agreed: _,
            accepted_by,
            effective: _,
            changes,
            inner_deadlines_move: _,
            past_breaches_cured: _,
            assumptions: _,
        } = self;
        visit(Space::Amendment, id);
        accepted_by.each(visit);
        changes.each(visit);
    }
}

impl Names for Reading {
    fn each(&mut self, visit: Visit) {
        let Reading { id, title: _, contended_by, source: _, changes } = self;
        visit(Space::Reading, id);
        contended_by.each(visit);
        changes.each(visit);
    }
}

impl Names for (Target, Change) {
    fn each(&mut self, visit: Visit) {
        let (target, change) = self;
        target.each(visit);
        match change {
            Change::Except(exceptions) => exceptions.each(visit),
            Change::Item(id) | Change::Trigger(id) | Change::Zone(id) => id.each(visit),
            Change::Due(due) => due.each(visit),
            Change::While(condition)
            | Change::NotBefore(condition)
            | Change::Begins(condition)
            | Change::From(condition)
            | Change::Until(condition) => condition.each(visit),
            Change::Period(cycle, _) => cycle.each(visit),
            Change::Bearer(bearers, _) => bearers.each(visit),
            Change::Judged(judgement) => judgement.each(visit),
            Change::Ends(end) => end.each(visit),
            Change::Required(measure) => measure.each(visit),
            Change::Step(_, step) => step.each(visit),
            Change::Shortfall(_) | Change::Counting(_) | Change::Removed | Change::InForce(_) => {}
        }
    }
}

impl Names for Valuation {
    fn each(&mut self, visit: Visit) {
        let Valuation { party, rows } = self;
        party.each(visit);
        for Worth { when, least: _, most: _, source: _ } in rows {
            when.each(visit);
        }
    }
}
