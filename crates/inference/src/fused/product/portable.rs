//! Plain loops: the reference, and what runs where nothing better is known.

use super::{Line, PANEL, PackedMatrix, QuantizedRows, Tile, walk_in_bytes};

pub(super) fn product(matrix: &PackedMatrix, rows: &QuantizedRows, out: &mut [f32]) {
    walk_in_bytes(matrix, rows, out, 1, |lines, tile, sums| {
        for sums in sums {
            one_row(lines, tile, sums);
        }
    });
}

fn one_row(lines: &[Line], tile: Tile<'_>, sums: &mut [f32; PANEL]) {
    *sums = [0.0; PANEL];
    let activations = tile.bytes.chunks_exact(tile.group).zip(tile.scales);
    let groups = lines.chunks_exact(tile.group_lines());
    for (group, ((bytes, scale), offset)) in groups.zip(activations.zip(tile.offsets)) {
        let Some((scales, weights)) = group.split_first() else {
            continue;
        };
        let mut dots = [*offset; PANEL];
        for (line, quad) in weights.iter().zip(bytes.as_chunks::<4>().0) {
            for (dot, weights) in dots.iter_mut().zip(line.0.as_chunks::<4>().0) {
                for (weight, byte) in weights.iter().zip(quad) {
                    *dot += i32::from(*weight) * i32::from(*byte);
                }
            }
        }
        let scales = scales.0.as_chunks::<4>().0;
        for ((sum, dot), weight_scale) in sums.iter_mut().zip(dots).zip(scales) {
            #[expect(clippy::cast_precision_loss, reason = "below 2²³")]
            let dot = dot as f32;
            *sum += dot * (f32::from_ne_bytes(*weight_scale) * scale);
        }
    }
}
