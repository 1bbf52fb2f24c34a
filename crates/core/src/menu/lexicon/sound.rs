//! How a name sounds, roughly: one key for the spellings that other alphabets are written in.
//!
//! Invariant: made for dishes' names only; vowels, doubled letters and breath do not count, and
//! voiced and unvoiced consonants are one ("gimbap", "kimbap").

/// Shorter words sound like too many others.
const SHORTEST: usize = 5;

/// Whether the sound of `word` tells enough.
pub(super) fn is_telling(word: &str) -> bool {
    word.is_ascii() && word.len() >= SHORTEST
}

/// The consonants of `word` as they are heard.
pub(super) fn key(word: &str) -> String {
    let mut key = String::new();
    let mut before = None;
    for c in word.chars() {
        let sound = match c {
            'b' | 'p' => 'p',
            'd' | 't' => 't',
            'g' | 'k' | 'q' | 'c' => 'k',
            'j' | 'z' | 's' | 'x' => 's',
            'f' | 'v' => 'f',
            'm' | 'n' | 'l' => c,
            // "kra" is often said and written "ka"; a leading one is heard.
            'r' if before.is_none() => 'l',
            _ => {
                before = Some(c);
                continue;
            }
        };
        if before != Some(sound) {
            key.push(sound);
        }
        before = Some(sound);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn spellings_that_sound_alike_share_a_key_and_others_do_not() {
        for (one, two) in [
            ("krapow", "kraprow"),
            ("gimbap", "kimbap"),
            ("bulgogi", "pulkogi"),
            ("kratiem", "gratiam"),
            ("phanaeng", "panang"),
        ] {
            assert_eq!(key(one), key(two), "{one} {two}");
        }
        for (one, two) in [
            ("burger", "curry"),
            ("salad", "salmon"),
            ("tamale", "tomato"),
        ] {
            assert_ne!(key(one), key(two), "{one} {two}");
        }
    }
}
