//! `vocabulary`: the words that an agreement can use, as a tree, one by one, as JSON and as a page.
//!
//! Invariant: everything printed is of the vocabulary's files; nothing found is the answer “no”.

mod page;
mod search;
mod show;

use model::{
    agreement::Where,
    vocabulary::{self, LANGUAGES, Mapping, Term},
};
use serde_json::{Map, Value, json};

use crate::{
    Failure,
    arguments::{Sort, Vocabulary},
    print,
};

/// A term, or a category of another collection.
#[derive(Clone, Copy, Debug)]
pub enum Entry {
    /// An act, an item or a stage.
    Term(&'static Term),
    /// A category.
    Mapping(&'static Mapping),
}

impl Entry {
    fn sort(self) -> Sort {
        match self {
            Entry::Term(term) => match term.kind {
                vocabulary::Kind::Act => Sort::Act,
                vocabulary::Kind::Item => Sort::Item,
                vocabulary::Kind::Stage => Sort::Stage,
            },
            Entry::Mapping(_) => Sort::Mapping,
        }
    }

    fn json(self) -> Value {
        match self {
            Entry::Term(term) => term_json(term),
            Entry::Mapping(mapping) => mapping_json(mapping),
        }
    }
}

/// Prints the whole of it, or what is looked for.
pub fn run(options: &Vocabulary) -> Result<(), Failure> {
    if options.page {
        return print::line(page::page().trim_end());
    }
    if options.words.is_empty() {
        return if options.json {
            print::line(&whole_json(options.kind).to_string())
        } else {
            print::line(&show::tree(options.kind, &options.lang))
        };
    }
    let words = options.words.join(" ");
    let found = search::search(&words, options.kind).ok_or_else(|| {
        Failure::Input(format!("`{words}` holds no letter or digit: there is nothing to look for"))
    })?;
    if found.called.is_empty() && found.mentioning.is_empty() {
        let near = search::nearest(&words, options.kind);
        let near = near.map_or(String::new(), |near| format!("; the nearest is “{near}”"));
        return Err(Failure::No(format!("the vocabulary has nothing for “{words}”{near}")));
    }
    if options.json {
        let all = |entries: &[Entry]| entries.iter().map(|entry| entry.json()).collect::<Vec<_>>();
        let (called, mentioning) = (all(&found.called), all(&found.mentioning));
        let answer = json!({"version": vocabulary::version(), "called": called, "mentioning": mentioning});
        return print::line(&answer.to_string());
    }
    print::line(&show::found(&found, &options.lang))
}

/// Every entry, in the order in which they are shown.
fn entries(sort: Option<Sort>) -> impl Iterator<Item = Entry> {
    let all = vocabulary::terms().map(Entry::Term).chain(vocabulary::mappings().map(Entry::Mapping));
    all.filter(move |entry| sort.is_none_or(|sort| entry.sort() == sort))
}

/// The categories that mean the term, or it done or done to something.
fn equivalents(term: &Term) -> impl Iterator<Item = &'static Mapping> {
    vocabulary::mappings().filter(|mapping| {
        let meant = match term.kind {
            vocabulary::Kind::Act => &mapping.act,
            vocabulary::Kind::Item => &mapping.item,
            vocabulary::Kind::Stage => &None,
        };
        meant.as_ref() == Some(&term.id)
    })
}

/// The scheme's name for people.
fn scheme_name(mapping: &Mapping) -> &'static str {
    let scheme = vocabulary::schemes().iter().find(|scheme| scheme.id == mapping.scheme);
    scheme.map_or("", |scheme| &scheme.name)
}

/// The category's name, after its number where it has one.
fn category(mapping: &Mapping) -> String {
    mapping.code.iter().chain([&mapping.name]).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// What a zone is to the act that is done to it.
fn place(how: Where) -> &'static str {
    match how {
        Where::In => "in it",
        Where::Into => "into it",
        Where::From => "out of it",
        Where::Outside => "outside it",
    }
}

fn whole_json(sort: Option<Sort>) -> Value {
    let mut whole = Map::new();
    whole.insert("version".to_owned(), json!(vocabulary::version()));
    whole.insert("languages".to_owned(), json!(LANGUAGES.map(|(code, _)| code)));
    let parts = [("acts", Sort::Act), ("items", Sort::Item), ("stages", Sort::Stage)];
    for (name, part) in parts.into_iter().filter(|(_, part)| sort.is_none_or(|sort| sort == *part)) {
        let terms: Vec<_> = entries(Some(part)).map(Entry::json).collect();
        whole.insert(name.to_owned(), json!(terms));
    }
    if sort.is_none_or(|sort| sort == Sort::Mapping) {
        let schemes = vocabulary::schemes().iter().map(|scheme| {
            let categories: Vec<_> = scheme.categories.iter().map(mapping_json).collect();
            json!({"id": scheme.id, "name": scheme.name, "edition": scheme.edition, "categories": categories})
        });
        whole.insert("schemes".to_owned(), schemes.collect());
    }
    Value::Object(whole)
}

fn term_json(term: &Term) -> Value {
    let labels: Map<_, _> =
        LANGUAGES.iter().map(|(code, _)| ((*code).to_owned(), json!(term.label(code)))).collect();
    let narrower: Vec<_> = term.narrower().map(|term| &term.id).collect();
    let equivalents: Vec<_> = equivalents(term).map(mapping_json).collect();
    let mut json = json!({"kind": term.kind.name(), "id": term.id, "definition": term.definition, "parent": term.parent,
        "narrower": narrower, "labels": labels, "equivalents": equivalents});
    let own = match term.kind {
        vocabulary::Kind::Act => {
            json!({"third": term.third, "past": term.past,
            "participle": term.participle, "noun": term.noun, "takes": term.takes, "stage": term.stage,
            "zone": term.zone.map(place), "someone": term.someone, "judged": term.judged})
        }
        vocabulary::Kind::Item => json!({"plural": term.plural, "uncounted": term.uncounted}),
        vocabulary::Kind::Stage => json!({}),
    };
    if let (Some(json), Value::Object(own)) = (json.as_object_mut(), own) {
        json.extend(own);
    }
    json
}

fn mapping_json(mapping: &Mapping) -> Value {
    json!({"kind": "mapping", "scheme": mapping.scheme, "code": mapping.code, "name": mapping.name, "under": mapping.under,
        "act": mapping.act, "item": mapping.item, "how": mapping.how.map(vocabulary::How::name), "why": mapping.why})
}
