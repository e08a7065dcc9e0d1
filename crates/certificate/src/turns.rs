//! When hinges turn, as a certificate shows it.
//!
//! Invariant: what is shown of a hinge is held against every leaf of its stream, and nothing stands there that is not needed.

use model::Instant;

use crate::{
    Fault, Opening,
    duty::{Leaves, each},
    hinges::{Hinge, Turn, Turned},
    path,
};

/// Between which instants each of some hinges turns, as the certificate shows it; of answers by reference, what is first reported.
pub(crate) fn turns(
    (hinges, openings): (&[Hinge], &[Opening]),
    leaves: &[Leaves],
    possible: Option<Option<Instant>>,
) -> Result<Vec<Turned>, Fault> {
    if hinges.len() != openings.len() || leaves.len() < hinges.len() {
        let why = "there has to be one for each kind of deed on which it hangs";
        return Err(Fault::new("proof.openings", why));
    }
    let each = hinges.iter().zip(openings).zip(leaves);
    let own = |((hinge, opening), leaves)| turn(hinge, opening, leaves, possible);
    each.map(own).collect()
}

fn turn(
    hinge: &Hinge,
    opening: &Opening,
    leaves: &Leaves,
    possible: Option<Option<Instant>>,
) -> Result<Turned, Fault> {
    let at = "proof.openings";
    let Opening { earliest, nothing_before, latest, something_by, no_more, spells, short_in } = opening;
    let turned = Turned::from(opening);
    let within = |window: (Instant, Instant), lower: bool, most: i64, steps: &[Vec<crate::Step>]| {
        each(steps, leaves, at, |steps, bounds| match lower {
            true => path::at_least(steps, bounds, window, hinge.amount, at),
            false => path::at_most(steps, bounds, window, most, at),
        })
    };
    let by = |until: Instant, lower: bool, steps: &[Vec<crate::Step>]| {
        within((hinge.from, until), lower, hinge.amount - 1, steps)
    };
    if !no_more.is_empty() && !matches!(hinge.turn, Turn::Exactly(_))
        || !spells.is_empty() && !matches!(hinge.turn, Turn::Spells(_))
        || short_in.is_some() && !matches!(hinge.turn, Turn::InEach(..))
    {
        return Err(Fault::new(at, "there is more than it needs"));
    }
    let of_one_instant = |when: Instant| match (*earliest, *latest) {
        (earliest, None) if earliest == when && nothing_before.is_empty() && something_by.is_empty() => {
            Ok(false)
        }
        (earliest, Some(latest)) if earliest == when && latest == when && nothing_before.is_empty() => {
            Ok(true)
        }
        (Instant::MAX, None) if something_by.is_empty() => Ok(false),
        _ => Err(Fault::new(at, "it turns at one instant, or never")),
    };
    match &hinge.turn {
        Turn::Short(last) => {
            // A breach comes with the end of the time or never.
            let end = last.next();
            match of_one_instant(end)? {
                true => by(end, false, something_by)?,
                false if *earliest == Instant::MAX => by(end, true, nothing_before)?,
                false => {}
            }
            return Ok(turned);
        }
        Turn::InEach(periods, when) => {
            if of_one_instant(*when)? {
                if something_by.len() != periods.len() * leaves.len() || short_in.is_some() {
                    return Err(Fault::new(at, "there have to be steps for each period and leaf"));
                }
                for (period, steps) in periods.iter().zip(something_by.chunks(leaves.len().max(1))) {
                    within(*period, true, 0, steps)?;
                }
            } else if *earliest == Instant::MAX {
                let period = short_in.and_then(|index| periods.get(index));
                let period = period.ok_or_else(|| Fault::new(at, "there is no such period"))?;
                within(*period, false, hinge.amount - 1, nothing_before)?;
            } else if short_in.is_some() {
                return Err(Fault::new(at, "there is more than it needs"));
            }
            return Ok(turned);
        }
        Turn::Exactly(last) => match latest {
            Some(_) => within((hinge.from, last.next()), false, hinge.amount, no_more)?,
            None if no_more.is_empty() => {}
            None => return Err(Fault::new(at, "there is more than it needs")),
        },
        Turn::Spells(_) => {
            if *opening != (Opening { spells: spells.clone(), ..Opening::from(hinge.from) }) {
                return Err(Fault::new(at, "of what is asked time by time there are spells alone"));
            }
            for spell in spells {
                within((spell.from, spell.until), spell.done, 0, &spell.steps)?;
            }
            return Ok(turned);
        }
        Turn::Reached => {}
    }
    if *earliest < hinge.from {
        return Err(Fault::new(at, "it counts from a later instant on"));
    }
    match possible {
        // One that nobody reported has another reference.
        Some(Some(first)) if *earliest <= first && nothing_before.is_empty() => {}
        Some(_) => return Err(Fault::new(at, "it may have come earlier, by what is reported")),
        None if *earliest > hinge.from => by(*earliest, false, nothing_before)?,
        None if nothing_before.is_empty() => {}
        None => return Err(Fault::new(at, "nothing has to be shown before it counts")),
    }
    match latest {
        Some(latest) => by(latest.next(), true, something_by)?,
        None if something_by.is_empty() => {}
        None => return Err(Fault::new(at, "it says by no instant")),
    }
    Ok(turned)
}
