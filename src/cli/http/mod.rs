//! Sends deliveries over HTTP/1.1, byte for byte.
//!
//! A delivery that is sent again must look to its receiver as the first one did: a program may
//! depend on the case of a header's name, and a signature may cover a header's exact value. HTTP
//! libraries keep headers in maps, which change the case of names and the order of fields. So
//! [`client`] writes the head of a request itself, and [`answer`] reads the answer with `httparse`.
//!
//! What cannot stay the same is renewed in [`Request::new`](client::Request::new): the fields that
//! describe one connection and not the delivery. [`target`] decides which addresses are connected
//! to.

mod answer;
mod client;
mod error;
mod header;
mod target;

pub(crate) use self::answer::Answer;
pub(crate) use self::client::{Limits, Request};
pub(crate) use self::header::{Header, end_to_end};
pub(crate) use self::target::Target;
