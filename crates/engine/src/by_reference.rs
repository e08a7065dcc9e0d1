//! Answers that are matched by reference: one instance for each reference of a trigger's deed.
//!
//! Invariant: the evidence is walked once and sorted by reference; an instance is looked at through its own part of it.

use std::{collections::BTreeSet, rc::Rc};

use model::{
    Amount, Duration, Id, Instant, Period, Status, StatusSet,
    agreement::{Action, Provision, Required, Rule},
};

use crate::{
    asked::Asked,
    binding::{Bound, bound},
    conditions::{Context, NotComputed},
    exchange::trigger_of,
    instance::CountFrom,
    measure::Role,
    moments::Moments,
    need::Need,
    outcome::{Outcome, Row},
    parts::Parts,
    references::{Kept, References},
    schedule::{key_of, push},
    scope::Scope,
    signal::Truth,
    term::Term,
};

/// The key of the instance that stands for all that nobody reported.
pub const UNREPORTED: &str = "unreported";

/// An answer for each reference.
///
/// # Errors
/// When its scope is not computed.
pub fn by_reference(context: &Context<'_>, provision: &Provision) -> Result<Outcome, NotComputed> {
    let Rule::Exchange { trigger, action, required, within, afterwards, shares, counted_on, .. } =
        &provision.rule
    else {
        return Err(NotComputed("no answers by reference".to_owned()));
    };
    let (from, at) = (context.entered()?, context.at);
    let scope = context.scope(&provision.while_, provision.terms.unless.as_ref())?;
    let trigger = trigger_of(context, provision, trigger, *counted_on);
    let role = Role::Duty { bearers: &trigger.by, verifiers: &provision.verified_by };
    let triggers = References::of(context.evidence.measure(&trigger, role));
    let of = |action: &Action, by: &[Id]| {
        let own = Action { by: by.to_vec(), ..action.clone() };
        let role = Role::Duty { bearers: by, verifiers: &provision.verified_by };
        References::of(context.evidence.measure(&own, role))
    };
    let answers = bound(provision, |by| of(action, by));
    let parts_of = |who: Option<&Id>| -> Vec<References> {
        let by = who.map_or(provision.bearers.as_slice(), std::slice::from_ref);
        shares.iter().map(|share| of(&share.action, by)).collect()
    };
    let parts = answers.iter().map(|own| parts_of(own.who.as_ref())).collect();
    let (need, within) = (Need::plain(Required::AtLeast(*required)), *within);
    let asking =
        Asking { context, provision, within, need, afterwards: *afterwards, from, bound: &answers, parts };
    let mut outcome = Outcome::default();
    for reference in triggers.names() {
        let asked = Asked::of(triggers.part(Kept::Reference(reference), None));
        // All that is reported under one reference is one deed: it was done when some report says so.
        let told: Vec<Period> =
            asked.measure.accounts.iter().flat_map(|of| of.events.iter().map(|e| e.period)).collect();
        let opens = opening(&asked, &scope, (from, at)).within(&told);
        let part = |own: &References| Rc::new(Asked::of(own.part(Kept::Reference(reference), None)));
        asking.add(&mut outcome, reference, &asked, opens, part)?;
    }
    let known: BTreeSet<&str> = triggers.names().collect();
    // One that carries no reference is an instance of its own, unless another report is of the same.
    let first_loose = outcome.rows.len();
    for (index, (claim, may_be_another)) in triggers.loose().into_iter().enumerate() {
        let asked = Asked::of(triggers.part(Kept::Claim(&claim), None));
        let mut opens = opening(&asked, &scope, (from, at));
        opens.never |= may_be_another;
        let part = |own: &References| Rc::new(Asked::of(own.part(Kept::Nothing, Some(&known))));
        asking.add(&mut outcome, &format!("#{}", index + 1), &asked, opens, part)?;
    }
    // Only what may have been in scope makes an instance.
    let unobserved = triggers.unobserved(Period::closed(from, at));
    let in_scope = |period: &Period| -> Vec<Period> {
        let cells = scope.holds.cells_in(period).filter(|(_, truth)| truth.possible());
        cells.map(|(cell, _)| cell).collect()
    };
    let open: Vec<Period> = unobserved.iter().flat_map(in_scope).collect();
    let open_is_empty = open.is_empty();
    if !open_is_empty {
        let opens = Moments { spans: open, never: true };
        let part = |own: &References| Rc::new(Asked::of(own.part(Kept::Nothing, None)));
        let asked = Asked::of(triggers.part(Kept::Nothing, None));
        asking.add(&mut outcome, UNREPORTED, &asked, opens, part)?;
    }
    let certain =
        |row: &Row| row.answer.window.from.is_some() && !row.answer.status.contains(Status::Inactive);
    let sure = open_is_empty && outcome.rows[first_loose..].iter().all(|(_, row)| certain(row));
    if first_loose < outcome.rows.len() && (!sure || triggers.disorderly()) {
        mix(&mut outcome.rows[first_loose..], at);
    }
    let loose = answers.iter().any(|own| own.whole.has_loose()) || triggers.has_loose();
    // An answer that nobody reported may carry any reference, or none.
    let unseen = |own: &Bound<References>| !own.whole.unobserved(Period::closed(from, at)).is_empty();
    let settled = outcome.rows.iter().all(|(_, row)| row.answer.status.len() == 1);
    let plain = shares.is_empty() && !loose && !answers.iter().any(unseen);
    outcome.exact &= scope.whole() && (plain || settled);
    Ok(outcome)
}

/// What is common to all instances.
struct Asking<'a> {
    context: &'a Context<'a>,
    provision: &'a Provision,
    within: Option<Duration>,
    need: Need,
    afterwards: bool,
    from: Instant,
    bound: &'a [Bound<References>],
    /// What there is of each part of an answer, for each who owes it.
    parts: Vec<Vec<References>>,
}

impl Asking<'_> {
    fn add(
        &self,
        outcome: &mut Outcome,
        key: &str,
        trigger: &Asked,
        opens: Moments,
        part: impl Fn(&References) -> Rc<Asked>,
    ) -> Result<(), NotComputed> {
        let (at, need) = (self.context.at, self.need);
        let owing: Vec<_> = self.bound.iter().map(|own| own.map(&part)).collect();
        let Rule::Exchange { shares, required, disjoint, .. } = &self.provision.rule else { return Ok(()) };
        let count_from = if self.afterwards { CountFrom::Opening } else { CountFrom::Fixed(self.from) };
        for (doers, parts) in owing.iter().zip(&self.parts) {
            let asked = parts.iter().map(&part).collect();
            let parts = Parts::among(self.context, shares, *disjoint, *required, asked);
            let term = Term {
                key: key_of(key, doers, &owing),
                doers: doers.clone(),
                duty: self.context.answer(self.provision, &opens, [].iter(), self.within, count_from)?,
                shown_from: None,
                need: Box::new(move |_| need),
                used: Amount::ZERO,
                own: None,
                rest: Vec::new(),
                levels: Vec::new(),
                turns: Vec::new(),
                parts: parts.as_ref().map(|parts| parts.in_order(1, self.from)),
            };
            push(self.context, self.provision, outcome, &term);
            if let Some((_, row)) = outcome.rows.last_mut() {
                let seen = Period { first: self.from, last: at.max(self.from) };
                row.answer.evidence.extend(trigger.measure.claims_in(&seen));
                row.answer.evidence.sort();
                row.answer.evidence.dedup();
                if row.answer.status.len() > 1 && trigger.bounds.contested(self.from, at.next()) {
                    row.answer.why.push("contested".to_owned());
                    row.answer.why.sort();
                    row.answer.why.dedup();
                }
            }
        }
        outcome.note(trigger, &self.provision.id);
        Ok(())
    }
}

/// Where it is in doubt which of those without a reference is the k-th, each may stand as any of them.
fn mix(rows: &mut [(Id, Row)], at: Instant) {
    let sets = rows.iter().flat_map(|(_, row)| row.timeline.iter().map(|(_, set)| *set));
    let any = sets.chain(rows.iter().map(|(_, row)| row.answer.status)).fold(StatusSet::EMPTY, StatusSet::or);
    for (_, row) in rows.iter_mut().filter(|(_, row)| !row.answer.key.ends_with(UNREPORTED)) {
        row.each_set(at, &|_, _| any.or(StatusSet::only(Status::Inactive)));
    }
}

/// When a trigger can first have come about in scope.
fn opening(asked: &Asked, scope: &Scope, (from, at): (Instant, Instant)) -> Moments {
    let first = Moments::reaching(&asked.bounds, from, Amount::LEAST, at);
    if scope.whole() && scope.opens.certain_by(from) {
        return first;
    }
    // Out of scope it made no instance, and a later deed of the same may have.
    let mut result = Moments { spans: Vec::new(), never: first.never };
    let later = first.spans.first().and_then(|span| Period::closed(span.first, at));
    for span in later.iter() {
        for (cell, truth) in scope.holds.cells_in(span) {
            match truth {
                Truth::No => result.never = true,
                truth => {
                    let may = first.spans.iter().filter_map(|own| own.and(&cell));
                    let again = asked.bounds.views(&[cell.first.max(from), cell.last.next().min(at.next())]);
                    let moved =
                        again.iter().any(|view| view.high(0, 1).is_none_or(|high| high > Amount::ZERO));
                    let own: Vec<Period> = if moved { vec![cell] } else { may.collect() };
                    result = result.or(&Moments { spans: own, never: true });
                    result.never |= truth == Truth::Perhaps;
                }
            }
        }
    }
    // Where every instant at which it can first have come about is in scope for certain, it is that.
    let inside = |span: &Period| scope.holds.cells_in(span).all(|(_, truth)| truth == Truth::Yes);
    if first.spans.iter().all(inside) { first } else { Moments { never: true, ..result } }
}
