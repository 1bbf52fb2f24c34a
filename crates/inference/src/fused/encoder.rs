//! The forward pass: the arithmetic of [`crate::bert::Encoder`] on bytes, without tensors.
//!
//! Texts are packed one after the other without padding, so a text's answer does not depend on
//! its company, and a batch costs what its tokens cost. Nothing is allocated once a workspace
//! has seen its longest input.

use super::attention::{Heads, Scratch, attend};
use super::kernel::Kernel;
use super::matrix::{GROUP, PackedMatrix, QuantizedRows, WIDE_GROUP};
use super::ops::{Norm, activate, add_and_normalise, normalise};
use super::product::product;
use super::words::WordTable;
use crate::config::EncoderConfig;
use crate::error::InferenceError;
use crate::weights::Weights;
use rayon::prelude::*;

#[derive(Debug)]
pub(super) struct Layer {
    qkv: PackedMatrix,
    attention_out: PackedMatrix,
    attention_norm: Norm,
    up: PackedMatrix,
    down: PackedMatrix,
    out_norm: Norm,
}

/// The encoder with its packed weights.
#[derive(Debug)]
pub(crate) struct FusedEncoder {
    words: WordTable,
    /// Position and type-0 embeddings, summed once.
    places: Vec<f32>,
    norm: Norm,
    pub(super) layers: Vec<Layer>,
    pub(super) heads: Heads,
}

/// Buffers of one pass.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    /// tokens × hidden: the answer.
    pub(super) states: Vec<f32>,
    pub(super) wide: Vec<f32>,
    pub(super) narrow: Vec<f32>,
    bytes: QuantizedRows,
    pub(super) scratch: Scratch,
}

impl Workspace {
    /// States of the last pass, tokens × hidden.
    pub(crate) fn states(&self) -> &[f32] {
        &self.states
    }
}

impl FusedEncoder {
    /// Takes and packs the encoder's tensors, layers side by side on the threads there are.
    ///
    /// # Errors
    /// [`InferenceError::Unfit`] where one is missing or has another shape than the config says.
    pub(crate) fn take(weights: &Weights, config: &EncoderConfig) -> Result<Self, InferenceError> {
        config.check(weights.model())?;
        let hidden = config.hidden_size;
        let positions = config.max_position_embeddings;
        let mut places = weights.values(
            "embeddings.position_embeddings.weight",
            &[positions, hidden],
        )?;
        let types = weights.values("embeddings.token_type_embeddings.weight", &[2, hidden])?;
        for place in places.chunks_exact_mut(hidden) {
            for (place, kind) in place.iter_mut().zip(&types) {
                *place += kind;
            }
        }
        let layers = (0..config.num_hidden_layers)
            .into_par_iter()
            .map(|index| Layer::take(weights, index, config))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            words: weights.word_table(config.vocab_size, hidden)?,
            places,
            norm: take_norm(weights, "embeddings.LayerNorm", config)?,
            layers,
            heads: Heads {
                count: config.num_attention_heads,
                width: hidden / config.num_attention_heads,
            },
        })
    }

    /// Width of a state.
    pub(crate) fn hidden(&self) -> usize {
        self.heads.count * self.heads.width
    }

    /// States of the tokens of several texts, tokens × hidden, left in `work.states`.
    ///
    /// # Errors
    /// [`InferenceError::UnknownToken`]; [`InferenceError::TooLong`] where a text has more tokens
    /// than the model has places.
    pub(crate) fn forward(
        &self,
        kernel: Kernel,
        texts: &[&[u32]],
        work: &mut Workspace,
    ) -> Result<(), InferenceError> {
        self.begin(kernel, texts, work)?;
        let lengths: Vec<usize> = texts.iter().map(|ids| ids.len()).collect();
        self.go_through(kernel, &lengths, work);
        Ok(())
    }

    /// All layers, of texts of these lengths.
    pub(super) fn go_through(&self, kernel: Kernel, lengths: &[usize], work: &mut Workspace) {
        for layer in &self.layers {
            layer.project(kernel, self.hidden(), work);
            let Workspace { wide, narrow, .. } = work;
            attend(kernel, wide, lengths, self.heads, &mut work.scratch, narrow);
            layer.go_on(kernel, self.hidden(), work);
        }
    }

    /// What the first layer is given.
    pub(super) fn begin(
        &self,
        kernel: Kernel,
        texts: &[&[u32]],
        work: &mut Workspace,
    ) -> Result<(), InferenceError> {
        self.look_up(texts, work)?;
        normalise(kernel, &mut work.states, &self.norm);
        Ok(())
    }

    fn look_up(&self, texts: &[&[u32]], work: &mut Workspace) -> Result<(), InferenceError> {
        let hidden = self.hidden();
        let tokens: usize = texts.iter().map(|ids| ids.len()).sum();
        work.states.resize(tokens * hidden, 0.0);
        let mut rows = work.states.chunks_exact_mut(hidden);
        for ids in texts {
            if ids.len() * hidden > self.places.len() {
                return Err(InferenceError::TooLong(ids.len()));
            }
            let places = self.places.chunks_exact(hidden);
            for ((id, place), row) in ids.iter().zip(places).zip(rows.by_ref()) {
                self.words.read(*id, row)?;
                for (value, place) in row.iter_mut().zip(place) {
                    *value += place;
                }
            }
        }
        Ok(())
    }
}

impl Layer {
    fn take(
        weights: &Weights,
        index: usize,
        config: &EncoderConfig,
    ) -> Result<Self, InferenceError> {
        let (hidden, wide) = (config.hidden_size, config.intermediate_size);
        let at = format!("encoder.layer.{index}");
        let norm = |name: &str| take_norm(weights, &format!("{at}.{name}.LayerNorm"), config);
        let matrix = |names: &[&str], inputs, outputs, group| {
            let names: Vec<_> = names.iter().map(|name| format!("{at}.{name}")).collect();
            take_matrix(weights, &names, inputs, outputs, group)
        };
        let qkv = ["query", "key", "value"].map(|name| format!("attention.self.{name}"));
        Ok(Self {
            qkv: matrix(&qkv.each_ref().map(String::as_str), hidden, hidden, GROUP)?,
            attention_out: matrix(&["attention.output.dense"], hidden, hidden, WIDE_GROUP)?,
            attention_norm: norm("attention.output")?,
            up: matrix(&["intermediate.dense"], hidden, wide, GROUP)?,
            down: matrix(&["output.dense"], wide, hidden, WIDE_GROUP)?,
            out_norm: norm("output")?,
        })
    }

    /// Query, key and value of each state, left in `work.wide`; room for what attention says of each
    /// in `work.narrow`.
    pub(super) fn project(&self, kernel: Kernel, hidden: usize, work: &mut Workspace) {
        let tokens = work.states.len() / hidden;
        work.narrow.resize(tokens * hidden, 0.0);
        work.wide.resize(tokens * self.qkv.outputs, 0.0);
        work.bytes.fill(kernel, &work.states, hidden, &self.qkv);
        product(kernel, &self.qkv, &work.bytes, &mut work.wide);
    }

    /// The rest of the layer, once attention has been paid.
    pub(super) fn go_on(&self, kernel: Kernel, hidden: usize, work: &mut Workspace) {
        let Workspace {
            states,
            wide,
            narrow,
            bytes,
            ..
        } = work;
        let tokens = states.len() / hidden;
        bytes.fill(kernel, narrow, hidden, &self.attention_out);
        product(kernel, &self.attention_out, bytes, narrow);
        add_and_normalise(kernel, states, narrow, &self.attention_norm);

        wide.resize(tokens * self.up.outputs, 0.0);
        bytes.fill(kernel, states, hidden, &self.up);
        product(kernel, &self.up, bytes, wide);
        activate(kernel, wide);
        bytes.fill(kernel, wide, self.up.outputs, &self.down);
        product(kernel, &self.down, bytes, narrow);
        add_and_normalise(kernel, states, narrow, &self.out_norm);
    }
}

fn take_norm(
    weights: &Weights,
    name: &str,
    config: &EncoderConfig,
) -> Result<Norm, InferenceError> {
    let shape = [config.hidden_size];
    #[expect(clippy::cast_possible_truncation, reason = "an epsilon")]
    let eps = config.layer_norm_eps as f32;
    Ok(Norm {
        weight: weights.values(&format!("{name}.weight"), &shape)?,
        bias: weights.values(&format!("{name}.bias"), &shape)?,
        eps,
    })
}

/// Matrices with the same input, their outputs side by side.
pub(super) fn take_matrix(
    weights: &Weights,
    names: &[String],
    inputs: usize,
    outputs: usize,
    group: usize,
) -> Result<PackedMatrix, InferenceError> {
    let shape = [outputs, inputs];
    let mut bias = Vec::new();
    for name in names {
        bias.extend(weights.values(&format!("{name}.bias"), &[outputs])?);
    }
    let names = names.iter().map(|name| format!("{name}.weight"));
    if PackedMatrix::halves_fit(inputs) {
        let halves = names.clone().map(|name| weights.halves(&name, &shape));
        // Half bytes only where all of them are.
        if let Some(halves) = halves.collect::<Result<Option<Vec<_>>, _>>()? {
            return Ok(PackedMatrix::pack_halves(&halves.concat(), inputs, bias));
        }
    }
    let mut values = Vec::new();
    for name in names {
        values.extend(weights.values(&name, &shape)?);
    }
    Ok(PackedMatrix::pack(&values, inputs, bias, group))
}
