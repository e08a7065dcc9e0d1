//! What names stand for, as an editor asks it.

use language::symbols::{SymbolKind, Symbols};

const OCTOBER: &str = include_str!("october.pact.md");

/// Every place where `id` is meant, as it is written there.
fn written<'t>(text: &'t str, symbols: &Symbols, kind: SymbolKind, id: &str) -> Vec<&'t str> {
    symbols.references(kind, id).map(|r| &text[r.span.clone()]).collect()
}

#[test]
fn every_name_of_the_october_agreement_is_declared_or_meant() {
    let symbols = language::parse(OCTOBER).symbols;
    let names =
        language::tree(OCTOBER).descendants().filter(|n| n.kind() == language::syntax::SyntaxKind::Name);
    for name in names {
        let span: std::ops::Range<usize> = name.first_token().unwrap().text_range().into();
        let declared = symbols.definitions.iter().any(|d| d.name == span);
        let meant = symbols.references.iter().any(|r| r.span == span);
        // A reading's own name is declared by none that others could name.
        let of_reading = name.parent().unwrap().kind() == language::syntax::SyntaxKind::As;
        assert!(declared != meant || of_reading, "{:?} at {span:?}", &OCTOBER[span.clone()]);
    }
}

#[test]
fn one_word_is_told_apart_by_what_it_means() {
    let symbols = language::parse(OCTOBER).symbols;
    // The provision `remains`, in a condition and in a reading; the item in a declaration and in a reading.
    assert_eq!(written(OCTOBER, &symbols, SymbolKind::Provision, "remains").len(), 2);
    assert_eq!(written(OCTOBER, &symbols, SymbolKind::Item, "remains").len(), 3);
    let forms = written(OCTOBER, &symbols, SymbolKind::Item, "deceased_hostage");
    assert_eq!(forms, ["deceased_hostages", "deceased_hostage"]);
    assert_eq!(
        written(OCTOBER, &symbols, SymbolKind::Act, "return"),
        ["return", "returns", "return", "return"]
    );
    let gaza = symbols.definition(SymbolKind::Zone, "gaza").unwrap();
    assert_eq!(
        (gaza.statement.keyword.as_str(), gaza.statement.title.as_deref()),
        ("zone", Some("Gaza Strip"))
    );
    assert_eq!(&OCTOBER[gaza.name.clone()], "gaza");
    assert!(OCTOBER[gaza.statement.span.clone()].starts_with("zone gaza"));
    assert_eq!(symbols.at(gaza.name.end), Some((SymbolKind::Zone, "gaza", gaza.name.clone())));
    assert!(
        symbols
            .statements
            .iter()
            .any(|s| s.keyword == "reading" && s.title.as_deref() == Some("Any remains count"))
    );
}

#[test]
fn errors_elsewhere_leave_the_references() {
    let whole = language::parse(OCTOBER).symbols;
    for (good, bad) in
        [("must release all 20", "must release 20"), ("phase one \"", "phase \""), ("  source", "  sauce")]
    {
        let text = OCTOBER.replacen(good, bad, 1);
        let parsed = language::parse(&text);
        assert!(parsed.agreement.is_none());
        for (kind, id) in [
            (SymbolKind::Actor, "israel"),
            (SymbolKind::Zone, "gaza"),
            (SymbolKind::Milestone, "initial_withdrawal"),
            (SymbolKind::Provision, "remains"),
        ] {
            let (now, before) =
                (written(&text, &parsed.symbols, kind, id), written(OCTOBER, &whole, kind, id));
            assert_eq!(now, before, "{id} after `{bad}`");
        }
    }
}
