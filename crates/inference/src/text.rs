//! Text to token ids and padded batches.

use crate::ascii::Ascii;
use crate::bert::Batch;
use crate::config::EncoderConfig;
use crate::error::InferenceError;
use candle_core::{Device, Tensor};
use tokenizers::{Tokenizer, TruncationParams};

/// Tokens that a text of one word has.
const LEAST_TOKENS: usize = 3;

/// A model's tokenizer, with truncation to the model's length and no padding of its own.
#[derive(Debug, Clone)]
pub struct TextTokenizer {
    inner: Tokenizer,
    ascii: Option<Ascii>,
}

impl TextTokenizer {
    /// Reads a `tokenizer.json` and refuses one that does not fit the encoder.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where it cannot be read or knows more ids than the word table.
    pub fn from_json(
        model: &str,
        json: &[u8],
        config: &EncoderConfig,
        max_tokens: usize,
    ) -> Result<Self, InferenceError> {
        let unfit = |reason: String| InferenceError::unfit(model, reason);
        let mut inner = Tokenizer::from_bytes(json)
            .map_err(|error| unfit(format!("tokenizer.json: {error}")))?;
        let largest = inner
            .get_vocab(true)
            .into_values()
            .max()
            .ok_or_else(|| unfit("its tokenizer has no vocabulary".to_owned()))?;
        if largest as usize >= config.vocab_size {
            return Err(unfit(format!(
                "its tokenizer makes ids up to {largest}, its word table has {} rows",
                config.vocab_size
            )));
        }
        let max_length = max_tokens.min(config.max_position_embeddings);
        if max_length < LEAST_TOKENS {
            return Err(unfit(format!(
                "it reads {max_length} tokens at most; [CLS], [SEP] and a word are {LEAST_TOKENS}"
            )));
        }
        let truncation = TruncationParams {
            max_length,
            ..TruncationParams::default()
        };
        inner
            .with_truncation(Some(truncation))
            .map_err(|error| unfit(format!("tokenizer.json: {error}")))?;
        inner.with_padding(None);
        let mut tokenizer = Self { inner, ascii: None };
        tokenizer.ascii =
            Ascii::of(&tokenizer.inner, json).filter(|ascii| tokenizer.agrees_with(ascii));
        // Also the check that special tokens are there: an empty text must still be something.
        if tokenizer.ids("")?.is_empty() {
            return Err(unfit(
                "its tokenizer adds no special tokens; BERT needs [CLS] and [SEP]".to_owned(),
            ));
        }
        Ok(tokenizer)
    }

    /// Token ids of a text, special tokens included.
    ///
    /// # Errors
    /// [`InferenceError::Tokenize`].
    pub fn ids(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        let ascii = self.ascii.as_ref();
        match ascii.and_then(|ascii| ascii.ids(&self.inner, text)) {
            Some(ids) => Ok(ids),
            None => self.ids_of_any(text),
        }
    }

    /// Whether the short way says what the general one says where templates, added tokens and
    /// truncation would tell them apart.
    fn agrees_with(&self, ascii: &Ascii) -> bool {
        let probes = ["a", "two tacos, zzqxj", "don't", &"no onions ".repeat(300)];
        probes.iter().all(|probe| {
            let short = ascii.ids(&self.inner, probe);
            short.is_some_and(|ids| self.ids_of_any(probe).is_ok_and(|general| general == ids))
        })
    }

    fn ids_of_any(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        let encoding = self
            .inner
            .encode_fast(text, true)
            .map_err(|error| InferenceError::Tokenize(error.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }
}

impl Batch {
    /// Pads id rows to the longest of them with id 0, which the mask hides.
    ///
    /// # Errors
    /// Candle's, where there is no row.
    pub fn of(rows: &[&[u32]]) -> candle_core::Result<Self> {
        let length = rows.iter().map(|row| row.len()).max().unwrap_or(0);
        let padded = rows.iter().any(|row| row.len() != length);
        let mut ids = Vec::with_capacity(rows.len() * length);
        let mut mask = Vec::with_capacity(if padded { rows.len() * length } else { 0 });
        for row in rows {
            let fill = length - row.len();
            ids.extend_from_slice(row);
            ids.extend(std::iter::repeat_n(0, fill));
            if padded {
                mask.extend(std::iter::repeat_n(1f32, row.len()));
                mask.extend(std::iter::repeat_n(0f32, fill));
            }
        }
        let shape = (rows.len(), length);
        Ok(Self {
            ids: Tensor::from_vec(ids, shape, &Device::Cpu)?,
            mask: if padded {
                Some(Tensor::from_vec(mask, shape, &Device::Cpu)?)
            } else {
                None
            },
        })
    }
}

#[cfg(all(test, feature = "embedded"))]
mod tests {
    use super::TextTokenizer;
    use crate::config::EncoderConfig;
    use serde_json::Value;

    const JSON: &[u8] = include_bytes!("../../../models/olympus-minilm-v1/tokenizer.json");
    const CARD: &str = include_str!("../../../models/olympus-minilm-v1/card.json");

    fn tokenizer(max_tokens: usize) -> TextTokenizer {
        let card: Value = serde_json::from_str(CARD).expect("JSON");
        let config = card["manifest"]["config"].to_string();
        let config = EncoderConfig::from_json("card", config.as_bytes()).expect("fits");
        TextTokenizer::from_json("card", JSON, &config, max_tokens).expect("fits")
    }

    /// Words, marks and bytes in any order; from a seed, so that a failure can be seen again.
    fn any_text(seed: u64) -> String {
        const PARTS: [&str; 24] = [
            "two",
            "Cheeseburgers",
            "no onions",
            ",",
            "'",
            "...",
            "\t",
            "\n",
            "\u{b}",
            "\u{7f}",
            "$6.50",
            "e-mail@x",
            "zzqxj",
            "supercalifragilistic",
            " ",
            "  ",
            "\0",
            "#",
            "##ing",
            "1000000",
            "`~^|",
            "don't",
            "(L)",
            "w/o",
        ];
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % below
        };
        let mut text = String::new();
        for _ in 0..next(24) {
            match next(4) {
                0 => text.push(char::from(u8::try_from(next(128)).expect("a byte"))),
                _ => text.push_str(PARTS[usize::try_from(next(24)).expect("an index")]),
            }
            if next(2) == 0 {
                text.push(' ');
            }
        }
        text
    }

    #[test]
    fn plain_text_has_the_tokens_of_the_general_tokenizer() {
        let (long, short, least) = (tokenizer(128), tokenizer(8), tokenizer(3));
        let mut plain = 0;
        let edges = [
            String::new(),
            "a".repeat(100),
            "a".repeat(101),
            "[MASK] two".to_owned(),
            "crème brûlée".to_owned(),
            "taco ".repeat(200),
        ];
        for text in (0..20_000).map(any_text).chain(edges) {
            for tokenizer in [&long, &short, &least] {
                let general = tokenizer.ids_of_any(&text).expect("tokenizes");
                assert_eq!(
                    tokenizer.ids(&text).expect("tokenizes"),
                    general,
                    "{text:?}"
                );
            }
            let ascii = long.ascii.as_ref().expect("BERT's own");
            plain += usize::from(ascii.ids(&long.inner, &text).is_some());
        }
        assert!(plain > 15_000, "only {plain} took the short way");
    }
}
