//! How a diagnostic looks in a terminal.

use language::{parse, render, render_coloured};

#[test]
fn it_renders_with_line_column_and_fixes() {
    let text = "agreement \"T\"\n  timezone UTC\n  in force from 2026-01-01T00:00\nparty a\nparty b\n\
                prohibition p\n  a, b must not attack\n";
    let parsed = parse(text);
    let shown = render("t.pact", text, &parsed.diagnostics[0]);
    let expected = "\
error[bare-list]: each of them, together, or either of them? Say which
 --> t.pact:7:3
  |
7 |   a, b must not attack
  |   ^^^^
  |
  = help: write `each of a and b`
  = help: write `a and b together`
  = help: write `either a or b alone`";
    assert_eq!(shown, expected);
    assert!(render_coloured("t.pact", text, &parsed.diagnostics[0]).contains("\u{1b}["));
}
