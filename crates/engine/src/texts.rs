//! The texts of an agreement: as it was first, and as each amendment left it (spec/meaning.md §8).
//!
//! Invariant: each list of texts is in an order in which their amendments can have taken effect, and every such order has its
//! list; where those are too many, there is one text with its amendments unmade.

use std::collections::BTreeSet;

use model::{
    Id, Instant,
    agreement::{Action, Agreement, Amendment, Change, Effective, Reading, Target},
};

use crate::{
    asked::Asked,
    entry, in_step,
    measure::{Evidence, Role},
    moments::{Moments, Start},
    touched::reached,
};

/// The text as an amendment left it, or as it was first.
pub struct Text {
    /// With all changes so far made.
    pub agreement: Agreement,
    /// The amendment that made the last of them, and when it took effect; none for the first text.
    pub last: Option<(Amendment, Moments)>,
}

impl Text {
    /// What the amendment that made it changed, and all that hangs on that.
    #[must_use]
    pub fn reached(&self) -> BTreeSet<Target> {
        let changes = self.last.iter().flat_map(|(amendment, _)| &amendment.changes);
        reached(&self.agreement, changes.map(|(target, _)| target.clone()))
    }
}

/// An amendment with the instants at which it can have taken effect.
#[derive(Clone)]
pub(crate) struct Made<'a> {
    /// It.
    pub amendment: &'a Amendment,
    /// When.
    pub effect: Moments,
}

/// More orders than this in which amendments can have taken effect are not told apart.
const ORDERS_MAX: usize = 24;

/// The texts of an agreement in each order in which its amendments can have taken effect by an instant. Where those are many,
/// they stay in the one text as they are.
#[must_use]
pub fn texts(agreement: &Agreement, evidence: &dyn Evidence, at: Instant) -> Vec<Vec<Text>> {
    let first = |agreement: Agreement| Text { agreement, last: None };
    let mut effects: Vec<(&Amendment, Moments)> =
        agreement.amendments.iter().map(|a| (a, effect(a, evidence, at))).collect();
    effects.retain(|(_, effect)| effect.possible_by(at));
    effects.sort_by_key(|(_, effect)| earliest(effect));
    let orders = orders(&effects);
    if orders.len() > ORDERS_MAX {
        return vec![vec![first(agreement.clone())]];
    }
    let plain = Agreement { amendments: Vec::new(), ..agreement.clone() };
    let in_order = |(start, made): (Agreement, Vec<Made<'_>>)| -> Vec<Text> {
        let mut texts = vec![first(start.clone())];
        let mut so_far = start;
        for Made { amendment, effect } in made {
            // The entry is settled by then.
            let mut rest = amendment.clone();
            rest.changes.retain(|(target, _)| *target != Target::Agreement);
            if !rest.changes.is_empty() {
                so_far = changed(&so_far, &rest);
                texts.push(Text { agreement: so_far.clone(), last: Some((rest, effect)) });
            }
        }
        texts.iter_mut().for_each(|text| in_step::start(&mut text.agreement));
        texts
    };
    let entered = |order: Vec<usize>| {
        let made = order.into_iter().map(|index| &effects[index]);
        let made = made.map(|(amendment, effect)| Made { amendment, effect: effect.clone() }).collect();
        entry::entries(&plain, made, evidence, at)
    };
    orders.into_iter().flat_map(entered).map(in_order).collect()
}

/// The text with what an amendment changes; what it removes is kept, for what it was before.
fn changed(text: &Agreement, amendment: &Amendment) -> Agreement {
    let made = |(_, change): &&(Target, Change)| *change != Change::Removed;
    text.read_as(&Reading {
        id: amendment.id.clone(),
        title: String::new(),
        contended_by: Vec::new(),
        source: String::new(),
        changes: amendment.changes.iter().filter(made).cloned().collect(),
    })
}

fn earliest(effect: &Moments) -> Option<Instant> {
    effect.spans.first().map(|span| span.first)
}

/// Each order in which amendments can have taken effect, as far as they are few: one goes before another that it surely came before.
fn orders(effects: &[(&Amendment, Moments)]) -> Vec<Vec<usize>> {
    let surely = |one: usize, other: usize| {
        let (own, its) = (&effects[one].1, &effects[other].1);
        // Of those of one instant, the one that the text has first.
        own.latest().is_some_and(|latest| Some(latest) <= earliest(its)) && (own != its || one < other)
    };
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    for next in 0..effects.len() {
        let mut longer = Vec::new();
        for order in &orders {
            // It is put in each place from which on none goes surely before it, and before which it goes surely before none.
            for place in 0..=order.len() {
                let (before, after) = order.split_at(place);
                if before.iter().all(|own| !surely(next, *own)) && after.iter().all(|own| !surely(*own, next))
                {
                    longer.push([before, &[next], after].concat());
                }
            }
        }
        orders = longer;
        if orders.len() > ORDERS_MAX {
            break;
        }
    }
    orders
}

/// When an amendment takes effect: from the instant that it names, the text itself saying who accepted it; or when the last
/// of those who have to accept it has.
fn effect(amendment: &Amendment, evidence: &dyn Evidence, at: Instant) -> Moments {
    if let Effective::From(instant) = amendment.effective {
        return Moments::at(instant).by(at);
    }
    let accepted = |party: &Id| {
        let by = std::slice::from_ref(party);
        let accept = Action {
            act: "accept".to_owned(),
            by: by.to_vec(),
            item: None,
            to: None,
            place: None,
            stage: None,
            under: Vec::new(),
        };
        let role = Role::Duty { bearers: by, verifiers: &[] };
        let asked = Asked::of(evidence.measure_about(&amendment.id, &accept, role));
        Moments::reaching_since(&asked.bounds, Start::at(amendment.agreed), model::Amount::LEAST, at)
    };
    let all = amendment.accepted_by.iter().map(accepted);
    all.reduce(|one, other| one.both(&other)).unwrap_or_else(Moments::never)
}
