//! A table: a phrase a line, sorted.
//!
//! Phrase, kind, English, with tabs between. The phrase is written as `menu::text` normalises it
//! (no accents, no punctuation; German also as `nuesse`), so that a line is found by halving and
//! nothing is built but an index. Several English words have `|` between, the likeliest first.

/// What a phrase of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Grammar, numbers, and what is done: "quiero", "sin".
    Cue,
    /// A diet, a taste, a course, a size.
    Attribute,
    /// A word for an allergen or a kind of it.
    Allergen,
    /// What else is eaten, drunk or served.
    Food,
}

/// A phrase's English.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    english: &'static str,
}

impl Entry {
    fn read(line: &'static str) -> Option<Self> {
        let mut columns = line.split('\t').skip(1);
        let kind = match columns.next()? {
            "cue" => Kind::Cue,
            "attribute" => Kind::Attribute,
            "allergen" => Kind::Allergen,
            "food" => Kind::Food,
            _ => return None,
        };
        let english = columns.next()?;
        Some(Self { kind, english })
    }

    /// The first of its words that `prefers` likes, or else the first.
    pub(super) fn english(&self, prefers: impl Fn(&str) -> bool) -> &'static str {
        let mut said = self.english.split('|');
        let liked = said.clone().find(|word| prefers(word));
        liked.or_else(|| said.next()).unwrap_or(self.english)
    }

    /// All its words for it, the likeliest first.
    pub(super) fn all(&self) -> &'static str {
        self.english
    }

    /// Whether it refuses a thing that it names: "sin gluten".
    pub(super) fn refuses_something(&self) -> bool {
        let refused = self.english.strip_prefix("without ");
        self.kind == Kind::Cue && refused.is_some()
    }

    /// Whether what follows is refused.
    pub(super) fn refuses(&self) -> bool {
        const REFUSALS: [&str; 7] = [
            "without",
            "allergic to",
            "allergy to",
            "intolerant to",
            "cant eat",
            "cant have",
            "free of",
        ];
        REFUSALS.contains(&self.english)
    }
}

/// The phrases of a language.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) lines: Vec<&'static str>,
    /// The words of all phrases, by their length in characters and then by the alphabet.
    words: Vec<(u8, &'static str)>,
    pub(super) longest: usize,
}

/// The phrase of a line.
pub(super) fn phrase(line: &'static str) -> &'static str {
    line.split('\t').next().unwrap_or_default()
}

fn characters(word: &str) -> u8 {
    u8::try_from(word.chars().count()).unwrap_or(u8::MAX)
}

impl Table {
    pub(super) fn read(source: &'static str) -> Self {
        let lines: Vec<&str> = source.lines().collect();
        let mut words: Vec<(u8, &str)> = Vec::with_capacity(2 * lines.len());
        let mut longest = 0;
        for line in &lines {
            let before = words.len();
            words.extend(phrase(line).split(' ').map(|word| (characters(word), word)));
            longest = longest.max(words.len() - before);
        }
        words.sort_unstable();
        words.dedup();
        words.shrink_to_fit();
        Self {
            lines,
            words,
            longest,
        }
    }

    pub(super) fn find(&self, words: &[&str]) -> Option<Entry> {
        let joined;
        let said = match words {
            [word] => *word,
            words => {
                joined = words.join(" ");
                joined.as_str()
            }
        };
        let at = self
            .lines
            .binary_search_by(|line| phrase(line).cmp(said))
            .ok()?;
        Entry::read(self.lines.get(at)?)
    }

    /// Whether a phrase has the word.
    pub(super) fn has(&self, word: &str) -> bool {
        let found =
            |known: &(u8, &'static str)| known.0.cmp(&characters(word)).then(known.1.cmp(word));
        self.words.binary_search_by(found).is_ok()
    }

    /// The nearest word that begins like this one and is at most `budget` edits away, and how many
    /// it is; of equally near ones one that is a phrase by itself.
    pub(super) fn near(&self, word: &str, budget: u8) -> Option<(usize, &'static str)> {
        let length = characters(word);
        let from = (length.saturating_sub(budget), "");
        let from = self.words.partition_point(|known| *known < from);
        let near = self.words.get(from..).unwrap_or_default().iter();
        near.take_while(|known| known.0 <= length.saturating_add(budget))
            .filter(|known| known.1.chars().next() == word.chars().next())
            .map(|known| (strsim::osa_distance(known.1, word), known.1))
            .filter(|(distance, _)| *distance <= usize::from(budget))
            .min_by_key(|(distance, known)| (*distance, self.find(&[known]).is_none(), *known))
    }
}
