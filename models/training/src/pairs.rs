//! What people call a dish, beside what the menu calls it: the text that search learns from.
//!
//! Two forms: `data/search/*.tsv` (`printed name<TAB>query<TAB>query…`, as customers ask) and the
//! lexicon of `olympus_core::menu::lexicon`, whose columns are told there. Files are ordered by cuisine, so neighbours are what
//! is easily confused: a run of lines is a batch of hard negatives.

use crate::data::{key, sorted};
use anyhow::Context as _;
use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use std::collections::HashSet;
use std::path::Path;

/// A dish with the ways to ask for it.
#[derive(Debug, Clone)]
pub(crate) struct Dish {
    pub(crate) name: String,
    pub(crate) queries: Vec<String>,
    /// File it came from; validation holds whole files out.
    pub(crate) file: String,
}

/// Which columns are what.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// A printed name, then queries.
    Queries,
    /// A line of the lexicon: its names, its gloss and its cues are learnt.
    Lexicon,
}

/// Every `.tsv` of a folder, in order.
pub(crate) fn load(dir: &Path, form: Form) -> anyhow::Result<Vec<Dish>> {
    let mut dishes = Vec::new();
    for path in sorted(dir)? {
        if path.extension().is_none_or(|extension| extension != "tsv") {
            continue;
        }
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("reading {}", path.display()))?;
        let file = path.file_stem().unwrap_or_default().to_string_lossy();
        for (index, line) in text.lines().enumerate() {
            let (name, queries) = parse(line, form).with_context(|| {
                format!(
                    "{}:{}: a name and a query, parted by a tab",
                    path.display(),
                    index + 1
                )
            })?;
            dishes.push(Dish {
                name,
                queries,
                file: file.clone().into_owned(),
            });
        }
    }
    Ok(dishes)
}

fn parse(line: &str, form: Form) -> Option<(String, Vec<String>)> {
    let mut columns = line.split('\t').map(str::trim);
    let first = columns.next()?;
    let (name, queries): (&str, Vec<&str>) = match form {
        Form::Queries => (first, columns.filter(|query| !query.is_empty()).collect()),
        Form::Lexicon => {
            let mut names = first.split([';', '|']).map(str::trim);
            let name = names.next()?;
            let (gloss, cues) = (columns.nth(3)?, columns.next()?);
            let cues: Vec<&str> = cues.split(',').map(str::trim).collect();
            // The base model reads Latin script alone.
            let others: Vec<&str> = names.filter(|name| is_latin(name)).collect();
            // The gloss and the cues as often as all other names: they say what customers know.
            let told: Vec<&str> = std::iter::once(gloss)
                .chain(cues)
                .filter(|text| !text.is_empty() && *text != "-")
                .collect();
            let as_often = others.len().div_ceil(told.len().max(1)).max(1);
            let told = std::iter::repeat_n(told, as_often).flatten();
            (name, others.iter().copied().chain(told).collect())
        }
    };
    let usable = !name.is_empty() && !queries.is_empty();
    usable.then(|| {
        (
            name.to_owned(),
            queries.into_iter().map(str::to_owned).collect(),
        )
    })
}

fn is_latin(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic());
    letters.all(|c| c < '\u{250}' || ('\u{1E00}'..'\u{1F00}').contains(&c))
}

/// `size` dishes, each with one of its queries, no two of one name: half the time neighbours in
/// the file, else from everywhere.
pub(crate) fn draw<'a>(
    dishes: &'a [Dish],
    size: usize,
    rng: &mut impl Rng,
) -> Vec<(&'a str, &'a str)> {
    let size = size.min(dishes.len());
    let mut order: Vec<usize> = if rng.random_bool(0.5) {
        let start = rng.random_range(0..dishes.len());
        (0..size).map(|i| (start + i) % dishes.len()).collect()
    } else {
        rand::seq::index::sample(rng, dishes.len(), size).into_vec()
    };
    order.shuffle(rng);
    let mut seen = HashSet::new();
    order
        .into_iter()
        .filter_map(|index| dishes.get(index))
        .filter(|dish| seen.insert(key(&dish.name)))
        .filter_map(|dish| Some((dish.queries.choose(rng)?.as_str(), dish.name.as_str())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Dish, Form, draw, parse};
    use rand::SeedableRng;

    #[test]
    fn both_forms_are_read() {
        let (name, queries) =
            parse("Hummus\tchickpea dip\tgarbanzo spread", Form::Queries).unwrap();
        assert_eq!((name.as_str(), queries.len()), ("Hummus", 2));
        let (name, queries) = parse(
            "pho;phở;粉;pho bo\tdish\tsoup\t-\tbeef noodle soup\t-",
            Form::Lexicon,
        )
        .unwrap();
        assert_eq!(name, "pho");
        assert_eq!(
            queries,
            ["phở", "pho bo", "beef noodle soup", "beef noodle soup"]
        );
        let line = "hummus;humus\tdish\tstarter\t-\tchickpea dip\tbean dip, garbanzo spread";
        let (_, queries) = parse(line, Form::Lexicon).unwrap();
        assert_eq!(
            queries,
            ["humus", "chickpea dip", "bean dip", "garbanzo spread"]
        );
        assert!(parse("Hummus", Form::Queries).is_none());
        assert!(parse("hummus", Form::Lexicon).is_none());
    }

    #[test]
    fn a_batch_holds_each_name_once() {
        let dishes: Vec<Dish> = (0..40)
            .map(|i| Dish {
                name: format!("dish {}", i % 30),
                queries: vec![format!("query {i}")],
                file: "f".into(),
            })
            .collect();
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        for _ in 0..50 {
            let batch = draw(&dishes, 32, &mut rng);
            let mut names: Vec<_> = batch.iter().map(|pair| pair.1).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count);
            assert!(count >= 20);
        }
    }
}
