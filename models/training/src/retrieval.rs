//! How well queries find their dishes among all of a file that was held out.

use crate::model::Base;
use crate::pairs::Dish;
use crate::teacher::encode;
use crate::train::matrix;
use olympus_inference::Encoder;
use serde::Serialize;

/// Shares of queries whose dish comes first, or among the first ten.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Retrieval {
    pub(crate) queries: usize,
    pub(crate) dishes: usize,
    pub(crate) hit_at_1: f64,
    pub(crate) hit_at_10: f64,
}

pub(crate) fn measure(
    encoder: &Encoder,
    base: &Base,
    dishes: &[Dish],
) -> anyhow::Result<Retrieval> {
    let names: Vec<&str> = dishes.iter().map(|dish| dish.name.as_str()).collect();
    let (queries, own): (Vec<&str>, Vec<usize>) = dishes
        .iter()
        .enumerate()
        .flat_map(|(index, dish)| dish.queries.iter().map(move |q| (q.as_str(), index)))
        .unzip();
    let vectors = |texts: &[&str]| {
        let rows = encode(encoder, base, texts)?;
        let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
        matrix(&rows)
    };
    let similar = vectors(&queries)?
        .matmul(&vectors(&names)?.t()?)?
        .to_vec2::<f32>()?;
    let ranks: Vec<usize> = similar
        .iter()
        .zip(own)
        .map(|(row, own)| row.iter().filter(|score| **score > row[own]).count())
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "counts of queries")]
    let within = |most: usize| {
        ranks.iter().filter(|rank| **rank < most).count() as f64 / ranks.len().max(1) as f64
    };
    Ok(Retrieval {
        queries: queries.len(),
        dishes: names.len(),
        hit_at_1: within(1),
        hit_at_10: within(10),
    })
}
