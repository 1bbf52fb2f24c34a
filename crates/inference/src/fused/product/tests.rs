//! Every kernel against plain sums of integers, on odd shapes and on the largest values.

use super::product;
use crate::fused::kernel::Kernel;
use crate::fused::matrix::{
    GROUP, HALF_BLOCK, HALF_GROUP, PackedMatrix, QuantizedRows, WIDE_GROUP,
};
use half::f16;

/// Pseudo-random numbers between −1 and 1 (a 64-bit linear congruence).
fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..count)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        })
        .collect()
}

/// A matrix in blocks of half bytes as a file has them, and the numbers that they stand for.
fn halves(inputs: usize, outputs: usize, seed: u64) -> (Vec<u8>, Vec<f32>) {
    let count = inputs / HALF_GROUP * outputs;
    let (mut blocks, mut values) = (Vec::new(), Vec::new());
    let scales = numbers(count, seed);
    let bytes = numbers(count * HALF_GROUP / 2, seed + 1);
    for (scale, bytes) in scales.iter().zip(bytes.as_chunks::<{ HALF_GROUP / 2 }>().0) {
        let scale = f16::from_f32(*scale);
        let bytes = bytes.map(|number| (number * 128.0 + 128.0) as u8);
        blocks.extend(scale.to_le_bytes());
        blocks.extend(bytes);
        let number = |half: u8| (f32::from(half) - 8.0) * scale.to_f32();
        values.extend(bytes.map(|byte| number(byte & 0x0f)));
        values.extend(bytes.map(|byte| number(byte >> 4)));
    }
    assert_eq!(blocks.len(), count * HALF_BLOCK);
    (blocks, values)
}

fn run(kernel: Kernel, matrix: &PackedMatrix, rows: &[f32], inputs: usize) -> Vec<f32> {
    let mut bytes = QuantizedRows::default();
    bytes.fill(kernel, rows, inputs, matrix);
    let mut out = vec![f32::NAN; bytes.count() * matrix.outputs];
    product(kernel, matrix, &bytes, &mut out);
    out
}

/// The product of the numbers themselves, in f64.
fn exact(weights: &[f32], bias: &[f32], rows: &[f32], inputs: usize) -> Vec<f64> {
    rows.chunks_exact(inputs)
        .flat_map(|row| {
            weights
                .chunks_exact(inputs)
                .zip(bias)
                .map(move |(weights, bias)| {
                    let dot = weights
                        .iter()
                        .zip(row)
                        .map(|(w, x)| f64::from(*w) * f64::from(*x));
                    dot.sum::<f64>() + f64::from(*bias)
                })
        })
        .collect()
}

#[test]
fn every_kernel_gives_the_bits_of_the_portable_one() {
    let portable = Kernel::named("portable").expect("always there");
    let mut seed = 0;
    for rows in [0, 1, 2, 3, 4, 5, 7, 11, 12, 13, 24, 25, 40] {
        for (inputs, outputs) in [
            (1, 1),
            (3, 17),
            (32, 16),
            (GROUP, 6),
            (GROUP + 4, 33),
            (384, 48),
        ] {
            for group in [GROUP, WIDE_GROUP] {
                seed += 1;
                let bias = numbers(outputs, seed + 1);
                let weights = numbers(inputs * outputs, seed);
                let matrix = PackedMatrix::pack(&weights, inputs, bias, group);
                let rows = numbers(rows * inputs, seed + 2);
                let reference = run(portable, &matrix, &rows, inputs);
                for kernel in Kernel::available() {
                    let out = run(kernel, &matrix, &rows, inputs);
                    assert_eq!(out, reference, "{kernel}, {inputs} × {outputs} by {group}");
                }
            }
        }
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "calls code for instructions that were detected")]
fn the_twin_of_avx_vnni_gives_the_same_bits() {
    if !(is_x86_feature_detected!("avx512vnni") && is_x86_feature_detected!("avx512vl")) {
        return;
    }
    let portable = Kernel::named("portable").expect("always there");
    for (rows, inputs, outputs) in [(1, 3, 17), (6, 384, 48), (7, 100, 16), (20, GROUP, 33)] {
        let weights = numbers(inputs * outputs, rows as u64);
        let matrix = PackedMatrix::pack(&weights, inputs, numbers(outputs, 1), GROUP);
        let rows = numbers(rows * inputs, 2);
        let mut bytes = QuantizedRows::default();
        bytes.fill(portable, &rows, inputs, &matrix);
        let mut out = vec![f32::NAN; bytes.count() * outputs];
        // SAFETY: its instructions were detected above.
        unsafe { super::avx_vnni::evex::product(&matrix, &bytes, &mut out) };
        assert_eq!(out, run(portable, &matrix, &rows, inputs));
        if PackedMatrix::halves_fit(inputs) {
            let (blocks, _) = halves(inputs, outputs, 9);
            let matrix = PackedMatrix::pack_halves(&blocks, inputs, numbers(outputs, 1));
            // SAFETY: as above.
            unsafe { super::avx_vnni::evex::product(&matrix, &bytes, &mut out) };
            assert_eq!(out, run(portable, &matrix, &rows, inputs));
        }
    }
}

#[test]
fn the_portable_one_is_near_the_exact_product() {
    let portable = Kernel::named("portable").expect("always there");
    let (inputs, outputs, rows) = (384, 40, 5);
    let (weights, bias) = (numbers(inputs * outputs, 1), numbers(outputs, 2));
    let rows = numbers(rows * inputs, 3);
    let matrix = PackedMatrix::pack(&weights, inputs, bias.clone(), GROUP);
    let out = run(portable, &matrix, &rows, inputs);
    // Rounding to bytes: an error of at most half a step on each side, 384 of them at random.
    for (out, exact) in out.iter().zip(exact(&weights, &bias, &rows, inputs)) {
        assert!(
            (f64::from(*out) - exact).abs() < 0.15,
            "{out} against {exact}"
        );
    }
}

#[test]
fn half_bytes_give_the_bits_of_the_portable_kernel_and_nearly_the_exact_product() {
    let portable = Kernel::named("portable").expect("always there");
    let mut seed = 100;
    for count in [0, 1, 2, 5, 7, 8, 9, 12, 13, 16, 17, 25, 33, 241] {
        for (inputs, outputs) in [(64, 1), (64, 16), (128, 17), (384, 48), (1_536, 33)] {
            seed += 3;
            let (blocks, weights) = halves(inputs, outputs, seed);
            let bias = numbers(outputs, seed + 2);
            assert!(PackedMatrix::halves_fit(inputs));
            let matrix = PackedMatrix::pack_halves(&blocks, inputs, bias.clone());
            let rows = numbers(count * inputs, seed + 4);
            let reference = run(portable, &matrix, &rows, inputs);
            for kernel in Kernel::available() {
                let out = run(kernel, &matrix, &rows, inputs);
                assert_eq!(out, reference, "{kernel}, {inputs} × {outputs}");
            }
            let exact = exact(&weights, &bias, &rows, inputs);
            for (out, exact) in reference.iter().zip(exact) {
                let off = (f64::from(*out) - exact).abs();
                // Half a step of an activation times a weight of 4 or so, many of them at random.
                assert!(off < 0.06 * (inputs as f64).sqrt(), "{out} against {exact}");
            }
        }
    }
    assert!(!PackedMatrix::halves_fit(96) && !PackedMatrix::halves_fit(0));
}

#[test]
fn the_largest_bytes_do_not_saturate() {
    let inputs = 3 * WIDE_GROUP;
    for (weight, value) in [(1.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)] {
        let matrix = PackedMatrix::pack(
            &vec![weight; inputs * 16],
            inputs,
            vec![0.0; 16],
            WIDE_GROUP,
        );
        for kernel in Kernel::available() {
            for out in run(kernel, &matrix, &vec![value; inputs * 3], inputs) {
                let exact = weight * value * inputs as f32;
                assert!((out - exact).abs() < 1e-3, "{kernel}: {out}, not {exact}");
            }
        }
    }
}

#[test]
fn the_largest_half_bytes_do_not_overflow() {
    let (inputs, outputs) = (2 * HALF_GROUP, 16);
    // All of a block at one end: 15 stands for 7, 0 for −8.
    for (byte, weight) in [(0xff, 7.0), (0x00, -8.0)] {
        let mut block = f16::ONE.to_le_bytes().to_vec();
        block.resize(HALF_BLOCK, byte);
        let blocks = block.repeat(inputs / HALF_GROUP * outputs);
        let matrix = PackedMatrix::pack_halves(&blocks, inputs, vec![0.0; outputs]);
        for value in [1.0, -1.0] {
            for kernel in Kernel::available() {
                for out in run(kernel, &matrix, &vec![value; inputs * 5], inputs) {
                    let exact = weight * value * inputs as f32;
                    assert!((out - exact).abs() < 1e-3, "{kernel}: {out}, not {exact}");
                }
            }
        }
    }
}

#[test]
fn a_group_of_zeros_is_zero_and_not_nothing() {
    let matrix = PackedMatrix::pack(&vec![0.0; 16 * GROUP], GROUP, vec![0.25; 16], GROUP);
    for kernel in Kernel::available() {
        assert_eq!(run(kernel, &matrix, &[0.0; GROUP], GROUP), [0.25; 16]);
    }
}

#[test]
fn what_is_no_number_stays_none_in_its_own_row() {
    let inputs = 2 * HALF_GROUP;
    let (blocks, _) = halves(inputs, 16, 5);
    let matrix = PackedMatrix::pack_halves(&blocks, inputs, numbers(16, 6));
    for bad in [f32::NAN, f32::INFINITY] {
        let mut rows = numbers(12 * inputs, 7);
        rows[3 * inputs + 5] = bad;
        for kernel in Kernel::available() {
            let out = run(kernel, &matrix, &rows, inputs);
            for (row, out) in out.chunks(16).enumerate() {
                assert!(
                    out.iter().all(|number| number.is_nan() == (row == 3)),
                    "{kernel}, row {row}"
                );
            }
        }
    }
}
