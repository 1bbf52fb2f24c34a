//! 256-bit `vpdpbusd`: 32 products an instruction, a panel in two registers.
//!
//! The instruction has two encodings. Processors without AVX-512 have the one that is used; the
//! other one is compiled for the tests, so that this code is tested on machines that have only that.

use super::avx2::add_scaled;
use super::{Line, PackedMatrix, QuantizedRows, Sums, Tile, by_rows, walk_in_bytes};
use crate::fused::matrix::group_lines;
use std::arch::x86_64::{_mm256_load_ps, _mm256_load_si256, _mm256_set1_epi32};

/// A module with a product on one encoding of the instruction.
macro_rules! kernel {
    ($name:ident, $features:literal, $dpbusd:ident) => {
        pub(super) mod $name {
            use super::*;
            use std::arch::x86_64::$dpbusd;

            #[target_feature(enable = $features)]
            pub(in super::super) fn product(matrix: &PackedMatrix, rows: &QuantizedRows, out: &mut [f32]) {
                walk_in_bytes(matrix, rows, out, 6, |lines, rows, sums| {
                    by_rows!(tile, lines, rows, sums, [1 2 3 4 5 6]);
                });
            }

            #[target_feature(enable = $features)]
            fn tile<const R: usize, const G: usize>(lines: &[Line], rows: Tile<'_>, sums: &mut Sums<R>) {
                let groups = rows.groups;
                // The reads below rely on these.
                assert_eq!(rows.group, G, "inputs of a group");
                assert!(lines.len() >= groups * group_lines(G), "lines of a panel");
                assert!(rows.bytes.len() >= R * groups * G, "bytes of the rows");
                assert!(rows.scales.len() >= R * groups && rows.offsets.len() >= R * groups);
                *sums = [[0.0; 16]; R];
                // SAFETY: every read lies within the lengths asserted above; a line is 64 bytes on a 64-byte
                // boundary; four bytes of activations are read as unaligned.
                unsafe {
                    let mut line = lines.as_ptr().cast::<u8>();
                    for group in 0..groups {
                        let weight_scales = [
                            _mm256_load_ps(line.cast()),
                            _mm256_load_ps(line.add(32).cast()),
                        ];
                        line = line.add(64);
                        let mut dots = [[_mm256_set1_epi32(0); 2]; R];
                        for (row, dot) in dots.iter_mut().enumerate() {
                            let offset = *rows.offsets.get_unchecked(row * groups + group);
                            *dot = [_mm256_set1_epi32(offset); 2];
                        }
                        let bytes = rows.bytes.as_ptr().add(group * G);
                        for quad in 0..G / 4 {
                            let low = _mm256_load_si256(line.cast());
                            let high = _mm256_load_si256(line.add(32).cast());
                            line = line.add(64);
                            for (row, dot) in dots.iter_mut().enumerate() {
                                let four = bytes.add(row * groups * G + quad * 4).cast::<i32>();
                                let four = _mm256_set1_epi32(four.read_unaligned());
                                dot[0] = $dpbusd(dot[0], low, four);
                                dot[1] = $dpbusd(dot[1], high, four);
                            }
                        }
                        for (row, (sums, dot)) in sums.iter_mut().zip(dots).enumerate() {
                            let scale = *rows.scales.get_unchecked(row * groups + group);
                            add_scaled(sums, dot, weight_scales, scale);
                        }
                    }
                }
            }
        }
    };
}

kernel!(vex, "avx2,avxvnni", _mm256_dpbusd_avx_epi32);
#[cfg(test)]
kernel!(evex, "avx2,avx512vnni,avx512vl", _mm256_dpbusd_epi32);
