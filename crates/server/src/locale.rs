//! The words of the pages, from `locales/*.ftl`, and the languages that they are in.
//!
//! Invariant: a message that a language lacks is shown in English and marked as English, never left out;
//! digits are the same in every language.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use maud::{Markup, PreEscaped, Render, html};

/// A language that pages are shown in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Arabic.
    Ar,
}

impl Lang {
    /// Every language, in the order of the switch.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Ar];

    /// Its BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Ar => "ar",
        }
    }

    /// Its name in itself.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Lang::En => "English",
            Lang::Ar => "العربية",
        }
    }

    /// Which way its lines run.
    #[must_use]
    pub fn dir(self) -> &'static str {
        match self {
            Lang::En => "ltr",
            Lang::Ar => "rtl",
        }
    }

    /// The language of a tag.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        match self {
            Lang::En => &ENGLISH,
            Lang::Ar => &ARABIC,
        }
    }
}

static ENGLISH: LazyLock<FluentBundle<FluentResource>> =
    LazyLock::new(|| bundle("en", include_str!("../locales/en.ftl")));
static ARABIC: LazyLock<FluentBundle<FluentResource>> =
    LazyLock::new(|| bundle("ar", include_str!("../locales/ar.ftl")));

fn bundle(tag: &str, source: &str) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().unwrap_or_default()]);
    // Latin names and dates inside Arabic sentences need the marks that isolate them; English has no use for
    // them.
    bundle.set_use_isolating(tag != "en");
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(read, _)| read);
    bundle.add_resource_overriding(resource);
    bundle
}

/// A value set into a message.
pub type Value<'a> = FluentValue<'a>;

/// A count as a value: messages choose their plural by it.
#[must_use]
pub fn number(count: usize) -> Value<'static> {
    Value::from(count)
}

/// Speaks one language.
#[derive(Clone, Copy, Debug)]
pub struct Say {
    /// The language.
    pub lang: Lang,
}

impl Say {
    /// A message as text, for attributes and for setting into others.
    #[must_use]
    pub fn text(self, key: &str) -> String {
        self.text_with(key, &[])
    }

    /// A message with values, as text.
    #[must_use]
    pub fn text_with(self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        formatted(self.lang, key, values)
            .or_else(|| formatted(Lang::En, key, values))
            // Seen by the test that reads every page, should a key ever be misspelt.
            .unwrap_or_else(|| format!("⟦{key}⟧"))
    }

    /// A message.
    #[must_use]
    pub fn say(self, key: &str) -> Markup {
        self.say_with(key, &[])
    }

    /// A message with values.
    #[must_use]
    pub fn say_with(self, key: &str, values: &[(&str, Value<'_>)]) -> Markup {
        let text = self.text_with(key, values);
        if self.has(key) {
            html! { (text) }
        } else {
            english(&text)
        }
    }

    /// Whether the message is in this language.
    #[must_use]
    pub fn has(self, key: &str) -> bool {
        self.lang.bundle().get_message(key).is_some_and(|message| message.value().is_some())
    }

    /// Words that there are only in English: those of an explanation's rules and reasons.
    #[must_use]
    pub fn only_english(self, text: &str) -> Markup {
        if self.lang == Lang::En {
            html! { (text) }
        } else {
            english(text)
        }
    }
}

fn english(text: &str) -> Markup {
    html! { span lang="en" dir="ltr" { (text) } }
}

fn formatted(lang: Lang, key: &str, values: &[(&str, Value<'_>)]) -> Option<String> {
    let bundle = lang.bundle();
    let pattern = bundle.get_message(key)?.value()?;
    let mut args = FluentArgs::new();
    for (name, value) in values {
        args.set((*name).to_owned(), value.clone());
    }
    let mut errors = Vec::new();
    Some(bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned())
}

/// Something from the watch, whose direction is its own: a name, an identifier, a number, a date.
#[must_use]
pub fn bdi(inside: impl Render) -> Markup {
    html! { bdi { (inside) } }
}

/// An identifier or anything else that is read from left to right in every language.
#[must_use]
pub fn ltr(inside: impl Render) -> Markup {
    html! { bdi dir="ltr" { (inside) } }
}

/// Joins pieces of markup.
#[must_use]
pub fn joined(pieces: impl IntoIterator<Item = Markup>, between: &str) -> Markup {
    let pieces: Vec<String> = pieces.into_iter().map(PreEscaped::into_string).collect();
    PreEscaped(pieces.join(&html! { (between) }.into_string()))
}
