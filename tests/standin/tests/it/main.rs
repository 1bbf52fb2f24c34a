//! Every documented limit, tripped; both wires; what the control API changes.

mod ai;
mod binding;
mod control;
mod introspection;
mod provider;
mod support;
mod vectorize;
mod writes;
