//! NEON, a panel in four registers: `sdot` where there is one (16 products an instruction), else
//! `smull` and pairwise sums, as on a Cortex-A72.
//!
//! `sdot` is written out because its intrinsic is not stable yet. Both want signed sides, so the
//! weights' top bit is turned and no offset is needed.

use super::{Line, PackedMatrix, QuantizedRows, Sums, Tile, by_rows, walk_in_bytes};
use crate::fused::matrix::group_lines;
use std::arch::aarch64::{
    int8x16_t, int32x4_t, vaddq_f32, vaddq_s32, vcvtq_f32_s32, vdupq_n_f32, vdupq_n_s32,
    vdupq_n_u8, veorq_u8, vget_low_s8, vld1q_f32, vld1q_u8, vmull_high_s8, vmull_s8, vmulq_f32,
    vpaddlq_s16, vpaddq_s32, vreinterpretq_s8_s32, vreinterpretq_s8_u8, vst1q_f32,
};
use std::arch::asm;

/// With `sdot`.
#[target_feature(enable = "neon,dotprod")]
pub(super) fn product_dot(matrix: &PackedMatrix, rows: &QuantizedRows, out: &mut [f32]) {
    walk_in_bytes(matrix, rows, out, 4, |lines, rows, sums| {
        by_rows!(tile_dot, lines, rows, sums, [1 2 3 4]);
    });
}

/// With what every aarch64 has.
pub(super) fn product(matrix: &PackedMatrix, rows: &QuantizedRows, out: &mut [f32]) {
    walk_in_bytes(matrix, rows, out, 2, |lines, rows, sums| {
        by_rows!(tile_pairs, lines, rows, sums, [1 2]);
    });
}

#[target_feature(enable = "neon,dotprod")]
fn tile_dot<const R: usize, const G: usize>(lines: &[Line], rows: Tile<'_>, sums: &mut Sums<R>) {
    tile::<R, G>(lines, rows, sums, |mut sum, weights, four| {
        // SAFETY: one instruction on registers, which `dotprod` has.
        unsafe {
            asm!(
                "sdot {sum:v}.4s, {weights:v}.16b, {four:v}.16b",
                sum = inout(vreg) sum, weights = in(vreg) weights, four = in(vreg) four,
                options(pure, nomem, nostack, preserves_flags)
            );
        }
        sum
    });
}

fn tile_pairs<const R: usize, const G: usize>(lines: &[Line], rows: Tile<'_>, sums: &mut Sums<R>) {
    tile::<R, G>(lines, rows, sums, |sum, weights, four| {
        // SAFETY: NEON is part of every aarch64. A product is at most 127 · 127 and fits 16 bits.
        unsafe {
            let low = vmull_s8(vget_low_s8(weights), vget_low_s8(four));
            let high = vmull_high_s8(weights, four);
            vaddq_s32(sum, vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high)))
        }
    });
}

#[inline(always)]
fn tile<const R: usize, const G: usize>(
    lines: &[Line],
    rows: Tile<'_>,
    sums: &mut Sums<R>,
    dot: impl Fn(int32x4_t, int8x16_t, int8x16_t) -> int32x4_t,
) {
    let groups = rows.groups;
    // The reads below rely on these.
    assert_eq!(rows.group, G, "inputs of a group");
    assert!(lines.len() >= groups * group_lines(G), "lines of a panel");
    assert!(rows.bytes.len() >= R * groups * G, "bytes of the rows");
    assert!(rows.scales.len() >= R * groups);
    *sums = [[0.0; 16]; R];
    // SAFETY: every read lies within the lengths asserted above; four bytes of activations are
    // read as unaligned.
    unsafe {
        let sign = vdupq_n_u8(0x80);
        let mut line = lines.as_ptr().cast::<u8>();
        for group in 0..groups {
            let weight_scales = line.cast::<f32>();
            line = line.add(64);
            let mut dots = [[vdupq_n_s32(0); 4]; R];
            let bytes = rows.bytes.as_ptr().add(group * G);
            for quad in 0..G / 4 {
                let weights: [int8x16_t; 4] = std::array::from_fn(|part| {
                    let bytes = vld1q_u8(line.add(part * 16));
                    vreinterpretq_s8_u8(veorq_u8(bytes, sign))
                });
                line = line.add(64);
                for (row, dots) in dots.iter_mut().enumerate() {
                    let four = bytes.add(row * groups * G + quad * 4).cast::<i32>();
                    let four = vreinterpretq_s8_s32(vdupq_n_s32(four.read_unaligned()));
                    for (sum, weights) in dots.iter_mut().zip(weights) {
                        *sum = dot(*sum, weights, four);
                    }
                }
            }
            for (row, (sums, dots)) in sums.iter_mut().zip(dots).enumerate() {
                let scale = vdupq_n_f32(*rows.scales.get_unchecked(row * groups + group));
                for (part, dot) in dots.into_iter().enumerate() {
                    let place = sums.as_mut_ptr().add(part * 4);
                    let scale = vmulq_f32(vld1q_f32(weight_scales.add(part * 4)), scale);
                    let value = vmulq_f32(vcvtq_f32_s32(dot), scale);
                    vst1q_f32(place, vaddq_f32(vld1q_f32(place), value));
                }
            }
        }
    }
}
