//! Text acts on nothing.
