//! Tiles: one instruction multiplies 16 rows with the 32 inputs of a group of 16 outputs.
//!
//! Results leave a tile by way of memory, and that costs the same for 16 rows as for one, so up to eight
//! rows are left to [`avx512`]. Each pair of groups goes through three stages, each a step after the one
//! before, because a tile that was stored just now is slow to read: half bytes are widened to signed bytes,
//! then multiplied, then the results get their scales.

use super::avx512::{self, add_scaled};
use super::{Line, PANEL, PackedMatrix, QuantizedRows, Sums, height, write};
use crate::fused::matrix::{Bits, HALF_GROUP, HALF_GROUP_LINES, fetch_ahead};
use std::arch::asm;
use std::arch::x86_64::{
    __m512, __m512i, _mm256_load_si256, _mm512_cvtph_ps, _mm512_gf2p8affine_epi64_epi8,
    _mm512_load_si512, _mm512_set1_epi64, _mm512_setzero_ps, _mm512_store_si512, _mm512_storeu_ps,
};
use std::ops::Range;

/// Rows of a tile.
const ROWS: usize = 16;
/// Bytes of a row of a tile.
const WIDTH: usize = 64;
/// Fewer rows are multiplied without tiles. Measured with 4 to 8 rows, two groups to a tile: no faster with
/// warm caches, a tenth slower with cold ones.
const LEAST: usize = 9;
/// Groups whose weights lie together.
const GROUPS: usize = 2;
/// Lines of a pair of groups of rows: 16 of their numbers, then one of the scales of each group.
const PAIR: usize = ROWS + GROUPS;

/// A tile in memory, a line for each row.
type TileLines = [Line; ROWS];
/// A tile for each group of a pair.
type Dots = [TileLines; GROUPS];

/// Asks the kernel for the tiles, once; `false` where it has none to give.
#[cfg(target_os = "linux")]
pub(in crate::fused) fn is_here() -> bool {
    use std::arch::x86_64::__cpuid_count;
    use std::sync::LazyLock;
    const ARCH_REQ_XCOMP_PERM: libc::c_ulong = 0x1023;
    const XFEATURE_XTILEDATA: libc::c_ulong = 18;
    const TILE_AND_INT8: u32 = 1 << 24 | 1 << 25;
    static IS_GRANTED: LazyLock<bool> = LazyLock::new(|| {
        let has_leaf = __cpuid_count(0, 0).eax >= 7;
        if !has_leaf
            || !is_x86_feature_detected!("gfni")
            || __cpuid_count(7, 0).edx & TILE_AND_INT8 != TILE_AND_INT8
        {
            return false;
        }
        // SAFETY: asks for a part of the processor's state for this process; touches no memory.
        let error = unsafe {
            libc::syscall(
                libc::SYS_arch_prctl,
                ARCH_REQ_XCOMP_PERM,
                XFEATURE_XTILEDATA,
            )
        };
        error == 0
    });
    *IS_GRANTED
}

#[cfg(not(target_os = "linux"))]
pub(in crate::fused) fn is_here() -> bool {
    false
}

/// Multiplies a number of rows that is known when it is compiled.
macro_rules! by_count {
    ($job:expr, $shapes:expr, $count:expr, $out:expr, [$($rows:literal)*]) => {
        match $count {
            $($rows => multiply_rows::<$rows>($job, $shapes, $out),)*
            count => unreachable!("{count} rows at once"),
        }
    };
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,gfni")]
pub(super) fn product(matrix: &PackedMatrix, rows: &QuantizedRows, out: &mut [f32]) {
    if matrix.bits == Bits::Eight || rows.count() < LEAST {
        return avx512::product(matrix, rows, out);
    }
    let height = height(rows.count(), ROWS);
    let mut room = rows.room.borrow_mut();
    // SAFETY: a kernel with tiles exists only where they are granted.
    let shapes = unsafe { Shapes::set() };
    for first in (0..rows.count()).step_by(height) {
        let count = height.min(rows.count() - first);
        let job = Job::new(matrix, rows, first..first + count, &mut room);
        by_count!(job, &shapes, count, out, [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16]);
    }
}

/// The tiles' shapes, for as long as this lives; as `ldtilecfg` reads them.
#[repr(C, align(64))]
struct Shapes {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    row_bytes: [u16; 16],
    rows: [u8; 16],
}

impl Shapes {
    /// 0 and 1 for results, 2 and 3 for rows, 4 and 5 for weights.
    ///
    /// # Safety
    /// Where the tiles are here.
    unsafe fn set() -> Self {
        let (mut row_bytes, mut rows) = ([0; 16], [0; 16]);
        row_bytes[..6].copy_from_slice(&[64, 64, 32, 32, 64, 64]);
        rows[..6].copy_from_slice(&[16, 16, 16, 16, 8, 8]);
        let shapes = Self {
            palette: 1,
            start_row: 0,
            reserved: [0; 14],
            row_bytes,
            rows,
        };
        // SAFETY: the instruction is here, and reads the 64 bytes of this.
        unsafe { asm!("ldtilecfg [{}]", in(reg) &raw const shapes, options(nostack, readonly)) };
        shapes
    }
}

impl Drop for Shapes {
    fn drop(&mut self) {
        // SAFETY: as above. Nothing is left to save when threads change.
        unsafe { asm!("tilerelease", options(nostack, nomem)) };
    }
}

/// Some rows, with what they are multiplied by.
#[derive(Clone, Copy)]
struct Job<'a> {
    matrix: &'a PackedMatrix,
    /// The rows, by pairs of groups.
    left: &'a [[Line; PAIR]],
    /// Which row is the first.
    first: usize,
    pairs: usize,
}

impl<'a> Job<'a> {
    /// Lays the rows out as tiles, one for each group: two rows to a line, zeros where there are none.
    fn new(
        matrix: &'a PackedMatrix,
        rows: &QuantizedRows,
        which: Range<usize>,
        room: &'a mut Vec<Line>,
    ) -> Self {
        let pairs = rows.groups / 2;
        assert!(
            matrix.bits == Bits::Four && matrix.groups == 2 * pairs && rows.groups == 2 * pairs
        );
        room.clear();
        room.resize(pairs * PAIR, Line([0; WIDTH]));
        let first = which.start;
        let (bytes, _) = rows.bytes.as_chunks::<HALF_GROUP>();
        let (bytes, _) = bytes.as_chunks::<2>();
        let (scales, _) = rows.scales.as_chunks::<2>();
        for (at, row) in which.enumerate() {
            let row = row * pairs..(row + 1) * pairs;
            let places = room.as_chunks_mut::<PAIR>().0.iter_mut();
            let places = places.zip(&bytes[row.clone()]).zip(&scales[row]);
            for ((lines, bytes), scales) in places {
                for (group, (bytes, scale)) in bytes.iter().zip(scales).enumerate() {
                    let line = &mut lines[(group * ROWS + at) / 2].0;
                    let place = &mut line.as_chunks_mut::<HALF_GROUP>().0[at % 2];
                    for (place, byte) in place.iter_mut().zip(bytes) {
                        *place = byte.cast_unsigned();
                    }
                    let line = &mut lines[ROWS + group].0;
                    line.as_chunks_mut::<4>().0[at] = scale.to_ne_bytes();
                }
            }
        }
        Self {
            matrix,
            left: room.as_chunks().0,
            first,
            pairs,
        }
    }

    /// The scales of a pair of groups, and its eight lines of half bytes.
    #[inline(always)]
    fn weights(&self, at: Place) -> &'a [Line; HALF_GROUP_LINES] {
        &self.matrix.lines.as_chunks().0[at.panel * self.pairs + at.pair]
    }

    /// Writes the sums of a panel and begins anew.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn finish<const R: usize>(&self, panel: usize, total: &mut [__m512; R], out: &mut [f32]) {
        let mut sums: Sums<R> = [[0.0; PANEL]; R];
        for (sums, total) in sums.iter_mut().zip(total) {
            // SAFETY: a row of sums has room for 16 numbers.
            unsafe { _mm512_storeu_ps(sums.as_mut_ptr(), *total) };
            *total = _mm512_setzero_ps();
        }
        write(self.matrix, panel, self.first, &sums, out);
    }
}

/// Where a stage is.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    panel: usize,
    pair: usize,
    /// Which of two buffers is its own.
    turn: usize,
}

/// What comes to be widened, multiplied and added; each pair of groups comes to the next stage a step later.
struct Steps {
    step: usize,
    last: usize,
    stages: [Place; 3],
    pairs: usize,
}

impl Steps {
    #[inline(always)]
    fn new(job: &Job<'_>) -> Self {
        Self {
            step: 0,
            last: job.matrix.lines.len() / HALF_GROUP_LINES,
            stages: [Place::default(); 3],
            pairs: job.pairs,
        }
    }
}

impl Iterator for Steps {
    type Item = [Option<Place>; 3];

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let mut places = [None; 3];
        for (after, (stage, place)) in self.stages.iter_mut().zip(&mut places).enumerate() {
            if self.step < after || self.step >= self.last + after {
                continue;
            }
            *place = Some(*stage);
            stage.turn ^= 1;
            stage.pair += 1;
            if stage.pair == self.pairs {
                stage.pair = 0;
                stage.panel += 1;
            }
        }
        self.step += 1;
        (self.step <= self.last + 2).then_some(places)
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,gfni")]
fn multiply_rows<const R: usize>(job: Job<'_>, shapes: &Shapes, out: &mut [f32]) {
    let mut wide = [[Line([0; WIDTH]); ROWS]; 2];
    let mut dots: [Dots; 2] = [wide; 2];
    let mut total = [_mm512_setzero_ps(); R];
    for [to_widen, to_multiply, to_add] in Steps::new(&job) {
        if let Some(at) = to_widen {
            widen(job.weights(at), &mut wide[at.turn]);
        }
        if let Some(at) = to_multiply {
            multiply(
                shapes,
                &job.left[at.pair],
                &wide[at.turn],
                &mut dots[at.turn],
            );
        }
        let Some(at) = to_add else { continue };
        add(
            &mut total,
            &dots[at.turn],
            job.weights(at),
            &job.left[at.pair],
        );
        if at.pair == job.pairs - 1 {
            job.finish(at.panel, &mut total, out);
        }
    }
}

/// Bits of a byte from those of another, a row for each of its bits from the highest on: for an affine
/// instruction. The lower half as a number from −8 to 7: its three lower bits as they are, all others are what its
/// fourth is not.
const LOWER_HALF: i64 = i64::from_be_bytes([1, 2, 4, 8, 8, 8, 8, 8]);
/// The same of the upper half.
const UPPER_HALF: i64 = i64::from_be_bytes([16, 32, 64, 128, 128, 128, 128, 128]);
/// What is inverted.
const SIGN: i32 = 0xf8;

/// Two groups of half bytes as signed bytes.
#[target_feature(enable = "avx512f,avx512bw,gfni")]
#[inline]
fn widen([_, halves @ ..]: &[Line; HALF_GROUP_LINES], into: &mut TileLines) {
    let (lower, upper) = (_mm512_set1_epi64(LOWER_HALF), _mm512_set1_epi64(UPPER_HALF));
    for (both, [low, high]) in halves.iter().zip(into.as_chunks_mut::<2>().0) {
        fetch_ahead(both.0.as_ptr());
        // SAFETY: a line is 64 bytes on a 64-byte boundary.
        unsafe {
            let both: __m512i = _mm512_load_si512((&raw const *both).cast());
            let lower = _mm512_gf2p8affine_epi64_epi8::<SIGN>(both, lower);
            _mm512_store_si512((&raw mut *low).cast(), lower);
            let upper = _mm512_gf2p8affine_epi64_epi8::<SIGN>(both, upper);
            _mm512_store_si512((&raw mut *high).cast(), upper);
        }
    }
}

/// A tile of rows times one of weights for each group.
#[inline(always)]
fn multiply(_shapes: &Shapes, left: &[Line; PAIR], right: &TileLines, dots: &mut Dots) {
    // SAFETY: the shapes are set as long as there is one; a tile of rows or weights is 512 bytes of its pair's,
    // one of results 1,024.
    unsafe {
        asm!(
            "tileloadd tmm2, [{left} + {half}]",
            "tileloadd tmm4, [{right} + {line}]",
            "tilezero tmm0",
            "tdpbssd tmm0, tmm2, tmm4",
            "tileloadd tmm3, [{left} + {half} + 512]",
            "tileloadd tmm5, [{right} + {line} + 512]",
            "tilezero tmm1",
            "tdpbssd tmm1, tmm3, tmm5",
            "tilestored [{dots} + {line}], tmm0",
            "tilestored [{dots} + {line} + 1024], tmm1",
            left = in(reg) left.as_ptr(),
            right = in(reg) right.as_ptr(),
            dots = in(reg) dots.as_mut_ptr(),
            half = in(reg) HALF_GROUP,
            line = in(reg) WIDTH,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _, out("tmm4") _, out("tmm5") _,
            options(nostack),
        );
    }
}

/// Adds both groups to the sums.
#[target_feature(enable = "avx512f")]
#[inline]
fn add<const R: usize>(
    total: &mut [__m512; R],
    dots: &Dots,
    [weight_scales, ..]: &[Line; HALF_GROUP_LINES],
    left: &[Line; PAIR],
) {
    let scales = left.as_chunks::<ROWS>().1;
    for (half, (dots, scales)) in dots.iter().zip(scales).enumerate() {
        let (scales, _) = scales.0.as_chunks::<4>();
        // SAFETY: half a line is 32 bytes on a boundary of as many, a line 64.
        unsafe {
            let weights = weight_scales.0.as_ptr().add(half * WIDTH / 2).cast();
            let weights = _mm512_cvtph_ps(_mm256_load_si256(weights));
            for row in 0..R {
                let dot: __m512i = _mm512_load_si512((&raw const dots[row]).cast());
                let scale = f32::from_ne_bytes(scales[row]);
                total[row] = add_scaled(total[row], dot, weights, scale);
            }
        }
    }
}
