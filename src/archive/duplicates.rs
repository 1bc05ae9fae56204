//! Deliveries that arrive more than once.
//!
//! The platform may deliver a notification again. Two deliveries are of one session if they have the same
//! `call_id` and `session_end_time`. To find them in an archive of any size, a hash of both and a hash of
//! the body are kept of each delivery: some 40 bytes.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::Text;
use crate::notification::Session;

/// How many deliveries with another body are listed.
const MAX_LISTED: usize = 100;

/// What tells a delivery from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryKey {
    /// A hash of the session's `call_id` and `session_end_time`.
    pub session: u64,
    /// A hash of the body.
    pub body: u64,
}

impl DeliveryKey {
    /// The key of a session and the body that reports it; `None` if it lacks what tells sessions apart.
    pub fn of(session: &Session<'_>, body: &[u8]) -> Option<Self> {
        let call_id = session.call_id.as_ref().filter(|id| !id.is_blank())?;
        let end = session.session_end_time.as_ref()?;
        let hasher = FixedState::default();
        Some(Self {
            session: hasher.hash_one((call_id.as_str(), end.text.as_str())),
            body: hasher.hash_one(body),
        })
    }
}

/// Deliveries that arrived again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// How many have the body of the first.
    pub same: u64,
    /// How many have another body.
    pub different: u64,
    /// The first of those with another body, each with the name of the delivery that it repeats.
    pub listed: Vec<(Text<'static>, Text<'static>)>,
}

impl Duplicates {
    /// Adds the duplicates among later deliveries.
    pub(super) fn merge(&mut self, later: Self) {
        self.same += later.same;
        self.different += later.different;
        self.listed.extend(later.listed);
        self.listed.truncate(MAX_LISTED);
    }
}

/// Finds deliveries that arrived again. Enter them in the order of the input.
#[derive(Debug, Default)]
pub struct DuplicateFinder {
    first: HashMap<u64, FirstDelivery, FixedState>,
    sources: Vec<Text<'static>>,
    /// What was found so far.
    pub found: Duplicates,
}

#[derive(Debug, Clone, Copy)]
struct FirstDelivery {
    body: u64,
    /// The place of its source in `sources`.
    source: u32,
    index: u32,
}

impl DuplicateFinder {
    /// Enters a delivery: the `index`-th of `source`.
    pub fn enter(&mut self, key: DeliveryKey, source: &Text<'_>, index: usize) {
        if self.sources.last().map(Text::as_str) != Some(source.as_str()) {
            self.sources.push(source.clone().into_owned());
        }
        let delivery = FirstDelivery {
            body: key.body,
            source: u32::try_from(self.sources.len() - 1).unwrap_or(u32::MAX),
            index: u32::try_from(index).unwrap_or(u32::MAX),
        };
        let first = *self.first.entry(key.session).or_insert(delivery);
        if (first.source, first.index) == (delivery.source, delivery.index) {
            return;
        }
        if first.body == delivery.body {
            self.found.same += 1;
            return;
        }
        self.found.different += 1;
        if self.found.listed.len() < MAX_LISTED {
            let names = [delivery, first].map(|it| self.name(it));
            self.found.listed.push(names.into());
        }
    }

    fn name(&self, delivery: FirstDelivery) -> Text<'static> {
        let source = self.sources.get(delivery.source as usize);
        let source = source.map_or("", Text::as_str);
        Text::from(format!("{source}#{}", delivery.index))
    }
}
