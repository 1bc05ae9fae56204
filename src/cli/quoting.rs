//! Words of a shell, for commands that are printed to be pasted.

use chatlog::Text;

/// Bytes as one word of a shell: in single quotes if they are text that is safe to print, and
/// otherwise in `$'…'` with escapes, which bash and zsh understand, but not every POSIX shell.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text)
            if !text
                .split('\n')
                .any(|line| Text::from(line).needs_escaping()) =>
        {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
        _ => ansi_c_quoted(bytes),
    }
}

fn ansi_c_quoted(bytes: &[u8]) -> String {
    let mut word = String::from("$'");
    for byte in bytes {
        match byte {
            b'\'' | b'\\' => {
                word.push('\\');
                word.push(char::from(*byte));
            }
            // `#` is escaped, because `##[…]` is a command to CI systems.
            b' '..=b'"' | b'$'..=b'~' => word.push(char::from(*byte)),
            _ => word.extend(["\\x", &hex::encode([*byte])]),
        }
    }
    word.push('\'');
    word
}
