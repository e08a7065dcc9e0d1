//! The literals of one kind of deed by name, and the bounds that each of them sets: what a certificate is checked against
//! (spec/certificate.md).
//!
//! Invariant: everything here is read off the claims, one at a time or a window at a time; nothing is searched for but in
//! [`Literals::conflict`] and [`Literals::solution`], which only one who makes a certificate needs.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Amount, Id, Instant, Period,
    agreement::{Action, Agreement, Condition, Cycle, Due, Provision},
    claim::{Claim, Kind, Quantity},
    vocabulary::is_act,
};

use crate::{
    Case, Oracle, Refused,
    account::{Account, Ground},
    bounds::NONE,
    evidence::{Evidence, Saying},
    ground,
    pattern::{misfit, says_own},
    plain::undisturbed,
    world::{Deed, Facts, Outcome, Ticks, World, not_handled},
};

/// Steps after which a search is given up.
const STEPS_MAX: usize = 2_000_000;

/// A rate of more days is left as it is.
const RATE_DAYS_MAX: usize = 4_000;

/// A bound on the amount from one instant to before another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    /// From this instant.
    pub from: Instant,
    /// To before this one.
    pub until: Instant,
    /// At least so much; else at most.
    pub lower: bool,
    /// In millionths.
    pub amount: i64,
    /// On what it rests, in words.
    pub ground: String,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screened {
    /// The claim.
    pub claim: Id,
    /// `used`, `room` for one that proves nothing and leaves room, or the one reason why it is not used.
    pub why: String,
}

/// Which reports of deeds are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<'a> {
    /// All.
    All,
    /// Those of this reference.
    Of(&'a str),
    /// Those of this reference, and those without one.
    MayBeOf(&'a str),
}

impl Heard<'_> {
    fn hears(self, claim: &Claim) -> bool {
        let reference = claim.reference.as_deref();
        let report = claim.kind == Kind::Event && says_own(claim);
        match self {
            Heard::All => true,
            Heard::Of(wanted) => !report || reference == Some(wanted),
            Heard::MayBeOf(wanted) => !report || reference.is_none_or(|own| own == wanted),
        }
    }
}

/// A kind of deed that is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The deed.
    pub action: &'a Action,
    /// Who owes it.
    pub bearers: &'a [Id],
    /// Whose word verifies it.
    pub verifiers: &'a [Id],
    /// Which reports of it are heard.
    pub heard: Heard<'a>,
    /// It is forbidden.
    pub forbidden: bool,
}

/// All that is said of one kind of deed, as a standard accepts it.
pub struct Literals<'a> {
    oracle: &'a Oracle<'a>,
    heard: Heard<'a>,
    action: &'a Action,
    evidence: &'a Evidence<'a>,
    account: &'a Account<'a>,
    accepted: BTreeSet<usize>,
    by_name: BTreeMap<String, Saying>,
}

/// Shows the literals of a kind of deed.
///
/// # Errors
/// For claims that this crate does not understand.
pub fn with<T>(
    case: &Case<'_>,
    asked: &Asked<'_>,
    show: impl FnOnce(&Literals<'_>) -> T,
) -> Result<T, Refused> {
    let Asked { action, bearers, verifiers, heard, forbidden } = *asked;
    let mut oracle = Oracle::new(case, STEPS_MAX)?;
    oracle.live.retain(|claim| heard.hears(claim));
    oracle.live.iter().try_for_each(|claim| plainly_said(&oracle, asked, claim))?;
    let evidence = Evidence::gather(&oracle, action)?.forbidden(forbidden);
    let account = evidence.account(bearers, verifiers)?;
    let accepted = evidence.accepted(bearers, verifiers);
    let name = |saying: &Saying| (name(&oracle, &evidence, saying), *saying);
    let by_name = account.literals().iter().map(name).collect();
    let (oracle, evidence, account) = (&oracle, &evidence, &account);
    Ok(show(&Literals { oracle, heard, action, evidence, account, accepted, by_name }))
}

/// Refuses what says more of a kind of deed than is read here: left out, it would leave too little room.
fn plainly_said(oracle: &Oracle<'_>, asked: &Asked<'_>, claim: &Claim) -> Result<(), Refused> {
    let Asked { action, forbidden, .. } = *asked;
    let Some(act) = &claim.act else { return Ok(()) };
    if !is_act(act, &action.act) && !is_act(&action.act, act) {
        return Ok(());
    }
    if claim.kind == Kind::Rate {
        return not_handled("rates of other than whole days");
    }
    if !matches!(claim.kind, Kind::Event | Kind::Tally) {
        return Ok(());
    }
    let written = |key: &str| claim.written.get(key).filter(|value| !value.is_null());
    let place = claim.place.as_ref().filter(|_| action.place.is_some());
    let derived = place
        .zip(action.place.as_ref())
        .is_some_and(|(place, (_, zone))| ground::is_drawn_from_others(oracle.agreement(), zone, place));
    let amount = claim.amount.as_ref();
    // Whoever relays another may speak of the same deeds as that one, at other times too.
    let same = |other: &&&Claim| {
        let of = |who: &Id| other.source == *who || other.relays.as_ref() == Some(who);
        other.id != claim.id && other.kind == Kind::Event && claim.relays.as_ref().is_some_and(of)
    };
    let relayed = claim.kind == Kind::Event && oracle.live.iter().any(|other| same(&other));
    match () {
        () if relayed => not_handled("a report beside another that it relays"),
        () if written("adjustment").is_some() => not_handled("figures added en bloc"),
        () if written("dated_by").is_some_and(|by| by != "occurrence") => {
            not_handled("figures dated by registration or report")
        }
        () if amount.is_some_and(|amount| amount.per.is_some() || amount.statistic.is_some()) => {
            not_handled("means")
        }
        () if written("part_of").is_some() && claim.kind == Kind::Event => {
            not_handled("a deed that is a part of another figure")
        }
        () if claim.counter.is_some() && !forbidden => not_handled("harm that is counted"),
        () if action.stage.is_none() && amount.is_some_and(|amount| amount.stage.is_some()) => {
            not_handled("a stage that the text does not name")
        }
        () if derived => not_handled("places in zones that are drawn from others"),
        () => Ok(()),
    }
}

/// The claims with each rate of whole civil days as totals (spec/worlds.md §1): of each day, or of a mean of all of them.
#[must_use]
pub fn totalled(agreement: &Agreement, claims: &[Claim]) -> Vec<Claim> {
    // Any other rate bounds nothing, but who gives it is not silent.
    let bare = |claim: &Claim| match claim.kind {
        Kind::Rate => {
            let said = claim.amount.clone().unwrap_or_default();
            let amount = Quantity { low: None, high: None, best: None, per: None, statistic: None, ..said };
            Claim { kind: Kind::Tally, amount: Some(amount), ..claim.clone() }
        }
        _ => claim.clone(),
    };
    claims.iter().flat_map(|claim| of_days(agreement, claim).unwrap_or_else(|| vec![bare(claim)])).collect()
}

fn of_days(agreement: &Agreement, claim: &Claim) -> Option<Vec<Claim>> {
    let (zone, period) = (&agreement.timezone, claim.occurred?);
    let said = claim.amount.as_ref().filter(|_| claim.kind == Kind::Rate)?;
    if said.per.as_deref() != Some("day") {
        return None;
    }
    let mut days = Vec::new();
    let mut date = period.first.date(zone);
    while Instant::start_of(date, zone) <= period.last && days.len() < RATE_DAYS_MAX {
        let next = date.tomorrow().ok()?;
        days.extend(Period::closed(Instant::start_of(date, zone), Instant::start_of(next, zone).previous()));
        date = next;
    }
    // Nothing is known of a part of a day.
    if days.first()?.first != period.first || days.last()?.last != period.last {
        return None;
    }
    let total = |period: Period, low: Option<Amount>, high: Option<Amount>| {
        let amount = Quantity { low, high, best: None, per: None, statistic: None, ..said.clone() };
        Claim { kind: Kind::Tally, occurred: Some(period), amount: Some(amount), ..claim.clone() }
    };
    match said.statistic.as_deref()? {
        "each" => Some(days.iter().map(|day| total(*day, said.low, said.high)).collect()),
        "at_least_each" => Some(days.iter().map(|day| total(*day, said.low, None)).collect()),
        "mean" => {
            // It is rounded: what was summed may be half a unit a day more or less.
            let (count, half) = (days.len() as i64, Amount::whole(1).0 / 2);
            let low = said.low.map(|low| Amount((low.0 - half).max(0).saturating_mul(count)));
            let high = said.high.map(|high| Amount((high.0 + half).saturating_mul(count)));
            Some(vec![total(period, low, high)])
        }
        _ => None,
    }
}

/// Shows the literals of several kinds of deed, in their order.
///
/// # Errors
/// As for [`with`].
pub fn with_all<T>(
    case: &Case<'_>,
    asked: &[Asked<'_>],
    show: impl FnOnce(&[&Literals<'_>]) -> T,
) -> Result<T, Refused> {
    let (mut show, mut shown) = (Some(show), None);
    hold(case, asked, &[], &mut |all| shown = show.take().map(|show| show(all)))?;
    shown.ok_or(Refused::TooMany)
}

fn hold(
    case: &Case<'_>,
    asked: &[Asked<'_>],
    held: &[&Literals<'_>],
    show: &mut dyn FnMut(&[&Literals<'_>]),
) -> Result<(), Refused> {
    let Some((first, rest)) = asked.split_first() else {
        show(held);
        return Ok(());
    };
    with(case, first, |own| {
        let all: Vec<&Literals<'_>> = held.iter().copied().chain([own]).collect();
        hold(case, rest, &all, show)
    })?
}

fn name(oracle: &Oracle<'_>, evidence: &Evidence<'_>, saying: &Saying) -> String {
    // A rate is as many totals of one name.
    let claim = |of: usize| {
        let own = &evidence.reports[of];
        let same = evidence.reports.iter().filter(|report| report.claim.id == own.claim.id).count();
        if same > 1 { format!("{} from {}", own.claim.id, own.period.first) } else { own.claim.id.clone() }
    };
    let window = |i: usize, j: usize| format!("from {} until {}", evidence.cuts[i], evidence.cuts[j]);
    match *saying {
        Saying::Event(of, _) => format!("the deed of {}", claim(of)),
        Saying::Tally(of, _) => format!("the floor of {}", claim(of)),
        Saying::Floor(i, j, low) => format!("two origins: at least {} {}", Amount(low), window(i, j)),
        Saying::Cap(i, j, high) => format!("at most {} {}", Amount(high), window(i, j)),
        Saying::Exclusion(source, of) => {
            format!("{} would have reported the deeds of {}", oracle.sources[source].id, claim(of))
        }
        Saying::Denial(of) => format!("a denial of {}", claim(of)),
    }
}

impl Literals<'_> {
    /// The names of all literals.
    #[must_use]
    pub fn names(&self) -> BTreeSet<String> {
        self.by_name.keys().cloned().collect()
    }

    fn set(&self, names: &BTreeSet<String>) -> BTreeSet<Saying> {
        names.iter().filter_map(|name| self.by_name.get(name)).copied().collect()
    }

    /// Every bound that some literals set; none where two of them contradict each other as deeds.
    #[must_use]
    pub fn bounds(&self, names: &BTreeSet<String>) -> Option<BTreeSet<Bound>> {
        let mut bounds = BTreeSet::new();
        let ground = |ground: Ground| match ground {
            Ground::Silence(source) => format!("the silence of {}", self.oracle.sources[source].id),
            Ground::Total => "a total".to_owned(),
            Ground::Origins => "what two origins say".to_owned(),
            Ground::Deeds(Some(source)) => {
                format!("distinct deeds reported by {}", self.oracle.sources[source].id)
            }
            Ground::Deeds(None) => "distinct deeds with references".to_owned(),
        };
        let holds = self.account.each_limit(&self.set(names), &mut |limit| {
            if limit.lower || limit.amount < NONE {
                bounds.insert(Bound {
                    from: self.evidence.cuts[limit.i],
                    until: self.evidence.cuts[limit.j].min(Instant::MAX),
                    lower: limit.lower,
                    amount: limit.amount,
                    ground: ground(limit.ground),
                });
            }
            true
        });
        holds.then_some(bounds)
    }

    /// What became of each claim.
    #[must_use]
    pub fn screen(&self) -> Vec<Screened> {
        let case = self.oracle.case;
        let live: BTreeMap<&Id, usize> =
            self.oracle.live.iter().enumerate().map(|(index, claim)| (&claim.id, index)).collect();
        let why = |claim: &Claim| match live.get(&claim.id) {
            _ if claim.known_at > case.known_at => "known later",
            _ if !self.heard.hears(claim) => "another reference",
            None => "replaced or withdrawn",
            Some(index) if self.accepted.contains(index) => "used",
            Some(_) => match misfit(self.oracle.case, self.action, claim) {
                Some(why) if why.starts_with("perhaps") && claim.kind == model::claim::Kind::Event => "room",
                Some(why) => why,
                None => "not accepted by the standard, or bounds nothing",
            },
        };
        case.claims.iter().map(|c| Screened { claim: c.id.clone(), why: why(c).to_owned() }).collect()
    }

    /// Literals that contradict each other, of which each is needed for that; none where all hold together.
    ///
    /// # Errors
    /// When that takes too many steps.
    pub fn conflict(&self, names: &BTreeSet<String>) -> Result<Option<BTreeSet<String>>, Refused> {
        let set = self.set(names);
        self.oracle.spend(1)?;
        if self.account.says(&set).is_some() {
            return Ok(None);
        }
        let conflict = self.account.least_conflict(&set)?;
        let named = self.by_name.iter().filter(|(_, saying)| conflict.contains(saying));
        Ok(Some(named.map(|(name, _)| name.clone()).collect()))
    }

    /// Amounts, as late as can be, that some literals and further bounds allow.
    #[must_use]
    pub fn solution(&self, names: &BTreeSet<String>, also: &[Bound]) -> Option<Vec<(Instant, Amount)>> {
        let bounds = self.account.says(&self.set(names))?;
        let ends = also.iter().flat_map(|bound| [bound.from, bound.until.previous(), bound.until]);
        let points: BTreeSet<Instant> = self.evidence.cuts.iter().copied().chain(ends).collect();
        let mut bounds = bounds.at(&points.into_iter().collect::<Vec<_>>());
        for bound in also {
            let (i, j) = (bounds.index(bound.from), bounds.index(bound.until));
            let fits = match bound.lower {
                true => bounds.at_least(i, j, bound.amount),
                false => bounds.at_most(i, j, bound.amount),
            };
            if !fits {
                return None;
            }
        }
        Some(bounds.least().map(|(at, amount)| (at, Amount(amount))).collect())
    }

    /// The first instant at which any report says that such a deed may have been.
    #[must_use]
    pub fn earliest(&self) -> Option<Instant> {
        self.evidence.reports.iter().map(|report| report.period.first).min()
    }

    /// Whether a total is among what is said.
    #[must_use]
    pub fn has_totals(&self) -> bool {
        self.evidence.reports.iter().any(|report| report.claim.kind == Kind::Tally)
    }

    /// The instants at which what is said changes.
    #[must_use]
    pub fn cuts(&self) -> &[Instant] {
        &self.evidence.cuts
    }

    /// Deeds come in whole units where every figure is whole, else in millionths.
    #[must_use]
    pub fn unit(&self) -> i64 {
        self.oracle.unit()
    }
}

/// Whether nothing of the agreement reaches all its provisions: no powers, amendments, consequences or ties.
#[must_use]
pub fn is_undisturbed(agreement: &Agreement) -> bool {
    undisturbed(agreement)
}

/// That no claim speaks to two kinds of deed at once, and no deed serves both.
///
/// # Errors
/// When one does.
pub fn independent(case: &Case<'_>, one: &Action, other: &Action) -> Result<(), Refused> {
    Oracle::new(case, STEPS_MAX)?.independent(one, other)
}

/// The window of a deadline in the world of some deeds: when it opens, and the last tick in time.
///
/// # Errors
/// For deadlines that the evaluator does not know.
pub fn window(case: &Case<'_>, due: &Due, deeds: &[Deed]) -> Result<(Option<Instant>, Instant), Refused> {
    let oracle = Oracle::new(case, STEPS_MAX)?;
    let window = oracle.world(deeds)?.window(due, &[])?;
    Ok((window.opens, window.last))
}

/// When a provision binds in the world of some deeds.
///
/// # Errors
/// For conditions that the evaluator does not know.
pub fn scope(case: &Case<'_>, provision: &Provision, deeds: &[Deed]) -> Result<Ticks, Refused> {
    Oracle::new(case, STEPS_MAX)?.world(deeds)?.scope(provision)
}

/// When a condition is true in the world of some deeds.
///
/// # Errors
/// For conditions that the evaluator does not know.
pub fn ticks(case: &Case<'_>, condition: &Condition, deeds: &[Deed]) -> Result<Ticks, Refused> {
    Oracle::new(case, STEPS_MAX)?.world(deeds)?.ticks(condition)
}

/// The periods of a cycle that have begun in the world of no deeds, with their keys.
///
/// # Errors
/// For cycles that the evaluator does not know.
pub fn periods(case: &Case<'_>, cycle: &Cycle, scope: &Ticks) -> Result<Vec<(String, Period)>, Refused> {
    Oracle::new(case, STEPS_MAX)?.world(&[])?.periods(cycle, scope)
}

/// What a provision comes to in the world of some deeds, in which values and baselines of which nothing is told came to so much.
///
/// # Errors
/// For constructs that the evaluator does not know.
pub fn outcome(
    case: &Case<'_>,
    provision: &Provision,
    deeds: &[Deed],
    owed: &BTreeMap<Id, Amount>,
) -> Result<Outcome, Refused> {
    let figures = owed.iter().map(|(id, amount)| (id.clone(), vec![(Instant::MIN, *amount)])).collect();
    let facts = Facts { values: owed.clone(), figures, ..Facts::default() };
    World::new(case.agreement, deeds, &facts, case.at)?.outcome(provision, case.at)
}

/// Which of some kinds of deed a deed is of; refused where it is of none, or of several.
///
/// # Errors
/// As said.
pub fn kind_of(case: &Case<'_>, deed: &Deed, kinds: &[&Action]) -> Result<usize, Refused> {
    let oracle = Oracle::new(case, STEPS_MAX)?;
    let facts = crate::world::Facts::default();
    let world = World::new(oracle.agreement(), &[], &facts, case.at)?;
    let fitting: Vec<usize> = (0..kinds.len()).filter(|kind| world.fits(deed, kinds[*kind])).collect();
    match fitting.as_slice() {
        [one] => Ok(*one),
        _ => not_handled("a deed that is of no kind asked about, or of several"),
    }
}
