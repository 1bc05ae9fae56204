//! The names of files in archives, as paths that lead nowhere else.

use chatlog::Text;

/// The path of a file in an archive, given the name that the archive has for it: without a root, and
/// without the components `.` and `..`, as extracting it would leave them out.
pub(super) fn inner_path(name: &[u8]) -> String {
    let spelled = Text::of_file_name(name);
    let components = spelled.as_str().split('/');
    let kept: Vec<&str> = components
        .filter(|component| !matches!(*component, "" | "." | ".."))
        .collect();
    kept.join("/")
}

/// The path of a file in a zip archive. Some tools on Windows write `\` where the format wants `/`.
pub(super) fn zip_path(name: &[u8]) -> String {
    if name.contains(&b'/') || !name.contains(&b'\\') {
        return inner_path(name);
    }
    let slash = |byte: &u8| if *byte == b'\\' { b'/' } else { *byte };
    inner_path(&name.iter().map(slash).collect::<Vec<u8>>())
}

/// The name of the file whose signature the file with this name is.
pub(super) fn signed_by(name: &str) -> Option<&str> {
    name.strip_suffix(".sig")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_inside_its_archive() {
        for (name, want) in [
            ("in/it.json", "in/it.json"),
            ("./in//it.json", "in/it.json"),
            ("/etc/passwd", "etc/passwd"),
            ("../../x/../y.json", "x/y.json"),
            ("..", ""),
            ("a..b/...", "a..b/..."),
        ] {
            assert_eq!(inner_path(name.as_bytes()), want, "{name}");
        }
        assert_eq!(inner_path(b"f\xff.json"), r"f\xff.json");
        assert_eq!(zip_path(br"in\it.json"), "in/it.json");
        assert_eq!(zip_path(br"in/a\b.json"), r"in/a\b.json");
        assert_eq!(zip_path(br"..\..\x.json"), "x.json");
    }
}
