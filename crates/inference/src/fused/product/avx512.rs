//! 512-bit `vpdpbusd`: 64 products an instruction, 16 outputs a register.

use super::{GROUP, Line, MOST_ROWS, PackedMatrix, QuantizedRows, Sums, Tile, by_rows, walk};
use crate::fused::matrix::GROUP_LINES;
use std::arch::x86_64::{
    _mm512_add_ps, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_load_ps, _mm512_load_si512,
    _mm512_mul_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
};

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2")]
pub(super) fn product(matrix: &PackedMatrix, rows: &QuantizedRows, out: &mut [f32]) {
    walk(matrix, rows, out, MOST_ROWS, |lines, rows, sums| {
        by_rows!(tile, lines, rows, sums, [1 2 3 4 5 6 7 8 9 10 11 12]);
    });
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2")]
fn tile<const R: usize>(lines: &[Line], rows: Tile<'_>, sums: &mut Sums<R>) {
    let groups = rows.groups;
    // The reads below rely on these.
    assert!(lines.len() >= groups * GROUP_LINES, "lines of a panel");
    assert!(rows.bytes.len() >= R * groups * GROUP, "bytes of the rows");
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
            let bytes = rows.bytes.as_ptr().add(group * GROUP);
            for quad in 0..GROUP / 4 {
                let weights = _mm512_load_si512(line.cast());
                line = line.add(64);
                for (row, dot) in dots.iter_mut().enumerate() {
                    let four = bytes.add(row * groups * GROUP + quad * 4).cast::<i32>();
                    let four = _mm512_set1_epi32(four.read_unaligned());
                    *dot = _mm512_dpbusd_epi32(*dot, weights, four);
                }
            }
            for (row, (total, dot)) in total.iter_mut().zip(dots).enumerate() {
                let scale = *rows.scales.get_unchecked(row * groups + group);
                let scale = _mm512_mul_ps(weight_scales, _mm512_set1_ps(scale));
                *total = _mm512_add_ps(*total, _mm512_mul_ps(_mm512_cvtepi32_ps(dot), scale));
            }
        }
        for (sums, total) in sums.iter_mut().zip(total) {
            _mm512_storeu_ps(sums.as_mut_ptr(), total);
        }
    }
}
