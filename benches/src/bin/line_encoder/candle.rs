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

    /// A text's unit vector, mean pooling.
    pub(crate) fn encode(&self, text: &str) -> anyhow::Result<Vec<f32>> {
        let encoding = self
            .tokenizer
            .encode_fast(text, true)
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        let ids = Tensor::new(encoding.get_ids(), &Device::Cpu)?.unsqueeze(0)?;
        let states = self.model.forward(&ids, &ids.zeros_like()?, None)?;
        let pooled = states.mean(1)?;
        let norm = pooled.sqr()?.sum_keepdim(1)?.sqrt()?;
        Ok(pooled.broadcast_div(&norm)?.squeeze(0)?.to_vec1()?)
    }
}
