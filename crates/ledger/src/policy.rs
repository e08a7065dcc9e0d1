//! Whose cosignatures count: a policy as text (C2SP tlog-policy).
//!
//! Invariant: a policy is read as a whole or not at all; a name is declared before it is used, and once.
//!
//! ```text
//! # a comment
//! witness side-a a.example+d8042a87+BCtu… http://a.example
//! witness side-b b.example+a48c820f+BPSF…
//! group both all side-a side-b
//! quorum both
//! ```

use std::collections::BTreeMap;

use crate::cosign::WitnessKey;

/// A witness of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What it is called in the policy.
    pub name: String,
    /// Its key.
    pub key: WitnessKey,
    /// Where it is asked, if it is asked over HTTP.
    pub url: Option<String>,
}

/// Witnesses, and which of them must have cosigned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The witnesses, in the order in which they stand.
    pub witnesses: Vec<Listed>,
    groups: BTreeMap<String, (usize, Vec<String>)>,
    quorum: Option<String>,
}

impl Policy {
    /// A policy in its text. One without a line `quorum` asks for no cosignature.
    ///
    /// # Errors
    /// What is wrong, with the number of its line.
    pub fn read(text: &str) -> Result<Policy, String> {
        let mut policy = Policy::default();
        for (number, line) in (1..).zip(text.lines()) {
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            if words.first().is_some_and(|word| !word.starts_with('#')) {
                policy.line(&words).map_err(|why| format!("line {number}: {why}"))?;
            }
        }
        Ok(policy)
    }

    fn line(&mut self, words: &[&str]) -> Result<(), String> {
        match words {
            ["witness", name, key, url @ ..] if url.len() < 2 => {
                self.unused(name)?;
                let key = WitnessKey::new(key).map_err(|error| error.to_string())?;
                if self.witnesses.iter().any(|known| known.key.is_same(&key)) {
                    return Err(format!("the key of {name} is that of another witness too"));
                }
                let url = url.first().map(|url| (*url).to_owned());
                self.witnesses.push(Listed { name: (*name).to_owned(), key, url });
                Ok(())
            }
            ["group", name, count, members @ ..] => {
                self.unused(name)?;
                let count = match *count {
                    "all" => members.len(),
                    "any" => 1,
                    count => {
                        count.parse().map_err(|_| format!("“{count}” is neither all, any nor a number"))?
                    }
                };
                if count == 0 || count > members.len() {
                    return Err(format!("{count} of {} members cannot be asked for", members.len()));
                }
                for (index, member) in members.iter().enumerate() {
                    self.used(member)?;
                    if members[..index].contains(member) {
                        return Err(format!("{member} stands twice in {name}"));
                    }
                }
                let members = members.iter().map(|member| (*member).to_owned()).collect();
                self.groups.insert((*name).to_owned(), (count, members));
                Ok(())
            }
            ["quorum", _] if self.quorum.is_some() => Err("there is a quorum already".to_owned()),
            ["quorum", name] => {
                if *name != "none" {
                    self.used(name)?;
                }
                self.quorum = Some((*name).to_owned());
                Ok(())
            }
            // Whose ledger it is, is known from the ledger.
            ["log", ..] => Ok(()),
            _ => {
                Err("this is none of: witness NAME KEY [URL], group NAME all|any|N NAME…, quorum NAME"
                    .to_owned())
            }
        }
    }

    fn is_known(&self, name: &str) -> bool {
        self.groups.contains_key(name) || self.witnesses.iter().any(|known| known.name == name)
    }

    fn unused(&self, name: &str) -> Result<(), String> {
        if name == "none" || self.is_known(name) {
            return Err(format!("“{name}” cannot be declared: it is taken"));
        }
        Ok(())
    }

    fn used(&self, name: &str) -> Result<(), String> {
        if self.is_known(name) { Ok(()) } else { Err(format!("“{name}” is not declared before")) }
    }

    /// The witness of this name: its name in the policy, or that of its key.
    #[must_use]
    pub fn witness(&self, name: &str) -> Option<&Listed> {
        self.witnesses.iter().find(|known| known.name == name || known.key.witness() == name)
    }

    /// The keys of the witnesses.
    #[must_use]
    pub fn keys(&self) -> Vec<WitnessKey> {
        self.witnesses.iter().map(|known| known.key.clone()).collect()
    }

    /// Whether those cosigned a checkpoint that must have.
    #[must_use]
    pub fn is_met(&self, note: &str) -> bool {
        match self.quorum.as_deref() {
            None | Some("none") => true,
            Some(name) => self.has_cosigned(name, note),
        }
    }

    fn has_cosigned(&self, name: &str, note: &str) -> bool {
        if let Some((count, members)) = self.groups.get(name) {
            return members.iter().filter(|member| self.has_cosigned(member, note)).count() >= *count;
        }
        let listed = self.witnesses.iter().find(|known| known.name == name);
        listed.is_some_and(|listed| matches!(listed.key.time_of(note), Ok(Some(_))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cosign::Cosigner;

    #[test]
    fn a_quorum_is_met_by_those_it_names() {
        let text = "truce\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
        let cosigners: Vec<Cosigner> =
            ["a1", "a2", "b1", "b2"].map(|name| Cosigner::generate(name).unwrap()).into();
        let mut policy = String::from("# two sides\n\n");
        for cosigner in &cosigners {
            policy.push_str(&format!("\twitness  {}  {}\n", cosigner.name(), cosigner.public()));
        }
        policy.push_str("group a any a1 a2\ngroup b 2 b1 b2\ngroup both all a b\nquorum both\nlog x\n");
        let policy = Policy::read(&policy).unwrap();
        for who in 0..16_u8 {
            let mut note = format!("{text}\n— truce AAAAAAAA\n");
            for (bit, cosigner) in cosigners.iter().enumerate() {
                if who >> bit & 1 == 1 {
                    note.push_str(&cosigner.line(text.as_bytes(), 1).unwrap());
                }
            }
            assert_eq!(policy.is_met(&note), who & 3 != 0 && who & 12 == 12, "{who:04b}");
        }
        assert!(Policy::read("quorum none").unwrap().is_met(""));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let key = Cosigner::generate("a").unwrap().public();
        let same = format!("witness a {key}\nwitness b {key}");
        for (text, why) in [
            ("witness", "line 1: this is none of"),
            ("\nquorum a", "line 2: “a” is not declared"),
            ("witness none x", "line 1: “none” cannot be declared"),
            ("witness a x", "line 1: “x” is no public key"),
            (&same, "line 2: the key of b is that of another"),
            ("group g 1", "line 1: 1 of 0 members"),
            ("quorum none\nquorum none", "line 2: there is a quorum already"),
        ] {
            let told = Policy::read(text).unwrap_err();
            assert!(told.contains(why), "{told}");
        }
    }
}
