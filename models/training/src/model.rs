//! The model while it learns: trainable tensors under hub names, rebuilt into an encoder a step.

use anyhow::Context as _;
use candle_core::quantized::QTensor;
use candle_core::{Device, Tensor, Var};
use olympus_inference::head::tensor_shapes;
use olympus_inference::{Encoder, EncoderConfig, IntentHead, TextTokenizer, Texts, Weights};
use rand::Rng;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// The model that training starts from, as the hub lays it out.
#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) config: EncoderConfig,
    pub(crate) tokenizer: TextTokenizer,
    pub(crate) tokenizer_json: Vec<u8>,
    pub(crate) sha256: String,
    /// Where it lies.
    pub(crate) dir: PathBuf,
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
            dir: dir.to_owned(),
            tensors,
        })
    }

    /// The untouched encoder: the teacher of search and the frozen baseline.
    pub(crate) fn encoder(&self) -> anyhow::Result<Encoder> {
        let weights = Weights::new("base", self.tensors.clone());
        Ok(Encoder::take(&weights, &self.config)?)
    }
}

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
    pub(crate) fn new(base: &Base, layers: usize, rng: &mut impl Rng) -> anyhow::Result<Self> {
        let mut fixed = HashMap::new();
        let mut encoder = BTreeMap::new();
        for (name, tensor) in &base.tensors {
            if layer_of(name).is_none_or(|layer| layer + layers < base.config.num_hidden_layers) {
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

    /// One that learns all of `tensors` but those named.
    pub(crate) fn of(
        config: &EncoderConfig,
        tensors: &HashMap<String, Tensor>,
        stays: impl Fn(&str) -> bool,
    ) -> anyhow::Result<Self> {
        let vars = |of_head: bool| {
            let tensors = tensors.iter().filter(|(name, _)| !stays(name));
            let tensors = tensors.filter(move |(name, _)| name.starts_with("intent.") == of_head);
            tensors
                .map(|(name, tensor)| Ok((name.clone(), Var::from_tensor(tensor)?)))
                .collect::<anyhow::Result<_>>()
        };
        let fixed = tensors.iter().filter(|(name, _)| stays(name));
        Ok(Self {
            config: config.clone(),
            fixed: fixed.map(|(name, t)| (name.clone(), t.clone())).collect(),
            encoder: vars(false)?,
            head: vars(true)?,
        })
    }

    /// The learning layers' tensors by how far they lie below the top.
    pub(crate) fn layers(&self) -> BTreeMap<usize, Vec<Var>> {
        let mut layers: BTreeMap<usize, Vec<Var>> = BTreeMap::new();
        for (name, var) in &self.encoder {
            let below = layer_of(name).map_or(0, |at| self.config.num_hidden_layers - 1 - at);
            layers.entry(below).or_default().push(var.clone());
        }
        layers
    }

    /// All that learns.
    pub(crate) fn vars(&self) -> impl Iterator<Item = (&String, &Var)> {
        self.encoder.iter().chain(&self.head)
    }

    /// Takes over what was learnt before.
    pub(crate) fn restore(&mut self, kept: &HashMap<String, Tensor>) -> anyhow::Result<()> {
        for (name, var) in self.vars() {
            let tensor = kept
                .get(name)
                .with_context(|| format!("the checkpoint has no {name}"))?;
            var.set(tensor)?;
        }
        Ok(())
    }

    /// Takes over every tensor, none of which may be the learner's own.
    pub(crate) fn take_over(&mut self, tensors: &HashMap<String, Tensor>) -> anyhow::Result<()> {
        self.restore(tensors)?;
        for (name, tensor) in &mut self.fixed {
            *tensor = tensors
                .get(name)
                .with_context(|| format!("there is no {name}"))?
                .clone();
        }
        Ok(())
    }

    /// Takes over matrices as they are once they are rounded. They learn no more.
    pub(crate) fn fix(&mut self, rounded: &HashMap<String, QTensor>) -> anyhow::Result<()> {
        for (name, matrix) in rounded {
            self.encoder.remove(name);
            let matrix = matrix.dequantize(&Device::Cpu)?;
            self.fixed.insert(name.clone(), matrix);
        }
        Ok(())
    }

    /// The model as it stands, whatever is learnt afterwards.
    pub(crate) fn snapshot(&self) -> anyhow::Result<(Encoder, IntentHead)> {
        self.build_from(self.copied()?)
    }

    /// Every tensor as it stands, whatever is learnt afterwards.
    pub(crate) fn copied(&self) -> anyhow::Result<HashMap<String, Tensor>> {
        let copied = self.tensors().into_iter();
        let copied = copied.map(|(name, tensor)| Ok((name, tensor.detach().copy()?)));
        copied.collect()
    }

    /// Every tensor as it stands.
    pub(crate) fn tensors(&self) -> HashMap<String, Tensor> {
        self.fixed
            .iter()
            .map(|(name, tensor)| (name.clone(), tensor.clone()))
            .chain(
                self.vars()
                    .map(|(name, var)| (name.clone(), var.as_tensor().clone())),
            )
            .collect()
    }

    /// The model as inference sees it.
    pub(crate) fn build(&self) -> anyhow::Result<(Encoder, IntentHead)> {
        self.build_from(self.tensors())
    }

    /// The same from other tensors.
    pub(crate) fn build_from(
        &self,
        tensors: HashMap<String, Tensor>,
    ) -> anyhow::Result<(Encoder, IntentHead)> {
        let weights = Weights::new("learner", tensors);
        let encoder = Encoder::take(&weights, &self.config)?;
        let head = IntentHead::take(&weights, self.config.hidden_size)?;
        Ok((encoder, head))
    }
}

/// The layer that a tensor belongs to; the embeddings belong to none.
pub(crate) fn layer_of(name: &str) -> Option<usize> {
    name.strip_prefix("encoder.layer.")?
        .split('.')
        .next()?
        .parse()
        .ok()
}

/// Logits and unit vectors of texts, with gradients.
pub(crate) fn run(
    (encoder, head): &(Encoder, IntentHead),
    texts: &Texts,
) -> anyhow::Result<(Tensor, Tensor)> {
    let states = encoder.differentiable(texts)?;
    let logits = head.differentiable(&head.differentiable_features(&states, texts)?)?;
    Ok((logits, texts.unit_means(&states)?))
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
