//! Duties of each period: which periods, what a part of one owes, what a short one means.
//!
//! Invariant: where a period can be cut the text says what the part owes; where an average counts it says what a short
//! day is meanwhile.

use jiff::civil::Weekday;
use model::{
    Instant,
    agreement::{Action, Change, Condition, Cycle, Required, Rule, Share, Spread},
};

use super::{Lowering, clocks::MAX_DAYS};
use crate::{
    diagnostics::{Diagnostic, codes},
    syntax::{SyntaxKind as K, SyntaxNode, Walk},
};

impl Lowering<'_> {
    pub(super) fn periodic(
        &mut self,
        node: &SyntaxNode,
        each: &SyntaxNode,
        action: Option<Action>,
        required: Option<Required>,
    ) -> Option<Rule> {
        self.belonging(
            node,
            "a duty of each period",
            &[
                K::Each,
                K::Share,
                K::Disjoint,
                K::PartDays,
                K::Average,
                K::ShortDay,
                K::Shortfall,
                K::Counted,
                K::OnlyThose,
            ],
        );
        let cycle = self.cycle(each)?;
        let said = self.part_periods(node, each, &cycle);
        let spread = self.spread(node, &cycle);
        let action = action?;
        let (shares, disjoint) = self.shares(node, &action)?;
        Some(Rule::Periodic {
            action,
            required: required?,
            shares,
            disjoint,
            cycle,
            pro_rata: said.is_some_and(|line| line.has("rata")),
            spread: spread?,
        })
    }

    fn cycle(&mut self, each: &SyntaxNode) -> Option<Cycle> {
        if each.has("day") {
            return Some(Cycle::Day);
        }
        if let Some((_, months)) =
            [("month", 1), ("quarter", 3), ("year", 12)].into_iter().find(|(word, _)| each.has(word))
        {
            return Some(Cycle::Months(months));
        }
        if each.has("week") || each.has("weekly") {
            let days = [
                ("monday", Weekday::Monday),
                ("tuesday", Weekday::Tuesday),
                ("wednesday", Weekday::Wednesday),
                ("thursday", Weekday::Thursday),
                ("friday", Weekday::Friday),
                ("saturday", Weekday::Saturday),
                ("sunday", Weekday::Sunday),
            ];
            let said = days.into_iter().find(|(name, _)| each.has(name)).map(|(_, day)| Cycle::Week(day));
            if said.is_none() && !each.is_cut_off() {
                self.bare_week(each, days);
            }
            return said;
        }
        if each.has("term") {
            return self.term_of(each);
        }
        let days = self.days(each)?;
        Some(Cycle::Days(days, self.instant_in(each)?))
    }

    fn bare_week(&mut self, each: &SyntaxNode, days: [(&str, Weekday); 7]) {
        let entry = self.in_force.date(&self.timezone).weekday();
        let day = days.into_iter().find(|(_, day)| *day == entry).map_or("monday", |(name, _)| name);
        let message = "a week can start on any day: say on which";
        self.sink.push(
            Diagnostic::error(codes::BARE_WEEK, each.span(), message)
                .write(format!("each week starting {day}"))
                .write("each 7 days from entry into force"),
        );
    }

    /// A number of days.
    fn days(&mut self, node: &SyntaxNode) -> Option<u32> {
        let token = node.token(K::Number)?;
        let days = token.text().parse::<u32>().ok().filter(|n| (1..=MAX_DAYS).contains(&i64::from(*n)));
        if days.is_none() {
            self.error(codes::BAD_NUMBER, token.text_range().into(), "a whole number of days was expected");
        }
        days
    }

    fn term_of(&mut self, each: &SyntaxNode) -> Option<Cycle> {
        if let Some(name) = each.name() {
            return Some(Cycle::Term(self.names.phase(&name, self.sink)?));
        }
        if let [only] = self.renewable.as_slice() {
            return Some(Cycle::Term(only.clone()));
        }
        let message = "of which phase? No single one can be extended";
        let mut diagnostic = Diagnostic::error(codes::WHICH_TERM, each.span(), message);
        for phase in self.names.phases() {
            diagnostic = diagnostic.write(format!("each term of phase {phase}"));
        }
        self.sink.push(diagnostic);
        None
    }

    /// What a part of a period owes; asked for where entry into force cuts one.
    fn part_periods(&mut self, node: &SyntaxNode, each: &SyntaxNode, cycle: &Cycle) -> Option<SyntaxNode> {
        let said = self.one(node, &[K::PartDays]);
        if said.is_none() && self.is_cut(cycle) {
            let start = node.span().start;
            self.ask_part_periods(each, cycle, |lowering, words| lowering.continuation(start, words));
        }
        said
    }

    /// Whether a period begins before entry into force, or can.
    fn is_cut(&self, cycle: &Cycle) -> bool {
        let entry = self.in_force.date(&self.timezone);
        let inside = self.in_force != Instant::start_of(entry, &self.timezone);
        match cycle {
            Cycle::Day => inside,
            Cycle::Week(start) => inside || entry.weekday() != *start,
            Cycle::Months(months) => {
                let within = u32::from(entry.month().unsigned_abs()).saturating_sub(1) % months;
                inside || entry.day() != 1 || within != 0
            }
            Cycle::Days(_, Condition::InForce) => false,
            Cycle::Days(..) => true,
            Cycle::Term(_) => false,
        }
    }

    /// Asks what a part of a period owes; the words are added after the period as `added` has them.
    fn ask_part_periods(&mut self, each: &SyntaxNode, cycle: &Cycle, added: impl Fn(&Self, &str) -> String) {
        let (unit, words) = match cycle {
            Cycle::Day => ("day", ["part-days at the ends in full", "part-days at the ends pro rata"]),
            _ => ("period", ["part-periods at the ends in full", "part-periods at the ends pro rata"]),
        };
        let message = match cycle {
            Cycle::Days(..) => {
                "the first period may begin inside a day, and the text does not say what it owes".to_owned()
            }
            _ => format!(
                "the agreement enters into force inside a {unit}, and the text does not say what that {unit} owes"
            ),
        };
        let at = each.span().end;
        let mut diagnostic = Diagnostic::error(codes::PART_DAYS, each.span(), message);
        for words in words {
            diagnostic = diagnostic.fix(format!("add `{words}`"), at..at, added(self, words));
        }
        self.sink.push(diagnostic);
    }

    /// `period becomes: each …, part-periods at the ends …`; what the text says of parts goes on to hold.
    pub(super) fn new_period(&mut self, node: &SyntaxNode, before: &Cycle) -> Option<Change> {
        let each = node.child(K::Each)?;
        let cycle = self.cycle(&each)?;
        let said = self.one(node, &[K::PartDays]);
        if said.is_none() && self.is_cut(&cycle) && !self.is_cut(before) {
            self.ask_part_periods(&each, &cycle, |_, words| format!(", {words}"));
        }
        Some(Change::Period(cycle, said.map(|line| line.has("rata"))))
    }

    pub(super) fn spread(&mut self, node: &SyntaxNode, cycle: &Cycle) -> Option<Spread> {
        let average = self.one(node, &[K::Average]);
        let short = self.one(node, &[K::ShortDay]);
        let made_up = self.one(node, &[K::Shortfall]);
        if let (Some(_), Some(line)) = (&average, &made_up) {
            let message = "an average already lets one day make up for another";
            self.error(codes::DOES_NOT_BELONG, line.span(), message);
            return None;
        }
        if let (None, Some(line)) = (&average, &short) {
            self.error(codes::DOES_NOT_BELONG, line.span(), "this goes with an average");
            return None;
        }
        if let Some(average) = average {
            if *cycle != Cycle::Day {
                self.refuse_average(&average);
                return None;
            }
            let days = self.days(&average)?;
            let Some(short) = short else {
                let message = "is a short day a breach, even if the average is kept? Say which";
                let lines = ["a short day is a breach by itself", "a short day is no breach by itself"];
                self.choose(node, average.span(), codes::SHORT_DAY, message, &lines);
                return None;
            };
            let short_is_breach = !short.has("no");
            return Some(if average.has("any") {
                Spread::Sliding { days, short_is_breach }
            } else {
                Spread::Block { days, short_is_breach }
            });
        }
        Some(match made_up {
            Some(line) if line.has("alone") => Spread::Alone,
            Some(line) if line.has("carries") => Spread::CarriesOver,
            Some(line) => Spread::MadeUp(self.hours(&line.child(K::Length)?)?),
            None => Spread::Alone,
        })
    }

    pub(super) fn refuse_average(&mut self, line: &SyntaxNode) {
        self.error(codes::DOES_NOT_BELONG, line.span(), "an average over days goes with `each day`");
    }

    /// `of these, at least …`, and whether what counts for one counts for no other.
    pub(super) fn shares(&mut self, node: &SyntaxNode, whole: &Action) -> Option<(Vec<Share>, bool)> {
        let shares: Vec<_> = node.all(K::Share).iter().map(|share| self.share(share, whole)).collect();
        let shares = shares.into_iter().collect::<Option<Vec<_>>>()?;
        let disjoint = self.one(node, &[K::Disjoint]);
        if let Some(line) = disjoint.as_ref().filter(|_| shares.len() < 2) {
            self.error(codes::DOES_NOT_BELONG, line.span(), "there are not two parts that could overlap");
        }
        Some((shares, disjoint.is_some()))
    }

    fn share(&mut self, node: &SyntaxNode, whole: &Action) -> Option<Share> {
        let required = node.child(K::Quantity).and_then(|quantity| self.required(&quantity));
        let mut action = Action { place: None, to: None, ..whole.clone() };
        let act = model::vocabulary::act(&whole.act);
        if let Some(name) = node.child(K::Object).and_then(|object| object.name()) {
            let item = self.item_of(&name, act)?;
            if whole.item.as_ref().is_some_and(|wider| !self.names.is(&item, wider)) {
                let message = format!("`{}` is not among what the whole duty counts", name.0);
                self.error(codes::WRONG_KIND, name.1, message);
                return None;
            }
            action.item = Some(item);
        }
        self.places(node, &mut action)?;
        // What the share does not say it takes from the whole.
        action.place = action.place.or_else(|| whole.place.clone());
        action.to = action.to.or_else(|| whole.to.clone());
        let label = node.child(K::Quantity).map_or(node.span(), |q| q.span().start..node.span().end);
        let label = self.text.get(label).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        Some(Share { label, action, required: required? })
    }
}
