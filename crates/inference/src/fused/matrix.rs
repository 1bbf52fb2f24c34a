//! Weights in bytes or half bytes and activations in bytes, in the order in which products read them.
//!
//! A weight matrix is cut into *panels* of 16 outputs and *groups* of 32 or 64 inputs. A group of
//! a panel is one line of 16 scales, then a line for every four inputs: four bytes for each
//! output. So a product reads one stream from start to end. A byte is the weight over its scale
//! plus 128, because dot products of bytes want one side unsigned; activations carry for
//! each group what takes that 128 off again exactly.
//!
//! In half bytes two groups are one line of 32 scales of 16 bits, then a line for every eight
//! inputs: of each byte the lower half is of the first four, the upper half of the last four. They
//! are half as long to read, which is what a product waits for, and widen to the bytes of above.

use super::kernel::{Kernel, vectorized};
use super::math::{round_to_i8, widen_half};
use std::cell::RefCell;

/// Inputs that share one scale, of weights and of activations, in bytes. As many as in the artifact's
/// own blocks, so packing loses nothing.
pub(super) const GROUP: usize = 32;
/// As many where the inputs bear it: fewer scales to read and to multiply by. Measured on 1,122 texts,
/// mean of 1 − cosine to f32, all else in groups of 32 (0.000108): what heads mix 0.000115, what the
/// activation function gives 0.000140, both 0.000146. Not so the states: before the feed-forward
/// 0.000144, and before the attention 0.000201 together with those two, each with a text below 0.999.
pub(super) const WIDE_GROUP: usize = 2 * GROUP;
/// As many in half bytes.
pub(super) const HALF_GROUP: usize = 32;
/// Outputs side by side in a panel.
pub(super) const PANEL: usize = 16;
/// What is added to a weight's byte.
const OFFSET: i32 = 128;
/// Lines of a group of so many inputs: its scales and its bytes.
pub(super) const fn group_lines(group: usize) -> usize {
    1 + group / 4
}

/// Lines of a group of half bytes once they are widened, and of two before.
pub(super) const HALF_GROUP_LINES: usize = group_lines(HALF_GROUP);

/// What is added to a weight's half byte.
const HALF_OFFSET: u8 = 8;
/// Bytes of a block of half bytes in a file (ggml's `Q4_0`): a 16-bit scale, then byte `i` with
/// number `i` in its lower half and number `i` + 16 in its upper.
pub(crate) const HALF_BLOCK: usize = 2 + HALF_GROUP / 2;

/// One cache line: 16 scales or 4 inputs of 16 outputs; in half bytes twice as many.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Line(pub(super) [u8; 64]);

/// How wide a weight is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bits {
    Eight,
    Four,
}

/// A weight matrix, outputs × inputs, and its bias.
#[derive(Debug, Clone)]
pub(super) struct PackedMatrix {
    pub(super) bits: Bits,
    pub(super) lines: Vec<Line>,
    pub(super) bias: Vec<f32>,
    pub(super) outputs: usize,
    /// Groups of inputs; the last is filled up with zeros.
    pub(super) groups: usize,
    /// Inputs of a group: a multiple of four.
    pub(super) group: usize,
}

impl PackedMatrix {
    /// Packs rows of `inputs` weights, one for each output, which has one bias each.
    pub(super) fn pack(weights: &[f32], inputs: usize, bias: Vec<f32>, group: usize) -> Self {
        let outputs = bias.len();
        let groups = inputs.div_ceil(group);
        let mut lines = Vec::with_capacity(outputs.div_ceil(PANEL) * groups * group_lines(group));
        for panel in 0..outputs.div_ceil(PANEL) {
            for which in 0..groups {
                lines.extend(pack_group(weights, inputs, panel, which, group));
            }
        }
        Self {
            bits: Bits::Eight,
            lines,
            bias,
            outputs,
            groups,
            group,
        }
    }

    /// Whether rows of so many inputs can be packed in half bytes: in whole pairs of groups.
    pub(super) fn halves_fit(inputs: usize) -> bool {
        inputs > 0 && inputs.is_multiple_of(2 * HALF_GROUP)
    }

    /// Packs rows of blocks of half bytes as a file has them, one row for each output. Nothing is
    /// rounded.
    pub(super) fn pack_halves(blocks: &[u8], inputs: usize, bias: Vec<f32>) -> Self {
        debug_assert!(Self::halves_fit(inputs), "whole pairs of groups");
        let outputs = bias.len();
        let groups = inputs / HALF_GROUP;
        let rows: Vec<&[[u8; HALF_BLOCK]]> = blocks
            .as_chunks::<HALF_BLOCK>()
            .0
            .chunks_exact(groups)
            .collect();
        let mut lines = Vec::with_capacity(outputs.div_ceil(PANEL) * groups / 2 * HALF_GROUP_LINES);
        for panel in rows.chunks(PANEL) {
            for first in (0..groups).step_by(2) {
                lines.extend(pack_pair(panel, first));
            }
        }
        Self {
            bits: Bits::Four,
            lines,
            bias,
            outputs,
            groups,
            group: HALF_GROUP,
        }
    }

    /// Lines of a panel.
    pub(super) fn panel_lines(&self) -> usize {
        match self.bits {
            Bits::Eight => self.groups * group_lines(self.group),
            Bits::Four => self.groups / 2 * HALF_GROUP_LINES,
        }
    }
}

/// Two groups of a panel, from the rows of its outputs.
fn pack_pair(panel: &[&[[u8; HALF_BLOCK]]], first: usize) -> [Line; HALF_GROUP_LINES] {
    let mut lines = [Line([0; 64]); HALF_GROUP_LINES];
    for (lane, row) in panel.iter().enumerate() {
        for half in 0..2 {
            let block = &row[first + half];
            let at = (half * PANEL + lane) * 2;
            lines[0].0[at..at + 2].copy_from_slice(&block[..2]);
            let of = |input: usize| match block[2 + input % (HALF_GROUP / 2)] {
                byte if input < HALF_GROUP / 2 => byte & 0x0f,
                byte => byte >> 4,
            };
            for input in 0..HALF_GROUP / 2 {
                let (eight, within) = (input / 4, input % 4);
                let both = of(eight * 8 + within) | of(eight * 8 + 4 + within) << 4;
                lines[1 + half * 4 + eight].0[lane * 4 + within] = both;
            }
        }
    }
    lines
}

/// How far ahead weights are asked for, in bytes: by itself the processor fetches no further than
/// the end of a page. Measured: a third less time with cold caches, a seventh with warm ones; 2,048 does
/// as well, 16,384 less.
const AHEAD: usize = 4_096;

/// Asks for the weights that will be read soon after this line.
#[inline(always)]
pub(super) fn fetch_ahead(line: *const u8) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: part of every x86-64; it reads nothing, so any address will do.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.wrapping_add(AHEAD).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = line;
}

/// The lines of a panel in bytes from its lines in half bytes: the same numbers.
#[inline(always)]
pub(super) fn widen(halves: &[Line], into: &mut Vec<Line>) {
    into.resize(halves.len() * 2, Line([0; 64]));
    let pairs = halves.as_chunks::<HALF_GROUP_LINES>().0;
    let places = into
        .as_chunks_mut::<HALF_GROUP_LINES>()
        .0
        .as_chunks_mut::<2>()
        .0;
    for ([scales, bytes @ ..], groups) in pairs.iter().zip(places) {
        let scales = scales.0.as_chunks::<{ PANEL * 2 }>().0;
        let bytes = bytes.as_chunks::<4>().0;
        for ([wide_scales, wide @ ..], (scales, bytes)) in
            groups.iter_mut().zip(scales.iter().zip(bytes))
        {
            let places = wide_scales.0.as_chunks_mut::<4>().0;
            for (place, scale) in places.iter_mut().zip(scales.as_chunks::<2>().0) {
                *place = widen_half(u16::from_le_bytes(*scale)).to_ne_bytes();
            }
            for (both, [low, high]) in bytes.iter().zip(wide.as_chunks_mut::<2>().0) {
                fetch_ahead(both.0.as_ptr());
                let places = low.0.iter_mut().zip(&mut high.0);
                for (byte, (low, high)) in both.0.iter().zip(places) {
                    *low = (byte & 0x0f) + (0x80 - HALF_OFFSET);
                    *high = (byte >> 4) + (0x80 - HALF_OFFSET);
                }
            }
        }
    }
}

fn pack_group(
    weights: &[f32],
    inputs: usize,
    panel: usize,
    which: usize,
    group: usize,
) -> Vec<Line> {
    let mut lines = vec![Line([0; 64]); group_lines(group)];
    for lane in 0..PANEL {
        let row = weights
            .chunks_exact(inputs)
            .nth(panel * PANEL + lane)
            .unwrap_or_default();
        let part = row.get(which * group..).unwrap_or_default();
        let part = part.get(..group).unwrap_or(part);
        let largest = part.iter().fold(0f32, |most, w| most.max(w.abs()));
        let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
        let scale = (largest / 127.0).to_ne_bytes();
        lines[0].0[lane * 4..lane * 4 + 4].copy_from_slice(&scale);
        for input in 0..group {
            let weight = part.get(input).copied().unwrap_or(0.0);
            let byte = round_to_i8(weight * inverse).cast_unsigned() ^ 0x80;
            lines[1 + input / 4].0[lane * 4 + input % 4] = byte;
        }
    }
    lines
}

/// Activations in bytes: rows of whole groups, each group with its scale and offset.
#[derive(Debug, Clone, Default)]
pub(super) struct QuantizedRows {
    pub(super) bytes: Vec<i8>,
    pub(super) scales: Vec<f32>,
    /// What the weights' offset adds to each dot product, to be taken off: −128 · the sum of bytes.
    pub(super) offsets: Vec<i32>,
    /// The same where half bytes are read as they are: −8 · the sum of bytes.
    pub(super) half_offsets: Vec<i32>,
    pub(super) groups: usize,
    /// Numbers of a group.
    pub(super) group: usize,
    /// Room for what a kernel makes of the rows or of a panel: it stays in the core's own cache.
    pub(super) room: RefCell<Vec<Line>>,
}

impl QuantizedRows {
    /// Takes over rows of `width` numbers, each as `matrix` reads it.
    pub(super) fn fill(
        &mut self,
        kernel: Kernel,
        rows: &[f32],
        width: usize,
        matrix: &PackedMatrix,
    ) {
        (self.groups, self.group) = (width.div_ceil(matrix.group), matrix.group);
        let count = rows.len() / width;
        self.bytes.resize(count * self.groups * self.group, 0);
        self.scales.resize(count * self.groups, 0.0);
        self.offsets.resize(count * self.groups, 0);
        self.half_offsets.resize(count * self.groups, 0);
        quantize(kernel, rows, width, self);
    }

    /// Number of rows.
    pub(super) fn count(&self) -> usize {
        self.scales.len().checked_div(self.groups).unwrap_or(0)
    }
}

vectorized! {
    /// Fills `into`, which has the right size.
    fn quantize(rows: &[f32], width: usize, into: &mut QuantizedRows) {
        match into.group {
            WIDE_GROUP => quantize_by::<WIDE_GROUP>(rows, width, into),
            _ => quantize_by::<GROUP>(rows, width, into),
        }
    }
}

#[inline(always)]
fn quantize_by<const G: usize>(rows: &[f32], width: usize, into: &mut QuantizedRows) {
    let places = into.bytes.as_chunks_mut::<G>().0.iter_mut();
    let offsets = into.offsets.iter_mut().zip(&mut into.half_offsets);
    let mut places = places.zip(&mut into.scales).zip(offsets);
    for row in rows.chunks_exact(width) {
        let (whole, rest) = row.as_chunks::<G>();
        for (part, place) in whole.iter().zip(places.by_ref()) {
            quantize_group(part, place);
        }
        if !rest.is_empty() {
            let mut part = [0.0; G];
            part[..rest.len()].copy_from_slice(rest);
            places
                .by_ref()
                .take(1)
                .for_each(|place| quantize_group(&part, place));
        }
    }
}

#[inline(always)]
fn quantize_group<const G: usize>(
    part: &[f32; G],
    ((bytes, scale), (offset, half)): ((&mut [i8; G], &mut f32), (&mut i32, &mut i32)),
) {
    // Sizes are in the order of their bits, and the largest of integers is found in any order. What is no number
    // is larger than all, so a row with one stays none.
    let sizes = part.iter().map(|value| value.abs().to_bits());
    let largest = f32::from_bits(sizes.fold(0, u32::max));
    let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
    *scale = largest / 127.0;
    let mut total = 0i32;
    for (byte, value) in bytes.iter_mut().zip(part) {
        *byte = round_to_i8(value * inverse);
        total += i32::from(*byte);
    }
    *offset = -OFFSET * total;
    *half = -i32::from(HALF_OFFSET) * total;
}
