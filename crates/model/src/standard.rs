//! Standards of proof: which literals are accepted (SEMANTICS.md §5, EVIDENCE.md §5).

/// A standard of proof.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standard {
    /// Every literal.
    Alleged,
    /// What two independent origins each imply.
    Corroborated,
    /// Corroborated, or said against the speaker's own side.
    Adverse,
    /// Said against itself by the bearer's side, or acknowledged by the side that is owed.
    Admitted,
    /// Said by the verifier that the clause names.
    Verified,
    /// One source's, or one side's, word alone.
    Account(String),
}

impl Standard {
    /// The graded standards, the least demanding first.
    pub const GRADED: [Standard; 5] = [
        Standard::Alleged,
        Standard::Corroborated,
        Standard::Adverse,
        Standard::Admitted,
        Standard::Verified,
    ];

    /// Reads `alleged`, `corroborated`, `adverse`, `admitted`, `verified` or `account:WHO`.
    ///
    /// # Errors
    /// A message that lists them.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(who) = text.strip_prefix("account:").filter(|who| !who.is_empty()) {
            return Ok(Standard::Account(who.to_owned()));
        }
        Self::GRADED.into_iter().find(|standard| standard.to_string() == text).ok_or_else(|| {
            format!("“{text}” is no standard of proof: use alleged, corroborated, adverse, admitted, verified or account:SOURCE")
        })
    }
}

impl std::fmt::Display for Standard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Standard::Alleged => f.write_str("alleged"),
            Standard::Corroborated => f.write_str("corroborated"),
            Standard::Adverse => f.write_str("adverse"),
            Standard::Admitted => f.write_str("admitted"),
            Standard::Verified => f.write_str("verified"),
            Standard::Account(who) => write!(f, "account:{who}"),
        }
    }
}
