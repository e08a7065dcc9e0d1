//! Whole statements, to be filled in.
//!
//! Invariant: each is an agreement's statement as it stands, once its places are filled as they suggest.

/// A statement with places to fill, in the protocol's notation.
pub struct Snippet {
    /// The statement's first word.
    pub keyword: &'static str,
    /// What it is for.
    pub title: &'static str,
    /// The text.
    pub body: &'static str,
}

/// Every snippet.
pub const SNIPPETS: &[Snippet] = &[
    Snippet {
        keyword: "agreement",
        title: "the agreement's name, time zone and entry into force",
        body: "agreement \"${1:Name}\"\n  timezone ${2:Asia/Gaza}\n  in force from ${3:2025-10-10T12:00}\n  day 1 is the day of entry into force\n",
    },
    Snippet { keyword: "party", title: "a party", body: "party ${1:name} \"${2:Name}\"" },
    Snippet { keyword: "guarantor", title: "a guarantor", body: "guarantor ${1:name} \"${2:Name}\"" },
    Snippet { keyword: "monitor", title: "a monitor", body: "monitor ${1:name} \"${2:Name}\"" },
    Snippet {
        keyword: "body",
        title: "a body that the agreement sets up",
        body: "body ${1:name} \"${2:Name}\"",
    },
    Snippet {
        keyword: "actor",
        title: "someone who is not a party",
        body: "actor ${1:name} \"${2:Name}\" is not a party",
    },
    Snippet {
        keyword: "zone",
        title: "a zone and its outline",
        body: "zone ${1:name} \"${2:Name}\" from ${3:zones/name.geojson}",
    },
    Snippet {
        keyword: "item",
        title: "a narrower item",
        body: "item ${1:name} \"${2:in the singular}\" is ${3:weapon}",
    },
    Snippet {
        keyword: "milestone",
        title: "an instant that is reached",
        body: "milestone ${1:name} \"${2:What is reached}\"\n  when ${3:who} ${4:withdraws} ${5:troops} from ${6:place}",
    },
    Snippet {
        keyword: "obligation",
        title: "a duty that is performed once",
        body: "obligation ${1:name} \"${2:Label}\"\n  ${3:who} must ${4:release} at least ${5:1} ${6:person} to ${7:whom}\n  within ${8:72} hours after ${9:entry into force}",
    },
    Snippet {
        keyword: "obligation",
        title: "a duty of each day",
        body: "obligation ${1:name} \"${2:Label}\"\n  ${3:who} must ${4:admit} at least ${5:600} ${6:trucks} into ${7:place} each day\n  part-days at the ends ${8|in full,pro rata|}\n  while ${9:in force}",
    },
    Snippet {
        keyword: "prohibition",
        title: "what must not be done",
        body: "prohibition ${1:name} \"${2:Label}\"\n  each of ${3:who} and ${4:whom} must not ${5:attack anyone} in ${6:place}\n  while ${7:in force}\n  count one violation per incident",
    },
    Snippet {
        keyword: "exchange",
        title: "a duty that answers deeds of another",
        body: "exchange ${1:name} \"${2:Label}\"\n  for every ${3:1} ${4:hostage} that ${5:who} ${6:releases} to ${7:whom}\n  ${7:whom} must ${8:release} ${9:30} ${10:prisoners} to ${5:who}\n  within ${11:48} hours after that ${12:release}",
    },
    Snippet {
        keyword: "phase",
        title: "a phase with its beginning and end",
        body: "phase ${1:name} \"${2:Label}\"\n  begins ${3:at entry into force}\n  ${4:lasts 42 days}",
    },
    Snippet {
        keyword: "reading",
        title: "what someone contends that the text means",
        body: "reading \"${1:Title}\" contended by ${2:who}\n  source \"${3:where it was said}\"\n  in ${4:provision}, ${5:required becomes at least 2}",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with its places filled as they suggest.
    fn filled(body: &str) -> String {
        let mut parts = body.split("${");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (place, rest) = part.split_once('}').expect("a closed place");
            let suggested = place.split_once([':', '|']).expect("a suggestion").1;
            text += suggested.split([',', '|']).next().unwrap_or_default();
            text += rest;
        }
        text
    }

    #[test]
    fn each_is_a_statement_without_errors() {
        let agreement = filled(SNIPPETS[0].body);
        let others = "party who \"W\"\nparty whom \"W\"\nzone place \"P\" from p.geojson\n\
                      obligation provision\n  who must release at least 1 person\n";
        for snippet in SNIPPETS {
            let more = if snippet.keyword == "agreement" { String::new() } else { filled(snippet.body) };
            let text = format!("{agreement}{others}{more}\n");
            let found = language::parse(&text).diagnostics;
            assert!(found.is_empty(), "{text}\n{found:?}");
            assert!(snippet.body.starts_with(snippet.keyword), "{}", snippet.body);
        }
    }
}
