//! Everything that an agreement has but its provisions, each thing with its parts.
//!
//! Invariant: every field of every kind of thing is listed, so that a new one cannot be overlooked.

use model::{
    Id, Instant, Period,
    agreement::{
        Actor, Agreement, Baseline, Changing, Comparison, Derived, Due, Family, Item, Judgement, Line,
        Milestone, Phase, PhaseEnd, Property, Role, Setting, Tie, TieKind, Unruled, Valuation, Value,
        ValueKind, Worth, Zone, ZoneVersion,
    },
};

use super::{
    ThingKind,
    names::Space,
    parts::{Figure, Part, Parts},
};
use crate::words::{Words, length_in_words};

/// One thing of an agreement.
pub(super) struct Thing {
    pub(super) kind: ThingKind,
    pub(super) id: Id,
    /// As people call it: its label in quotation marks, or its identifier.
    pub(super) name: String,
    /// The heading that it stands under, where the agreement says so.
    pub(super) clause: Option<String>,
    /// What it is, where it is new or gone.
    pub(super) summary: String,
    pub(super) parts: Vec<Part>,
    /// What it must share with a thing of another name to be the same; none where too little is said of it.
    pub(super) essence: Option<String>,
}

impl Thing {
    pub(super) fn new(kind: ThingKind, id: &Id, label: &str, parts: Parts, summary: String) -> Thing {
        let named = !label.is_empty() && label != id;
        let name = if named { format!("“{label}”") } else { id.clone() };
        let essence = Some(parts.essence()).filter(|essence| !essence.is_empty());
        Thing { kind, id: id.clone(), name, clause: None, summary, parts: parts.list, essence }
    }

    /// The space that its identifier is in; none for what has no identifier.
    pub(super) fn space(&self) -> Option<Space> {
        match self.kind {
            ThingKind::Agreement | ThingKind::Valuation | ThingKind::Heading => None,
            ThingKind::Phase => Some(Space::Phase),
            ThingKind::Provision => Some(Space::Provision),
            ThingKind::Power => Some(Space::Power),
            ThingKind::Amendment => Some(Space::Amendment),
            ThingKind::Reading => Some(Space::Reading),
            _ => Some(Space::Thing),
        }
    }
}

/// Everything in the agreement, in the order of its lists.
pub(super) fn things(words: &Words) -> Vec<Thing> {
    let Agreement {
        name,
        timezone,
        signed,
        in_force,
        entry,
        day_one,
        d_day,
        assumptions,
        actors,
        zones,
        lines,
        items,
        values,
        baselines,
        families,
        judgements,
        milestones,
        phases,
        provisions,
        powers,
        amendments,
        readings,
        valuations,
    } = words.agreement;
    let mut header = Parts::new(words);
    header.say("Name", name, format!("“{name}”"));
    header.say("Time zone", timezone, timezone.iana_name().unwrap_or("without a name"));
    header.maybe("Signing", signed, |at| words.moment(*at));
    // Where a condition says when it enters into force, the instant is no more than its least.
    match entry {
        Some(condition) => {
            header.say("Entry into force", entry, format!("when {}", words.condition(condition)))
        }
        None => header.measured(
            "Entry into force",
            in_force,
            words.moment(*in_force),
            String::new(),
            at(*in_force),
        ),
    }
    header.maybe("Earliest entry into force", &entry.as_ref().map(|_| in_force), |at| words.moment(**at));
    header.maybe("Day 1", day_one, ToString::to_string);
    header.maybe("D", d_day, ToString::to_string);
    header.assumptions(assumptions);
    let mut all = vec![Thing::new(ThingKind::Agreement, &String::new(), "", header, String::new())];
    all.extend(actors.iter().map(|actor| of_actor(words, actor)));
    all.extend(zones.iter().map(|zone| of_zone(words, zone)));
    all.extend(lines.iter().map(|line| of_line(words, line)));
    all.extend(items.iter().map(|item| of_item(words, item)));
    all.extend(values.iter().map(|value| of_value(words, value)));
    all.extend(baselines.iter().map(|baseline| of_baseline(words, baseline)));
    all.extend(families.iter().map(|family| of_family(words, family)));
    all.extend(judgements.iter().map(|judgement| of_judgement(words, judgement)));
    all.extend(milestones.iter().map(|milestone| of_milestone(words, milestone)));
    all.extend(phases.iter().map(|phase| of_phase(words, phase)));
    all.extend(provisions.iter().map(|provision| super::provisions::of_provision(words, provision)));
    all.extend(powers.iter().map(|power| super::changes::of_power(words, power)));
    all.extend(amendments.iter().map(|amendment| super::changes::of_amendment(words, amendment)));
    all.extend(readings.iter().map(|reading| super::changes::of_reading(words, reading)));
    all.extend(valuations.iter().map(|valuation| of_valuation(words, valuation)));
    all
}

fn of_actor(words: &Words, actor: &Actor) -> Thing {
    let Actor { id, label, role, ties, contested_by, contested_in } = actor;
    let mut parts = Parts::new(words);
    parts.label(label, id);
    let is_named = !parts.list.is_empty();
    let role = match role {
        Role::Party => "party",
        Role::Guarantor => "guarantor",
        Role::Monitor => "monitor",
        Role::Body => "body",
        Role::Actor => "not a party",
    };
    parts.say("Role", &role, role);
    parts.each("Tie", ties, |tie| tie_in_words(words, tie));
    parts.who("Contest of the role by", contested_by);
    parts.maybe("Source of that contest", contested_in, |source| format!("“{source}”"));
    let mut thing = Thing::new(ThingKind::Actor, id, label, parts, role.to_owned());
    // Two parties without names are not the same party.
    thing.essence = thing.essence.filter(|_| is_named);
    thing
}

fn tie_in_words(words: &Words, tie: &Tie) -> String {
    let Tie { kind, other, valid, source, contested_by } = tie;
    let mut said = match kind {
        TieKind::Accepted => "accepted the agreement",
        TieKind::Left => "left the agreement",
        TieKind::SplitFrom => "split from",
        TieKind::PartOf => "part of",
        TieKind::DirectedBy => "directed by",
    }
    .to_owned();
    if let Some(other) = other {
        said += &format!(" {}", words.agreement.label(other));
    }
    said += &period(words, valid);
    if let Some(source) = source {
        said += &format!(", source “{source}”");
    }
    if !contested_by.is_empty() {
        said += &format!(", contested by {}", words.doers(contested_by, "", "and"));
    }
    said
}

fn of_zone(words: &Words, zone: &Zone) -> Thing {
    let Zone { id, label, versions, derived } = zone;
    let mut parts = Parts::new(words);
    parts.label(label, id);
    parts.each("Outline", versions, |version| outline(words, version));
    parts.maybe("Extent", derived, |derived| match derived {
        Derived::Near { metres, of, side } => {
            let side = side.as_ref().map(|side| format!(" on the {side} side")).unwrap_or_default();
            format!("within {metres} m of {}{side}", words.place(of))
        }
        Derived::Widened { zone, metres } => format!("{} widened by {metres} m", words.place(zone)),
        Derived::Without(one, other) => format!("{} without {}", words.place(one), words.place(other)),
        Derived::Union(zones) => zones.iter().map(|zone| words.place(zone)).collect::<Vec<_>>().join(" and "),
        Derived::Held { by, at, map_of } => {
            let map = map_of.as_ref().map(|who| format!(", by the map of {}", words.agreement.label(who)));
            let (by, at) = (words.agreement.label(by), words.instant(at));
            format!("what {by} holds at {at}{}", map.unwrap_or_default())
        }
    });
    Thing::new(ThingKind::Zone, id, label, parts, "zone".to_owned())
}

fn outline(words: &Words, version: &ZoneVersion) -> String {
    let ZoneVersion { file, feature, valid } = version;
    let feature = feature.as_ref().map(|feature| format!(", feature {feature}")).unwrap_or_default();
    format!("{file}{feature}{}", period(words, valid))
}

fn of_line(words: &Words, line: &Line) -> Thing {
    let Line { id, label, as_of, versions, moving, map_of } = line;
    let mut parts = Parts::new(words);
    parts.label(label, id);
    parts.maybe("Date", as_of, |at| words.moment(*at));
    parts.each("Course", versions, |version| outline(words, version));
    parts.say("Course over time", moving, if *moving { "moving with the facts" } else { "fixed as drawn" });
    parts.maybe("Map", map_of, |who| words.agreement.label(who).to_owned());
    Thing::new(ThingKind::Line, id, label, parts, "line".to_owned())
}

fn of_item(words: &Words, item: &Item) -> Thing {
    let Item { id, label, parent, property } = item;
    let mut parts = Parts::new(words);
    parts.label(label, id);
    parts.say("Kind", parent, words.item(parent, model::Amount::whole(1)));
    parts.maybe("Measure", property, |Property { name, comparison, amount, unit }| {
        let than = match comparison {
            Comparison::AtLeast => "at least",
            Comparison::Above => "above",
            Comparison::AtMost => "at most",
            Comparison::Below => "below",
            Comparison::Equal => "exactly",
        };
        format!("{name} {than} {amount} {unit}").trim_end().to_owned()
    });
    Thing::new(
        ThingKind::Item,
        id,
        label,
        parts,
        format!("kind of {}", words.item(parent, model::Amount::whole(1))),
    )
}

fn of_value(words: &Words, value: &Value) -> Thing {
    let Value { id, label, kind, set_by, due, changing, undisclosed, settings } = value;
    let mut parts = Parts::new(words);
    parts.label(label, id);
    let kind = match kind {
        ValueKind::Zone => "zone",
        ValueKind::Line => "line",
        ValueKind::Number => "number",
        ValueKind::Date => "day",
        ValueKind::List => "list",
    };
    parts.say("Kind", &kind, kind);
    parts.who("Setter", set_by);
    deadline(&mut parts, due);
    parts.say(
        "Change",
        changing,
        match changing {
            Changing::ByAgreement => "only by agreement".to_owned(),
            Changing::By(who) => format!("by {}", words.doers(who, "", "and")),
            Changing::Never => "never".to_owned(),
        },
    );
    parts.say("Publication", undisclosed, if *undisclosed { "not published" } else { "published" });
    parts.each("Setting", settings, |Setting { to, since, source }| {
        format!("{to} since {}, source “{source}”", words.moment(*since))
    });
    Thing::new(ThingKind::Value, id, label, parts, format!("{kind} that is fixed later"))
}

fn of_baseline(words: &Words, baseline: &Baseline) -> Thing {
    let Baseline { id, label, item, certified_by, later_finds } = baseline;
    let mut parts = Parts::new(words);
    parts.label(label, id);
    parts.say("Item", item, words.item(item, model::Amount::whole(2)));
    parts.who("Certifier", certified_by);
    parts.say("Later finds", later_finds, if *later_finds { "added" } else { "not added" });
    Thing::new(ThingKind::Baseline, id, label, parts, "baseline".to_owned())
}

fn of_family(words: &Words, family: &Family) -> Thing {
    let Family { id, label, members, set_by, undisclosed } = family;
    let mut parts = Parts::new(words);
    parts.label(label, id);
    parts.who("Member", members);
    parts.who("Setter", set_by);
    parts.say("Publication", undisclosed, if *undisclosed { "not published" } else { "published" });
    Thing::new(ThingKind::Family, id, label, parts, "family".to_owned())
}

fn of_judgement(words: &Words, judgement: &Judgement) -> Thing {
    let Judgement { id, label, by, within, unruled: if_unruled } = judgement;
    let mut parts = Parts::new(words);
    parts.label(label, id);
    parts.who("Judge", by);
    parts.maybe("Time to judge", within, |clock| words.clock(*clock));
    parts.say("Outcome without a ruling", if_unruled, unruled(*if_unruled));
    Thing::new(ThingKind::Judgement, id, label, parts, "term that is judged".to_owned())
}

/// What holds if nobody rules.
pub(super) fn unruled(unruled: Unruled) -> &'static str {
    match unruled {
        Unruled::So => "it is so",
        Unruled::NotSo => "it is not so",
        Unruled::Open => "it stays open",
    }
}

fn of_milestone(words: &Words, milestone: &Milestone) -> Thing {
    let Milestone { id, label, when, assumptions } = milestone;
    let mut parts = Parts::new(words);
    parts.label(label, id);
    parts.say("Condition", when, format!("when {}", words.condition(when)));
    parts.assumptions(assumptions);
    Thing::new(ThingKind::Milestone, id, label, parts, format!("reached when {}", words.condition(when)))
}

fn of_phase(words: &Words, phase: &Phase) -> Thing {
    let Phase { id, label, begins, ends, latest, assumptions } = phase;
    let mut parts = Parts::new(words);
    parts.label(label, id);
    parts.say("Beginning", begins, words.instant(begins));
    let figure = match ends {
        PhaseEnd::After(length) => Some(Figure::Length(*length)),
        PhaseEnd::When(_) | PhaseEnd::Months(_) | PhaseEnd::Never => None,
    };
    let end = words.phase_end(ends);
    parts.measured("End", ends, &end, String::new(), figure);
    if let Some(due) = latest {
        let (words, tail, figure) = due_in_words(words, due);
        parts.measured("Latest end", due, words, tail, figure);
    }
    parts.assumptions(assumptions);
    Thing::new(ThingKind::Phase, id, label, parts, format!("begins with {}, {end}", words.instant(begins)))
}

fn of_valuation(words: &Words, valuation: &Valuation) -> Thing {
    let Valuation { party, rows } = valuation;
    let mut parts = Parts::new(words);
    parts.each("Value", rows, |Worth { when, least, most, source }| {
        format!("{least} to {most} when {}, source “{source}”", words.condition(when))
    });
    Thing::new(
        ThingKind::Valuation,
        party,
        words.agreement.label(party),
        parts,
        "what outcomes are worth".to_owned(),
    )
}

/// A deadline, where there is one.
pub(super) fn deadline(parts: &mut Parts, due: &Due) {
    if *due != Due::Open {
        let (words, tail, figure) = due_in_words(parts.words, due);
        parts.measured("Deadline", due, words, tail, figure);
    }
}

/// `within 72 hours`, ` after …` and the hours.
pub(super) fn due_in_words(words: &Words, due: &Due) -> (String, String, Option<Figure>) {
    let whole = words.due(due).trim().to_owned();
    match due {
        Due::Within(length, _) => {
            let head = format!("within {}", length_in_words(*length));
            match whole.strip_prefix(&head) {
                Some(tail) => (head, tail.to_owned(), Some(Figure::Deadline(*length))),
                None => (whole, String::new(), None),
            }
        }
        Due::By(last) => (whole, String::new(), Some(Figure::Day(last.date(&words.agreement.timezone)))),
        _ => (whole, String::new(), None),
    }
}

fn at(instant: Instant) -> Option<Figure> {
    Some(Figure::Deadline(model::Duration(instant.0)))
}

fn period(words: &Words, period: &Period) -> String {
    let mut said = String::new();
    if period.first > Instant::MIN {
        said += &format!(" from {}", words.moment(period.first));
    }
    if period.last < Instant::MAX {
        said += &format!(" to {}", words.moment(period.last));
    }
    said
}
