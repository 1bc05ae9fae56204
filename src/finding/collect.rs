//! Collecting findings while a notification is read, with a limit for each rule.
//!
//! A hostile body can break a rule a million times. All findings are counted, but only the first
//! ones of each rule are kept, in the order of the document, and a finding that is not kept is
//! never made: memory and time stay bounded.
//!
//! Two things make this more than a list. A finding about a whole object (a missing field) is only
//! known at the object's end but belongs before the findings inside it: [`Findings::note_at`]
//! inserts it at a [`Mark`] taken at the object's start. And a value may turn out to be of an
//! unknown type after its fields were checked: [`Findings::forgive_since`] then takes the findings
//! about its shape back.

use super::{Finding, Rule, Severity};

/// The number of findings that are kept of each rule; those beyond it are only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingLimit(usize);

impl FindingLimit {
    /// Keeps at most `count` findings of each rule; 0 means no limit.
    pub fn new(count: usize) -> Self {
        Self(if count == 0 { usize::MAX } else { count })
    }
}

/// 100 findings of each rule: enough to see what is wrong.
impl Default for FindingLimit {
    fn default() -> Self {
        Self(100)
    }
}

/// The number of findings of one rule that were counted and not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Omitted {
    /// The rule.
    pub rule: Rule,
    /// The severity of the rule for this user.
    pub severity: Severity,
    /// The number of findings.
    pub count: usize,
}

/// The number of findings of each rule.
type Counts = [usize; Rule::ALL.len()];

/// A point in the reading: the number of findings noted until then.
#[derive(Debug, Clone, Copy)]
pub struct Mark(Counts);

/// The number of findings that are kept of a rule beyond the limit while reading. A finding about
/// how the members of an object relate is noted at the object's start, a few places before the
/// place where it belongs, so the findings are cut to the limit once their spans are known.
const SPARE: usize = 16;

/// The findings about one notification so far.
#[derive(Debug, Default)]
pub struct Findings {
    kept: [Vec<Finding>; Rule::ALL.len()],
    counts: Counts,
    limit: FindingLimit,
}

impl Findings {
    /// No findings yet; `limit` findings of each rule will be kept.
    pub fn new(limit: FindingLimit) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// The number of findings of a rule that are kept while reading.
    fn room(&self) -> usize {
        self.limit.0.saturating_add(SPARE)
    }

    /// Notes a finding of `rule` after all findings so far.
    pub fn note(&mut self, rule: Rule, finding: impl FnOnce(Rule) -> Finding) {
        if self.counts[rule as usize] < self.room() {
            self.kept[rule as usize].push(finding(rule));
        }
        self.counts[rule as usize] += 1;
    }

    /// Notes a finding of `rule` about a value that was read to its end: before all findings since
    /// `start`, the mark taken at the start of the value.
    pub fn note_at(&mut self, start: &mut Mark, rule: Rule, finding: impl FnOnce(Rule) -> Finding) {
        let room = self.room();
        let place = &mut start.0[rule as usize];
        if *place < room {
            let kept = &mut self.kept[rule as usize];
            kept.insert(*place, finding(rule));
            kept.truncate(room);
        }
        *place += 1;
        self.counts[rule as usize] += 1;
    }

    /// Marks this point, to note a finding here later, or to take back the findings after it.
    pub fn mark(&self) -> Mark {
        Mark(self.counts)
    }

    /// Takes back the findings about the *shape* of a value since `mark`, because its type turned
    /// out to be unknown: nothing documents what is inside it.
    pub fn forgive_since(&mut self, mark: &Mark) {
        for rule in Rule::ALL.iter().filter(|rule| rule.is_forgiven()) {
            self.take_back(*rule, mark);
        }
    }

    /// Takes back all findings since `mark`.
    pub(crate) fn take_back_since(&mut self, mark: &Mark) {
        self.keep_only(mark, &[]);
    }

    /// Takes back all findings since `mark` that are not of one of these rules.
    pub(crate) fn keep_only(&mut self, mark: &Mark, rules: &[Rule]) {
        for rule in Rule::ALL.iter().filter(|rule| !rules.contains(rule)) {
            self.take_back(*rule, mark);
        }
    }

    /// Takes back the findings of a rule since `mark`. This is a truncation, because findings
    /// since a mark are never inserted before it.
    fn take_back(&mut self, rule: Rule, mark: &Mark) {
        let count = mark.0[rule as usize];
        self.counts[rule as usize] = count;
        self.kept[rule as usize].truncate(count);
    }

    /// Returns the findings that were kept, rule by rule, and the numbers of the others.
    pub fn finish(self) -> (Vec<Finding>, Vec<Omitted>) {
        let omitted = Rule::ALL.iter().map(|rule| Omitted {
            rule: *rule,
            severity: rule.severity(),
            count: self.counts[*rule as usize] - self.kept[*rule as usize].len(),
        });
        let omitted = omitted.filter(|omitted| omitted.count > 0).collect();
        (self.kept.into_iter().flatten().collect(), omitted)
    }
}

/// Keeps the first findings of each rule up to `limit`, and counts the others as omitted.
pub(crate) fn cut(findings: &mut Vec<Finding>, omitted: &mut Vec<Omitted>, limit: FindingLimit) {
    let mut counts: Counts = [0; Rule::ALL.len()];
    findings.retain(|finding| {
        let count = &mut counts[finding.rule as usize];
        *count += 1;
        *count <= limit.0
    });
    for rule in Rule::ALL {
        let more = counts[*rule as usize].saturating_sub(limit.0);
        add_omitted(
            omitted,
            Omitted {
                rule: *rule,
                severity: rule.severity(),
                count: more,
            },
        );
    }
}

/// Adds to the numbers of omitted findings, which are in the order of the rules.
pub(crate) fn add_omitted(omitted: &mut Vec<Omitted>, more: Omitted) {
    if more.count == 0 {
        return;
    }
    match omitted.binary_search_by_key(&more.rule, |omitted| omitted.rule) {
        Ok(at) => omitted[at].count += more.count,
        Err(at) => omitted.insert(at, more),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Detail, Place};
    use super::*;
    use crate::Text;

    fn found(rule: Rule, name: &'static str) -> Finding {
        let detail = Detail::DuplicateKey {
            key: Text::from(name),
        };
        Finding::new(rule, &Place::Root, detail)
    }

    fn name(finding: &Finding) -> &str {
        match &finding.detail {
            Detail::DuplicateKey { key } => key.as_str(),
            detail => panic!("{detail:?} was not noted"),
        }
    }

    /// What is kept of a rule, as one string, and how many more there are.
    fn kept(findings: Findings, rule: Rule) -> (String, usize) {
        let (mut kept, mut omitted) = findings.finish();
        let limit = FindingLimit(2);
        cut(&mut kept, &mut omitted, limit);
        let of_rule = kept.iter().filter(|finding| finding.rule == rule);
        let more = omitted.iter().find(|omitted| omitted.rule == rule);
        (
            of_rule.map(name).collect(),
            more.map_or(0, |omitted| omitted.count),
        )
    }

    fn note_many(findings: &mut Findings, rule: Rule) {
        for _ in 0..100 {
            findings.note(rule, |rule| found(rule, "x"));
        }
    }

    #[test]
    fn a_finding_that_is_not_kept_is_never_made() {
        let mut findings = Findings::new(FindingLimit(2));
        let mut made = 0;
        for _ in 0..1_000 {
            findings.note(Rule::WrongType, |rule| {
                made += 1;
                found(rule, "x")
            });
        }
        assert!(made <= 2 + SPARE, "{made} were made");
        assert_eq!(kept(findings, Rule::WrongType), ("xx".to_owned(), 998));
    }

    #[test]
    fn what_is_taken_back_leaves_room_for_what_comes_after() {
        for forgive in [true, false] {
            let mut findings = Findings::new(FindingLimit(2));
            findings.note(Rule::WrongType, |rule| found(rule, "a"));
            let mark = findings.mark();
            note_many(&mut findings, Rule::WrongType);
            note_many(&mut findings, Rule::DuplicateKey);
            if forgive {
                findings.forgive_since(&mark);
            } else {
                findings.take_back_since(&mark);
            }
            for name in ["b", "c", "d"] {
                findings.note(Rule::WrongType, |rule| found(rule, name));
            }
            // Repeated keys are not a matter of shape, and are not forgiven.
            let repeated = findings.counts[Rule::DuplicateKey as usize];
            assert_eq!(repeated, if forgive { 100 } else { 0 });
            assert_eq!(kept(findings, Rule::WrongType), ("ab".to_owned(), 2));
        }
    }

    #[test]
    fn what_is_noted_later_about_an_earlier_place_stands_before_what_follows_it() {
        let mut findings = Findings::new(FindingLimit(2));
        let rule = Rule::MissingField;
        let mut outer = findings.mark();
        let mut inner = findings.mark();
        note_many(&mut findings, rule);
        findings.note_at(&mut inner, rule, |rule| found(rule, "b"));
        findings.note_at(&mut outer, rule, |rule| found(rule, "a"));
        assert_eq!(kept(findings, rule), ("ab".to_owned(), 100));
    }
}
