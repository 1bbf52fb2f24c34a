//! What one would use instead in Rust: candle-transformers' BertModel in f32, as it comes.

use anyhow::Context as _;
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use std::path::Path;
use tokenizers::Tokenizer;

pub(crate) struct Candle {
    model: BertModel,
    tokenizer: Tokenizer,
}

impl Candle {
    pub(crate) fn load(dir: &Path) -> anyhow::Result<Self> {
        let read = |name: &str| {
            std::fs::read(dir.join(name)).with_context(|| {
                format!(
                    "reading {} in {}; models/training/fetch_base.sh brings it",
                    name,
                    dir.display()
                )
            })
        };
        let config: Config = serde_json::from_slice(&read("config.json")?)?;
        let weights = VarBuilder::from_buffered_safetensors(
            read("model.safetensors")?,
            DType::F32,
            &Device::Cpu,
        )?;
        let mut tokenizer = Tokenizer::from_bytes(read("tokenizer.json")?)
            .map_err(|error| anyhow::anyhow!("tokenizer.json: {error}"))?;
        tokenizer.with_padding(None);
        Ok(Self {
            model: BertModel::load(weights, &config)?,
            tokenizer,
        })
    }

    /// Unit vectors of texts of equal length, mean pooling.
    pub(crate) fn encode(&self, texts: &[&str]) -> anyhow::Result<Vec<Vec<f32>>> {
        let mut rows = Vec::with_capacity(texts.len());
        for text in texts {
            let encoding = self
                .tokenizer
                .encode_fast(*text, true)
                .map_err(|error| anyhow::anyhow!("{error}"))?;
            rows.push(encoding.get_ids().to_vec());
        }
        let ids = Tensor::new(rows, &Device::Cpu)?;
        let states = self.model.forward(&ids, &ids.zeros_like()?, None)?;
        let pooled = states.mean(1)?;
        let norm = pooled.sqr()?.sum_keepdim(1)?.sqrt()?;
        Ok(pooled.broadcast_div(&norm)?.to_vec2()?)
    }
}
