//! Outputs destroy nothing and never lie.
