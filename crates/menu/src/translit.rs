//! Greek and Cyrillic words in Latin letters, so that "moussaka" finds "Μουσακάς" and the other
//! way round. One spelling of several in use; the others are near enough for the typo rules.
//!
//! Invariant: works on normalised words (lower case, no accents, `σ` for `ς`); other scripts
//! come back as they are. Never shown to people.

use std::borrow::Cow;

/// The word in Latin letters where it is Greek or Cyrillic.
pub(crate) fn latin(word: &str) -> Cow<'_, str> {
    let foreign =
        |c: char| ('\u{0370}'..='\u{03FF}').contains(&c) || ('\u{0400}'..='\u{052F}').contains(&c);
    if !word.chars().any(foreign) {
        return Cow::Borrowed(word);
    }
    let chars: Vec<char> = word.chars().collect();
    let mut latin = String::with_capacity(word.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        let (letters, used) = greek_pair(c, next, chars.get(at + 2).copied(), at == 0)
            .map_or_else(|| (letter(c), 1), |letters| (letters, 2));
        match letters {
            "" if !foreign(c) => latin.push(c),
            letters => latin.push_str(letters),
        }
        at += used;
    }
    Cow::Owned(latin)
}

/// Two Greek letters with one sound.
fn greek_pair(
    c: char,
    next: Option<char>,
    after: Option<char>,
    initial: bool,
) -> Option<&'static str> {
    // Before these, υ of αυ and ευ is said f; elsewhere v.
    let voiceless = after.is_none_or(|c| "θκξπσςτφχψ".contains(c));
    Some(match (c, next?) {
        ('ο', 'υ') => "ou",
        ('α', 'υ') => {
            if voiceless {
                "af"
            } else {
                "av"
            }
        }
        ('ε', 'υ') => {
            if voiceless {
                "ef"
            } else {
                "ev"
            }
        }
        ('μ', 'π') if initial => "b",
        ('ν', 'τ') if initial => "d",
        ('γ', 'κ') if initial => "g",
        ('γ', 'γ') => "ng",
        _ => return None,
    })
}

#[rustfmt::skip]
fn letter(c: char) -> &'static str {
    match c {
        'α' | 'а' => "a", 'β' | 'в' => "v", 'γ' | 'г' | 'ґ' => "g", 'δ' | 'д' => "d",
        'ε' | 'е' | 'є' | 'э' => "e", 'ζ' | 'з' => "z", 'η' | 'ι' | 'и' | 'і' => "i",
        'θ' => "th", 'κ' | 'к' => "k", 'λ' | 'л' => "l", 'μ' | 'м' => "m", 'ν' | 'н' => "n",
        'ξ' => "x", 'ο' | 'ω' | 'о' => "o", 'π' | 'п' => "p", 'ρ' | 'р' => "r",
        'σ' | 'с' => "s", 'τ' | 'т' => "t", 'υ' | 'ы' => "y", 'φ' | 'ф' => "f", 'χ' => "ch",
        'ψ' => "ps", 'б' => "b", 'ж' => "zh", 'у' => "u", 'х' => "kh", 'ц' => "ts",
        'ч' => "ch", 'ш' => "sh", 'щ' => "shch", 'ю' => "yu", 'я' => "ya", 'ј' => "j",
        // Soft and hard signs, and letters not listed, leave nothing.
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::latin;

    #[test]
    fn writes_greek_and_cyrillic_as_menus_do() {
        for (word, expected) in [
            ("μουσακασ", "mousakas"),
            ("παστιτσιο", "pastitsio"),
            ("μπουγατσα", "bougatsa"),
            ("αυγολεμονο", "avgolemono"),
            ("σουβλακι", "souvlaki"),
            ("χταποδι", "chtapodi"),
            ("борщ", "borshch"),
            ("пельмени", "pelmeni"),
            ("souvlaki", "souvlaki"),
            ("牛肉", "牛肉"),
            ("شاورما", "شاورما"),
        ] {
            assert_eq!(latin(word), expected, "{word}");
        }
    }
}
