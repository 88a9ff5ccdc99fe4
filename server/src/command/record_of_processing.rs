//! `postvalv record-of-processing`

use app::{Language, record_of_processing};
use clap::Args;

use super::answer;
use crate::config::Config;
use crate::data_protection;
use crate::state::contact;

/// In which language.
#[derive(Debug, Args)]
pub struct RecordOfProcessing {
    /// Whether to write it in English; else it is in Swedish.
    #[arg(long)]
    english: bool,
}

pub(super) fn run(config: &Config, arguments: &RecordOfProcessing) {
    let language = if arguments.english {
        Language::English
    } else {
        Language::Swedish
    };
    let facts = data_protection::facts(config, language);
    answer(record_of_processing(&facts, contact(config).as_ref(), language).trim_end());
}
