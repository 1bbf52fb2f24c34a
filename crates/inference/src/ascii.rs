//! Tokens of plain ASCII text, which is nearly all that customers say: what the general tokenizer
//! does there, without keeping track of where each token comes from. A tenth of its time.

use serde::Deserialize;
use tokenizers::Tokenizer;

/// Special tokens begin with this; texts that have it are left to the general tokenizer.
const SPECIAL: char = '[';

/// The settings of BERT's own tokenizer, the only ones that this is right for.
#[derive(Debug, Deserialize)]
struct Layout {
    normalizer: Normalizer,
    pre_tokenizer: Kind,
    model: Model,
    post_processor: Kind,
}

#[derive(Debug, Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Debug, Deserialize)]
struct Normalizer {
    #[serde(rename = "type")]
    kind: String,
    clean_text: bool,
    lowercase: bool,
}

#[derive(Debug, Deserialize)]
struct Model {
    #[serde(rename = "type")]
    kind: String,
    unk_token: String,
    continuing_subword_prefix: String,
    max_input_chars_per_word: usize,
}

/// What is needed beside the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ascii {
    first: u32,
    last: u32,
    unknown: u32,
    /// What is before a piece that does not begin a word.
    prefix: String,
    longest_word: usize,
    /// Tokens at most, the two special ones included.
    most: usize,
}

impl Ascii {
    /// Nothing where the tokenizer does otherwise than BERT's, or cuts texts where not known.
    pub(crate) fn of(tokenizer: &Tokenizer, json: &[u8]) -> Option<Self> {
        let layout: Layout = serde_json::from_slice(json).ok()?;
        let model = layout.model;
        let as_bert = layout.normalizer.kind == "BertNormalizer"
            && layout.normalizer.clean_text
            && layout.normalizer.lowercase
            && layout.pre_tokenizer.kind == "BertPreTokenizer"
            && model.kind == "WordPiece"
            && layout.post_processor.kind == "TemplateProcessing";
        let added = tokenizer.get_added_tokens_decoder();
        let apart = added
            .values()
            .all(|token| token.content.starts_with(SPECIAL));
        let empty = tokenizer.encode_fast("", true).ok()?;
        let ([first, last], true) = (empty.get_ids(), as_bert && apart) else {
            return None;
        };
        Some(Self {
            first: *first,
            last: *last,
            unknown: tokenizer.token_to_id(&model.unk_token)?,
            prefix: model.continuing_subword_prefix,
            longest_word: model.max_input_chars_per_word,
            most: tokenizer.get_truncation()?.max_length,
        })
    }

    /// Ids of a text, special tokens included; nothing where it is not plain ASCII.
    pub(crate) fn ids(&self, tokenizer: &Tokenizer, text: &str) -> Option<Vec<u32>> {
        if !text.is_ascii() || text.contains(SPECIAL) {
            return None;
        }
        let mut ids = vec![self.first];
        let mut word = String::new();
        for symbol in text.chars().map(|symbol| symbol.to_ascii_lowercase()) {
            if matches!(symbol, ' ' | '\t' | '\n' | '\r') {
                self.end_word(tokenizer, &mut word, &mut ids);
            } else if symbol.is_ascii_punctuation() {
                self.end_word(tokenizer, &mut word, &mut ids);
                word.push(symbol);
                self.end_word(tokenizer, &mut word, &mut ids);
            } else if !symbol.is_ascii_control() {
                word.push(symbol);
            }
        }
        self.end_word(tokenizer, &mut word, &mut ids);
        ids.truncate(self.most.saturating_sub(1).max(1));
        ids.push(self.last);
        Some(ids)
    }

    /// The longest pieces from its beginning; unknown as a whole where one is missing.
    fn end_word(&self, tokenizer: &Tokenizer, word: &mut String, ids: &mut Vec<u32>) {
        if word.is_empty() {
            return;
        }
        let before = ids.len();
        let mut piece = String::with_capacity(self.prefix.len() + word.len());
        let mut rest = word.as_str();
        while !rest.is_empty() && word.len() <= self.longest_word {
            piece.clear();
            if rest.len() < word.len() {
                piece.push_str(&self.prefix);
            }
            let start = piece.len();
            piece.push_str(rest);
            let known = loop {
                if piece.len() == start {
                    break None;
                }
                if let Some(id) = tokenizer.token_to_id(&piece) {
                    break Some(id);
                }
                piece.pop();
            };
            let Some(id) = known else {
                break;
            };
            ids.push(id);
            rest = &rest[piece.len() - start..];
        }
        if !rest.is_empty() {
            ids.truncate(before);
            ids.push(self.unknown);
        }
        word.clear();
    }
}
