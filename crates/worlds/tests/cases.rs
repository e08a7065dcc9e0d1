//! Worked cases, as model values: the oracle must give exactly these sets. Numbers follow the conformance
//! cases.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use jiff::tz::TimeZone;
use model::{
    Amount, Duration, Instant, Period, Standard, StatusSet,
    agreement::{
        Action, Actor, Agreement, Binding, Condition, CountedOn, Cycle, Due, Item, Matching, Provision,
        ProvisionKind, Required, Role, Rule, Spread, Terms, Where,
    },
    claim::{Claim, Kind, Named, Quantity},
    place::Place,
    source::{Coverage, Source, SourceKind},
};
use worlds::{Case, ProvisionVerdict, verdicts};

/// Hours since the start of day 1, 2026-01-01.
fn h(hours: i64) -> Instant {
    Instant(Instant::parse("2026-01-01T00:00Z").unwrap().0 + Duration::hours(hours).0)
}

/// Hour 0 of day N.
fn d(day: i64) -> i64 {
    (day - 1) * 24
}

fn action(act: &str, item: &str, by: &str) -> Action {
    let item = (!item.is_empty()).then(|| item.to_owned());
    Action { act: act.into(), by: vec![by.into()], item, to: None, place: None, stage: None, under: vec![] }
}

fn n(units: i64) -> Amount {
    Amount::whole(units)
}

fn provision(id: &str, bearers: &[&str], rule: Rule) -> Provision {
    let kind = match rule {
        Rule::Exchange { .. } => ProvisionKind::Exchange,
        Rule::Prohibition { .. } => ProvisionKind::Prohibition,
        _ => ProvisionKind::Obligation,
    };
    Provision {
        id: id.into(),
        label: String::new(),
        kind,
        bearers: bearers.iter().map(ToString::to_string).collect(),
        clause: String::new(),
        text: String::new(),
        line: 1,
        rule,
        while_: Condition::InForce,
        exceptions: vec![],
        verified_by: vec![],
        binding: Binding::Each,
        terms: Terms::default(),
        assumptions: vec![],
    }
}

fn once(id: &str, action: Action, required: Required, due: Due) -> Provision {
    let bearer = action.by[0].clone();
    provision(id, &[&bearer], Rule::Once { action, required, due, not_before: None })
}

fn daily(least: i64) -> Provision {
    let rule = Rule::Periodic {
        action: action("deliver", "box", "a"),
        required: Required::AtLeast(n(least)),
        shares: vec![],
        disjoint: false,
        cycle: Cycle::Day,
        pro_rata: false,
        spread: Spread::Alone,
    };
    provision("p", &["a"], rule)
}

fn returns(afterwards: bool) -> Provision {
    let rule = Rule::Exchange {
        trigger: action("return", "remains", "b"),
        every: n(1),
        action: action("return", "other_remains", "a"),
        required: n(15),
        within: Some(Duration::hours(48)),
        afterwards,
        shares: vec![],
        disjoint: false,
        matching: Matching::InOrder,
        counted_on: CountedOn::Handover,
    };
    provision("x", &["a"], rule)
}

fn truce() -> Provision {
    let mut action = action("attack", "", "a");
    action.by.push("b".into());
    action.place = Some((Where::In, "z".into()));
    provision("x", &["a", "b"], Rule::Prohibition { action })
}

fn by_day(last: i64) -> Due {
    Due::By(h(d(last + 1)).previous())
}

fn source(id: &str, origin: &str, side: Option<&str>) -> Source {
    let side = side.map(str::to_owned);
    Source { side, origin: origin.into(), kind: SourceKind::Media, ..Source::undeclared(id) }
}

/// The sources of the common preamble; the monitor sees with this lag, or not at all.
fn sources(lag: Option<i64>) -> Vec<Source> {
    let mut all = vec![
        source("m", "m", None),
        source("a", "a", Some("a")),
        source("b", "b", Some("b")),
        source("n1", "n1", None),
        source("n2", "n2", None),
        source("n3", "n2", None),
    ];
    let acts = ["deliver", "release", "return", "respond", "pay", "attack"];
    all[0].covers.extend(lag.map(|lag| Coverage {
        acts: acts.iter().map(ToString::to_string).collect(),
        items: vec![],
        counters: vec![],
        by: vec![],
        to: vec![],
        scope: None,
        stages: vec![],
        area: Some("z".into()),
        period: Period::ALWAYS,
        lag: Duration::hours(lag),
        accepted_by: vec![],
        basis: None,
    }));
    all
}

/// A claim over `[from, to)` hours, known at its end; place z, by a, to b.
fn claim(id: &str, source: &str, kind: Kind, what: (&str, &str), time: (i64, i64)) -> Claim {
    let item = (!what.1.is_empty()).then(|| what.1.to_owned());
    Claim {
        act: Some(what.0.into()),
        item,
        occurred: Period::half_open(h(time.0), h(time.1)),
        place: Some(Place { zone: Some("z".into()), ..Place::default() }),
        by: named(&["a"]),
        to: named(&["b"]),
        ..Claim::blank(id.into(), source.into(), kind, h(time.1))
    }
}

fn named(parties: &[&str]) -> Vec<Named> {
    parties.iter().map(|p| Named { party: Some(p.to_string()), basis: Default::default() }).collect()
}

trait Also: Sized {
    fn also(self, change: impl FnOnce(&mut Self)) -> Self;
    fn units(self, low: i64, high: i64) -> Self;
}

impl Also for Claim {
    fn also(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
    fn units(self, low: i64, high: i64) -> Self {
        self.also(|c| {
            c.amount = Some(Quantity { low: Some(n(low)), high: Some(n(high)), ..Quantity::default() })
        })
    }
}

fn tally(id: &str, source: &str, low: i64, high: i64, days: (i64, i64)) -> Claim {
    claim(id, source, Kind::Tally, ("deliver", "box"), (d(days.0), d(days.1))).units(low, high)
}

/// The verdicts at an hour, known at an hour.
fn ask(
    provisions: &[Provision],
    sources: &[Source],
    claims: &[Claim],
    at: (i64, i64),
    by: Standard,
) -> Vec<ProvisionVerdict> {
    let actor = |id: &str, role| Actor::named(id.into(), id.into(), role);
    let agreement = Agreement {
        actors: vec![actor("a", Role::Party), actor("b", Role::Party), actor("m", Role::Monitor)],
        items: [Item {
            id: "other_remains".into(),
            label: String::new(),
            parent: "remains".into(),
            property: None,
        }]
        .into_iter()
        .collect(),
        provisions: provisions.to_vec(),
        ..Agreement::empty("T".into(), TimeZone::UTC, h(0))
    };
    let case = Case {
        agreement: &agreement,
        sources,
        claims,
        grounds: &[],
        standard: by,
        at: h(at.0),
        known_at: h(at.1),
    };
    verdicts(&case, 1_000_000).unwrap()
}

fn set(names: &str) -> StatusSet {
    let one = |name: &str| model::Status::ALL.into_iter().find(|s| s.name() == name).unwrap();
    names.split_whitespace().map(one).collect()
}

/// Provision by provision, the sets at hour `at`, known then, as alleged.
fn expect(provisions: &[Provision], sources: &[Source], claims: &[Claim], at: i64, wanted: &[&str]) {
    let got = ask(provisions, sources, claims, (at, at), Standard::Alleged);
    for (verdict, wanted) in got.iter().zip(wanted) {
        assert_eq!(verdict.status, set(wanted), "{} at hour {at}: {verdict:?}", verdict.id);
    }
}

fn instances(verdict: &ProvisionVerdict, wanted: &[(&str, &str)]) {
    for (key, sets) in wanted {
        assert_eq!(verdict.instances[*key], set(sets), "{key} of {verdict:?}");
    }
}

#[test]
fn case_1_deadline_instants() {
    let p = once(
        "p",
        action("release", "prisoner", "a"),
        Required::AtLeast(n(1)),
        within(72, Condition::InForce),
    );
    let q = once("q", action("release", "hostage", "a"), Required::AtLeast(n(1)), by_day(3));
    let c1 = claim("c1", "m", Kind::Event, ("release", "prisoner"), (d(4), d(4)));
    let c2 = claim("c2", "m", Kind::Event, ("release", "hostage"), (d(4), d(4)));
    let (m, both) = (sources(Some(0)), [p, q]);
    expect(&both, &m, &[c1, c2.clone()], d(4), &["met", "late"]);
    expect(&both, &m, std::slice::from_ref(&c2), d(5), &["breached", "late"]);
    expect(&both, &m, &[c2], d(4), &["pending", "late"]);
}

fn within(hours: i64, after: Condition) -> Due {
    Due::Within(Duration::hours(hours), after)
}

#[test]
fn case_3_absence_needs_coverage_and_elapsed_lag() {
    let p = [once("p", action("release", "prisoner", "a"), Required::AtLeast(n(1)), by_day(3))];
    let status = |sources: &[Source], claims: &[Claim], at, known| {
        ask(&p, sources, claims, (at, known), Standard::Alleged)[0].status
    };
    let lagging = sources(Some(24));
    assert_eq!(status(&lagging, &[], d(4) + 1, d(4) + 1), set("met late breached"), "a");
    assert_eq!(status(&lagging, &[], d(4) + 1, d(5) + 1), set("breached"), "b");
    let mut gap = claim("g", "m", Kind::Coverage, ("release", ""), (d(2), d(2) + 4));
    gap.observed = Some(model::claim::Observed::Suspended);
    assert_eq!(status(&lagging, &[gap], d(4) + 1, d(5) + 1), set("met breached"), "c");
    let seen = claim("e", "n1", Kind::Event, ("release", "prisoner"), (d(2), d(2)));
    assert_eq!(status(&sources(Some(0)), &[seen], d(5), d(5)), set("met breached"), "d");
}

#[test]
fn case_4_exactly_and_late_adds_up() {
    let p = once(
        "p",
        action("release", "prisoner", "a"),
        Required::Exactly(n(20)),
        within(72, Condition::InForce),
    );
    let q = once(
        "q",
        action("pay", "box", "b"),
        Required::AtLeast(n(1)),
        within(24, Condition::Performed("p".into())),
    );
    let (both, m) = ([p, q], sources(Some(0)));
    let release = |id, units, hour| {
        claim(id, "m", Kind::Event, ("release", "prisoner"), (hour, hour)).units(units, units)
    };
    let claims = [release("c1", 15, d(3)), release("c2", 5, d(5))];
    expect(&both, &m, &claims, d(4) + 12, &["breached", "inactive"]);
    expect(&both, &m, &claims, d(5) + 6, &["late", "pending"]);
    expect(&both, &m, &claims, d(7), &["late", "breached"]);
    let claims = [release("c1", 20, d(3)), release("c3", 1, d(3) + 12)];
    expect(&both, &m, &claims, d(3) + 1, &["met", "pending"]);
    expect(&both, &m, &claims, d(3) + 13, &["breached", "pending"]);
}

#[test]
fn case_5_aggregate() {
    let claims = [tally("t", "m", 580, 620, (1, 2))];
    let at = (d(2) + 6, d(2) + 6);
    let got = &ask(&[daily(600)], &sources(Some(24)), &claims, at, Standard::Alleged)[0];
    instances(got, &[("2026-01-01", "met breached"), ("2026-01-02", "pending met")]);
    assert_eq!(got.status, set("met pending breached"));
    let got = &ask(&[daily(600)], &sources(Some(0)), &claims, at, Standard::Alleged)[0];
    instances(got, &[("2026-01-01", "met breached"), ("2026-01-02", "pending")]);
    assert_eq!(got.status, set("pending breached"));
}

/// Checks the amount of day 1, known on day 3, by asking for it and for one more.
fn day_one_amount(claims: &[Claim], sources: &[Source], standard: &Standard, low: i64, high: Option<i64>) {
    let ask = |least| {
        let got = ask(&[daily(least)], sources, claims, (d(3), d(3)), standard.clone());
        got[0].instances["2026-01-01"]
    };
    if low > 0 {
        assert_eq!(ask(low), set("met"), "at least {low}");
    }
    let beyond = high.map_or(low + 1, |high| high + 1);
    assert_eq!(ask(beyond), if high.is_some() { set("breached") } else { set("met breached") }, "{beyond}");
    if high.is_none_or(|high| high > low) {
        assert_eq!(ask(low + 1), set("met breached"), "more than {low}");
        assert_eq!(ask(high.unwrap_or(low + 1)), set("met breached"), "up to {high:?}");
    }
}

#[test]
fn case_6_a_vague_source_never_blurs() {
    let day = |id, source, low, high| tally(id, source, low, high, (1, 2));
    let none = sources(None);
    let check =
        |claims: &[Claim], low, high| day_one_amount(claims, &none, &Standard::Alleged, low, Some(high));
    check(&[day("1", "n1", 100, 650), day("2", "n2", 600, 700)], 600, 650);
    let apart = [day("1", "n1", 120, 120), day("2", "n2", 650, 650)];
    check(&apart, 120, 650);
    check(&[&apart[..], &[day("3", "n3", 100, 700)]].concat(), 120, 650);
    check(&[day("1", "n1", 100, 150), day("2", "n2", 600, 700), day("3", "b", 140, 650)], 140, 650);
}

#[test]
fn case_8_one_source_tally_and_events() {
    let event = |id, hour| claim(id, "m", Kind::Event, ("deliver", "box"), (hour, hour)).units(40, 40);
    let (m, alleged) = (sources(Some(0)), Standard::Alleged);
    let hundred = tally("t", "m", 100, 100, (1, 2));
    day_one_amount(&[hundred.clone(), event("1", 8), event("2", 12)], &m, &alleged, 100, Some(100));
    day_one_amount(&[hundred, event("1", 8), event("2", 12), event("3", 14)], &m, &alleged, 100, Some(120));
    let early = [tally("t", "m", 50, 50, (1, 2)).also(|c| c.known_at = h(12))];
    expect(&[daily(95)], &m, &early, 12, &["pending"]);
    day_one_amount(&early, &sources(None), &alleged, 50, None);
}

fn handed(id: &str, by: &str, item: &str, time: (i64, i64), low: i64, high: i64) -> Claim {
    claim(id, "m", Kind::Event, ("return", item), time).units(low, high).also(|c| c.by = named(&[by]))
}

#[test]
fn case_12_first_in_first_out() {
    let (x, m) = ([returns(false)], sources(Some(0)));
    let mut claims = vec![
        handed("r1", "b", "remains", (d(1), d(2)), 1, 1),
        handed("r2", "b", "remains", (d(3) + 12, d(3) + 12), 1, 1),
        handed("p1", "a", "other_remains", (d(2) + 12, d(2) + 12), 14, 20),
    ];
    let at = d(4) + 12;
    let got = &ask(&x, &m, &claims, (at, at), Standard::Alleged)[0];
    instances(got, &[("#1", "met breached"), ("#2", "pending")]);
    assert_eq!(got.status, set("pending breached"));
    claims.push(handed("p2", "a", "other_remains", (d(5), d(5)), 10, 10));
    let got = &ask(&x, &m, &claims, (d(6), d(6)), Standard::Alleged)[0];
    instances(got, &[("#1", "met late"), ("#2", "met breached")]);
    assert_eq!(got.status, set("met breached"));
}

#[test]
fn case_13_performance_on_the_triggers_own_day() {
    let claims = [
        handed("r1", "b", "remains", (d(1), d(2)), 1, 1),
        handed("p1", "a", "other_remains", (d(1), d(2)), 15, 15),
    ];
    expect(&[returns(false)], &sources(Some(0)), &claims, d(6), &["met"]);
    expect(&[returns(true)], &sources(Some(0)), &claims, d(6), &["met breached"]);
}

#[test]
fn case_14_the_trigger_is_a_union_of_intervals() {
    let claims = [
        handed("r1", "b", "remains", (d(1), d(1)), 1, 1).also(|c| c.source = "n1".into()),
        handed("no", "b", "remains", (d(1), d(1)), 1, 1).also(|c| {
            c.denies = vec!["occurred".into()];
            c.about = vec!["r1".into()];
        }),
        handed("r2", "b", "remains", (d(9), d(9)), 1, 1),
    ];
    let got = &ask(&[returns(false)], &sources(Some(0)), &claims, (d(5), d(9)), Standard::Alleged)[0];
    instances(got, &[("#1", "inactive breached")]);
}

#[test]
fn case_21_met_becomes_unmet_and_back() {
    let p = once("p", action("release", "prisoner", "a"), Required::AtLeast(n(1)), by_day(3));
    let q = once(
        "q",
        action("pay", "box", "b"),
        Required::AtLeast(n(1)),
        within(24, Condition::Performed("p".into())),
    );
    let c1 = claim("c1", "m", Kind::Event, ("release", "prisoner"), (d(2), d(2)));
    let retract = |id: &str, of: &str, day| {
        claim(id, "m", Kind::Event, ("release", "prisoner"), (d(day), d(day)))
            .also(|c| c.retracts = Some(of.into()))
    };
    let mut claims = vec![c1, retract("c2", "c1", 10), retract("c3", "c2", 11)];
    for _ in 0..2 {
        for (known, wanted) in
            [(9, ["met", "breached"]), (10, ["breached", "inactive"]), (12, ["met", "breached"])]
        {
            let asked = [p.clone(), q.clone()];
            let got = ask(&asked, &sources(Some(0)), &claims, (d(8), d(known)), Standard::Alleged);
            assert_eq!(
                got.iter().map(|v| v.status).collect::<Vec<_>>(),
                wanted.map(set),
                "known on day {known}"
            );
        }
        claims.reverse();
    }
}

fn attack(id: &str, source: &str, by: &[&str], reference: Option<&str>) -> Claim {
    claim(id, source, Kind::Event, ("attack", ""), (d(3), d(3))).also(|c| {
        c.by = named(by);
        c.reference = reference.map(str::to_owned);
    })
}

fn truce_at_day_5(claims: &[Claim], monitor: Option<i64>) -> ProvisionVerdict {
    ask(&[truce()], &sources(monitor), claims, (d(5), d(5)), Standard::Alleged).remove(0)
}

#[test]
fn case_22_who_did_it() {
    let i1 = Some("i1");
    let got = truce_at_day_5(
        &[attack("1", "m", &[], i1), attack("2", "n1", &["a"], i1), attack("3", "n2", &["b"], i1)],
        Some(0),
    );
    assert_eq!((got.status, got.violations), (set("breached"), (1, Some(1))));
    assert_eq!((got.by_bearer["a"], got.by_bearer["b"]), (set("pending breached"), set("pending breached")));
    let got = truce_at_day_5(
        &[
            attack("1", "m", &[], i1),
            attack("2", "n1", &["a"], i1),
            attack("3", "n2", &["unknown_group"], i1),
        ],
        Some(0),
    );
    assert_eq!((got.status, got.violations), (set("pending breached"), (0, Some(1))));
    let got = truce_at_day_5(&[attack("2", "n1", &["a"], None), attack("3", "n2", &["a"], None)], None);
    assert_eq!((got.status, got.violations), (set("breached"), (1, None)));
}

#[test]
fn case_23e_f_an_unresolved_place_is_not_dropped() {
    let somewhere = |id| {
        let name = Some("somewhere".to_owned());
        attack(id, "m", &["a"], None).also(|c| c.place = Some(Place { name, ..Place::default() }))
    };
    let got = truce_at_day_5(&[somewhere("1")], Some(0));
    assert_eq!((got.status, got.violations), (set("pending breached"), (0, Some(1))));
    let got = truce_at_day_5(&[somewhere("1"), somewhere("2"), somewhere("3")], Some(0));
    assert_eq!((got.status, got.violations), (set("pending breached"), (0, Some(3))));
}

#[test]
fn case_24_standards_act_on_literals() {
    use Standard::{Admitted, Adverse, Alleged, Corroborated, Verified};
    let none = sources(None);
    let day = |source, units| tally(&format!("{source}{units}"), source, units, units, (1, 2));
    let check = |claims: &[Claim], standard, low, high| day_one_amount(claims, &none, &standard, low, high);
    for (a, b) in [(580, 120), (620, 120)] {
        let claims = [day("a", a), day("b", b)];
        for standard in [Alleged, Corroborated, Adverse] {
            check(&claims, standard, b, Some(a));
        }
        check(&claims, Admitted, 0, Some(a));
        check(&claims, Verified, 0, None);
        let mut to_b = daily(b);
        let Rule::Periodic { action, .. } = &mut to_b.rule else { panic!("a daily duty") };
        action.to = Some("b".into());
        let got = ask(&[to_b], &none, &claims, (d(3), d(3)), Admitted);
        assert_eq!(got[0].instances["2026-01-01"], set("met"), "b acknowledges {b}");
    }
    let three = [day("n1", 100), day("n2", 600), day("a", 600)];
    check(&three, Corroborated, 600, Some(600));
    check(&[&three[..], &[day("b", 100)]].concat(), Corroborated, 100, Some(600));
    check(&[day("n2", 600), day("n3", 600)], Corroborated, 0, None);
}
