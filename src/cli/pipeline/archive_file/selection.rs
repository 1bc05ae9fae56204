//! Which files of an archive are read.

use chatlog::finding::nearest;

use super::super::claim::Claim;
use super::super::walk::{has_capture_extension, is_passed_over};

/// How long a name may be to be suggested.
const MAX_SUGGESTION: usize = 256;

/// The files of an archive to read: all, or those at a path in it.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// The path in the archive that the user named: a file, or a folder.
    path: Option<String>,
    /// How many files were selected.
    selected: usize,
    /// The most similar path to the one that was named.
    nearest: Option<String>,
    /// Whether there were signature files that are not read with the files that they sign.
    has_unused_signatures: bool,
}

impl Selection {
    /// The files at this path, or all.
    pub(crate) fn at(path: Option<&str>) -> Self {
        Self {
            path: path.map(str::to_owned),
            ..Self::default()
        }
    }

    /// Why to read the file with this name; `None` if it is not read.
    pub(super) fn claim(&mut self, name: &str) -> Option<Claim> {
        let claim = self.claim_on(name);
        match claim {
            Some(_) => self.selected += 1,
            None => self.suggest(name),
        }
        claim
    }

    fn claim_on(&self, name: &str) -> Option<Claim> {
        let below = match &self.path {
            None => name,
            Some(path) => match name.strip_prefix(path.as_str())? {
                "" => return Some(Claim::Named),
                rest => rest.strip_prefix('/')?,
            },
        };
        let (folders, file) = below.rsplit_once('/').unwrap_or(("", below));
        let is_skipped = is_passed_over(file.as_bytes(), false)
            || folders
                .split('/')
                .any(|folder| is_passed_over(folder.as_bytes(), true));
        if is_skipped {
            None
        } else if has_capture_extension(file) {
            Some(Claim::CaptureByName)
        } else {
            Some(Claim::Unknown)
        }
    }

    /// Notes that the signature of the file with this name is not read with it.
    pub(super) fn note_unused_signature(&mut self, name: &str) {
        self.has_unused_signatures |= self.claim_on(name).is_some();
    }

    /// Keeps a name if it is the most similar to the one that was named.
    fn suggest(&mut self, name: &str) {
        let Some(path) = &self.path else { return };
        if name.len() <= MAX_SUGGESTION {
            let names = self.nearest.as_deref().into_iter().chain([name]);
            let best = nearest(path, names).map(str::to_owned);
            self.nearest = best;
        }
    }

    /// Whether no file was selected.
    pub(crate) fn is_empty(&self) -> bool {
        self.selected == 0
    }

    /// Whether there were signature files that are not read with the files that they sign.
    pub(crate) fn has_unused_signatures(&self) -> bool {
        self.has_unused_signatures
    }

    /// The most similar path to the one that was named, if any is similar.
    pub(crate) fn nearest(&self) -> Option<&str> {
        self.nearest.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selects_by_path_and_passes_over_what_a_folder_passes_over() {
        let claim = |path: Option<&str>, name: &str| Selection::at(path).claim(name);
        for (path, name, want) in [
            (None, "in/it.json", Some(Claim::CaptureByName)),
            (None, "in/saved", Some(Claim::Unknown)),
            (None, ".git/x.json", None),
            (None, "in/.x.json", None),
            (None, "a/node_modules/b/x.json", None),
            (None, "__MACOSX/in/x.json", None),
            (None, "node_modules", Some(Claim::Unknown)),
            (Some("in/saved"), "in/saved", Some(Claim::Named)),
            (Some(".git"), ".git/x.json", Some(Claim::CaptureByName)),
            (Some("in"), "in/.git/x.json", None),
            (Some("in"), "info/x.json", None),
        ] {
            assert_eq!(claim(path, name), want, "{path:?} {name}");
        }
    }

    #[test]
    fn knows_what_was_probably_meant() {
        let mut selection = Selection::at(Some("in/itt.json"));
        for name in ["README.md", "in/it.json", "out/other.ndjson"] {
            assert_eq!(selection.claim(name), None);
        }
        assert!(selection.is_empty());
        assert_eq!(selection.nearest(), Some("in/it.json"));
    }
}
