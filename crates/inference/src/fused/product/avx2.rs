//! 256-bit `vpmaddubsw` for processors without dot products of bytes.
//!
//! Its sums of two products saturate at 16 bits, so the sign moves from the activation to the
//! weight: 127 · 127 · 2 fits. Weights are therefore taken as signed and need no offset.

use super::{Line, PackedMatrix, QuantizedRows, Sums, Tile, by_rows, walk_in_bytes};
use crate::fused::matrix::group_lines;
use std::arch::x86_64::{
    __m256i, _mm256_abs_epi8, _mm256_add_epi32, _mm256_add_ps, _mm256_cvtepi32_ps, _mm256_load_ps,
    _mm256_load_si256, _mm256_loadu_ps, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_mul_ps,
    _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_si256,
    _mm256_sign_epi8, _mm256_storeu_ps, _mm256_xor_si256,
};

#[target_feature(enable = "avx2")]
pub(super) fn product(matrix: &PackedMatrix, rows: &QuantizedRows, out: &mut [f32]) {
    walk_in_bytes(matrix, rows, out, 4, |lines, rows, sums| {
        by_rows!(tile, lines, rows, sums, [1 2 3 4]);
    });
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
                let scale = _mm256_set1_ps(*rows.scales.get_unchecked(row * groups + group));
                for (half, (dot, weight_scale)) in dots.into_iter().zip(weight_scales).enumerate() {
                    let place = sums.as_mut_ptr().add(half * 8);
                    let part = _mm256_cvtepi32_ps(dot);
                    let part = _mm256_mul_ps(part, _mm256_mul_ps(weight_scale, scale));
                    _mm256_storeu_ps(place, _mm256_add_ps(_mm256_loadu_ps(place), part));
                }
            }
        }
    }
}
