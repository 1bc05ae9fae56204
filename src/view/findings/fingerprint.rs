//! What a finding is known by from one run to the next.

use foldhash::HashMap;
use sha2::{Digest, Sha256};

use super::Problem;
use super::places::path;
use crate::finding::Finding;
use crate::view::wording;
use crate::{Report, Text};

/// The fingerprints given so far: a few dozen bytes a finding.
#[derive(Default)]
pub(super) struct Fingerprints(HashMap<[u8; 16], u32>);

impl Fingerprints {
    /// A name for the finding that no other has, and that stays when other parts of the input
    /// change: it is made of what is wrong and where in which call's notification, not of lines.
    pub(super) fn of_finding(&mut self, report: &Report<'_>, finding: &Finding) -> String {
        let pointer = finding.pointer.to_json_pointer();
        let call = call_id(report);
        let message = wording::message(finding);
        let what = [finding.rule.name(), &pointer, &message];
        self.next(&report.origin.source, call, what)
    }

    /// A name for those findings of a delivery that are left out.
    pub(super) fn of_rest(&mut self, report: &Report<'_>) -> String {
        self.next(&report.origin.source, call_id(report), ["more", "", ""])
    }

    /// A name for something that could not be read.
    pub(super) fn of_problem(&mut self, problem: &Problem<'_>) -> String {
        self.next(problem.source, "", ["problem", "", problem.message])
    }

    fn next(&mut self, source: &Text<'_>, call: &str, what: [&str; 3]) -> String {
        let source = path(source);
        let place = [&*source, call];
        let mut hash = Sha256::new();
        for part in what.into_iter().chain(place) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
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
