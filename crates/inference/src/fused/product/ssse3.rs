//! 128-bit `pmaddubsw` for small processors without AVX2: as in `avx2`, a panel in four registers.

use super::{Bits, HALF_GROUP, Line, PackedMatrix, QuantizedRows, Sums, Tile, by_rows, walk};
use crate::fused::math::widen_half;
use crate::fused::matrix::{HALF_GROUP_LINES, fetch_ahead, group_lines};
use std::arch::x86_64::{
    __m128, __m128i, _mm_abs_epi8, _mm_add_epi16, _mm_add_epi32, _mm_add_ps, _mm_and_si128,
    _mm_cvtepi32_ps, _mm_load_ps, _mm_load_si128, _mm_loadu_ps, _mm_madd_epi16, _mm_maddubs_epi16,
    _mm_mul_ps, _mm_set1_epi8, _mm_set1_epi16, _mm_set1_epi32, _mm_set1_ps, _mm_setzero_si128,
    _mm_sign_epi8, _mm_srli_epi16, _mm_storeu_ps, _mm_xor_si128,
};

#[target_feature(enable = "ssse3")]
pub(super) fn product(matrix: &PackedMatrix, rows: &QuantizedRows, out: &mut [f32]) {
    walk(
        matrix,
        rows,
        out,
        2,
        None,
        |lines, rows, sums| match matrix.bits {
            Bits::Four => by_rows!({ HALF_GROUP } halves_tile, lines, rows, sums, [1 2]),
            Bits::Eight => by_rows!(tile, lines, rows, sums, [1 2]),
        },
    );
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
            let weight_scales =
                std::array::from_fn(|part| _mm_load_ps(line.cast::<f32>().add(part * 4)));
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
                let scale = *rows.scales.get_unchecked(row * groups + group);
                add_scaled(sums, dots, weight_scales, scale);
            }
        }
    }
}

/// Adds `dots · weight scales · scale`, in the order of operations that all kernels have.
#[target_feature(enable = "ssse3")]
#[inline]
fn add_scaled(sums: &mut [f32; 16], dots: [__m128i; 4], weight_scales: [__m128; 4], scale: f32) {
    let scale = _mm_set1_ps(scale);
    let parts = sums.as_chunks_mut::<4>().0.iter_mut();
    for (sums, (dot, weight_scale)) in parts.zip(dots.into_iter().zip(weight_scales)) {
        let value = _mm_mul_ps(_mm_cvtepi32_ps(dot), _mm_mul_ps(weight_scale, scale));
        // SAFETY: four numbers, read and written as unaligned.
        unsafe {
            let sum = _mm_add_ps(_mm_loadu_ps(sums.as_ptr()), value);
            _mm_storeu_ps(sums.as_mut_ptr(), sum);
        }
    }
}

/// As in `avx2`: a group is added up in 16 bits.
#[target_feature(enable = "ssse3")]
fn halves_tile<const R: usize, const G: usize>(lines: &[Line], rows: Tile<'_>, sums: &mut Sums<R>) {
    let groups = rows.groups;
    rows.assert_halves::<R, G>(lines);
    *sums = [[0.0; 16]; R];
    let (low_half, ones) = (_mm_set1_epi8(0x0f), _mm_set1_epi16(1));
    let pairs = lines.as_chunks::<HALF_GROUP_LINES>().0;
    for (pair, [scales, lines @ ..]) in pairs.iter().take(groups / 2).enumerate() {
        for (half, lines) in lines.as_chunks::<{ HALF_GROUP / 8 }>().0.iter().enumerate() {
            let group = pair * 2 + half;
            let mut words = [[_mm_setzero_si128(); 4]; R];
            for (eight, line) in lines.iter().enumerate() {
                fetch_ahead(line.0.as_ptr());
                for part in 0..4 {
                    // SAFETY: a line is 64 bytes on a 64-byte boundary.
                    let both = unsafe { _mm_load_si128(line.0.as_ptr().add(part * 16).cast()) };
                    let low = _mm_and_si128(both, low_half);
                    let high = _mm_and_si128(_mm_srli_epi16::<4>(both), low_half);
                    for (row, words) in words.iter_mut().enumerate() {
                        // SAFETY: within the bytes of the rows, whose length is asserted above; read as unaligned.
                        let [first, last] = unsafe {
                            let at = row * groups * G + group * G + eight * 8;
                            let fours = rows.bytes.as_ptr().add(at).cast::<i32>();
                            [fours.read_unaligned(), fours.add(1).read_unaligned()]
                        };
                        let pairs = _mm_add_epi16(
                            _mm_maddubs_epi16(low, _mm_set1_epi32(first)),
                            _mm_maddubs_epi16(high, _mm_set1_epi32(last)),
                        );
                        words[part] = _mm_add_epi16(words[part], pairs);
                    }
                }
            }
            let scales = scales.0.as_chunks::<2>().0.as_chunks::<16>().0;
            let wide = scales[half].map(|scale| widen_half(u16::from_le_bytes(scale)));
            // SAFETY: four numbers each, read as unaligned.
            let weight_scales =
                std::array::from_fn(|part| unsafe { _mm_loadu_ps(wide.as_ptr().add(part * 4)) });
            for (row, (sums, words)) in sums.iter_mut().zip(words).enumerate() {
                let at = row * groups + group;
                let offset = _mm_set1_epi32(rows.half_offsets[at]);
                let dots = words.map(|words| _mm_add_epi32(offset, _mm_madd_epi16(words, ones)));
                add_scaled(sums, dots, weight_scales, rows.scales[at]);
            }
        }
    }
}
