//! SARIF 2.1.0: the format of code scanning on GitHub and elsewhere.
//!
//! A log has one run, with the rules that the program knows and a result for each finding. SARIF
//! has no place for findings that were left out or inputs that could not be read: these become
//! notifications of the run's invocation, at the end of the log. The types here have the names of
//! SARIF's objects; `tests/sarif-2.1.0.schema.json` checks what they print.

use std::io::{self, Write};
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde::Serialize;

use super::fingerprint::{Fingerprint, PLACEHOLDER};
use super::places::{Places, Region, path};
use super::report_format::{Kept, Rendered, Reporter, Total};
use super::{InputProblem, Listed, words, write_json};
use crate::finding::{Explanation, Finding, Omitted, Pointer, Related, Rule, Severity};
use crate::view::wording;
use crate::{Report, Text, name};

/// The format with a result for each finding.
pub(super) struct Sarif;

impl Reporter for Sarif {
    fn begin(&self, mut out: &mut dyn Write) -> io::Result<()> {
        out.write_all(
            br#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":"#,
        )?;
        write_json(&Tool::chatlog(), &mut out)?;
        out.write_all(br#","columnKind":"unicodeCodePoints","results":["#)
    }

    fn report(&self, report: &Report<'_>, rendered: &mut Rendered) -> io::Result<()> {
        let Some(listed) = Listed::of(report) else {
            return Ok(());
        };
        for finding in listed.findings {
            let result = FindingResult::of(finding, &listed.places);
            rendered.item(&result, Fingerprint::of_finding(report, finding))?;
        }
        Ok(())
    }

    fn problem(&self, problem: &InputProblem<'_>, rendered: &mut Rendered) -> io::Result<()> {
        rendered.keep(Notification::of(problem).kept()?);
        Ok(())
    }

    fn finish(&self, total: &Total, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"\n]")?;
        let mut notifications: Vec<&str> = total.kept.iter().map(|kept| &*kept.text).collect();
        let omitted = Notification::of_omitted(&total.tally.omitted).kept()?;
        if !total.tally.omitted.is_empty() {
            notifications.push(&omitted.text);
        }
        if !notifications.is_empty() {
            write!(
                out,
                r#","invocations":[{{"executionSuccessful":{},"toolExecutionNotifications":[{}]}}]"#,
                total.kept.is_empty(),
                notifications.join(",")
            )?;
        }
        out.write_all(b"}]}\n")
    }
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

impl Tool {
    fn chatlog() -> Self {
        Self {
            driver: Driver {
                name: env!("CARGO_PKG_NAME"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: Rule::ALL.iter().map(|rule| Descriptor::of(*rule)).collect(),
            },
        }
    }
}

/// The description of a rule.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: SarifMessage,
    full_description: SarifMessage,
    default_configuration: Configuration,
    help: Help,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct SarifMessage {
    text: String,
}

impl From<&str> for SarifMessage {
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
        }
    }
}

impl Descriptor {
    fn of(rule: Rule) -> Self {
        Self {
            id: rule.name(),
            short_description: rule.sentence().into(),
            full_description: rule.explanation().why.into(),
            default_configuration: Configuration {
                level: level(rule.severity()),
            },
            help: Help::of(rule),
        }
    }
}

impl Help {
    fn of(rule: Rule) -> Self {
        let Explanation { why, wrong, right } = rule.explanation();
        let silence = wording::silence(rule);
        let language = if rule.is_about_signature() {
            "text"
        } else {
            "json"
        };
        Self {
            text: format!(
                "{why}\n\nWrong:\n{wrong}\n\nRight:\n{right}\n\nTo silence it: {silence}"
            ),
            markdown: format!(
                "{why}\n\n**Wrong**\n\n```{language}\n{wrong}\n```\n\n**Right**\n\n```{language}\n{right}\n```\n\nTo silence it: {silence}"
            ),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingResult<'a> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: SarifMessage,
    locations: [SarifLocation<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<RelatedLocation<'a>>,
    partial_fingerprints: PartialFingerprints,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation<'a> {
    physical_location: PhysicalLocation,
    logical_locations: [LogicalLocation<'a>; 1],
}

#[derive(Serialize)]
struct RelatedLocation<'a> {
    id: usize,
    message: SarifMessage,
    #[serde(flatten)]
    location: SarifLocation<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: RegionView,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionView {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a Pointer,
    kind: &'static str,
}

#[derive(Serialize)]
struct PartialFingerprints {
    #[serde(rename = "chatlog/v2")]
    chatlog: &'static str,
}

impl<'a> FindingResult<'a> {
    fn of(finding: &'a Finding, places: &Places<'_>) -> Self {
        let related = (1..).zip(&finding.related);
        let region = places.of_finding(finding);
        Self {
            rule_id: finding.rule.name(),
            rule_index: Rule::ALL.iter().position(|rule| *rule == finding.rule),
            level: level(finding.severity),
            message: SarifMessage {
                text: words(finding, region),
            },
            locations: [SarifLocation::of(&finding.pointer, region, places)],
            related_locations: related
                .map(|(id, related)| RelatedLocation::of(id, related, places))
                .collect(),
            partial_fingerprints: PartialFingerprints {
                chatlog: PLACEHOLDER,
            },
        }
    }
}

impl<'a> RelatedLocation<'a> {
    fn of(id: usize, related: &'a Related, places: &Places<'_>) -> Self {
        let region = places.region(related.span.as_ref());
        Self {
            id,
            message: (&*wording::label(related.label)).into(),
            location: SarifLocation::of(&related.pointer, region, places),
        }
    }
}

impl<'a> SarifLocation<'a> {
    fn of(pointer: &'a Pointer, region: Region, places: &Places<'_>) -> Self {
        let Region { start, end, .. } = region;
        Self {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: uri(&places.report().origin.source),
                },
                region: RegionView {
                    start_line: start.line,
                    start_column: start.column,
                    end_line: end.line,
                    end_column: end.column,
                },
            },
            logical_locations: [LogicalLocation {
                fully_qualified_name: pointer,
                kind: "value",
            }],
        }
    }
}

/// What is not a result: an input that could not be read, or findings that were left out.
#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: SarifMessage,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<[ProblemLocation; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProblemLocation {
    physical_location: ProblemPlace,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProblemPlace {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<StartView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StartView {
    start_line: usize,
    start_column: usize,
}

impl Notification {
    fn kept(&self) -> io::Result<Kept> {
        let mut json = Vec::new();
        write_json(self, &mut json)?;
        Ok(Kept {
            group: String::new(),
            mark: None,
            text: String::from_utf8(json).map_err(io::Error::other)?,
        })
    }

    fn of(problem: &InputProblem<'_>) -> Self {
        let physical_location = ProblemPlace {
            artifact_location: ArtifactLocation {
                uri: uri(problem.source),
            },
            region: problem.position.map(|position| StartView {
                start_line: position.line,
                start_column: position.column,
            }),
        };
        Self {
            level: "error",
            message: SarifMessage {
                text: problem.words().to_string(),
            },
            locations: Some([ProblemLocation { physical_location }]),
        }
    }

    fn of_omitted(omitted: &[Omitted]) -> Self {
        let counts: Vec<_> = omitted
            .iter()
            .map(|omitted| format!("{} of {}", omitted.count, omitted.rule))
            .collect();
        let text = format!("findings left out: {}", counts.join(", "));
        Self {
            level: "note",
            message: SarifMessage { text },
            locations: None,
        }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// Everything except the unreserved characters of RFC 3986 and the slash between folders.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// An input's name as a URI reference: the percent-encoded bytes that the file system has.
fn uri(source: &Text<'_>) -> String {
    let path = path(source);
    let bytes = if cfg!(unix) {
        name::bytes(&path)
    } else {
        path.as_bytes().to_vec()
    };
    let encoded = percent_encode(&bytes, RESERVED).to_string();
    if Path::new(&*path).is_absolute() {
        format!("file:///{}", encoded.trim_start_matches('/'))
    } else {
        encoded
    }
}
