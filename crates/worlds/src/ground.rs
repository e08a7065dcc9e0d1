//! Where a claim's act lay: a disk, an administrative unit or a zone, beside the zone that is asked about (spec/worlds.md §1).
//!
//! Invariant: inside or outside is said only of the whole disk or area, in every outline that holds while it may have been;
//! zones that are drawn from others, or held as a map has it, are told by name alone.

use model::{
    Amount, Period,
    agreement::{Agreement, Where},
    claim::Claim,
    place::{Ground, Outline, Place, Point, Polygon, Within},
};

use crate::{Case, pattern::Fit};

/// Corners that stray over an edge by no more than this, in metres, are on it: outlines are simplified.
const STRAY: f64 = 300.0;
/// Coordinates are in steps of a centimetre: what is nearer to an edge than two of them may be on either side of it.
const GRAIN: f64 = 0.02;
/// The mean radius of the earth that outlines are measured with, in metres.
const RADIUS: f64 = 6_371_000.0;

/// How what a claim says of its place fits what a pattern says of its.
pub(crate) fn place_fit(case: &Case<'_>, wanted: Option<&(Where, model::Id)>, claim: &Claim) -> Fit {
    let Some((how, zone)) = wanted else { return Fit::Fits };
    let during = claim.occurred.unwrap_or(Period::ALWAYS);
    match (how, stands(case.grounds, claim.place.as_ref(), &during, zone)) {
        (Where::Outside, Within::Outside) => Fit::Fits,
        (Where::Outside, Within::Inside) => Fit::Not,
        (_, Within::Unknown) => Fit::May,
        (_, Within::Inside) => Fit::Fits,
        (_, Within::Outside) => Fit::Not,
    }
}

/// Whether a total about a place is one of all that a pattern speaks of there.
pub(crate) fn spans(case: &Case<'_>, wanted: Option<&(Where, model::Id)>, claim: &Claim) -> bool {
    let during = claim.occurred.unwrap_or(Period::ALWAYS);
    let place = claim.place.as_ref();
    let narrowed = place.is_some_and(|place| place.pcode.is_some() || is_spot(place));
    let named = place.and_then(|place| place.zone.as_ref());
    let holds = |area: &str, zone: &str| zone_in(case.grounds, zone, &during, area);
    match (wanted, named) {
        (Some((Where::Outside, _)), _) => false,
        (None, Some(zone)) => {
            let mut others = case.agreement.zones.iter().filter(|other| other.id != *zone);
            !narrowed && !others.any(|other| holds(&other.id, zone))
        }
        (None, None) => !narrowed,
        (Some((_, wanted)), Some(zone)) => !narrowed && (zone == wanted || holds(zone, wanted)),
        (Some(_), None) => false,
    }
}

/// Whether a zone lies in an area, both by name, all of some time.
pub(crate) fn zone_in(grounds: &[Ground], zone: &str, during: &Period, area: &str) -> bool {
    let place = Place { zone: Some(zone.to_owned()), ..Place::default() };
    zone == area || stands(grounds, Some(&place), during, area) == Within::Inside
}

/// Whether outlines do not tell where a place is that is named otherwise than the zone asked about.
pub(crate) fn is_drawn_from_others(agreement: &Agreement, wanted: &str, place: &Place) -> bool {
    let derived = |id: &str| agreement.zones.iter().any(|zone| zone.id == id && zone.derived.is_some());
    let other = place.zone.as_deref() != Some(wanted);
    other && (derived(wanted) || place.zone.as_deref().is_some_and(derived))
}

fn is_spot(place: &Place) -> bool {
    place.lat.is_some() || place.lon.is_some() || !place.other.is_empty()
}

fn stands(grounds: &[Ground], place: Option<&Place>, during: &Period, zone: &str) -> Within {
    let Some(place) = place.filter(|place| place.other.is_empty()) else { return Within::Unknown };
    let named = place.zone.as_deref() == Some(zone);
    let disk = disk(place);
    if named && disk.is_none() {
        return Within::Inside;
    }
    let Some(ground) = grounds.iter().find(|ground| ground.zone == zone) else { return Within::Unknown };
    let then: Vec<&Outline> = ground.outlines.iter().filter(|one| one.valid.meets(during)).collect();
    let each = then.iter().map(|outline| match disk {
        Some((centre, radius)) => disk_stands(centre, radius, &outline.polygons),
        None => match area(grounds, place, during) {
            area if area.is_empty() => Within::Unknown,
            area => area_stands(&area, &outline.polygons),
        },
    });
    let each: Vec<Within> = each.collect();
    let same = each.first().copied().filter(|first| each.iter().all(|one| one == first));
    match same {
        Some(Within::Outside) if named => Within::Unknown,
        Some(told) if is_covered(during, &then) => told,
        _ => Within::Unknown,
    }
}

/// Whether outlines hold one after the other all the time.
fn is_covered(during: &Period, outlines: &[&Outline]) -> bool {
    let mut next = during.first;
    while let Some(last) = outlines
        .iter()
        .filter(|one| one.valid.first <= next && next <= one.valid.last)
        .map(|one| one.valid.last)
        .max()
    {
        if last >= during.last {
            return true;
        }
        next = last.next();
    }
    false
}

/// A point, and how far from it the act may have been, in metres.
fn disk(place: &Place) -> Option<(Point, f64)> {
    let degrees = |number: &serde_json::Number| Amount::parse(&number.to_string()).ok();
    let (lat, lon) = (degrees(place.lat.as_ref()?)?, degrees(place.lon.as_ref()?)?);
    let radius = place.radius_m.as_ref().and_then(serde_json::Number::as_f64).unwrap_or(0.0);
    Some((Point { lon: lon.0 * 10, lat: lat.0 * 10 }, radius.max(0.0)))
}

/// The polygons of a zone, or of the first zone that has an outline with the code of an administrative unit.
fn area(grounds: &[Ground], place: &Place, during: &Period) -> Vec<Polygon> {
    let ground = match (&place.zone, &place.pcode) {
        (Some(zone), _) => grounds.iter().find(|ground| ground.zone == *zone),
        (None, Some(code)) => {
            grounds.iter().find(|ground| ground.outlines.iter().any(|one| one.pcode.as_ref() == Some(code)))
        }
        (None, None) => None,
    };
    let then = ground.into_iter().flat_map(|ground| &ground.outlines).filter(|one| one.valid.meets(during));
    then.flat_map(|one| one.polygons.clone()).collect()
}

fn disk_stands(centre: Point, radius: f64, zone: &[Polygon]) -> Within {
    let (inside, edge) = (holds(zone, centre), edge(zone, centre));
    match inside {
        _ if edge < radius.max(GRAIN) => Within::Unknown,
        true => Within::Inside,
        false => Within::Outside,
    }
}

fn area_stands(area: &[Polygon], zone: &[Polygon]) -> Within {
    let corners = |of: &[Polygon]| of.iter().flatten().flatten().copied().collect::<Vec<Point>>();
    let strays = |corner: &Point, of: &[Polygon]| edge(of, *corner) > STRAY;
    let inside = !corners(area).iter().any(|corner| !holds(zone, *corner) && strays(corner, zone));
    let reaches = |from: &[Polygon], to: &[Polygon]| {
        corners(from).iter().any(|corner| holds(to, *corner) && strays(corner, to))
    };
    let outside = !reaches(area, zone) && !reaches(zone, area);
    let middles = || area.iter().all(|polygon| middle(polygon).is_some_and(|middle| holds(zone, middle)));
    match (inside, outside) {
        (true, false) => Within::Inside,
        (false, true) => Within::Outside,
        (true, true) if middles() => Within::Inside,
        _ => Within::Unknown,
    }
}

/// The mean of the corners of a polygon's outer ring.
fn middle(polygon: &Polygon) -> Option<Point> {
    let (_, corners) = polygon.first()?.split_last()?;
    let count = i64::try_from(corners.len()).ok().filter(|count| *count > 0)?;
    let sum = |of: fn(&Point) -> i64| corners.iter().map(of).sum::<i64>() / count;
    Some(Point { lon: sum(|point| point.lon), lat: sum(|point| point.lat) })
}

/// Whether a point is inside polygons: rings wind round it, holes taken off, an odd number of times.
fn holds(polygons: &[Polygon], point: Point) -> bool {
    let side = |a: &Point, b: &Point| {
        let (ax, ay) = (i128::from(a.lon - point.lon), i128::from(a.lat - point.lat));
        let (bx, by) = (i128::from(b.lon - point.lon), i128::from(b.lat - point.lat));
        ax * by - bx * ay
    };
    let mut odd = false;
    for ring in polygons.iter().flatten() {
        for edge in ring.windows(2) {
            let (a, b) = (&edge[0], &edge[1]);
            let up = a.lat <= point.lat && b.lat > point.lat && side(a, b) > 0;
            let down = b.lat <= point.lat && a.lat > point.lat && side(a, b) < 0;
            odd ^= up || down;
        }
    }
    odd
}

/// How far the nearest edge is, in metres, on the plane that touches the earth at a point.
fn edge(polygons: &[Polygon], point: Point) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "1e-7 degrees of half the earth fit in 53 bits")]
    let radians = |units: i64| units as f64 * 1e-7 * std::f64::consts::PI / 180.0;
    let shrink = libm::cos(radians(point.lat));
    let flat =
        |of: &Point| (radians(of.lon - point.lon) * shrink * RADIUS, radians(of.lat - point.lat) * RADIUS);
    let mut least = f64::INFINITY;
    for pair in polygons.iter().flatten().flat_map(|ring| ring.windows(2)) {
        let ((ax, ay), (bx, by)) = (flat(&pair[0]), flat(&pair[1]));
        let (ex, ey) = (bx - ax, by - ay);
        let along = if ex == 0.0 && ey == 0.0 { 0.0 } else { -(ax * ex + ay * ey) / (ex * ex + ey * ey) };
        let along = along.clamp(0.0, 1.0);
        least = least.min(libm::hypot(ax + along * ex, ay + along * ey));
    }
    least
}
