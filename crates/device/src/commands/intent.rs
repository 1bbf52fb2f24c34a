//! `intent` and `understand`: one text, or each line of stdin.

use super::menu::hits_table;
use super::{say, say_json_line};
use crate::cli::Global;
use crate::service::{Options, Service};
use crate::wire::UnderstandRequest;
use anyhow::Context;
use olympus_proto::{Filters, Intent, IntentAnswer, IntentReason};
use std::io::BufRead;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  olympus-edge intent \"where is my order\"
  olympus-edge intent --expect order,cancel \"no thanks\"
  cat utterances.txt | olympus-edge intent --json")]
pub(crate) struct Args {
    /// The text; without it every line of stdin is one
    text: Option<String>,
    /// Intents that can happen at this point, comma-separated [default: all]
    #[arg(long, value_delimiter = ',')]
    expect: Vec<Intent>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  olympus-edge understand --demo \"two margheritas please\"
  olympus-edge understand \"something spicy\" --limit 3 --json")]
pub(crate) struct UnderstandArgs {
    /// The text; without it every line of stdin is one
    text: Option<String>,
    /// Most dishes
    #[arg(long, default_value_t = 5)]
    limit: usize,
    /// Use the demo menu
    #[arg(long)]
    demo: bool,
}

pub(crate) fn run(global: &Global, args: Args) -> anyhow::Result<()> {
    let config = crate::config::Config::load(&global.data_dir())?;
    let service = Service::open(Options {
        // Intents need no menu.
        data_dir: None,
        ..super::service_options(global, &config, false)?
    })?;
    let context = olympus_proto::Context {
        expected: args.expect,
    };
    each(args.text, |text| {
        let answer = service.intent(text, Some(&context))?;
        if global.json {
            return say_json_line(&answer);
        }
        say(&told(&answer.answer))
    })
}

pub(crate) fn run_understand(global: &Global, args: UnderstandArgs) -> anyhow::Result<()> {
    let service = super::menu::open(global, args.demo)?;
    each(args.text, |text| {
        let answer = service.understand(&UnderstandRequest {
            text: text.to_owned(),
            context: None,
            limit: args.limit,
            filters: Filters::default(),
            parse: true,
            ignore: Vec::new(),
        })?;
        if global.json {
            return say_json_line(&answer);
        }
        say(&told(&answer.answer))?;
        say(&hits_table(&answer.hits))
    })
}

pub(super) fn each(
    text: Option<String>,
    mut answer: impl FnMut(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if let Some(text) = text {
        return answer(&text);
    }
    for line in std::io::stdin().lock().lines() {
        let line = line.context("reading stdin")?;
        if !line.trim().is_empty() {
            answer(&line)?;
        }
    }
    Ok(())
}

fn told(answer: &IntentAnswer) -> String {
    let why = match answer.reason {
        IntentReason::Confident => String::new(),
        IntentReason::BelowThreshold => format!("  (not sure; perhaps {})", answer.best_guess),
        IntentReason::OutOfScope => "  (none of ours)".to_owned(),
    };
    format!(
        "{:<13} {:>5.1} %{why}",
        answer.intent,
        answer.confidence * 100.0
    )
}
