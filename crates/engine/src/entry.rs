//! Amendments of the entry into force: with which entry the texts of an agreement begin (spec/meaning.md §8).
//!
//! Invariant: an agreement that was in force stays so, and none enters into force before what says that it does.

use model::{
    Instant, Period,
    agreement::{Agreement, Change},
};

use crate::{conditions::Context, measure::Evidence, moments::Moments, texts::Made};

/// Each way in which some amendments, taken in this order, leave the entry into force: the first text with that entry, and when each of
/// them then took effect.
pub(crate) fn entries<'a>(
    first: &Agreement,
    made: Vec<Made<'a>>,
    evidence: &dyn Evidence,
    at: Instant,
) -> Vec<(Agreement, Vec<Made<'a>>)> {
    let mut ways = vec![(first.clone(), made)];
    let count = ways[0].1.len();
    for index in 0..count {
        ways = ways.into_iter().flat_map(|way| split(way, index, evidence, at)).collect();
    }
    ways
}

/// With one amendment in time to change the entry, and with the same one too late for that; only what can be.
fn split<'a>(
    (text, made): (Agreement, Vec<Made<'a>>),
    index: usize,
    evidence: &dyn Evidence,
    at: Instant,
) -> Vec<(Agreement, Vec<Made<'a>>)> {
    let Some(instant) = new_entry(&made[index]) else { return vec![(text, made)] };
    let effect = &made[index].effect;
    // Nothing is known of an entry that is not computed.
    let (earliest, latest) = match Context::new(&text, evidence, at).entry() {
        Ok(entry) if !entry.never => {
            let earliest = entry.spans.first().map_or(Instant::MIN, |span| span.first);
            (earliest, entry.latest().unwrap_or(Instant::MAX))
        }
        Ok(entry) => (entry.spans.first().map_or(Instant::MAX, |span| span.first), Instant::MAX),
        Err(_) => (Instant::MIN, Instant::MAX),
    };
    let spans = |from: Instant, to: Instant| -> Vec<Period> {
        let range = Period { first: from, last: to };
        effect.spans.iter().filter_map(|span| span.and(&range)).collect()
    };
    let in_time = Moments { spans: spans(Instant::MIN, instant.min(latest)), never: false };
    let late_from = if instant < earliest { instant.next() } else { earliest.next() };
    let too_late = Moments { spans: spans(late_from, Instant::MAX), never: effect.never };
    let mut ways = Vec::new();
    if !in_time.spans.is_empty() {
        let mut text = text.clone();
        (text.in_force, text.entry) = (instant, None);
        ways.push(with(text, &made, index, in_time));
    }
    if !too_late.spans.is_empty() || too_late.never {
        ways.push(with(text, &made, index, too_late));
    }
    ways
}

fn with<'a>(text: Agreement, made: &[Made<'a>], index: usize, effect: Moments) -> (Agreement, Vec<Made<'a>>) {
    let mut made = made.to_vec();
    made[index].effect = effect;
    (text, made)
}

/// The entry that an amendment gives; none where it leaves it.
fn new_entry(made: &Made<'_>) -> Option<Instant> {
    made.amendment.changes.iter().find_map(|(_, change)| match change {
        Change::InForce(instant) => Some(*instant),
        _ => None,
    })
}
