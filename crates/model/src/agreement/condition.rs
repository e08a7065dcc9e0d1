//! Conditions: what holds or not at each instant; and the deeds that they and the duties speak of.
//!
//! Invariant: those marked *first* become true once and stay so.

use super::Required;
use crate::{Amount, Duration, Id, Instant};

/// Something that holds or not at each instant. Those marked *first* become true once and stay so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// From entry into force on (*first*).
    InForce,
    /// From the signing on (*first*).
    Signed,
    /// From a fixed instant on (*first*).
    From(Instant),
    /// A milestone has been reached (*first*).
    Milestone(Id),
    /// Every instance of the provision is met, late or excused, and no window remains to open.
    Performed(Id),
    /// Likewise, and none is late.
    PerformedInTime(Id),
    /// The provision has been breached, even if since cured (*first*).
    Breached(Id),
    /// An instance of the provision is past its deadline and not made good.
    Overdue(Id),
    /// So many violations of the provision have happened (*first*).
    Violations(Id, u64),
    /// So much has been performed of the provision (*first*).
    Amount(Id, Amount),
    /// The value has been set (*first*).
    Set(Id),
    /// The judgement has been given, and says that it is so (*first*).
    Judged(Id),
    /// The phase has begun (*first*).
    PhaseBegun(Id),
    /// The phase has ended (*first*).
    PhaseEnded(Id),
    /// The phase has begun and has not ended.
    During(Id),
    /// A deed that fits has happened (*first*).
    Deed(Action),
    /// Deeds that fit have come to this amount (*first*).
    Done(Action, Required),
    /// A deed that fits happened within this long before.
    Recently(Duration, Action),
    /// The condition first held within this long before.
    Since(Duration, Box<Condition>),
    /// This long after the condition first held, and from then on (*first*).
    HoursAfter(Duration, Box<Condition>),
    /// From the end of the nth day after the condition first held (*first*).
    DaysAfter(u32, Box<Condition>),
    /// No deed that fits has happened for this long, without a break.
    Calm(Action, Duration),
    /// All of them.
    All(Vec<Condition>),
    /// At least one of them.
    Any(Vec<Condition>),
    /// At least so many of them.
    AtLeast(usize, Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
}

impl Condition {
    /// The conditions that this one is made of.
    #[must_use]
    pub fn parts(&self) -> &[Condition] {
        match self {
            Condition::All(all) | Condition::Any(all) | Condition::AtLeast(_, all) => all,
            Condition::Not(inner)
            | Condition::Since(_, inner)
            | Condition::HoursAfter(_, inner)
            | Condition::DaysAfter(_, inner) => std::slice::from_ref(inner),
            _ => &[],
        }
    }
}

/// How a place stands in an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Where {
    /// `in Z`, `over Z`: the act lies in the zone.
    In,
    /// `into Z`, `to Z`: it ends there.
    Into,
    /// `from Z`, `out of Z`: it starts there.
    From,
    /// `outside Z`: the act lies anywhere else.
    Outside,
}

/// A kind of deed: what the clause speaks of. An empty list or `None` leaves it open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The act.
    pub act: Id,
    /// Any of these does it.
    pub by: Vec<Id>,
    /// What it is done to; none for `anyone`, `anything` or where the act takes no item.
    pub item: Option<Id>,
    /// To whom.
    pub to: Option<Id>,
    /// Where: a zone or, in a provision for each of a family, the member's name there.
    pub place: Option<(Where, Id)>,
    /// The stage at which it counts.
    pub stage: Option<Id>,
    /// Only what deeds of these other provisions were done to: `only those of releases`.
    pub under: Vec<Id>,
}
