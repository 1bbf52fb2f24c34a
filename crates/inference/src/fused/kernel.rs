//! Which instructions a forward pass uses, chosen once when a model is loaded.
//!
//! Invariant: a [`Kernel`] exists only where this processor has its instructions; that is what
//! makes the calls into code compiled for them sound. All kernels give the same bits: integer
//! products are exact, and every f32 operation is done in the same order without fused
//! multiply-adds, so a vector made on one machine is the vector made on any other.

use std::fmt;

/// A set of instructions that this processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel(Isa);

/// The families that there is code for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Isa {
    /// Tiles of bytes, and 512-bit registers.
    #[cfg(target_arch = "x86_64")]
    Amx,
    /// 512-bit dot products of bytes.
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    /// 256-bit dot products of bytes.
    #[cfg(target_arch = "x86_64")]
    AvxVnni,
    /// 256-bit multiply-add of byte pairs.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 128-bit multiply-add of byte pairs.
    #[cfg(target_arch = "x86_64")]
    Ssse3,
    /// 128-bit dot products of bytes.
    #[cfg(target_arch = "aarch64")]
    NeonDot,
    /// 128-bit products of bytes.
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// Whatever the compiler makes of plain loops; also the reference of all others.
    Portable,
}

/// Fastest first.
const ALL: &[Isa] = &[
    #[cfg(target_arch = "x86_64")]
    Isa::Amx,
    #[cfg(target_arch = "x86_64")]
    Isa::Avx512Vnni,
    #[cfg(target_arch = "x86_64")]
    Isa::AvxVnni,
    #[cfg(target_arch = "x86_64")]
    Isa::Avx2,
    #[cfg(target_arch = "x86_64")]
    Isa::Ssse3,
    #[cfg(target_arch = "aarch64")]
    Isa::NeonDot,
    #[cfg(target_arch = "aarch64")]
    Isa::Neon,
    Isa::Portable,
];

impl Isa {
    fn is_here(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Isa::Amx => Isa::Avx512Vnni.is_here() && super::product::amx::is_here(),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Vnni => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vnni")
                    && is_x86_feature_detected!("avx2")
            }
            #[cfg(target_arch = "x86_64")]
            Isa::AvxVnni => is_x86_feature_detected!("avxvnni") && is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("f16c"),
            #[cfg(target_arch = "x86_64")]
            Isa::Ssse3 => is_x86_feature_detected!("ssse3"),
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => true,
            #[cfg(target_arch = "aarch64")]
            Isa::NeonDot => std::arch::is_aarch64_feature_detected!("dotprod"),
            Isa::Portable => true,
        }
    }
}

impl Kernel {
    /// The fastest that this processor has.
    #[must_use]
    pub fn best() -> Self {
        Self::available()
            .into_iter()
            .next()
            .unwrap_or(Self(Isa::Portable))
    }

    /// All that this processor has, fastest first; `portable` is always among them.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let here = ALL.iter().filter(|isa| isa.is_here());
        here.copied().map(Self).collect()
    }

    /// One of [`Kernel::available`] by its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::available().into_iter().find(|k| k.name() == name)
    }

    /// `amx`, `avx512-vnni`, `avx-vnni`, `avx2`, `ssse3`, `neon-dot`, `neon` or `portable`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Isa::Amx => "amx",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Vnni => "avx512-vnni",
            #[cfg(target_arch = "x86_64")]
            Isa::AvxVnni => "avx-vnni",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Isa::Ssse3 => "ssse3",
            #[cfg(target_arch = "aarch64")]
            Isa::NeonDot => "neon-dot",
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => "neon",
            Isa::Portable => "portable",
        }
    }

    pub(super) fn isa(self) -> Isa {
        self.0
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Compiles one body once for each family of instructions, so that the compiler may use their
/// registers for plain loops, and calls the right one.
macro_rules! vectorized {
    ($(#[$meta:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $body:block) => {
        $(#[$meta])*
        pub(super) fn $name(kernel: $crate::fused::kernel::Kernel, $($arg: $ty),*) {
            #[cfg(target_arch = "x86_64")]
            use $crate::fused::kernel::Isa;
            #[inline(always)]
            fn body($($arg: $ty),*) $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
            fn avx512($($arg: $ty),*) {
                body($($arg),*);
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn avx2($($arg: $ty),*) {
                body($($arg),*);
            }
            match kernel.isa() {
                // SAFETY: a kernel exists only where its instructions were detected.
                #[cfg(target_arch = "x86_64")]
                Isa::Amx | Isa::Avx512Vnni => unsafe { avx512($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Isa::AvxVnni | Isa::Avx2 => unsafe { avx2($($arg),*) },
                // SSE2 and NEON are part of every x86-64 and aarch64.
                _ => body($($arg),*),
            }
        }
    };
}
pub(super) use vectorized;
