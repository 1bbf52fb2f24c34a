//! What letters say of a language.

/// Letters, and the languages written in them: the first is taken where no word tells more.
struct Script {
    tags: &'static [&'static str],
    has: fn(char) -> bool,
}

static SCRIPTS: [Script; 9] = [
    // Japanese is written with Chinese letters too, but not without its own.
    script(&["ja"], |c| matches!(c, '\u{3041}'..='\u{30FF}')),
    script(
        &["zh"],
        |c| matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}'),
    ),
    script(
        &["ko"],
        |c| matches!(c, '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{AC00}'..='\u{D7AF}'),
    ),
    script(&["th"], |c| matches!(c, '\u{0E00}'..='\u{0E7F}')),
    script(&["hi"], |c| matches!(c, '\u{0900}'..='\u{097F}')),
    script(&["ar", "fa"], |c| matches!(c, '\u{0600}'..='\u{06FF}')),
    script(&["he"], |c| matches!(c, '\u{0590}'..='\u{05FF}')),
    script(
        &["el"],
        |c| matches!(c, '\u{0370}'..='\u{03FF}' | '\u{1F00}'..='\u{1FFF}'),
    ),
    script(&["ru", "uk", "bg"], |c| {
        matches!(c, '\u{0400}'..='\u{04FF}')
    }),
];

const fn script(tags: &'static [&'static str], has: fn(char) -> bool) -> Script {
    Script { tags, has }
}

/// Undetermined, as BCP 47 has it.
const UNDETERMINED: &str = "und";

fn is_latin(c: char) -> bool {
    matches!(c, '\0'..='\u{024F}' | '\u{0250}'..='\u{02AF}' | '\u{1E00}'..='\u{1EFF}')
        || c.is_ascii()
        // Full width, and letters that stand for quantities.
        || matches!(c, '\u{FF00}'..='\u{FF65}' | '\u{2070}'..='\u{218F}')
}

/// Whether most letters are not Latin ones.
pub(super) fn is_foreign(text: &str) -> bool {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    let foreign = letters().filter(|c| !is_latin(*c)).count();
    foreign * 2 > letters().count()
}

/// The language that most letters are of, where they are not Latin.
pub(super) fn tag(text: &str) -> Option<&'static str> {
    if !is_foreign(text) {
        return None;
    }
    if is_japanese(text) {
        return Some("ja");
    }
    let count = |script: &Script| text.chars().filter(|c| (script.has)(*c)).count();
    let most = SCRIPTS.iter().rev().max_by_key(|script| count(script));
    let most = most.filter(|script| count(script) > 0);
    let tag = most.and_then(|script| script.tags.first().copied());
    Some(tag.unwrap_or(UNDETERMINED))
}

/// Whether it is Japanese, which has Chinese letters too: a fifth at least is its own. Chinese has
/// a の for looks.
pub(super) fn is_japanese(text: &str) -> bool {
    let own = |c: &char| matches!(c, '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}');
    let kana = text.chars().filter(own).count();
    let han = text
        .chars()
        .filter(|c| matches!(c, '\u{3400}'..='\u{9FFF}'))
        .count();
    kana > 0 && kana * 4 >= han
}

/// The language whose words were found, where it is written like that; else what the letters say.
pub(super) fn narrowed(tag: &'static str, language: &'static str) -> &'static str {
    let mut together = SCRIPTS.iter().map(|script| script.tags);
    match together.any(|tags| tags.contains(&tag) && tags.contains(&language)) {
        true => language,
        false => tag,
    }
}
