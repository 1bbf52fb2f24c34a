//! 512-bit `vpdpbusd`: 64 products an instruction, 16 outputs a register. For few rows half bytes are
//! parted in registers, so that they are never longer than they are in memory.

use super::{
    Bits, HALF_GROUP, Line, MOST_ROWS, PackedMatrix, QuantizedRows, Sums, Tile, by_rows, walk,
    walk_in_bytes,
};
use crate::fused::matrix::{fetch_ahead, group_lines};
use std::arch::x86_64::{
    __m512, __m512i, _mm256_load_si256, _mm512_add_ps, _mm512_and_si512, _mm512_cvtepi32_ps,
    _mm512_cvtph_ps, _mm512_dpbusd_epi32, _mm512_load_ps, _mm512_load_si512, _mm512_mul_ps,
    _mm512_set1_epi8, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps, _mm512_srli_epi16,
    _mm512_storeu_ps,
};

/// With more rows than this a panel is read so often that it is better widened once.
const FEW_ROWS: usize = 2 * MOST_ROWS;

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2")]
pub(super) fn product(matrix: &PackedMatrix, rows: &QuantizedRows, out: &mut [f32]) {
    if matrix.bits == Bits::Four && rows.count() <= FEW_ROWS {
        walk(matrix, rows, out, MOST_ROWS, None, |lines, rows, sums| {
            by_rows!({ HALF_GROUP } halves_tile, lines, rows, sums, [1 2 3 4 5 6 7 8 9 10 11 12]);
        });
    } else {
        walk_in_bytes(matrix, rows, out, MOST_ROWS, |lines, rows, sums| {
            by_rows!(tile, lines, rows, sums, [1 2 3 4 5 6 7 8 9 10 11 12]);
        });
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2")]
fn tile<const R: usize, const G: usize>(lines: &[Line], rows: Tile<'_>, sums: &mut Sums<R>) {
    let groups = rows.groups;
    // The reads below rely on these.
    assert_eq!(rows.group, G, "inputs of a group");
    assert!(lines.len() >= groups * group_lines(G), "lines of a panel");
    assert!(rows.bytes.len() >= R * groups * G, "bytes of the rows");
    assert!(rows.scales.len() >= R * groups && rows.offsets.len() >= R * groups);
    let mut total = [_mm512_setzero_ps(); R];
    // SAFETY: every read lies within the lengths asserted above; a line is 64 bytes on a 64-byte
    // boundary; four bytes of activations need no alignment because they are read as unaligned.
    unsafe {
        let mut line = lines.as_ptr().cast::<u8>();
        for group in 0..groups {
            let weight_scales = _mm512_load_ps(line.cast());
            line = line.add(64);
            let mut dots = [_mm512_set1_epi32(0); R];
            for (row, dot) in dots.iter_mut().enumerate() {
                *dot = _mm512_set1_epi32(*rows.offsets.get_unchecked(row * groups + group));
            }
            let bytes = rows.bytes.as_ptr().add(group * G);
            for quad in 0..G / 4 {
                let weights = _mm512_load_si512(line.cast());
                fetch_ahead(line);
                line = line.add(64);
                for (row, dot) in dots.iter_mut().enumerate() {
                    let four = bytes.add(row * groups * G + quad * 4).cast::<i32>();
                    let four = _mm512_set1_epi32(four.read_unaligned());
                    *dot = _mm512_dpbusd_epi32(*dot, weights, four);
                }
            }
            for (row, (total, dot)) in total.iter_mut().zip(dots).enumerate() {
                let scale = *rows.scales.get_unchecked(row * groups + group);
                *total = add_scaled(*total, dot, weight_scales, scale);
            }
        }
        for (sums, total) in sums.iter_mut().zip(total) {
            _mm512_storeu_ps(sums.as_mut_ptr(), total);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2")]
fn halves_tile<const R: usize, const G: usize>(lines: &[Line], rows: Tile<'_>, sums: &mut Sums<R>) {
    let groups = rows.groups;
    rows.assert_halves::<R, G>(lines);
    let mut total = [_mm512_setzero_ps(); R];
    let low_half = _mm512_set1_epi8(0x0f);
    // SAFETY: every read lies within the lengths asserted above; a line is 64 bytes on a 64-byte
    // boundary; four bytes of activations need no alignment because they are read as unaligned.
    unsafe {
        let mut line = lines.as_ptr().cast::<u8>();
        for pair in 0..groups / 2 {
            let scales = line;
            line = line.add(64);
            for half in 0..2 {
                let group = pair * 2 + half;
                let weight_scales =
                    _mm512_cvtph_ps(_mm256_load_si256(scales.add(half * 32).cast()));
                let mut dots = [_mm512_set1_epi32(0); R];
                for (row, dot) in dots.iter_mut().enumerate() {
                    *dot =
                        _mm512_set1_epi32(*rows.half_offsets.get_unchecked(row * groups + group));
                }
                let bytes = rows.bytes.as_ptr().add(group * G);
                for eight in 0..G / 8 {
                    let both: __m512i = _mm512_load_si512(line.cast());
                    fetch_ahead(line);
                    line = line.add(64);
                    let low = _mm512_and_si512(both, low_half);
                    let high = _mm512_and_si512(_mm512_srli_epi16::<4>(both), low_half);
                    for (row, dot) in dots.iter_mut().enumerate() {
                        let fours = bytes.add(row * groups * G + eight * 8).cast::<i32>();
                        let four = _mm512_set1_epi32(fours.read_unaligned());
                        *dot = _mm512_dpbusd_epi32(*dot, low, four);
                        let four = _mm512_set1_epi32(fours.add(1).read_unaligned());
                        *dot = _mm512_dpbusd_epi32(*dot, high, four);
                    }
                }
                for (row, (total, dot)) in total.iter_mut().zip(dots).enumerate() {
                    let scale = *rows.scales.get_unchecked(row * groups + group);
                    *total = add_scaled(*total, dot, weight_scales, scale);
                }
            }
        }
        for (sums, total) in sums.iter_mut().zip(total) {
            _mm512_storeu_ps(sums.as_mut_ptr(), total);
        }
    }
}

/// `total + dot · weight scale · scale`, in the order of operations that all kernels have.
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn add_scaled(total: __m512, dot: __m512i, weight_scales: __m512, scale: f32) -> __m512 {
    let scale = _mm512_mul_ps(weight_scales, _mm512_set1_ps(scale));
    _mm512_add_ps(total, _mm512_mul_ps(_mm512_cvtepi32_ps(dot), scale))
}
