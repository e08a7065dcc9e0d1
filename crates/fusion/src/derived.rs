//! Zones that are drawn from others: where a claim lies in relation to them, as far as the others tell.
//!
//! Invariant: inside or outside only where that follows; what the others leave open, and what is held as a map has it, is
//! unknown.

use model::{
    Amount, Id, Period,
    agreement::{Agreement, Derived},
    place::{Ground, Place, Within},
};

use crate::place::{distance, drawn};

/// Zones drawn from zones drawn from others deeper than this are not followed.
const DEPTH_MAX: usize = 8;
/// Distances are exact to this share of themselves.
const SHARE_SURE: f64 = 0.005;

/// How a claim's place stands to a zone while its act may have happened.
#[must_use]
pub fn within(
    agreement: &Agreement,
    place: Option<&Place>,
    during: &Period,
    zone: &str,
    grounds: &[Ground],
) -> Within {
    Land { agreement, during, grounds }.within(place, zone, 0)
}

struct Land<'a> {
    agreement: &'a Agreement,
    during: &'a Period,
    grounds: &'a [Ground],
}

impl Land<'_> {
    fn within(&self, place: Option<&Place>, zone: &str, depth: usize) -> Within {
        let told = drawn(place, self.during, zone, self.grounds);
        if told != Within::Unknown || depth == DEPTH_MAX {
            return told;
        }
        let Some(place) = place.filter(|place| place.other.is_empty()) else { return told };
        match self.derived(zone) {
            Some(derived) => match self.in_derived(place, derived, depth + 1) {
                // A point outside the zone that the claim names: one of the two is wrong.
                Within::Outside if place.zone.as_deref() == Some(zone) => Within::Unknown,
                told => told,
            },
            None => self.of_derived(place, zone, depth + 1),
        }
    }

    fn derived(&self, zone: &str) -> Option<&Derived> {
        self.agreement.zones.iter().find(|z| z.id == zone).and_then(|z| z.derived.as_ref())
    }

    /// Somewhere in relation to a zone that is drawn from others.
    fn in_derived(&self, place: &Place, derived: &Derived, depth: usize) -> Within {
        let at = |zone: &Id| self.within(Some(place), zone, depth);
        match derived {
            Derived::Union(all) => all_or_any(all.iter().map(at)),
            Derived::Without(whole, hole) => match (at(whole), at(hole)) {
                (Within::Outside, _) | (_, Within::Inside) => Within::Outside,
                (Within::Inside, Within::Outside) => Within::Inside,
                _ => Within::Unknown,
            },
            Derived::Widened { zone, metres } => match at(zone) {
                Within::Inside => Within::Inside,
                _ => self.near(place, zone, *metres),
            },
            Derived::Near { metres, of, side } => match (self.near(place, of, *metres), side) {
                (Within::Inside, Some(_)) => Within::Unknown,
                (told, _) => told,
            },
            Derived::Held { .. } => Within::Unknown,
        }
    }

    /// A claim that names a zone drawn from others, in relation to another.
    fn of_derived(&self, place: &Place, zone: &str, depth: usize) -> Within {
        let named = place.zone.as_deref().filter(|_| place.lat.is_none());
        let Some(derived) = named.and_then(|named| self.derived(named)) else { return Within::Unknown };
        let of = |part: &Id| {
            let there = Place { zone: Some(part.clone()), ..Place::default() };
            self.within(Some(&there), zone, depth)
        };
        match derived {
            Derived::Union(parts) => {
                let mut parts = parts.iter().map(of);
                let first = parts.next().unwrap_or(Within::Unknown);
                if parts.all(|part| part == first) { first } else { Within::Unknown }
            }
            // What is a part of something lies where all of that does.
            Derived::Without(whole, _) => of(whole),
            _ => Within::Unknown,
        }
    }

    /// Whether a disk lies within a distance of a zone, with what distances on a plane leave open.
    fn near(&self, place: &Place, zone: &str, metres: Amount) -> Within {
        let Some((nearest, farthest)) = distance(place, self.during, zone, self.grounds) else {
            return Within::Unknown;
        };
        #[expect(clippy::cast_precision_loss, reason = "metres of a belt fit in 53 bits")]
        let wanted = metres.0 as f64 / 1e6;
        match () {
            () if farthest * (1.0 + SHARE_SURE) + 0.001 <= wanted => Within::Inside,
            () if nearest * (1.0 - SHARE_SURE) - 0.001 > wanted => Within::Outside,
            () => Within::Unknown,
        }
    }
}

/// In any of them it is inside; outside only of all.
fn all_or_any(mut each: impl Iterator<Item = Within>) -> Within {
    let mut outside = true;
    let inside = each.any(|told| {
        outside &= told == Within::Outside;
        told == Within::Inside
    });
    match (inside, outside) {
        (true, _) => Within::Inside,
        (false, true) => Within::Outside,
        (false, false) => Within::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use model::{
        Instant,
        agreement::Zone,
        place::{Outline, Point},
    };

    use super::*;

    #[test]
    fn a_belt_is_around_what_it_widens() {
        let corner = |lon: i64, lat: i64| Point { lon: lon * 10_000_000, lat: lat * 10_000_000 };
        let ring = vec![corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1), corner(0, 0)];
        let outline = Outline { valid: Period::ALWAYS, polygons: vec![vec![ring]], pcode: None };
        let grounds = [Ground { zone: "camp".to_owned(), outlines: vec![outline] }];
        let belt = Derived::Widened { zone: "camp".to_owned(), metres: Amount::whole(1_000) };
        let mut agreement = Agreement::empty("A".to_owned(), jiff::tz::TimeZone::UTC, Instant::MIN);
        agreement.zones.push(Zone {
            id: "belt".to_owned(),
            label: String::new(),
            versions: Vec::new(),
            derived: Some(belt),
        });
        // A degree of longitude at 0.5° north is about 111.2 km.
        let at = |lon: &str, radius: u32| -> Place {
            let place = format!(r#"{{"lat": 0.5, "lon": {lon}, "radius_m": {radius}}}"#);
            serde_json::from_str(&place).unwrap()
        };
        let told = |place: Place| within(&agreement, Some(&place), &Period::ALWAYS, "belt", &grounds);
        assert_eq!(told(at("0.5", 100)), Within::Inside);
        assert_eq!(told(at("1.005", 100)), Within::Inside);
        assert_eq!(told(at("1.005", 600)), Within::Unknown);
        assert_eq!(told(at("1.02", 600)), Within::Outside);
    }
}
