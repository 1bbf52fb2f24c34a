//! NEON, a panel in four registers: `sdot` where there is one (16 products an instruction), else
//! `smull` and pairwise sums, as on a Cortex-A72.
//!
//! `sdot` is written out because its intrinsic is not stable yet. Both want signed sides, so of bytes the
//! weights' top bit is turned and no offset is needed; half bytes are small enough to be signed as they are.

use super::{
    Bits, HALF_GROUP, Line, PackedMatrix, QuantizedRows, Sums, Tile, by_rows, walk, walk_in_bytes,
};
use crate::fused::math::widen_half;
use crate::fused::matrix::{HALF_GROUP_LINES, fetch_ahead, group_lines};
use std::arch::aarch64::{
    int8x16_t, int32x4_t, vaddq_f32, vaddq_s32, vandq_u8, vcvtq_f32_s32, vdupq_n_f32, vdupq_n_s16,
    vdupq_n_s32, vdupq_n_u8, veorq_u8, vget_low_s8, vld1q_f32, vld1q_u8, vmlal_high_s8, vmlal_s8,
    vmull_high_s8, vmull_s8, vmulq_f32, vpaddlq_s16, vpaddq_s32, vreinterpretq_s8_s32,
    vreinterpretq_s8_u8, vshrq_n_u8, vst1q_f32,
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
    walk(
        matrix,
        rows,
        out,
        2,
        None,
        |lines, rows, sums| match matrix.bits {
            Bits::Four => by_rows!({ HALF_GROUP } halves_tile, lines, rows, sums, [1 2]),
            Bits::Eight => by_rows!(tile_pairs, lines, rows, sums, [1 2]),
        },
    );
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
                add_scaled(sums, dots, weight_scales, rows.scales[row * groups + group]);
            }
        }
    }
}

/// Adds `dots · weight scales · scale`, in the order of operations that all kernels have.
///
/// # Safety
/// There are 16 weight scales.
#[inline(always)]
unsafe fn add_scaled(
    sums: &mut [f32; 16],
    dots: [int32x4_t; 4],
    weight_scales: *const f32,
    scale: f32,
) {
    // SAFETY: NEON is part of every aarch64; four numbers of 16 each.
    unsafe {
        let scale = vdupq_n_f32(scale);
        for (part, dot) in dots.into_iter().enumerate() {
            let place = sums.as_mut_ptr().add(part * 4);
            let scale = vmulq_f32(vld1q_f32(weight_scales.add(part * 4)), scale);
            let value = vmulq_f32(vcvtq_f32_s32(dot), scale);
            vst1q_f32(place, vaddq_f32(vld1q_f32(place), value));
        }
    }
}

/// Half bytes stay as they are, 0 to 15: 15 · 128 fits 16 bits eight times, so a whole group is added up in them.
#[inline(always)]
fn halves_tile<const R: usize, const G: usize>(lines: &[Line], rows: Tile<'_>, sums: &mut Sums<R>) {
    let groups = rows.groups;
    rows.assert_halves::<R, G>(lines);
    *sums = [[0.0; 16]; R];
    let pairs = lines.as_chunks::<HALF_GROUP_LINES>().0;
    for (pair, [scales, lines @ ..]) in pairs.iter().take(groups / 2).enumerate() {
        let scales = scales.0.as_chunks::<2>().0.as_chunks::<16>().0;
        let halves = lines.as_chunks::<{ HALF_GROUP / 8 }>().0.iter().zip(scales);
        for (half, (lines, scales)) in halves.enumerate() {
            let group = pair * 2 + half;
            let weight_scales = scales.map(|scale| widen_half(u16::from_le_bytes(scale)));
            // SAFETY: NEON is part of every aarch64; a line is 64 bytes, and those of the rows lie within the length
            // asserted above.
            unsafe {
                let low_half = vdupq_n_u8(0x0f);
                let mut words = [[[vdupq_n_s16(0); 2]; 4]; R];
                for (eight, line) in lines.iter().enumerate() {
                    fetch_ahead(line.0.as_ptr());
                    for part in 0..4 {
                        let both = vld1q_u8(line.0.as_ptr().add(part * 16));
                        let low = vreinterpretq_s8_u8(vandq_u8(both, low_half));
                        let high = vreinterpretq_s8_u8(vshrq_n_u8::<4>(both));
                        for (row, words) in words.iter_mut().enumerate() {
                            let at = (row * groups + group) * G + eight * 8;
                            let fours = rows.bytes.as_ptr().add(at).cast::<i32>();
                            for (which, weights) in [low, high].into_iter().enumerate() {
                                let four = vdupq_n_s32(fours.add(which).read_unaligned());
                                let four = vreinterpretq_s8_s32(four);
                                let [first, last] = &mut words[part];
                                *first = vmlal_s8(*first, vget_low_s8(weights), vget_low_s8(four));
                                *last = vmlal_high_s8(*last, weights, four);
                            }
                        }
                    }
                }
                for (row, (sums, words)) in sums.iter_mut().zip(words).enumerate() {
                    let at = row * groups + group;
                    let offset = vdupq_n_s32(rows.half_offsets[at]);
                    let dots = words.map(|[first, last]| {
                        vaddq_s32(offset, vpaddq_s32(vpaddlq_s16(first), vpaddlq_s16(last)))
                    });
                    add_scaled(sums, dots, weight_scales.as_ptr(), rows.scales[at]);
                }
            }
        }
    }
}
