//! `docs/API.md` says what is served.

use crate::support::demo;
use olympus_device::http::endpoint::Endpoint;
use olympus_proto::ErrorCode;

fn text() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/API.md");
    std::fs::read_to_string(path).expect("docs/API.md is there")
}

/// First two cells of the rows of the table under a heading.
fn rows(heading: &str) -> Vec<(String, String)> {
    let text = text();
    let after = text
        .split(&format!("\n## {heading}\n"))
        .nth(1)
        .unwrap_or_else(|| panic!("no heading {heading}"));
    after
        .lines()
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let mut cells = line
                .split('|')
                .map(|cell| cell.trim().trim_matches('`').to_owned());
            cells.next();
            (
                cells.next().unwrap_or_default(),
                cells.next().unwrap_or_default(),
            )
        })
        .collect()
}

#[test]
fn every_error_code_is_documented_with_its_status() {
    let expected: Vec<_> = ErrorCode::ALL
        .iter()
        .map(|code| (code.as_str().to_owned(), code.http_status().to_string()))
        .collect();
    assert_eq!(rows("Errors"), expected);
}

#[test]
fn every_route_is_documented_with_its_scope() {
    let expected: Vec<_> = Endpoint::ALL
        .iter()
        .map(|endpoint| {
            let scope = endpoint
                .scope()
                .map_or("open".to_owned(), |scope| scope.to_string());
            (format!("{} {}", endpoint.method(), endpoint.path()), scope)
        })
        .collect();
    assert_eq!(rows("Routes"), expected);
}

#[test]
fn every_route_that_is_served_is_described_and_the_other_way_round() {
    let described = demo().get("/openapi.json").ok();
    let paths = described["paths"].as_object().expect("paths");
    let mut operations = 0;
    for (path, methods) in paths {
        for method in methods.as_object().expect("methods").keys() {
            operations += 1;
            let named = path.contains('{');
            let path = crate::support::filled(path);
            let answer = demo().send(&method.to_ascii_uppercase(), &path, &[], b"");
            let served = answer.status != 405 && (answer.status != 404 || named);
            assert!(served, "{method} {path}: {}", answer.status);
        }
    }
    assert_eq!(operations, Endpoint::ALL.len());
}
