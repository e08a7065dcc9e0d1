//! How claims and coverage stand to what a provision asks about (spec/worlds.md §1).
//!
//! Invariant: an attribute that a pattern leaves open never speaks against a claim or a cap; a coverage must then
//! leave it open too, but for its area.

use std::collections::BTreeSet;

use model::{
    Id, Period,
    agreement::{Action, Agreement, Where},
    claim::{Claim, Doers, Kind, Named, Observed},
    source::{Coverage, Source},
    vocabulary::is_act,
};

use crate::{
    Case,
    ground::{self, place_fit},
};

/// How a claim fits a pattern. The greater is the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    Fits,
    May,
    Not,
}

/// Whether a claim says something of its own: one that denies or retracts does not.
pub(crate) fn says_own(claim: &Claim) -> bool {
    claim.denies.is_empty() && claim.retracts.is_none()
}

/// How a claim that says something of its own fits a pattern.
pub(crate) fn fit(case: &Case<'_>, action: &Action, claim: &Claim) -> Fit {
    let agreement = case.agreement;
    let speaks = matches!(claim.kind, Kind::Event | Kind::Tally)
        && claim.act.as_deref().is_some_and(|said| is_act(said, &action.act) || is_act(&action.act, said))
        && says_own(claim)
        && measured(agreement, action, claim);
    if !speaks {
        return Fit::Not;
    }
    // A claim of a wider act may be of this one.
    let narrow = claim.act.as_deref().is_some_and(|said| is_act(said, &action.act));
    let parts = [
        if narrow { Fit::Fits } else { Fit::May },
        item_fit(agreement, action, claim),
        doer_fit(&action.by, claim),
        receiver_fit(action, claim),
        place_fit(case, action.place.as_ref(), claim),
        stage_fit(action, claim),
    ];
    parts.into_iter().max().unwrap_or(Fit::Fits)
}

/// The one reason why a claim does not fit a pattern, or only may: the first attribute in which it does not.
pub(crate) fn misfit(case: &Case<'_>, action: &Action, claim: &Claim) -> Option<&'static str> {
    let agreement = case.agreement;
    let place = place_fit(case, action.place.as_ref(), claim);
    let said = claim.act.as_deref();
    let speaks = said.is_some_and(|said| is_act(said, &action.act) || is_act(&action.act, said));
    let narrow = said.is_some_and(|said| is_act(said, &action.act));
    [
        (!matches!(claim.kind, Kind::Event | Kind::Tally), "no report of deeds"),
        (!speaks, "another act"),
        (!says_own(claim), "a denial or a withdrawal"),
        (!measured(agreement, action, claim), "another measure"),
        (!narrow, "perhaps another act"),
        (item_fit(agreement, action, claim) == Fit::Not, "another item"),
        (doer_fit(&action.by, claim) == Fit::Not, "other doers"),
        (receiver_fit(action, claim) == Fit::Not, "other receivers"),
        (stage_fit(action, claim) == Fit::Not, "another stage"),
        (place == Fit::Not, "another place"),
        (item_fit(agreement, action, claim) == Fit::May, "perhaps another item"),
        (doer_fit(&action.by, claim) == Fit::May, "perhaps other doers"),
        (receiver_fit(action, claim) == Fit::May, "perhaps other receivers"),
        (place == Fit::May, "perhaps another place"),
    ]
    .into_iter()
    .find_map(|(misfits, why)| misfits.then_some(why))
}

/// A unit that the item is or narrows says nothing; any other is a measure and must be what the pattern
/// counts.
fn measured(agreement: &Agreement, action: &Action, claim: &Claim) -> bool {
    let Some(unit) = claim.amount.as_ref().and_then(|amount| amount.unit.as_ref()) else { return true };
    claim.item.as_ref().is_some_and(|item| agreement.is(item, unit)) || action.item.as_ref() == Some(unit)
}

fn item_fit(agreement: &Agreement, action: &Action, claim: &Claim) -> Fit {
    match (&action.item, &claim.item) {
        (None, _) => Fit::Fits,
        (Some(wanted), Some(said)) if agreement.is(said, wanted) => Fit::Fits,
        // A word that nobody declares may mean anything.
        (Some(_), Some(said)) if !agreement.knows_item(said) => Fit::May,
        (Some(wanted), Some(said)) if !agreement.is(wanted, said) => Fit::Not,
        _ => Fit::May,
    }
}

/// How the doers that a claim names stand to a list of doers.
pub(crate) fn doer_fit(wanted: &[Id], claim: &Claim) -> Fit {
    let among = |named: &Named| named.party.as_ref().is_some_and(|party| wanted.contains(party));
    if wanted.is_empty() || (!claim.by.is_empty() && claim.by.iter().all(among)) {
        return Fit::Fits;
    }
    let unknown = claim.by.is_empty() || claim.by.iter().any(|named| named.party.is_none());
    let some = claim.by.iter().any(among);
    match claim.by_mode {
        Doers::Joint if some => Fit::Fits,
        _ if unknown || some => Fit::May,
        _ => Fit::Not,
    }
}

/// Whether two reports may tell of what one of those did whom both name.
pub(crate) fn may_share_doer(one: &Claim, other: &Claim) -> bool {
    let unknown = |claim: &Claim| claim.by.is_empty() || claim.by.iter().any(|named| named.party.is_none());
    unknown(one)
        || unknown(other)
        || one.by.iter().any(|named| other.by.iter().any(|o| o.party == named.party))
}

fn receiver_fit(action: &Action, claim: &Claim) -> Fit {
    let Some(wanted) = &action.to else { return Fit::Fits };
    let is = |named: &Named| named.party.as_ref() == Some(wanted);
    if claim.to.is_empty() || claim.to.iter().any(|named| named.party.is_none()) {
        Fit::May
    } else if claim.to.iter().all(is) {
        Fit::Fits
    } else if claim.to.iter().any(is) {
        Fit::May
    } else {
        Fit::Not
    }
}

fn stage_fit(action: &Action, claim: &Claim) -> Fit {
    let said = claim.amount.as_ref().and_then(|amount| amount.stage.as_ref());
    match (&action.stage, said) {
        (Some(wanted), Some(said)) if wanted != said => Fit::Not,
        _ => Fit::Fits,
    }
}

/// Whether a tally's scope is the pattern's or wider, so that its high bounds the pattern from above.
pub(crate) fn spans(case: &Case<'_>, action: &Action, claim: &Claim, source: &Source) -> bool {
    let agreement = case.agreement;
    let item = match (&action.item, &claim.item) {
        (Some(wanted), Some(said)) => agreement.is(wanted, said),
        (wanted, _) => wanted.is_none(),
    };
    let named = |list: &[Named]| list.iter().map(|named| named.party.clone()).collect::<BTreeSet<_>>();
    let all = |list: &[Id]| list.iter().cloned().map(Some).collect::<BTreeSet<_>>();
    let doer = claim.by.is_empty() || named(&claim.by) == all(&action.by);
    let receiver =
        action.to.is_none() || claim.to.is_empty() || named(&claim.to) == all(action.to.as_slice());
    let said = claim.amount.as_ref();
    // What is contained in another figure may be less than all.
    let scoped = said.is_some_and(|amount| amount.scope.is_some()) || claim.written.contains_key("part_of");
    let mut views = source.covers.iter().filter(|entry| sees(agreement, action, entry)).peekable();
    let partial = views.peek().is_some() && views.all(|entry| entry.scope.is_some());
    item && doer && receiver && !scoped && !partial && ground::spans(case, action.place.as_ref(), claim)
}

/// Whether an entry of coverage is about the act and the item.
fn sees(agreement: &Agreement, action: &Action, entry: &Coverage) -> bool {
    let item =
        || action.item.as_ref().is_some_and(|wanted| entry.items.iter().any(|i| agreement.is(wanted, i)));
    (entry.acts.is_empty() || entry.acts.iter().any(|act| is_act(&action.act, act)))
        && (entry.items.is_empty() || item())
}

/// Whether an entry of coverage reaches all that a pattern speaks of.
pub(crate) fn covers(case: &Case<'_>, action: &Action, entry: &Coverage) -> bool {
    // Coverage of some is not coverage of all where the pattern leaves that open.
    let reaches = |list: &[Id], wanted: &[Id]| {
        list.is_empty() || !wanted.is_empty() && wanted.iter().all(|one| list.contains(one))
    };
    let area = match (&entry.area, &action.place) {
        (Some(_), Some((Where::Outside, _))) => false,
        (Some(area), Some((_, wanted))) => ground::zone_in(case.grounds, wanted, &entry.period, area),
        _ => true,
    };
    sees(case.agreement, action, entry)
        && reaches(&entry.by, &action.by)
        && reaches(&entry.to, action.to.as_slice())
        && reaches(&entry.stages, action.stage.as_slice())
        && area
        && entry.scope.is_none()
        && entry.counters.is_empty()
}

/// What a live claim of coverage takes away from a source's silence about an act.
pub(crate) fn taken_away(claim: &Claim, source: &Source, action: &Action) -> Option<Period> {
    let of = claim.about_source.as_ref().unwrap_or(&claim.source);
    let blind = matches!(claim.observed, Some(Observed::Suspended | Observed::Partial));
    let act = claim.act.as_deref().is_none_or(|act| is_act(act, &action.act) || is_act(&action.act, act));
    (claim.kind == Kind::Coverage && blind && act && *of == source.id).then_some(claim.occurred).flatten()
}
