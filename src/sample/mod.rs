//! Realistic notifications of conversations that never took place: to test receivers with, and to
//! measure how fast they are read.
//!
//! A sample depends on the seed and its number, and on nothing else: the same seed gives the same
//! bytes on every machine. So there are only integers here, our own random numbers
//! (`random`) and no hash maps.
//!
//! | module | what it makes |
//! |---|---|
//! | `language`, `workflow` | tables of what is said, and what about |
//! | `content`, `talk`, `conversation` | the messages, and their course |
//! | `notification` | the fields around them |
//! | `invalid`, `mistake` | which samples break a rule, and how |
//! | `request` | the HTTP request that carries a notification, and its signature |
//!
//! ```
//! use chatlog::sample::{Invalid, Samples};
//!
//! let mut samples = Samples::new(1, Invalid::Nothing, false);
//! let sample = samples.next().expect("there is no end of them");
//! assert!(sample.body.starts_with(br#"{"workflow_id":"#));
//! ```

mod content;
mod conversation;
mod invalid;
mod json;
mod language;
mod mistake;
mod notification;
mod random;
mod request;
mod talk;
mod workflow;

pub use self::invalid::{Invalid, InvalidError, Share};
use self::random::Random;
pub use self::request::{Request, Signing};
use crate::finding::Rule;

/// The samples of a seed, one after another without end.
#[derive(Debug)]
pub struct Samples {
    seed: u64,
    invalid: Invalid,
    is_signed: bool,
    number: u64,
}

/// A notification that was made up.
#[derive(Debug)]
pub struct Sample {
    /// The notification, on one line.
    pub body: Vec<u8>,
    /// The rule that it breaks; one on signatures only with its request, if that is signed.
    pub broken: Option<Rule>,
    /// When it was sent, in Unix seconds.
    sent: i64,
    /// What is left to choose for its request.
    random: Random,
}

impl Samples {
    /// The samples of a seed. If they are signed, a share of broken ones includes broken signatures.
    pub fn new(seed: u64, invalid: Invalid, is_signed: bool) -> Self {
        Self {
            seed,
            invalid,
            is_signed,
            number: 0,
        }
    }
}

impl Iterator for Samples {
    type Item = Sample;

    fn next(&mut self) -> Option<Sample> {
        let mut random = Random::new(self.seed, self.number);
        let broken = self.invalid.rule(self.number, self.is_signed, &mut random);
        let (mut notification, sent) =
            notification::notification(self.number, broken.is_some(), &mut random);
        if let Some(rule) = broken {
            mistake::make(rule, &mut notification, &mut random);
        }
        let mut body = Vec::with_capacity(8 * 1024);
        notification.write(&mut body);
        self.number = self.number.wrapping_add(1);
        Some(Sample {
            body,
            broken,
            sent,
            random,
        })
    }
}
