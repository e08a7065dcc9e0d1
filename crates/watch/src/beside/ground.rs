//! How large a piece of ground is and where its middle lies, for people.
//!
//! Invariant: the figures are for reading alone; nothing is decided by them.

use model::place::{Point, Polygon};

/// Of the sphere that has the earth's surface: areas on it are within half a per cent of those on the ellipsoid.
const RADIUS_KM: f64 = 6371.0072;

/// A piece of ground.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// Its size; where its polygons overlap that counts twice.
    pub(super) square_km: f64,
    /// Its middle in radians, east and north.
    middle: (f64, f64),
}

impl Extent {
    /// The first ring of a polygon is its outside, the others are holes. Ground across the 180th meridian is measured
    /// as if it went the other way around.
    pub(super) fn of(polygons: &[Polygon]) -> Extent {
        let (mut area, mut east, mut north) = (0.0, 0.0, 0.0);
        for polygon in polygons {
            for (index, ring) in polygon.iter().enumerate() {
                let sign = if index == 0 { 1.0 } else { -1.0 };
                let (size, (x, y)) = measured(ring);
                area += sign * size;
                east += sign * size * x;
                north += sign * size * y;
            }
        }
        let middle = if area > 0.0 { (east / area, north / area) } else { (0.0, 0.0) };
        Extent { square_km: area * RADIUS_KM * RADIUS_KM, middle }
    }

    /// How far its middle is from that of another; near enough at the distances that drafts move things.
    pub(super) fn distance_km(&self, other: &Extent) -> f64 {
        let scale = libm::cos((self.middle.1 + other.middle.1) / 2.0);
        libm::hypot((self.middle.0 - other.middle.0) * scale, self.middle.1 - other.middle.1) * RADIUS_KM
    }
}

/// The size of a ring on the sphere of radius one, and its middle on the flat map.
fn measured(ring: &[Point]) -> (f64, (f64, f64)) {
    let radians = |value: i64| (value as f64) * 1e-7 * std::f64::consts::PI / 180.0;
    let points: Vec<(f64, f64)> = ring.iter().map(|p| (radians(p.lon), radians(p.lat))).collect();
    // From the first point on, so that little is lost far from the origin of the map.
    let Some(&(x0, y0)) = points.first() else { return (0.0, (0.0, 0.0)) };
    let (mut size, mut twice, mut east, mut north) = (0.0, 0.0, 0.0, 0.0);
    for pair in points.windows(2) {
        let [(x1, y1), (x2, y2)] = *pair else { continue };
        size += (x2 - x1) * (libm::sin(y1) + libm::sin(y2)) / 2.0;
        let (x1, y1, x2, y2) = (x1 - x0, y1 - y0, x2 - x0, y2 - y0);
        let cross = x1 * y2 - x2 * y1;
        twice += cross;
        east += (x1 + x2) * cross;
        north += (y1 + y2) * cross;
    }
    let middle =
        if twice == 0.0 { (x0, y0) } else { (x0 + east / (3.0 * twice), y0 + north / (3.0 * twice)) };
    (size.abs(), middle)
}

/// `12.3 km²`.
pub(super) fn size_in_words(square_km: f64) -> String {
    let digits = if square_km < 10.0 { 2 } else { usize::from(square_km < 1000.0) };
    format!("{square_km:.digits$} km²")
}

/// `1.2 km`; none below ten metres.
pub(super) fn distance_in_words(km: f64) -> Option<String> {
    (km >= 0.01).then(|| if km < 1.0 { format!("{:.0} m", km * 1000.0) } else { format!("{km:.1} km") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(east: i64, north: i64, side: i64) -> Vec<Point> {
        let corner = |x: i64, y: i64| Point { lon: (east + x) * 100_000, lat: (north + y) * 100_000 };
        vec![corner(0, 0), corner(side, 0), corner(side, side), corner(0, side), corner(0, 0)]
    }

    #[test]
    fn a_tenth_of_a_degree() {
        // On the equator 11.1 km square; at 60° north half as wide.
        let here = Extent::of(&[vec![square(0, 0, 10)]]);
        assert_eq!(size_in_words(here.square_km), "123.6 km²");
        let north = Extent::of(&[vec![square(0, 6000, 10)]]);
        assert!((north.square_km / here.square_km - 0.5).abs() < 0.003, "{north:?}");
        // A hole is no ground, and the middle stays where it was.
        let ring = Extent::of(&[vec![square(0, 0, 30), square(10, 10, 10)]]);
        assert!((ring.square_km / here.square_km - 8.0).abs() < 0.001, "{ring:?}");
        let whole = Extent::of(&[vec![square(0, 0, 30)]]);
        assert_eq!(distance_in_words(ring.distance_km(&whole)), None);
        let east = Extent::of(&[vec![square(10, 0, 10)]]);
        assert_eq!(distance_in_words(here.distance_km(&east)).as_deref(), Some("11.1 km"));
    }
}
