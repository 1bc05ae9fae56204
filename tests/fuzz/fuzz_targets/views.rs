//! Whatever is shown, nothing of it acts on a terminal, tables keep their width, and JSON is JSON.

#![no_main]

use std::io::Write;

use chatlog::capture::{CaptureOptions, Limits, deliveries};
use chatlog::delivery::Delivery;
use chatlog::json::Document;
use chatlog::diagnosis::{Budget, diagnose};
use chatlog::signature::{self, Scheme, Secret, verify};
use chatlog::view::findings::{Options, Rendered, Renderer, ReportFormat, Writer};
use chatlog::view::signature as signature_view;
use chatlog::view::signature::DeliveryInfo;
use chatlog::view::{
    Canvas, Order, Part, Selection, SessionFormat, Theme, Zone, json, write_tables,
};
use chatlog::{InspectOptions, Origin, Report, Text, inspect};
use chatlog_fuzz::{acts, choice, records};
use jiff::tz::{TimeZone, offset};
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use unicode_width::UnicodeWidthStr;

/// The narrowest canvas that tables are drawn on.
const NARROWEST_TABLE: u16 = 40;

fuzz_target!(|data: &[u8]| {
    let (input, choice) = choice(data);
    let options = CaptureOptions {
        limits: Limits { max_body: 1 << 16 },
        ..CaptureOptions::default()
    };
    for record in records(input).iter().take(4) {
        for delivery in deliveries(record, &options).deliveries.iter().take(2) {
            show(delivery, choice);
        }
    }
});

fn show(delivery: &Delivery<'_>, choice: u8) {
    let origin = Origin {
        source: Text::from("a\u{1b}[2J\u{202e}\n.ndjson"),
        index: usize::from(choice % 2) + 1,
    };
    let secret = Secret::new("chatlog-sample-secret").expect("it is not empty");
    let secrets = signature::Checks::new(Scheme::default(), [secret]);
    let document = Document::new(&delivery.body);
    let verifier = |delivery: &Delivery<'_>| {
        let mut signature = verify(delivery, &secrets);
        if choice % 3 == 1
            && let Some(diagnosis) = diagnose(delivery, &secrets, &mut Budget::default())
        {
            signature.hints = diagnosis.hints;
            signature.tried = diagnosis.tried;
        }
        signature
    };
    let checks = InspectOptions {
        verifier: (!choice.is_multiple_of(3)).then_some(&verifier),
        ..InspectOptions::default()
    };
    let report = inspect(&origin, delivery, &document, &checks);
    let selection = Selection {
        full_text: choice.is_multiple_of(2),
        only: [None, Some(Part::Summary), Some(Part::Transcript), None][usize::from(choice % 4)],
        order: if choice.is_multiple_of(5) {
            Order::Time
        } else {
            Order::Received
        },
        details: choice.is_multiple_of(3),
    };
    let zone = if choice.is_multiple_of(7) {
        Zone::UTC
    } else {
        Zone::new(TimeZone::fixed(offset(
            i8::try_from(choice % 24).expect("an hour") - 12,
        )))
    };
    // From 20 to 250, the narrow ones more often.
    let wide = u16::from(choice % 11) * 23 + 20;
    let narrow = u16::from(choice % 41) + 20;
    for (width, theme) in [(wide, Theme::plain()), (narrow, Theme::ansi())] {
        let canvas = Canvas {
            width,
            theme,
            zone: zone.clone(),
            hyperlinks: false,
        };
        check_tables(&report, selection, &canvas);
        check_text(&report, selection, &canvas);
        check_lines(&report, &canvas);
    }
    check_json(&report, selection, &zone);
}

fn check_tables(report: &Report<'_>, selection: Selection, canvas: &Canvas) {
    let shown = written(|out| write_tables(report, selection, canvas, out));
    let shown = plain(&shown);
    if canvas.width < NARROWEST_TABLE {
        return;
    }
    let mut inside = false;
    for line in shown.lines() {
        inside |= line.starts_with('╭');
        assert!(
            !inside || line.width() == usize::from(canvas.width),
            "{}: {line:?}",
            canvas.width
        );
        inside &= !line.starts_with('╰');
    }
    assert!(!inside, "{shown}");
}

fn check_text(report: &Report<'_>, selection: Selection, canvas: &Canvas) {
    for format in [SessionFormat::Text, SessionFormat::Markdown, SessionFormat::Html] {
        let shown = written(|out| format.session(report, 1, selection, canvas, out));
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
        plain(&shown);
    }
}

fn check_lines(report: &Report<'_>, canvas: &Canvas) {
    plain(&findings(report, canvas));
    if let Some(checked) = &report.signature {
        let subject = DeliveryInfo::of(report.origin, report.delivery);
        plain(&written(|out| {
            signature_view::write(&subject, checked, canvas, out)
        }));
    }
}

/// The findings with the lines they are about.
fn findings(report: &Report<'_>, canvas: &Canvas) -> String {
    let options = Options {
        canvas: canvas.clone(),
        quiet: false,
        lists_all: true,
        project: Text::from("chatlog.toml"),
    };
    let renderer = Renderer::new(ReportFormat::Full, options);
    let mut rendered = Rendered::default();
    let drawn = renderer.report(report, &mut rendered);
    let written = drawn
        .and_then(|()| Writer::new(renderer, Vec::new()))
        .and_then(|mut writer| writer.write(rendered).map(|()| writer))
        .and_then(Writer::finish);
    String::from_utf8(written.expect("a vector takes everything")).expect("views write UTF-8")
}

fn check_json(report: &Report<'_>, selection: Selection, zone: &Zone) {
    let mut lines = vec![
        written(|out| json::write_session(report, selection, zone, out)),
        written(|out| json::write_findings(report, out)),
    ];
    if let Some(checked) = &report.signature {
        let subject = DeliveryInfo::of(report.origin, report.delivery);
        let finding = checked.finding(&subject.notes);
        lines.push(written(|out| {
            json::write_signature(&subject, checked, finding.as_ref(), out)
        }));
    }
    for line in lines {
        let json = line.strip_suffix('\n').expect("it ends with a line break");
        assert!(!json.contains(acts), "{json:?}");
        let parsed = serde_json::from_str::<IgnoredAny>(json);
        assert!(parsed.is_ok(), "{parsed:?} of {json}");
    }
}

/// What is written, which is text.
fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out)
        .and_then(|()| out.flush())
        .expect("a vector takes everything");
    String::from_utf8(out).expect("views write UTF-8")
}

/// The same without our colours: nothing that acts is left but line breaks.
fn plain(shown: &str) -> String {
    let mut parts = shown.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (style, text) = part.split_once('m').expect("a style ends");
        assert!(
            style
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b';'),
            "{style:?}"
        );
        plain.push_str(text);
    }
    let acting = plain.chars().find(|c| *c != '\n' && acts(*c));
    assert!(acting.is_none(), "{acting:?} in {plain:?}");
    plain
}
