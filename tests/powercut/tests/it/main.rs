//! Tier two of the simulator: the real `SQLite`, the real till and the real authority, on disks that
//! lose what was not synced. See `docs/SIMULATION.md`.

mod cloud;
mod images;
mod issuer;
mod planted;
mod shrink;
mod support;
mod vfs;
mod world;
mod worlds;
