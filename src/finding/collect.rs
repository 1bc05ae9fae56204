//! What was noted about a notification while it was read, up to a limit of each rule.

use super::{Finding, Rule, Severity};

/// How many findings of each rule are kept; those beyond it are only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingLimit(usize);

impl FindingLimit {
    /// Keeps at most `count` findings of each rule; 0 means that there is no limit.
    pub fn new(count: usize) -> Self {
        Self(if count == 0 { usize::MAX } else { count })
    }
}

/// Enough to see what is wrong, whatever the size of the input.
impl Default for FindingLimit {
    fn default() -> Self {
        Self(100)
    }
}

/// Findings of one rule that are counted and not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Omitted {
    /// Their rule.
    pub rule: Rule,
    /// How bad they are for this user.
    pub severity: Severity,
    /// How many there are.
    pub count: usize,
}

/// How many findings there are of each rule.
type Counts = [usize; Rule::ALL.len()];

/// A moment of the reading: what was noted until then.
#[derive(Debug, Clone, Copy)]
pub struct Mark(Counts);

/// How many more findings of a rule are kept than asked for. What an object's members say about
/// each other is noted where the object starts, a few places before where it belongs: findings are
/// cut to the limit once their true places are known.
const SPARE: usize = 16;

/// Everything noted about one notification so far.
///
/// All findings are counted. Of each rule the first ones in the order of the document are kept; a
/// finding that is not kept is never made.
#[derive(Debug, Default)]
pub struct Findings {
    kept: [Vec<Finding>; Rule::ALL.len()],
    counts: Counts,
    limit: FindingLimit,
}

impl Findings {
    /// Nothing yet; of each rule, `limit` findings will be kept.
    pub fn new(limit: FindingLimit) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// How many findings of a rule are kept while reading.
    fn room(&self) -> usize {
        self.limit.0.saturating_add(SPARE)
    }

    /// Notes something of `rule` here, after all that was noted before.
    pub fn note(&mut self, rule: Rule, finding: impl FnOnce(Rule) -> Finding) {
        if self.counts[rule as usize] < self.room() {
            self.kept[rule as usize].push(finding(rule));
        }
        self.counts[rule as usize] += 1;
    }

    /// Notes something of `rule` about a value that was read to its end: before all that was noted
    /// since `start`, where the value starts.
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

    /// What was noted so far: to note something here later, or to take back what comes after.
    pub fn mark(&self) -> Mark {
        Mark(self.counts)
    }

    /// Takes back what was noted about the *shape* of a value since `mark`: its type turned out
    /// to be one of which nothing is known.
    pub fn forgive_since(&mut self, mark: &Mark) {
        for rule in Rule::ALL.iter().filter(|rule| rule.is_forgiven()) {
            self.take_back(*rule, mark);
        }
    }

    /// Takes back everything noted since `mark`.
    pub(crate) fn take_back_since(&mut self, mark: &Mark) {
        for rule in Rule::ALL {
            self.take_back(*rule, mark);
        }
    }

    /// Takes back the findings of a rule since `mark`. Those before it stand first in the list, and
    /// no later one has taken the place of any.
    fn take_back(&mut self, rule: Rule, mark: &Mark) {
        let count = mark.0[rule as usize];
        self.counts[rule as usize] = count;
        self.kept[rule as usize].truncate(count);
    }

    /// The findings that were kept, rule by rule, and how many there are beside them.
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

/// Leaves of each rule the first findings up to `limit`, and counts the others as omitted.
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

/// Adds to the findings that are omitted; they stay in the order of the rules.
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
