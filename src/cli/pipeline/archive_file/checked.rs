//! Holds the content of a file in an archive against what the archive says of it.

use std::io::{self, Read};

use flate2::Crc;

use super::invalid;

/// A reader that fails at its end if the content is not as long as stated, or has another checksum.
/// All content up to the stated length is returned before that.
pub(super) struct CheckedReader<R> {
    inner: R,
    /// How many bytes are still to come.
    missing: u64,
    /// The checksum that is stated, if one is.
    sum: Option<u32>,
    crc: Crc,
}

impl<R: Read> CheckedReader<R> {
    pub(super) fn new(inner: R, length: u64, sum: Option<u32>) -> Self {
        Self {
            inner,
            missing: length,
            sum,
            crc: Crc::new(),
        }
    }

    /// Checks the content at its stated end.
    fn check_end(&mut self) -> io::Result<()> {
        if self.inner.read(&mut [0])? > 0 {
            return Err(invalid("the file is longer than its archive says"));
        }
        if self.sum.is_some_and(|sum| sum != self.crc.sum()) {
            return Err(invalid(
                "the checksum in the archive does not match: the file is damaged",
            ));
        }
        Ok(())
    }
}

impl<R: Read> Read for CheckedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.missing == 0 {
            self.check_end()?;
            return Ok(0);
        }
        let wanted = usize::try_from(self.missing).unwrap_or(usize::MAX);
        let wanted = wanted.min(buffer.len());
        let read = self.inner.read(&mut buffer[..wanted])?;
        if read == 0 {
            return Err(invalid("the archive is cut off or damaged in this file"));
        }
        self.missing -= read as u64;
        self.crc.update(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_the_content_and_then_what_is_wrong() {
        let case = |length: u64, sum: Option<u32>| {
            let mut content = String::new();
            let mut reader = CheckedReader::new(&b"123456789"[..], length, sum);
            let error = reader.read_to_string(&mut content).err();
            let again = reader.read(&mut [0; 8]).err();
            let messages =
                [error, again].map(|error| error.map_or(String::new(), |it| it.to_string()));
            assert_eq!(messages[0], messages[1], "a fault stays a fault");
            (content, messages[0].clone())
        };
        let right = Some(0xcbf4_3926);
        assert_eq!(case(9, right), ("123456789".to_owned(), String::new()));
        assert_eq!(case(9, None), ("123456789".to_owned(), String::new()));
        for (length, sum, content, what) in [
            (9, Some(1), "123456789", "checksum"),
            (5, right, "12345", "longer"),
            (12, right, "123456789", "cut off"),
        ] {
            let (read, message) = case(length, sum);
            assert_eq!(read, content);
            assert!(message.contains(what), "{message}");
        }
    }
}
