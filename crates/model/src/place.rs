//! Places: what a claim says of where, and the zones of an agreement, in integers of 1e-7 degree.

use serde::{Deserialize, Serialize};

use crate::{Id, Period};

/// A point in 1e-7 degrees, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(i64, i64)", into = "(i64, i64)")]
pub struct Point {
    /// East of Greenwich.
    pub lon: i64,
    /// North of the equator.
    pub lat: i64,
}

impl From<(i64, i64)> for Point {
    fn from((lon, lat): (i64, i64)) -> Point {
        Point { lon, lat }
    }
}

impl From<Point> for (i64, i64) {
    fn from(point: Point) -> (i64, i64) {
        (point.lon, point.lat)
    }
}

/// One polygon: its outer ring, then its holes; each ring closed, the last point being the first.
pub type Polygon = Vec<Vec<Point>>;

/// The ground that one version of a zone covers, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outline {
    /// The stretch of time for which the agreement says that this outline holds.
    pub valid: Period,
    /// Its polygons.
    pub polygons: Vec<Polygon>,
    /// The code of the feature it was read from, if it has one (a P-code).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pcode: Option<String>,
}

/// A declared zone with its outlines, as read from its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// The zone's identifier in the agreement.
    pub zone: Id,
    /// Its versions, in order of validity.
    pub outlines: Vec<Outline>,
}

/// What a claim says of where its act took place.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// Degrees north, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lat: Option<serde_json::Number>,
    /// Degrees east, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lon: Option<serde_json::Number>,
    /// How far from the point the act may have been, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub radius_m: Option<serde_json::Number>,
    /// A declared zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<Id>,
    /// The code of an administrative unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pcode: Option<String>,
    /// The source's own words for the place; resolves nothing by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Forms not yet resolved (`from` and bearing, a relation to a zone), kept as written: anywhere.
    #[serde(flatten)]
    pub other: serde_json::Map<String, serde_json::Value>,
}

/// Where an act lay in relation to a zone, over all versions in force while it may have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Within {
    /// Wholly inside every version in force.
    Inside,
    /// Outside every version in force.
    Outside,
    /// It cannot be told.
    Unknown,
}
