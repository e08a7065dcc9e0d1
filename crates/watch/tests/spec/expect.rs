//! Expectations: what is asked, and what the answer must hold.

use model::{
    Amount, Instant, Standard, StatusSet,
    amount::Range,
    answer::{Answer, Count, InstanceAnswer, Moment, ProvisionAnswer},
};

use crate::notation::instant;

/// One line: a question and its checks.
pub struct Asked {
    pub at: Instant,
    pub known: Instant,
    pub standard: Standard,
    pub reading: Option<String>,
    pub without: Vec<String>,
    checks: Vec<String>,
}

impl Asked {
    pub fn parse(line: &str) -> Result<Asked, String> {
        let (question, checks) = line.split_once(": ").ok_or_else(|| format!("“{line}” has no “: ”"))?;
        let words: Vec<&str> = question.split_whitespace().collect();
        let mut asked = Asked {
            at: Instant::MIN,
            known: Instant::MIN,
            standard: Standard::Alleged,
            reading: None,
            without: Vec::new(),
            checks: checks.split("; ").map(|c| c.trim().to_owned()).filter(|c| !c.is_empty()).collect(),
        };
        for pair in words.chunks(2) {
            let [key, value] = pair else {
                return Err(format!("“{question}”: a word without its value"));
            };
            match *key {
                "at" => (asked.at, asked.known) = (instant(value)?, instant(value)?),
                "known" => asked.known = instant(value)?,
                "under" => asked.standard = Standard::parse(value)?,
                "as" => asked.reading = Some((*value).to_owned()),
                "without" => asked.without = value.split(',').map(str::to_owned).collect(),
                other => return Err(format!("“{other}” asks nothing")),
            }
        }
        if asked.checks.is_empty() { Err(format!("“{line}” checks nothing")) } else { Ok(asked) }
    }

    pub fn check(&self, answer: &Answer) -> Result<(), String> {
        let failed: Vec<String> = self.checks.iter().filter_map(|check| one(check, answer).err()).collect();
        if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
    }
}

fn one(check: &str, answer: &Answer) -> Result<(), String> {
    if let Some(kind) = check.strip_prefix("finding ") {
        let found = answer.findings.iter().any(|f| f.kind == kind);
        return if found { Ok(()) } else { Err(format!("no finding {kind}: {:?}", answer.findings)) };
    }
    if let Some((subject, rest)) = check.split_once(" >= ") {
        let (least, most) = rest.split_once(" < ").ok_or_else(|| format!("“{check}”: no upper set"))?;
        let (least, most, got) = (statuses(least)?, statuses(most)?, status_of(subject, answer)?);
        let right = got.includes(least) && most.includes(got);
        return if right { Ok(()) } else { Err(format!("{check}: got {}", named(got))) };
    }
    let (subject, expected) = check.split_once(" = ").ok_or_else(|| format!("“{check}” checks nothing"))?;
    let (expected, got) = compare(subject, expected, answer)?;
    if expected == got { Ok(()) } else { Err(format!("{subject}: expected {expected}, got {got}")) }
}

/// Both sides in one written form.
fn compare(subject: &str, expected: &str, answer: &Answer) -> Result<(String, String), String> {
    let (base, by) = subject.split_once(" by ").map_or((subject, None), |(base, by)| (base, Some(by)));
    if let Some(id) = base.strip_suffix(".violations") {
        let provision = provision(id, answer)?;
        let count = match by {
            None => provision.violations,
            Some(by) => bearer(provision, by)?.violations,
        };
        return Ok((expected.to_owned(), counted(count)));
    }
    if let Some(inner) = base.strip_suffix(".amount") {
        let (id, key) = keyed(inner).ok_or_else(|| format!("“{subject}” names no instance"))?;
        return Ok((expected.to_owned(), ranged(&instance(provision(id, answer)?, key)?.amount)));
    }
    if let Some(id) = base.strip_suffix(".exact") {
        let exact = if provision(id, answer)?.exact { "yes" } else { "no" };
        return Ok((expected.to_owned(), exact.to_owned()));
    }
    if let Some(inner) = base.strip_suffix(".why") {
        let why = match keyed(inner) {
            Some((id, key)) => instance(provision(id, answer)?, key)?.why.clone(),
            None => provision(inner, answer)?.why.clone(),
        };
        return Ok((expected.to_owned(), why.join(", ")));
    }
    for (part, moment) in moments(base, answer) {
        if let Some(id) = base.strip_suffix(part) {
            let moment = moment.ok_or_else(|| format!("no phase or milestone “{id}”"))?;
            return Ok((span(expected)?, came_about(moment)));
        }
    }
    let got = match by {
        Some(by) => bearer(provision(base, answer)?, by)?.status,
        None => status_of(base, answer)?,
    };
    Ok((named(statuses(expected)?), named(got)))
}

/// When a milestone or phase that a check names came about, by the words that a check has for it.
fn moments(subject: &str, answer: &Answer) -> [(&'static str, Option<Moment>); 3] {
    let id = subject.split('.').next().unwrap_or_default();
    let milestone = answer.milestones.iter().find(|m| m.id == id && m.computed);
    let phase = || answer.phases.iter().find(|p| p.id == id && p.computed);
    [
        (".reached", milestone.map(|m| m.reached)),
        (".began", phase().map(|p| p.began.unwrap_or_default())),
        (".ended", phase().map(|p| p.ended.unwrap_or_default())),
    ]
}

/// `d3..d5`, `d3..` where it may not have come about, `never`.
fn span(text: &str) -> Result<String, String> {
    let Some((earliest, latest)) = text.split_once("..") else { return Ok(text.to_owned()) };
    let latest = if latest.is_empty() { None } else { Some(instant(latest)?) };
    Ok(came_about(Moment { earliest: Some(instant(earliest)?), latest }))
}

fn came_about(moment: Moment) -> String {
    let Some(earliest) = moment.earliest else { return "never".to_owned() };
    format!("{earliest}..{}", moment.latest.map_or_else(String::new, |latest| latest.to_string()))
}

fn keyed(text: &str) -> Option<(&str, &str)> {
    text.strip_suffix(']')?.split_once('[')
}

fn status_of(subject: &str, answer: &Answer) -> Result<StatusSet, String> {
    match keyed(subject) {
        Some((id, key)) => Ok(instance(provision(id, answer)?, key)?.status),
        None => provision(subject, answer)?
            .status
            .ok_or_else(|| format!("{subject} is not computed: {:?}", answer.findings)),
    }
}

fn provision<'a>(id: &str, answer: &'a Answer) -> Result<&'a ProvisionAnswer, String> {
    answer.provisions.iter().find(|p| p.id == id).ok_or_else(|| format!("no provision “{id}”"))
}

fn instance<'a>(provision: &'a ProvisionAnswer, key: &str) -> Result<&'a InstanceAnswer, String> {
    let keys: Vec<&str> = provision.instances.iter().map(|i| i.key.as_str()).collect();
    provision
        .instances
        .iter()
        .find(|i| i.key == key)
        .ok_or_else(|| format!("no instance “{key}” among {keys:?}"))
}

fn bearer<'a>(
    provision: &'a ProvisionAnswer,
    party: &str,
) -> Result<&'a model::answer::BearerAnswer, String> {
    provision.by_bearer.iter().find(|b| b.party == party).ok_or_else(|| format!("no bearer “{party}”"))
}

fn statuses(text: &str) -> Result<StatusSet, String> {
    let each = text.split(',').map(|name| {
        let name = name.trim();
        model::Status::ALL
            .into_iter()
            .find(|s| s.name() == name)
            .ok_or_else(|| format!("“{name}” is no status"))
    });
    each.collect()
}

fn named(set: StatusSet) -> String {
    set.iter().map(model::Status::name).collect::<Vec<_>>().join(", ")
}

fn ranged(range: &Range) -> String {
    let high = range.high.map_or_else(String::new, |high: Amount| high.to_string());
    format!("{}..{high}", range.low.unwrap_or_default())
}

fn counted(count: Count) -> String {
    format!("{}..{}", count.certain, count.possible.map_or_else(String::new, |p| p.to_string()))
}
