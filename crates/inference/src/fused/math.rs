//! Functions of one number without branches, so that loops over them become vector code.

use std::array::from_fn;

/// 1.5 · 2²³: adding it to a small number rounds that number to an integer, in the low bits.
const ROUND: f32 = 12_582_912.0;

/// e to the power of `x` for x ≤ 0; relative error below 3e-7. Below −87 as at −87.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    // ln 2 in two parts, so that the difference keeps its low bits
    let rest = x - whole * 0.693_359_4;
    let rest = rest - whole * -2.121_944_4e-4;
    let power = 1.0 / 720.0;
    let power = power * rest + 1.0 / 120.0;
    let power = power * rest + 1.0 / 24.0;
    let power = power * rest + 1.0 / 6.0;
    let power = power * rest + 0.5;
    let power = power * rest + 1.0;
    let power = power * rest + 1.0;
    let two_to_whole = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    power * two_to_whole
}

/// 1 − erf(z) for z ≥ 0 (Abramowitz and Stegun 7.1.26), and e to the power of −z² that it is made of.
#[inline(always)]
fn erfc(z: f32) -> (f32, f32) {
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let tail = 1.061_405_4;
    let tail = tail * t - 1.453_152_1;
    let tail = tail * t + 1.421_413_8;
    let tail = tail * t - 0.284_496_72;
    let tail = tail * t + 0.254_829_6;
    let bell = exp(-z * z);
    (tail * t * bell, bell)
}

/// x · Φ(x), BERT's activation; absolute error below 4e-7.
#[inline(always)]
pub(crate) fn gelu(x: f32) -> f32 {
    let size = x.abs();
    let (tail, _) = erfc(size * std::f32::consts::FRAC_1_SQRT_2);
    let positive = if x > 0.0 { x } else { 0.0 };
    positive - 0.5 * size * tail
}

/// The slope of [`gelu`]: Φ(x) + x · φ(x); absolute error below 6e-7.
#[inline(always)]
pub(crate) fn gelu_slope(x: f32) -> f32 {
    let (tail, bell) = erfc(x.abs() * std::f32::consts::FRAC_1_SQRT_2);
    let share = if x > 0.0 {
        1.0 - 0.5 * tail
    } else {
        0.5 * tail
    };
    // 1 / √(2π)
    share + x * bell * 0.398_942_3
}

/// Hyperbolic tangent; absolute error below 2e-7.
#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    let e = exp(-2.0 * x.abs());
    ((1.0 - e) / (1.0 + e)).copysign(x)
}

/// Numbers side by side in loops: as many as the widest registers have.
pub(super) const LANES: usize = 16;

/// The larger of two.
#[inline(always)]
pub(super) fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// What `both` makes of all lanes: halves onto each other, since one after the other each would wait for
/// the one before. The order is the same everywhere.
#[inline(always)]
pub(super) fn across(lanes: [f32; LANES], both: impl Fn(f32, f32) -> f32) -> f32 {
    let lanes: [f32; 8] = from_fn(|at| both(lanes[at], lanes[at + 8]));
    let lanes: [f32; 4] = from_fn(|at| both(lanes[at], lanes[at + 4]));
    let lanes: [f32; 2] = from_fn(|at| both(lanes[at], lanes[at + 2]));
    both(lanes[0], lanes[1])
}

/// The nearest integer of a number between −127 and 127, ties to even.
#[inline(always)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the low byte is the answer"
)]
pub(super) fn round_to_i8(x: f32) -> i8 {
    (x + ROUND).to_bits() as i8
}

/// The number that 16 bits stand for (IEEE half precision), if it is finite.
#[inline(always)]
pub(super) fn widen_half(bits: u16) -> f32 {
    // 2¹¹²: the difference of the exponents' offsets
    const SHIFT: f32 = f32::from_bits((112 + 127) << 23);
    let size = f32::from_bits(u32::from(bits & 0x7fff) << 13) * SHIFT;
    f32::from_bits(size.to_bits() | u32::from(bits & 0x8000) << 16)
}

#[cfg(test)]
mod tests {
    use super::{exp, gelu, gelu_slope, round_to_i8, tanh, widen_half};
    use half::f16;

    fn steps(from: f64, to: f64) -> impl Iterator<Item = f32> {
        (0..=200_000).map(move |i| (from + (to - from) * f64::from(i) / 200_000.0) as f32)
    }

    /// The error function by its series, in f64.
    fn erf(x: f64) -> f64 {
        if x.abs() > 5.0 {
            return x.signum();
        }
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * 2.0 / std::f64::consts::PI.sqrt()
    }

    #[test]
    fn exp_is_near_the_true_one() {
        for x in steps(-86.9, 0.0) {
            let true_one = f64::from(x).exp();
            let error = (f64::from(exp(x)) - true_one).abs() / true_one;
            assert!(error < 3e-7, "exp({x}): {error}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(-1e30) < 1e-37);
    }

    #[test]
    fn gelu_and_tanh_are_near_the_true_ones() {
        for x in steps(-12.0, 12.0) {
            let wide = f64::from(x);
            let true_gelu = 0.5 * wide * (1.0 + erf(wide / std::f64::consts::SQRT_2));
            let error = (f64::from(gelu(x)) - true_gelu).abs();
            assert!(error < 4e-7 * wide.abs().max(1.0), "gelu({x}): {error}");
            let bell = (-wide * wide / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
            let slope = 0.5 * (1.0 + erf(wide / std::f64::consts::SQRT_2)) + wide * bell;
            let error = (f64::from(gelu_slope(x)) - slope).abs();
            assert!(error < 6e-7, "gelu_slope({x}): {error}");
            let error = (f64::from(tanh(x)) - wide.tanh()).abs();
            assert!(error < 2e-7, "tanh({x}): {error}");
        }
    }

    #[test]
    fn every_finite_half_is_widened_exactly() {
        for bits in 0..=u16::MAX {
            let half = f16::from_bits(bits);
            if half.is_finite() {
                assert_eq!(
                    widen_half(bits).to_bits(),
                    half.to_f32().to_bits(),
                    "{bits:x}"
                );
            }
        }
    }

    #[test]
    fn rounding_is_to_the_nearest_even() {
        for (x, rounded) in [(0.5, 0), (1.5, 2), (-1.5, -2), (126.6, 127), (-127.0, -127)] {
            assert_eq!(round_to_i8(x), rounded, "{x}");
        }
    }
}
