//! Small random cases for tests: one or two provisions, up to four claims, instants on a grid of six or
//! twelve hours.
//!
//! Invariant: a seed gives the same case on every machine and for ever; add choices at the end of a case's
//! making, not in its middle.

mod constructs;

use jiff::tz::TimeZone;
use model::{
    Amount, Duration, Id, Instant, Period, Standard,
    agreement::{
        Action, Actor, Agreement, Binding, Condition, CountedOn, Cycle, Due, Matching, Provision,
        ProvisionKind, Required, Role, Rule, Spread, Terms, Where, Zone, ZoneVersion,
    },
    claim::{Basis, Claim, Kind, Named, Observed, Quantity},
    place::{Ground, Place, Point},
    source::{Coverage, Gap, Source, SourceKind},
};

use crate::Case;
pub use constructs::{CONSTRUCTS, Make};

/// 2026-01-01T00:00Z.
const START: Instant = Instant(1_767_225_600_000_000);
/// No case looks beyond this many hours.
const HOURS: u64 = 120;

/// A case that owns its parts.
#[derive(Clone, Debug)]
pub struct OwnedCase {
    /// What was agreed.
    pub agreement: Agreement,
    /// Who speaks.
    pub sources: Vec<Source>,
    /// What they said.
    pub claims: Vec<Claim>,
    /// The ground of the zones.
    pub grounds: Vec<Ground>,
    /// Which literals are accepted.
    pub standard: Standard,
    /// Statuses are those of this instant.
    pub at: Instant,
    /// Nothing known later is used.
    pub known_at: Instant,
}

impl OwnedCase {
    /// The case as the oracle takes it.
    #[must_use]
    pub fn as_case(&self) -> Case<'_> {
        Case {
            agreement: &self.agreement,
            sources: &self.sources,
            claims: &self.claims,
            grounds: &self.grounds,
            standard: self.standard.clone(),
            at: self.at,
            known_at: self.known_at,
        }
    }
}

impl std::fmt::Display for OwnedCase {
    /// All of it, for a person who looks for what went wrong.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "at {}  known at {}  standard {}", self.at, self.known_at, self.standard)?;
        writeln!(f, "in force from {}, {:?}", self.agreement.in_force, self.agreement.entry)?;
        for actor in &self.agreement.actors {
            for tie in &actor.ties {
                writeln!(f, "{} {:?} {:?} from {}", actor.id, tie.kind, tie.other, tie.valid.first)?;
            }
        }
        for amendment in &self.agreement.amendments {
            let (id, effect, changes) = (&amendment.id, &amendment.effective, &amendment.changes);
            writeln!(f, "amendment {id} {effect:?}: {changes:?}")?;
        }
        for provision in &self.agreement.provisions {
            let (bearers, binding) = (&provision.bearers, provision.binding);
            writeln!(f, "{} {binding:?} {bearers:?}: {:?}", provision.id, provision.rule)?;
            if provision.while_ != Condition::InForce {
                writeln!(f, "  while {:?}", provision.while_)?;
            }
            if !provision.exceptions.is_empty() {
                writeln!(f, "  except {:?}", provision.exceptions)?;
            }
            if provision.terms != Terms::default() {
                writeln!(f, "  {:?}", provision.terms)?;
            }
        }
        for phase in &self.agreement.phases {
            let (begins, ends, latest) = (&phase.begins, &phase.ends, &phase.latest);
            writeln!(f, "phase {}: {begins:?} to {ends:?}, at latest {latest:?}", phase.id)?;
        }
        for milestone in &self.agreement.milestones {
            writeln!(f, "milestone {}: {:?}", milestone.id, milestone.when)?;
        }
        for power in &self.agreement.powers {
            writeln!(
                f,
                "power {:?}: {:?}, {:?}, while {:?}",
                power.by, power.faculty, power.due, power.while_
            )?;
        }
        for value in &self.agreement.values {
            writeln!(f, "value {}: {:?}", value.id, value.settings)?;
        }
        for source in self.sources.iter().filter(|source| !source.covers.is_empty()) {
            for entry in &source.covers {
                let (from, to) = (entry.period.first, entry.period.last);
                let lag = entry.lag.0 / Duration::HOUR.0;
                write!(f, "{} covers {:?} {from} to {to} lag {lag}h, ", source.id, entry.area)?;
                writeln!(f, "accepted by {:?}", entry.accepted_by)?;
            }
            for gap in &source.gaps {
                writeln!(f, "  gap {} to {}", gap.period.first, gap.period.last)?;
            }
        }
        for ground in &self.grounds {
            for outline in &ground.outlines {
                let corners: Vec<_> = outline.polygons.iter().flatten().flatten().map(degrees).collect();
                let (from, pcode) = (outline.valid.first, outline.pcode.as_deref().unwrap_or_default());
                writeln!(f, "{} from {from} {pcode}: {corners:?}", ground.zone)?;
            }
        }
        self.claims.iter().try_for_each(|claim| write_claim(f, claim))
    }
}

fn degrees(point: &Point) -> (i64, i64) {
    (point.lon / 10_000_000, point.lat / 10_000_000)
}

fn write_claim(f: &mut std::fmt::Formatter<'_>, claim: &Claim) -> std::fmt::Result {
    let parties = |all: &[Named]| -> Vec<String> {
        all.iter().map(|named| named.party.clone().unwrap_or_else(|| "?".to_owned())).collect()
    };
    let bound = |bound: Option<Amount>| bound.map_or_else(|| "?".to_owned(), |amount| amount.to_string());
    let (range, act) = (claim.range(), claim.act.as_deref().unwrap_or_default());
    write!(f, "{} {} {:?} {act} ", claim.id, claim.source, claim.kind)?;
    write!(f, "{}-{} by {:?}", bound(range.low), bound(range.high), parties(&claim.by))?;
    write!(f, " to {:?}", parties(&claim.to))?;
    if let Some(period) = claim.occurred {
        write!(f, " {} to {}", period.first, period.last)?;
    }
    write!(f, ", known {}", claim.known_at)?;
    let written = serde_json::to_string(&claim.place).ok().filter(|_| claim.place.is_some());
    let parts = [
        ("in", written.as_ref()),
        ("ref", claim.reference.as_ref()),
        ("revises", claim.revises.as_ref()),
        ("retracts", claim.retracts.as_ref()),
        ("about source", claim.about_source.as_ref()),
    ];
    for (name, part) in parts.into_iter().filter_map(|(name, part)| Some((name, part?))) {
        write!(f, ", {name} {part}")?;
    }
    if let Some(concerns) = claim.written.get("concerns") {
        write!(f, ", concerns {concerns}")?;
    }
    if let Some(since) = claim.cumulative_since {
        write!(f, ", since {since}")?;
    }
    if !claim.denies.is_empty() {
        write!(f, ", denies {:?} of {:?}", claim.denies, claim.about)?;
    }
    writeln!(f)
}

/// The case of a seed, as alleged.
#[must_use]
pub fn case(seed: u64) -> OwnedCase {
    let mut chance = Chance::new(seed);
    let grid = chance.pick(&[6, 12]);
    let (provisions, patterns) = provisions(&mut chance);
    let sources = sources(&mut chance, grid);
    let claims = claims(&mut chance, grid, &patterns);
    let at = chance.hour(grid);
    let known_at = if chance.one_in(3) { chance.hour(grid) } else { at };
    let accepted = if chance.one_in(2) { Vec::new() } else { vec!["a".to_owned(), "b".to_owned()] };
    let mut case = OwnedCase {
        agreement: agreement(provisions),
        sources,
        claims,
        grounds: Vec::new(),
        standard: Standard::Alleged,
        at,
        known_at,
    };
    for entry in case.sources.iter_mut().flat_map(|source| source.covers.iter_mut()) {
        entry.accepted_by.clone_from(&accepted);
    }
    case
}

/// The case of a seed under a standard that the seed picks too.
#[must_use]
pub fn case_under_some_standard(seed: u64) -> OwnedCase {
    let mut chance = Chance::new(!seed);
    let account = Standard::Account(chance.pick(&["a", "b", "m", "n2"]).to_owned());
    let mut standards = Standard::GRADED.to_vec();
    standards.push(account);
    OwnedCase { standard: chance.pick(&standards), ..case(seed) }
}

/// A small generator of numbers (splitmix64).
struct Chance {
    state: u64,
    /// No instant is later than so many hours after the start.
    hours: u64,
}

impl Chance {
    fn new(seed: u64) -> Self {
        Chance { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15), hours: HOURS }
    }

    fn below(&mut self, n: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize].clone()
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).unsigned_abs()) as i64
    }

    /// An instant of the grid.
    fn hour(&mut self, grid: u64) -> Instant {
        hour(self.below(self.hours / grid + 1) * grid)
    }
}

fn hour(hours: u64) -> Instant {
    START + Duration::hours(hours as i64)
}

fn action(act: &str, item: Option<&str>, by: &[&str]) -> Action {
    Action {
        act: act.to_owned(),
        by: by.iter().map(ToString::to_string).collect(),
        item: item.map(str::to_owned),
        to: None,
        place: None,
        stage: None,
        under: Vec::new(),
    }
}

fn agreement(provisions: Vec<Provision>) -> Agreement {
    let actor = |id: &str, role| Actor::named(id.to_owned(), id.to_uppercase(), role);
    let version = ZoneVersion { file: "z.geojson".to_owned(), feature: None, valid: Period::ALWAYS };
    Agreement {
        actors: vec![actor("a", Role::Party), actor("b", Role::Party), actor("m", Role::Monitor)],
        zones: vec![Zone {
            id: "z".to_owned(),
            label: "Z".to_owned(),
            versions: vec![version],
            derived: None,
        }],
        provisions,
        ..Agreement::empty("T".to_owned(), TimeZone::UTC, START)
    }
}

fn provision(id: &str, bearers: &[&str], rule: Rule) -> Provision {
    let kind = match rule {
        Rule::Exchange { .. } => ProvisionKind::Exchange,
        Rule::Prohibition { .. } => ProvisionKind::Prohibition,
        _ => ProvisionKind::Obligation,
    };
    Provision {
        id: id.to_owned(),
        label: String::new(),
        kind,
        bearers: bearers.iter().map(ToString::to_string).collect(),
        clause: "1".to_owned(),
        text: String::new(),
        line: 1,
        rule,
        while_: Condition::InForce,
        exceptions: Vec::new(),
        verified_by: vec!["m".to_owned()],
        binding: Binding::Each,
        terms: Terms::default(),
        assumptions: Vec::new(),
    }
}

fn required(chance: &mut Chance) -> Required {
    let amount = Amount::whole(chance.between(1, 3));
    match chance.below(4) {
        0 => Required::Exactly(amount),
        1 => Required::AtMost(amount),
        _ => Required::AtLeast(amount),
    }
}

/// Provisions, and the kinds of deed that claims may speak of.
fn provisions(chance: &mut Chance) -> (Vec<Provision>, Vec<Action>) {
    let mut release = action("release", Some("prisoner"), &["a"]);
    release.to = chance.one_in(3).then(|| "b".to_owned());
    release.place = chance.one_in(3).then(|| (Where::In, "z".to_owned()));
    let pay = action("pay", Some("box"), &["b"]);
    let within = Due::Within(Duration::hours(chance.pick(&[24, 36, 48, 72])), Condition::InForce);
    let due =
        if chance.one_in(2) { within } else { Due::By(hour(24 * (1 + chance.below(4))) - Duration::TICK) };
    let first = Rule::Once { action: release.clone(), required: required(chance), due, not_before: None };
    match chance.below(6) {
        0 | 1 => (vec![provision("p", &["a"], first)], vec![release]),
        2 => {
            let due = Due::Within(Duration::DAY, Condition::Performed("p".to_owned()));
            let required = Required::AtLeast(Amount::whole(chance.between(1, 2)));
            let second = Rule::Once { action: pay.clone(), required, due, not_before: None };
            (vec![provision("p", &["a"], first), provision("q", &["b"], second)], vec![release, pay])
        }
        3 => {
            let (required, shares) = (required(chance), Vec::new());
            let rule = Rule::Periodic {
                action: release.clone(),
                required,
                shares,
                disjoint: false,
                cycle: Cycle::Day,
                pro_rata: false,
                spread: Spread::Alone,
            };
            (vec![provision("p", &["a"], rule)], vec![release])
        }
        4 => {
            let rule = Rule::Exchange {
                trigger: pay.clone(),
                every: Amount::whole(1),
                action: release.clone(),
                required: Amount::whole(chance.between(1, 2)),
                within: Some(Duration::hours(chance.pick(&[24, 48]))),
                afterwards: chance.one_in(2),
                shares: Vec::new(),
                disjoint: false,
                matching: Matching::InOrder,
                counted_on: CountedOn::Handover,
            };
            (vec![provision("p", &["a"], rule)], vec![pay, release])
        }
        _ => {
            let mut attack = action("attack", None, &["a", "b"]);
            attack.place = Some((Where::In, "z".to_owned()));
            (vec![provision("p", &["a", "b"], Rule::Prohibition { action: attack.clone() })], vec![attack])
        }
    }
}

fn sources(chance: &mut Chance, grid: u64) -> Vec<Source> {
    let source = |id: &str, origin: &str, kind, side: Option<&str>| Source {
        kind,
        origin: origin.to_owned(),
        side: side.map(str::to_owned),
        ..Source::undeclared(id)
    };
    let mut all = vec![
        source("a", "a", SourceKind::Party, Some("a")),
        source("b", "b", SourceKind::Party, Some("b")),
        source("n1", "n1", SourceKind::Media, None),
        source("n2", "n2", SourceKind::Media, None),
        source("n3", "n2", SourceKind::Media, None),
    ];
    if chance.one_in(5) {
        return all;
    }
    let mut monitor = source("m", "m", SourceKind::Monitor, None);
    let period = match chance.below(4) {
        0 => Period { first: chance.hour(grid), last: Instant::MAX },
        1 => Period { first: Instant::MIN, last: chance.hour(grid) - Duration::TICK },
        _ => Period::ALWAYS,
    };
    monitor.covers.push(Coverage {
        acts: Vec::new(),
        items: Vec::new(),
        counters: Vec::new(),
        by: Vec::new(),
        to: Vec::new(),
        scope: None,
        stages: Vec::new(),
        area: chance.one_in(2).then(|| "z".to_owned()),
        period,
        lag: Duration::hours(chance.pick(&[0, 0, 0, 12, 24])),
        accepted_by: Vec::new(),
        basis: None,
    });
    if chance.one_in(4) {
        let first = chance.hour(grid);
        let period = Period { first, last: first + Duration::hours(grid as i64) - Duration::TICK };
        monitor.gaps.push(Gap { period, cause: "access".to_owned(), denied_by: None });
    }
    all.push(monitor);
    all
}

fn claims(chance: &mut Chance, grid: u64, patterns: &[Action]) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    for index in 0..chance.below(5) {
        let mut claim = statement(chance, grid, &format!("c{index}"), patterns);
        if let (Some(earlier), true) = (claims.last().cloned(), chance.one_in(4)) {
            relate(chance, grid, &mut claim, &earlier);
        }
        claims.push(claim);
    }
    claims
}

/// Makes a claim a revision, a retraction or a denial of an earlier one.
fn relate(chance: &mut Chance, grid: u64, claim: &mut Claim, earlier: &Claim) {
    let kind = chance.below(3);
    if kind < 2 {
        claim.source.clone_from(&earlier.source);
        claim.known_at = earlier.known_at.max(claim.known_at) + Duration::hours(grid as i64);
    }
    match kind {
        0 => claim.revises = Some(earlier.id.clone()),
        1 => claim.retracts = Some(earlier.id.clone()),
        _ => {
            (claim.kind, claim.reference) = (Kind::Event, None);
            claim.denies = vec!["occurred".to_owned()];
            claim.about = vec![earlier.id.clone()];
        }
    }
}

fn interval(chance: &mut Chance, grid: u64) -> Period {
    let first = chance.hour(grid);
    match chance.below(4) {
        0 | 1 => Period::at(first),
        _ => Period {
            first,
            last: first + Duration::hours(chance.between(1, 4) * grid as i64) - Duration::TICK,
        },
    }
}

fn quantity(chance: &mut Chance, tally: bool) -> Option<Quantity> {
    let amount = chance.between(if tally { 0 } else { 1 }, 4);
    let (low, high) = match chance.below(8) {
        0 => (Some(amount), None),
        1 => (None, Some(amount)),
        2 | 3 => (Some(amount), Some(amount + chance.between(1, 2))),
        4 if !tally => return None,
        _ => (Some(amount), Some(amount)),
    };
    Some(Quantity { low: low.map(Amount::whole), high: high.map(Amount::whole), ..Quantity::default() })
}

/// An event, a tally or a gap in coverage.
fn statement(chance: &mut Chance, grid: u64, id: &str, patterns: &[Action]) -> Claim {
    let action = chance.pick(patterns);
    let (attack, source) =
        (action.act == "attack", chance.pick(&["m", "m", "m", "a", "b", "n1", "n2", "n3"]));
    let kind = match chance.below(12) {
        0 => Kind::Coverage,
        1..=4 if !attack => Kind::Tally,
        _ => Kind::Event,
    };
    let occurred = interval(chance, grid);
    let mut known_at = occurred.until() + Duration::hours(chance.pick(&[0, 0, 0, 6, 12, 24]));
    if kind == Kind::Tally && chance.one_in(6) {
        known_at = occurred.first;
    }
    let place = (!chance.one_in(8)).then(|| Place { zone: Some("z".to_owned()), ..Place::default() });
    let mut claim = Claim { place, ..blank(id, source, kind, occurred, known_at) };
    claim.act = Some(action.act.clone());
    if kind == Kind::Coverage {
        claim.observed = Some(chance.pick(&[Observed::Suspended, Observed::Partial]));
        claim.about_source = Some("m".to_owned());
        return claim;
    }
    claim.item.clone_from(&action.item);
    claim.amount = if attack { None } else { quantity(chance, kind == Kind::Tally) };
    claim.by = doers(chance, &action);
    claim.to = if chance.one_in(4) { Vec::new() } else { named(&action.to) };
    if kind == Kind::Event && chance.one_in(3) {
        claim.reference = Some(chance.pick(&["r1", "r2"]).to_owned());
    }
    if kind == Kind::Tally && chance.one_in(6) {
        claim.cumulative_since = Some(START.min(occurred.first));
    }
    claim
}

fn named<'a>(parties: impl IntoIterator<Item = &'a Id>) -> Vec<Named> {
    parties.into_iter().map(|party| Named { party: Some(party.clone()), basis: Basis::Asserted }).collect()
}

fn doers(chance: &mut Chance, action: &Action) -> Vec<Named> {
    match chance.below(8) {
        0 => Vec::new(),
        1 => named(&["a".to_owned(), "x".to_owned()]),
        2 => named(&["x".to_owned()]),
        _ => named(&[chance.pick(&action.by)]),
    }
}

fn blank(id: &str, source: &str, kind: Kind, occurred: Period, known_at: Instant) -> Claim {
    Claim {
        occurred: Some(occurred),
        read_from: ("random.jsonl".to_owned(), 1),
        ..Claim::blank(id.to_owned(), source.to_owned(), kind, known_at)
    }
}
