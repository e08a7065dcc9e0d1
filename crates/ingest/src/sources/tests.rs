//! Bad lines beside what is said of them, and what a good file reads as.

use model::{Duration, Instant, source::SourceKind};

use super::read;

const ZONES: [&str; 2] = ["gaza", "israeli_held"];

fn zones() -> Vec<String> {
    ZONES.iter().map(|zone| (*zone).to_owned()).collect()
}

#[test]
fn a_whole_file() {
    let text = r#"
[[source]]
id = "un"
label = "الأمم المتحدة"
kind = "un"
origin = "un"

[[source]]
id = "un2720"
kind = "un"
side = "nobody"
under = "un"
covers = [
  { acts = ["admit"], items = ["truck"], scope = "un_channel", stages = ["collected"], area = "gaza",
    from = 2025-10-10T12:00:00+03:00, lag = "P2D", accepted_by = ["israel"], basis = "its notes" },
  { acts = ["fly_over"], hours = "06:00/18:00" },
]
gaps = [ { from = 2025-10-19T00:00:00+03:00, to = 2025-10-20T00:00:00+03:00, cause = "closed", denied_by = "israel" } ]
"#;
    let sources = read(text, &zones()).unwrap();
    assert_eq!((sources[1].kind, sources[1].origin.as_str()), (SourceKind::Un, "un"));
    let covers = &sources[1].covers[0];
    assert_eq!(covers.lag, Duration::hours(48));
    assert_eq!(covers.period.first, Instant::parse("2025-10-10T09:00:00Z").unwrap());
    assert_eq!(covers.period.last, Instant::MAX);
    assert_eq!(sources[1].covers[1].scope.as_deref(), Some("within its hours"));
    assert_eq!(sources[1].gaps[0].denied_by.as_deref(), Some("israel"));
}

/// Lines of a source after its `id` and `kind` (lines 1 to 3), and (line, key, part of the reason) for each error.
type Case<'a> = (&'a str, &'a [(usize, &'a str, &'a str)]);

#[test]
fn errors_name_line_and_key() {
    #[rustfmt::skip]
    let cases: &[Case] = &[
        ("cover = []",                                         &[(4, "cover",  "did you mean “covers”?")]),
        ("covers = [ { to = 2025-10-14T00:00:00Z } ]",         &[(4, "to",     "the end of the coverage is `until`")]),
        ("covers = [ { area = \"gazza\" } ]",                  &[(4, "area",   "did you mean “gaza”?")]),
        ("covers = [\n { area = \"yellow_line\" },\n]",        &[(5, "area",   "known are gaza, israeli_held")]),
        ("covers = [ { lag = \"two days\" } ]",                &[(4, "lag",    "is not a duration")]),
        ("covers = [ { lag = \"P1M\" } ]",                     &[(4, "lag",    "is not a duration")]),
        ("covers = [ { from = 2025-10-14 } ]",                 &[(4, "from",   "2025-10-14")]),
        ("covers = [ { from = 2025-10-14T00:00:00 } ]",        &[(4, "from",   "has no offset")]),
        ("covers = [ { from = 2025-10-14T00:00:00Z, until = 2025-10-13T00:00:00Z } ]",
                                                               &[(4, "until",  "before it begins")]),
        ("covers = [ { acts = \"admit\" } ]",                  &[(4, "acts",   "a list of texts")]),
        ("covers = [ { acts = [1] } ]",                        &[(4, "acts",   "text in quotes")]),
        ("under = \"x\"",                                      &[(4, "under",  "is no source of this file")]),
        ("under = \"a\"",                                      &[(4, "under",  "above itself")]),
        ("side = 3",                                           &[(4, "side",   "text in quotes")]),
        ("gaps = [ { cause = \"c\" } ]",                       &[(4, "from",   "missing"), (4, "to", "missing")]),
        ("[[source]]\nid = \"a\"\nkind = \"un\"",              &[(5, "id",     "already declared on line 2")]),
        ("[[source]]\nid = \"b\"\nkind = \"gov\"\nsides = 1",  &[(6, "kind",   "known are party"), (7, "sides", "“side”")]),
        ("[[source]]\nlabel = \"b\"",                          &[(4, "id",     "missing"), (4, "kind", "missing")]),
        ("[other]",                                            &[(4, "other",  "known are source")]),
        ("label = ",                                           &[(4, "",       "not TOML")]),
        ("id = \"again\"",                                     &[(4, "",       "not TOML")]),
    ];
    for (lines, expected) in cases {
        let text = format!("[[source]]\nid = \"a\"\nkind = \"un\"\n{lines}\n");
        let errors = read(&text, &zones()).unwrap_err();
        assert_eq!(errors.len(), expected.len(), "{lines}\n{errors:#?}");
        for (error, (line, field, reason)) in errors.iter().zip(*expected) {
            assert_eq!((error.line, error.field.as_str()), (*line, *field), "{lines}\n{error}");
            assert!(error.reason.contains(reason), "{lines}\n{error}");
        }
    }
}

#[test]
fn an_empty_file_declares_nobody() {
    assert_eq!(read("", &[]).unwrap(), vec![]);
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "(?s).{0,200}|(\\[\\[source\\]\\]\n)?(id|kind|covers|under|gaps) = [\\[\\]{}\"a-z=0-9,]{0,40}") {
        let _ = read(&text, &zones());
    }
}
