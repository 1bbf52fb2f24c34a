//! 128-bit `pmaddubsw` for small processors without AVX2: as in `avx2`, a panel in four registers.

use super::{Line, PackedMatrix, QuantizedRows, Sums, Tile, by_rows, walk_in_bytes};
use crate::fused::matrix::group_lines;
use std::arch::x86_64::{
    __m128i, _mm_abs_epi8, _mm_add_epi32, _mm_add_ps, _mm_cvtepi32_ps, _mm_load_ps, _mm_load_si128,
    _mm_loadu_ps, _mm_madd_epi16, _mm_maddubs_epi16, _mm_mul_ps, _mm_set1_epi8, _mm_set1_epi16,
    _mm_set1_epi32, _mm_set1_ps, _mm_setzero_si128, _mm_sign_epi8, _mm_storeu_ps, _mm_xor_si128,
};

#[target_feature(enable = "ssse3")]
pub(super) fn product(matrix: &PackedMatrix, rows: &QuantizedRows, out: &mut [f32]) {
    walk_in_bytes(matrix, rows, out, 2, |lines, rows, sums| {
        by_rows!(tile, lines, rows, sums, [1 2]);
    });
}

#[target_feature(enable = "ssse3")]
#[inline]
fn dot(sum: __m128i, weights: __m128i, four: __m128i) -> __m128i {
    let pairs = _mm_maddubs_epi16(_mm_abs_epi8(four), _mm_sign_epi8(weights, four));
    _mm_add_epi32(sum, _mm_madd_epi16(pairs, _mm_set1_epi16(1)))
}

#[target_feature(enable = "ssse3")]
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
        let sign = _mm_set1_epi8(-128);
        let mut line = lines.as_ptr().cast::<u8>();
        for group in 0..groups {
            let weight_scales = line.cast::<f32>();
            line = line.add(64);
            let mut dots = [[_mm_setzero_si128(); 4]; R];
            let bytes = rows.bytes.as_ptr().add(group * G);
            for quad in 0..G / 4 {
                let weights: [__m128i; 4] = std::array::from_fn(|part| {
                    _mm_xor_si128(_mm_load_si128(line.add(part * 16).cast()), sign)
                });
                line = line.add(64);
                for (row, dots) in dots.iter_mut().enumerate() {
                    let four = bytes.add(row * groups * G + quad * 4).cast::<i32>();
                    let four = _mm_set1_epi32(four.read_unaligned());
                    for (sum, weights) in dots.iter_mut().zip(weights) {
                        *sum = dot(*sum, weights, four);
                    }
                }
            }
            for (row, (sums, dots)) in sums.iter_mut().zip(dots).enumerate() {
                let scale = _mm_set1_ps(*rows.scales.get_unchecked(row * groups + group));
                for (part, dot) in dots.into_iter().enumerate() {
                    let place = sums.as_mut_ptr().add(part * 4);
                    let scale = _mm_mul_ps(_mm_load_ps(weight_scales.add(part * 4)), scale);
                    let value = _mm_mul_ps(_mm_cvtepi32_ps(dot), scale);
                    _mm_storeu_ps(place, _mm_add_ps(_mm_loadu_ps(place), value));
                }
            }
        }
    }
}
