//! A check that fails says why, in every format.
