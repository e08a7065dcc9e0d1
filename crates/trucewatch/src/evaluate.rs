//! `evaluate`: the black-box contract of EVIDENCE.md §8, from files alone.

use watch::{Paths, Watch};

use crate::{
    Failure,
    arguments::{Evaluate, Format},
};

/// Prints one JSON object.
pub fn run(options: &Evaluate) -> Result<(), Failure> {
    if options.format != Format::Json {
        return Err(Failure::Input("evaluate prints JSON: use status for a table".to_owned()));
    }
    let paths = Paths {
        agreement: options.agreement.clone(),
        sources: options.sources.clone(),
        claims: options.claims.clone(),
        decisions: options.decisions.clone(),
        settings: None,
        folder: None,
    };
    let watch = options.question.audience(Watch::load(&paths)?);
    crate::print::rejected(&watch.read);
    watch.knows(&options.question.standard).map_err(Failure::Input)?;
    let answer = watch.evaluate(&options.question.question())?;
    let json = serde_json::to_string(&answer).map_err(|error| Failure::Internal(error.to_string()))?;
    crate::print::line(&json)?;
    if options.strict && !watch.read.rejected.is_empty() {
        let lines = crate::print::counted(watch.read.rejected.len(), "line");
        return Err(Failure::Input(format!("{lines} rejected: --strict takes none")));
    }
    Ok(())
}
