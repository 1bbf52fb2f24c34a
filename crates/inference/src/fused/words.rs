//! The word table: looked up, never multiplied.

use crate::error::InferenceError;
use half::f16;
use std::borrow::Cow;

/// Numbers in a block.
const BLOCK: usize = 32;
/// Bytes of a block: a 16-bit scale and 32 bytes (ggml's Q8_0).
const BLOCK_BYTES: usize = 2 + BLOCK;

/// Rows of word embeddings.
#[derive(Debug, Clone)]
pub(crate) enum WordTable {
    /// Blocks as they lie in the model's file; of an embedded model they are read where they are
    /// in the binary, and only the pages of words that are said come into memory.
    Blocks(Cow<'static, [u8]>),
    /// 16-bit numbers.
    Halves(Vec<f16>),
}

impl WordTable {
    /// Whether a table of this width can stay in blocks.
    pub(crate) fn blocks_fit(width: usize) -> bool {
        width.is_multiple_of(BLOCK)
    }

    /// Bytes of `count` numbers in blocks.
    pub(crate) fn block_bytes(count: usize) -> usize {
        count / BLOCK * BLOCK_BYTES
    }

    /// Writes the row of a word.
    ///
    /// # Errors
    /// [`InferenceError::UnknownToken`] where the table has no such row.
    pub(super) fn read(&self, id: u32, into: &mut [f32]) -> Result<(), InferenceError> {
        let missing = InferenceError::UnknownToken(id);
        let width = into.len();
        let row = id as usize;
        match self {
            WordTable::Blocks(bytes) => {
                let size = Self::block_bytes(width);
                let bytes = bytes.get(row * size..(row + 1) * size).ok_or(missing)?;
                let blocks = bytes.as_chunks::<BLOCK_BYTES>().0;
                for (block, into) in blocks.iter().zip(into.chunks_exact_mut(BLOCK)) {
                    let scale = f16::from_le_bytes([block[0], block[1]]).to_f32();
                    for (into, byte) in into.iter_mut().zip(&block[2..]) {
                        *into = scale * f32::from(byte.cast_signed());
                    }
                }
            }
            WordTable::Halves(halves) => {
                let halves = halves.get(row * width..(row + 1) * width).ok_or(missing)?;
                for (into, half) in into.iter_mut().zip(halves) {
                    *into = half.to_f32();
                }
            }
        }
        Ok(())
    }
}
