//! The encoder in Candle, two passes over the same weights: in plain operations, padded, the reference that the fast
//! path (`fused`) is measured against; and with gradients (`differentiable`), without padding, what training runs.
//!
//! Dense weights are kept transposed (input × output) and query, key and value in one matrix:
//! Candle's f32 product is three times faster on that layout for the few rows that an utterance
//! has.

use crate::config::{EncoderConfig, Pooling};
use crate::differentiable;
use crate::error::InferenceError;
use crate::weights::{WORD_TABLE, Weights};
use candle_core::{DType, Module, Result, Tensor};
use std::sync::Arc;

/// `x · weight + bias`.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    /// Input × output.
    weight: Tensor,
    bias: Tensor,
}

impl Linear {
    pub(crate) fn take(
        weights: &Weights,
        name: &str,
        input: usize,
        output: usize,
    ) -> std::result::Result<Self, InferenceError> {
        let weight = weights.tensor(&format!("{name}.weight"), &[output, input])?;
        let bias = weights.tensor(&format!("{name}.bias"), &[output])?;
        Ok(Self {
            weight: weight.t()?.contiguous()?,
            bias,
        })
    }

    /// One layer of several with the same input: their outputs side by side.
    fn join(parts: &[Linear]) -> Result<Self> {
        let weights: Vec<&Tensor> = parts.iter().map(|part| &part.weight).collect();
        let biases: Vec<&Tensor> = parts.iter().map(|part| &part.bias).collect();
        Ok(Self {
            weight: Tensor::cat(&weights, 1)?,
            bias: Tensor::cat(&biases, 0)?,
        })
    }

    /// The product with gradients.
    pub(crate) fn differentiable(&self, rows: &Tensor) -> Result<Tensor> {
        differentiable::add_bias(&rows.matmul(&self.weight)?, &self.bias)
    }
}

impl Module for Linear {
    fn forward(&self, rows: &Tensor) -> Result<Tensor> {
        rows.matmul(&self.weight)?.broadcast_add(&self.bias)
    }
}

#[derive(Debug, Clone)]
struct Norm {
    weight: Tensor,
    bias: Tensor,
    eps: f64,
}

impl Norm {
    fn take(
        weights: &Weights,
        name: &str,
        config: &EncoderConfig,
    ) -> std::result::Result<Self, InferenceError> {
        let shape = [config.hidden_size];
        Ok(Self {
            weight: weights.tensor(&format!("{name}.weight"), &shape)?,
            bias: weights.tensor(&format!("{name}.bias"), &shape)?,
            eps: config.layer_norm_eps,
        })
    }

    fn forward(&self, rows: &Tensor) -> Result<Tensor> {
        #[expect(clippy::cast_possible_truncation, reason = "an epsilon")]
        let eps = self.eps as f32;
        candle_nn::ops::layer_norm(rows, &self.weight, &self.bias, eps)
    }

    /// The same with gradients.
    fn differentiable(&self, rows: &Tensor) -> Result<Tensor> {
        differentiable::layer_norm(rows, &self.weight, &self.bias, self.eps)
    }
}

#[derive(Debug, Clone)]
struct Layer {
    qkv: Linear,
    attention_out: Linear,
    attention_norm: Norm,
    up: Linear,
    down: Linear,
    out_norm: Norm,
}

impl Layer {
    fn take(
        weights: &Weights,
        index: usize,
        config: &EncoderConfig,
    ) -> std::result::Result<Self, InferenceError> {
        let (hidden, wide) = (config.hidden_size, config.intermediate_size);
        let at = format!("encoder.layer.{index}");
        let part = |name: &str| {
            Linear::take(
                weights,
                &format!("{at}.attention.self.{name}"),
                hidden,
                hidden,
            )
        };
        let (q, k, v) = (part("query")?, part("key")?, part("value")?);
        Ok(Self {
            qkv: Linear::join(&[q, k, v])?,
            attention_out: Linear::take(
                weights,
                &format!("{at}.attention.output.dense"),
                hidden,
                hidden,
            )?,
            attention_norm: Norm::take(
                weights,
                &format!("{at}.attention.output.LayerNorm"),
                config,
            )?,
            up: Linear::take(weights, &format!("{at}.intermediate.dense"), hidden, wide)?,
            down: Linear::take(weights, &format!("{at}.output.dense"), wide, hidden)?,
            out_norm: Norm::take(weights, &format!("{at}.output.LayerNorm"), config)?,
        })
    }

    /// `rows` is (batch · length) × hidden; `bias` is added to the attention scores.
    fn forward(
        &self,
        rows: &Tensor,
        (batch, length): (usize, usize),
        heads: usize,
        bias: Option<&Tensor>,
        watch: &mut dyn FnMut(&'static str, &Tensor) -> Result<()>,
    ) -> Result<Tensor> {
        let hidden = rows.dim(1)?;
        let width = hidden / heads;
        watch("attention.self", rows)?;
        // (batch, length, 3, heads, width) → (3, batch, heads, length, width)
        let qkv = self
            .qkv
            .forward(rows)?
            .reshape((batch, length, 3, heads, width))?
            .permute((2, 0, 3, 1, 4))?
            .contiguous()?;
        let part = |index: usize| qkv.narrow(0, index, 1)?.squeeze(0);
        let (q, k, v) = (part(0)?, part(1)?, part(2)?);
        #[expect(clippy::cast_precision_loss, reason = "a head's width")]
        let scale = 1.0 / (width as f64).sqrt();
        let mut scores = (q.contiguous()?.matmul(&k.t()?.contiguous()?)? * scale)?;
        if let Some(bias) = bias {
            scores = scores.broadcast_add(bias)?;
        }
        let shares = candle_nn::ops::softmax_last_dim(&scores)?;
        let context = shares
            .matmul(&v.contiguous()?)?
            .transpose(1, 2)?
            .reshape((batch * length, hidden))?;
        watch("attention.output", &context)?;
        let attended = (self.attention_out.forward(&context)? + rows)?;
        let attended = self.attention_norm.forward(&attended)?;
        watch("intermediate", &attended)?;
        let wide = self.up.forward(&attended)?.gelu_erf()?;
        watch("output", &wide)?;
        let out = (self.down.forward(&wide)? + &attended)?;
        self.out_norm.forward(&out)
    }

    /// The same with gradients, of texts that stand one after the other.
    fn differentiable(
        &self,
        rows: &Tensor,
        lengths: &Arc<[usize]>,
        heads: usize,
    ) -> Result<Tensor> {
        let qkv = self.qkv.differentiable(rows)?;
        let context = differentiable::attention(&qkv, lengths, heads)?;
        let attended = (self.attention_out.differentiable(&context)? + rows)?;
        let attended = self.attention_norm.differentiable(&attended)?;
        let wide = differentiable::gelu(&self.up.differentiable(&attended)?)?;
        let out = (self.down.differentiable(&wide)? + &attended)?;
        self.out_norm.differentiable(&out)
    }
}

/// The encoder with its weights.
#[derive(Debug, Clone)]
pub struct Encoder {
    config: EncoderConfig,
    words: Tensor,
    /// Position and type-0 embeddings, summed once.
    places: Tensor,
    norm: Norm,
    layers: Vec<Layer>,
}

/// Token ids of a batch, padded to one length.
#[derive(Debug, Clone)]
pub struct Batch {
    /// batch × length, u32.
    pub ids: Tensor,
    /// batch × length, 1.0 for a token and 0.0 for padding; absent where nothing is padded.
    pub mask: Option<Tensor>,
}

impl Encoder {
    /// Takes the encoder's tensors.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where one is missing or has another shape than the config says.
    pub fn take(
        weights: &Weights,
        config: &EncoderConfig,
    ) -> std::result::Result<Self, InferenceError> {
        config.check(weights.model())?;
        let hidden = config.hidden_size;
        let words = weights.tensor(WORD_TABLE, &[config.vocab_size, hidden])?;
        let positions = weights.tensor(
            "embeddings.position_embeddings.weight",
            &[config.max_position_embeddings, hidden],
        )?;
        let types = weights.tensor("embeddings.token_type_embeddings.weight", &[2, hidden])?;
        let places = positions.broadcast_add(&types.narrow(0, 0, 1)?)?;
        let norm = Norm::take(weights, "embeddings.LayerNorm", config)?;
        let layers = (0..config.num_hidden_layers)
            .map(|index| Layer::take(weights, index, config))
            .collect::<std::result::Result<_, _>>()?;
        Ok(Self {
            config: config.clone(),
            words,
            places,
            norm,
            layers,
        })
    }

    /// Its shape.
    #[must_use]
    pub fn config(&self) -> &EncoderConfig {
        &self.config
    }

    /// Token states, batch × length × hidden, f32.
    ///
    /// # Errors
    /// Candle's, where an id lies outside the word table or the length outside the positions.
    pub fn forward(&self, batch: &Batch) -> Result<Tensor> {
        self.forward_watched(batch, &mut |_, _, _| Ok(()))
    }

    /// Token states with gradients, tokens × hidden, of texts that stand one after the other.
    ///
    /// # Errors
    /// As [`Encoder::forward`].
    pub fn differentiable(&self, texts: &Texts) -> Result<Tensor> {
        let words = self
            .words
            .index_select(&texts.ids, 0)?
            .to_dtype(DType::F32)?;
        let rows = (words + self.places.index_select(&texts.places, 0)?)?;
        let heads = self.config.num_attention_heads;
        let mut layers = self.layers.iter();
        layers.try_fold(self.norm.differentiable(&rows)?, |rows, layer| {
            layer.differentiable(&rows, &texts.lengths, heads)
        })
    }

    /// [`Encoder::forward`], showing what every matrix is given: the layer, the name of its part of
    /// the layer (`attention.self`, `attention.output`, `intermediate`, `output`) and the rows.
    ///
    /// # Errors
    /// As [`Encoder::forward`], and those of `watch`.
    pub fn forward_watched(
        &self,
        batch: &Batch,
        watch: &mut dyn FnMut(usize, &'static str, &Tensor) -> Result<()>,
    ) -> Result<Tensor> {
        let (count, length) = batch.ids.dims2()?;
        let hidden = self.config.hidden_size;
        let words = self
            .words
            .index_select(&batch.ids.flatten_all()?, 0)?
            .to_dtype(DType::F32)?
            .reshape((count, length, hidden))?;
        let rows = words
            .broadcast_add(&self.places.narrow(0, 0, length)?)?
            .reshape((count * length, hidden))?;
        let mut rows = self.norm.forward(&rows)?;
        let bias = match &batch.mask {
            // 0 for a token, -10,000 for padding
            Some(mask) => Some(((mask - 1.0)? * 10_000.0)?.reshape((count, 1, 1, length))?),
            None => None,
        };
        for (index, layer) in self.layers.iter().enumerate() {
            rows = layer.forward(
                &rows,
                (count, length),
                self.config.num_attention_heads,
                bias.as_ref(),
                &mut |part, rows| watch(index, part, rows),
            )?;
        }
        rows.reshape((count, length, hidden))
    }
}

/// Unit sentence vectors, batch × hidden, from token states.
///
/// # Errors
/// Candle's, where shapes do not fit.
pub fn pool(states: &Tensor, mask: Option<&Tensor>, pooling: Pooling) -> Result<Tensor> {
    let pooled = match (pooling, mask) {
        (Pooling::Cls, _) => states.narrow(1, 0, 1)?.squeeze(1)?,
        (Pooling::Mean, None) => states.mean(1)?,
        (Pooling::Mean, Some(mask)) => {
            let sum = states.broadcast_mul(&mask.unsqueeze(2)?)?.sum(1)?;
            sum.broadcast_div(&mask.sum_keepdim(1)?)?
        }
    };
    unit(&pooled)
}

/// Rows of length 1.
fn unit(rows: &Tensor) -> Result<Tensor> {
    let norm = (rows.sqr()?.sum_keepdim(1)? + 1e-12)?.sqrt()?;
    rows.broadcast_div(&norm)
}

/// Token ids of texts that stand one after the other, without padding.
#[derive(Debug, Clone)]
pub struct Texts {
    /// Tokens, u32.
    ids: Tensor,
    /// Each token's place in its text, u32.
    places: Tensor,
    lengths: Arc<[usize]>,
    /// Texts × tokens: 1.0 where a token is of a text, else 0.0.
    of: Tensor,
    /// Texts × 1, tokens of each, f32.
    counts: Tensor,
}

impl Texts {
    /// # Errors
    /// Candle's, where there is no token.
    pub fn of(rows: &[&[u32]]) -> Result<Self> {
        let lengths: Arc<[usize]> = rows.iter().map(|row| row.len()).collect();
        let tokens: usize = lengths.iter().sum();
        let mut of = vec![0.0_f32; rows.len() * tokens];
        let mut from = 0;
        for (row, length) in of.chunks_exact_mut(tokens.max(1)).zip(lengths.iter()) {
            row[from..from + length].fill(1.0);
            from += length;
        }
        let places = lengths.iter().flat_map(|length| (0_u32..).take(*length));
        let device = &candle_core::Device::Cpu;
        let of = Tensor::from_vec(of, (rows.len(), tokens), device)?;
        Ok(Self {
            ids: Tensor::from_vec(rows.concat(), tokens, device)?,
            places: Tensor::from_vec(places.collect(), tokens, device)?,
            lengths,
            counts: of.sum_keepdim(1)?,
            of,
        })
    }

    /// Unit sentence vectors, texts × hidden, from token states; with gradients.
    ///
    /// # Errors
    /// Candle's, where the states are of other texts.
    pub fn unit_means(&self, states: &Tensor) -> Result<Tensor> {
        unit(&self.of.matmul(states)?.broadcast_div(&self.counts)?)
    }

    /// Means of each text's states, weighed by the softmax of its tokens' scores (tokens × 1); with gradients.
    pub(crate) fn weighed_means(&self, states: &Tensor, scores: &Tensor) -> Result<Tensor> {
        // Less the largest of its text, which changes no share and keeps them from overflowing.
        let mut left = scores.flatten_all()?.to_vec1::<f32>()?;
        let mut rest = left.as_mut_slice();
        for length in self.lengths.iter() {
            let (text, after) = rest.split_at_mut(*length);
            let largest = text.iter().copied().fold(f32::MIN, f32::max);
            text.fill(largest);
            rest = after;
        }
        let largest = Tensor::from_vec(left, scores.shape(), scores.device())?;
        let shares = (scores - largest)?.exp()?;
        let weighed = self.of.matmul(&states.broadcast_mul(&shares)?)?;
        weighed.broadcast_div(&self.of.matmul(&shares)?)
    }
}
