//! Bars: how large a number is beside the largest one.

/// The blocks that fill an eighth, two eighths and so on of a column.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A bar for `count`, if `most` fills so many columns. A count above 0 is never nothing.
pub(super) fn bar(count: u64, most: u64, columns: usize) -> String {
    if count == 0 || most == 0 || columns == 0 {
        return String::new();
    }
    let room = columns as u128 * 8;
    let eighths = (u128::from(count) * room)
        .div_ceil(u128::from(most))
        .min(room);
    let eighths = usize::try_from(eighths).unwrap_or(columns * 8);
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(EIGHTHS[eighths % 8]);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn bars_are_in_proportion_and_never_nothing() {
        assert_eq!(bar(100, 100, 4), "████");
        assert_eq!(bar(50, 100, 4), "██");
        assert_eq!(bar(1, 100_000, 4), "▏");
        assert_eq!(bar(30, 100, 4), "█▎");
        assert_eq!(bar(0, 100, 4), "");
        assert_eq!(bar(u64::MAX, u64::MAX, 3), "███");
    }
}
