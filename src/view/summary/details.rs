//! The rows that `--details` adds to a summary: ids, counts, and how the delivery was read.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Row;
use super::facts::{Facts, Piece, checked, said};
use crate::signature::SignedBytes;
use crate::view::signature::reason;
use crate::view::{Selection, Tone};
use crate::{Text, redact};

/// How many kinds of senders, or of messages, are listed with their counts.
const MAX_KINDS: usize = 20;

impl<'r> Facts<'r> {
    /// All rows that are asked for.
    pub(super) fn all_rows(&self, selection: Selection) -> Vec<Row<'r>> {
        let mut rows = self.rows();
        if selection.details {
            rows.extend(self.detail_rows());
        }
        rows
    }

    /// The rows that only `--details` shows, those without words left out.
    fn detail_rows(&self) -> Vec<Row<'r>> {
        let session = self.session;
        let task = [&session.nodetask_name, &session.nodetask_id];
        let task = task.into_iter().filter_map(|text| said(text.as_ref()));
        let task = task.map(|text| Piece::new(Tone::Plain, text)).collect();
        let mut rows = vec![
            Row::new("Messages", self.counts()),
            Row::new("Node task", vec![task]),
            Row::new("Ids", self.ids()),
            Row::new("Delivery", self.delivery()),
            Row::new("Headers", self.headers()),
            Row::new("Verdict", self.explanation()),
            Row::new("Other", self.other()),
        ];
        rows.retain(|row| !row.lines.is_empty());
        rows
    }

    /// How many messages there are, of which senders and types, and how many were read.
    fn counts(&self) -> Vec<Vec<Piece<'r>>> {
        let summary = &self.summary;
        let total = Piece::new(Tone::Strong, summary.messages.to_string());
        if summary.messages == 0 {
            return vec![vec![total]];
        }
        let plain = |words: String| Piece::new(Tone::Plain, words);
        vec![
            vec![
                total,
                plain(counts(&summary.by_sender)),
                plain(format!("{} read", summary.read)),
            ],
            vec![plain(counts(&summary.by_type)).labelled("types")],
        ]
    }

    fn ids(&self) -> Vec<Vec<Piece<'r>>> {
        let session = self.session;
        let ids = [
            ("workflow", &session.workflow_id),
            ("robot", &session.robot_id),
            ("call", &session.call_id),
            ("WABA task", &session.waba_task_id),
            ("list detail", &session.wfdetail_uuid),
            ("channel", &session.channel_id),
        ];
        let line = |(name, id): (&'static str, &'r Option<Text<'r>>)| {
            let id = said(id.as_ref())?;
            Some(vec![Piece::new(Tone::Plain, id).labelled(name)])
        };
        ids.into_iter().filter_map(line).collect()
    }

    /// How the delivery was saved, what was requested, its body, and remarks on how it was read.
    fn delivery(&self) -> Vec<Vec<Piece<'r>>> {
        let delivery = self.report.delivery;
        let plain = |words: String| Piece::new(Tone::Plain, words);
        let format = plain(format!("{}, {}", delivery.format, delivery.fidelity.name()));
        let received = delivery.received_at;
        let received = received.map(|at| plain(self.zone.date_and_clock(at)).labelled("received"));
        let notified = self.session.timestamp;
        let notified =
            notified.map(|at| plain(self.zone.date_and_clock(at.instant())).labelled("notified"));
        let first = [Some(format), self.request(), received, notified];
        let mut lines = vec![first.into_iter().flatten().collect(), self.body()];
        let remarks = delivery.remarks().map(Text::from);
        lines.extend(remarks.map(|remark| vec![Piece::new(Tone::Muted, remark)]));
        lines
    }

    /// The method and the target of the request, as far as the capture kept them.
    fn request(&self) -> Option<Piece<'r>> {
        let delivery = self.report.delivery;
        let method = delivery.method.as_ref().map(Text::as_str);
        let target = delivery.target.as_ref().map(redact::url);
        let target = target.as_ref().map(Text::as_str);
        let words: Vec<_> = method.into_iter().chain(target).collect();
        (!words.is_empty()).then(|| Piece::new(Tone::Plain, words.join(" ")))
    }

    /// The size and the hash of the bytes that are signed, or of the body if that is not known.
    fn body(&self) -> Vec<Piece<'r>> {
        let signed = self.report.signature.as_ref();
        let signed = signed.and_then(|checked| checked.signed);
        let signed = signed.unwrap_or(SignedBytes::Body);
        let which = signed.description().map(|which| format!(" {which}"));
        let which = which.unwrap_or_default();
        let size = signed.len(self.report.delivery);
        let hash = hex::encode(signed.sha256(self.report.delivery));
        vec![
            Piece::new(Tone::Plain, format!("{size} bytes{which}")),
            Piece::new(Tone::Plain, hash).labelled("SHA-256"),
        ]
    }

    fn headers(&self) -> Vec<Vec<Piece<'r>>> {
        let headers = self.report.delivery.headers.iter();
        let line = |(name, value): (&Text<'_>, &Text<'_>)| {
            let value = redact::header(name.as_str(), value);
            let value = value.as_str().to_owned();
            let name = format!("{}:", name.as_str());
            vec![Piece::new(Tone::Plain, value).labelled(name)]
        };
        headers.map(line).collect()
    }

    /// Everything that explains the verdict.
    fn explanation(&self) -> Vec<Vec<Piece<'r>>> {
        let Some(checked) = checked(self.report) else {
            return Vec::new();
        };
        let scheme = Piece::new(Tone::Plain, checked.scheme.as_str()).labelled("scheme");
        let reason = reason(checked).map(|reason| Piece::new(Tone::Plain, reason));
        let hints = checked.hints.iter().map(|hint| {
            let label = format!("hint[{}]:", hint.code.name());
            Piece::new(Tone::Plain, hint.message.as_str()).labelled(label)
        });
        let pieces = std::iter::once(scheme).chain(reason).chain(hints);
        pieces.map(|piece| vec![piece]).collect()
    }

    /// The undocumented members of the session.
    fn other(&self) -> Vec<Vec<Piece<'r>>> {
        let members = self.session.extra.iter();
        let line = |(name, value): &(Text<'r>, &'r str)| {
            let value = crate::json::readable(value).into_owned();
            let name = format!("{} =", name.as_str());
            vec![Piece::new(Tone::Plain, value).labelled(name)]
        };
        members.map(line).collect()
    }
}

/// Counts, the largest first, such as `3 user, 2 robot`.
fn counts(counts: &BTreeMap<Text<'_>, usize>) -> String {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(**count));
    let more = counts.len().saturating_sub(MAX_KINDS);
    let kinds = counts.iter().take(MAX_KINDS);
    let kinds = kinds.map(|(kind, count)| format!("{count} {}", kind.shortened(40)));
    let more = (more > 0).then(|| format!("… {more} more kinds"));
    kinds.chain(more).collect::<Vec<_>>().join(", ")
}
