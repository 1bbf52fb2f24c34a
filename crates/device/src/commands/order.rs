//! `order parse`: what a sentence orders from the menu.

use super::{say, say_json_line};
use crate::cli::Global;
use olympus_proto::{
    AllergenStatement, Amount, Conflict, LineModifier, ModifierAction, OrderLine,
    OrderParseRequest, OrderParseResponse, StatedAllergen,
};
use std::fmt::Write as _;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// The lines that a text orders, or each line of stdin
    #[command(after_help = "\
Examples:
  olympus-edge order parse --demo \"two margheritas, one without basil, and a large coke\"
  cat utterances.txt | olympus-edge order parse --json")]
    Parse {
        /// The text; without it every line of stdin is one
        text: Option<String>,
        /// Use the demo menu
        #[arg(long)]
        demo: bool,
    },
}

pub(crate) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    let Command::Parse { text, demo } = command;
    let service = super::menu::open(global, demo)?;
    super::intent::each(text, |text| {
        let answer = service.parse_order(&OrderParseRequest {
            text: text.to_owned(),
            ..OrderParseRequest::default()
        })?;
        if global.json {
            return say_json_line(&answer);
        }
        say(&told(&answer))
    })
}

fn told(answer: &OrderParseResponse) -> String {
    let mut out = String::new();
    for line in &answer.order.lines {
        let _ = writeln!(out, "{:>3} × {}", line.quantity, line_text(line));
    }
    for gone in &answer.unavailable {
        let instead: Vec<&str> = gone.substitutes.iter().map(|s| s.name.as_str()).collect();
        let instead = match instead.is_empty() {
            true => "nothing near it can be had".to_owned(),
            false => format!("offer {}", instead.join(", ")),
        };
        let name = answer
            .order
            .lines
            .get(gone.line)
            .map_or("", |line| &line.name);
        let _ = writeln!(out, "  ! {name} cannot be had now: {instead}");
    }
    for against in &answer.conflicts {
        let _ = writeln!(out, "  ! {}", conflict_text(against, answer));
    }
    for unclear in &answer.order.ambiguous {
        let ids: Vec<&str> = unclear.candidates.iter().map(|id| id.0.as_str()).collect();
        let _ = writeln!(out, "  ? `{}`: which of {}", unclear.text, ids.join(", "));
    }
    let skipped: Vec<&str> = answer
        .order
        .not_understood
        .iter()
        .map(|words| words.text.as_str())
        .collect();
    if !skipped.is_empty() {
        let _ = writeln!(out, "  not understood: {}", skipped.join(", "));
    }
    if out.is_empty() {
        out.push_str("nothing of the menu is ordered\n");
    }
    out.truncate(out.trim_end().len());
    out
}

fn conflict_text(against: &Conflict, answer: &OrderParseResponse) -> String {
    let name = answer
        .order
        .lines
        .get(against.line)
        .map_or("", |line| &line.name);
    let stated = |stated: &StatedAllergen| match stated.statement {
        AllergenStatement::Contains => format!("contains {}", stated.allergen.as_str()),
        AllergenStatement::MayContain => format!("may contain {}", stated.allergen.as_str()),
        _ => format!(
            "does not say that it is free of {}",
            stated.allergen.as_str()
        ),
    };
    let allergens = against.allergens.iter().map(stated);
    let diets = against
        .diets
        .iter()
        .map(|diet| format!("is not said to be {diet}"));
    let told: Vec<String> = allergens.chain(diets).collect();
    let instead: Vec<&str> = against
        .substitutes
        .iter()
        .map(|s| s.name.as_str())
        .collect();
    let instead = match instead.is_empty() {
        true => String::new(),
        false => format!("; offer {}", instead.join(", ")),
    };
    format!("{name} {}{instead}", told.join(", "))
}

fn line_text(line: &OrderLine) -> String {
    let size = line.size.as_ref().map(|size| format!("{size} "));
    let modifiers: String = line.modifiers.iter().map(modifier_text).collect();
    let state = match line.state {
        Some(olympus_proto::State::SoldOut) => "  (sold out)",
        Some(olympus_proto::State::OutsideHours) => "  (not served now)",
        _ => "",
    };
    format!(
        "{}{}{modifiers}{state}",
        size.unwrap_or_default(),
        line.name
    )
}

fn modifier_text(modifier: &LineModifier) -> String {
    let wish = match (modifier.action, modifier.amount) {
        (ModifierAction::Remove, _) => "no ",
        (ModifierAction::Add, Some(Amount::Extra)) => "extra ",
        (ModifierAction::Add, Some(Amount::Light)) => "light ",
        (ModifierAction::Add, None) => "+ ",
    };
    format!(", {wish}{}", modifier.name)
}
