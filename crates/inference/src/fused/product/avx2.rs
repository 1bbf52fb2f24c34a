//! 256-bit `vpmaddubsw` for processors without dot products of bytes.
//!
//! Its sums of two products saturate at 16 bits, so of bytes the sign moves from the activation to the
//! weight: 127 · 127 · 2 fits. Weights are therefore taken as signed and need no offset. Half bytes stay as they
//! are, 0 to 15: 15 · 128 · 2 fits eight times, so a whole group is added up in 16 bits.

use super::{Bits, HALF_GROUP, Line, PackedMatrix, QuantizedRows, Sums, Tile, by_rows, walk};
use crate::fused::matrix::{fetch_ahead, group_lines};
use std::arch::x86_64::{
    __m256, __m256i, _mm_load_si128, _mm256_abs_epi8, _mm256_add_epi16, _mm256_add_epi32,
    _mm256_add_ps, _mm256_and_si256, _mm256_cvtepi32_ps, _mm256_cvtph_ps, _mm256_load_ps,
    _mm256_load_si256, _mm256_loadu_ps, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_mul_ps,
    _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_si256,
    _mm256_sign_epi8, _mm256_srli_epi16, _mm256_storeu_ps, _mm256_xor_si256,
};

#[target_feature(enable = "avx2,f16c")]
pub(super) fn product(matrix: &PackedMatrix, rows: &QuantizedRows, out: &mut [f32]) {
    walk(
        matrix,
        rows,
        out,
        4,
        None,
        |lines, rows, sums| match matrix.bits {
            Bits::Four => by_rows!({ HALF_GROUP } halves_tile, lines, rows, sums, [1 2 3 4]),
            Bits::Eight => by_rows!(tile, lines, rows, sums, [1 2 3 4]),
        },
    );
}

#[target_feature(enable = "avx2")]
#[inline]
fn dot(sum: __m256i, weights: __m256i, four: __m256i) -> __m256i {
    let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(four), _mm256_sign_epi8(weights, four));
    _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
}

#[target_feature(enable = "avx2")]
fn tile<const R: usize, const G: usize>(lines: &[Line], rows: Tile<'_>, sums: &mut Sums<R>) {
    let groups = rows.groups;
    // The reads below rely on these.
    assert_eq!(rows.group, G, "inputs of a group");
    assert!(lines.len() >= groups * group_lines(G), "lines of a panel");
    assert!(rows.bytes.len() >= R * groups * G, "bytes of the rows");
    assert!(rows.scales.len() >= R * groups);
    *sums = [[0.0; 16]; R];
    // SAFETY: every read lies within the lengths asserted above; a line is 64 bytes on a 64-byte
    // boundary; four bytes of activations are read as unaligned.
    unsafe {
        let sign = _mm256_set1_epi8(-128);
        let mut line = lines.as_ptr().cast::<u8>();
        for group in 0..groups {
            let weight_scales = [
                _mm256_load_ps(line.cast()),
                _mm256_load_ps(line.add(32).cast()),
            ];
            line = line.add(64);
            let mut dots = [[_mm256_setzero_si256(); 2]; R];
            let bytes = rows.bytes.as_ptr().add(group * G);
            for quad in 0..G / 4 {
                let low = _mm256_xor_si256(_mm256_load_si256(line.cast()), sign);
                let high = _mm256_xor_si256(_mm256_load_si256(line.add(32).cast()), sign);
                line = line.add(64);
                for (row, dots) in dots.iter_mut().enumerate() {
                    let four = bytes.add(row * groups * G + quad * 4).cast::<i32>();
                    let four = _mm256_set1_epi32(four.read_unaligned());
                    dots[0] = dot(dots[0], low, four);
                    dots[1] = dot(dots[1], high, four);
                }
            }
            for (row, (sums, dots)) in sums.iter_mut().zip(dots).enumerate() {
                let scale = *rows.scales.get_unchecked(row * groups + group);
                add_scaled(sums, dots, weight_scales, scale);
            }
        }
    }
}

/// Adds `dots · weight scales · scale`, in the order of operations that all kernels have.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn add_scaled(
    sums: &mut [f32; 16],
    dots: [__m256i; 2],
    weight_scales: [__m256; 2],
    scale: f32,
) {
    let scale = _mm256_set1_ps(scale);
    let halves = sums.as_chunks_mut::<8>().0.iter_mut();
    for (sums, (dot, weight_scale)) in halves.zip(dots.into_iter().zip(weight_scales)) {
        let part = _mm256_mul_ps(_mm256_cvtepi32_ps(dot), _mm256_mul_ps(weight_scale, scale));
        // SAFETY: eight numbers, read and written as unaligned.
        unsafe {
            let sum = _mm256_add_ps(_mm256_loadu_ps(sums.as_ptr()), part);
            _mm256_storeu_ps(sums.as_mut_ptr(), sum);
        }
    }
}

#[target_feature(enable = "avx2,f16c")]
fn halves_tile<const R: usize, const G: usize>(lines: &[Line], rows: Tile<'_>, sums: &mut Sums<R>) {
    let groups = rows.groups;
    rows.assert_halves::<R, G>(lines);
    *sums = [[0.0; 16]; R];
    let (low_half, ones) = (_mm256_set1_epi8(0x0f), _mm256_set1_epi16(1));
    // SAFETY: every read lies within the lengths asserted above; a line is 64 bytes on a 64-byte
    // boundary; four bytes of activations are read as unaligned.
    unsafe {
        let mut line = lines.as_ptr().cast::<u8>();
        for pair in 0..groups / 2 {
            let scales = line;
            line = line.add(64);
            for half in 0..2 {
                let group = pair * 2 + half;
                let mut words = [[_mm256_setzero_si256(); 2]; R];
                let bytes = rows.bytes.as_ptr().add(group * G);
                for eight in 0..G / 8 {
                    fetch_ahead(line);
                    let both = [0, 32].map(|side| _mm256_load_si256(line.add(side).cast()));
                    let low = both.map(|both| _mm256_and_si256(both, low_half));
                    let high =
                        both.map(|both| _mm256_and_si256(_mm256_srli_epi16::<4>(both), low_half));
                    for (row, words) in words.iter_mut().enumerate() {
                        let fours = bytes.add(row * groups * G + eight * 8).cast::<i32>();
                        for (which, weights) in [low, high].into_iter().enumerate() {
                            let four = _mm256_set1_epi32(fours.add(which).read_unaligned());
                            for (words, weights) in words.iter_mut().zip(weights) {
                                let pairs = _mm256_maddubs_epi16(weights, four);
                                *words = _mm256_add_epi16(*words, pairs);
                            }
                        }
                    }
                    line = line.add(64);
                }
                let weight_scales = [0, 16].map(|side| {
                    _mm256_cvtph_ps(_mm_load_si128(scales.add(half * 32 + side).cast()))
                });
                for (row, (sums, words)) in sums.iter_mut().zip(words).enumerate() {
                    let at = row * groups + group;
                    let offset = _mm256_set1_epi32(*rows.half_offsets.get_unchecked(at));
                    let dots =
                        words.map(|words| _mm256_add_epi32(offset, _mm256_madd_epi16(words, ones)));
                    add_scaled(sums, dots, weight_scales, *rows.scales.get_unchecked(at));
                }
            }
        }
    }
}
