//! Attacks, named by what they try; each must fail without a trace.

mod egress;
mod elsewhere;
