//! The nine statuses of an instance and sets of them (SEMANTICS.md §2).

use serde::{Deserialize, Serialize};

/// What can be said of one instance of a provision at an instant, in one world. The order is from worst to best: the
/// status of a provision is the worst of its instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Due and not performed, or a prohibition violated.
    Breached,
    /// Performed after the deadline.
    Late,
    /// The window is open and nothing is due yet.
    Pending,
    /// Tracked, never adjudicated without a ruling.
    NotAdjudicated,
    /// Performed in time, or a prohibition kept to its window's end.
    Met,
    /// An exception holds.
    Excused,
    /// Its clocks are stopped.
    Suspended,
    /// Its term ended before it fell due.
    Lapsed,
    /// Its window has not opened.
    Inactive,
}

impl Status {
    /// Every status, worst first.
    pub const ALL: [Status; 9] = [
        Status::Breached,
        Status::Late,
        Status::Pending,
        Status::NotAdjudicated,
        Status::Met,
        Status::Excused,
        Status::Suspended,
        Status::Lapsed,
        Status::Inactive,
    ];

    /// The name used in every machine-readable answer.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Status::Breached => "breached",
            Status::Late => "late",
            Status::Pending => "pending",
            Status::NotAdjudicated => "not_adjudicated",
            Status::Met => "met",
            Status::Excused => "excused",
            Status::Suspended => "suspended",
            Status::Lapsed => "lapsed",
            Status::Inactive => "inactive",
        }
    }
}

impl Status {
    /// Reads the name of a status; `not adjudicated` too.
    ///
    /// # Errors
    /// A message that lists them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wanted = text.trim().to_lowercase().replace([' ', '-'], "_");
        Self::ALL.into_iter().find(|status| status.name() == wanted).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|status| status.name()).collect();
            format!("“{text}” is no status: use one of {}", names.join(", "))
        })
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of statuses: those that some world gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusSet(u16);

impl StatusSet {
    /// No status.
    pub const EMPTY: StatusSet = StatusSet(0);

    /// The set of one.
    #[must_use]
    pub fn only(status: Status) -> Self {
        StatusSet(1 << status as u16)
    }

    /// Adds one.
    pub fn insert(&mut self, status: Status) {
        self.0 |= 1 << status as u16;
    }

    /// Whether it is in the set.
    #[must_use]
    pub fn contains(self, status: Status) -> bool {
        self.0 & (1 << status as u16) != 0
    }

    /// What either holds.
    #[must_use]
    pub fn or(self, other: StatusSet) -> Self {
        StatusSet(self.0 | other.0)
    }

    /// Whether every status of `other` is in this set.
    #[must_use]
    pub fn includes(self, other: StatusSet) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many it holds.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Its members, worst first.
    pub fn iter(self) -> impl Iterator<Item = Status> {
        Status::ALL.into_iter().filter(move |status| self.contains(*status))
    }

    /// Its worst member.
    #[must_use]
    pub fn worst(self) -> Option<Status> {
        self.iter().next()
    }
}

impl FromIterator<Status> for StatusSet {
    fn from_iter<I: IntoIterator<Item = Status>>(statuses: I) -> Self {
        let mut set = StatusSet::EMPTY;
        for status in statuses {
            set.insert(status);
        }
        set
    }
}

impl Serialize for StatusSet {
    /// A list of names, sorted by name.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut names: Vec<&str> = self.iter().map(Status::name).collect();
        names.sort_unstable();
        names.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StatusSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Status>::deserialize(deserializer)?.into_iter().collect())
    }
}
