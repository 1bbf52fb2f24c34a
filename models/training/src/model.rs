//! The model while it learns: trainable tensors under hub names, rebuilt into an encoder a step.

use anyhow::Context as _;
use candle_core::{Device, Tensor, Var};
use olympus_inference::bert::{Batch, pool};
use olympus_inference::head::tensor_shapes;
use olympus_inference::{
    Encoder, EncoderConfig, IntentHead, Mode, Pooling, TextTokenizer, Weights,
};
use rand::Rng;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// The model that training starts from, as the hub lays it out.
#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) config: EncoderConfig,
    pub(crate) tokenizer: TextTokenizer,
    pub(crate) tokenizer_json: Vec<u8>,
    pub(crate) sha256: String,
    tensors: HashMap<String, Tensor>,
}

/// Longest input in tokens, in training and in the artifact.
pub(crate) const MAX_TOKENS: usize = 128;

impl Base {
    pub(crate) fn load(dir: &Path) -> anyhow::Result<Self> {
        let read = |name: &str| {
            let path = dir.join(name);
            std::fs::read(&path).with_context(|| {
                format!(
                    "reading {}; `models/training/fetch_base.sh` brings it",
                    path.display()
                )
            })
        };
        let config = EncoderConfig::from_json("base", &read("config.json")?)?;
        let tokenizer_json = read("tokenizer.json")?;
        let bytes = read("model.safetensors")?;
        let mut tensors = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu)?;
        tensors.retain(|name, _| {
            name.starts_with("embeddings.") && !name.ends_with("position_ids")
                || name.starts_with("encoder.")
        });
        Ok(Self {
            tokenizer: TextTokenizer::from_json("base", &tokenizer_json, &config, MAX_TOKENS)?,
            tokenizer_json,
            config,
            sha256: olympus_inference::artifact::sha256_hex(&bytes),
            tensors,
        })
    }

    /// The untouched encoder: the teacher of search and the frozen baseline.
    pub(crate) fn encoder(&self) -> anyhow::Result<Encoder> {
        let mut weights = Weights::new("base", self.tensors.clone());
        Ok(Encoder::take(&mut weights, &self.config)?)
    }
}

/// Layers that learn, from the top. The lower ones spell words and parse; what they know came from
/// a billion sentences, and leaving them alone halves the cost of a step.
const LEARNING_LAYERS: usize = 3;

/// Trainable tensors. The embedding tables stay as they were: the text is too little to move
/// thirty thousand rows, and most dishes' words are not in it.
#[derive(Debug)]
pub(crate) struct Learner {
    config: EncoderConfig,
    fixed: HashMap<String, Tensor>,
    pub(crate) encoder: BTreeMap<String, Var>,
    pub(crate) head: BTreeMap<String, Var>,
}

impl Learner {
    pub(crate) fn new(base: &Base, rng: &mut impl Rng) -> anyhow::Result<Self> {
        let mut fixed = HashMap::new();
        let mut encoder = BTreeMap::new();
        for (name, tensor) in &base.tensors {
            if fixed_in(name, base.config.num_hidden_layers) {
                fixed.insert(name.clone(), tensor.clone());
            } else {
                encoder.insert(name.clone(), Var::from_tensor(tensor)?);
            }
        }
        let mut head = BTreeMap::new();
        for (name, shape) in tensor_shapes(base.config.hidden_size) {
            head.insert(name.to_owned(), initial(name, &shape, rng)?);
        }
        Ok(Self {
            config: base.config.clone(),
            fixed,
            encoder,
            head,
        })
    }

    /// Every tensor as it stands.
    pub(crate) fn tensors(&self) -> HashMap<String, Tensor> {
        let learnt = self.encoder.iter().chain(&self.head);
        self.fixed
            .iter()
            .map(|(name, tensor)| (name.clone(), tensor.clone()))
            .chain(learnt.map(|(name, var)| (name.clone(), var.as_tensor().clone())))
            .collect()
    }

    /// Logits and unit vectors of a batch.
    pub(crate) fn forward(&self, batch: &Batch, mode: Mode) -> anyhow::Result<(Tensor, Tensor)> {
        let (encoder, head) = self.build()?;
        run(&encoder, &head, batch, mode)
    }

    /// The model as inference sees it.
    pub(crate) fn build(&self) -> anyhow::Result<(Encoder, IntentHead)> {
        let mut weights = Weights::new("learner", self.tensors());
        let encoder = Encoder::take(&mut weights, &self.config)?;
        let head = IntentHead::take(&mut weights, self.config.hidden_size)?;
        Ok((encoder, head))
    }
}

/// Whether a tensor stays as the base model has it.
fn fixed_in(name: &str, layers: usize) -> bool {
    let layer = name
        .strip_prefix("encoder.layer.")
        .and_then(|rest| rest.split('.').next())
        .and_then(|index| index.parse::<usize>().ok());
    layer.is_none_or(|index| index + LEARNING_LAYERS < layers)
}

pub(crate) fn run(
    encoder: &Encoder,
    head: &IntentHead,
    batch: &Batch,
    mode: Mode,
) -> anyhow::Result<(Tensor, Tensor)> {
    let states = encoder.forward(batch, mode)?;
    let logits = head.forward(&states, batch.mask.as_ref(), mode)?;
    let vectors = pool(&states, batch.mask.as_ref(), Pooling::Mean)?;
    Ok((logits, vectors))
}

/// Zero for biases and the attention query (it starts as the plain mean), else uniform after Glorot.
fn initial(name: &str, shape: &[usize], rng: &mut impl Rng) -> anyhow::Result<Var> {
    let count: usize = shape.iter().product();
    let values: Vec<f32> = if name.ends_with("bias") || name.ends_with("query") {
        vec![0.0; count]
    } else {
        #[expect(clippy::cast_precision_loss, reason = "sizes of a layer")]
        let bound = (6.0 / shape.iter().sum::<usize>() as f32).sqrt();
        (0..count)
            .map(|_| rng.random_range(-bound..bound))
            .collect()
    };
    let tensor = Tensor::from_vec(values, shape, &Device::Cpu)?;
    Ok(Var::from_tensor(&tensor)?)
}
