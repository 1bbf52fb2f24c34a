//! What a restaurant keeps with us: backups of its device and receipts of its guests.
//!
//! Invariant: a key begins with the location of the route, which `auth` checked, and names have
//! one form; so no name reaches what belongs to another. What is stored has the SHA-256 that its
//! sender named. Never reads what is in a backup: the device encrypts it.

pub(crate) mod backups;
mod digest;
mod names;
pub(crate) mod receipts;
