//! Completing names while they are typed.

use crate::analysis::is_stop_word;
use crate::error::MenuError;
use crate::expand::QueryWord;
use crate::fit::{Fit, Fitter};
use crate::index::{MenuIndex, Overrides, View};
use crate::top::TopK;
use olympus_core::menu::availability::LocalTime;
use olympus_core::menu::filter::Filter;
use olympus_proto::Suggestion;

/// Taken from a name that does not begin with the first word typed.
const INSIDE: f32 = 0.7;

impl MenuIndex {
    /// Names and aliases that go on from `prefix`, best first, one an item: every word typed is
    /// in them, the last one perhaps unfinished, typing errors allowed for. An empty prefix has
    /// no completion.
    #[must_use]
    pub fn suggest(
        &self,
        prefix: &str,
        limit: usize,
        filter: &Filter,
        overrides: &Overrides,
        now: LocalTime,
    ) -> Vec<Suggestion> {
        let view = View {
            filter,
            overrides,
            now,
            allowed: None,
            judged: &[],
        };
        // Only an unreadable index fails, and this one is in RAM; were it to, a box without
        // completions is still a box to type in, and `search` reports the failure.
        self.completions(prefix, limit, view).unwrap_or_default()
    }

    fn completions(
        &self,
        prefix: &str,
        limit: usize,
        view: View<'_>,
    ) -> Result<Vec<Suggestion>, MenuError> {
        let words = self.expander().words(prefix, true);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let fitter = Fitter::new(&words, &self.vocabulary);
        let fits = self.fits(&fitter, &words, limit, view)?;
        let mut top = TopK::new(limit);
        for (&position, fit) in &fits {
            if named(&words, fit) {
                let begins = self.begins(&fitter, position, fit.phrase);
                let score = fit.score * if begins { 1.0 } else { INSIDE };
                top.offer(position, score, || true);
            }
        }
        Ok(top
            .into_sorted()
            .into_iter()
            .filter_map(|scored| {
                let item = self.items.get(scored.position as usize)?;
                let phrase = fits.get(&scored.position)?.phrase;
                let document = self.documents.get(scored.position as usize)?;
                let alias = document.alias(phrase).and_then(|at| item.aliases.get(at));
                Some(Suggestion {
                    text: alias.unwrap_or(&item.name).clone(),
                    id: item.id.clone(),
                    state: view.state(item),
                })
            })
            .collect())
    }

    /// Whether the phrase begins with the first word typed.
    fn begins(&self, fitter: &Fitter<'_>, position: u32, phrase: usize) -> bool {
        self.documents
            .get(position as usize)
            .and_then(|document| document.phrases.get(phrase))
            .and_then(|phrase| phrase.terms.first())
            .is_some_and(|&first| fitter.meanings(first).any(|(word, _, _)| word == 0))
    }
}

/// Whether every word that says something is in the name or the alias.
fn named(words: &[QueryWord], fit: &Fit) -> bool {
    let mut words = words.iter().enumerate();
    words.all(|(at, word)| is_stop_word(&word.typed) || fit.in_phrase >> at & 1 == 1)
}
