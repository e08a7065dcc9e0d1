//! The shell of every page: head, navigation, question bar, standing line, footer.
//!
//! Invariant: landmarks, language and direction are set here and nowhere else; no page loads anything but the
//! one stylesheet.

use maud::{DOCTYPE, Markup, html};

use crate::{
    locale::Lang,
    pages::Page,
    question_bar::{Standing, question_bar, standing},
    status,
};

/// What a page puts into the shell.
#[derive(Debug)]
pub struct Shell<'a> {
    /// Its title.
    pub title: &'a str,
    /// What its verdicts stand on; none where it shows none.
    pub standing: Option<Standing<'a>>,
    /// The entry of the navigation that it is.
    pub section: &'a str,
    /// What it says.
    pub body: Markup,
}

/// A whole page.
#[must_use]
pub fn shell(page: &Page<'_>, shell: &Shell<'_>) -> Markup {
    let say = page.say;
    html! {
        (DOCTYPE)
        html lang=(say.lang.tag()) dir=(say.lang.dir()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (shell.title) " · " (page.watch().title()) }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href=(ICON);
            }
            body {
                a.skip href="#main" { (say.say("skip")) }
                (status::shapes())
                (top(page, shell.section))
                section.asked aria-label=(say.text("bar-label")) {
                    div.wide {
                        (question_bar(page))
                        @if let Some(asked) = &shell.standing { (standing(page, asked)) }
                    }
                }
                main #main tabindex="-1" { div.wide { (shell.body) } }
                (foot(page))
            }
        }
    }
}

/// A ring with a gap: something that holds, or not.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
                    %3Cpath d='M13 4.5A6 6 0 1 0 14 8' fill='none' stroke='%23205a7a' stroke-width='3'/%3E%3C/svg%3E";

fn top(page: &Page<'_>, section: &str) -> Markup {
    let say = page.say;
    let entries = [("overview", "/"), ("agreement", "/agreement"), ("json", "/answer.json")];
    html! {
        header.top {
            div.wide {
                p.name { a href=(page.link("/")) { bdi { (page.watch().title()) } } }
                nav aria-label=(say.text("nav-label")) {
                    ul {
                        @for (name, path) in entries {
                            @let current = (name == section).then_some("page");
                            @let words = say.say(&format!("nav-{name}"));
                            li { a href=(page.link(path)) aria-current=[current] { (words) } }
                        }
                    }
                }
                nav.languages aria-label=(say.text("nav-languages")) {
                    ul {
                        @for lang in Lang::ALL {
                            @let current = (lang == say.lang).then_some("true");
                            li {
                                a href=(page.ask.link_but(page.here, "lang", lang.tag())) lang=(lang.tag())
                                    hreflang=(lang.tag()) dir=(lang.dir()) aria-current=[current] {
                                    (lang.own_name())
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn foot(page: &Page<'_>) -> Markup {
    let say = page.say;
    let zone = page.zone().iana_name().unwrap_or("UTC");
    html! {
        footer.foot {
            div.wide {
                p { (say.say_with("foot-zone", &[("zone", zone.into())])) }
                p { (say.say("foot-principle")) }
                p.fingerprint {
                    (say.say("foot-agreement")) " "
                    bdi dir="ltr" {
                        (page.watch().agreement_file) " · SHA-256 " code { (page.watch().sha256) }
                    }
                }
            }
        }
    }
}
