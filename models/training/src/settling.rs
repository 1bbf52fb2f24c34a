//! Lets a rounded model say again what it said before: its matrices stay, and biases, norms and the
//! head learn to give the vectors and the intents that the model gave in f32. Labels play no part.

use crate::adam::Adam;
use crate::batches::{disturbed, of_like_length};
use crate::loss::{distance, divergence};
use crate::model::{Base, Learner, run};
use anyhow::anyhow;
use candle_core::backprop::GradStore;
use olympus_inference::{Encoder, IntentHead, Texts};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const STEPS: usize = 160;
/// Texts of a batch; a step learns from two.
const BATCH: usize = 48;
/// Rate of the first step; it falls to zero in a straight line.
const RATE: f64 = 4e-4;
/// Weight of the vectors beside the intents: a cosine moves far less than a probability.
const VECTORS: f64 = 8.0;

/// Brings `learner`, whose matrices were rounded, near to `before`.
pub(crate) fn settle(
    learner: &Learner,
    before: &(Encoder, IntentHead),
    base: &Base,
    texts: &[&str],
    seed: u64,
) -> anyhow::Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x5e77);
    let batches = draw(base, texts, &mut rng)?;
    let mut adam = Adam::default();
    let matrix = |name: &str| name.ends_with(".weight") && !name.contains("LayerNorm");
    let settling = learner.encoder.iter().filter(|(name, _)| !matrix(name));
    for (_, var) in settling.chain(&learner.head) {
        adam.add(var.clone(), 1.0);
    }
    for (step, pair) in batches.chunks_exact(2).enumerate() {
        let (mut grads, other) = std::thread::scope(|scope| {
            let other = scope.spawn(|| slopes(learner, before, &pair[1]));
            let own = slopes(learner, before, &pair[0])?;
            let other = other
                .join()
                .map_err(|_| anyhow!("a thread of the settling panicked"))??;
            anyhow::Ok((own, other))
        })?;
        grads.extend(other)?;
        #[expect(clippy::cast_precision_loss, reason = "counts of steps")]
        let left = 1.0 - step as f64 / STEPS as f64;
        adam.step(&grads, RATE * left)?;
    }
    Ok(())
}

/// Batches of disturbed text.
fn draw(base: &Base, texts: &[&str], rng: &mut ChaCha8Rng) -> anyhow::Result<Vec<Texts>> {
    let mut chunks = of_like_length(texts, BATCH, rng);
    chunks.truncate(2 * STEPS);
    chunks
        .iter()
        .map(|chunk| {
            let texts: Vec<&str> = chunk.iter().map(|at| texts[*at]).collect();
            disturbed(base, &texts, rng)
        })
        .collect()
}

fn slopes(
    learner: &Learner,
    before: &(Encoder, IntentHead),
    texts: &Texts,
) -> anyhow::Result<GradStore> {
    let (wanted_logits, wanted) = run(before, texts)?;
    let (logits, vectors) = run(&learner.build()?, texts)?;
    let apart = (distance(&vectors, &wanted)? * VECTORS)?;
    let loss = (divergence(&logits, &wanted_logits)? + apart)?;
    Ok(loss.backward()?)
}
