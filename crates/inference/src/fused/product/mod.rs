//! `rows · weightsᵀ + bias` over bytes: the one place where nearly all the time goes.
//!
//! The walk is the same for nearly all instructions: panel by panel, so that weights are read from
//! memory once however many rows there are, and within a panel by tiles of rows whose sums fit
//! the registers. What differs is a tile, in a file for each family of instructions. Only `amx` goes its own way: it
//! reads the matrix once for every 16 rows.

#[cfg(target_arch = "x86_64")]
pub(super) mod amx;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod avx_vnni;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(target_arch = "x86_64")]
mod ssse3;
#[cfg(test)]
mod tests;

use super::kernel::{Isa, Kernel};
use super::matrix::{
    Bits, HALF_GROUP, HALF_GROUP_LINES, Line, PANEL, PackedMatrix, QuantizedRows, group_lines,
    widen,
};

/// Writes rows × outputs to `out`.
///
/// # Panics
/// Where the shapes do not fit: a bug of the caller.
pub(super) fn product(
    kernel: Kernel,
    matrix: &PackedMatrix,
    rows: &QuantizedRows,
    out: &mut [f32],
) {
    assert_eq!(matrix.groups, rows.groups, "inputs of matrix and rows");
    assert_eq!(matrix.group, rows.group, "numbers with one scale");
    assert_eq!(out.len(), rows.count() * matrix.outputs, "room for outputs");
    match kernel.isa() {
        // SAFETY: a kernel exists only where its instructions were detected.
        #[cfg(target_arch = "x86_64")]
        Isa::Amx => unsafe { amx::product(matrix, rows, out) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512Vnni => unsafe { avx512::product(matrix, rows, out) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Isa::AvxVnni => unsafe { avx_vnni::vex::product(matrix, rows, out) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { avx2::product(matrix, rows, out) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Isa::Ssse3 => unsafe { ssse3::product(matrix, rows, out) },
        // SAFETY: as above.
        #[cfg(target_arch = "aarch64")]
        Isa::NeonDot => unsafe { neon::product_dot(matrix, rows, out) },
        #[cfg(target_arch = "aarch64")]
        Isa::Neon => neon::product(matrix, rows, out),
        Isa::Portable => portable::product(matrix, rows, out),
    }
}

/// Some rows of activations: the bytes, scales and offsets of each group, row after row.
#[derive(Clone, Copy)]
struct Tile<'a> {
    bytes: &'a [i8],
    scales: &'a [f32],
    offsets: &'a [i32],
    half_offsets: &'a [i32],
    groups: usize,
    /// Inputs of a group.
    group: usize,
}

impl Tile<'_> {
    /// What reads of a panel in half bytes and of `R` rows rely on.
    #[inline(always)]
    fn assert_halves<const R: usize, const G: usize>(&self, lines: &[Line]) {
        let groups = self.groups;
        assert!(
            groups.is_multiple_of(2),
            "half bytes come in pairs of groups"
        );
        assert_eq!((self.group, G), (HALF_GROUP, HALF_GROUP), "half bytes");
        assert!(
            lines.len() >= groups / 2 * HALF_GROUP_LINES,
            "lines of a panel"
        );
        assert!(self.bytes.len() >= R * groups * G, "bytes of the rows");
        assert!(self.scales.len() >= R * groups && self.half_offsets.len() >= R * groups);
    }

    /// Lines of a group of bytes.
    fn group_lines(&self) -> usize {
        group_lines(self.group)
    }
}

/// Sums of one panel for `R` rows.
type Sums<const R: usize> = [[f32; PANEL]; R];

/// [`walk`] for tiles that read bytes: panels of half bytes are widened before they are read.
#[inline(always)]
fn walk_in_bytes(
    matrix: &PackedMatrix,
    rows: &QuantizedRows,
    out: &mut [f32],
    most: usize,
    run: impl Fn(&[Line], Tile<'_>, &mut [[f32; PANEL]]),
) {
    match matrix.bits {
        Bits::Eight => walk(matrix, rows, out, most, None, run),
        Bits::Four => {
            let mut wide = rows.room.borrow_mut();
            walk(matrix, rows, out, most, Some(&mut wide), run);
        }
    }
}

/// Goes through panels and tiles of at most `most` rows; `run` fills the sums of its rows. Panels
/// are widened where there is room for that.
#[inline(always)]
fn walk(
    matrix: &PackedMatrix,
    rows: &QuantizedRows,
    out: &mut [f32],
    most: usize,
    mut room: Option<&mut Vec<Line>>,
    run: impl Fn(&[Line], Tile<'_>, &mut [[f32; PANEL]]),
) {
    let (count, groups, group) = (rows.count(), rows.groups, rows.group);
    if count == 0 {
        return;
    }
    let height = height(count, most);
    let mut sums = [[0f32; PANEL]; MOST_ROWS];
    let panels = matrix.lines.chunks_exact(matrix.panel_lines());
    for (panel, lines) in panels.enumerate() {
        let lines = match room.as_deref_mut() {
            Some(wide) => {
                widen(lines, wide);
                wide.as_slice()
            }
            None => lines,
        };
        for first in (0..count).step_by(height) {
            let last = (first + height).min(count);
            let tile = Tile {
                bytes: &rows.bytes[first * groups * group..last * groups * group],
                scales: &rows.scales[first * groups..last * groups],
                offsets: &rows.offsets[first * groups..last * groups],
                half_offsets: &rows.half_offsets[first * groups..last * groups],
                groups,
                group,
            };
            let sums = &mut sums[..last - first];
            run(lines, tile, sums);
            write(matrix, panel, first, sums, out);
        }
    }
}

/// Puts the sums of a panel for the rows from `first` on, with its bias, into their places.
#[inline(always)]
fn write(
    matrix: &PackedMatrix,
    panel: usize,
    first: usize,
    sums: &[[f32; PANEL]],
    out: &mut [f32],
) {
    let Some(bias) = matrix.bias.chunks(PANEL).nth(panel) else {
        return;
    };
    for (row, sums) in (first..).zip(sums) {
        let at = row * matrix.outputs + panel * PANEL;
        let place = &mut out[at..at + bias.len()];
        for ((out, sum), bias) in place.iter_mut().zip(sums).zip(bias) {
            *out = sum + bias;
        }
    }
}

/// Rows of a tile of nearly equal ones that have at most `most`: 13 rows are 7 and 6, not 12 and 1.
fn height(count: usize, most: usize) -> usize {
    count.div_ceil(count.div_ceil(most))
}

/// No tile has more rows than this.
const MOST_ROWS: usize = 12;

/// Calls a tile function whose number of rows and inputs of a group are known when it is compiled.
macro_rules! by_rows {
    ($tile:ident, $lines:expr, $rows:expr, $sums:expr, $counts:tt) => {
        match $rows.group {
            $crate::fused::matrix::WIDE_GROUP => {
                by_rows!({ $crate::fused::matrix::WIDE_GROUP } $tile, $lines, $rows, $sums, $counts)
            }
            _ => by_rows!({ $crate::fused::matrix::GROUP } $tile, $lines, $rows, $sums, $counts),
        }
    };
    ($group:block $tile:ident, $lines:expr, $rows:expr, $sums:expr, [$($count:literal)*]) => {
        match $sums.len() {
            $($count => {
                if let Ok(sums) = $sums.try_into() {
                    $tile::<$count, $group>($lines, $rows, sums);
                }
            })*
            count => unreachable!("a tile of {count} rows"),
        }
    };
}
#[allow(unused_imports, reason = "not every processor family has such tiles")]
use by_rows;
