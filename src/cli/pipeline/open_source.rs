//! A source whose records are being read, as the workers know it.

use std::sync::OnceLock;

use chatlog::Text;
use chatlog::delivery::{CaptureFormat, Delivery, Fidelity};

use super::Outputs;
use super::input::Source;

/// A source that was opened. Its records may still be on their way when it is closed.
pub(super) struct OpenSource {
    /// The number of the source in the run, and the number of its input.
    pub(super) number: usize,
    pub(super) input: usize,
    pub(super) name: Text<'static>,
    pub(super) source: Source,
    /// Whether its text was decoded from UTF-16.
    pub(super) is_recoded: bool,
    /// Whether prefixes were cut off its lines.
    pub(super) is_stripped: bool,
    /// Whether more data may arrive at any time.
    pub(super) is_live: bool,
    /// The number, in its input, of the only delivery to process.
    pub(super) wanted: Option<usize>,
    /// Something to be noted about its deliveries. Safe to print.
    pub(super) note: Option<String>,
    /// The signature in the file `NAME.sig` next to it. It is read on first use, so that commands
    /// which check no signatures do not open that file.
    pub(super) sidecar: OnceLock<Option<String>>,
}

impl OpenSource {
    /// Adjusts the fidelity of a delivery to that of this source, and adds what is known of the source.
    pub(super) fn delivery<'d>(&self, mut delivery: Delivery<'d>) -> Delivery<'d> {
        if self.is_recoded && delivery.fidelity == Fidelity::Exact {
            delivery.fidelity = Fidelity::Text;
            delivery.notes.push("decoded from UTF-16".to_owned());
        }
        // A logger that writes a prefix before a body has decoded the body.
        let is_text = delivery.format == CaptureFormat::Body;
        if self.is_stripped && is_text && delivery.fidelity == Fidelity::Exact {
            delivery.fidelity = Fidelity::Text;
            let note = "read after what --strip-prefix cuts off".to_owned();
            delivery.notes.push(note);
        }
        delivery.notes.extend(self.note.clone());
        delivery
    }

    /// The signature in the file next to it.
    pub(super) fn sidecar(&self, outputs: &Outputs) -> Option<&str> {
        let read = || self.source.sidecar(outputs);
        self.sidecar.get_or_init(read).as_deref()
    }
}
