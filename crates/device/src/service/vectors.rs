//! The vectors of one menu version as a file, and which of them can be used again.
//!
//! Invariant: a file is used only where model, space, dimension and every passage are the ones
//! that it was made for and its checksum holds; anything else is computed anew. Numbers are kept
//! as f16 and rounded before their first use, so a restart changes no ranking.

use half::f16;
use olympus_proto::SpaceId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

const MAGIC: &[u8; 8] = b"OEVEC01\n";
const HASH_BYTES: usize = 32;

/// What vectors belong to: two of different making are never compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Making {
    /// The space they live in.
    pub(crate) space: SpaceId,
    /// Hash of the model's weights: a retrained model may keep its name.
    pub(crate) model_sha256: String,
    /// Numbers a vector.
    pub(crate) dim: usize,
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    #[serde(flatten)]
    making: Making,
    rows: usize,
    passages_sha256: String,
}

/// Why a vector file is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("it is damaged")]
    Damaged,
    #[error("it was made by another model")]
    OtherModel,
    #[error("it belongs to other passages")]
    OtherPassages,
}

/// What the f16 file will give back.
pub(crate) fn round(vector: &mut [f32]) {
    for number in vector {
        *number = f16::from_f32(*number).to_f32();
    }
}

/// `data` is row-major, one row a passage.
pub(crate) fn encode(making: &Making, passages: &[String], data: &[f32]) -> Vec<u8> {
    let header = Header {
        making: making.clone(),
        rows: passages.len(),
        passages_sha256: passages_hash(passages),
    };
    // Strings and numbers always serialise.
    let header = serde_json::to_vec(&header).unwrap_or_default();
    let mut file = Vec::with_capacity(64 + header.len() + data.len() * 2);
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(
        &u32::try_from(header.len())
            .unwrap_or_default()
            .to_le_bytes(),
    );
    file.extend_from_slice(&header);
    for number in data {
        file.extend_from_slice(&f16::from_f32(*number).to_le_bytes());
    }
    let hash = Sha256::digest(&file);
    file.extend_from_slice(&hash);
    file
}

/// The row-major numbers of a file made for exactly these passages.
pub(crate) fn decode(
    file: &[u8],
    making: &Making,
    passages: &[String],
) -> Result<Vec<f32>, Unusable> {
    let body_len = file
        .len()
        .checked_sub(HASH_BYTES)
        .ok_or(Unusable::Damaged)?;
    let (body, hash) = file.split_at(body_len);
    if Sha256::digest(body).as_slice() != hash {
        return Err(Unusable::Damaged);
    }
    let rest = body.strip_prefix(MAGIC).ok_or(Unusable::Damaged)?;
    let (len, rest) = rest.split_first_chunk::<4>().ok_or(Unusable::Damaged)?;
    let len = usize::try_from(u32::from_le_bytes(*len)).map_err(|_| Unusable::Damaged)?;
    let (header, data) = rest.split_at_checked(len).ok_or(Unusable::Damaged)?;
    let header: Header = serde_json::from_slice(header).map_err(|_| Unusable::Damaged)?;
    if header.making != *making {
        return Err(Unusable::OtherModel);
    }
    if header.rows != passages.len() || header.passages_sha256 != passages_hash(passages) {
        return Err(Unusable::OtherPassages);
    }
    if data.len() != header.rows * making.dim * 2 {
        return Err(Unusable::Damaged);
    }
    let (pairs, _) = data.as_chunks::<2>();
    Ok(pairs
        .iter()
        .map(|pair| f16::from_le_bytes(*pair).to_f32())
        .collect())
}

/// Which vector each known passage has.
pub(crate) type Known<'a> = HashMap<&'a str, &'a [f32]>;

/// Passage → vector, of numbers that [`decode`] gave back.
pub(crate) fn known<'a>(passages: &'a [String], data: &'a [f32], dim: usize) -> Known<'a> {
    passages
        .iter()
        .map(String::as_str)
        .zip(data.chunks_exact(dim.max(1)))
        .collect()
}

fn passages_hash(passages: &[String]) -> String {
    let mut hash = Sha256::new();
    for passage in passages {
        hash.update(
            u64::try_from(passage.len())
                .unwrap_or(u64::MAX)
                .to_le_bytes(),
        );
        hash.update(passage.as_bytes());
    }
    crate::keys::hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn making() -> Making {
        Making {
            space: SpaceId::from("m/mean/2"),
            model_sha256: "aa".into(),
            dim: 2,
        }
    }

    #[test]
    fn comes_back_as_it_was_rounded() {
        let passages = vec!["a".to_owned(), "b".to_owned()];
        let mut data = vec![0.123_456_7, -0.5, 1.0, 0.333_333_3];
        round(&mut data);
        let file = encode(&making(), &passages, &data);
        assert_eq!(decode(&file, &making(), &passages), Ok(data.clone()));
        let known = known(&passages, &data, 2);
        assert_eq!(known.get("b"), Some(&&data[2..]));
    }

    #[test]
    fn foreign_and_damaged_files_are_refused() {
        let passages = vec!["a".to_owned()];
        let file = encode(&making(), &passages, &[0.5, 0.5]);
        let retrained = Making {
            model_sha256: "bb".into(),
            ..making()
        };
        assert_eq!(
            decode(&file, &retrained, &passages),
            Err(Unusable::OtherModel)
        );
        let other = vec!["z".to_owned()];
        assert_eq!(
            decode(&file, &making(), &other),
            Err(Unusable::OtherPassages)
        );
        for at in 0..file.len() {
            let mut bad = file.clone();
            bad[at] ^= 1;
            assert_eq!(decode(&bad, &making(), &passages), Err(Unusable::Damaged));
            assert_eq!(
                decode(&file[..at], &making(), &passages),
                Err(Unusable::Damaged)
            );
        }
    }
}
