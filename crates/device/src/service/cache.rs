//! Encodings of the texts asked last.
//!
//! Exact: a cached answer is bit for bit what the encoder would say, because only white space
//! is folded and the tokenizer folds that too. One cache belongs to one model, so spaces never
//! mix. Never grows past its entries, nor keeps long texts.

use lru::LruCache;
use olympus_inference::Analysis;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

/// Longer texts are rarely said twice; keeping them would make the cache's size a client's choice.
const MAX_TEXT_BYTES: usize = 512;

/// Least recently used goes first.
#[derive(Debug)]
pub(crate) struct Cache {
    entries: Option<Mutex<LruCache<String, Arc<Analysis>>>>,
}

impl Cache {
    /// With room for so many texts; 0 keeps none.
    pub(crate) fn new(entries: usize) -> Self {
        Self {
            entries: NonZeroUsize::new(entries).map(|n| Mutex::new(LruCache::new(n))),
        }
    }

    /// What is known of `text`, which is already folded.
    pub(crate) fn get(&self, text: &str) -> Option<Arc<Analysis>> {
        let entries = self.entries.as_ref()?;
        let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(text).cloned()
    }

    /// Keeps what was found out.
    pub(crate) fn put(&self, text: String, analysis: Arc<Analysis>) {
        if let Some(entries) = &self.entries
            && text.len() <= MAX_TEXT_BYTES
        {
            let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
            entries.put(text, analysis);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn analysis(tokens: usize) -> Arc<Analysis> {
        Arc::new(Analysis {
            embedding: vec![1.0],
            logits: None,
            tokens,
        })
    }

    #[test]
    fn keeps_the_last_used_and_no_long_texts() {
        let cache = Cache::new(2);
        cache.put("a".into(), analysis(1));
        cache.put("b".into(), analysis(2));
        assert_eq!(cache.get("a").map(|a| a.tokens), Some(1));
        cache.put("c".into(), analysis(3));
        assert!(cache.get("b").is_none(), "b was used least recently");
        assert!(cache.get("a").is_some());
        let long = "x".repeat(MAX_TEXT_BYTES + 1);
        cache.put(long.clone(), analysis(4));
        assert!(cache.get(&long).is_none());
        let off = Cache::new(0);
        off.put("a".into(), analysis(1));
        assert!(off.get("a").is_none());
    }
}
