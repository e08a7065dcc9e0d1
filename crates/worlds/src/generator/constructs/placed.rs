//! Random places: disks, administrative units and zones beside a zone that is drawn, once or anew.
//!
//! Invariant: as for the generator: a seed gives the same case for ever.

use model::{
    Instant, Period,
    agreement::{Action, Agreement, Due, Provision, Rule, Where, Zone, ZoneVersion},
    place::{Ground, Outline, Place, Point},
};
use serde_json::{Map, Number, Value};

use super::{
    super::{Chance, OwnedCase, action, agreement, hour, provision, required},
    daily,
};

/// An agreement about a zone, or about no place in particular, beside which there is another zone.
pub(super) fn draft(chance: &mut Chance, _grid: u64) -> (Agreement, Vec<Action>) {
    let mut release = action("release", Some("prisoner"), &["a"]);
    let mut attack = action("attack", None, &["a"]);
    let how = chance.pick(&[Where::In, Where::In, Where::Into, Where::Outside]);
    release.place = (!chance.one_in(4)).then(|| (how, "z".to_owned()));
    attack.place = Some((if how == Where::Into { Where::In } else { how }, "z".to_owned()));
    let required = required(chance);
    let own = |rule| provision("p", &["a"], rule);
    let (provision, pattern): (Provision, Action) = match chance.below(3) {
        0 => {
            let due = Due::By(hour(24 * (1 + chance.below(3))).previous());
            (own(Rule::Once { action: release.clone(), required, due, not_before: None }), release)
        }
        1 => {
            let mut rule = daily(required);
            if let Rule::Periodic { action, .. } = &mut rule {
                action.clone_from(&release);
            }
            (own(rule), release)
        }
        _ => (own(Rule::Prohibition { action: attack.clone() }), attack),
    };
    let mut agreement = agreement(vec![provision]);
    let version = ZoneVersion { file: "y.geojson".to_owned(), feature: None, valid: Period::ALWAYS };
    agreement.zones.push(Zone {
        id: "y".to_owned(),
        label: "Y".to_owned(),
        versions: vec![version],
        derived: None,
    });
    (agreement, vec![pattern])
}

/// Draws the zones, and says anew of each claim where its act was.
pub(super) fn placed(mut case: OwnedCase, chance: &mut Chance) -> OwnedCase {
    let outline = |west: i64, east: i64, valid: Period, pcode: Option<&str>| {
        let corner = |lon: i64, lat: i64| Point { lon: lon * 10_000_000, lat: lat * 10_000_000 };
        let (south, north) = if east - west == 1 { (0, 1) } else { (0, 2) };
        let ring = [(west, south), (east, south), (east, north), (west, north), (west, south)];
        let ring = ring.into_iter().map(|(lon, lat)| corner(lon, lat)).collect();
        Outline { valid, polygons: vec![vec![ring]], pcode: pcode.map(str::to_owned) }
    };
    let anew = hour(chance.below(5) * 12);
    let mut own = vec![outline(0, 2, Period::ALWAYS, None)];
    if chance.one_in(3) {
        let (before, after) = (
            Period { first: Instant::MIN, last: anew.previous() },
            Period { first: anew, last: Instant::MAX },
        );
        own = vec![outline(0, 2, before, None)];
        let (west, east) = chance.pick(&[(0, 1), (0, 3), (1, 3), (5, 6)]);
        // What nobody drew holds nobody knows what.
        own.extend((!chance.one_in(4)).then(|| outline(west, east, after, None)));
    }
    let (west, east) = chance.pick(&[(0, 1), (0, 1), (1, 2), (1, 3), (3, 4), (2, 4), (0, 4)]);
    let other = vec![outline(west, east, Period::ALWAYS, Some("P1"))];
    case.grounds = [("z", own), ("y", other)]
        .map(|(zone, outlines)| Ground { zone: zone.to_owned(), outlines })
        .to_vec();
    for coverage in case.sources.iter_mut().flat_map(|source| &mut source.covers) {
        coverage.area = chance.pick(&[None, Some("z"), Some("y")]).map(str::to_owned);
    }
    for claim in &mut case.claims {
        claim.place = place(chance);
    }
    case
}

fn place(chance: &mut Chance) -> Option<Place> {
    let (zone, other) = (Some("z".to_owned()), Some("y".to_owned()));
    let pcode = Some("P1".to_owned());
    match chance.below(10) {
        0 => None,
        1 | 2 => Some(Place { zone, ..Place::default() }),
        3 => Some(Place { zone: other, ..Place::default() }),
        4 => Some(Place { pcode, ..Place::default() }),
        5 => Some(Place { zone, pcode, ..Place::default() }),
        6 => {
            let relation = Value::String("near the crossing".to_owned());
            let relation = Map::from_iter([("relation".to_owned(), relation)]);
            Some(Place { zone, other: relation, ..Place::default() })
        }
        named => {
            let halves = |chance: &mut Chance, most: u64| Number::from_f64(chance.below(most) as f64 / 2.0);
            let (lat, lon) = (halves(chance, 4), halves(chance, 9));
            let radius_m = chance.pick(&[None, Some(500), Some(80_000)]).map(Number::from);
            Some(Place { lat, lon, radius_m, zone: zone.filter(|_| named == 9), ..Place::default() })
        }
    }
}
