//! The October example, from Markdown to agreement.

use language::{condition_in_words, parse, rule_in_words};

#[test]
fn dbg() {
    let text = include_str!("october.pact.md");
    let parsed = parse(text);
    for d in &parsed.diagnostics {
        println!("{}", language::render("october.pact.md", text, d));
    }
    let a = parsed.agreement.unwrap();
    for p in &a.provisions {
        println!("{}: {}", p.clause, rule_in_words(&a, p));
    }
    for p in &a.phases {
        println!("{}", condition_in_words(&a, &p.begins));
    }
    for p in &a.milestones {
        println!("{}", condition_in_words(&a, &p.when));
    }
    println!("{a:#?}");
}
