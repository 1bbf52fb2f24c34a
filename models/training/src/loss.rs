//! What is made small: the losses.

use candle_core::{D, Result, Tensor};

/// Similarities are divided by it before the softmax: the smaller, the more a near miss counts.
const TEMPERATURE: f64 = 0.05;

/// Mean cross entropy of logits (batch × classes), labels smoothed evenly.
pub(crate) fn cross_entropy(logits: &Tensor, labels: &[u32], smoothing: f64) -> Result<Tensor> {
    let log = candle_nn::ops::log_softmax(logits, D::Minus1)?;
    let labels = Tensor::new(labels, log.device())?.unsqueeze(1)?;
    let hit = log.gather(&labels, 1)?.mean_all()?;
    let even = log.mean_all()?;
    (hit * (smoothing - 1.0))? - (even * smoothing)?
}

/// Mean cross entropy of what `logits` say against what `wanted` say (batch × classes).
pub(crate) fn divergence(logits: &Tensor, wanted: &Tensor) -> Result<Tensor> {
    let log = candle_nn::ops::log_softmax(logits, D::Minus1)?;
    let wanted = candle_nn::ops::softmax(wanted, D::Minus1)?.detach();
    (wanted * log)?.sum(D::Minus1)?.neg()?.mean_all()
}

/// Mean of 1 − cosine; both sides are unit vectors, batch × width.
pub(crate) fn distance(vectors: &Tensor, anchors: &Tensor) -> Result<Tensor> {
    let cosine = (vectors * anchors)?.sum(1)?;
    cosine.affine(-1.0, 1.0)?.mean_all()
}

/// How far token states (tokens × width) are from those wanted, as a share of their size.
pub(crate) fn apart(states: &Tensor, wanted: &Tensor) -> Result<Tensor> {
    (states - wanted)?.sqr()?.sum_all()? / wanted.sqr()?.sum_all()?
}

/// Each query must find its own dish among all of the batch, and each dish its query. Unit
/// vectors, batch × width.
pub(crate) fn contrastive(queries: &Tensor, dishes: &Tensor) -> Result<Tensor> {
    let similar = (queries.matmul(&dishes.t()?)? / TEMPERATURE)?;
    let own: Vec<u32> = (0..u32::try_from(queries.dim(0)?).unwrap_or(u32::MAX)).collect();
    let there = cross_entropy(&similar, &own, 0.0)?;
    let back = cross_entropy(&similar.t()?.contiguous()?, &own, 0.0)?;
    (there + back)? * 0.5
}

#[cfg(test)]
mod tests {
    use super::{apart, contrastive, cross_entropy, distance, divergence};
    use candle_core::{Device, Tensor};

    #[test]
    fn own_dishes_cost_least() {
        let eye = Tensor::eye(4, candle_core::DType::F32, &Device::Cpu).unwrap();
        let turned = Tensor::cat(
            &[&eye.narrow(0, 1, 3).unwrap(), &eye.narrow(0, 0, 1).unwrap()],
            0,
        );
        let own = contrastive(&eye, &eye).unwrap().to_scalar::<f32>().unwrap();
        let other = contrastive(&eye, &turned.unwrap()).unwrap();
        assert!(own < 1e-4, "{own}");
        assert!((other.to_scalar::<f32>().unwrap() - 20.0).abs() < 0.01);
    }

    #[test]
    fn losses_by_hand() {
        let logits = Tensor::new(&[[0f32, 0.0]], &Device::Cpu).unwrap();
        let loss = cross_entropy(&logits, &[1], 0.1).unwrap();
        assert!((loss.to_scalar::<f32>().unwrap() - std::f32::consts::LN_2).abs() < 1e-6);
        let alike = divergence(&logits, &logits).unwrap();
        assert!((alike.to_scalar::<f32>().unwrap() - std::f32::consts::LN_2).abs() < 1e-6);
        let sure = Tensor::new(&[[9f32, 0.0]], &Device::Cpu).unwrap();
        let apart = divergence(&sure, &logits).unwrap();
        assert!((apart.to_scalar::<f32>().unwrap() - 4.5).abs() < 1e-3);
        let a = Tensor::new(&[[1f32, 0.0]], &Device::Cpu).unwrap();
        let b = Tensor::new(&[[0.6f32, 0.8]], &Device::Cpu).unwrap();
        let apart = distance(&a, &b).unwrap().to_scalar::<f32>().unwrap();
        assert!((apart - 0.4).abs() < 1e-6);
    }

    #[test]
    fn apart_is_a_share_of_the_size() {
        let of = |rows: [[f32; 2]; 2]| Tensor::new(&rows, &Device::Cpu).unwrap();
        let apart = apart(&of([[1.0, 2.0], [3.0, 1.0]]), &of([[1.0, 1.0], [3.0, 3.0]])).unwrap();
        assert!((apart.to_scalar::<f32>().unwrap() - 0.25).abs() < 1e-6);
    }
}
