//! Every name in provisions, in the conditions and deeds that they speak of and in what a breach of them allows.
//!
//! Invariant: every field is listed, so that a new one cannot be overlooked.

use model::agreement::{
    Action, Condition, Consequence, Cycle, Due, Exception, InStep, Measure, Plea, Provision, Quiet, Rule,
    Rung, Share, Step, Suspension, Terms, Whose,
};

use super::{Names, Space, Visit};

impl Names for Condition {
    fn each(&mut self, visit: Visit) {
        match self {
            Condition::InForce | Condition::Signed | Condition::From(_) => {}
            Condition::Milestone(id) | Condition::Set(id) | Condition::Judged(id) => id.each(visit),
            Condition::Performed(id)
            | Condition::PerformedInTime(id)
            | Condition::Breached(id)
            | Condition::Overdue(id)
            | Condition::Violations(id, _)
            | Condition::Amount(id, _) => visit(Space::Provision, id),
            Condition::PhaseBegun(id) | Condition::PhaseEnded(id) | Condition::During(id) => {
                visit(Space::Phase, id)
            }
            Condition::Deed(action)
            | Condition::Done(action, _)
            | Condition::Recently(_, action)
            | Condition::Calm(action, _) => action.each(visit),
            Condition::All(all) | Condition::Any(all) | Condition::AtLeast(_, all) => all.each(visit),
            Condition::Not(inner)
            | Condition::Since(_, inner)
            | Condition::HoursAfter(_, inner)
            | Condition::DaysAfter(_, inner) => inner.each(visit),
        }
    }
}

impl Names for Action {
    fn each(&mut self, visit: Visit) {
        let Action { act: _, by, item, to, place, stage: _, under } = self;
        by.each(visit);
        item.each(visit);
        to.each(visit);
        if let Some((_, zone)) = place {
            zone.each(visit);
        }
        under.iter_mut().for_each(|provision| visit(Space::Provision, provision));
    }
}

impl Names for Due {
    fn each(&mut self, visit: Visit) {
        match self {
            Due::Within(_, condition)
            | Due::EndOfDayAfter(_, condition)
            | Due::MonthsAfter(_, condition)
            | Due::Before(condition) => condition.each(visit),
            Due::Latest(all) | Due::Earliest(all) => all.each(visit),
            Due::By(_) | Due::Open => {}
        }
    }
}

impl Names for Measure {
    fn each(&mut self, visit: Visit) {
        match self {
            Measure::Share(_, id) | Measure::Value(id) => id.each(visit),
            Measure::Plain(_) | Measure::Between(..) => {}
        }
    }
}

impl Names for Share {
    fn each(&mut self, visit: Visit) {
        let Share { label: _, action, required: _ } = self;
        action.each(visit);
    }
}

impl Names for Step {
    fn each(&mut self, visit: Visit) {
        let Step { measure, in_all: _, due } = self;
        measure.each(visit);
        due.each(visit);
    }
}

impl Names for Cycle {
    fn each(&mut self, visit: Visit) {
        match self {
            Cycle::Days(_, condition) => condition.each(visit),
            Cycle::Term(phase) => visit(Space::Phase, phase),
            Cycle::Day | Cycle::Week(_) | Cycle::Months(_) => {}
        }
    }
}

impl Names for Quiet {
    fn each(&mut self, visit: Visit) {
        let Quiet { length: _, consecutive: _, instead } = self;
        instead.iter_mut().for_each(|(_, condition)| condition.each(visit));
    }
}

impl Names for Rule {
    fn each(&mut self, visit: Visit) {
        match self {
            Rule::Once { action, required: _, due, not_before } => {
                action.each(visit);
                due.each(visit);
                not_before.each(visit);
            }
            Rule::Schedule { action, steps, not_before } => {
                action.each(visit);
                steps.each(visit);
                not_before.each(visit);
            }
            Rule::Periodic { action, required: _, shares, disjoint: _, cycle, pro_rata: _, spread: _ } => {
                action.each(visit);
                shares.each(visit);
                cycle.each(visit);
            }
            Rule::Exchange {
                trigger,
                every: _,
                action,
                required: _,
                shares,
                disjoint: _,
                within: _,
                afterwards: _,
                matching: _,
                counted_on: _,
            } => {
                trigger.each(visit);
                action.each(visit);
                shares.each(visit);
            }
            Rule::Prohibition { action } | Rule::Answerable { action, for_result: _ } => action.each(visit),
            Rule::State { item, own: _, required, belonging, place, from, until, quiet } => {
                item.each(visit);
                required.each(visit);
                belonging.each(visit);
                place.iter_mut().for_each(|(_, zone)| zone.each(visit));
                from.each(visit);
                until.each(visit);
                quiet.each(visit);
            }
        }
    }
}

impl Names for Provision {
    fn each(&mut self, visit: Visit) {
        let Provision {
            id,
            label: _,
            kind: _,
            bearers,
            binding: _,
            clause: _,
            text: _,
            line: _,
            rule,
            while_,
            exceptions,
            verified_by,
            terms,
            assumptions: _,
        } = self;
        visit(Space::Provision, id);
        bearers.each(visit);
        rule.each(visit);
        while_.each(visit);
        exceptions.each(visit);
        verified_by.each(visit);
        terms.each(visit);
    }
}

impl Names for Exception {
    fn each(&mut self, visit: Visit) {
        let Exception { by, when, plea } = self;
        by.each(visit);
        when.each(visit);
        plea.each(visit);
    }
}

impl Names for Plea {
    fn each(&mut self, visit: Visit) {
        let Plea { ground, pleaded_within: _, judged_by, judged_within: _, unruled: _ } = self;
        ground.each(visit);
        judged_by.each(visit);
    }
}

impl Names for Terms {
    fn each(&mut self, visit: Visit) {
        let Terms {
            unless,
            counting: _,
            judged,
            manner: _,
            for_each,
            in_step,
            part_lot: _,
            made_up_with,
            quality,
            consequences,
            grades,
            disputes,
            subject_to,
            notwithstanding,
        } = self;
        unless.each(visit);
        judged.each(visit);
        if let Some((_, family)) = for_each {
            family.each(visit);
        }
        in_step.each(visit);
        made_up_with.each(visit);
        if let Some((_, judges)) = quality {
            judges.each(visit);
        }
        consequences.each(visit);
        if let Some((_, graders)) = grades {
            graders.each(visit);
        }
        disputes.each(visit);
        subject_to.iter_mut().chain(notwithstanding).for_each(|provision| visit(Space::Provision, provision));
    }
}

impl Names for InStep {
    fn each(&mut self, visit: Visit) {
        let InStep { with, first, starts } = self;
        visit(Space::Provision, with);
        first.each(visit);
        starts.each(visit);
    }
}

impl Names for Rung {
    fn each(&mut self, visit: Visit) {
        let Rung { before, brought_within: _, decided_within: _, final_: _ } = self;
        before.each(visit);
    }
}

impl Names for Consequence {
    fn each(&mut self, visit: Visit) {
        let Consequence { by, binding: _, suspension } = self;
        by.each(visit);
        suspension.each(visit);
    }
}

impl Names for Suspension {
    fn each(&mut self, visit: Visit) {
        let Suspension { act: _, target, whose, at_most: _, in_all: _, clocks_stop: _ } = self;
        target.each(visit);
        if let Whose::Of(who) = whose {
            who.each(visit);
        }
    }
}
