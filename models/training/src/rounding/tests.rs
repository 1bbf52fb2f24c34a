//! What rounding harms, and the algebra that it rests on.

use super::{Inputs, best_scale, factorise, invert, nearest};
use candle_core::{Device, Tensor};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

const WIDTH: usize = 64;

fn matrix(rng: &mut ChaCha8Rng, rows: usize) -> Tensor {
    let numbers: Vec<f32> = (0..rows * WIDTH)
        .map(|_| rng.random_range(-1.0..1.0))
        .collect();
    Tensor::from_vec(numbers, (rows, WIDTH), &Device::Cpu).expect("a tensor")
}

/// Mean square of what a change of the weights changes in the outputs.
fn harm(weight: &Tensor, rounded: &Tensor, inputs: &Tensor) -> f32 {
    let off = (weight - rounded).and_then(|off| inputs.matmul(&off.t()?)?.sqr()?.mean_all());
    off.and_then(|mean| mean.to_scalar()).expect("a number")
}

#[test]
fn what_goes_together_makes_up_for_what_is_rounded() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    // Inputs of only 16 directions and a little noise: they go together.
    let few = matrix(&mut rng, 16);
    let mixed = matrix(&mut rng, 400).narrow(1, 0, 16).expect("narrow");
    let noise = (matrix(&mut rng, 400) * 0.05).expect("scaled");
    let inputs = (mixed.matmul(&few).expect("runs") + noise).expect("added");
    let weight = matrix(&mut rng, 24);
    let together = inputs.t().and_then(|t| t.contiguous()?.matmul(&inputs));
    let spread = Inputs::of(&together.expect("runs")).expect("solves");
    let by_gptq = spread.round(&weight).expect("rounds");
    let by_gptq = by_gptq.dequantize(&Device::Cpu).expect("widens");
    let plain: Vec<f32> = weight
        .flatten_all()
        .and_then(|w| w.to_vec1::<f32>())
        .expect("numbers")
        .chunks(super::BLOCK)
        .flat_map(|block| {
            let scale = best_scale(block, &[1.0; super::BLOCK]).to_f32();
            block.iter().map(move |value| nearest(*value, scale).1)
        })
        .collect();
    let plain = Tensor::from_vec(plain, weight.shape(), &Device::Cpu).expect("a tensor");
    let (least, most) = (
        harm(&weight, &by_gptq, &inputs),
        harm(&weight, &plain, &inputs),
    );
    assert!(least * 4.0 < most, "{least} of {most}");
}

#[test]
fn a_triangle_and_its_inverse_are_what_they_say() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let inputs = matrix(&mut rng, 200);
    let together = inputs.t().and_then(|t| t.contiguous()?.matmul(&inputs));
    let rows: Vec<Vec<f32>> = together.and_then(|t| t.to_vec2()).expect("numbers");
    let symmetric: Vec<f64> = rows.concat().into_iter().map(f64::from).collect();
    let mut lower = symmetric.clone();
    factorise(&mut lower, WIDTH).expect("it has a factor");
    let inverse = invert(&lower, WIDTH);
    let row = |of: &[f64], at: usize| of[at * WIDTH..(at + 1) * WIDTH].to_vec();
    for a in 0..WIDTH {
        for b in 0..WIDTH {
            let pairs = row(&lower, a).into_iter().zip(row(&lower, b));
            let product: f64 = pairs.map(|(a, b)| a * b).sum();
            assert!((product - symmetric[a * WIDTH + b]).abs() < 1e-6);
            let through = (0..WIDTH).map(|k| lower[a * WIDTH + k] * inverse[k * WIDTH + b]);
            let one = f64::from(u8::from(a == b));
            assert!((through.sum::<f64>() - one).abs() < 1e-9, "{a} {b}");
        }
    }
    assert!(factorise(&mut [0.0; 4], 2).is_none());
}

#[test]
fn a_block_of_zeros_stays_zero() {
    let scale = best_scale(&[0.0; 32], &[1.0; 32]).to_f32();
    assert_eq!(nearest(0.0, scale), (8, 0.0));
}

#[test]
fn what_half_bytes_can_say_is_kept() {
    let values: Vec<f32> = (0..32).map(|at| (at % 16 - 8) as f32 * 0.25).collect();
    let scale = best_scale(&values, &[1.0; 32]).to_f32();
    for value in values {
        assert_eq!(nearest(value, scale).1, value);
    }
}
