//! Outlines of zones from GeoJSON (RFC 7946), in integers of 1e-7 degree.
//!
//! Invariant: every ring of an outline is closed, has at least four points, and lies on the globe.

use model::{
    Period,
    place::{Outline, Point, Polygon},
};
use serde_json::Value;

const PER_DEGREE: f64 = 1e7;

/// Reads an outline: of the one feature whose `id` or whose `pcode` is `feature`, or of all that the text holds.
/// Several polygons together are one ground.
///
/// # Errors
/// A message in words that names the ring, the feature or the type at fault.
pub fn outline(text: &str, feature: Option<&str>, valid: Period) -> Result<Outline, String> {
    let document = document(text)?;
    let (geometries, pcode) = geometries(&document, feature)?;
    let mut polygons = Vec::new();
    for geometry in geometries {
        add(geometry, &mut polygons)?;
    }
    if polygons.is_empty() {
        return Err("the file holds no polygon: draw the zone as a Polygon or a MultiPolygon".to_owned());
    }
    Ok(Outline { valid, polygons, pcode })
}

/// What is drawn in a map, whatever it is: the geometries of the feature, or of all, as one text to compare.
///
/// # Errors
/// A message in words.
pub fn drawn(text: &str, feature: Option<&str>) -> Result<String, String> {
    let document = document(text)?;
    let (geometries, _) = geometries(&document, feature)?;
    Ok(geometries.into_iter().map(|geometry| format!("{geometry}\n")).collect())
}

fn document(text: &str) -> Result<Value, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| format!("this is not GeoJSON: {error}"))
}

/// The geometries of one feature or of all.
fn geometries<'a>(document: &'a Value, feature: Option<&str>) -> Result<Chosen<'a>, String> {
    Ok(match (type_of(document), feature) {
        ("FeatureCollection", wanted) => chosen(list(document, "features")?, wanted)?,
        ("Feature", wanted) => chosen(std::slice::from_ref(document), wanted)?,
        ("", _) => return Err("this is not GeoJSON: an object with a `type` was expected".to_owned()),
        (_, Some(wanted)) => {
            return Err(format!(
                "the file is a bare geometry and has no feature “{wanted}”: leave `feature` out"
            ));
        }
        (_, None) => (vec![document], None),
    })
}

fn type_of(object: &Value) -> &str {
    object.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(object: &'a Value, key: &str) -> Result<&'a [Value], String> {
    let list = object.get(key).and_then(Value::as_array);
    list.map(Vec::as_slice).ok_or_else(|| format!("a {} needs a list of `{key}`", type_of(object)))
}

type Chosen<'a> = (Vec<&'a Value>, Option<String>);

/// The geometries of the features wanted, and their code where they share one.
fn chosen<'a>(features: &'a [Value], wanted: Option<&str>) -> Result<Chosen<'a>, String> {
    let fits = |feature: &&Value| match wanted {
        Some(wanted) => id(feature).as_deref() == Some(wanted) || pcode(feature).as_deref() == Some(wanted),
        None => true,
    };
    let found: Vec<&Value> = features.iter().filter(fits).collect();
    if found.is_empty() {
        return Err(nothing_chosen(features, wanted));
    }
    let code =
        pcode(found[0]).filter(|code| found.iter().all(|feature| pcode(feature).as_ref() == Some(code)));
    let drawn = |feature: &&'a Value| {
        let geometry = feature.get("geometry").filter(|geometry| geometry.is_object());
        geometry.ok_or_else(|| format!("the feature “{}” has no geometry", name(feature)))
    };
    let geometries: Result<Vec<&Value>, String> = found.iter().map(drawn).collect();
    Ok((geometries?, code))
}

fn nothing_chosen(features: &[Value], wanted: Option<&str>) -> String {
    const OFFERED_AT_MOST: usize = 20;
    let Some(wanted) = wanted else { return "the file holds no feature".to_owned() };
    let mut names: Vec<String> = features.iter().map(name).collect();
    names.sort();
    names.truncate(OFFERED_AT_MOST);
    format!("no feature has “{wanted}” as its id or pcode; the file has {}", names.join(", "))
}

fn id(feature: &Value) -> Option<String> {
    match feature.get("id")? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Its code, in its properties or beside its id.
fn pcode(feature: &Value) -> Option<String> {
    let inside = feature.get("properties").and_then(|properties| properties.get("pcode"));
    inside.or_else(|| feature.get("pcode")).and_then(Value::as_str).map(str::to_owned)
}

fn name(feature: &Value) -> String {
    id(feature).or_else(|| pcode(feature)).unwrap_or_else(|| "(without id)".to_owned())
}

fn add(geometry: &Value, polygons: &mut Vec<Polygon>) -> Result<(), String> {
    match type_of(geometry) {
        "Polygon" => polygons.push(polygon(list(geometry, "coordinates")?)?),
        "MultiPolygon" => {
            for one in list(geometry, "coordinates")? {
                polygons.push(polygon(points_of(one)?)?);
            }
        }
        "" => return Err("a geometry has no `type`".to_owned()),
        other => {
            return Err(format!(
                "a {other} encloses no ground: draw the zone as a Polygon or a MultiPolygon"
            ));
        }
    }
    Ok(())
}

fn points_of(value: &Value) -> Result<&[Value], String> {
    value.as_array().map(Vec::as_slice).ok_or_else(|| format!("a list was expected where {value} stands"))
}

fn polygon(rings: &[Value]) -> Result<Polygon, String> {
    if rings.is_empty() {
        return Err("a polygon has no ring".to_owned());
    }
    rings.iter().enumerate().map(|(index, ring)| read_ring(index + 1, points_of(ring)?)).collect()
}

fn read_ring(number: usize, ring: &[Value]) -> Result<Vec<Point>, String> {
    const POINTS_AT_LEAST: usize = 4;
    let points: Vec<Point> = ring.iter().map(point).collect::<Result<_, String>>()?;
    if points.len() < POINTS_AT_LEAST {
        let count = points.len();
        return Err(format!("ring {number} has {count} points; at least {POINTS_AT_LEAST} enclose ground"));
    }
    if points.first() != points.last() {
        return Err(format!("ring {number} is not closed: repeat its first point at its end"));
    }
    Ok(points)
}

/// A height after the two numbers is left out.
fn point(position: &Value) -> Result<Point, String> {
    let numbers: Vec<f64> = points_of(position)?.iter().filter_map(Value::as_f64).collect();
    let [lon, lat, ..] = numbers.as_slice() else {
        return Err(format!("{position} is no point: write [lon, lat]"));
    };
    // Also false for what is no number.
    if !(lon.abs() <= 180.0 && lat.abs() <= 90.0) {
        return Err(format!(
            "[{lon}, {lat}] is not on the globe: a point is [lon, lat] in degrees, in this order"
        ));
    }
    Ok(Point { lon: scaled(*lon), lat: scaled(*lat) })
}

/// At most 1.8e9 in size, so that the rounded number is exact.
fn scaled(degrees: f64) -> i64 {
    (degrees * PER_DEGREE).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: &str = "[[34.2,31.2],[34.5,31.2],[34.5,31.5],[34.2,31.2]]";

    fn geometry(kind: &str, coordinates: &str) -> String {
        format!("{{\"type\":\"{kind}\",\"coordinates\":{coordinates}}}")
    }

    fn collection(features: &[(&str, &str, String)]) -> String {
        let feature = |(id, pcode, geometry): &(&str, &str, String)| {
            format!(
                "{{\"type\":\"Feature\",\"id\":{id},\"properties\":{{\"pcode\":\"{pcode}\"}},\"geometry\":{geometry}}}"
            )
        };
        let features: Vec<String> = features.iter().map(feature).collect();
        format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", features.join(","))
    }

    #[test]
    fn a_feature_is_chosen_by_id_or_pcode() {
        let square = geometry("Polygon", &format!("[{SQUARE}]"));
        let two = geometry("MultiPolygon", &format!("[[{SQUARE}],[{SQUARE}]]"));
        let text = collection(&[("\"north\"", "PS1", square), ("7", "PS2", two)]);
        for (feature, polygons, pcode) in [
            (Some("north"), 1, Some("PS1")),
            (Some("PS1"), 1, Some("PS1")),
            (Some("7"), 2, Some("PS2")),
            (None, 3, None),
        ] {
            let outline = outline(&text, feature, Period::ALWAYS).unwrap();
            assert_eq!((outline.polygons.len(), outline.pcode.as_deref()), (polygons, pcode), "{feature:?}");
            assert_eq!(outline.polygons[0][0][0], Point { lon: 342_000_000, lat: 312_000_000 });
        }
        let error = outline(&text, Some("PS3"), Period::ALWAYS).unwrap_err();
        assert!(error.contains("no feature has “PS3”") && error.contains("7, north"), "{error}");
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        #[rustfmt::skip]
        let cases = [
            (geometry("Polygon", "[[[34.2,31.2],[34.5,31.2],[34.2,31.2]]]"),                     "ring 1 has 3 points"),
            (geometry("Polygon", &format!("[{SQUARE},[[34.2,31.2],[34.5,31.2],[34.5,31.5],[34.3,31.2]]]")), "ring 2 is not closed"),
            (geometry("Polygon", "[[[34.2,91.2],[34.5,31.2],[34.5,31.5],[34.2,91.2]]]"),         "is not on the globe"),
            (geometry("Polygon", "[]"),                                                          "no ring"),
            (geometry("MultiPolygon", "[]"),                                                     "no polygon"),
            (geometry("LineString", "[[34.2,31.2],[34.5,31.2]]"),                                "a LineString encloses no ground"),
            ("{\"type\":\"FeatureCollection\",\"features\":[]}".to_owned(),                      "holds no feature"),
            ("{\"type\":\"Feature\",\"properties\":null,\"geometry\":null}".to_owned(),          "has no geometry"),
            ("gaza".to_owned(),                                                                  "not GeoJSON"),
        ];
        for (text, reason) in cases {
            let error = outline(&text, None, Period::ALWAYS).unwrap_err();
            assert!(error.contains(reason), "{text}\n{error}");
        }
        let bare =
            outline(&geometry("Polygon", &format!("[{SQUARE}]")), Some("x"), Period::ALWAYS).unwrap_err();
        assert!(bare.contains("bare geometry"), "{bare}");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "(?s).{0,200}|\\{\"type\":\"(Polygon|Feature)\",\"coordinates\":[\\[\\]0-9,.e-]{0,60}\\}") {
            let _ = outline(&text, Some("x"), Period::ALWAYS);
        }
    }
}
