//! What a reader asks, from the query of the address: the question bar's fields, and links that carry them
//! on.
//!
//! Invariant: what was typed is kept as it was typed, right or wrong; nothing is guessed from a value that
//! cannot be read.

use std::fmt::Write as _;

use model::{Duration, Instant, Standard};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use watch::{Question, Watch};

use crate::{
    locale::{Lang, Say, Value},
    when::{self, NotATime},
};

/// How long after entry into force, or after the last claim, a reader may ask: every day in it is an instance
/// to compute.
const YEARS_AHEAD_MAX: i64 = 5;

/// What stays as it is in a segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A segment of a path.
#[must_use]
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// The fields of the question bar, by their names in the query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// `known_at`
    pub known_at: String,
    /// `at`
    pub at: String,
    /// `standard`
    pub standard: String,
    /// `reading`
    pub reading: String,
    /// `lang`
    pub lang: String,
}

impl Typed {
    fn of(query: &str) -> Typed {
        let mut typed = Typed::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let field = match &*name {
                "known_at" => &mut typed.known_at,
                "at" => &mut typed.at,
                "standard" => &mut typed.standard,
                "reading" => &mut typed.reading,
                "lang" => &mut typed.lang,
                _ => continue,
            };
            // Of a field given twice the first is meant, as everywhere; the second is not silently joined to
            // it.
            if field.is_empty() {
                value.trim().clone_into(field);
            }
        }
        typed
    }

    fn pairs(&self) -> [(&'static str, &str); 5] {
        [
            ("known_at", &self.known_at),
            ("at", &self.at),
            ("standard", &self.standard),
            ("reading", &self.reading),
            ("lang", &self.lang),
        ]
    }
}

/// A question, as typed and as understood.
#[derive(Clone, Debug)]
pub struct Ask {
    /// As typed.
    pub typed: Typed,
    /// The language asked for.
    pub lang: Lang,
    /// What is asked, where nothing is wrong.
    pub question: Question,
    /// What is wrong, by field, in words.
    pub problems: Vec<(&'static str, String)>,
}

impl Ask {
    /// Reads a query.
    #[must_use]
    pub fn of(query: &str, watch: &Watch) -> Ask {
        let typed = Typed::of(query);
        let lang = Lang::of_tag(&typed.lang);
        let mut reader = Reader { watch, say: Say { lang: lang.unwrap_or_default() }, problems: Vec::new() };
        if lang.is_none() && !typed.lang.is_empty() {
            reader.wrong("lang", "problem-lang", &typed.lang);
        }
        let question = Question {
            known_at: reader.instant("known_at", &typed.known_at),
            at: reader.instant("at", &typed.at),
            standard: reader.standard(&typed.standard),
            reading: reader.reading(&typed.reading),
        };
        Ask { lang: lang.unwrap_or_default(), question, problems: reader.problems, typed }
    }

    /// What is wrong with a field.
    #[must_use]
    pub fn problem(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|(name, _)| *name == field).map(|(_, words)| words.as_str())
    }

    /// A link to a page that asks the same.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        self.link_but(path, "", "")
    }

    /// A link to a page that asks the same but for one field.
    #[must_use]
    pub fn link_but(&self, path: &str, changed: &str, to: &str) -> String {
        let (path, anchor) = path.split_once('#').unwrap_or((path, ""));
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.typed.pairs() {
            let value = if name == changed { to } else { value };
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        let mut link = path.to_owned();
        if !query.is_empty() {
            let _ = write!(link, "?{query}");
        }
        if !anchor.is_empty() {
            let _ = write!(link, "#{anchor}");
        }
        link
    }

    /// The language that it is answered in.
    #[must_use]
    pub fn say(&self) -> Say {
        Say { lang: self.lang }
    }
}

/// The standard that a watch is shown under where none is asked for.
#[must_use]
pub fn first_standard(watch: &Watch) -> Standard {
    standards(watch).into_iter().next().unwrap_or(Standard::Alleged)
}

/// The standards that a watch shows side by side.
#[must_use]
pub fn standards(watch: &Watch) -> Vec<Standard> {
    let mut own: Vec<Standard> =
        watch.settings.standards.iter().filter_map(|text| Standard::parse(text).ok()).collect();
    for standard in [Standard::Alleged, Standard::Corroborated] {
        if own.len() < 2 && !own.contains(&standard) {
            own.push(standard);
        }
    }
    own
}

/// An identifier and the name that goes with it.
type Speaker<'a> = (&'a str, &'a str);

/// Everyone whose account can be asked for: the sides, then the sources, each with its name.
#[must_use]
pub fn accounts(watch: &Watch) -> (Vec<Speaker<'_>>, Vec<Speaker<'_>>) {
    let is_side = |id: &str| watch.sources.iter().any(|source| source.side.as_deref() == Some(id));
    let actors = watch.agreement.actors.iter().filter(|actor| is_side(&actor.id));
    let sides = actors.map(|actor| (actor.id.as_str(), actor.label.as_str())).collect();
    let mut sources: Vec<(&str, &str)> =
        watch.sources.iter().map(|source| (source.id.as_str(), source.label.as_str())).collect();
    if sources.is_empty() {
        let speakers: std::collections::BTreeSet<&str> =
            watch.claims.iter().map(|c| c.source.as_str()).collect();
        sources = speakers.into_iter().map(|id| (id, id)).collect();
    }
    sources.sort_by(|a, b| a.1.cmp(b.1));
    (sides, sources)
}

struct Reader<'a> {
    watch: &'a Watch,
    say: Say,
    problems: Vec<(&'static str, String)>,
}

impl Reader<'_> {
    fn wrong(&mut self, field: &'static str, key: &str, typed: &str) {
        let words = self.say.text_with(key, &[("typed", Value::from(typed))]);
        self.problems.push((field, words));
    }

    fn instant(&mut self, field: &'static str, typed: &str) -> Option<Instant> {
        if typed.is_empty() {
            return None;
        }
        let key = match when::read(typed, &self.watch.agreement.timezone) {
            Ok(instant) if instant > self.latest() => "problem-time-far",
            Ok(instant) => return Some(instant),
            Err(NotATime::DateAlone) => "problem-time-date",
            Err(NotATime::Unreadable) => "problem-time",
        };
        self.wrong(field, key, typed);
        None
    }

    fn latest(&self) -> Instant {
        let last = self.watch.claims.iter().map(|claim| claim.known_at).max();
        let from = last.unwrap_or(self.watch.agreement.in_force).max(self.watch.agreement.in_force);
        from + Duration(Duration::DAY.0 * 365 * YEARS_AHEAD_MAX)
    }

    fn standard(&mut self, typed: &str) -> Standard {
        if typed.is_empty() {
            return first_standard(self.watch);
        }
        let known = |who: &str| {
            let source = self.watch.sources.iter().any(|s| s.id == who || s.side.as_deref() == Some(who));
            source || self.watch.claims.iter().any(|c| c.source == who)
        };
        match Standard::parse(typed) {
            Ok(Standard::Account(who)) if !known(&who) => self.wrong("standard", "problem-account", &who),
            Ok(standard) => return standard,
            Err(_) => self.wrong("standard", "problem-standard", typed),
        }
        first_standard(self.watch)
    }

    fn reading(&mut self, typed: &str) -> Option<String> {
        let known = self.watch.agreement.readings.iter().any(|reading| reading.id == typed);
        match typed {
            "" | "text" => None,
            _ if known => Some(typed.to_owned()),
            _ => {
                self.wrong("reading", "problem-reading", typed);
                None
            }
        }
    }
}
