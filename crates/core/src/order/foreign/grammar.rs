//! What other languages say by their grammar alone, as English says it.

use super::super::phrases::Phrases;
use super::super::stems::stem;
use super::tokens::{BEFORE, Role, Token, is_choice, stems};

/// Amounts that may come after what they are of.
const AFTER: [&str; 3] = ["extra", "light", "double"];

/// Writes all of it out.
pub(super) fn write_out(tokens: &mut [Token], phrases: &Phrases) {
    amounts_first(tokens);
    beside_last(tokens);
    answers(tokens);
    wanted_after_all(tokens);
    count_ones(tokens, phrases);
}

/// "Con nata extra" is "with extra cream".
fn amounts_first(tokens: &mut [Token]) {
    for at in 1..tokens.len() {
        let next = tokens.get(at + 1);
        let ends = next.is_none_or(|next| !next.goes_on() || next.role != Role::Thing);
        if let Some([thing, amount]) = tokens.get_mut(at - 1..=at)
            && ends
            && thing.role == Role::Thing
            && amount.role == Role::Cue
            && amount.goes_on()
            && AFTER.contains(&amount.english.as_str())
        {
            let gap = thing.gap.clone();
            thing.gap.clone_from(&amount.gap);
            amount.gap = gap;
            tokens.swap(at - 1, at);
        }
    }
}

/// "Klein, no, grande": an answer takes back what was said, and leaves nothing out.
fn answers(tokens: &mut [Token]) {
    for at in 1..tokens.len() {
        let ends = tokens.get(at + 1).is_some_and(|next| !next.goes_on());
        if let Some(token) = tokens.get_mut(at)
            && token.role == Role::Cue
            && token.english == "no"
            && (ends || token.is_answer)
        {
            token.set("no wait");
        }
    }
}

/// "Pas de tomate, et du pain": with bread. French and Italian leave out without an article.
fn wanted_after_all(tokens: &mut [Token]) {
    let mut negated = false;
    for at in 0..tokens.len() {
        let is_some = |next: &Token| next.goes_on() && next.english == "some";
        let leads = tokens.get(at + 1).is_some_and(is_some);
        let Some(token) = tokens.get_mut(at) else {
            return;
        };
        let ends = token.gap.contains(['.', ';', '!', '?', '\n']);
        let refuses = matches!(token.english.as_str(), "no" | "without" | "nor" | "not");
        negated = refuses || (negated && !ends);
        if negated && leads && token.role == Role::And {
            token.set("and with");
        }
    }
}

/// "Mit Senf dazu" is with mustard on the side; "dazu Senf" is and mustard.
fn beside_last(tokens: &mut [Token]) {
    let ends = |next: Option<&Token>| {
        next.is_none_or(|next| !next.goes_on() || matches!(next.role, Role::And | Role::Cue))
    };
    for at in 1..tokens.len() {
        let is_last = ends(tokens.get(at + 1));
        let is_after = tokens
            .get(at - 1)
            .is_some_and(|token| token.role == Role::Thing);
        if let Some(token) = tokens.get_mut(at)
            && is_last
            && is_after
            && token.goes_on()
            && token.english == "plus"
        {
            token.set("on the side");
        }
    }
}

/// "Un con leche y otro solo" of two that were ordered: one and one.
fn count_ones(tokens: &mut [Token], phrases: &Phrases) {
    let mut many = false;
    for at in 0..tokens.len() {
        // "Una sin hielo y otra con": one more, where there was one.
        let is_more = tokens
            .get(at)
            .is_some_and(|token| token.english == "another")
            && tokens.get(at + 1).is_some_and(|next| {
                next.goes_on() && (next.role == Role::With || is_told(&next.english))
            });
        let is_one = (many || is_more) && is_one(tokens, at, phrases);
        let Some(token) = tokens.get_mut(at) else {
            return;
        };
        many |= number(&token.english).is_some_and(|number| number > 1);
        if !is_one {
            continue;
        }
        token.set(if token.english == "and a" {
            "and one"
        } else {
            "one"
        });
        // "One light ice" is one with it, and so is "one of vanilla".
        let is_how = |next: &Token| {
            ["light ", "extra "]
                .iter()
                .any(|how| next.english.starts_with(how))
        };
        if let Some(next) = tokens.get_mut(at + 1).filter(|next| is_how(next)) {
            next.english.insert_str(0, "with ");
        }
        // "Two chicken wraps and one of tuna" is one more dish.
        let of = tokens
            .get(at + 2)
            .is_some_and(|of| is_no_choice(of, phrases));
        if let Some(next) = tokens.get_mut(at + 1).filter(|next| next.role == Role::Of) {
            next.set(if of { "of" } else { "with" });
        }
    }
}

/// Whether a thing is a word of a dish's name, and nothing that a dish can be had with.
fn is_no_choice(token: &Token, phrases: &Phrases) -> bool {
    let names = phrases.find(&stems(&token.english));
    token.role == Role::Thing && names.is_some_and(|names| names.options.is_empty())
}

/// Whether an article or "another" says how one of several is.
fn is_one(tokens: &[Token], at: usize, phrases: &Phrases) -> bool {
    let Some(token) = tokens.get(at) else {
        return false;
    };
    let ones = ["a", "and a", "one", "another", "the other"];
    let is_in = at.checked_sub(1).and_then(|at| tokens.get(at));
    let is_in = is_in.is_some_and(|before| matches!(before.role, Role::With | Role::Of));
    if is_in || !ones.contains(&token.english.as_str()) {
        return false;
    }
    match tokens.get(at + 1) {
        Some(next) if !next.goes_on() => false,
        Some(next) => match next.role {
            Role::With | Role::Of => true,
            Role::Cue if matches!(next.english.as_str(), "without" | "no" | "in" | "on") => true,
            _ if is_told(&next.english) => true,
            Role::Thing => {
                let ends = tokens
                    .get(at + 2)
                    .is_none_or(|next| next.role != Role::Thing);
                (!token.english.ends_with('a') || ends) && is_choice(&next.english, phrases)
            }
            _ => false,
        },
        None => false,
    }
}

/// Whether a phrase says with what, or without.
fn is_told(english: &str) -> bool {
    BEFORE.iter().any(|told| english.starts_with(told))
}

fn number(english: &str) -> Option<u32> {
    match english {
        "a couple of" => Some(2),
        text => stem(text).parse().ok(),
    }
}
