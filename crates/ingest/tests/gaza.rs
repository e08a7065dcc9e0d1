//! The Gaza 2025 watch: every line is read, and what its README says of a few figures holds of the claims.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};

use ingest::{jsonl, sources, zones};
use model::{
    Amount, Instant, Period,
    claim::{Claim, Kind},
};

const ZONES: [&str; 7] =
    ["gaza", "israeli_held", "north_gaza", "gaza_city", "deir_al_balah", "khan_younis", "rafah"];

fn file(name: &str) -> String {
    let path = format!("{}/../../watches/gaza-2025/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn claims() -> Vec<Claim> {
    let read = jsonl::read("claims.jsonl", &mut file("evidence/claims.jsonl").as_bytes()).unwrap();
    assert_eq!(read.rejected, vec![]);
    read.claims
}

/// Live claims as known at an instant.
fn known(at: &str) -> Vec<Claim> {
    let at = Instant::parse(at).unwrap();
    let known: Vec<Claim> = claims().into_iter().filter(|claim| claim.known_at <= at).collect();
    let revised: BTreeSet<&String> = known.iter().filter_map(|claim| claim.revises.as_ref()).collect();
    known.iter().filter(|claim| !revised.contains(&claim.id)).cloned().collect()
}

/// The sum over handovers of the greatest low that a source of `speakers` gives for each.
fn floor(claims: &[Claim], act: &str, item: &str, speakers: &[&str]) -> Amount {
    let mut by_ref: BTreeMap<&str, Amount> = BTreeMap::new();
    for claim in claims {
        let fits = claim.kind == Kind::Event
            && claim.denies.is_empty()
            && claim.act.as_deref() == Some(act)
            && claim.item.as_deref() == Some(item)
            && (speakers.is_empty() || speakers.contains(&claim.source.as_str()));
        if fits {
            let low = claim.range().low.unwrap_or_default();
            let entry = by_ref.entry(claim.reference.as_deref().unwrap()).or_default();
            *entry = (*entry).max(low);
        }
    }
    by_ref.into_values().sum()
}

#[test]
fn every_line_is_read_and_names_what_is_declared() {
    let zones: Vec<String> = ZONES.iter().map(|zone| (*zone).to_owned()).collect();
    let sources = sources::read(&file("sources.toml"), &zones).unwrap();
    let declared: BTreeSet<&str> = sources.iter().map(|source| source.id.as_str()).collect();
    assert_eq!(declared.len(), 39);
    let claims = claims();
    assert_eq!(claims.len(), 250);
    let identifiers: BTreeSet<&str> = claims.iter().map(|claim| claim.id.as_str()).collect();
    for claim in &claims {
        assert!(declared.contains(claim.source.as_str()), "{}", claim.id);
        assert!(claim.relays.iter().all(|source| declared.contains(source.as_str())), "{}", claim.id);
        let place = claim.place.clone().unwrap_or_default();
        assert!(place.zone.iter().all(|zone| ZONES.contains(&zone.as_str())), "{}", claim.id);
        assert!(
            claim.about.iter().chain(&claim.revises).all(|id| identifiers.contains(id.as_str())),
            "{}",
            claim.id
        );
        assert_eq!(claim.denies.is_empty(), !claim.written.contains_key("denies"), "{}", claim.id);
    }
    let covering = sources.iter().filter(|source| !source.covers.is_empty());
    let covering: Vec<&str> = covering.map(|source| source.id.as_str()).collect();
    assert_eq!(covering, ["government_of_israel", "un2720", "un_security_council"]);
    assert!(sources.iter().flat_map(|source| &source.covers).all(|covers| covers.basis.is_some()));
}

#[test]
fn zones_are_outlines() {
    for (path, feature) in [
        ("gaza.geojson", None),
        ("israeli-held-2025-10-19.geojson", Some("israeli_held")),
        ("governorates.geojson", Some("PS0255")),
        ("governorates.geojson", Some("PS0275")),
    ] {
        let outline = zones::outline(&file(&format!("zones/{path}")), feature, Period::ALWAYS).unwrap();
        assert_eq!(outline.polygons.len(), 1, "{path}");
    }
}

#[test]
fn the_bodies_returned() {
    let (all, israel, hamas): (&[&str], &[&str], &[&str]) =
        (&[], &["idf", "israel_pmo"], &["hamas", "qassam"]);
    #[rustfmt::skip]
    let cases = [
        // known at                      whose claims  returned
        ("2025-10-15T12:00:00+03:00",    all,          8),
        ("2025-10-16T12:00:00+03:00",    all,          9),  // 4 + 3 of the second four + 2
        ("2025-10-22T23:59:59+03:00",    israel,       15), // what the government's own total says
        ("2025-11-07T12:00:00+02:00",    israel,       22),
        ("2025-11-07T12:00:00+02:00",    hamas,        4),  // 1 that Israel disputes, 3 of 2 November
        ("2025-11-07T12:00:00+02:00",    all,          23), // the same 22 and the disputed one
        ("2026-09-22T23:59:59+03:00",    israel,       27), // the 28th was recovered, not returned
    ];
    for (at, speakers, returned) in cases {
        let floor = floor(&known(at), "return", "deceased_hostage", speakers);
        assert_eq!(floor, Amount::whole(returned), "{at} {speakers:?}");
    }
}

#[test]
fn the_people_released() {
    let known = known("2025-11-07T12:00:00+02:00");
    assert_eq!(floor(&known, "release", "hostage", &[]), Amount::whole(20));
    assert_eq!(floor(&known, "release", "prisoner", &[]), Amount::whole(1968));
    assert_eq!(floor(&known, "release", "prisoner", &["prisoners_media_office"]), Amount::whole(1968));
}
