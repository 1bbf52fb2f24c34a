//! A disk that loses what was not synced, under the real `SQLite`.
//!
//! [`Disk`] is a file system in memory that `SQLite` reaches as the VFS [`VFS`]. It numbers every
//! write, truncation, sync, creation and deletion; the power can go at any of them, and an adversary
//! ([`Cut`]) then decides which sectors of what was not synced reach the platter. What was synced
//! stays, always: a disk that lies about that is not modelled. Nothing here touches a real file, a
//! clock or a random source, so that a run can be had again from its seed.

mod disk;
mod fault;
mod platter;
mod rng;
mod vfs;

pub use disk::{Disk, Logged};
pub use fault::{Fault, Faults};
pub use platter::{Cut, Keep, Op, Platter, SECTOR};
pub use rng::Rng;
pub use vfs::VFS;
