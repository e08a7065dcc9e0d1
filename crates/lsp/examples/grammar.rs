//! Prints a grammar for colours: the one whose file is named, as `make editors` writes it.

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("vscode/syntaxes/pact.tmLanguage.json") => println!("{:#}", lsp::text_mate_grammar()),
        Some("neovim/syntax/pact.vim") => println!("{}", lsp::vim_syntax()),
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}
