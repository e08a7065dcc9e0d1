//! Where a claim lies in relation to a zone (SEMANTICS.md §7, §9).
//!
//! Invariant: inside means the whole disk or area, in every version in force throughout; integers decide, and what
//! cannot be told is unknown.

use model::{
    Id, Period,
    place::{Ground, Place, Point, Polygon, Within},
};

/// Outlines are simplified to about 130 m, so one area's corners may stray over another's edge by about twice that.
const OUTLINE_TOLERANCE_M: f64 = 300.0;
/// What is nearer to an edge than the grain of coordinates may lie on either side of it.
const GRAIN_M: f64 = 0.02;
/// Metres in 1e-7 degree of latitude.
const METRES_PER_UNIT: f64 = 0.011_119_492_66;

/// How a claim's place stands to a zone that has outlines of its own, while its act may have happened.
#[must_use]
pub fn drawn(place: Option<&Place>, during: &Period, zone: &str, grounds: &[Ground]) -> Within {
    let Some(place) = place else { return Within::Unknown };
    // A relation to a zone, or a bearing from somewhere, resolves nothing yet.
    if !place.other.is_empty() {
        return Within::Unknown;
    }
    let named = place.zone.as_deref() == Some(zone);
    if named && disk(place).is_none() {
        return Within::Inside;
    }
    let Some(ground) = grounds.iter().find(|g| g.zone == zone) else { return Within::Unknown };
    let versions = ground.outlines.iter().filter(|o| o.valid.meets(during));
    let relations: Vec<Within> =
        versions.map(|outline| relate(place, during, &outline.polygons, grounds)).collect();
    let covered = ground.outlines.iter().any(|o| o.valid.contains(during)) || spans(ground, during);
    match relations.first() {
        // A point outside the zone that the claim names: one of the two is wrong.
        Some(Within::Outside) if named => Within::Unknown,
        Some(first) if covered && relations.iter().all(|r| r == first) => *first,
        _ => Within::Unknown,
    }
}

/// How far a disk is from a zone that has one outline throughout, at its nearest and at its farthest; nothing inside.
#[must_use]
pub fn distance(place: &Place, during: &Period, zone: &str, grounds: &[Ground]) -> Option<(f64, f64)> {
    let (point, radius) = disk(place)?;
    let ground = grounds.iter().find(|ground| ground.zone == zone)?;
    let mut versions = ground.outlines.iter().filter(|outline| outline.valid.meets(during));
    let outline = versions.next().filter(|outline| outline.valid.contains(during))?;
    if versions.next().is_some() {
        return None;
    }
    let to_edge = edge_distance(point, &outline.polygons);
    let away = if contains(point, &outline.polygons) { 0.0 } else { to_edge };
    Some(((away - radius).max(0.0), away + radius))
}

/// Whether the zone's versions together cover a period.
fn spans(ground: &Ground, during: &Period) -> bool {
    let mut reached = during.first;
    let mut versions: Vec<Period> = ground.outlines.iter().map(|o| o.valid).collect();
    versions.sort_unstable();
    for valid in versions {
        if valid.first <= reached && valid.last >= reached {
            reached = valid.last.next();
        }
    }
    reached > during.last
}

fn relate(place: &Place, during: &Period, zone: &[Polygon], grounds: &[Ground]) -> Within {
    if let Some((point, radius)) = disk(place) {
        return disk_within(point, radius, zone);
    }
    match area(place, during, grounds) {
        Some(area) => area_within(&area, zone),
        None => Within::Unknown,
    }
}

/// A point and the radius of its uncertainty in metres.
fn disk(place: &Place) -> Option<(Point, f64)> {
    let units = |n: &serde_json::Number| model::Amount::parse(&n.to_string()).ok().map(|a| a.0 * 10);
    let lon = units(place.lon.as_ref()?)?;
    let lat = units(place.lat.as_ref()?)?;
    let radius = place.radius_m.as_ref().and_then(serde_json::Number::as_f64).unwrap_or(0.0);
    Some((Point { lon, lat }, radius.max(0.0)))
}

/// The polygons of a named zone or administrative unit, in every version in force.
fn area(place: &Place, during: &Period, grounds: &[Ground]) -> Option<Vec<Polygon>> {
    let by_zone = |id: &Id| grounds.iter().filter(|g| g.zone == *id).collect::<Vec<_>>();
    let grounds = match (&place.zone, &place.pcode) {
        (Some(zone), _) => by_zone(zone),
        (None, Some(code)) => grounds
            .iter()
            .filter(|g| g.outlines.iter().any(|o| o.pcode.as_ref() == Some(code)))
            .take(1)
            .collect(),
        (None, None) => return None,
    };
    let polygons: Vec<Polygon> = grounds
        .iter()
        .flat_map(|g| g.outlines.iter().filter(|o| o.valid.meets(during)))
        .flat_map(|o| o.polygons.iter().cloned())
        .collect();
    (!polygons.is_empty()).then_some(polygons)
}

fn disk_within(point: Point, radius: f64, zone: &[Polygon]) -> Within {
    let distance = edge_distance(point, zone);
    match (contains(point, zone), distance >= radius.max(GRAIN_M)) {
        (true, true) => Within::Inside,
        (false, true) => Within::Outside,
        _ => Within::Unknown,
    }
}

/// An area is inside if none of its corners lies outside by more than the outlines' own tolerance, and outside likewise.
fn area_within(area: &[Polygon], zone: &[Polygon]) -> Within {
    let corners = || area.iter().flatten().flatten();
    let inside = corners().all(|c| contains(*c, zone) || edge_distance(*c, zone) <= OUTLINE_TOLERANCE_M);
    let apart = corners().all(|c| !contains(*c, zone) || edge_distance(*c, zone) <= OUTLINE_TOLERANCE_M)
        && zone
            .iter()
            .flatten()
            .flatten()
            .all(|c| !contains(*c, area) || edge_distance(*c, area) <= OUTLINE_TOLERANCE_M);
    match (inside, apart) {
        // A part of the zone whose corners all lie on its edges: its middle tells.
        (true, true) if area.iter().all(|polygon| contains(middle(polygon), zone)) => Within::Inside,
        (true, false) => Within::Inside,
        (false, true) => Within::Outside,
        _ => Within::Unknown,
    }
}

/// The mean of the corners of a polygon's outer ring.
fn middle(polygon: &Polygon) -> Point {
    let ring = polygon.first().map_or(&[][..], |ring| &ring[..ring.len().saturating_sub(1)]);
    let count = i64::try_from(ring.len().max(1)).unwrap_or(1);
    let mean = |of: fn(&Point) -> i64| ring.iter().map(of).sum::<i64>() / count;
    Point { lon: mean(|p| p.lon), lat: mean(|p| p.lat) }
}

/// Even–odd rule over all rings, in integers.
fn contains(point: Point, polygons: &[Polygon]) -> bool {
    let crosses = |a: &Point, b: &Point| {
        if (a.lat > point.lat) == (b.lat > point.lat) {
            return false;
        }
        let (dx, dy) = (i128::from(b.lon - a.lon), i128::from(b.lat - a.lat));
        let left = i128::from(point.lon - a.lon) * dy;
        let right = i128::from(point.lat - a.lat) * dx;
        if dy > 0 { left < right } else { left > right }
    };
    let rings = polygons.iter().flatten();
    rings.map(|ring| ring.windows(2).filter(|edge| crosses(&edge[0], &edge[1])).count()).sum::<usize>() % 2
        == 1
}

/// Distance in metres to the nearest edge, on a plane that touches the earth at the point.
fn edge_distance(point: Point, polygons: &[Polygon]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "1e-7 degrees fit exactly in 53 bits")]
    let plane = |p: &Point| {
        let scale = libm::cos((point.lat as f64) * 1e-7 * std::f64::consts::PI / 180.0);
        ((p.lon - point.lon) as f64 * METRES_PER_UNIT * scale, (p.lat - point.lat) as f64 * METRES_PER_UNIT)
    };
    let segment = |a: &Point, b: &Point| {
        let ((ax, ay), (bx, by)) = (plane(a), plane(b));
        let (dx, dy) = (bx - ax, by - ay);
        let length = dx * dx + dy * dy;
        let t = if length > 0.0 { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
        let (x, y) = (ax + t * dx, ay + t * dy);
        libm::sqrt(x * x + y * y)
    };
    let edges = polygons.iter().flatten().flat_map(|ring| ring.windows(2));
    edges.map(|edge| segment(&edge[0], &edge[1])).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: i64, east: i64) -> Polygon {
        let p = |lon: i64, lat: i64| Point { lon: lon * 10_000_000, lat: lat * 10_000_000 };
        vec![vec![p(west, 0), p(east, 0), p(east, 1), p(west, 1), p(west, 0)]]
    }

    #[test]
    fn a_disk_is_inside_only_whole() {
        let zone = [square(0, 1)];
        let at = |lon: i64| Point { lon: lon * 1_000_000, lat: 5_000_000 };
        assert_eq!(disk_within(at(5), 500.0, &zone), Within::Inside);
        assert_eq!(disk_within(at(10), 500.0, &zone), Within::Unknown);
        assert_eq!(disk_within(at(20), 500.0, &zone), Within::Outside);
    }
}
