//! Inputs are read to their end, in pieces that do not depend on their layout.
