//! An order of channels says nothing, and what shares a scale is alike afterwards.

use super::{Tensors, arrange_by, measure, rearrange};
use crate::model::Learner;
use candle_core::{Device, Tensor};
use olympus_inference::bert::{Batch, pool};
use olympus_inference::head::tensor_shapes;
use olympus_inference::{Encoder, EncoderConfig, IntentHead, Pooling, Weights};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Numbers that share a scale.
const BLOCK: usize = 32;

fn config() -> EncoderConfig {
    let json = r#"{"model_type":"bert","vocab_size":50,"hidden_size":64,"num_hidden_layers":2,
        "num_attention_heads":2,"intermediate_size":96,"max_position_embeddings":16}"#;
    EncoderConfig::from_json("small", json.as_bytes()).expect("fits")
}

fn model(config: &EncoderConfig) -> Tensors {
    let (hidden, wide) = (config.hidden_size, config.intermediate_size);
    let mut shapes: Vec<(String, Vec<usize>)> = tensor_shapes(hidden)
        .map(|(name, shape)| (name.to_owned(), shape))
        .into();
    let mut add = |name: String, shape: &[usize]| shapes.push((name, shape.to_vec()));
    for (table, rows) in [
        ("word", config.vocab_size),
        ("position", 16),
        ("token_type", 2),
    ] {
        add(
            format!("embeddings.{table}_embeddings.weight"),
            &[rows, hidden],
        );
    }
    let mut pair = |name: &str, shape: &[usize]| {
        add(format!("{name}.weight"), shape);
        add(format!("{name}.bias"), &shape[..1]);
    };
    pair("embeddings.LayerNorm", &[hidden]);
    for layer in 0..config.num_hidden_layers {
        let at = format!("encoder.layer.{layer}");
        for name in ["query", "key", "value"] {
            pair(&format!("{at}.attention.self.{name}"), &[hidden, hidden]);
        }
        pair(&format!("{at}.attention.output.dense"), &[hidden, hidden]);
        pair(&format!("{at}.attention.output.LayerNorm"), &[hidden]);
        pair(&format!("{at}.intermediate.dense"), &[wide, hidden]);
        pair(&format!("{at}.output.dense"), &[hidden, wide]);
        pair(&format!("{at}.output.LayerNorm"), &[hidden]);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let filled = shapes.into_iter().map(|(name, shape)| {
        let count = shape.iter().product();
        // Every twelfth number is far larger, so that some channels are.
        let numbers: Vec<f32> = (0..count)
            .map(|at| rng.random_range(-0.3..0.3) * if at % 12 == 5 { 9.0 } else { 1.0 })
            .collect();
        let tensor = Tensor::from_vec(numbers, shape, &Device::Cpu).expect("a tensor");
        (name, tensor)
    });
    filled.collect()
}

/// Logits and vectors of a batch, row after row.
fn said(tensors: &Tensors, config: &EncoderConfig, batch: &Batch) -> (Vec<f32>, Vec<Vec<f32>>) {
    let weights = Weights::new("small", tensors.clone());
    let encoder = Encoder::take(&weights, config).expect("fits");
    let head = IntentHead::take(&weights, config.hidden_size).expect("fits");
    let states = encoder.forward(batch).expect("runs");
    let logits = head.forward(&states, None).expect("runs");
    let logits = logits.flatten_all().and_then(|all| all.to_vec1());
    let vectors = pool(&states, None, Pooling::Mean).and_then(|rows| rows.to_vec2());
    (logits.expect("numbers"), vectors.expect("rows"))
}

/// Mean over blocks of the largest channel's share of its block's mean square.
fn unlike(tensors: &Tensors, config: &EncoderConfig, batch: &Batch) -> f64 {
    let encoder = Encoder::take(&Weights::new("small", tensors.clone()), config).expect("fits");
    let seen = measure(&encoder, std::slice::from_ref(batch)).expect("runs");
    let blocks = seen
        .values()
        .flat_map(|channels| channels.squares.chunks(BLOCK));
    let ratios: Vec<f64> = blocks
        .map(|block| {
            let largest = block.iter().copied().fold(0.0, f64::max);
            largest * block.len() as f64 / block.iter().sum::<f64>()
        })
        .collect();
    ratios.iter().sum::<f64>() / ratios.len() as f64
}

#[test]
fn rearranging_changes_the_company_and_no_answer() {
    let config = config();
    let mut tensors = model(&config);
    let ids: [&[u32]; 3] = [&[1, 7, 30, 2], &[1, 44, 9, 2], &[1, 3, 3, 2]];
    let batch = Batch::of(&ids).expect("a batch");
    let (logits, vectors) = said(&tensors, &config, &batch);
    let apart = unlike(&tensors, &config, &batch);

    let encoder = Encoder::take(&Weights::new("small", tensors.clone()), &config).expect("fits");
    let seen = measure(&encoder, std::slice::from_ref(&batch)).expect("runs");
    rearrange(&mut tensors, &seen, &config).expect("rearranges");

    let (others, turned) = said(&tensors, &config, &batch);
    for (one, other) in logits.iter().zip(&others) {
        assert!((one - other).abs() < 1e-3, "{logits:?} {others:?}");
    }
    assert_ne!(vectors, turned, "nothing was moved");
    let sorted = |rows: &[Vec<f32>]| {
        let mut row = rows[0].clone();
        row.sort_by(f32::total_cmp);
        row
    };
    for (one, other) in sorted(&vectors).iter().zip(sorted(&turned)) {
        assert!(
            (one - other).abs() < 1e-4,
            "the same numbers in another order"
        );
    }
    let near = unlike(&tensors, &config, &batch);
    assert!(near < apart * 0.8, "{near} of {apart}");
}

#[test]
fn a_learner_takes_the_new_order_and_says_what_it_said() {
    let config = config();
    let mut learner = Learner::of(&config, &model(&config), |_| false).expect("a learner");
    let ids: [&[u32]; 2] = [&[1, 7, 30, 2], &[1, 44, 9, 2]];
    let batch = Batch::of(&ids).expect("a batch");
    let before = learner.copied().expect("tensors");
    let (encoder, _) = learner.build().expect("builds");
    let seen = measure(&encoder, std::slice::from_ref(&batch)).expect("runs");
    arrange_by(&mut learner, &seen, &config).expect("arranges");
    let after = learner.copied().expect("tensors");
    let (logits, vectors) = said(&before, &config, &batch);
    let (others, turned) = said(&after, &config, &batch);
    assert_ne!(vectors, turned, "nothing was moved");
    for (one, other) in logits.iter().zip(&others) {
        assert!((one - other).abs() < 1e-3, "{logits:?} {others:?}");
    }
}
