//! What a finding is known by from one run to the next.

use foldhash::HashMap;
use sha2::{Digest, Sha256};

use super::InputProblem;
use super::places::path;
use crate::finding::Finding;
use crate::view::wording;
use crate::{Report, Text};

/// What stands where a fingerprint will be: as long as one.
pub(super) const PLACEHOLDER: &str = "00000000000000000000000000000000";

/// A fingerprint that may have equals: it stays when other parts of the input change, for it is
/// made of what is wrong and where in which call's notification, not of lines.
pub(super) struct Fingerprint(Sha256);

impl Fingerprint {
    /// That of a finding.
    pub(super) fn of_finding(report: &Report<'_>, finding: &Finding) -> Self {
        let pointer = finding.pointer.to_json_pointer();
        let message = wording::message(finding);
        let what = [finding.rule.name(), &pointer, &message];
        Self::new(&report.origin.source, call_id(report), what)
    }

    /// That of those findings of a delivery that are left out.
    pub(super) fn of_rest(report: &Report<'_>) -> Self {
        Self::new(&report.origin.source, call_id(report), ["more", "", ""])
    }

    /// That of something that could not be read.
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

/// The fingerprints given so far: a few dozen bytes a finding.
#[derive(Default)]
pub(super) struct Fingerprints(HashMap<[u8; 16], u32>);

impl Fingerprints {
    /// The fingerprint as no other has it: equal ones are numbered in the order of the input.
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
