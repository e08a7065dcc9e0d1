//! What forbidden deeds are ruled to have been: only those judged so count, and a plea that is accepted excuses
//! (spec/meaning.md §11).
//!
//! Invariant: a deed of which nobody has ruled, and may still, gives no floor and keeps its ceiling.

use std::collections::BTreeSet;

use jiff::ToSpan;
use model::{
    Amount, Id, Instant, Period,
    agreement::{Action, Clock, Exception, Judgement, Plea, Provision, Unruled},
    decision::Verdict,
};

use crate::{
    conditions::{Context, NotComputed},
    instance::Deadline,
    measure::{Account, Event, Measure, Pleaded},
    settled::may,
    signal::Truth,
};

/// What is taken to be so of what nobody has ruled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unjudged {
    /// Either.
    Open,
    /// It counts as a violation.
    Counts,
    /// It counts for nothing.
    CountsNot,
}

impl Unjudged {
    fn of(self, counts: Truth) -> Truth {
        match (counts, self) {
            (Truth::Perhaps, Unjudged::Counts) => Truth::Yes,
            (Truth::Perhaps, Unjudged::CountsNot) => Truth::No,
            (known, _) => known,
        }
    }
}

/// Takes out of forbidden deeds what rulings say that they were not, and what is pleaded and accepted.
///
/// # Errors
/// For a judgement that is not declared.
pub(crate) fn settle(
    context: &Context<'_>,
    provision: &Provision,
    own: &Action,
    measure: &mut Measure,
    unjudged: Unjudged,
) -> Result<(), NotComputed> {
    if let Some(id) = &provision.terms.judged {
        let found = context.agreement.judgements.iter().find(|judgement| judgement.id == *id);
        let judgement =
            found.ok_or_else(|| NotComputed(format!("the judgement {id}, which is not declared")))?;
        judge(context, provision, judgement, measure, unjudged);
    }
    for exception in &provision.exceptions {
        if let Some(plea) = &exception.plea {
            excuse_pleaded(context, provision, (exception, plea), own, measure, unjudged);
        }
    }
    Ok(())
}

/// Only what is judged so counts.
fn judge(
    context: &Context<'_>,
    provision: &Provision,
    judgement: &Judgement,
    measure: &mut Measure,
    unjudged: Unjudged,
) {
    let counts = |claim: &Id, reference: Option<&String>, period: &Period| {
        let names = |target: &Id| target == claim || Some(target) == reference;
        let ruled = ruled(context, provision, &judgement.id, &judgement.by, names);
        let late = judgement.within.is_some_and(|clock| context.is_over(clock, period.last));
        unjudged.of(match ruled {
            Some(so) => Truth::of(so, so),
            None if late => unruled(judgement.unruled),
            None => Truth::Perhaps,
        })
    };
    let mut open = Vec::new();
    for account in &mut measure.accounts {
        for event in &mut account.events {
            let truth = counts(&event.claim, event.reference.as_ref(), &event.period);
            weigh(event, truth, measure.corroboration, &mut open);
        }
        for tally in &mut account.tallies {
            // Of a total nobody can say how much of it is what is judged, unless all of it is.
            if counts(&tally.claim, None, &tally.period) != Truth::Yes {
                tally.floor = None;
            }
        }
    }
    measure.denials.extend(open);
    // Deeds that nobody has reported count no more once the time to rule is over, if it is then not so.
    let over = judgement.within.filter(|_| judgement.unruled == Unruled::NotSo);
    if let Some(last) = over.and_then(|clock| context.last_over(clock)) {
        measure.accounts.push(nothing_unreported(measure.accounts.len(), last));
    }
}

/// What is pleaded in time by the one who did it, and not refused, is excused.
fn excuse_pleaded(
    context: &Context<'_>,
    provision: &Provision,
    (exception, plea): (&Exception, &Plea),
    own: &Action,
    measure: &mut Measure,
    unjudged: Unjudged,
) {
    let of_ground = |pleaded: &&Pleaded| {
        pleaded.ground.as_ref().is_none_or(|ground| *ground == plea.ground)
            && pleaded.provision.as_ref().is_none_or(|id| *id == provision.id)
    };
    let pleas = context.evidence.pleas();
    let pleas: Vec<&Pleaded> = pleas.iter().filter(of_ground).collect();
    if pleas.is_empty() {
        return;
    }
    let pleaded_in_time = |pleaded: &Pleaded, period: &Period| {
        let last = |deed: Instant| context.clock(plea.pleaded_within).last(deed);
        Truth::of(pleaded.at <= last(period.last), pleaded.at <= last(period.first))
    };
    let theirs = |pleaded: &Pleaded, event: &Event| {
        let did = |doer: &Id| pleaded.by.contains(doer);
        // One of several who may have done it, or did it together, pleads for himself.
        let bound = |doer: &Id| own.by.is_empty() || own.by.contains(doer);
        let possible = match event.by.is_empty() {
            true => pleaded.by.iter().any(bound),
            false => event.by.iter().any(|doer| bound(doer) && did(doer)),
        };
        let all = !event.by.is_empty() && event.by.iter().filter(|doer| bound(doer)).all(did);
        let named = exception.by.is_empty() || event.by.iter().any(|doer| exception.by.contains(doer));
        Truth::of(possible && named, all && named)
    };
    let excused = |event: &Event| {
        let about = |pleaded: &&&Pleaded| {
            pleaded.about.contains(&event.claim)
                || event.reference.as_ref().is_some_and(|r| pleaded.references.contains(r))
        };
        let each = pleas.iter().filter(about).map(|pleaded| {
            let named = |target: &Id| {
                *target == event.claim || *target == pleaded.claim || Some(target) == event.reference.as_ref()
            };
            let ruled = ruled(context, provision, &plea.ground, &plea.judged_by, named);
            let accepted = match ruled {
                Some(so) => Truth::of(so, so),
                None if context.is_over(plea.judged_within, pleaded.at) => unruled(plea.unruled),
                None => Truth::Perhaps,
            };
            let accepted = unjudged.of(accepted.opposite()).opposite();
            accepted.min(pleaded_in_time(pleaded, &event.period)).min(theirs(pleaded, event))
        });
        each.max().unwrap_or(Truth::No)
    };
    let mut open = Vec::new();
    for account in &mut measure.accounts {
        for event in &mut account.events {
            weigh(event, excused(event).opposite(), measure.corroboration, &mut open);
        }
        // Of a total nobody can say which of its deeds were pleaded.
        account.tallies.iter_mut().for_each(|tally| tally.floor = None);
    }
    measure.denials.extend(open);
}

/// What a deed gives that counts, does not, or may.
pub(crate) fn weigh(event: &mut Event, counts: Truth, corroboration: bool, open: &mut Vec<(Id, Id)>) {
    match counts {
        Truth::Yes => {}
        Truth::No => (event.floor, event.high) = (Amount::ZERO, Some(Amount::ZERO)),
        Truth::Perhaps if corroboration => event.floor = Amount::ZERO,
        // It may have been a violation or none, as where somebody denies it; whoever was silent about it may be right or not.
        Truth::Perhaps => open.push((event.claim.clone(), event.claim.clone())),
    }
}

/// What was last ruled of something, by one whose word counts.
fn ruled(
    context: &Context<'_>,
    provision: &Provision,
    judgement: &Id,
    by: &[Id],
    named: impl Fn(&Id) -> bool,
) -> Option<bool> {
    let rulings = context.evidence.decisions().iter().rev().filter_map(|decision| match &decision.verdict {
        Verdict::Ruling(ruling)
            if decision.targets.iter().any(&named)
                && ruling.is_about(judgement, &decision.targets)
                && ruling.provision.as_ref().is_none_or(|id| *id == provision.id)
                && may(by, decision) =>
        {
            ruling.outcome.settles()
        }
        _ => None,
    });
    rulings.into_iter().next()
}

fn unruled(unruled: Unruled) -> Truth {
    match unruled {
        Unruled::So => Truth::Yes,
        Unruled::NotSo => Truth::No,
        Unruled::Open => Truth::Perhaps,
    }
}

/// That nothing happened up to an instant but what somebody reports.
fn nothing_unreported(accounts: usize, last: Instant) -> Account {
    Account {
        source: Id::new(),
        origin: String::new(),
        events: Vec::new(),
        tallies: Vec::new(),
        silences: vec![Period { first: Instant::MIN, last }],
        group: (0..accounts).collect(),
        silence_alone: true,
        silence_counts: true,
    }
}

impl Context<'_> {
    fn clock(&self, clock: Clock) -> Deadline {
        match clock {
            Clock::Hours(length) => Deadline::After(length),
            Clock::Days(days) => Deadline::EndOfDay(days, self.agreement.timezone.clone()),
        }
    }

    /// Whether a time that runs from an instant is over at the instant asked about.
    fn is_over(&self, clock: Clock, from: Instant) -> bool {
        from < Instant::MAX && self.clock(clock).last(from) < self.at
    }

    /// The last instant from which such a time is over.
    fn last_over(&self, clock: Clock) -> Option<Instant> {
        match clock {
            Clock::Hours(length) => Some((self.at - length).previous()),
            Clock::Days(days) => {
                let zone = &self.agreement.timezone;
                let day = self.at.date(zone).checked_sub(i64::from(days).days()).ok()?;
                Some(Instant::start_of(day, zone).previous())
            }
        }
    }
}

/// Whether rulings can decide whether deeds count.
pub(crate) fn is_judged(provision: &Provision) -> bool {
    provision.terms.judged.is_some() || provision.exceptions.iter().any(|e| e.plea.is_some())
}

/// The reasons for doubt, where some of it is that nobody has ruled: what a deed counts for either way leaves other doubt.
pub(crate) fn reasons(either_way: [Vec<String>; 2], differs: bool) -> Vec<String> {
    let unjudged = differs.then(|| "unjudged".to_owned());
    let all: BTreeSet<String> = either_way.into_iter().flatten().chain(unjudged).collect();
    all.into_iter().collect()
}
