//! Why a signature does not match, and which scheme fits.
//!
//! Whatever saved a request may have changed its body: this tries what commonly goes wrong, and
//! says which one change would have made the signature match. It costs some thousand times what a
//! verdict does, and never changes it: it has a [`Budget`], and nothing asks for it but the caller.
//!
//! To add a hypothesis, give [`Code`](crate::signature::Code) a variant and write it in
//! `byte_edits`, `reserialize` or `secret_variants`, whichever knows what it changes: the body, its
//! JSON, or the secret.

mod budget;
mod byte_edits;
mod common_cause;
mod diagnose;
mod discovery;
mod reserialize;
mod secret_variants;
mod swap_detector;

pub use self::budget::Budget;
pub use self::common_cause::CommonCause;
pub use self::diagnose::{Diagnosis, diagnose};
pub use self::discovery::{Discovery, discover};
pub use self::swap_detector::{Line, SwapDetector};
