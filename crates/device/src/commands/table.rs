//! Tables for people. Widths are those of a terminal, where a Chinese character takes two cells.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns as wide as their widest cell, two blanks between.
pub(crate) fn table<const N: usize>(headers: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = headers.map(UnicodeWidthStr::width);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let mut text = String::new();
    let mut line = |cells: [&str; N]| {
        let mut out = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            out.push_str(cell);
            let pad = width.saturating_sub(cell.width()) + 2;
            out.extend(std::iter::repeat_n(' ', pad));
        }
        text.push_str(out.trim_end());
        text.push('\n');
    };
    line(headers);
    for row in rows {
        line(row.each_ref().map(String::as_str));
    }
    text
}

/// At most so many cells wide.
pub(crate) fn clip(text: &str, max: usize) -> String {
    if text.width() <= max {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut left = max.saturating_sub(1);
    for c in text.chars() {
        match left.checked_sub(c.width().unwrap_or_default()) {
            Some(less) => left = less,
            None => break,
        }
        short.push(c);
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::{clip, table};

    #[test]
    fn columns_stand_under_each_other() {
        let rows = [
            ["é".to_owned(), "1".to_owned()],
            ["long".to_owned(), "2".to_owned()],
        ];
        assert_eq!(table(["A", "N"], &rows), "A     N\né     1\nlong  2\n");
        assert_eq!(clip("abcdef", 4), "abc…");
        assert_eq!(clip("abcd", 4), "abcd");
        assert_eq!(clip("担担面", 5), "担担…");
    }
}
