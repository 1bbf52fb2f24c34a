//! What keyboards and speech recognition do to a sentence, drawn from a seed.

use rand::Rng;
use rand::seq::IndexedRandom;

const FILLERS: [&str; 10] = [
    "uh", "um", "like", "so", "yeah", "okay", "hey", "well", "erm", "hi",
];
const ENDINGS: [&str; 6] = ["please", "thanks", "thank you", "ok", "pls", "mate"];
/// Neighbours on a QWERTY keyboard.
const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// The text as another customer might have typed or said it; more than half the time unchanged.
pub(crate) fn disturb(text: &str, rng: &mut impl Rng) -> String {
    let mut out = text.to_owned();
    if rng.random_bool(0.25) {
        out = bare(&out);
    }
    if rng.random_bool(0.12) {
        for _ in 0..rng.random_range(1..=2) {
            out = typo(&out, rng);
        }
    }
    if rng.random_bool(0.08) {
        out = insert_filler(&out, rng);
    }
    if rng.random_bool(0.06)
        && let Some(ending) = ENDINGS.choose(rng)
    {
        out = format!("{} {ending}", out.trim_end_matches(['.', '!']));
    }
    out
}

/// As speech recognition writes: no case, no punctuation.
fn bare(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|c| c.is_alphanumeric() || c.is_whitespace() || *c == '\'')
        .flat_map(char::to_lowercase)
        .collect();
    if kept.trim().is_empty() {
        text.to_owned()
    } else {
        kept
    }
}

fn typo(text: &str, rng: &mut impl Rng) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    if chars.len() < 5 {
        return text.to_owned();
    }
    let at = rng.random_range(1..chars.len() - 1);
    match rng.random_range(0..4) {
        0 => chars.swap(at, at - 1),
        1 => {
            chars.remove(at);
        }
        2 => chars.insert(at, chars[at]),
        _ => chars[at] = neighbour(chars[at], rng),
    }
    chars.into_iter().collect()
}

fn neighbour(key: char, rng: &mut impl Rng) -> char {
    let row = ROWS.iter().find(|row| row.contains(key));
    let Some((row, at)) = row.and_then(|row| Some((row.as_bytes(), row.find(key)?))) else {
        return key;
    };
    let side = if rng.random_bool(0.5) {
        at + 1
    } else {
        at.wrapping_sub(1)
    };
    row.get(side).map_or(key, |byte| char::from(*byte))
}

fn insert_filler(text: &str, rng: &mut impl Rng) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let at = rng.random_range(0..words.len());
    let filler = FILLERS.choose(rng).copied().unwrap_or("um");
    let (before, after) = words.split_at(at);
    let mut out: Vec<&str> = before.to_vec();
    out.push(filler);
    out.extend_from_slice(after);
    out.join(" ")
}

#[cfg(test)]
mod tests {
    use super::disturb;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_same_seed_disturbs_alike_and_never_empties_a_text() {
        let texts = ["no!", "a", "🍕", "two cheeseburgers, no onions", "¿qué?"];
        let run = |seed| -> Vec<String> {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            (0..500)
                .map(|i| disturb(texts[i % texts.len()], &mut rng))
                .collect()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        assert!(run(3).iter().all(|text| !text.trim().is_empty()));
    }
}
