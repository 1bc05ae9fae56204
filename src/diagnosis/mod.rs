//! Why a signature does not match, and which scheme fits.
//!
//! Whatever saved a request may have changed its body: this tries what commonly goes wrong, and
//! says which one change would have made the signature match. It costs some thousand times what a
//! verdict does, and never changes it.
//!
//! To add a hypothesis, give [`Code`](crate::signature::Code) a variant and write it in
//! `byte_edits`, `reserialize` or `secret_variants`, whichever knows what it changes: the body, its
//! JSON, or the secret.

mod byte_edits;
mod diagnose;
mod discovery;
mod reserialize;
mod secret_variants;
mod swap_detector;

pub(crate) use self::diagnose::Failure;
pub use self::discovery::{Discovery, discover};
pub use self::swap_detector::{Line, SwapDetector};
