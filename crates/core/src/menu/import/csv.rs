//! CSV: the header names the fields; each row becomes the same object that JSON would have.

use super::{Collector, Fault};
use serde_json::{Map, Value};

/// Columns whose text is JSON, as no flat text can say them.
const JSON_COLUMNS: [&str; 3] = ["modifier_groups", "dayparts", "availability"];

pub(super) fn read(bytes: &[u8], collector: &mut Collector) {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(bytes))
        .flexible(true)
        .from_reader(bytes);
    let header = match reader.byte_headers().cloned() {
        Ok(header) => header,
        Err(error) => return collector.fault(1, None, Fault::line(error.to_string())),
    };
    let columns = match columns(&header) {
        Ok(columns) => columns,
        Err(faults) => {
            for fault in faults {
                collector.fault(1, None, fault);
            }
            return;
        }
    };
    for record in reader.into_byte_records() {
        let (line, row) = match record {
            Ok(record) => {
                let line = record.position().map_or(1, csv::Position::line);
                (
                    usize::try_from(line).unwrap_or(usize::MAX),
                    row(&columns, &record),
                )
            }
            Err(error) => return collector.fault(1, None, Fault::line(error.to_string())),
        };
        match row {
            Ok(fields) => {
                if !collector.take(line, Value::Object(fields)) {
                    return;
                }
            }
            Err(fault) => {
                collector.seen += 1;
                collector.fault(line, None, fault);
            }
        }
    }
}

/// The comma, or what a spreadsheet of another locale wrote in its place.
fn delimiter(bytes: &[u8]) -> u8 {
    let header = bytes
        .split(|&byte| byte == b'\n')
        .next()
        .unwrap_or_default();
    [b',', b'\t', b';']
        .into_iter()
        .find(|delimiter| header.contains(delimiter))
        .unwrap_or(b',')
}

fn columns(header: &csv::ByteRecord) -> Result<Vec<String>, Vec<Fault>> {
    let mut columns = Vec::with_capacity(header.len());
    let mut faults = Vec::new();
    for name in header {
        match std::str::from_utf8(name) {
            Ok(name) => columns.push(name.trim().to_lowercase().replace([' ', '-'], "_")),
            Err(_) => faults.push(Fault::line(
                "the header is no UTF-8; save the file as UTF-8",
            )),
        }
    }
    for needed in ["id", "name"] {
        if !columns.iter().any(|column| column == needed) {
            faults.push(Fault::new(
                needed,
                format!("the header has no column `{needed}`; add it"),
            ));
        }
    }
    let mut sorted: Vec<_> = columns.iter().filter(|name| !name.is_empty()).collect();
    sorted.sort_unstable();
    for pair in sorted.windows(2) {
        if let [one, other] = pair
            && one == other
        {
            faults.push(Fault::new(
                one,
                format!("the header names `{one}` twice; keep one"),
            ));
        }
    }
    if faults.is_empty() {
        Ok(columns)
    } else {
        Err(faults)
    }
}

fn row(columns: &[String], record: &csv::ByteRecord) -> Result<Map<String, Value>, Fault> {
    if record.len() != columns.len() {
        return Err(Fault::line(format!(
            "the line has {} fields and the header {}; quote texts that hold the separator",
            record.len(),
            columns.len()
        )));
    }
    let mut fields = Map::new();
    for (column, bytes) in columns.iter().zip(record) {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| Fault::new(column, "the text is no UTF-8; save the file as UTF-8"))?
            .trim();
        if text.is_empty() || column.is_empty() {
            continue;
        }
        let value = if JSON_COLUMNS.contains(&column.as_str()) {
            serde_json::from_str(text)
                .map_err(|error| Fault::new(column, format!("this is no valid JSON: {error}")))?
        } else {
            Value::String(text.to_owned())
        };
        fields.insert(column.clone(), value);
    }
    Ok(fields)
}
