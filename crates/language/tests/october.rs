//! The October example, from Markdown to agreement.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use language::{Parsed, condition_in_words, parse, rule_in_words};
use model::{
    Amount, Duration, Instant, Period,
    agreement::{
        Agreement, Change, Condition, Due, PhaseEnd, Provision, Required, Role, Rule, Target, Where,
    },
};

const TEXT: &str = include_str!("october.pact.md");

fn read() -> (Agreement, Parsed) {
    let parsed = parse(TEXT);
    assert_eq!(parsed.diagnostics, []);
    (parsed.agreement.clone().unwrap(), parsed)
}

fn provision<'a>(agreement: &'a Agreement, id: &str) -> &'a Provision {
    agreement.provisions.iter().find(|p| p.id == id).unwrap()
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

#[test]
fn the_header_and_who_is_named() {
    let (agreement, _) = read();
    assert_eq!(agreement.name, "Gaza ceasefire, October 2025");
    assert_eq!(agreement.timezone.iana_name(), Some("Asia/Gaza"));
    assert_eq!(agreement.in_force, at("2025-10-10T09:00:00Z"));
    assert_eq!(agreement.day_one.unwrap().to_string(), "2025-10-10");
    let roles: Vec<_> = agreement.actors.iter().map(|a| (a.id.as_str(), a.role)).collect();
    let expected = [
        ("israel", Role::Party),
        ("hamas", Role::Party),
        ("usa", Role::Guarantor),
        ("qatar", Role::Guarantor),
        ("cmcc", Role::Monitor),
        ("isf", Role::Body),
        ("hezbollah", Role::Actor),
    ];
    assert_eq!(roles, expected);
}

#[test]
fn zones_hold_from_local_midnight_to_local_midnight() {
    let (agreement, _) = read();
    let line = agreement.zones.iter().find(|z| z.id == "israeli_held").unwrap();
    let (first, moved) = (at("2025-10-09T21:00:00Z"), at("2026-01-14T22:00:00Z"));
    let valid: Vec<_> = line.versions.iter().map(|v| (v.file.as_str(), v.valid)).collect();
    let expected = [
        ("zones/line-a.geojson", Period::half_open(first, moved).unwrap()),
        ("zones/line-b.geojson", Period::closed(moved, Instant::MAX).unwrap()),
    ];
    assert_eq!(valid, expected);
    assert_eq!(agreement.zones[1].versions[0].feature.as_deref(), Some("PS0255"));
}

#[test]
fn each_rule_in_words() {
    let (agreement, _) = read();
    let rules: Vec<_> =
        agreement.provisions.iter().map(|p| (p.id.as_str(), rule_in_words(&agreement, p))).collect();
    let expected = [
        ("cessation", "Each of Israel and Hamas must not attack anyone in Gaza Strip."),
        (
            "living_hostages",
            "Hamas must release at least 20 hostages to Israel within 72 hours after “Forces behind the initial line”.",
        ),
        (
            "remains",
            "Hamas must return at least 28 deceased hostages to Israel within 72 hours after “Forces behind the initial \
             line”.",
        ),
        (
            "detainees",
            "Israel must release at least 1950 prisoners within 24 hours after “living hostages” is performed.",
        ),
        (
            "remains_for_remains",
            "For every 1 deceased hostage that Hamas returns to Israel, Israel must return 15 remains of Gazans to Hamas \
             within 48 hours after that return.",
        ),
        (
            "aid",
            "Israel must admit at least 600 trucks into Gaza Strip each day, of these at least 50 fuel trucks, of these at \
             least 300 into North Gaza, part-days at the ends in proportion, counted when entered.",
        ),
    ];
    assert_eq!(rules.iter().map(|(id, words)| (*id, words.as_str())).collect::<Vec<_>>(), expected);
}

#[test]
fn the_daily_duty_has_its_shares_stage_and_verifier() {
    let (agreement, _) = read();
    let aid = provision(&agreement, "aid");
    let Rule::Periodic { action, required, shares, pro_rata: true, .. } = &aid.rule else {
        panic!("{:?}", aid.rule)
    };
    assert_eq!(*required, Required::AtLeast(Amount::whole(600)));
    assert_eq!(action.stage.as_deref(), Some("entered"));
    assert_eq!(action.place, Some((Where::Into, "gaza".into())));
    assert_eq!(shares[0].action.item.as_deref(), Some("fuel_truck"));
    assert_eq!(shares[0].action.stage.as_deref(), Some("entered"));
    assert_eq!(shares[1].action.place, Some((Where::Into, "north_gaza".into())));
    assert_eq!(shares[1].label, "at least 300 into north_gaza");
    assert_eq!(aid.verified_by, ["cmcc"]);
    assert_eq!(aid.while_, Condition::InForce);
}

#[test]
fn deadlines_hang_on_milestones_and_provisions() {
    let (agreement, _) = read();
    let due = |id| match &provision(&agreement, id).rule {
        Rule::Once { due, .. } => due.clone(),
        other => panic!("{other:?}"),
    };
    let milestone = Condition::Milestone("initial_withdrawal".into());
    assert_eq!(due("remains"), Due::Within(Duration::hours(72), milestone));
    assert_eq!(
        due("detainees"),
        Due::Within(Duration::hours(24), Condition::Performed("living_hostages".into()))
    );
    let assumed: Vec<_> =
        provision(&agreement, "detainees").assumptions.iter().map(|a| a.why.as_str()).collect();
    assert_eq!(assumed, ["the text sets no deadline"]);
}

#[test]
fn phases_and_milestones() {
    let (agreement, _) = read();
    let words = |condition| condition_in_words(&agreement, condition);
    let [one, two] = &agreement.phases[..] else { panic!() };
    let PhaseEnd::When(ends) = &one.ends else { panic!() };
    assert_eq!(one.begins, Condition::InForce);
    assert_eq!(
        words(ends),
        "“living hostages” has been performed and “remains” has been performed and “detainees” has been performed"
    );
    assert_eq!(
        words(&two.begins),
        "phase one (“Exchanges”) has ended and International Stabilization Force deployed in Gaza Strip"
    );
    assert_eq!(two.ends, PhaseEnd::Never);
    assert_eq!(two.assumptions.len(), 1);
    let withdrawal = &agreement.milestones[0];
    assert_eq!(words(&withdrawal.when), "Israel withdrew troops to Area behind the initial withdrawal line");
    assert_eq!(withdrawal.assumptions[0].why, "the announced withdrawal is taken as complete");
}

#[test]
fn readings_change_parts_of_provisions() {
    let (agreement, _) = read();
    let [force, any] = &agreement.readings[..] else { panic!() };
    assert_eq!(force.id, "force_in_answer_to_an_attack_is_enforcement");
    let (id, Change::Except(exceptions)) = &force.changes[0] else { panic!() };
    assert_eq!(*id, Target::Provision("cessation".into()));
    assert_eq!(exceptions[0].by, ["israel"]);
    let Condition::Recently(length, action) = &exceptions[0].when else { panic!() };
    assert_eq!(
        (*length, action.by.as_slice(), action.act.as_str()),
        (Duration::DAY, &["hamas".into()][..], "attack")
    );
    assert_eq!((any.id.as_str(), any.contended_by.len()), ("any_remains", 2));
    let changed = agreement.read_as(any);
    let Rule::Exchange { trigger, .. } = &provision(&changed, "remains_for_remains").rule else { panic!() };
    assert_eq!(trigger.item.as_deref(), Some("remains"));
    let as_force = agreement.read_as(force);
    assert_eq!(
        rule_in_words(&as_force, provision(&as_force, "cessation")),
        "Each of Israel and Hamas must not attack anyone in Gaza Strip, except an attack by Israel within 24 hours after an \
         attack by Hamas."
    );
}

#[test]
fn each_provision_knows_its_clause_its_text_and_its_line() {
    let (agreement, parsed) = read();
    let titles: Vec<_> = parsed.clauses.iter().map(|c| (c.title.as_str(), c.blocks.len())).collect();
    let expected = [
        ("A ceasefire in October", 1),
        ("Article 1: The fighting stops", 1),
        ("Article 2: Withdrawal and exchange", 1),
        ("Article 3: Aid", 1),
    ];
    assert_eq!(titles, expected);
    let remains = provision(&agreement, "remains");
    assert_eq!(remains.clause, "Article 2: Withdrawal and exchange");
    assert_eq!(TEXT.lines().nth(remains.line - 1), Some("obligation remains"));
    assert!(remains.text.starts_with("obligation remains\n") && remains.text.ends_with("initial_withdrawal"));
    assert_eq!(provision(&agreement, "detainees").clause, "Article 2, second sentence");
}
