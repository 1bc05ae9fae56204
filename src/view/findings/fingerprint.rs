//! Fingerprints: how GitLab and GitHub recognise a finding from one run to the next.
//!
//! A fingerprint must stay the same when other parts of the input change, or every edit would
//! close all issues and open new ones, and when chatlog words a finding differently. So it is a hash
//! of what is wrong (rule, pointer, field) and in which call's notification of which file, but not
//! of sentences, lines or the delivery's number.
//! Two findings can be equal in all of that; they are told apart by counting equal ones in the
//! order of the input. The count is only known when the parts of a report are put together, which
//! is why a fingerprint has two stages: [`Fingerprint`], computed where a report is rendered, and
//! [`Fingerprints::finish`], called by the only writer.

use foldhash::HashMap;
use sha2::{Digest, Sha256};

use super::InputProblem;
use super::places::path;
use crate::finding::Finding;
use crate::{Report, Text};

/// Stands in the output where a fingerprint will be, and is as long as one.
pub(super) const PLACEHOLDER: &str = "00000000000000000000000000000000";

/// An unfinished fingerprint: equal findings have equal ones.
pub(super) struct Fingerprint(Sha256);

impl Fingerprint {
    /// The fingerprint of a finding.
    pub(super) fn of_finding(report: &Report<'_>, finding: &Finding) -> Self {
        let pointer = finding.pointer.to_json_pointer();
        let what = [finding.rule.name(), &pointer, finding.detail.subject()];
        Self::new(&report.origin.source, call_id(report), what)
    }

    /// The fingerprint of the note on findings of a delivery that were left out.
    pub(super) fn of_rest(report: &Report<'_>) -> Self {
        Self::new(&report.origin.source, call_id(report), ["more", "", ""])
    }

    /// The fingerprint of an input that could not be read.
    pub(super) fn of_problem(problem: &InputProblem<'_>) -> Self {
        Self::new(problem.source, "", ["problem", "", problem.message])
    }

    fn new(source: &Text<'_>, call: &str, what: [&str; 3]) -> Self {
        let source = path(source);
        let place = [&*source, call];
        let mut hash = Sha256::new();
        for part in what.into_iter().chain(place) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self(hash)
    }
}

/// Counts the equal fingerprints of a run; takes a few dozen bytes per finding.
#[derive(Default)]
pub(super) struct Fingerprints(HashMap<[u8; 16], u32>);

impl Fingerprints {
    /// Returns a fingerprint that no other finding of the run has, as 32 hexadecimal digits. Must
    /// be called in the order of the input.
    pub(super) fn finish(&mut self, fingerprint: Fingerprint) -> String {
        let Fingerprint(mut hash) = fingerprint;
        let same = self.0.entry(half(&hash.clone().finalize())).or_default();
        hash.update(same.to_le_bytes());
        *same += 1;
        hex::encode(half(&hash.finalize()))
    }
}

fn call_id<'r>(report: &'r Report<'_>) -> &'r str {
    let session = report.session.as_ref();
    let call = session.and_then(|session| session.call_id.as_ref());
    call.map_or("", Text::as_str)
}

fn half(hash: &[u8]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}
